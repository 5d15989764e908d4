"""Does the same thing in another language stand nearest? Each title against all English ones."""

from collections.abc import Iterable

import numpy as np

from benchmarks.matching.data import Title
from benchmarks.matching.metrics import figures
from clusterxchange.phases.matching.engine.text import Index, Reading
from clusterxchange.phases.matching.engine.vectors import (
    Centres,
    Embed,
    Vector,
    Vectors,
    crowding,
    less_crowded,
    of_length_one,
    stored,
)

ENGLISH = "en"
MODEL = "benchmark"
TOP = 10


def languages(titles: Iterable[Title], embed: Embed | None) -> dict[str, dict[str, float]]:
    """Give for each language how often the same class stands first, and among ten; without vectors by words alone."""
    every = sorted(set(titles), key=lambda one: (one.language, one.code, one.title))
    english = [one for one in every if one.language == ENGLISH]
    others = sorted({one.language for one in every} - {ENGLISH})
    if not english:
        return {}
    return {
        language: _of(language, [one for one in every if one.language == language], english, embed)
        for language in others
    }


def _of(language: str, asked: list[Title], english: list[Title], embed: Embed | None) -> dict[str, float]:
    similarities = _by_words(language, asked, english) if embed is None else _by_meaning(asked, english, embed)
    codes = np.array([one.code for one in english])
    corrected = less_crowded(similarities, crowding(similarities))
    found = {}
    for name, values in (("", corrected), ("_alone", similarities)):
        right = [
            (row, codes == title.code) for row, title in zip(values, asked, strict=True) if (codes == title.code).any()
        ]
        found[f"acc1{name}"] = float(np.mean([figures(row, same, 1).recall for row, same in right])) if right else 0.0
        found[f"top10{name}"] = (
            float(np.mean([figures(row, same, TOP).recall for row, same in right])) if right else 0.0
        )
    return found | {"titles": len(asked)}


def _by_words(language: str, asked: list[Title], english: list[Title]) -> np.ndarray:
    reading = Reading()
    index = Index([reading.read(one.title, ENGLISH) for one in english])
    return np.stack([index.shares(reading.read(one.title, language)) for one in asked])


def _by_meaning(asked: list[Title], english: list[Title], embed: Embed) -> np.ndarray:
    vectors = [
        [Vector(values, MODEL, one.language) for values, one in zip(_whole(embed, titles), titles, strict=True)]
        for titles in (asked, english)
    ]
    centres = Centres.of([*vectors[0], *vectors[1]])
    if centres is None:
        return np.zeros((len(asked), len(english)), dtype=np.float32)
    return Vectors.of(centres.centred(vectors[1])).similarities(centres.centred(vectors[0])).T


def _whole(embed: Embed, titles: list[Title]) -> np.ndarray:
    return stored(of_length_one(embed([one.title for one in titles])))
