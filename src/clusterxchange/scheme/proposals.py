"""What bounds proposals: how many, how often, and what becomes of a host that never answers."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from clusterxchange.scheme.calendars import overlapping_working_days
from clusterxchange.scheme.document import Scheme


class Standing(StrEnum):
    """How a host that lets proposals expire stands."""

    SHOWN = "shown"
    NUDGED = "nudged"
    HIDDEN = "hidden"


def has_room_for_another(scheme: Scheme, open_proposals: int) -> bool:
    """Tell whether a visitor may send one more proposal beside those that are open."""
    return open_proposals < scheme.proposals.open_per_visitor


def may_be_asked_again(scheme: Scheme, asked_on: date | None, on: date) -> bool:
    """Tell whether the pause since the same partner was last asked is over; None is never."""
    return asked_on is None or on >= asked_on + timedelta(days=scheme.proposals.same_partner_pause_days)


def standing_of(scheme: Scheme, unanswered: int) -> Standing:
    """Give how a host stands that let a number of proposals expire without an answer."""
    if unanswered >= scheme.proposals.unanswered_before_hidden:
        return Standing.HIDDEN
    if unanswered >= scheme.proposals.unanswered_before_nudge:
        return Standing.NUDGED
    return Standing.SHOWN


def windows_overlap(
    scheme: Scheme, host_country: str, one: Iterable[tuple[date, date]], other: Iterable[tuple[date, date]]
) -> bool:
    """Tell whether two sides are available together for enough working days of the host country."""
    shared = overlapping_working_days(scheme, host_country, one, other)
    return len(shared) >= scheme.proposals.overlap_working_days
