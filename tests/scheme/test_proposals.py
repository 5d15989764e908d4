"""The bounds of proposals: scheme.md, sections 5 and 10, and the guard of `send_proposal` in states.md."""

from datetime import date

import pytest

from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.proposals import has_room_for_another, may_be_asked_again, standing_of, windows_overlap
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")


# Section 5: "at most 5 open per visitor".
def test_a_visitor_has_at_most_five_open_proposals() -> None:
    assert has_room_for_another(DEMONSTRATION, 4)
    assert not has_room_for_another(DEMONSTRATION, 5)
    assert not has_room_for_another(changed("proposals.open_per_visitor", 4), 4)


# states.md: "not asked the same partner within 30 days".
def test_the_same_partner_is_asked_again_after_30_days() -> None:
    assert may_be_asked_again(DEMONSTRATION, None, date(2026, 3, 2))
    assert not may_be_asked_again(DEMONSTRATION, date(2026, 3, 2), date(2026, 3, 31))
    assert may_be_asked_again(DEMONSTRATION, date(2026, 3, 2), date(2026, 4, 1))
    assert may_be_asked_again(changed("proposals.same_partner_pause_days", 29), date(2026, 3, 2), date(2026, 3, 31))


# Section 10: "a host with 3 unanswered is nudged, with 5 hidden with the reason".
@pytest.mark.parametrize(
    ("unanswered", "standing"), [(0, "shown"), (2, "shown"), (3, "nudged"), (4, "nudged"), (5, "hidden")]
)
def test_a_host_that_never_answers_is_nudged_then_hidden(unanswered: int, standing: str) -> None:
    assert standing_of(DEMONSTRATION, unanswered) == standing


@pytest.mark.parametrize(
    ("path", "value", "standing"),
    [("proposals.unanswered_before_nudge", 2, "nudged"), ("proposals.unanswered_before_hidden", 2, "hidden")],
)
def test_a_changed_bound_changes_how_a_host_stands(path: str, value: int, standing: str) -> None:
    assert standing_of(changed(path, value), 2) == standing


# Section 5: "windows overlap by >= 3 working days"; Good Friday 2027 is closed in Spain.
def test_windows_overlap_by_three_working_days_of_the_host_country() -> None:
    mine = [(date(2027, 3, 24), date(2027, 3, 26))]

    assert windows_overlap(DEMONSTRATION, "PL", mine, mine)
    assert not windows_overlap(DEMONSTRATION, "ES", mine, mine)
    assert windows_overlap(changed("proposals.overlap_working_days", 2), "ES", mine, mine)
