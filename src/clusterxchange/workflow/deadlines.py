"""What is due: reminders, the end of terms, the day's head of the journal. A deadline is a row, never a future job."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Model

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import SYS, Capacity
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for, people_of_partnership, people_of_support_office
from clusterxchange.scheme import terms
from clusterxchange.scheme.current import begin_version, versions_to_begin
from clusterxchange.scheme.models import EditionVersion
from clusterxchange.workflow import engine, journal, notices, obligations, registry
from clusterxchange.workflow.models import Obligation

ONE_AT_A_TIME = 7003  # the journal's chain holds 7001


@dataclass(frozen=True)
class Done:
    """One thing that was due and has been carried out."""

    term: str
    ref: str
    what: str


def run_due(at: datetime) -> list[Done]:
    """Carry out everything that is due at the moment given, in the order in which it fell due. Safe to run twice."""
    journal.keep_day_head(at)
    done = [_begin_version(version, at) for version in versions_to_begin(at)]
    with transaction.atomic():
        _take_turns()
        done += [one for opener in registry.openers() for one in opener(at)]
    while (one := _next(at)) is not None:
        done.append(one)
    return done


def _begin_version(version: EditionVersion, at: datetime) -> Done:
    """Let a version of the rules take effect: what runs already is counted by it from now, signed texts are not."""
    with transaction.atomic():
        _take_turns()
        begin_version(version, at)
        obligations.rebuild_open(at)
    return Done("effective_from", version.edition.code, "version_in_force")


def _next(at: datetime) -> Done | None:
    with transaction.atomic():
        _take_turns()
        waiting = Obligation.objects.filter(closed_at__isnull=True)
        over = waiting.filter(then_at__lte=at, escalated_at__isnull=True)
        reminded = waiting.filter(remind_next_at__lte=at)
        first_over = over.order_by("then_at", "pk").first()
        first_reminded = reminded.order_by("remind_next_at", "pk").first()
        if first_reminded is not None and (first_over is None or _before(first_reminded, first_over)):
            return _remind(first_reminded, at)
        if first_over is not None:
            return _end_term(first_over, at)
    return None


def _take_turns() -> None:
    # The minute job and the command line may run at the same time; neither may remind anybody twice.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _before(reminded: Obligation, over: Obligation) -> bool:
    return bool(reminded.remind_next_at and over.then_at and reminded.remind_next_at < over.then_at)


def _remind(obligation: Obligation, at: datetime) -> Done:
    locked = Obligation.objects.select_for_update().get(pk=obligation.pk)
    machine = registry.machine_named(locked.kind)
    subject = machine.model._default_manager.get(pk=locked.subject_id)
    country = obligations.country_of(locked.organisation_id, locked.partnership_id)
    moments = terms.reminders_at(machine.scheme_of(subject, at), locked.term, locked.since, country)
    ahead = [moment for moment in moments if moment > at]
    locked.reminders_sent, locked.remind_next_at = len(moments) - len(ahead), ahead[0] if ahead else None
    locked.save(update_fields=["reminders_sent", "remind_next_at"])
    notices.remind(locked, at)
    return Done(locked.term, locked.reference, "reminded")


def _end_term(obligation: Obligation, at: datetime) -> Done:
    machine = registry.machine_named(obligation.kind)
    subject = machine.model._default_manager.get(pk=obligation.subject_id)
    action = Action(obligation.action)
    if obligation.capacity == SYS:
        return _let_the_tool_act(obligation, subject, action, at)
    Obligation.objects.filter(pk=obligation.pk).update(escalated_at=at)
    notices.warn(obligation, _people_told(obligation, subject, at), at)
    return Done(obligation.term, obligation.reference, "escalated")


def _let_the_tool_act(obligation: Obligation, subject: Model, action: Action, at: datetime) -> Done:
    what = str(action)
    try:
        engine.move(subject, action, actor=SYSTEM, at=at)
    except engine.NotDone as reason:
        # A rule stands against it for good reason; it is not tried again, and the answer says so.
        what = f"{action} refused: {reason.refusal.code}"
    Obligation.objects.filter(pk=obligation.pk, closed_at__isnull=True).update(escalated_at=at)
    return Done(obligation.term, obligation.reference, what)


def _people_told(obligation: Obligation, subject: object, at: datetime) -> list[Account]:
    # Whoever may not see the thing learns nothing of it: the host's side has no part in the visitor's money.
    machine = registry.machine_named(obligation.kind)
    scheme = engine.scheme_of(subject, at)
    found: dict[int, Account] = {}
    for whom in terms.told_when_over(scheme, obligation.term):
        if whom == "support_office":
            found |= {person.pk: person for person in people_of_support_office()}
        elif whom in {"contact_points", "other_partnership"}:
            for capacity in (Capacity.VP, Capacity.HP):
                if whom == "other_partnership" and capacity == obligation.capacity:
                    continue
                partnership_id = obligations.party_of(machine, subject, capacity)[1]
                if partnership_id is not None:
                    found |= {person.pk: person for person in people_of_partnership(partnership_id, CASE_PEOPLE)}
    return [person for person in found.values() if decide.may(actor_for(person), machine.name, Action.SEE, subject)]
