"""The candidates of one list: columns, words and vectors side by side, and what an asker is measured on them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from clusterxchange.phases.matching.engine.columns import Coding, Columns, DoesNotFit, Group
from clusterxchange.phases.matching.engine.features import READ_OF_WISHED, READ_OF_WISHING
from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.rules import READ as READ_BY_RULES
from clusterxchange.phases.matching.engine.text import Index, Shape, Statistics
from clusterxchange.phases.matching.engine.vectors import Centres, Vector, Vectors
from clusterxchange.scheme.document import Scheme

# A long text of a profile is held against it less than usual: whoever has done much has more to tell.
SHAPE = Shape(k1=0.9, b=0.2)
# What features and rules read of candidates; whoever says the same there is worked out once.
GROUPED = frozenset((*READ_OF_WISHED.values(), *READ_OF_WISHING.values(), READ_BY_RULES, ("days_wished",)))


@dataclass(frozen=True, slots=True)
class Collection:
    """What all texts and vectors of an edition say together; a list of a few is measured on it as well."""

    offers: Statistics
    seeks: Statistics
    centres: Centres | None = None

    @classmethod
    def of(cls, participants: Sequence[Participant]) -> "Collection":
        """Count the texts of some participants and find the middles of their vectors."""
        vectors = [vector for one in participants for vector in (one.offers_vector, one.seeks_vector) if vector]
        return cls(
            Statistics.of(one.offers for one in participants),
            Statistics.of(one.seeks for one in participants),
            Centres.of(vectors),
        )


@dataclass
class Pool:
    """Candidates as the engine scores them. `participants` says the same in words, for the reasons."""

    participants: list[Participant]
    coding: Coding
    columns: Columns
    collection: Collection
    offers: Index
    seeks: Index
    offers_vectors: Vectors | None = None
    seeks_vectors: Vectors | None = None
    places: dict[str, int] = field(default_factory=dict)
    groups: dict[tuple[str, ...], Group] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        participants: Sequence[Participant],
        scheme: Scheme,
        collection: Collection | None = None,
        coding: Coding | None = None,
        shape: Shape = SHAPE,
    ) -> "Pool":
        """Write participants down as a pool; without a collection they are one by themselves.

        :raises ValueError: two of them bear the same reference.
        :raises AnotherModel: their vectors were made by several models.
        """
        found = list(participants)
        places = {one.reference: place for place, one in enumerate(found)}
        if len(places) < len(found):
            raise ValueError("Two candidates bear the same reference")
        counted = collection if collection is not None else Collection.of(found)
        numbers = coding if coding is not None else Coding.of(found, scheme)
        columns = Columns.of(found, numbers)
        return cls(
            found,
            numbers,
            columns,
            counted,
            Index([one.offers for one in found], counted.offers, shape),
            Index([one.seeks for one in found], counted.seeks, shape),
            _centred(counted.centres, [one.offers_vector for one in found]),
            _centred(counted.centres, [one.seeks_vector for one in found]),
            places,
            {names: Group.of(columns, names) for names in GROUPED},
        )

    def __len__(self) -> int:
        return len(self.participants)

    def asker(self, asker: Participant) -> Columns:
        """Write an asker in the numbers of this pool."""
        return Columns.of([asker], self.coding)

    def vector(self, vector: Vector | None) -> np.ndarray | None:
        """Give an asker's vector as the pool's stand; None where it or the pool has none.

        :raises AnotherModel: it was made by another model.
        """
        if vector is None or self.collection.centres is None:
            return None
        return self.collection.centres.centred([vector])[0]

    def put(self, one: Participant) -> "Pool":
        """Give the pool with a participant put in, or in its former place; this one stays as it is.

        :raises DoesNotFit: it says something that has no number here; the pool must be made anew.
        """
        if not self.coding.knows(one):
            raise DoesNotFit(one.reference)
        place = self.places.get(one.reference, len(self))
        row = Columns.of([one], self.coding)
        participants = [*self.participants[:place], one, *self.participants[place + 1 :]]
        return replace(
            self,
            participants=participants,
            columns=self.columns.with_row(place, row),
            groups={names: group.with_row(place, row) for names, group in self.groups.items()},
            offers=self.offers.with_text(place, one.offers),
            seeks=self.seeks.with_text(place, one.seeks),
            offers_vectors=_with_vector(self, self.offers_vectors, place, one.offers_vector),
            seeks_vectors=_with_vector(self, self.seeks_vectors, place, one.seeks_vector),
            places={**self.places, one.reference: place},
        )


def _centred(centres: Centres | None, vectors: Sequence[Vector | None]) -> Vectors | None:
    return Vectors.of(centres.centred(vectors)) if centres is not None and any(vectors) else None


def _with_vector(pool: Pool, vectors: Vectors | None, place: int, vector: Vector | None) -> Vectors | None:
    centres = pool.collection.centres
    if centres is None or (vectors is None and vector is None):
        return vectors
    old = vectors if vectors is not None else Vectors.of(centres.centred([None] * len(pool)))
    return old.with_row(place, Vectors.of(centres.centred([vector])))
