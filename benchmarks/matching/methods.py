"""The methods that are compared: five of the engine's, and three that know less."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.matching.data import Question, Split, partners_of
from benchmarks.matching.metrics import LENGTH
from benchmarks.matching.profiles import Library, asker, kind_of
from clusterxchange.phases.matching.engine import Participant, Pool, Weighing, best_of, measured
from clusterxchange.phases.matching.engine.price import prices
from clusterxchange.phases.matching.engine.slate import slate
from clusterxchange.phases.matching.engine.text import Index, Shape

# What people have not said here has no weight; the shares of the others were tuned on projects before 2024-04 only.
WEIGHTS = {"sector": 0.05, "organisation_type": 0.02, "offers": 0.83, "meaning": 0.1}
TEXTS = ("offers", "meaning")
OWN_SHARE = 0.9
EDGES = 200
PLAIN = Shape(k1=1.2, b=0.75)
OUT = -np.inf


@dataclass
class Field:
    """Everybody who can be found, and what was learned before the split."""

    split: Split
    library: Library
    pool: Pool
    plain: Index
    popularity: np.ndarray
    countries: np.ndarray
    wished: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, library: Library, pool: Pool) -> "Field":
        """Lay out the field of a split."""
        split = library.split
        organisations = split.organisations
        return cls(
            split,
            library,
            pool,
            Index([one.offers for one in pool.participants], pool.collection.offers, PLAIN),
            np.array([len(split.projects_of[one]) for one in organisations], dtype=np.float64),
            np.array([split.facts[one].country for one in organisations]),
            wished_types(split),
        )

    def open_to(self, question: Question) -> np.ndarray:
        """Mark the candidates of a question: everybody in another country whom the asker does not know."""
        found = self.countries != question.country
        for known in question.known:
            if known in self.pool.places:
                found[self.pool.places[known]] = False
        return found

    def relevant(self, question: Question) -> np.ndarray:
        """Mark the partners that came about."""
        found = np.zeros(len(self.pool), dtype=np.bool_)
        found[[self.pool.places[one] for one in question.relevant]] = True
        return found

    def asker(self, question: Question) -> Participant:
        """Give who asks, as the engine knows it; a number of its own where it is no candidate."""
        number = self.pool.places.get(question.asker, len(self.pool))
        return asker(self.library, question, number, self.wished)


def wished_types(split: Split) -> dict[str, frozenset[str]]:
    """Learn which types partners of a kind are more often than everybody is, from training projects only."""
    everybody = Counter(_type(split, one) for one in split.organisations)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for project in split.training:
        members = sorted(split.members[project] & split.facts.keys())
        for one in members:
            found[split.facts[one].kind].update(_type(split, other) for other in members if other != one)
    return {
        kind: frozenset(
            name for name, count in partners.items() if count * everybody.total() > everybody[name] * partners.total()
        )
        for kind, partners in found.items()
    }


def _type(split: Split, organisation: str) -> str:
    fact = split.facts[organisation]
    return kind_of(fact.kind, is_sme=fact.is_sme)


def weighing(weights: Mapping[str, float], own_share: float) -> Weighing:
    """Give a weighing of this benchmark; no dates are known here."""
    return Weighing(weights, own_share, 0)


HYBRID = weighing(WEIGHTS, OWN_SHARE)
STRUCTURED = weighing({name: weight for name, weight in WEIGHTS.items() if name not in TEXTS}, 1.0)


def scores(field: Field, question: Question) -> dict[str, np.ndarray]:
    """Give each candidate's score by every method that scores; whoever is no candidate has none at all."""
    who = field.asker(question)
    found = {
        "random": np.zeros(len(field.pool)),
        "popularity": field.popularity,
        "bm25": field.plain.scores(who.seeks).astype(np.float64),
        "structured": measured(who, field.pool, STRUCTURED).scores.astype(np.float64),
        "hybrid": measured(who, field.pool, HYBRID).scores.astype(np.float64),
    }
    admitted = field.open_to(question)
    return {name: np.where(admitted, values, OUT) for name, values in found.items()}


def nightly_prices(field: Field) -> np.ndarray:
    """Find prices from the lists of everybody who is known before the split, as the site does at night.

    Whoever was in more projects is expected to look for partners more often.
    """
    places = np.full((len(field.pool), EDGES), -1, dtype=np.int64)
    worth = np.zeros((len(field.pool), EDGES))
    for line, organisation in enumerate(field.split.organisations):
        fact = field.split.facts[organisation]
        known = frozenset(partners_of(field.split, organisation) | {organisation})
        question = Question(organisation, fact.country, fact.kind, None, frozenset(), known)
        who = field.asker(question)
        found = measured(who, field.pool, HYBRID, best=EDGES + len(known))
        closed = ~field.open_to(question)
        found = replace(found, sifted_out=found.sifted_out | closed)
        best = best_of(who, field.pool, found, EDGES)
        places[line, : len(best)] = best
        worth[line, : len(best)] = found.scores[best]
    return prices(places, worth, field.pool.columns.places_left, field.popularity)


def lists(field: Field, hybrid: np.ndarray, price: np.ndarray) -> dict[str, list[int]]:
    """Give the list that is shown by default and the list at a price."""
    ties, clusters = field.pool.columns.ties, field.pool.columns.cluster
    own, priced = ranked_by(hybrid, ties), ranked_by(hybrid - price, ties)
    return {"default": slate(own, priced, clusters, LENGTH), "priced": [int(one) for one in priced[:LENGTH]]}


def ranked_by(values: np.ndarray, ties: np.ndarray) -> np.ndarray:
    """Give the places with some score, best first, twice as many as a list holds; ties by a hash."""
    rows = np.flatnonzero(values > OUT)
    return rows[np.lexsort((ties[rows], -values[rows]))][: 2 * LENGTH]


def as_scores(shown: Sequence[int], count: int) -> np.ndarray:
    """Give scores that make exactly a list; everybody else stands behind it, out of reach of its ten places."""
    found = np.full(count, OUT)
    found[list(shown)] = np.arange(len(shown), 0, -1)
    return found
