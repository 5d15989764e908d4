"""What can be said of proposals without looking anything up (matching)."""

from clusterxchange.phases.matching.models import ProposalState

OPEN = (ProposalState.SENT, ProposalState.SUGGESTED)
PHYSICAL, VIRTUAL = "physical", "virtual"


def places_left(places: int | None, occupied: int) -> int:
    """Count the visitors that a host can still take; a host that has not said how many takes one at a time."""
    return max(0, (1 if places is None else places) - occupied)
