"""Who must do what by when, derived from the tables of states after each move and kept as rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import AG, HP, PO, PR, SO, SYS, VP, Capacity, H, V
from clusterxchange.access.decide import values_at
from clusterxchange.access.rules import Holder, Thing
from clusterxchange.access.table import CASE_PEOPLE, ORDERERS, PERMISSIONS, RELATIONS, RELEASERS
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme import terms
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import consents, registry
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.tables import Machine, Row, Timed

OFFICE_COUNTRY = "BE"
SCHEME_ZONE = ZoneInfo("Europe/Brussels")

Party = tuple[int | None, int | None]


@dataclass(frozen=True)
class Due:
    """An obligation as the tables say that it should stand now."""

    kind: str
    subject_id: int
    root_kind: str
    root_id: int
    reference: str
    action: Action
    capacity: Capacity
    term: str
    is_watch: bool
    organisation_id: int | None
    partnership_id: int | None
    barred_account_id: int | None
    since: datetime
    due_at: datetime | None
    then_at: datetime | None
    reminders: tuple[datetime, ...]

    @property
    def key(self) -> tuple[str, int, str, str, str]:
        """What makes it the same obligation as a stored one."""
        return self.kind, self.subject_id, str(self.action), str(self.capacity), self.term


class Calendar:
    """The rules and countries that the terms of one subject need, each read once."""

    def __init__(self, machine: Machine, subject: Thing, at: datetime, countries: dict[Party, str]) -> None:
        """Begin with the countries that are known already."""
        self.machine, self.subject, self.at, self.countries = machine, subject, at, countries

    @cached_property
    def scheme(self) -> Scheme:
        """The rules that hold for the subject."""
        return self.machine.scheme_of(self.subject, self.at)

    def country_of(self, party: Party) -> str:
        """Give the country whose calendar holds for a party."""
        if party not in self.countries:
            self.countries[party] = country_of(*party)
        return self.countries[party]


def expected(
    machine: Machine, subject: Thing, at: datetime, countries: dict[Party, str] | None = None
) -> Iterator[Due]:
    """Give what should be open for a subject in its state."""
    calendar = Calendar(machine, subject, at, {} if countries is None else countries)
    for line in machine.rows_in(subject.state):
        watched = SYS in line.by(machine.name) and bool(line.terms)
        if not line.asks and not watched:
            continue
        if line.asked_if is not None and not line.asked_if(subject):
            continue
        asked = line.asks - consents.given(subject, machine.name, line.action) if line.each else line.asks
        if machine.asked_capacities is not None:
            asked = machine.asked_capacities(subject, line, asked)
        if machine.left_out is not None:
            asked = asked - machine.left_out(subject, line)
        primary, *others = line.terms or (None,)
        for capacity in sorted(asked):
            yield _due(machine, subject, line, capacity, primary, calendar, is_watch=False)
            for timed in others:
                if timed is not None:
                    yield _due(machine, subject, line, capacity, timed, calendar, is_watch=True)
        if watched and primary is not None:
            yield _due(machine, subject, line, SYS, primary, calendar, is_watch=True)


def _due(
    machine: Machine,
    subject: Thing,
    line: Row,
    capacity: Capacity,
    timed: Timed | None,
    calendar: Calendar,
    *,
    is_watch: bool,
) -> Due:
    root = machine.root_of(subject)
    sides = (capacity,) if capacity is not SYS else _acting_sides(machine, subject, line, timed)
    parties = [party_of(machine, subject, side) for side in sides]
    organisation_id, partnership_id = parties[0]
    since = _moment(subject, timed.since) if timed is not None else subject.state_since
    due_at = then_at = None
    reminders: tuple[datetime, ...] = ()
    if timed is not None and not timed.term:
        due_at = then_at = since
    elif timed is not None:
        scheme, countries = calendar.scheme, [calendar.country_of(party) for party in parties]
        # What the tool does when a term is over, it does when it is over for everybody who was asked.
        due_at = max(terms.due_at(scheme, timed.term, since, country) for country in countries)
        then_at = max(terms.then_at(scheme, timed.term, since, country) for country in countries)
        reminders = tuple(terms.reminders_at(scheme, timed.term, since, countries[0])) if capacity is not SYS else ()
    barred = next(
        (
            value
            for condition in PERMISSIONS[machine.name][line.action].unless
            if condition.relation.holder is Holder.ACCOUNT
            for value in values_at(subject, condition.relation.path)
        ),
        None,
    )
    return Due(
        kind=machine.name,
        subject_id=subject.pk,
        root_kind=machine.root_name or machine.name,
        root_id=root.pk,
        reference=getattr(subject, "reference", "") or getattr(root, "reference", ""),
        action=line.action,
        capacity=capacity,
        term=timed.term if timed is not None else "",
        is_watch=is_watch,
        organisation_id=None if capacity is SYS else organisation_id,
        partnership_id=None if capacity is SYS else partnership_id,
        barred_account_id=barred,
        since=since,
        due_at=due_at,
        then_at=then_at,
        reminders=reminders,
    )


def _acting_sides(machine: Machine, subject: Thing, line: Row, timed: Timed | None) -> tuple[Capacity, ...]:
    """Give the sides whose calendar counts for what the tool does: those whom the same term asks for something."""
    if own := sorted(line.consenting(machine.name) or line.asks):
        return (own[0],)
    for other in machine.rows_in(subject.state):
        if other.asks and timed is not None and timed.term in {one.term for one in other.terms}:
            asked = other.asks
            if machine.asked_capacities is not None:
                asked = machine.asked_capacities(subject, other, asked)
            if asked:
                return tuple(sorted(asked))
    return (V,)


def _moment(subject: Thing, path: str) -> datetime:
    value = next(values_at(subject, path), None)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(12), SCHEME_ZONE).astimezone(UTC)
    # The column is still empty: the term runs from the state.
    since: datetime = subject.state_since
    return since


def party_of(machine: Machine, subject: Thing, capacity: Capacity) -> tuple[int | None, int | None]:
    """Give the organisation and the partnership that a capacity stands for; one of them, or neither for the offices."""
    relation = RELATIONS[machine.name].get(capacity)
    if relation is None or not relation.path:
        return None, None
    value = next(values_at(subject, relation.path), None)
    if relation.holder is Holder.ORGANISATION:
        return value, None
    return None, value


def country_of(organisation_id: int | None, partnership_id: int | None) -> str:
    """Give the country whose calendar holds for a party; the offices keep Belgium's (scheme.md section 10)."""
    found = None
    if organisation_id is not None:
        found = Organisation.objects.filter(pk=organisation_id).values_list("country", flat=True).first()
    elif partnership_id is not None:
        found = Partnership.objects.filter(pk=partnership_id).values_list("coordinating_country", flat=True).first()
    return found or OFFICE_COUNTRY


def expected_of_case(root_name: str, root_id: int, at: datetime) -> dict[tuple[str, int, str, str, str], Due]:
    """Give everything that should be open in a case."""
    found: dict[tuple[str, int, str, str, str], Due] = {}
    countries: dict[Party, str] = {}
    for machine in registry.machines_of_root(root_name):
        rows = machine.model._default_manager.filter(**{machine.root or "pk": root_id})
        for subject in rows.select_related(*machine.related):
            for due in expected(machine, subject, at, countries):
                found[due.key] = due
    return found


def refresh(root_name: str, root_id: int, at: datetime) -> list[Obligation]:
    """Write the difference between what should be open in a case and what is; give what was opened."""
    wanted = expected_of_case(root_name, root_id, at)
    opened = []
    for standing in Obligation.objects.filter(
        root_kind=root_name, root_id=root_id, closed_at__isnull=True
    ).select_for_update():
        due = wanted.pop(_key(standing), None)
        if due is None:
            standing.closed_at = at
            standing.save(update_fields=["closed_at"])
        elif (due.since, due.due_at, due.then_at) != (standing.since, standing.due_at, standing.then_at) or _parties(
            due
        ) != _stored_parties(standing):
            if _is_over(standing, at):
                # That it was overdue stays to be read; what is asked from now on is another line.
                Obligation.objects.filter(pk=standing.pk).update(closed_at=at)
                standing.pk, standing.opened_at = None, at
            _set(standing, due, at)
            standing.save()
    for due in wanted.values():
        obligation = Obligation(
            kind=due.kind,
            subject_id=due.subject_id,
            root_kind=due.root_kind,
            root_id=due.root_id,
            reference=due.reference,
            action=due.action,
            capacity=due.capacity,
            term=due.term,
            is_watch=due.is_watch,
            opened_at=at,
        )
        _set(obligation, due, at)
        obligation.save()
        opened.append(obligation)
    return opened


def _is_over(standing: Obligation, at: datetime) -> bool:
    return not standing.is_watch and standing.due_at is not None and standing.due_at <= at


def _key(standing: Obligation) -> tuple[str, int, str, str, str]:
    return standing.kind, standing.subject_id, standing.action, standing.capacity, standing.term


def _parties(due: Due) -> tuple[int | None, int | None, int | None]:
    return due.organisation_id, due.partnership_id, due.barred_account_id


def _stored_parties(standing: Obligation) -> tuple[int | None, int | None, int | None]:
    return standing.organisation_id, standing.partnership_id, standing.barred_account_id


def _set(obligation: Obligation, due: Due, at: datetime) -> None:
    obligation.organisation_id, obligation.partnership_id, obligation.barred_account_id = _parties(due)
    obligation.since, obligation.due_at, obligation.then_at = due.since, due.due_at, due.then_at
    ahead = [moment for moment in due.reminders if moment > at]
    obligation.reminders_sent = len(due.reminders) - len(ahead)
    obligation.remind_next_at = ahead[0] if ahead else None
    obligation.escalated_at = None


def close_all(kind: str, subject_id: int, at: datetime) -> None:
    """Close what is open for a subject that is no more."""
    Obligation.objects.filter(kind=kind, subject_id=subject_id, closed_at__isnull=True).update(closed_at=at)


def open_in_case(root_name: str, root_id: int) -> QuerySet[Obligation]:
    """Give who must act in a case, soonest first; watches left out."""
    found = Obligation.objects.filter(root_kind=root_name, root_id=root_id, closed_at__isnull=True, is_watch=False)
    return found.order_by("due_at", "pk")


def of_actor(actor: Actor) -> Q:
    """Give the filter for what the actor must do, in one of their own capacities."""
    mine = Q(capacity__in=(V, H), organisation_id__in=actor.organisations)
    for capacities, roles in (((VP, HP), CASE_PEOPLE), ((PO,), ORDERERS), ((PR,), RELEASERS)):
        if own := actor.partnerships_as(roles):
            mine |= Q(capacity__in=capacities, partnership_id__in=own)
    if actor.support_office:
        mine |= Q(capacity=SO)
    if actor.agency:
        mine |= Q(capacity=AG)
    return mine & ~Q(barred_account_id=actor.account_id)


def is_own(obligation: Obligation, actor: Actor) -> bool:
    """Whether the actor must do it, in one of their own capacities: `of_actor` for one row that is at hand."""
    if obligation.barred_account_id is not None and obligation.barred_account_id == actor.account_id:
        return False
    capacity = Capacity(obligation.capacity)
    if capacity in (V, H):
        return obligation.organisation_id in actor.organisations
    roles = {VP: CASE_PEOPLE, HP: CASE_PEOPLE, PO: ORDERERS, PR: RELEASERS}.get(capacity)
    if roles is not None:
        return obligation.partnership_id in actor.partnerships_as(roles)
    return {SO: actor.support_office, AG: actor.agency}.get(capacity, False)


def mine(actor: Actor) -> QuerySet[Obligation]:
    """Give what the actor must do, soonest first."""
    found = Obligation.objects.filter(of_actor(actor), closed_at__isnull=True, is_watch=False)
    return found.order_by("due_at", "pk")


def awaited(actor: Actor, seen: Iterable[tuple[str, QuerySet[Any]]]) -> QuerySet[Obligation]:
    """Give what the actor waits for among the things that they may see (kind and visible rows), soonest first."""
    things = Q(pk__in=())
    for kind, rows in seen:
        if rows.query.is_empty():
            continue
        things |= Q(kind=kind, subject_id__in=rows.values("pk"))
    found = Obligation.objects.filter(things, closed_at__isnull=True, is_watch=False).exclude(of_actor(actor))
    return found.order_by("due_at", "pk")


def differences(at: datetime) -> list[str]:
    """Compare every case's stored obligations with what the tables say; an empty list proves that they agree."""
    found = []
    for root_name in {machine.root_name or machine.name for machine in registry.all_machines() if machine.rows}:
        model = registry.machine_named(root_name).model
        for root_id in model._default_manager.order_by("pk").values_list("pk", flat=True):
            wanted = expected_of_case(root_name, root_id, at)
            standing = {
                _key(one): one
                for one in Obligation.objects.filter(root_kind=root_name, root_id=root_id, closed_at__isnull=True)
            }
            found += [f"missing {key}" for key in wanted.keys() - standing.keys()]
            found += [f"too many {key}" for key in standing.keys() - wanted.keys()]
            found += [
                f"other {key}"
                for key in wanted.keys() & standing.keys()
                if _parties(wanted[key]) != _stored_parties(standing[key]) or wanted[key].due_at != standing[key].due_at
            ]
    return sorted(found)


def rebuild(at: datetime) -> None:
    """Write anew what every case asks of whom, one case after the other under its lock."""
    for root_name in {machine.root_name or machine.name for machine in registry.all_machines() if machine.rows}:
        cases = registry.machine_named(root_name).model._default_manager
        for root_id in cases.order_by("pk").values_list("pk", flat=True):
            with transaction.atomic():
                cases.select_for_update(of=("self",)).get(pk=root_id)
                refresh(root_name, root_id, at)


def rebuild_open(at: datetime) -> None:
    """Write anew what is asked in the cases that ask for something now, under their locks."""
    standing = Obligation.objects.filter(closed_at__isnull=True).order_by("root_kind", "root_id")
    for root_name, root_id in standing.values_list("root_kind", "root_id").distinct():
        cases = registry.machine_named(root_name).model._default_manager
        cases.select_for_update(of=("self",)).get(pk=root_id)
        refresh(root_name, root_id, at)
