"""How long one list takes, rules, terms, sifting and reasons of the first ten included, in this process."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from benchmarks.matching.metrics import LENGTH
from clusterxchange.phases.matching.engine import Participant, Pool, Weighing, best_of, explained, measured
from clusterxchange.phases.matching.engine.columns import Group, ties_for
from clusterxchange.phases.matching.engine.vectors import WIDE_AT_MOST, Vectors
from clusterxchange.scheme.document import Scheme

SIZES = (10_000, 100_000, 1_000_000)
ASKED = 60
WARM_UP = 3
STORED = 50


def enlarged(pool: Pool, size: int) -> Pool:
    """Repeat the candidates of a pool until there are so many; each has a tie of its own."""
    if not len(pool):
        raise ValueError("An empty pool cannot be enlarged")
    rows = np.arange(size) % len(pool)
    columns = pool.columns.at(rows)
    columns.ties = ties_for(0, np.arange(size, dtype=np.uint64))
    return replace(
        pool,
        participants=_Repeated(pool.participants, size),
        columns=columns,
        offers=pool.offers.repeated(size),
        seeks=pool.seeks.repeated(size),
        offers_vectors=_vectors(pool.offers_vectors, rows),
        seeks_vectors=_vectors(pool.seeks_vectors, rows),
        groups={names: Group(group.kinds, group.numbers[rows]) for names, group in pool.groups.items()},
    )


class _Repeated(list[Participant]):
    """The same participants again and again, without a copy of each."""

    def __init__(self, participants: Sequence[Participant], size: int) -> None:
        super().__init__(participants)
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: int) -> Participant:  # type: ignore[override]  # -- slices are not asked for
        return super().__getitem__(place % super().__len__())


def _vectors(vectors: Vectors | None, rows: np.ndarray) -> Vectors | None:
    if vectors is None:
        return None
    kind = np.float32 if len(rows) <= WIDE_AT_MOST else np.int8
    return Vectors(vectors.values.astype(kind)[rows], vectors.lengths[rows])


def latency(
    pool: Pool,
    askers: Sequence[Participant],
    weighing: Weighing,
    scheme: Scheme,
    sizes: Sequence[int] = SIZES,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, dict[str, float]]:
    """Give the middle and the 95th percentile of a list's milliseconds by the number of candidates."""
    found = {}
    for size in sizes:
        large = enlarged(pool, size)
        taken = []
        for number in range(WARM_UP + ASKED):
            who = askers[number % len(askers)]
            begun = clock()
            against = measured(who, large, weighing, best=STORED)
            best = best_of(who, large, against, STORED)
            explained(who, large, against, best[:LENGTH], scheme)
            taken.append(1000 * (clock() - begun))
        p50, p95 = np.percentile(taken[WARM_UP:], (50, 95))
        found[str(size)] = {"p50": round(float(p50), 2), "p95": round(float(p95), 2)}
    return found
