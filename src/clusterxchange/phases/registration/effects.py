"""What a step writes besides the state (registration)."""

from collections.abc import Mapping
from datetime import date

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import HP, SO, SYS
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.parties.accounts.consents import PRIVACY, give_consent
from clusterxchange.parties.memberships import people_of_partnership
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import queries, rules
from clusterxchange.phases.registration.models import (
    Application,
    AvailabilityWindow,
    ChecklistAnswer,
    Decision,
    Participation,
    PartnershipChoice,
    Preferences,
    Visit,
)
from clusterxchange.workflow import engine, notices
from clusterxchange.workflow.tables import Situation


def choose_partnership(situation: Situation) -> None:
    """Take the partnership that was chosen, or assign the one that fits best; none leaves it to the support office."""
    application = situation.subject
    application.partnership_was_assigned, application.assignment = False, {}
    if application.partnership_choice == PartnershipChoice.CHOSEN:
        application.partnership = application.wished_partnership
        return
    assigned = queries.assigned_to(situation.scheme, application)
    application.partnership, application.assignment = None, {"partnership": "", "reasons": []}
    if assigned is not None:
        application.partnership = Partnership.objects.get(edition=application.edition, acronym=assigned.acronym)
        application.partnership_was_assigned = True
        application.assignment = {"partnership": assigned.acronym, "reasons": list(assigned.reasons)}


def tell_assignment(situation: Situation) -> None:
    """Write into the journal which partnership was assigned and why, and tell the applicant."""
    application = situation.subject
    if application.partnership_choice == PartnershipChoice.CHOSEN:
        return
    engine.record(application, Action.ASSIGN_PARTNERSHIP, actor=SYSTEM, at=situation.at, payload=application.assignment)
    # The tool has decided this, so whoever has just submitted is told as well.
    people = [application.representative.account]
    notices.tell_people(people, application, Action.ASSIGN_PARTNERSHIP, SYS, situation.at)


def note_submission(situation: Situation) -> None:
    """Let the assessment's term run from now, and keep what was declared."""
    application = situation.subject
    application.submitted_at = situation.at
    application.first_submitted_at = application.first_submitted_at or situation.at
    for name in rules.DECLARATIONS:
        if situation.inputs.get(name) is True:
            setattr(application, name, True)
    if application.declares_privacy:
        give_consent(application.representative.account_id, PRIVACY, situation.at)
    # A move keeps the state where it was submitted already, and then the engine saves nothing.
    application.save()


def leave_partnership(situation: Situation) -> None:
    """Take a recalled application out of the partnership's sight, and its declarations back."""
    application = situation.subject
    application.partnership, application.partnership_was_assigned = None, False
    application.submitted_at = application.first_submitted_at = None
    for name in rules.DECLARATIONS:
        setattr(application, name, False)


def note_opening(situation: Situation) -> None:
    """Note when the contact point opened the application: from then on it cannot be taken back."""
    situation.subject.opened_at, situation.subject.first_reader = situation.at, None


def keep_checklist(situation: Situation) -> None:
    """Keep the contact point's findings, one for each item that was answered."""
    keep_findings(situation.subject, situation.inputs.get("checklist") or {})


def keep_findings(application: Application, checklist: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what was found on each item; what was found before on the same item is written over."""
    ChecklistAnswer.objects.bulk_create(
        [
            ChecklistAnswer(
                application=application, item=item, answer=found["answer"], comment=found.get("comment", "")
            )
            for item, found in checklist.items()
        ],
        update_conflicts=True,
        unique_fields=["application", "item"],
        update_fields=["answer", "comment"],
    )


def keep_questions(situation: Situation) -> None:
    """Keep what the applicant is asked; earlier answers belong to earlier questions."""
    situation.subject.questions, situation.subject.answers = situation.inputs["questions"], ""
    keep_letter(situation)


def keep_letter(situation: Situation) -> None:
    """Keep what the contact point writes to the applicant, as it stands in the mail."""
    situation.subject.letter = str(situation.inputs.get("letter") or "")


def keep_answers(situation: Situation) -> None:
    """Keep the answers below their questions."""
    asked = rules.questions_in(situation.subject.questions)
    answers = [str(answer).strip() for answer in situation.inputs["answers"]]
    situation.subject.answers = "\n\n".join(
        f"{question}\n{answer}" for question, answer in zip(asked, answers, strict=False)
    )


def note_agency_asked(situation: Situation) -> None:
    """Note when the agency was asked."""
    situation.subject.agency_asked_at = situation.at


def approve_exception(situation: Situation) -> None:
    """Keep that the agency lets the organisation host, and why."""
    situation.subject.exception_approved, situation.subject.agency_reason = True, situation.inputs["reason"]


def refuse_exception(situation: Situation) -> None:
    """Keep that the agency does not let the organisation host: this decides the application."""
    application = situation.subject
    application.exception_approved, application.agency_reason = False, situation.inputs["reason"]
    application.decision_reason, application.decided_at = situation.inputs["reason"], situation.at
    _refuse_every_role(application)


def keep_decision(situation: Situation) -> None:
    """Keep what was decided for each role."""
    application = situation.subject
    decisions = situation.inputs["decisions"]
    application.visit_decision = decisions.get("visit", "") if application.asks_visit else ""
    application.host_decision = decisions.get("host", "") if application.asks_host else ""
    application.decided_at = situation.at
    application.decision_reason = str(situation.inputs.get("reason") or "")
    keep_letter(situation)


def keep_refusal(situation: Situation) -> None:
    """Keep why the application was refused; a dismissed objection leaves the first reason where it is."""
    application = situation.subject
    application.decided_at = situation.at
    _refuse_every_role(application)
    if situation.action == "dismiss_objection":
        application.objection_answer = situation.inputs["reason"]
        return
    keep_letter(situation)
    application.decision_reason = situation.inputs["reason"]
    application.decision_code = str(situation.inputs.get("reason_code") or "")


def _refuse_every_role(application: Application) -> None:
    application.visit_decision = Decision.REFUSED if application.asks_visit else ""
    application.host_decision = Decision.REFUSED if application.asks_host else ""


def keep_objection(situation: Situation) -> None:
    """Keep the objection; there is only one."""
    situation.subject.objection, situation.subject.was_objected = situation.inputs["reason"], True


def note_objection_upheld(situation: Situation) -> None:
    """Open the assessment anew: nothing is decided any more."""
    application = situation.subject
    application.objection_answer, application.decided_at = situation.inputs["reason"], None
    application.visit_decision = application.host_decision = application.decision_code = application.decision_reason = (
        ""
    )
    application.submitted_at, application.first_reader, application.letter = situation.at, None, ""
    if application.exception_approved is False:
        application.exception_approved = None


def move_to_partnership(situation: Situation) -> None:
    """Hand the application to another partnership, which has not looked at it yet."""
    application = situation.subject
    application.partnership, application.partnership_was_assigned = situation.inputs["partnership"], False
    application.move_reason, application.opened_at = situation.inputs["reason"], None
    application.checklist_saved_at, application.first_reader, application.letter = None, None, ""
    application.checklist_answers.all().delete()


def make_participations(situation: Situation) -> None:
    """Make a participation of each accepted role, with the wishes and windows of the application."""
    application = situation.subject
    for role, decision in (("visit", application.visit_decision), ("host", application.host_decision)):
        if decision != Decision.ACCEPTED:
            continue
        wishes = {column.attname: getattr(application, column.attname) for column in Preferences._meta.concrete_fields}
        participation = Participation(
            edition_id=application.edition_id, organisation_id=application.organisation_id, application=application,
            partnership_id=application.partnership_id, role=role, shown_by_name=application.shown_by_name,
            visit=Visit.FREE, last_active_at=situation.at, **wishes,
        )  # fmt: skip
        engine.establish(participation, at=situation.at)
        AvailabilityWindow.objects.bulk_create(
            AvailabilityWindow(
                participation=participation,
                first_day=date.fromisoformat(window["from"]),
                last_day=date.fromisoformat(window["to"]),
            )
            for window in application.windows
        )


def keep_reason(situation: Situation) -> None:
    """Keep why a participation is as it is."""
    situation.subject.reason = situation.inputs["reason"]


def keep_suspension(situation: Situation) -> None:
    """Keep why and until when a participation is suspended."""
    situation.subject.reason, situation.subject.suspended_until = situation.inputs["reason"], situation.inputs["until"]


def note_activity(situation: Situation) -> None:
    """Let the term without a sign-in run from now."""
    situation.subject.last_active_at = situation.at


def move_participation(situation: Situation) -> None:
    """Note the partnership asked; the support office, and whoever speaks for that one too, hands over at once."""
    participation, other = situation.subject, situation.inputs["partnership"]
    left = participation.partnership
    if situation.capacity in (SO, HP) or other.pk in situation.actor.partnerships_as(CASE_PEOPLE):
        participation.partnership, participation.move_asked_to = other, None
        # It looks after the organisation no longer, so no capacity leads to its people.
        people = people_of_partnership(left.pk, CASE_PEOPLE)
        notices.tell_people(people, participation, situation.action, situation.capacity, situation.at, path="/desk/")
    else:
        participation.move_asked_to = other
    participation.reason = situation.inputs["reason"]
    participation.save(update_fields=["partnership", "move_asked_to", "reason"])
