"""The one place that reads the clock. Everybody else takes the moment as an argument, `at`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")
START_OF_DEMONSTRATION = datetime(2026, 3, 2, 9, 0, tzinfo=BRUSSELS)


class ClockGoesBackwards(Exception):
    """Somebody wanted an earlier time than the one that was already told to others."""

    def __init__(self, now: datetime, wanted: datetime) -> None:
        """Keep both moments for the sentence."""
        super().__init__(f"The clock stands at {now.isoformat()} and only moves forward, not to {wanted.isoformat()}.")
        self.now = now
        self.wanted = wanted


class ClockIsReal(Exception):
    """Somebody wanted to move the clock of an installation in production."""


def real_now() -> datetime:
    """Read the machine's clock: for sessions, second factors and measuring, never for the scheme."""
    return datetime.now(UTC)


def can_be_moved() -> bool:
    """Say whether this installation has a clock of its own: demonstrations and tests only."""
    return os.environ.get("MODE", "demo") != "production"


def now() -> datetime:
    """Read the time of the scheme, in UTC.

    The row is read each time: another process may have moved the clock a moment ago.
    """
    if not can_be_moved():
        return real_now()
    row = _row()
    if row is None:
        return real_now()
    real_time, shown_time = row
    return shown_time + (real_now() - real_time)


def set_clock(to: datetime) -> datetime:
    """Move the clock forward to the given moment; from there it runs on with real time."""
    from django.db import transaction  # noqa: PLC0415 -- pure rules import this module without Django

    from clusterxchange.foundation.models import ClockSetting  # noqa: PLC0415 -- as above

    if to.tzinfo is None:
        message = "A moment needs a time zone."
        raise ValueError(message)
    if not can_be_moved():
        raise ClockIsReal
    with transaction.atomic():
        # A clock that nobody has been told of yet may start at any time, so the first row is never refused.
        start = {"real_time": real_now(), "shown_time": to}
        held, is_first = ClockSetting.objects.select_for_update().get_or_create(pk=1, defaults=start)
        current = held.shown_time + (real_now() - held.real_time)
        if not is_first and to < current:
            raise ClockGoesBackwards(current, to)
        held.real_time, held.shown_time = real_now(), to
        held.save()
    return to.astimezone(UTC)


def start_demonstration_clock() -> bool:
    """Set the clock of a new demonstration to its first morning; a clock that runs already is left alone."""
    if _row() is not None:
        return False
    set_clock(START_OF_DEMONSTRATION)
    return True


def _row() -> tuple[datetime, datetime] | None:
    from clusterxchange.foundation.models import ClockSetting  # noqa: PLC0415 -- pure rules import this module without Django

    return ClockSetting.objects.filter(pk=1).values_list("real_time", "shown_time").first()
