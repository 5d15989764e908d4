"""What the tables say to an action, before any guard looks at the case: who, when, and what comes of it."""

from dataclasses import dataclass

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import SYS, Capacity
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.workflow.tables import STAYS, Machine, Reason, Row


@dataclass(frozen=True)
class Outcome:
    """What an action comes to: a refusal by its code, or the line that applies and the state to which it leads.

    `to` is None where the subject goes away, and THE_STATE_BEFORE where its row must say. `waits` tells that this
    consent is not the last one. `reasons` may say more than the code of the refusal, once they have seen the case.
    """

    line: Row | None = None
    to: str | None = None
    waits: bool = False
    refusal: str = ""
    reasons: tuple[Reason, ...] = ()


def outcome(
    machine: Machine,
    state: str | None,
    action: Action,
    capacity: Capacity,
    given: frozenset[Capacity] = frozenset(),
    left_out: frozenset[Capacity] = frozenset(),
) -> Outcome:
    """Read the tables for an action by a capacity in a state, where some capacities have consented already.

    `left_out` are the sides that the rules of the case do not ask.

    Who comes before when: a capacity that is left out learns nothing about the state.
    """
    permission = PERMISSIONS[machine.name].get(action)
    if permission is None or capacity not in permission.capacities:
        return Outcome(refusal="not_allowed")
    line = machine.row_for(action, state)
    if line is None:
        reasons = machine.reasons_for(action, state)
        return Outcome(refusal=reasons[0].code if reasons else "wrong_state", reasons=reasons)
    if capacity not in line.by(machine.name) or capacity in left_out:
        return Outcome(line, refusal="not_allowed")
    if line.each and capacity in given:
        return Outcome(line, refusal="already_signed")
    if line.each and capacity is not SYS and line.consenting(machine.name) - left_out - given - {capacity}:
        return Outcome(line, to=state, waits=True)
    return Outcome(line, to=state if line.to == STAYS else line.to)
