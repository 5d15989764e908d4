"""Who fits whom, and why: pure functions of plain values, the same on a page, in a job and in a measurement.

A ranking is asked through one function, `rank`. Each part of it can be replaced without touching a page.
"""

from collections.abc import Iterable

from clusterxchange.phases.matching.engine.explain import Reason, misfits_of, reasons_of
from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.rules import Exclusion, exclusion
from clusterxchange.phases.matching.engine.score import Ranked, band_of, order_of, terms_of
from clusterxchange.scheme.document import Scheme

__all__ = ["Exclusion", "Participant", "Ranked", "Reason", "band_of", "exclusion", "rank"]


def rank(asker: Participant, candidates: Iterable[Participant], scheme: Scheme) -> list[Ranked]:
    """Give every candidate with reasons, the best first; who is out of the question comes last, with the reason."""
    ranked = [_ranked(asker, candidate, scheme) for candidate in candidates]
    return sorted(ranked, key=lambda one: order_of(asker, one))


def _ranked(asker: Participant, candidate: Participant, scheme: Scheme) -> Ranked:
    excluded = exclusion(asker, candidate, scheme)
    if excluded is not None:
        return Ranked(candidate, excluded=excluded)
    terms = terms_of(asker, candidate, scheme)
    score = round(sum(term.amount for term in terms), 4)
    return Ranked(candidate, score, band_of(score, scheme), reasons_of(terms), misfits_of(asker, candidate, terms))
