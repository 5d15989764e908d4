"""What the matrices refuse, the engine refuses on real rows, with the same code and without a trace.

What it lets through stands behind guards, and is tried with each phase on cases that have come about by real steps.
"""

from types import MappingProxyType
from typing import Any

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import COORDINATOR, PAYER, SYSTEM, Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.workflow import engine
from clusterxchange.workflow.models import Consent, Entry, Obligation
from tests.access.rows import AT, MODELS, World, make_world
from tests.matrices.test_states import LIVES, NOTHING_YET, Line, matrix, states_of

VISITOR, HOST = 0, 1
VISITORS_PARTNERSHIP, HOSTS_PARTNERSHIP = 0, 2
OTHER_SIDE_ACTS = {"accept_proposal", "decline_proposal"}


@pytest.fixture
def world(db: None) -> World:  # noqa: ARG001 -- asks for the database
    return make_world()


def subject_of(world: World, life: str, line: Line) -> Any:  # noqa: ANN401 -- a row of whichever life
    """Give a row of the life that binds the first organisation, which visits, and the second, its host."""
    visitor, host = world.organisations[VISITOR], world.organisations[HOST]
    rows: Any = MODELS[life]._default_manager
    is_hosts = line.capacity in {Capacity.H, Capacity.HP}
    match life:
        case "application":
            return rows.filter(organisation=host if is_hosts else visitor).earliest("pk")
        case "participation":
            is_asked = line.capacity == Capacity.HP  # the partnership that is asked to take the participation over
            is_hosts = line.capacity == Capacity.H
            found = rows.filter(organisation=host if is_hosts else visitor, role="host" if is_hosts else "visit")
            found.update(move_asked_to=world.partnerships[HOSTS_PARTNERSHIP] if is_asked else None)
            return found.get()
        case "proposal":
            found = rows.filter(visitor_participation__organisation=visitor, host_participation__organisation=host)
            host_sends = is_hosts != (line.action in OTHER_SIDE_ACTS)
            found.update(sender_organisation=host if host_sends else visitor)
            return found.get()
        case "exchange":
            return rows.get(visiting_organisation=visitor, host_organisation=host)
    exchange = {"exchange__visiting_organisation": visitor, "exchange__host_organisation": host}
    if life == "activity_report":
        return rows.get(**exchange, side="H" if is_hosts else "V")
    return rows.get(**exchange)


def actor_in(world: World, capacity: Capacity) -> Actor:
    """Give somebody who holds the capacity on the row."""
    visitors, hosts = (world.partnerships[number].pk for number in (VISITORS_PARTNERSHIP, HOSTS_PARTNERSHIP))
    match capacity:
        case Capacity.V | Capacity.H:
            own = world.organisations[HOST if capacity is Capacity.H else VISITOR]
            return Actor(account_id=world.accounts[0].pk, organisations=frozenset({own.pk}))
        case Capacity.VP | Capacity.HP:
            own_partnership = hosts if capacity is Capacity.HP else visitors
            return Actor(partnerships=MappingProxyType({own_partnership: frozenset({COORDINATOR})}))
        case Capacity.PO | Capacity.PR:
            return Actor(partnerships=MappingProxyType({visitors: frozenset({PAYER})}))
        case Capacity.SO:
            return Actor(support_office=True)
        case Capacity.AG:
            return Actor(agency=True)
        case Capacity.SYS:
            return SYSTEM


def refused_lines(life: str) -> list[Line]:
    """Give what is refused to whoever does the action in another state; who never does it is no matter of states."""
    let_through = {*states_of(life), "deleted", "the state before"}
    doing = {(line.action, line.capacity) for line in matrix(life) if line.outcome != "not_allowed"}
    return [
        line
        for line in matrix(life)
        if line.state != NOTHING_YET and (line.action, line.capacity) in doing and line.outcome not in let_through
    ]


def refusal(world: World, life: str, line: Line) -> tuple[type[Exception], str] | None:
    capacity, subject = Capacity(line.capacity), subject_of(world, life, line)
    MODELS[life]._default_manager.filter(pk=subject.pk).update(state=line.state)
    if line.consent == "given":
        Consent.objects.all().delete()
        Consent.objects.create(
            kind=life, subject_id=subject.pk, action=line.action, capacity=capacity, person="Alda", at=AT
        )
    try:
        engine.move(subject, Action(line.action), actor=actor_in(world, capacity), at=AT, capacity=capacity)
    except engine.NotDone as refused:
        return type(refused), refused.refusal.code
    return None


def exception_for(code: str) -> type[Exception]:
    return {"not_allowed": engine.NotAllowed, "already_signed": engine.Refused}.get(code, engine.WrongState)


@pytest.mark.parametrize("life", LIVES)
def test_the_engine_refuses_what_the_matrix_refuses(world: World, life: str) -> None:
    before = Entry.objects.count()
    wrong = [
        f"{line.action} by {line.capacity} in {line.state} should be refused with {line.outcome}, and came to {said}"
        for line in refused_lines(life)
        if (said := refusal(world, life, line)) != (exception_for(line.outcome), line.outcome)
    ]

    assert wrong == []
    assert (Entry.objects.count(), Obligation.objects.count()) == (before, 0)
