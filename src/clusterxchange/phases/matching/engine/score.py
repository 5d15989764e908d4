"""The score: a weighted sum in both directions, so that it explains itself. Its weights are data of the scheme.

Terms are whole ten-thousandths. So the terms that are shown add up to the score exactly, and equal scores are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from clusterxchange.phases.matching.engine.columns import Columns
from clusterxchange.phases.matching.engine.features import (
    FEATURES,
    READ_OF_WISHED,
    READ_OF_WISHING,
    STRUCTURED,
    Days,
    dates,
    days_shared,
)
from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.pool import Pool
from clusterxchange.phases.matching.engine.rules import READ as READ_BY_RULES
from clusterxchange.phases.matching.engine.rules import exclusions
from clusterxchange.phases.matching.engine.text import Index, Text
from clusterxchange.phases.matching.engine.vectors import Vector, Vectors
from clusterxchange.scheme.document import Scheme

PARTS = 10_000
STRONG, GOOD, POSSIBLE = 3, 2, 1
# From so many candidates on, whoever cannot come among the best is found out before vectors are looked at.
CANDIDATES_TO_SIFT = 2_000


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much each feature counts, how much the asker's own direction does, and how few days an exchange may have."""

    weights: Mapping[str, float]
    own_share: float
    fewest_days: int

    @classmethod
    def of(cls, scheme: Scheme) -> "Weighing":
        """Read the weighing of an edition."""
        return cls(scheme.matching.weights, scheme.matching.own_share, scheme.proposals.overlap_working_days)

    @property
    def names(self) -> tuple[str, ...]:
        """The features that count at all, in their order."""
        return tuple(name for name in FEATURES if self.weights.get(name, 0.0) > 0)

    def share(self, name: str) -> float:
        """Give the part of the whole score that a feature can add."""
        return self.weights[name] / sum(self.weights[one] for one in self.names)

    def term(self, name: str, there: np.ndarray, back: np.ndarray) -> np.ndarray:
        """Give what a feature adds to the score, in whole ten-thousandths."""
        own, other = np.float32(self.own_share), np.float32(1 - self.own_share)
        return np.rint(np.float32(PARTS * self.share(name)) * (own * there + other * back)).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Measured:
    """An asker against each candidate of a pool: the terms by feature, in ten-thousandths, and who is excluded.

    Scores are the sums of terms; whoever is excluded has none.
    """

    names: tuple[str, ...]
    terms: np.ndarray
    scores: np.ndarray
    excluded: np.ndarray
    days: np.ndarray
    sifted_out: np.ndarray


def measured(
    asker: Participant, pool: Pool, weighing: Weighing, *, best: int | None = None, prices: np.ndarray | None = None
) -> Measured:
    """Measure an asker against a pool.

    With `best`, only so many are wanted: whoever could not come among them, with prices or without, even with the
    whole term of meaning, is marked as sifted out, and that term is left out. The best are the same either way.
    """
    row, columns = pool.asker(asker), pool.columns
    days = Days(days_shared(row, columns), weighing.fewest_days)
    names = weighing.names
    terms = np.zeros((len(names), len(pool)), dtype=np.int16)
    excluded = exclusions(row, columns, pool.groups[READ_BY_RULES], days)
    for place, name in enumerate(names):
        if name == "offers":
            there, back = _shares(pool.offers, asker.seeks), _shares(pool.seeks, asker.offers)
            terms[place] = weighing.term(name, there, back)
        elif name == "dates":
            terms[place] = _dates(row, pool, weighing, days)
        elif name in STRUCTURED:
            terms[place] = _structured(row, pool, weighing, name)
    scores = terms.sum(axis=0, dtype=np.int16)
    sifted_out = excluded > 0
    if "meaning" in names:
        whole = PARTS * weighing.share("meaning")
        rows = _worth_looking_at(scores, sifted_out, whole, best, prices)
        there = np.zeros(len(pool), dtype=np.float32)
        there[rows] = _meant(pool, pool.offers_vectors, asker.seeks_vector, rows)
        if best is not None and weighing.own_share < 1:
            # With one direction known, fewer can still come among the best by the other.
            sifted_out = np.ones(len(pool), dtype=np.bool_)
            sifted_out[rows] = False
            at_least = scores + (np.float32(whole * weighing.own_share) * there).astype(np.int16)
            rows = _worth_looking_at(at_least, sifted_out, whole * (1 - weighing.own_share) + 2, best, prices)
        sifted_out = np.ones(len(pool), dtype=np.bool_)
        sifted_out[rows] = False
        there = there[rows]
        back = _meant(pool, pool.seeks_vectors, asker.offers_vector, rows)
        terms[names.index("meaning"), rows] = meant = weighing.term("meaning", there, back)
        scores[rows] += meant
    scores[excluded > 0] = 0
    return Measured(names, terms, scores, excluded, days.shared, sifted_out)


def _structured(row: Columns, pool: Pool, weighing: Weighing, name: str) -> np.ndarray:
    nothing = Days(np.zeros(1, dtype=np.int16), 1)
    wished, wishing = pool.groups[READ_OF_WISHED[name]], pool.groups[READ_OF_WISHING[name]]
    there = STRUCTURED[name](row, wished.kinds, nothing)
    back = STRUCTURED[name](wishing.kinds, row, nothing)
    if wished is wishing:
        return weighing.term(name, there, back)[wished.numbers]
    return weighing.term(name, there[wished.numbers], back[wishing.numbers])


def _dates(row: Columns, pool: Pool, weighing: Weighing, days: Days) -> np.ndarray:
    """Work dates out once for each number of days shared and each number of days wished."""
    group = pool.groups[("days_wished",)]
    numbers = np.arange(int(days.shared.max(initial=0)) + 1, dtype=np.int16)
    shared = Days(np.tile(numbers, len(group.kinds)), days.fewest)
    kinds = group.kinds.at(np.repeat(np.arange(len(group.kinds)), len(numbers)))
    table = weighing.term("dates", dates(row, kinds, shared), dates(kinds, row, shared))
    return table[group.numbers * np.int32(len(numbers)) + days.shared]


def _shares(index: Index, query: Text) -> np.ndarray:
    return index.shares(query) if query else np.zeros(len(index), dtype=np.float32)


def _meant(pool: Pool, vectors: Vectors | None, vector: Vector | None, rows: np.ndarray) -> np.ndarray:
    made = pool.vector(vector)
    if vectors is None or made is None:
        return np.zeros(len(rows), dtype=np.float32)
    return np.maximum(vectors.similarities(made, rows), np.float32(0))


def _worth_looking_at(
    scores: np.ndarray, out: np.ndarray, whole: float, best: int | None, prices: np.ndarray | None
) -> np.ndarray:
    possible = len(out) - int(np.count_nonzero(out))
    if best is None or possible <= max(CANDIDATES_TO_SIFT, best):
        return np.flatnonzero(~out)
    kept = np.zeros(len(scores), dtype=np.bool_)
    for less in (None, prices) if prices is not None else (None,):
        worth = scores if less is None else np.maximum(scores - less, 0)
        kept |= worth >= _least_of_best(worth[~out], best) - np.ceil(whole)
    return np.flatnonzero(kept & ~out)


def _least_of_best(worth: np.ndarray, best: int) -> int:
    """Give what the last of the best is worth, by counting how many are worth how much."""
    from_the_top = np.cumsum(np.bincount(worth)[::-1])
    return len(from_the_top) - 1 - int(np.searchsorted(from_the_top, best))


def band_of(points: int, scheme: Scheme) -> int:
    """Give the band in which people see a score."""
    bands = scheme.matching.bands
    if points >= round(bands["strong"] * PARTS):
        return STRONG
    return GOOD if points >= round(bands["good"] * PARTS) else POSSIBLE
