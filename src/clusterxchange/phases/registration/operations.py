"""What people do with an application and a participation; each a single transaction through the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from allauth.account.models import EmailAddress

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import SO, VP, Capacity, H, V
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import files
from clusterxchange.foundation.models import StoredFile
from clusterxchange.foundation.tables import Table
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import effects, queries, rules
from clusterxchange.phases.registration.assistance import imported_rows, invitations
from clusterxchange.phases.registration.assistance.imported_rows import Invited
from clusterxchange.phases.registration.models import (
    ActOnBehalf,
    Application,
    ApplicationState,
    Decision,
    Disclosure,
    ImportedFile,
    Participation,
    ParticipationState,
    PartnershipChoice,
    Visit,
)
from clusterxchange.phases.registration.states import APPLICATION, PARTICIPATION
from clusterxchange.scheme.current import open_edition
from clusterxchange.workflow import engine, registry
from clusterxchange.workflow.engine import Refused, WrongState
from clusterxchange.workflow.tables import Refusal, Situation

EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.ON_HOLD})
EDITED_IN = {
    Action.EDIT_APPLICATION: EDITABLE,
    Action.EDIT_ON_BEHALF: frozenset({ApplicationState.DRAFT}),
}

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
            is_theirs = organisation.pk in actor.organisations or person is not None
            if not is_theirs or organisation.merged_into_id is not None:
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
            # Whoever began it for somebody goes on with it until that person submits it.
            application.partnership_choice, application.wished_partnership = PartnershipChoice.CHOSEN, partnership
            application.save(update_fields=["partnership_choice", "wished_partnership"])
    return application


def invite_applicant(
    *, person: Invited, partnership: Partnership, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Start a registration for somebody who has not come by themselves, fill in what is known, and invite them.

    :raises Refused: the organisation is registered already.
    """
    with engine.unit_of_work(actor, at):
        account, organisation = _made_known(person, at)
        application = start_application(
            organisation=organisation, person=account, partnership=partnership, actor=actor, at=at, capacity=capacity
        )
        answers = {**person.answers, "legal_name": person.legal_name}
        edit_on_behalf(application, answers=answers, section="invitation", actor=actor, at=at)
        engine.record(
            application, Action.INVITE_APPLICANT, actor=actor, at=at, tells={V},
            path=invitations.path_for(account, application),
            payload={"on_behalf_of": organisation, "letter": person.message},
        )  # fmt: skip
    return application


def _made_known(person: Invited, at: datetime) -> tuple[Account, Organisation]:
    found = Account.objects.filter(email=person.email.lower()).first()
    account = found or Account.objects.create_user(
        person.email, first_name=person.first_name, last_name=person.last_name, language=person.language, joined_at=at
    )
    if found is None:
        EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=False)
    if queries.organisations_named(person.legal_name):
        raise Refused(Refusal("organisation_is_registered", {"organisation": person.legal_name}, field="legal_name"))
    return account, Organisation.objects.create(legal_name=person.legal_name, created_at=at)


def edit_application(
    application: Application,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    section: str = "",
    typed: Mapping[str, Sequence[str]] | None = None,
    capacity: Capacity | None = None,
) -> Application:
    """Keep answers, named as the columns that hold them, wherever these stand: person, organisation, application.

    `typed` gives by field of the section what could not be taken, empty for what could.

    :raises WrongState: the application is neither a draft nor on hold.
    """
    return _keep_answers(
        application, answers, Action.EDIT_APPLICATION, actor, at, {"section": section}, capacity, typed
    )


def edit_on_behalf(
    application: Application,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    section: str = "",
    typed: Mapping[str, Sequence[str]] | None = None,
    capacity: Capacity | None = None,
) -> Application:
    """Keep answers that a contact point fills in for the participant, who submits them.

    :raises WrongState: the participant has submitted it.
    """
    marks = {"section": section, "on_behalf_of": application.organisation}
    return _keep_answers(application, answers, Action.EDIT_ON_BEHALF, actor, at, marks, capacity, typed)


def _keep_answers(
    application: Application,
    answers: Mapping[str, Any],
    action: Action,
    actor: Actor,
    at: datetime,
    marks: Mapping[str, Any],
    capacity: Capacity | None,
    typed: Mapping[str, Sequence[str]] | None,
) -> Application:
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        if application.state not in EDITED_IN[action]:
            raise WrongState(Refusal("wrong_state", {"state": application.state}))
        application.representative = Representative.objects.select_for_update().get(pk=application.representative_id)
        application.organisation = Organisation.objects.select_for_update().get(pk=application.organisation_id)
        changed: dict[int, tuple[Any, list[str]]] = {}
        reviewed: dict[str, Any] = {}
        replaced: list[StoredFile] = []
        if typed is not None:
            answers = {**answers, "as_typed": _with_typed(application, str(marks["section"]), typed)}
        for column, answer in answers.items():
            home = rules.home_of(application, column)
            held = getattr(home, column)
            if held != answer:
                if isinstance(home, Organisation) and column in rules.REVIEWED_COLUMNS:
                    reviewed[column] = {"was": held, "is": answer}
                if isinstance(held, StoredFile):
                    replaced.append(held)
                setattr(home, column, answer)
                changed.setdefault(id(home), (home, []))[1].append(column)
        for home, columns in changed.values():
            # An organisation also keeps folded columns, so it is saved whole.
            home.save(update_fields=None if isinstance(home, Organisation) else columns)
        for file in replaced:
            files.discard(file)
        engine.record(
            application, action, actor=actor, at=at, capacity=capacity,
            payload={**marks, "answers": sorted(answers.keys() - {"as_typed"})},
        )  # fmt: skip
        if reviewed:
            _review_participations(application.organisation, at, reviewed)
    return application


def _with_typed(application: Application, section: str, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    held = {**application.as_typed.get(section, {}), **typed}
    in_section = {name: list(texts) for name, texts in held.items() if texts}
    others = {name: kept for name, kept in application.as_typed.items() if name != section}
    return {**others, section: in_section} if in_section else others


def _review_participations(organisation: Organisation, at: datetime, changed: Mapping[str, Any]) -> None:
    for participation in queries.participations_of_organisations([organisation.pk]).filter(
        state=ParticipationState.ACTIVE
    ):
        review_participation(participation, actor=SYSTEM, at=at, changed=changed)


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
    letter: str = "",
    capacity: Capacity | None = None,
) -> Application:
    """Ask the applicant for more: one question a line. `letter` is what their mail says beside the tool's sentence."""
    inputs = {"questions": questions, "checklist": checklist or {}, "letter": letter}
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
    letter: str = "",
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
        letter=letter,
    )


def refuse_application(
    application: Application,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    reason_code: str = "",
    checklist: Checklist | None = None,
    letter: str = "",
    capacity: Capacity | None = None,
) -> Application:
    """Refuse every role asked, with the reason."""
    return _decide(
        application, Action.REFUSE_APPLICATION, actor, at, capacity, reason=reason, reason_code=reason_code,
        checklist=checklist or {}, letter=letter,
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


def save_checklist(
    application: Application, *, checklist: Checklist, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Keep what was found so far, without a decision.

    :raises WrongState: nobody assesses the application now.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        _is_assessed(application)
        engine.record(
            application, Action.SAVE_CHECKLIST, actor=actor, at=at, capacity=capacity, payload={"checklist": checklist}
        )
        effects.keep_findings(application, checklist)
        application.checklist_saved_at = at
        application.save(update_fields=["checklist_saved_at"])
    return application


def pass_to_second_reader(
    application: Application, *, checklist: Checklist, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Say that the registration can be accepted; another contact point reads it as well and decides.

    :raises Refused: the partnership wants no second reader, or the checklist is not complete.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        _is_assessed(application)
        if application.partnership is None or not application.partnership.has_second_reader:
            raise Refused(Refusal("second_reader_not_asked"))
        scheme = queries.scheme_of_edition(application.edition_id, at)
        for item in rules.checklist_items(scheme, rules.roles_asked(application)):
            if not checklist.get(item, {}).get("answer"):
                raise Refused(Refusal("checklist_incomplete", field=f"item_{item}"))
        save_checklist(application, checklist=checklist, actor=actor, at=at, capacity=capacity)
        application.first_reader_id = actor.account_id
        application.save(update_fields=["first_reader"])
        engine.record(application, Action.PASS_TO_SECOND_READER, actor=actor, at=at, capacity=capacity, tells={VP})
    return application


def _is_assessed(application: Application) -> None:
    if application.state != ApplicationState.UNDER_ASSESSMENT:
        raise WrongState(Refusal("wrong_state", {"state": application.state}))


def remind_applicant(
    application: Application, *, actor: Actor, at: datetime, message: str = "", capacity: Capacity | None = None
) -> Application:
    """Write to the applicant that a step is theirs, beside the reminders that go by themselves.

    :raises WrongState: nothing waits for the applicant.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        if application.state not in EDITABLE:
            raise WrongState(Refusal("wrong_state", {"state": application.state}))
        engine.record(
            application, Action.REMIND_APPLICANT, actor=actor, at=at, capacity=capacity, tells={V},
            payload={"letter": message},
        )  # fmt: skip
    return application


# What a participant may do on paper or by phone, and what the contact point writes down of it.
ACTS = (Action.SUBMIT_APPLICATION, Action.RESUBMIT_APPLICATION, Action.WITHDRAW_APPLICATION)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What a contact point writes down of a step that the participant has taken on paper or by phone."""

    act: Action
    channel: str
    done_on: date
    note: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    evidence: StoredFile | None = None


def record_act(
    application: Application,
    *,
    record: Record,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> ActOnBehalf:
    """Write down what the participant did on paper or by phone. Nothing moves before they confirm it.

    :raises Refused: another record waits for its confirmation, or the act is closed as things stand.
    :raises WrongState: the application is not in a state for the act.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(APPLICATION, application)
        if application.partnership is None or actor.account_id is None:
            raise engine.NotAllowed(Refusal("not_allowed"))
        line = APPLICATION.row_for(record.act, application.state)
        if record.act not in ACTS or line is None:
            raise WrongState(Refusal("wrong_state", {"state": application.state}))
        scheme = engine.scheme_of(application, at)
        situation = Situation(application, record.act, actor, V, at, scheme, before=application.state)
        if closed := line.closed_by(situation):
            raise Refused(closed)
        if application.acts_on_behalf.filter(answer="").exists():
            raise Refused(Refusal("act_waits_already"))
        if record.channel == ActOnBehalf.Channel.PAPER and record.evidence is None:
            raise Refused(Refusal("act_evidence_missing", field="evidence"))
        if record.evidence is not None and record.evidence.is_rejected:
            raise Refused(Refusal("file_is_harmful", field="evidence"))
        made = ActOnBehalf.objects.create(
            application=application, action=record.act, inputs=dict(record.inputs), channel=record.channel,
            done_on=record.done_on, note=record.note, evidence=record.evidence, partnership=application.partnership,
            recorded_by_id=actor.account_id, recorded_at=at,
        )  # fmt: skip
        engine.record(
            application, Action.RECORD_ACT, actor=actor, at=at, capacity=capacity, tells={V},
            path=invitations.path_for(application.representative.account, application), payload=_marks(made),
        )  # fmt: skip
    return made


def _marks(act: ActOnBehalf) -> dict[str, Any]:
    return {
        "act": act.pk,
        "action": act.action,
        "on_behalf_of": act.application.organisation,
        "recorded_by": act.recorded_by,
        "channel": act.channel,
        "done_on": act.done_on,
        "evidence_sha256": act.evidence.sha256 if act.evidence else "",
    }


def confirm_act(act: ActOnBehalf, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Application:
    """Confirm a record of one's own act: now it counts.

    :raises Refused: it was answered already, or a rule stands against the act.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(APPLICATION, act.application, Action.CONFIRM_ACT, actor, capacity)
        application = _answered(act, ActOnBehalf.Answer.CONFIRMED, at)
        engine.record(
            application, Action.CONFIRM_ACT, actor=actor, at=at, capacity=capacity, tells={VP}, payload=_marks(act)
        )
        engine.move(
            application, Action(act.action), actor=actor, at=at, capacity=capacity,
            inputs={**act.inputs, "on_behalf": _marks(act)},
        )  # fmt: skip
    return application


def object_to_act(
    act: ActOnBehalf, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Application:
    """Say that a record of one's own act is wrong: it never counts.

    :raises Refused: it was answered already, or no reason is given.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(APPLICATION, act.application, Action.OBJECT_TO_ACT, actor, capacity)
        if not reason.strip():
            raise Refused(Refusal("reason_missing", field="reason"))
        application = _answered(act, ActOnBehalf.Answer.OBJECTED, at, reason)
        engine.record(
            application, Action.OBJECT_TO_ACT, actor=actor, at=at, capacity=capacity, tells={VP},
            payload={**_marks(act), "reason": reason},
        )  # fmt: skip
    return application


def _answered(act: ActOnBehalf, answer: ActOnBehalf.Answer, at: datetime, objection: str = "") -> Application:
    application = act.application
    engine.lock(APPLICATION, application)
    act.refresh_from_db()
    if act.answer:
        raise WrongState(Refusal("act_is_answered"))
    act.answer, act.answered_at, act.objection = answer, at, objection
    act.save(update_fields=["answer", "answered_at", "objection"])
    act.application = application
    return application


def keep_import(
    *, kind: str, partnership: Partnership, table: Table, name: str, sha256: str, actor: Actor, at: datetime
) -> ImportedFile:
    """Keep an uploaded list with what is wrong with each row. Nothing of it is imported.

    :raises NotAllowed: invitations are sent by a partnership's own contact points, participants brought in by the
        support office.
    """
    with engine.unit_of_work(actor, at):
        _may_import(kind, partnership, actor)
        scheme = queries.scheme_of_edition(partnership.edition_id, at)
        rows = imported_rows.checked(kind, table, scheme)
        return ImportedFile.objects.create(
            kind=kind, partnership=partnership, uploaded_by_id=actor.account_id or 0, uploaded_at=at, name=name[-200:],
            sha256=sha256, reading=table.reading, rows=[row.kept() for row in rows],
        )  # fmt: skip


def _may_import(kind: str, partnership: Partnership, actor: Actor) -> None:
    own = partnership.pk in actor.partnerships_as(CASE_PEOPLE)
    if not (own if kind == ImportedFile.Kind.INVITATIONS else actor.support_office):
        raise engine.NotAllowed(Refusal("not_allowed"))


def carry_out_import(imported: ImportedFile, *, actor: Actor, at: datetime) -> ImportedFile:
    """Import the rows without a fault, all of them or none. A second time changes nothing.

    :raises NotAllowed: as for the upload.
    """
    with engine.unit_of_work(actor, at):
        kept = ImportedFile.objects.select_for_update().get(pk=imported.pk)
        _may_import(kept.kind, kept.partnership, actor)
        if kept.confirmed_at is not None:
            return kept
        done = []
        scheme = queries.scheme_of_edition(kept.partnership.edition_id, at)
        for row in imported_rows.checked_again(kept, scheme):
            reference = ""
            if not row.faults:
                person = imported_rows.person_of(row)
                if kept.kind == ImportedFile.Kind.INVITATIONS:
                    made = invite_applicant(person=person, partnership=kept.partnership, actor=actor, at=at)
                else:
                    made = import_participant(person=person, partnership=kept.partnership, actor=actor, at=at)
                reference = str(made.reference)
            done.append({**row.without_values(), "reference": reference})
        kept.rows, kept.confirmed_at = done, at
        kept.save(update_fields=["rows", "confirmed_at"])
    return kept


def discard_import(imported: ImportedFile, *, actor: Actor, at: datetime) -> None:
    """Throw away a list that nobody has confirmed, with all that was read of it.

    :raises NotAllowed: somebody else has brought it.
    :raises WrongState: it is imported.
    """
    with engine.unit_of_work(actor, at):
        kept = ImportedFile.objects.select_for_update().filter(pk=imported.pk).first()
        if kept is None or kept.confirmed_at is not None:
            raise WrongState(Refusal("list_is_imported"))
        if kept.uploaded_by_id != actor.account_id:
            raise engine.NotAllowed(Refusal("not_allowed"))
        kept.delete()


def import_participant(*, person: Invited, partnership: Partnership, actor: Actor, at: datetime) -> Application:
    """Bring in a participant whom a running programme has accepted elsewhere.

    :raises Refused: the organisation is registered already.
    """
    with engine.unit_of_work(actor, at):
        account, organisation = _made_known(person, at)
        representative = Representative.objects.create(account=account, organisation=organisation, since=at)
        application = Application(
            edition=partnership.edition, organisation=organisation, representative=representative,
            partnership=partnership, wished_partnership=partnership, partnership_choice=PartnershipChoice.CHOSEN,
            submitted_at=at, first_submitted_at=at, opened_at=at, decided_at=at,
        )  # fmt: skip
        for column, answer in person.answers.items():
            setattr(rules.home_of(application, column), column, answer)
        organisation.save()
        representative.save()
        application.visit_decision = Decision.ACCEPTED if application.asks_visit else ""
        application.host_decision = Decision.ACCEPTED if application.asks_host else ""
        engine.establish(application, at=at, state=ApplicationState.ACCEPTED)
        engine.record(
            application, Action.IMPORT_PARTICIPANT, actor=actor, at=at, tells={V, VP},
            path=invitations.path_for(account, application), payload={"letter": person.message},
        )  # fmt: skip
        scheme = queries.scheme_of_edition(application.edition_id, at)
        situation = Situation(application, Action.IMPORT_PARTICIPANT, actor, SO, at, scheme)
        effects.make_participations(situation)
        if person.has_visited:
            application.participations.filter(role="visit").update(visit=Visit.USED)
        for follower in registry.followers(APPLICATION.name, ApplicationState.ACCEPTED):
            follower(situation)
    return application


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


def review_participation(
    participation: Participation, *, at: datetime, actor: Actor = SYSTEM, changed: Mapping[str, Any] | None = None
) -> Participation:
    """Let the partnership look again after a change of what it accepted; `changed` gives what it was and what it is."""
    return _change(participation, Action.REVIEW_PARTICIPATION, actor, at, None, changed=changed or {})


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


def decline_move(
    participation: Participation, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Participation:
    """Leave a participation where it is: the partnership asked says no, or the organisation thinks better of it.

    :raises Refused: nobody asks to move.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(PARTICIPATION, participation)
        payload = {"partnership": participation.move_asked_to}
        engine.record(
            participation, Action.DECLINE_MOVE, actor=actor, at=at, capacity=capacity, payload=payload,
            tells={V, H, VP},
        )  # fmt: skip
        if participation.move_asked_to_id is None:
            raise Refused(Refusal("move_not_asked"))
        participation.move_asked_to = None
        participation.save(update_fields=["move_asked_to"])
    return participation


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
