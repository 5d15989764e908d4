"""Who is told what.

A notice is a row with codes and names; its sentence is made in the reader's language when it is sent.

Each person gets at most one notice from one transaction: what they must do now goes before what happened. Whoever acted
gets none, unless it brings a file.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from procrastinate.contrib.django import app as jobs_app
from procrastinate.types import JSONDict

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import PARTNERSHIP_ROLES, Actor
from clusterxchange.access.capacities import AG, HP, PO, PR, SO, VP, Capacity, H, V
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import CASE_PEOPLE, ORDERERS, RELEASERS
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import (
    people_of_agency,
    people_of_organisations,
    people_of_partnership,
    people_of_support_office,
)
from clusterxchange.workflow import mail_times, obligations, registry
from clusterxchange.workflow.models import Notice, Obligation, Outbox
from clusterxchange.workflow.tables import Machine, Occasion

ROLES_OF_CAPACITY = {VP: CASE_PEOPLE, HP: CASE_PEOPLE, PO: ORDERERS, PR: RELEASERS}
PeopleBehind = Callable[[Capacity, int | None, int | None], list[Account]]
SEND_NOTICE = "clusterxchange.workflow.jobs.send_notice"


@dataclass(frozen=True)
class Happening:
    """One move of a transaction, for those who are to be told of it.

    `letter` is what the one who acted writes to them; `path` is where their mail leads, if not to the case.
    """

    machine: Machine
    subject: Thing
    action: Action
    capacity: Capacity
    tells: frozenset[Capacity]
    letter: str = ""
    path: str = ""


_nobody_is_told: ContextVar[bool] = ContextVar("nobody_is_told", default=False)


@contextmanager
def nobody_is_told() -> Iterator[None]:
    """Let things happen without a notice: for what a demonstration invents of its past."""
    token = _nobody_is_told.set(True)
    try:
        yield
    finally:
        _nobody_is_told.reset(token)


def somebody_is_told() -> bool:
    """Whether things happen now, and are not invented for a demonstration."""
    return not _nobody_is_told.get()


def people_behind(capacity: Capacity, organisation_id: int | None, partnership_id: int | None) -> list[Account]:
    """Give the people who act in a capacity for a party."""
    if capacity in (V, H):
        return people_of_organisations([organisation_id]) if organisation_id else []
    if capacity in ROLES_OF_CAPACITY:
        return people_of_partnership(partnership_id, ROLES_OF_CAPACITY[capacity]) if partnership_id else []
    if capacity is SO:
        return people_of_support_office()
    return people_of_agency() if capacity is AG else []


def tell(happenings: Iterable[Happening], opened: Iterable[Obligation], actor: Actor, at: datetime) -> None:
    """Write the notices of one transaction and defer their sending as part of it."""
    happenings = list(happenings)
    if not happenings or not somebody_is_told():
        return
    told = {actor.account_id}
    found: list[Notice] = []
    people = cache(people_behind)
    letters = {
        (one.machine.name, one.subject.pk, capacity): one.letter
        for one in happenings
        if one.letter
        for capacity in one.tells
    }
    # Whoever is led to a place of their own, an invitation for example, is told of that before anything else.
    found += _told_of([one for one in happenings if one.path], people, told, at)
    for obligation in opened:
        if obligation.is_watch:
            continue
        for person in people(Capacity(obligation.capacity), obligation.organisation_id, obligation.partnership_id):
            if person.pk not in told and person.pk != obligation.barred_account_id:
                told.add(person.pk)
                notice = _of_obligation(obligation, person, Notice.Topic.YOUR_TURN, at)
                letter = letters.get((obligation.kind, obligation.subject_id, Capacity(obligation.capacity)))
                found.append(_with_letter(notice, letter))
    found += _told_of(reversed(happenings), people, told, at)
    found += _with_a_file_for(actor, happenings, at)
    _put_into_outbox(found, happenings, at)
    send(found)


def _put_into_outbox(found: Iterable[Notice], happenings: Iterable[Happening], at: datetime) -> None:
    """Let what goes to others in a partnership's name wait, where that partnership looks at its mails first."""
    senders = {
        sender
        for one in happenings
        if one.capacity in ROLES_OF_CAPACITY
        and (sender := obligations.party_of(one.machine, one.subject, one.capacity)[1]) is not None
    }
    if not senders:
        return
    for outbox in Outbox.objects.filter(partnership_id__in=senders):
        own = {person.pk for person in people_of_partnership(outbox.partnership_id, PARTNERSHIP_ROLES)}
        for notice in found:
            if notice.account_id not in own:
                notice.partnership_id, notice.held_until = outbox.partnership_id, at + timedelta(minutes=outbox.minutes)


def tell_people(
    people: Iterable[Account],
    subject: Thing,
    action: Action,
    capacity: Capacity,
    at: datetime,
    *,
    path: str = "",
    letter: str = "",
) -> None:
    """Tell the people given, beside all who are told by their capacity, what has happened."""
    if somebody_is_told():
        happening = Happening(registry.machine_of(subject), subject, action, capacity, frozenset(), letter, path)
        send(_of_happening(happening, person, at) for person in people)


def _told_of(
    happenings: Iterable[Happening], people: PeopleBehind, told: set[int | None], at: datetime
) -> list[Notice]:
    found = []
    for happening in happenings:
        for capacity in sorted(happening.tells):
            party = obligations.party_of(happening.machine, happening.subject, capacity)
            for person in people(capacity, *party):
                if person.pk not in told:
                    told.add(person.pk)
                    found.append(_of_happening(happening, person, at))
    return found


def _with_a_file_for(actor: Actor, happenings: Iterable[Happening], at: datetime) -> list[Notice]:
    """Tell whoever acted as well where the mail brings a file: nobody else would bring it to them."""
    person = Account.objects.filter(pk=actor.account_id or 0).first()
    for one in happenings:
        if person is None or one.machine.attaches is None or not one.tells:
            continue
        occasion = Occasion(one.action, Notice.Topic.HAPPENED, person.email, at)
        subject = one.machine.model._default_manager.select_related(*one.machine.related).get(pk=one.subject.pk)
        if one.machine.attaches(subject, occasion) is not None:
            return [_of_happening(one, person, at)]
    return []


def remind(obligation: Obligation, at: datetime, letter: str = "") -> None:
    """Tell those who must act that the term goes on; `letter` is what somebody adds in words of their own."""
    capacity = Capacity(obligation.capacity)
    people = people_behind(capacity, obligation.organisation_id, obligation.partnership_id)
    told = _told_already(obligation, Notice.Topic.REMINDER, at)
    send(
        _with_letter(_of_obligation(obligation, person, Notice.Topic.REMINDER, at), letter)
        for person in people
        if person.pk != obligation.barred_account_id and person.pk not in told
    )


def warn(obligation: Obligation, people: Iterable[Account], at: datetime) -> None:
    """Tell the given people that a term is over."""
    told = _told_already(obligation, Notice.Topic.OVERDUE, at)
    send(_of_obligation(obligation, person, Notice.Topic.OVERDUE, at) for person in people if person.pk not in told)


def _told_already(obligation: Obligation, topic: Notice.Topic, at: datetime) -> set[int]:
    # Two terms of one thing may be over on the same day: that is one mail.
    same = {"kind": obligation.kind, "subject_id": obligation.subject_id, "action": obligation.action}
    found = Notice.objects.filter(**same, topic=topic, at=at, params__capacity=obligation.capacity)
    return set(found.values_list("account_id", flat=True))


def send(found: Iterable[Notice]) -> None:
    """Keep the notices and put one job for each into the queue, in the transaction that is open.

    What a person does not want is not kept; what waits for their morning goes with the minute job.
    """
    wished = list(found)
    preferences = mail_times.preferences_of(notice.account_id for notice in wished) if wished else {}
    wanted = [notice for notice in wished if mail_times.is_wanted(notice, preferences.get(notice.account_id))]
    for notice in wanted:
        wish = mail_times.held_until(preferences.get(notice.account_id), notice.held_until or notice.at)
        notice.held_until = wish or notice.held_until
    kept = Notice.objects.bulk_create(wanted)
    jobs: list[JSONDict] = [{"notice_id": notice.pk} for notice in kept if notice.held_until is None]
    if jobs:
        jobs_app.configure_task(SEND_NOTICE, queue="mail").batch_defer(*jobs)


def _of_obligation(obligation: Obligation, person: Account, topic: Notice.Topic, at: datetime) -> Notice:
    machine = registry.machine_named(obligation.kind)
    subject = machine.model._default_manager.select_related(*machine.related).get(pk=obligation.subject_id)
    return Notice(
        account=person,
        topic=topic,
        kind=obligation.kind,
        subject_id=obligation.subject_id,
        reference=obligation.reference,
        action=obligation.action,
        asked=obligation.action,
        params=_params(machine, subject, Capacity(obligation.capacity)),
        path=machine.address(subject),
        due_at=obligation.due_at,
        at=at,
    )


def _of_happening(happening: Happening, person: Account, at: datetime) -> Notice:
    machine, subject = happening.machine, happening.subject
    root = machine.root_of(subject)
    notice = Notice(
        account=person,
        topic=Notice.Topic.HAPPENED,
        kind=machine.name,
        subject_id=subject.pk,
        reference=getattr(subject, "reference", "") or getattr(root, "reference", ""),
        action=happening.action,
        params=_params(machine, subject, happening.capacity),
        path=happening.path or machine.address(subject),
        at=at,
    )
    return _with_letter(notice, happening.letter)


def _with_letter(notice: Notice, letter: str | None) -> Notice:
    if letter:
        notice.params = {**notice.params, "letter": letter}
    return notice


def _params(machine: Machine, subject: Thing, capacity: Capacity) -> Mapping[str, str]:
    return {**machine.describe(subject), "capacity": str(capacity)}
