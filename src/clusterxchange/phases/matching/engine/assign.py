"""A plan for the whole programme: who visits whom so that the sum of scores is largest. People confirm it.

The solver is loaded by the job that works a plan out, never by a page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np


@dataclass(frozen=True, slots=True)
class Pair:
    """One exchange of a plan."""

    visitor: int
    host: int
    score: int


def plan(
    visitors: Sequence[int] | np.ndarray,
    hosts: Sequence[int] | np.ndarray,
    scores: Sequence[int] | np.ndarray,
    room: Sequence[int] | np.ndarray,
    budget_of: Sequence[int] | np.ndarray,
    budgets: Mapping[int, int],
) -> list[Pair]:
    """Find the best plan over some possible pairs, given edge by edge.

    Each visitor goes once at most, a host takes as many as it has room, and a budget, such as that of a partnership for
    its visitors, pays for so many. `budget_of` names the budget of each visitor.

    :raises ValueError: a score is negative or the edges are not of one length.
    """
    ends, targets, worth = (np.asarray(values, dtype=np.int64) for values in (visitors, hosts, scores))
    if not len(ends) == len(targets) == len(worth):
        raise ValueError("Visitors, hosts and scores are not of one length")
    if (worth < 0).any():
        raise ValueError("A score is negative")
    if not len(ends):
        return []
    room_left = np.maximum(np.asarray(room, dtype=np.int64), 0)
    purses = np.asarray(budget_of, dtype=np.int64)
    names = np.unique(purses)
    paid = np.maximum(np.array([budgets.get(int(name), 0) for name in names], dtype=np.int64), 0)
    # Nodes: source, sink, budgets, visitors, hosts. What nobody takes flows from the source to the sink for nothing.
    first_visitor = 2 + len(names)
    first_host = first_visitor + len(purses)
    everybody = int(min(paid.sum(), len(purses)))
    purse_of_visitor = 2 + np.searchsorted(names, purses)
    tails = np.concatenate(
        (
            np.zeros(1 + len(names), dtype=np.int64),
            purse_of_visitor,
            first_visitor + ends,
            first_host + np.arange(len(room_left)),
        )
    )
    heads = np.concatenate(
        (
            [1],
            2 + np.arange(len(names)),
            first_visitor + np.arange(len(purses)),
            first_host + targets,
            np.ones(len(room_left), dtype=np.int64),
        )
    )
    most = np.concatenate(([everybody], paid, np.ones(len(purses) + len(ends), dtype=np.int64), room_left))
    before = 1 + len(names) + len(purses)
    costs = np.zeros(len(tails), dtype=np.int64)
    costs[before : before + len(ends)] = -worth
    flow = _solver().SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, most, costs)
    flow.set_nodes_supplies(np.array([0, 1]), np.array([everybody, -everybody]))
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("The solver found no plan")
    used = flow.flows(arcs[before : before + len(ends)]) > 0
    return [
        Pair(int(visitor), int(host), int(score))
        for visitor, host, score in zip(ends[used], targets[used], worth[used], strict=True)
    ]


def _solver() -> ModuleType:
    return import_module("ortools.graph.python.min_cost_flow")
