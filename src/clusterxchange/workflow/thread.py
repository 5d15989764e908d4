"""What is said about a case among those who may see it, with one's contact point at hand."""

from datetime import datetime

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.workflow import engine, notices, obligations, registry
from clusterxchange.workflow.models import Message, Notice
from clusterxchange.workflow.tables import Refusal


def say_something(subject: Thing, *, text: str, actor: Actor, at: datetime) -> Message:
    """Add a message to the thread of a case and tell the others who may write in it.

    :raises NotAllowed: the table leaves the actor out.
    """
    machine = registry.machine_of(subject)
    with engine.unit_of_work(actor, at):
        if actor.account_id is None:
            raise engine.NotAllowed(Refusal("not_allowed"))
        capacity = engine.acting_capacity(machine, subject, Action.SAY_SOMETHING, actor, None)
        message = Message.objects.create(
            kind=machine.name, subject_id=subject.pk, author_id=actor.account_id, capacity=capacity, text=text, at=at
        )
        engine.record(subject, Action.SAY_SOMETHING, actor=actor, at=at, capacity=capacity)
        notices.send(_notices(machine.name, subject, capacity, actor, at))
    return message


def _notices(kind: str, subject: Thing, capacity: Capacity, actor: Actor, at: datetime) -> list[Notice]:
    machine = registry.machine_named(kind)
    told = {actor.account_id}
    found = []
    for other in sorted(PERMISSIONS[kind][Action.SAY_SOMETHING].capacities - {Capacity.SO}):
        for person in notices.people_behind(other, *obligations.party_of(machine, subject, other)):
            if person.pk not in told:
                told.add(person.pk)
                found.append(
                    Notice(
                        account=person,
                        topic=Notice.Topic.MESSAGE,
                        kind=kind,
                        subject_id=subject.pk,
                        reference=subject.reference,
                        action=Action.SAY_SOMETHING,
                        params={**machine.describe(subject), "capacity": str(capacity)},
                        path=machine.address(subject),
                        at=at,
                    )
                )
    return found


def messages_of(subject: Thing) -> list[Message]:
    """Give the thread of a case, oldest first."""
    found = Message.objects.filter(kind=registry.machine_of(subject).name, subject_id=subject.pk)
    return list(found.select_related("author"))
