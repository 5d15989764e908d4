"""The reasons of a score are its terms, largest first; what adds nothing and was wished is what does not fit.

A reason is a code with facts. Its sentence is made where it is shown, in the reader's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clusterxchange.phases.matching.engine.participant import BOTH, HOST, Participant, formats_shared
from clusterxchange.phases.matching.engine.text import Statistics

PARTS = 10_000
WORDS_NAMED = 8
Facts = Callable[[Participant, Participant], tuple[str, ...]]


@dataclass(frozen=True)
class Reason:
    """Why somebody fits, or does not: the feature, its term, and for each direction what it was made of."""

    code: str
    term: float
    there: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def reasons_of(
    asker: Participant, candidate: Participant, terms: Mapping[str, int], days: int, offers: Statistics
) -> tuple[Reason, ...]:
    """Give the terms that add to the score, largest first, with what they were made of."""
    fitting = sorted((item for item in terms.items() if item[1] > 0), key=lambda item: (-item[1], item[0]))
    return tuple(
        Reason(name, points / PARTS, *_facts_of(name, asker, candidate, days, offers)) for name, points in fitting
    )


def misfits_of(asker: Participant, candidate: Participant, terms: Mapping[str, int]) -> tuple[Reason, ...]:
    """Give the terms that add nothing although one side has said something about them, in the order of the features."""
    return tuple(
        Reason(name, 0.0)
        for name, points in terms.items()
        if points <= 0 and (_is_said(name, asker) or _is_said(name, candidate))
    )


def conditions_of(asker: Participant, candidate: Participant) -> tuple[Reason, ...]:
    """Give what the rules ask of every exchange and the two have; it adds nothing to the score."""
    host = candidate if candidate.role == HOST else asker
    found = [
        Reason("format", 0.0, formats_shared(asker, candidate)),
        Reason("countries", 0.0, (asker.country, candidate.country)),
        Reason("places", 0.0, (str(host.places_left),)),
        Reason("roles", 0.0),
    ]
    return tuple(found if asker.format in (BOTH, candidate.format) or candidate.format == BOTH else found[1:])


def _facts_of(
    name: str, asker: Participant, candidate: Participant, days: int, offers: Statistics
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name == "dates":
        return (str(days),), (str(days),)
    if name == "offers":
        return (
            _words(asker, candidate, offers),
            _words(candidate, asker, offers),
        )
    facts = FACTS.get(name, _none)
    return facts(asker, candidate), facts(candidate, asker)


def _words(a: Participant, b: Participant, statistics: Statistics) -> tuple[str, ...]:
    """Give what `a` seeks and `b` offers, as `b` wrote it, the most telling word first."""
    rarity = statistics.rarity
    shared = sorted([(-rarity(term), term) for term in a.seeks.terms.keys() & b.offers.terms.keys()])
    return tuple(b.offers.shown.get(term, term) for _, term in shared[:WORDS_NAMED])


def _none(a: Participant, b: Participant) -> tuple[str, ...]:
    del a, b
    return ()


def _wished(a: Participant, b: Participant) -> tuple[str, ...]:
    country = (b.country,) if b.country in a.wished_countries else ()
    return (*country, *sorted(a.wished_ecosystems & b.ecosystems))


FACTS: Mapping[str, Facts] = {
    "sector": lambda a, b: tuple(sorted(a.ecosystems & b.ecosystems)),
    "wishes": _wished,
    "languages": lambda a, b: tuple(sorted(a.languages & b.languages)),
    "activities": lambda a, b: tuple(sorted(a.activities & b.activities)),
    "purposes": lambda a, b: tuple(sorted(a.purposes & b.purposes)),
    "organisation_type": lambda a, b: (b.organisation_type,) if b.organisation_type in a.wished_types else (),
}


def _is_said(name: str, side: Participant) -> bool:
    said = {
        "sector": bool(side.ecosystems),
        "wishes": bool(side.wished_countries or side.wished_ecosystems),
        "languages": bool(side.languages),
        "dates": bool(side.windows),
        "activities": bool(side.activities),
        "purposes": bool(side.purposes),
        "organisation_type": bool(side.wished_types),
    }
    return said.get(name, False)
