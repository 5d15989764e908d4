"""The reasons of a score are its terms, largest first; what adds nothing and was wished is what does not fit.

A reason is a code with facts. Its sentence is made where it is shown, in the reader's language.
"""

from dataclasses import dataclass

from clusterxchange.phases.matching.engine.features import Feature
from clusterxchange.phases.matching.engine.participant import Participant


@dataclass(frozen=True)
class Term:
    """What one feature adds to a score: `there` is the asker's direction, `back` the other one."""

    name: str
    amount: float
    there: Feature
    back: Feature


@dataclass(frozen=True)
class Reason:
    """Why somebody fits, or does not: the feature, its term, and for each direction what it was made of."""

    code: str
    term: float
    there: tuple[str, ...] = ()
    back: tuple[str, ...] = ()


def reasons_of(terms: tuple[Term, ...]) -> tuple[Reason, ...]:
    """Give the terms that add to the score, largest first."""
    fitting = sorted((term for term in terms if term.amount > 0), key=lambda term: (-term.amount, term.name))
    return tuple(Reason(term.name, term.amount, term.there.facts, term.back.facts) for term in fitting)


def misfits_of(asker: Participant, candidate: Participant, terms: tuple[Term, ...]) -> tuple[Reason, ...]:
    """Give the terms that add nothing although one side has said something about them, in the order of the features."""
    return tuple(
        Reason(term.name, 0.0)
        for term in terms
        if term.amount <= 0 and (_is_said(term.name, asker) or _is_said(term.name, candidate))
    )


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
