"""What is said about a case among those who may see it, with one's contact point at hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.foundation.files import store
from clusterxchange.workflow import engine, notices, obligations, registry
from clusterxchange.workflow.models import Message, Notice, ThreadReading
from clusterxchange.workflow.tables import Refusal


@dataclass(frozen=True)
class Attachment:
    """A file that the door for files has let in, before it is kept."""

    content: bytes
    content_type: str
    name: str


def say_something(
    subject: Thing,
    *,
    text: str,
    actor: Actor,
    at: datetime,
    attachment: Attachment | None = None,
    tells: Iterable[Capacity] | None = None,
) -> Message:
    """Add a message to the thread of a case and tell the others who may write in it, or those named.

    :raises NotAllowed: the table leaves the actor out.
    """
    machine = registry.machine_of(subject)
    with engine.unit_of_work(actor, at):
        if actor.account_id is None:
            raise engine.NotAllowed(Refusal("not_allowed"))
        capacity = engine.acting_capacity(machine, subject, Action.SAY_SOMETHING, actor, None)
        message = Message.objects.create(
            kind=machine.name,
            subject_id=subject.pk,
            author_id=actor.account_id,
            capacity=capacity,
            text=text,
            attachment=store(attachment.content, attachment.name, attachment.content_type, at) if attachment else None,
            at=at,
        )
        engine.record(subject, Action.SAY_SOMETHING, actor=actor, at=at, capacity=capacity)
        wanted = PERMISSIONS[machine.name][Action.SAY_SOMETHING].capacities - {Capacity.SO} if tells is None else tells
        notices.send(_notices(machine.name, subject, capacity, wanted, actor, at))
    return message


def _notices(
    kind: str, subject: Thing, capacity: Capacity, wanted: Iterable[Capacity], actor: Actor, at: datetime
) -> list[Notice]:
    machine = registry.machine_named(kind)
    told = {actor.account_id}
    found = []
    for other in sorted(wanted):
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
    return list(found.select_related("author", "attachment"))


def note_reading(subject: Thing, messages: Iterable[Message], actor: Actor) -> None:
    """Note that a person has seen the thread up to its last message."""
    last = max((message.pk for message in messages), default=None)
    if last is None or actor.account_id is None:
        return
    kind = registry.machine_of(subject).name
    ThreadReading.objects.bulk_create(
        [ThreadReading(account_id=actor.account_id, kind=kind, subject_id=subject.pk, last_read=last)],
        update_conflicts=True,
        unique_fields=["account", "kind", "subject_id"],
        update_fields=["last_read"],
    )


def unread_by(actor: Actor, kind: str, subjects: QuerySet[Thing] | Iterable[int]) -> dict[int, int]:
    """Count, for each thread that has some, the messages of others that a person has not seen."""
    read = ThreadReading.objects.filter(account_id=actor.account_id or 0, kind=kind, subject_id=OuterRef("subject_id"))
    rows = Message.objects.filter(kind=kind, subject_id__in=subjects).exclude(author_id=actor.account_id)
    rows = rows.annotate(last_read=Subquery(read.values("last_read")))
    rows = rows.filter(Q(last_read=None) | Q(pk__gt=F("last_read")))
    return dict(rows.order_by().values("subject_id").annotate(number=Count("pk")).values_list("subject_id", "number"))
