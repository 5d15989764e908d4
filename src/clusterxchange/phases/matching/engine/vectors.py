"""Meaning: vectors that are near to each other where two texts mean alike, whatever their languages.

Where they come from is a port of one function, `Embed`. Without one the ranking does without.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Embed = Callable[[Sequence[str]], np.ndarray]

# A language with fewer texts than this has no centre of its own: it takes that of all.
TEXTS_FOR_A_CENTRE = 50
# A handful of texts has no middle: they would stand against each other's subject. Then there is no meaning to compare.
FEWEST_TEXTS = 8
STEPS = 127
NEAREST = 5
CROWD_SHARE = 0.5
# So many vectors are kept wide, ready to be multiplied; of more, narrow ones are widened where one is looked at.
WIDE_AT_MOST = 20_000
# To copy this part of wide vectors takes as long as to multiply all of them.
COPIES_WORTH_IT = 4


class AnotherModel(ValueError):
    """Say that a vector was made by another model than the one it is compared with."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One text's vector as it is stored: small whole numbers, the model that made it, the language of the text."""

    values: np.ndarray
    model: str
    language: str = ""


def stored(values: np.ndarray) -> np.ndarray:
    """Give vectors as whole numbers from -127 to 127; a vector of nothing stays nothing.

    :raises ValueError: some number is no number.
    """
    found = np.atleast_2d(np.asarray(values, dtype=np.float32))
    if not np.isfinite(found).all():
        raise ValueError("A vector holds something that is no number")
    largest = np.abs(found).max(axis=1, keepdims=True)
    largest[largest == 0] = 1
    return np.rint(found / largest * STEPS).astype(np.int8)


def of_length_one(values: np.ndarray) -> np.ndarray:
    """Give vectors of length one; a vector of nothing stays nothing."""
    found = np.atleast_2d(np.asarray(values, dtype=np.float32))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    length[length == 0] = 1
    return found / length


@dataclass(frozen=True, slots=True)
class Centres:
    """The middle of all texts and of each language: what a vector says beyond its language stands against it."""

    model: str
    whole: np.ndarray
    languages: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, vectors: Sequence[Vector]) -> "Centres | None":
        """Find the middles of some vectors; None where there are too few for one.

        :raises AnotherModel: they were made by more than one model.
        """
        models = {vector.model for vector in vectors}
        if len(models) > 1:
            raise AnotherModel(f"Vectors of several models: {', '.join(sorted(models))}")
        if len(vectors) < FEWEST_TEXTS:
            return None
        values = of_length_one(np.stack([vector.values for vector in vectors]))
        languages = np.array([vector.language for vector in vectors])
        counted = Counter(vector.language for vector in vectors)
        middles = {
            language: values[languages == language].mean(axis=0)
            for language, number in counted.items()
            if number >= TEXTS_FOR_A_CENTRE
        }
        return cls(models.pop(), values.mean(axis=0), middles)

    def centred(self, vectors: Sequence[Vector | None]) -> np.ndarray:
        """Give the vectors less the middle of their language, of length one; none is a vector of nothing.

        :raises AnotherModel: one was made by another model.
        """
        found = np.zeros((len(vectors), len(self.whole)), dtype=np.float32)
        for place, vector in enumerate(vectors):
            if vector is None or not np.any(vector.values):
                continue
            if vector.model != self.model or vector.values.shape != self.whole.shape:
                raise AnotherModel(f"A vector of {vector.model} cannot be compared with those of {self.model}")
            found[place] = of_length_one(vector.values)[0] - self.languages.get(vector.language, self.whole)
        return of_length_one(found)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Many centred vectors as small whole numbers, and their lengths."""

    values: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, centred: np.ndarray) -> "Vectors":
        """Store centred vectors."""
        values = stored(centred)
        lengths = np.linalg.norm(values.astype(np.float32), axis=1).astype(np.float32)
        kept = values if len(values) > WIDE_AT_MOST else values.astype(np.float32)
        return cls(kept, np.where(lengths > 0, lengths, np.float32(1)))

    def __len__(self) -> int:
        return len(self.lengths)

    def similarities(self, others: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """Give the cosine of each vector, or of those in some rows, with one other or with each of several."""
        if rows is not None and self.values.dtype == np.float32 and len(rows) * COPIES_WORTH_IT > len(self):
            return self.similarities(others)[rows]
        values = self.values if rows is None else self.values[rows]
        lengths = self.lengths if rows is None else self.lengths[rows]
        found = values.astype(np.float32, copy=False) @ others.T
        return found / (lengths if found.ndim == 1 else lengths[:, None])

    def with_row(self, place: int, row: "Vectors") -> "Vectors":
        """Give the vectors with another one at a place, which may be the one after the last."""
        following = slice(place + 1, None)
        return Vectors(
            np.concatenate((self.values[:place], row.values.astype(self.values.dtype), self.values[following])),
            np.concatenate((self.lengths[:place], row.lengths, self.lengths[following])),
        )


def crowding(similarities: np.ndarray) -> np.ndarray:
    """Give for each column how near its nearest rows are on average.

    A text that is near to everything is near to nothing in particular; this is what it is held against.
    """
    count = min(NEAREST, similarities.shape[0])
    if not count:
        return np.zeros(similarities.shape[1], dtype=np.float32)
    return np.partition(similarities, -count, axis=0)[-count:].mean(axis=0)


def less_crowded(similarities: np.ndarray, crowds: np.ndarray) -> np.ndarray:
    """Give similarities less half of how crowded each column is."""
    return similarities - CROWD_SHARE * crowds
