"""Who fits whom, and why: pure functions of plain values, the same on a page, in a job and in a measurement.

A ranking of a few is asked through `rank`; one of many through a `Pool` that is kept, with `measured`, `order` and
`explained`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from clusterxchange.phases.matching.engine.columns import tie_of, ties_for
from clusterxchange.phases.matching.engine.explain import Reason, conditions_of, misfits_of, reasons_of
from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.pool import Collection, Pool
from clusterxchange.phases.matching.engine.rules import REASONS, Exclusion, exclusion
from clusterxchange.phases.matching.engine.score import PARTS, POSSIBLE, Measured, Weighing, band_of, measured
from clusterxchange.scheme.document import Scheme

__all__ = [
    "Collection",
    "Exclusion",
    "Measured",
    "Participant",
    "Pool",
    "Ranked",
    "Reason",
    "Weighing",
    "best_of",
    "conditions_of",
    "exclusion",
    "explained",
    "measured",
    "order",
    "rank",
]


@dataclass(frozen=True)
class Ranked:
    """A candidate in a list: score, band (3 is the strongest) and reasons, or why it is out of the question."""

    participant: Participant
    score: float = 0.0
    band: int = POSSIBLE
    fits: tuple[Reason, ...] = ()
    misfits: tuple[Reason, ...] = ()
    excluded: Exclusion | None = None


def rank(
    asker: Participant, candidates: Iterable[Participant], scheme: Scheme, collection: Collection | None = None
) -> list[Ranked]:
    """Give every candidate with reasons, the best first; who is out of the question comes last, with the reason.

    :raises ValueError: two candidates bear the same reference.
    """
    pool = Pool.of(list(candidates), scheme, collection)
    found = measured(asker, pool, Weighing.of(scheme))
    return explained(asker, pool, found, order(asker, pool, found), scheme)


def order(asker: Participant, pool: Pool, found: Measured) -> np.ndarray:
    """Give the places of all candidates, best first, excluded last; ties by a hash that stays the same."""
    ties = ties_for(tie_of(asker.reference), pool.columns.ties)
    return np.lexsort((ties, -found.scores, found.excluded != 0))


def best_of(
    asker: Participant, pool: Pool, found: Measured, count: int, prices: np.ndarray | None = None
) -> np.ndarray:
    """Give the places of the best candidates who are not excluded, by score or by score less price."""
    rows = np.flatnonzero(~found.sifted_out & (found.excluded == 0))
    worth = found.scores[rows].astype(np.int32)
    if prices is not None:
        worth -= prices[rows]
    if len(rows) > count > 0:
        kept = worth >= np.partition(worth, -count)[-count]
        rows, worth = rows[kept], worth[kept]
    ties = ties_for(tie_of(asker.reference), pool.columns.ties[rows])
    return rows[np.lexsort((ties, -worth))][:count]


def explained(
    asker: Participant, pool: Pool, found: Measured, places: Sequence[int] | np.ndarray, scheme: Scheme
) -> list[Ranked]:
    """Give the candidates at some places with their reasons."""
    return [_explained(asker, pool, found, int(place), scheme) for place in places]


def _explained(asker: Participant, pool: Pool, found: Measured, place: int, scheme: Scheme) -> Ranked:
    candidate = pool.participants[place]
    if found.excluded[place]:
        return Ranked(candidate, excluded=Exclusion(REASONS[found.excluded[place]]))
    terms = {name: int(found.terms[row, place]) for row, name in enumerate(found.names)}
    points = sum(terms.values())
    reasons = reasons_of(asker, candidate, terms, int(found.days[place]), pool.collection.offers)
    misfits = misfits_of(asker, candidate, terms)
    return Ranked(candidate, points / PARTS, band_of(points, scheme), reasons, misfits)
