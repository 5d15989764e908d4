"""The clock of a demonstration: forward, never back, the same for everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clusterxchange.foundation import clock

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def near(moment: datetime) -> bool:
    return timedelta(0) <= clock.now() - moment < timedelta(seconds=30)


def test_a_clock_that_nobody_set_tells_real_time() -> None:
    assert near(clock.real_now())


def test_the_demonstration_starts_on_monday_the_second_of_march_at_nine_in_brussels() -> None:
    assert clock.start_demonstration_clock()
    assert near(MONDAY)


def test_a_second_start_leaves_the_clock_alone() -> None:
    clock.start_demonstration_clock()
    clock.set_clock(MONDAY + timedelta(days=10))
    assert not clock.start_demonstration_clock()
    assert near(MONDAY + timedelta(days=10))


def test_it_moves_forward() -> None:
    clock.set_clock(MONDAY)
    clock.set_clock(MONDAY + timedelta(days=3))
    assert near(MONDAY + timedelta(days=3))


def test_it_never_moves_back() -> None:
    clock.set_clock(MONDAY)
    with pytest.raises(clock.ClockGoesBackwards):
        clock.set_clock(MONDAY - timedelta(seconds=1))
    assert near(MONDAY)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.set_clock(MONDAY.replace(tzinfo=None))


def test_the_time_is_told_in_utc_whatever_zone_it_was_set_in() -> None:
    clock.set_clock(MONDAY.astimezone(clock.BRUSSELS))
    assert clock.now().tzinfo == UTC


def test_in_production_the_clock_is_real_and_can_not_be_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.set_clock(MONDAY)
    monkeypatch.setenv("MODE", "production")
    assert near(clock.real_now())
    with pytest.raises(clock.ClockIsReal):
        clock.set_clock(clock.real_now() + timedelta(days=1))
