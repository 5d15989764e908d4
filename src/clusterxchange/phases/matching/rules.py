"""What can be said of proposals without looking anything up (matching)."""

from collections.abc import Iterable

from clusterxchange.foundation.folding import fold
from clusterxchange.phases.matching.models import ProposalState

OPEN = (ProposalState.SENT, ProposalState.SUGGESTED)
SHORTEST_WORD = 5
PHYSICAL, VIRTUAL = "physical", "virtual"


def places_left(places: int | None, occupied: int) -> int:
    """Count the visitors that a host can still take; a host that has not said how many takes one at a time."""
    return max(0, (1 if places is None else places) - occupied)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Give the folded words of some texts that are long enough to mean something."""
    letters = "".join(letter if letter.isalnum() else " " for letter in fold(" ".join(texts)))
    return frozenset(word for word in letters.split() if len(word) >= SHORTEST_WORD)
