"""What can be said of proposals without looking anything up (matching)."""

from collections.abc import Iterable
from datetime import date

from clusterxchange.phases.matching.models import ProposalState

OPEN = (ProposalState.SENT, ProposalState.SUGGESTED)
PHYSICAL, VIRTUAL = "physical", "virtual"


def places_left(places: int | None, occupied: int) -> int:
    """Count the visitors that a host can still take; a host that has not said how many takes one at a time."""
    return max(0, (1 if places is None else places) - occupied)


Window = tuple[date, date]


def common_windows(one: Iterable[Window], other: Iterable[Window]) -> list[Window]:
    """Give the spans of days that lie in a window of each side, the first first; both ends are inside."""
    others = list(other)
    spans = [(max(a, c), min(b, d)) for a, b in one for c, d in others]
    return sorted({span for span in spans if span[0] <= span[1]})
