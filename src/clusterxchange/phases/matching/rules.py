"""What can be said of proposals without looking anything up (matching)."""

import re
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


ADDRESS = re.compile(r"[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
NUMBER = re.compile(r"(?:\+|\b00|\(0|\b0|\b)(?:[\s()./-]?\d){8,15}\b")
DAY = re.compile(r"\b(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2}))\b")


def reveals_an_address(text: str) -> bool:
    """Tell whether a text holds what looks like an e-mail address or a telephone number; days are none."""
    return bool(ADDRESS.search(text) or NUMBER.search(DAY.sub("|", text)))
