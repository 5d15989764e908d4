"""What the support office does with partnerships and with who looks after a case; each a single transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.text import slugify

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import COORDINATOR, PARTNERSHIP_ROLES, Actor
from clusterxchange.access.capacities import HP, SO, VP, Capacity, H, V
from clusterxchange.journeys.partnerships import operations as partnerships
from clusterxchange.journeys.support_office import reassigning
from clusterxchange.journeys.support_office.reassigning import COLUMN_OF_SIDE, OpenCases
from clusterxchange.parties.memberships import people_of_partnership
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation.models import ActivityReport
from clusterxchange.phases.matching.models import Proposal, ProposalState
from clusterxchange.phases.registration.models import Application, ApplicationState, Participation
from clusterxchange.scheme.current import open_edition
from clusterxchange.workflow import engine, notices, registry
from clusterxchange.workflow.engine import Refused, WrongState
from clusterxchange.workflow.tables import Refusal

Case = Application | Participation | Exchange
OPEN_PROPOSALS = (ProposalState.SENT, ProposalState.SUGGESTED, ProposalState.INVITED)


def admit_partnership(
    *, acronym: str, title: str, country: str, email: str, language: str, actor: Actor, at: datetime
) -> Partnership:
    """Let a partnership join the open edition, and invite its coordinator, who fills in its data and opens it.

    :raises NotAllowed: for everybody but the support office.
    :raises Refused: no edition is open, or the acronym is taken there.
    """
    with engine.unit_of_work(actor, at):
        edition = open_edition(at)
        if edition is None:
            raise Refused(Refusal("no_open_edition"))
        slug = slugify(acronym)
        if not slug or Partnership.objects.filter(edition=edition, slug=slug).exists():
            raise Refused(Refusal("acronym_taken", {"acronym": acronym}, field="acronym"))
        made = Partnership.objects.create(
            edition=edition, acronym=acronym, slug=slug, title=title, coordinating_country=country, is_open=False
        )
        Budget.objects.create(partnership=made, planned_cents=0, free_cents=0)
        engine.record(made, Action.ADMIT_PARTNERSHIP, actor=actor, at=at)
        partnerships.invite_officer(made, email=email, roles=[COORDINATOR], language=language, actor=actor, at=at)
    return made


def suspend_partnership(partnership: Partnership, *, reason: str, actor: Actor, at: datetime) -> Partnership:
    """Keep a partnership from taking anything new until the support office lets it again; what it has goes on.

    :raises Refused: without a reason.
    :raises WrongState: it is suspended, or has left.
    """
    with engine.unit_of_work(actor, at):
        kept = _locked(partnership)
        _has_reason(reason)
        if kept.suspended_at is not None or kept.ended_at is not None:
            raise WrongState(Refusal("wrong_state", {"state": kept.state}))
        kept.opens_again, kept.is_open = kept.is_open, False
        kept.suspended_at, kept.suspension_reason = at, reason
        kept.save(update_fields=["opens_again", "is_open", "suspended_at", "suspension_reason"])
        _record(kept, Action.SUSPEND_PARTNERSHIP, reason, actor, at)
    return kept


def resume_partnership(partnership: Partnership, *, actor: Actor, at: datetime) -> Partnership:
    """End the suspension of a partnership: it is open or closed to registrations as it was before.

    :raises WrongState: it is not suspended.
    """
    with engine.unit_of_work(actor, at):
        kept = _locked(partnership)
        if kept.suspended_at is None or kept.ended_at is not None:
            raise WrongState(Refusal("wrong_state", {"state": kept.state}))
        kept.is_open, kept.suspended_at, kept.suspension_reason = kept.opens_again, None, ""
        kept.save(update_fields=["is_open", "suspended_at", "suspension_reason"])
        _record(kept, Action.RESUME_PARTNERSHIP, "", actor, at)
    return kept


def end_partnership(
    partnership: Partnership, *, other: Partnership | None, reason: str, actor: Actor, at: datetime
) -> Partnership:
    """Let a partnership leave the scheme; everything that is open with it goes to another one.

    :raises Refused: without a reason, or where the other one cannot take it all; nothing goes then.
    :raises WrongState: it has left.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(registry.machine_named("partnership"), partnership, Action.END_PARTNERSHIP, actor, None)
        _has_reason(reason)
        _lock(OpenCases(partnership))
        kept = _locked(partnership)
        if kept.ended_at is not None:
            raise WrongState(Refusal("wrong_state", {"state": kept.state}))
        taking = _locked(other) if other is not None else None
        cases = OpenCases(kept)
        for refusal in cases.refusals(taking):
            raise Refused(refusal)
        if taking is not None:
            going: list[Case] = [*cases.applications, *cases.participations]
            for case in going:
                _hand(case, VP, taking, reason, actor, at)
            for exchange, side in cases.sides:
                _hand(Exchange.objects.get(pk=exchange.pk), side, taking, reason, actor, at)
            for request in cases.requests:
                request.partnership = taking
                request.save(update_fields=["partnership"])
                engine.concern(request)
        kept.is_open, kept.ended_at = False, at
        kept.save(update_fields=["is_open", "ended_at"])
        _record(kept, Action.END_PARTNERSHIP, reason, actor, at)
    return kept


def reassign_case(
    case: Case, *, partnership: Partnership | None, reason: str, actor: Actor, at: datetime, side: Capacity = VP
) -> Case:
    """Give a registration, a participation or one side of an exchange to another partnership, whatever its state.

    :raises Refused: without a reason, or where something of it must be finished first.
    :raises WrongState: it is over.
    """
    machine = registry.machine_of(case)
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(machine, case, Action.REASSIGN_CASE, actor, None)
        engine.lock(machine, case)
        _has_reason(reason)
        if reassigning.is_over(case):
            raise WrongState(Refusal("wrong_state", {"state": case.state}))
        against = reassigning.reason_against_other(reassigning.partnership_of(case, side), partnership, case.edition_id)
        found = [against] if against is not None else []
        if isinstance(case, Exchange):
            found += reassigning.reasons_against_exchange(case, side)
        for refusal in found:
            raise Refused(refusal)
        if partnership is not None:
            _hand(case, side, partnership, reason, actor, at)
    return case


def _hand(case: Case, side: Capacity, taking: Partnership, reason: str, actor: Actor, at: datetime) -> None:
    left = reassigning.partnership_of(case, side)
    if isinstance(case, Application):
        _hand_application(case, taking)
    elif isinstance(case, Participation):
        _hand_participation(case, taking)
    else:
        _hand_side(case, side, taking, at)
    payload = {"from": left, "to": taking, "side": side, "reason": reason, "letter": reason}
    told = {V, H, VP, HP} if isinstance(case, Exchange) else {V, VP}
    if isinstance(case, Participation) and case.role == "host":
        told = {H, VP}
    engine.record(case, Action.REASSIGN_CASE, actor=actor, at=at, payload=payload, tells=told)
    if left is not None:
        # It looks after the case no longer, so no capacity leads to its people.
        people = people_of_partnership(left.pk, PARTNERSHIP_ROLES)
        notices.tell_people(people, case, Action.REASSIGN_CASE, SO, at, path="/desk/", letter=reason)


def _hand_application(application: Application, taking: Partnership) -> None:
    if application.partnership_id is not None:
        application.partnership = taking
    if application.state == ApplicationState.DRAFT:
        application.wished_partnership = taking
        if application.started_by_partnership_id is not None:
            application.started_by_partnership = taking
    application.partnership_was_assigned, application.first_reader = False, None
    application.save()


def _hand_participation(participation: Participation, taking: Partnership) -> None:
    participation.partnership = taking
    if participation.move_asked_to_id == taking.pk:
        participation.move_asked_to = None
    participation.save(update_fields=["partnership", "move_asked_to"])
    # Who is told of a proposal and may suggest one follows the participation.
    for proposal in _proposals_of([participation]):
        engine.concern(proposal)


def _proposals_of(participations: Iterable[Participation]) -> list[Proposal]:
    held = [one.pk for one in participations]
    found = Proposal.objects.filter(visitor_participation__in=held) | Proposal.objects.filter(
        host_participation__in=held
    )
    return list(found.filter(state__in=OPEN_PROPOSALS).order_by("pk"))


def _hand_side(exchange: Exchange, side: Capacity, taking: Partnership, at: datetime) -> None:
    column = COLUMN_OF_SIDE[side]
    left_id = getattr(exchange, f"{column}_id")
    setattr(exchange, column, taking)
    exchange.save(update_fields=[column])
    ActivityReport.objects.filter(exchange=exchange, **{f"{column}_id": left_id}).update(**{column: taking})
    if side is VP:
        reserved, committed = reassigning.held_cents(exchange)
        try:
            budgets.hand_over(
                left_id, taking.pk, reserved_cents=reserved, committed_cents=committed,
                case=str(exchange.reference), at=at,
            )  # fmt: skip
        except budgets.NotEnough:
            raise Refused(Refusal("no_free_budget_there", {"partnership": taking.acronym})) from None


def _lock(cases: OpenCases) -> None:
    # In the one order of all locks; what is found afterwards is what goes.
    for held in (cases.applications, cases.participations, _proposals_of(cases.participations)):
        _lock_rows(held)
    _lock_rows([exchange for exchange, _side in cases.sides])


def _lock_rows(rows: Iterable[Application | Participation | Proposal | Exchange]) -> None:
    held = list(rows)
    if held:
        found = type(held[0])._default_manager.select_for_update(of=("self",))
        list(found.filter(pk__in=[one.pk for one in held]).order_by("pk"))


def _locked(partnership: Partnership) -> Partnership:
    return Partnership.objects.select_for_update(of=("self",)).get(pk=partnership.pk)


def _has_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(Refusal("reason_missing", field="reason"))


def _record(partnership: Partnership, action: Action, reason: str, actor: Actor, at: datetime) -> None:
    engine.record(partnership, action, actor=actor, at=at, payload={"reason": reason, "letter": reason}, tells={VP})
