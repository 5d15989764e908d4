"""What people do with an application and a participation; each a single transaction through the engine."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import queries, rules
from clusterxchange.phases.registration.models import (
    Application,
    ApplicationState,
    Disclosure,
    Participation,
    ParticipationState,
    Visit,
)
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.scheme.current import open_edition
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import Refused, WrongState
from clusterxchange.workflow.tables import Refusal

EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.ON_HOLD})

Checklist = Mapping[str, Mapping[str, str]]


def start_application(
    *,
    actor: Actor,
    at: datetime,
    organisation: Organisation | None = None,
    person: Account | None = None,
    partnership: Partnership | None = None,
    capacity: Capacity | None = None,
) -> Application:
    """Start an application for an organisation, a new one where none is given.

    A contact point may start it for a person, naming the partnership; the person then goes on with it and submits it.
    """
    with engine.unit_of_work(actor, at):
        edition = open_edition(at)
        if edition is None:
            raise Refused(Refusal("no_open_edition"))
        # Two clicks at once: the second waits here and then finds the first one's application.
        account = Account.objects.select_for_update().get(pk=person.pk if person else actor.account_id or 0)
        if organisation is None:
            open_draft = queries.unnamed_draft_of(account.pk)
            if open_draft is not None:
                raise Refused(Refusal("application_already_open", {"reference": open_draft.reference}))
            organisation = Organisation.objects.create(created_at=at)
        else:
            organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
            if person is None and organisation.pk not in actor.organisations:
                raise engine.NotAllowed(Refusal("not_allowed"))
        representative, _ = Representative.objects.get_or_create(
            account=account, organisation=organisation, defaults={"since": at}
        )
        application = Application(
            edition=edition, organisation=organisation, representative=representative, partnership=partnership,
            started_by_partnership=partnership,
        )  # fmt: skip
        # Since the representative was made, the person speaks for this organisation too.
        speaking = actor if person else actor_for(account)
        engine.begin(application, Action.START_APPLICATION, actor=speaking, at=at, capacity=capacity)
        if partnership is not None:
            # Until the person submits it, a draft is theirs alone.
            application.partnership = None
            application.save(update_fields=["partnership"])
    return application


def edit_application(
    application: Application,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    section: str = "",
    capacity: Capacity | None = None,
) -> Application:
    """Keep answers, named as the columns that hold them, wherever these stand: person, organisation, application.

    :raises WrongState: the application is neither a draft nor on hold.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        if application.state not in EDITABLE:
            raise WrongState(Refusal("wrong_state", {"state": application.state}))
        application.representative = Representative.objects.select_for_update().get(pk=application.representative_id)
        application.organisation = Organisation.objects.select_for_update().get(pk=application.organisation_id)
        changed: dict[int, tuple[Any, list[str]]] = {}
        for column, answer in answers.items():
            home = rules.home_of(application, column)
            if getattr(home, column) != answer:
                setattr(home, column, answer)
                changed.setdefault(id(home), (home, []))[1].append(column)
        for home, columns in changed.values():
            # An organisation also keeps folded columns, so it is saved whole.
            home.save(update_fields=None if isinstance(home, Organisation) else columns)
        engine.record(
            application, Action.EDIT_APPLICATION, actor=actor, at=at, capacity=capacity,
            payload={"section": section, "answers": sorted(answers)},
        )  # fmt: skip
        if any(
            rules.REVIEWED_COLUMNS & set(columns)
            for home, columns in changed.values()
            if isinstance(home, Organisation)
        ):
            _review_participations(application.organisation, at)
    return application


def _review_participations(organisation: Organisation, at: datetime) -> None:
    for participation in queries.participations_of_organisations([organisation.pk]).filter(
        state=ParticipationState.ACTIVE
    ):
        review_participation(participation, actor=SYSTEM, at=at)


def discard_application(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Delete a draft."""
    engine.move(application, Action.DISCARD_APPLICATION, actor=actor, at=at, capacity=capacity)
    return application


def submit_application(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None, **declarations: bool
) -> Application:
    """Submit an application with its declarations, and give it to the partnership chosen or assigned."""
    engine.move(application, Action.SUBMIT_APPLICATION, actor=actor, at=at, capacity=capacity, inputs=declarations)
    return application


def recall_application(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Take an application back that nobody has opened."""
    engine.move(application, Action.RECALL_APPLICATION, actor=actor, at=at, capacity=capacity)
    return application


def open_application(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Begin the assessment."""
    engine.move(application, Action.OPEN_APPLICATION, actor=actor, at=at, capacity=capacity)
    return application


def hold_application(
    application: Application,
    *,
    questions: str,
    actor: Actor,
    at: datetime,
    checklist: Checklist | None = None,
    capacity: Capacity | None = None,
) -> Application:
    """Ask the applicant for more: one question a line."""
    inputs = {"questions": questions, "checklist": checklist or {}}
    engine.move(application, Action.HOLD_APPLICATION, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return application


def resubmit_application(
    application: Application, *, answers: Sequence[str], actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Answer the questions, each in its turn."""
    engine.move(
        application, Action.RESUBMIT_APPLICATION, actor=actor, at=at, capacity=capacity, inputs={"answers": answers}
    )
    return application


def ask_agency(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Ask the agency to approve the host exception."""
    engine.move(application, Action.ASK_AGENCY, actor=actor, at=at, capacity=capacity)
    return application


def approve_exception(
    application: Application, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Let the organisation host although its cluster is not profiled."""
    return _decide(application, Action.APPROVE_EXCEPTION, actor, at, capacity, reason=reason)


def refuse_exception(
    application: Application, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Keep to the rule for hosts."""
    return _decide(application, Action.REFUSE_EXCEPTION, actor, at, capacity, reason=reason)


def accept_application(
    application: Application,
    *,
    checklist: Checklist,
    decisions: Mapping[str, str],
    actor: Actor,
    at: datetime,
    reason: str = "",
    capacity: Capacity | None = None,
) -> Application:
    """Decide each role asked, at least one of them in favour; `decisions` gives accepted or refused by role."""
    return _decide(
        application,
        Action.ACCEPT_APPLICATION,
        actor,
        at,
        capacity,
        checklist=checklist,
        decisions=decisions,
        reason=reason,
    )


def refuse_application(
    application: Application,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    reason_code: str = "",
    checklist: Checklist | None = None,
    capacity: Capacity | None = None,
) -> Application:
    """Refuse every role asked, with the reason."""
    return _decide(
        application, Action.REFUSE_APPLICATION, actor, at, capacity, reason=reason, reason_code=reason_code,
        checklist=checklist or {},
    )  # fmt: skip


def object_to_refusal(
    application: Application, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Ask the support office to look at a refusal."""
    return _decide(application, Action.OBJECT_TO_REFUSAL, actor, at, capacity, reason=reason)


def uphold_objection(
    application: Application, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Have the application assessed anew."""
    return _decide(application, Action.UPHOLD_OBJECTION, actor, at, capacity, reason=reason)


def dismiss_objection(
    application: Application, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Leave the refusal as it is."""
    return _decide(application, Action.DISMISS_OBJECTION, actor, at, capacity, reason=reason)


def withdraw_application(
    application: Application, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Give an application up."""
    engine.move(application, Action.WITHDRAW_APPLICATION, actor=actor, at=at, capacity=capacity)
    return application


def move_application(
    application: Application,
    *,
    partnership: Partnership | None,
    reason: str,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Application:
    """Hand an application to another partnership, which assesses it from the beginning."""
    return _decide(application, Action.MOVE_APPLICATION, actor, at, capacity, partnership=partnership, reason=reason)


def lapse_application(application: Application, *, at: datetime, actor: Actor = SYSTEM) -> Application:
    """End an application whose questions were not answered in time."""
    engine.move(application, Action.LAPSE_APPLICATION, actor=actor, at=at)
    return application


def _decide(
    application: Application,
    action: Action,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
    **inputs: Any,  # noqa: ANN401 -- what was typed
) -> Application:
    engine.move(application, action, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return application


def open_curriculum_vitae(subject: Application | Participation, *, actor: Actor, at: datetime) -> None:
    """Note in the journal that somebody reads a person's curriculum vitae.

    :raises NotAllowed: the permission table leaves the actor out.
    """
    engine.record(subject, Action.OPEN_CURRICULUM_VITAE, actor=actor, at=at)


def reserve_participation(
    participation: Participation, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Keep a participation for a match that the partnership has in mind."""
    return _change(participation, Action.RESERVE_PARTICIPATION, actor, at, capacity, reason=reason)


def release_participation(
    participation: Participation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Make a reserved participation available again."""
    return _change(participation, Action.RELEASE_PARTICIPATION, actor, at, capacity)


def confirm_interest(
    participation: Participation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Say that the organisation still wants to take part."""
    return _change(participation, Action.CONFIRM_INTEREST, actor, at, capacity)


def reactivate_participation(
    participation: Participation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Come back after a long silence."""
    return _change(participation, Action.REACTIVATE_PARTICIPATION, actor, at, capacity)


def mark_low_active(participation: Participation, *, at: datetime, actor: Actor = SYSTEM) -> Participation:
    """Grey a participation whose people have not signed in for long."""
    return _change(participation, Action.MARK_LOW_ACTIVE, actor, at, None)


def mark_inactive(participation: Participation, *, at: datetime, actor: Actor = SYSTEM) -> Participation:
    """Take a participation out of the catalogue whose people have not confirmed their interest."""
    return _change(participation, Action.MARK_INACTIVE, actor, at, None)


def review_participation(participation: Participation, *, at: datetime, actor: Actor = SYSTEM) -> Participation:
    """Let the partnership look again after a change of what it accepted."""
    return _change(participation, Action.REVIEW_PARTICIPATION, actor, at, None)


def confirm_participation(
    participation: Participation, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Keep a participation after its organisation has changed."""
    return _change(participation, Action.CONFIRM_PARTICIPATION, actor, at, capacity, reason=reason)


def end_participation(
    participation: Participation, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """End a participation whose organisation has changed too much."""
    return _change(participation, Action.END_PARTICIPATION, actor, at, capacity, reason=reason)


def move_participation(
    participation: Participation,
    *,
    partnership: Partnership | None,
    reason: str,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Participation:
    """Ask for another partnership, or hand the participation over."""
    return _change(
        participation, Action.MOVE_PARTICIPATION, actor, at, capacity, partnership=partnership, reason=reason
    )


def suspend_participation(
    participation: Participation,
    *,
    reason: str,
    until: datetime | None,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> Participation:
    """Take a participation out of everything until a moment."""
    return _change(participation, Action.SUSPEND_PARTICIPATION, actor, at, capacity, reason=reason, until=until)


def lift_suspension(
    participation: Participation, *, at: datetime, actor: Actor = SYSTEM, capacity: Capacity | None = None
) -> Participation:
    """Put a suspended participation back into the state before."""
    return _change(participation, Action.LIFT_SUSPENSION, actor, at, capacity)


def withdraw_participation(
    participation: Participation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Leave the scheme in one role."""
    return _change(participation, Action.WITHDRAW_PARTICIPATION, actor, at, capacity)


def _change(
    participation: Participation,
    action: Action,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None,
    **inputs: Any,  # noqa: ANN401 -- what was typed
) -> Participation:
    engine.move(participation, action, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return participation


def claim_visit(participation: Participation, at: datetime) -> None:
    """Claim an organisation's one physical visit, as part of the move that makes the match.

    :raises Refused: the visit is claimed or used already, in this edition or another.
    """
    del at  # the move that makes the match is what the journal dates
    # All participations of the organisation are locked, so that two matches at once find out in turn.
    Organisation.objects.select_for_update().get(pk=participation.organisation_id)
    if queries.visit_is_taken(participation.organisation_id):
        raise Refused(Refusal("visit_already_used"))
    _set_visit(participation, Visit.CLAIMED)


def free_visit(participation: Participation, at: datetime) -> None:
    """Give a claimed or used visit back: the exchange was cancelled, or ended under the shortest stay."""
    del at
    _set_visit(participation, Visit.FREE)


def use_visit(participation: Participation, at: datetime) -> None:
    """Mark the visit as used: the stay took place."""
    del at
    _set_visit(participation, Visit.USED)


def _set_visit(participation: Participation, visit: Visit) -> None:
    locked = Participation.objects.select_for_update().get(pk=participation.pk)
    locked.visit = visit
    locked.save(update_fields=["visit"])
    participation.visit = visit


def disclose(participation: Participation, to_organisation: Organisation, at: datetime) -> Disclosure:
    """Let the other side of an accepted proposal see the person and the curriculum vitae."""
    made, _ = Disclosure.objects.get_or_create(
        participation=participation, to_organisation=to_organisation, defaults={"since": at}
    )
    return made


def note_sign_in(actor: Actor, at: datetime) -> None:
    """Let the term without a sign-in run anew for every participation of the person's organisations."""
    with engine.unit_of_work(actor, at) as work:
        found = queries.participations_of_organisations(actor.organisations).filter(last_active_at__lt=at)
        for participation in found.select_for_update(of=("self",)).order_by("pk"):
            participation.last_active_at = at
            participation.save(update_fields=["last_active_at"])
            work.roots["participation", participation.pk] = participation
