"""Puts the measurement together: tasks, methods, figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.matching import methods, metrics
from benchmarks.matching.data import Data, Question, Split, briefs, next_partners, split_at
from benchmarks.matching.languages import languages
from benchmarks.matching.latency import latency
from benchmarks.matching.methods import Field
from benchmarks.matching.metrics import Figures
from benchmarks.matching.profiles import Library, pool_of, together
from clusterxchange.phases.matching.engine import Participant, Pool
from clusterxchange.phases.matching.engine.text import Text
from clusterxchange.phases.matching.engine.vectors import Embed
from clusterxchange.scheme.editions import built_in

COMPANY = "PRC"
METHODS = ("random", "popularity", "bm25", "structured", "hybrid", "default", "priced")
BASIS = "bm25"
DECIMALS = 4
TERMS_OF_A_PROFILE = 40
ASKERS_TIMED = 20


@dataclass
class Task:
    """What the methods have done on one task."""

    figures: dict[str, list[Figures]] = field(default_factory=lambda: {name: [] for name in METHODS})
    lists: dict[str, list[list[int]]] = field(default_factory=lambda: {name: [] for name in METHODS})
    relevant: list[frozenset[int]] = field(default_factory=list)


def figures_of(
    data: Data, moment: str, embed: Embed | None, *, with_latency: bool, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure everything for one split.

    :raises BadData: the split leaves one side empty.
    """
    split = split_at(data, moment)
    scheme = built_in("demonstration")
    library = Library(split, embed)
    tell(f"{len(split.training)} projects train, {len(split.test)} test; {len(split.organisations)} organisations.")
    if embed is None:
        tell("No model is installed, so texts are compared by words alone.")
    lay = Field.of(library, pool_of(library, scheme))
    tell("Finding prices from the lists of everybody …")
    price = methods.nightly_prices(lay)
    tell("Asking …")
    asked_with_a_brief, asked_with_a_profile = briefs(split), next_partners(split)
    found: dict[str, Any] = {
        "briefs": _told(_done(lay, asked_with_a_brief, price)),
        "companies": _told(_done(lay, _for_companies(split, asked_with_a_brief), price, only=_companies(lay))),
        "next_partner": _told(_done(lay, asked_with_a_profile, price), hosts=len(lay.pool)),
        "languages": _rounded(languages(data.titles, embed)),
        "about": {
            "split": moment,
            "training": len(split.training),
            "test": len(split.test),
            "organisations": len(split.organisations),
            "with_vectors": embed is not None,
        },
    }
    if with_latency:
        tell("Measuring times …")
        found["latency_ms"] = latency(*_of_usual_length(lay, asked_with_a_profile), methods.HYBRID, scheme)
    return found


def _done(lay: Field, questions: Sequence[Question], price: np.ndarray, only: np.ndarray | None = None) -> Task:
    task = Task()
    for question in questions:
        scores = methods.scores(lay, question)
        if only is not None:
            scores = {name: np.where(only, values, methods.OUT) for name, values in scores.items()}
        relevant = lay.relevant(question)
        shown = methods.lists(lay, scores["hybrid"], price)
        scores |= {name: methods.as_scores(one, len(lay.pool)) for name, one in shown.items()}
        shown |= {
            name: [int(one) for one in methods.ranked_by(values, lay.pool.columns.ties)[: metrics.LENGTH]]
            for name, values in scores.items()
            if name not in shown
        }
        for name in METHODS:
            task.figures[name].append(metrics.figures(scores[name], relevant))
            task.lists[name].append(shown[name])
        task.relevant.append(frozenset(int(one) for one in np.flatnonzero(relevant)))
    return task


def _companies(lay: Field) -> np.ndarray:
    return np.array([lay.split.facts[one].kind == COMPANY for one in lay.split.organisations])


def _for_companies(split: Split, questions: Sequence[Question]) -> list[Question]:
    """Give the briefs whose partners were companies too: then companies alone are looked for."""
    found = []
    for question in questions:
        wanted = frozenset(one for one in question.relevant if split.facts[one].kind == COMPANY)
        if wanted:
            found.append(replace(question, relevant=wanted))
    return found


def _told(task: Task, hosts: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in METHODS:
        figures = task.figures[name]
        low, high = metrics.interval([one.ndcg for one in figures])
        found[name] = {
            "ndcg10": _mean([one.ndcg for one in figures]),
            "ndcg10_low": round(low, DECIMALS),
            "ndcg10_high": round(high, DECIMALS),
            "recall10": _mean([one.recall for one in figures]),
            "mrr": _mean([one.reciprocal_rank for one in figures]),
            "queries": len(figures),
        }
        if hosts is not None:
            found[name] |= {
                "realised_cap3": metrics.realised(task.lists[name], task.relevant),
                "coverage": round(metrics.coverage(task.lists[name], hosts), DECIMALS),
                "most_shown": metrics.most_shown(task.lists[name]),
            }
    for name in METHODS:
        if name != BASIS:
            pairs = zip(task.figures[name], task.figures[BASIS], strict=True)
            found[f"{name}_minus_{BASIS}"] = _difference([one.ndcg - other.ndcg for one, other in pairs])
    return found


def _difference(values: Sequence[float]) -> dict[str, float]:
    low, high = metrics.interval(values)
    return {"ndcg10": _mean(values), "low": round(low, DECIMALS), "high": round(high, DECIMALS)}


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), DECIMALS) if values else 0.0


def _rounded(found: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    return {name: {key: round(value, DECIMALS) for key, value in values.items()} for name, values in found.items()}


def _of_usual_length(lay: Field, questions: Sequence[Question]) -> tuple[Pool, list[Participant]]:
    """Give the candidates and some askers with profiles as long as people write them: the titles of their projects."""

    def shortened(one: Participant) -> Participant:
        projects = lay.split.projects_of.get(one.reference.split(" ")[0], ())
        written = together([lay.library.reading.read(lay.split.data.projects[name].title, "en") for name in projects])
        terms = dict(sorted(written.terms.items())[:TERMS_OF_A_PROFILE])
        text = Text(terms, {term: written.shown[term] for term in terms})
        return replace(one, offers=text, seeks=text)

    pool = Pool.of([shortened(one) for one in lay.pool.participants], lay.pool.coding.scheme)
    askers = [shortened(lay.asker(question)) for question in questions[:ASKERS_TIMED]]
    return pool, askers or [shortened(lay.pool.participants[0])]
