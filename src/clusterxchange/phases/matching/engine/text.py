"""Words: how a text becomes terms, and how well a query meets each text of a collection (BM25).

Terms are folded stems. A language without a stemmer keeps its words; a script that sets no spaces between words gives
pairs of letters. Nothing here is looked up anywhere but in the arguments.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Protocol

import numpy as np
from snowballstemmer import algorithms, stemmer

from clusterxchange.foundation.folding import fold
from clusterxchange.phases.matching.engine.stop_words import STOP_WORDS

STEMMERS = {
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "hy": "armenian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "tr": "turkish",
}
# Thai, Lao, Burmese and Khmer letters, kana and Han characters follow each other without spaces.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
WORD = re.compile(r"[^\W_]+")
SHORTEST_WORD = 4
SHORTEST_SIGN = 2
QUERY_TERMS = 512
STEMS_KEPT = 200_000
TEXTS_FOR_ROWS = 1_000
COMMON = 8
NOWHERE = (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the ranking knows it: how often each term stands in it, and one word for each as it was written."""

    terms: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_words(cls, words: Iterable[str]) -> "Text":
        """Make a text of terms that stand for themselves."""
        counted = Counter(words)
        return cls(dict(counted), {word: word for word in counted})

    def __bool__(self) -> bool:
        return bool(self.terms)


class _Stems(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 -- the name that the stemmers have


class Reading:
    """What is needed to read texts in many languages; stemmers and stems once made are kept."""

    def __init__(self) -> None:
        """Begin with nothing kept."""
        self._known = frozenset(algorithms())
        self._stemmers: dict[str, _Stems | None] = {}
        self._stems: dict[tuple[str, str], str] = {}

    def read(self, text: str, language: str = "") -> Text:
        """Give a text's terms; a language that is not known, or has no stemmer, leaves the words as they are."""
        code = language.lower().replace("_", "-").partition("-")[0]
        counted: Counter[str] = Counter()
        shown: dict[str, str] = {}
        for word in _words(text):
            term = self._stem(word.lower(), code)
            if term:
                counted[term] += 1
                shown.setdefault(term, word if _is_sign(word) else word.lower())
        return Text(dict(counted), shown)

    def _stem(self, word: str, code: str) -> str:
        key = (code, word)
        if key not in self._stems:
            if len(self._stems) >= STEMS_KEPT:
                self._stems.clear()
            with_language = self._stemmer(code)
            self._stems[key] = fold(with_language.stemWord(word) if with_language is not None else word)
        return self._stems[key]

    def _stemmer(self, code: str) -> _Stems | None:
        if code not in self._stemmers:
            name = STEMMERS.get(code, "")
            self._stemmers[code] = stemmer(name) if name in self._known else None
        return self._stemmers[code]


def _words(text: str) -> Iterable[str]:
    for found in WORD.finditer(text):
        word = found.group()
        if UNSPACED.search(word):
            yield from _pairs(word)
        elif _is_sign(word) or (len(word) >= SHORTEST_WORD and word.lower() not in STOP_WORDS):
            yield word


def _is_sign(word: str) -> bool:
    """Whether a short word means something all the same: AI, LED, 5G, IoT."""
    return SHORTEST_SIGN <= len(word) < SHORTEST_WORD and (
        sum(letter.isupper() for letter in word) >= SHORTEST_SIGN
        or (any(letter.isdigit() for letter in word) and any(letter.isalpha() for letter in word))
    )


def _pairs(word: str) -> Iterable[str]:
    for run in UNSPACED.findall(word):
        yield from (run[place : place + 2] for place in range(len(run) - 1)) if len(run) > 1 else (run,)
    yield from (rest for rest in UNSPACED.sub(" ", word).split() if len(rest) >= SHORTEST_WORD)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a collection says about how rare a term is and how long its texts are."""

    size: int
    average_length: float
    rarities: Mapping[str, float]

    @classmethod
    def of(cls, texts: Iterable[Text]) -> "Statistics":
        """Count a collection; texts that say nothing are not counted."""
        frequency: Counter[str] = Counter()
        size = length = 0
        for text in texts:
            if text:
                size += 1
                length += sum(text.terms.values())
                frequency.update(text.terms.keys())
        rarities = {term: _rarity(size, number) for term, number in frequency.items()}
        return cls(size, length / size if size else 1.0, rarities)

    def rarity(self, term: str) -> float:
        """Give how much a term tells; one that no text has tells most."""
        found = self.rarities.get(term)
        return found if found is not None else _rarity(self.size, 0)


def _rarity(size: int, number: int) -> float:
    return log(1 + (size - number + 0.5) / (number + 0.5))


@dataclass(frozen=True, slots=True)
class Shape:
    """How soon a repeated term stops to count (k1), and how much a long text is held against it (b)."""

    k1: float = 1.2
    b: float = 0.75


class Index:
    """Texts by their terms, so that a query looks only at those which share one with it."""

    def __init__(self, texts: Sequence[Text], statistics: Statistics | None = None, shape: Shape | None = None) -> None:
        """Make the lists of places and weights for each term."""
        self.statistics = statistics if statistics is not None else Statistics.of(texts)
        self.shape = shape if shape is not None else Shape()
        self.texts = list(texts)
        places: dict[str, list[int]] = {}
        weights: dict[str, list[float]] = {}
        for place, text in enumerate(self.texts):
            for term, weight in self._weights(text):
                places.setdefault(term, []).append(place)
                weights.setdefault(term, []).append(weight)
        self._lists = {
            term: (np.array(found, dtype=np.intp), np.array(weights[term], dtype=np.float32))
            for term, found in places.items()
        }
        self._rows = {term: self._row(term) for term in self._lists if self._is_common(term)}

    def __len__(self) -> int:
        return len(self.texts)

    def _is_common(self, term: str) -> bool:
        """Whether so many texts have a term that a whole row is quicker than a list of places."""
        return len(self.texts) >= TEXTS_FOR_ROWS and len(self._lists[term][0]) * COMMON > len(self.texts)

    def _row(self, term: str) -> np.ndarray:
        found = np.zeros(len(self.texts), dtype=np.float32)
        places, weights = self._lists[term]
        found[places] = weights
        return found

    def _weights(self, text: Text) -> Iterable[tuple[str, float]]:
        length = sum(text.terms.values()) / self.statistics.average_length
        held = self.shape.k1 * (1 - self.shape.b + self.shape.b * length)
        for term, count in text.terms.items():
            yield term, self.statistics.rarity(term) * count * (self.shape.k1 + 1) / (count + held)

    def scores(self, query: Text) -> np.ndarray:
        """Give each text's BM25 against a query; of a long query the terms that tell most are taken."""
        return self._scores(self.telling(query))

    def _scores(self, telling: Iterable[tuple[str, int]]) -> np.ndarray:
        found = np.zeros(len(self.texts), dtype=np.float32)
        lists = []
        for term, count in telling:
            if term in self._rows:
                found += self._rows[term] * np.float32(count)
            elif term in self._lists:
                places, weights = self._lists[term]
                lists.append((places, weights * np.float32(count)))
        if lists:
            places = np.concatenate([one for one, _ in lists])
            weights = np.concatenate([one for _, one in lists])
            found += np.bincount(places, weights, minlength=len(found)).astype(np.float32)
        return found

    def shares(self, query: Text) -> np.ndarray:
        """Give how much of what a query asks each text holds: 0 for nothing, 1/2 where it holds as much as is asked."""
        telling = self.telling(query)
        asked = sum(count * self.statistics.rarity(term) for term, count in telling)
        if not asked:
            return np.zeros(len(self.texts), dtype=np.float32)
        relative = self._scores(telling) / np.float32(asked)
        return relative / (1 + relative)

    def telling(self, query: Text) -> list[tuple[str, int]]:
        """Give the terms of a query that count, those that tell most; ties by the alphabet."""
        rarity = self.statistics.rarity
        worth = sorted((-count * rarity(term), term, count) for term, count in query.terms.items())
        return [(term, count) for _, term, count in worth[:QUERY_TERMS]]

    def with_text(self, place: int, text: Text) -> "Index":
        """Give the index with a text at a place, which may be the one after the last; this one stays as it is.

        How rare terms are stays as it was counted.
        """
        made = Index((), self.statistics, self.shape)
        made.texts = [*self.texts[:place], text, *self.texts[place + 1 :]]
        made._lists = dict(self._lists)
        left_out = self.texts[place].terms if place < len(self.texts) else {}
        for term in left_out:
            places, weights = made._lists[term]
            made._lists[term] = (places[places != place], weights[places != place])
        for term, weight in self._weights(text):
            places, weights = made._lists.get(term, NOWHERE)
            made._lists[term] = (np.append(places, place), np.append(weights, np.float32(weight)))
        has_grown = len(made.texts) > len(self.texts)
        made._rows = {
            term: made._row(term) if has_grown or term in left_out or term in text.terms else row
            for term, row in self._rows.items()
        }
        return made

    def repeated(self, size: int) -> "Index":
        """Give an index of the same texts again and again, so many in all."""
        made = Index((), self.statistics, self.shape)
        own = len(self)
        made.texts = [self.texts[place % own] for place in range(size)] if own else []
        starts = np.arange(0, size, own) if own else NOWHERE[0]
        for term, (places, weights) in self._lists.items():
            spread = (starts[:, None] + places[None]).ravel()
            kept = spread < size
            made._lists[term] = (spread[kept], np.tile(weights, len(starts))[kept])
        made._rows = {term: made._row(term) for term in made._lists if made._is_common(term)}
        return made
