"""A life as it is drawn and listed: one line for each state and action."""

from collections.abc import Iterable
from dataclasses import dataclass

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import ORDER, Capacity
from clusterxchange.workflow.tables import STAYS, Machine, Row

OUTSIDE = "[*]"


@dataclass(frozen=True)
class Line:
    """What one action does in one state: from nothing where `before` is None, to nothing where `after` is."""

    before: str | None
    action: Action
    by: tuple[Capacity, ...]
    each: bool
    after: str | None
    detours: tuple[str, ...] = ()


def lines_of(machine: Machine) -> list[Line]:
    """Give the lines of a life in the order of its table; rows of the same action and state become one line."""
    found: dict[tuple[str | None, Action], Line] = {}
    for row in machine.rows:
        for before in _in_order(machine, row):
            after = before if row.to == STAYS else row.to
            key = before, row.action
            known = found.get(key)
            by = set(row.by(machine.name)) | set(known.by if known else ())
            detours = () if row.detour is None else (row.detour.to,)
            found[key] = Line(before, row.action, tuple(one for one in ORDER if one in by), row.each, after, detours)
    return list(found.values())


def _in_order(machine: Machine, row: Row) -> Iterable[str | None]:
    return [state for state in (None, *machine.states) if state in row.when]


def diagram_of(machine: Machine) -> str:
    """Draw a life for mermaid. What leads back to a state that only the row knows is drawn as a note."""
    drawn = ["stateDiagram-v2"]
    for line in lines_of(machine):
        before = line.before or OUTSIDE
        if line.after is not None and line.after not in machine.states:
            drawn.append(f"    note right of {before}: {line.action} leads back to {line.after}")
            continue
        each = "each " if line.each else ""
        said = f"{line.action} ({each}{', '.join(line.by)})"
        drawn += [f"    {before} --> {after or OUTSIDE}: {said}" for after in (line.after, *line.detours)]
    return "\n".join(drawn)
