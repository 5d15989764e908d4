"""The ranking on the site: who is listed is kept as arrays in each process and patched where something has changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import overload

import numpy as np

from clusterxchange.phases.matching import queries
from clusterxchange.phases.matching.engine import (
    Measured,
    Participant,
    Pool,
    Ranked,
    Weighing,
    best_of,
    explained,
    measured,
    order,
    rank,
)
from clusterxchange.phases.matching.engine.columns import DoesNotFit
from clusterxchange.phases.matching.engine.slate import slate
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.document import Scheme

# Of a list so many are chosen with an eye on the whole programme; whoever follows stands by score alone.
FIRST_OF_A_LIST = 10
# When more has changed, or something does not fit, everything is written down anew.
PATCHED_AT_MOST = 200
# So few are written down anew at each change.
FEW = 50
NO_SCHEME = ""
# Changes when the shape of the ranking does; the scheme's own hash says which weights were used.
EDITION_OF_THE_ENGINE = "1"


@dataclass(frozen=True)
class Field:
    """The candidates of one moment: the pool, whom of it nobody sees any more, and prices."""

    pool: Pool
    present: np.ndarray
    prices: np.ndarray


@dataclass
class Snapshot:
    """Everybody listed in one role of an edition, as last seen; `seen` says from where on to look for changes."""

    scheme: str = NO_SCHEME
    seen: int | None = None
    marks: dict[int, str] = field(default_factory=dict)
    prices: dict[int, int] = field(default_factory=dict)
    participants: dict[int, Participant] = field(default_factory=dict)
    found: Field | None = None


def version_of(scheme: Scheme) -> str:
    """Name the ranking that makes a list, so that what was shown can be judged later."""
    return f"{EDITION_OF_THE_ENGINE} {scheme.sha256}"


_SNAPSHOTS: dict[tuple[int, str], Snapshot] = {}
_LOCK = Lock()


def field_of(edition_id: int, role: str, scheme: Scheme) -> Field:
    """Give everybody listed in a role of an edition, as the database has them now."""
    with _LOCK:
        # Should anything below fail, everybody is read anew the next time.
        kept = _SNAPSHOTS.pop((edition_id, role), None) or Snapshot()
        seen, noted = queries.changed_since(edition_id, role, kept.seen)
        found = kept.found
        if found is None or noted is None or noted or kept.scheme != scheme.sha256:
            found = kept.found = _brought_up_to_date(kept, edition_id, role, scheme, noted)
            kept.scheme = scheme.sha256
        kept.seen = seen
        _SNAPSHOTS[edition_id, role] = kept
        return found


def _brought_up_to_date(
    kept: Snapshot, edition_id: int, role: str, scheme: Scheme, noted: Collection[int] | None
) -> Field:
    rows = {pk: (mark, price) for pk, mark, price, _ in queries.marks_of(edition_id, role, noted)}
    changed = [pk for pk, (mark, _) in rows.items() if kept.marks.get(pk) != mark]
    prices = {pk: price for pk, (_, price) in rows.items() if kept.prices.get(pk) != price}
    gone = (kept.marks.keys() if noted is None else kept.marks.keys() & set(noted)) - rows.keys()
    for pk in gone:
        for known in (kept.marks, kept.prices, kept.participants):
            known.pop(pk, None)
    for row in queries.listed_in(edition_id, role).filter(pk__in=changed) if changed else ():
        kept.participants[row.pk] = queries.participant_of(row)
    kept.marks |= {pk: mark for pk, (mark, _) in rows.items()}
    kept.prices |= prices
    if kept.found is not None and kept.scheme == scheme.sha256 and not (changed or gone or prices):
        return kept.found
    return _field_of(kept, _pool_of(kept, scheme, changed))


def _pool_of(kept: Snapshot, scheme: Scheme, changed: list[int]) -> Pool:
    pool = kept.found.pool if kept.found is not None and kept.scheme == scheme.sha256 else None
    if pool is not None and not (changed and _is_outgrown(pool, kept.participants, len(changed))):
        try:
            for pk in changed:
                if pk in kept.participants:
                    pool = pool.put(kept.participants[pk])
        except DoesNotFit:
            pool = None
        else:
            return pool
    return Pool.of(list(kept.participants.values()), scheme)


def _field_of(kept: Snapshot, pool: Pool) -> Field:
    present, prices = np.zeros(len(pool), dtype=np.bool_), np.zeros(len(pool), dtype=np.int32)
    for pk, one in kept.participants.items():
        present[pool.places[one.reference]] = True
        prices[pool.places[one.reference]] = kept.prices[pk]
    return Field(pool, present, prices)


def _is_outgrown(pool: Pool, participants: Mapping[int, Participant], changed: int) -> bool:
    """Whether so much has changed that how rare words are and where the middle of vectors lies is to be found anew."""
    counted = max(pool.collection.offers.size, pool.collection.seeks.size)
    has_vectors = any(one.offers_vector is not None for one in participants.values())
    return (
        len(participants) <= FEW
        or changed > PATCHED_AT_MOST
        or len(participants) * 4 > (counted + 1) * 5
        or len(pool) > 2 * len(participants)
        or (has_vectors and pool.collection.centres is None)
    )


class BestList(Sequence[Ranked]):
    """A list of everybody for one asker; only what is looked at is put into words."""

    def __init__(self, asker: Participant, found: Field, scheme: Scheme, hidden: Iterable[str] = ()) -> None:
        """Measure everybody and set the order: the first ten with an eye on the programme, then by score."""
        self._asker, self._scheme, self._pool = asker, scheme, found.pool
        is_out = ~found.present | (found.pool.columns.organisation == asker.organisation)
        for reference in hidden:
            if (place := found.pool.places.get(reference)) is not None:
                is_out[place] = True
        self._measured: Measured = measured(asker, found.pool, Weighing.of(scheme))
        self._measured.sifted_out[is_out] = True
        self._is_out = is_out
        self._first = slate(
            best_of(asker, found.pool, self._measured, 2 * FIRST_OF_A_LIST),
            best_of(asker, found.pool, self._measured, 2 * FIRST_OF_A_LIST, found.prices),
            found.pool.columns.cluster,
            FIRST_OF_A_LIST,
        )
        self._length = len(is_out) - int(np.count_nonzero(is_out))

    def __len__(self) -> int:
        return self._length

    def _places(self, until: int) -> np.ndarray:
        """Give the places of as many as are wanted, in the order of the list; few are found without sorting all."""
        if until <= self.possible:
            by_score = best_of(self._asker, self._pool, self._measured, until)
        else:
            every = order(self._asker, self._pool, self._measured)
            by_score = every[~self._is_out[every]]
        return np.concatenate([np.array(self._first, dtype=np.intp), by_score[~np.isin(by_score, self._first)]])[:until]

    @overload
    def __getitem__(self, wanted: int) -> Ranked: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Ranked]: ...
    def __getitem__(self, wanted: int | slice) -> Ranked | list[Ranked]:
        chosen = range(len(self))[wanted]
        numbers = [chosen] if isinstance(chosen, int) else list(chosen)
        places = self._places(max(numbers, default=-1) + 1)[numbers]
        found = explained(self._asker, self._pool, self._measured, places, self._scheme)
        return found[0] if isinstance(chosen, int) else found

    @property
    def by_meaning(self) -> bool:
        """Whether the asker's texts are compared by meaning as well, and not by words alone."""
        has_vectors = self._asker.seeks_vector is not None or self._asker.offers_vector is not None
        return has_vectors and self._pool.collection.centres is not None

    @property
    def possible(self) -> int:
        """How many of them can be matched."""
        return int(np.count_nonzero((self._measured.excluded == 0) & ~self._is_out))


def best_for(asker: Participation, scheme: Scheme, hidden: Iterable[str] = ()) -> BestList:
    """Give everybody of the other role as a list for the asker, without those whose references are hidden."""
    found = field_of(asker.edition_id, queries.OTHER_ROLE[asker.role], scheme)
    return BestList(queries.participant_of(asker), found, scheme, hidden)


def ranking_for(asker: Participation, rows: Iterable[Participation], scheme: Scheme) -> list[Ranked]:
    """Give some rows as the ranking orders them for the asker, measured as everybody in the same role is."""
    found = field_of(asker.edition_id, queries.OTHER_ROLE[asker.role], scheme)
    participants = [queries.participant_of(row) for row in rows]
    return rank(queries.participant_of(asker), participants, scheme, found.pool.collection)
