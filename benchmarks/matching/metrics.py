"""Figures of lists. Among equal scores every order is as likely as any other, so the expected value is given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LENGTH = 10
ROUNDS = 2_000
SEED = 20_260_302


@dataclass(frozen=True, slots=True)
class Figures:
    """What one list is worth."""

    ndcg: float
    recall: float
    reciprocal_rank: float


def figures(scores: np.ndarray, relevant: np.ndarray, length: int = LENGTH) -> Figures:
    """Give the expected figures of the list that some scores make; `relevant` marks who is wanted.

    :raises ValueError: nobody is wanted, or a score is no number.
    """
    wanted = int(relevant.sum())
    if not wanted:
        raise ValueError("Nobody is wanted, so no figure can be given")
    if np.isnan(scores).any():
        raise ValueError("A score is no number")
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    ordered = scores[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[begins, len(order)])
    hits = np.add.reduceat(relevant[order].astype(np.int64), begins)
    gains = np.repeat(hits / sizes, sizes)[:length]
    discounts = 1 / np.log2(np.arange(2, length + 2))
    ideal = discounts[: min(wanted, length)].sum()
    first = int(np.flatnonzero(hits)[0])
    reciprocal = _expected_reciprocal(int(begins[first]), int(sizes[first]), int(hits[first]))
    return Figures(float(gains @ discounts[: len(gains)] / ideal), float(gains.sum() / wanted), reciprocal)


def _expected_reciprocal(before: int, size: int, hits: int) -> float:
    """Give the expected 1/place of the first hit among equals that stand behind some others."""
    expected, none_yet = 0.0, 1.0
    for step in range(size - hits + 1):
        chance = hits / (size - step)
        expected += none_yet * chance / (before + step + 1)
        none_yet *= 1 - chance
    return expected


def interval(values: Sequence[float] | np.ndarray, rounds: int = ROUNDS) -> tuple[float, float]:
    """Give the 95 % interval of a mean by drawing the questions again and again, always in the same way."""
    drawn = np.asarray(values, dtype=np.float64)
    if not len(drawn):
        return 0.0, 0.0
    random = np.random.default_rng(SEED)
    means = np.array([drawn[random.integers(0, len(drawn), len(drawn))].mean() for _ in range(rounds)])
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def realised(lists: Sequence[Sequence[int]], relevant: Sequence[frozenset[int]], most: int = 3) -> int:
    """Count the true pairs in all lists that could come about when each host takes at most so many."""
    taken: dict[int, int] = {}
    for shown, wanted in zip(lists, relevant, strict=True):
        for host in shown:
            if host in wanted:
                taken[host] = taken.get(host, 0) + 1
    return sum(min(most, count) for count in taken.values())


def coverage(lists: Sequence[Sequence[int]], hosts: int) -> float:
    """Give the part of all hosts that some list shows."""
    return len({host for shown in lists for host in shown}) / hosts if hosts else 0.0


def most_shown(lists: Sequence[Sequence[int]]) -> int:
    """Count the lists that show the host which most lists show."""
    shown: dict[int, int] = {}
    for hosts in lists:
        for host in set(hosts):
            shown[host] = shown.get(host, 0) + 1
    return max(shown.values(), default=0)
