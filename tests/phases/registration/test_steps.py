"""An application from its start to its decision, step by step, and what stands against each step."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress

from clusterxchange.access.actor import SYSTEM
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Entry, Notice, Obligation
from clusterxchange.workflow.obligations import differences
from tests.cast import MONDAY, Cast
from tests.phases.registration.conftest import (
    DECLARATIONS,
    accept,
    checklist,
    open_by,
    start,
    submit,
)


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def test_a_person_without_an_organisation_starts_with_a_new_one_of_their_own(cast: Cast) -> None:
    application = operations.start_application(actor=cast.nuno.actor, at=MONDAY)

    assert application.state == "DRAFT"
    assert application.reference == f"APP-2026-{application.pk:06d}"
    assert cast.nuno.actor.organisations == {application.organisation_id}


@pytest.mark.database
def test_a_second_click_does_not_start_a_second_registration(cast: Cast) -> None:
    operations.start_application(actor=cast.nuno.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.start_application(actor=cast.nuno.actor, at=MONDAY)
    assert code_of(refused) == "application_already_open"


@pytest.mark.database
@pytest.mark.usefixtures("submitted")
def test_an_organisation_has_one_undecided_application(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        operations.start_application(actor=cast.ana.actor, at=MONDAY, organisation=cast.ana.organisation)
    assert code_of(refused) == "application_already_open"


def test_nobody_starts_before_the_address_is_confirmed(cast: Cast) -> None:
    EmailAddress.objects.filter(user=cast.nuno.account).update(verified=False)

    with pytest.raises(Refused) as refused:
        operations.start_application(actor=cast.nuno.actor, at=MONDAY)
    assert code_of(refused) == "email_not_confirmed"


def test_nobody_starts_for_an_organisation_of_others(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        operations.start_application(actor=cast.zoe.actor, at=MONDAY, organisation=cast.ana.organisation)


def test_a_contact_point_starts_for_a_person_who_goes_on_with_it(cast: Cast) -> None:
    application = operations.start_application(
        actor=cast.chiara.actor, at=MONDAY, person=cast.nuno.account, partnership=cast.loom
    )

    assert application.started_by_partnership == cast.loom
    operations.edit_application(application, answers={"motivation": "Mine"}, actor=cast.nuno.actor, at=MONDAY)
    with pytest.raises(NotAllowed):
        operations.edit_application(application, answers={"motivation": "Hers"}, actor=cast.chiara.actor, at=MONDAY)


def test_submitting_assigns_the_partnership_that_fits_best(cast: Cast) -> None:
    application = submit(cast.ana)

    assert application.state == "SUBMITTED"
    assert application.partnership == cast.loom
    assert application.partnership_was_assigned


def test_submitting_takes_the_partnership_chosen(cast: Cast) -> None:
    application = submit(cast.ana, partnership_choice="chosen", wished_partnership=cast.selvedge)

    assert application.partnership == cast.selvedge
    assert not application.partnership_was_assigned


def test_a_visitor_is_not_assigned_to_a_partnership_without_money(cast: Cast) -> None:
    cast.loom.budget.free_cents, cast.loom.budget.paid_cents = 0, 1_000_000
    cast.loom.budget.save()

    assert submit(cast.ana).partnership == cast.selvedge


def test_where_no_partnership_fits_the_support_office_finds_one(cast: Cast) -> None:
    application = start(cast.ana)
    operations.edit_application(
        application, answers={"ecosystems": ["tourism"], "cluster_name": "Elsewhere"}, actor=cast.ana.actor, at=MONDAY
    )
    cast.loom.members.all().delete()
    operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)

    assert application.partnership is None
    asked = Obligation.objects.get(closed_at__isnull=True, is_watch=False)
    assert (asked.capacity, asked.action) == ("SO", "move_application")
    assert Notice.objects.filter(account=cast.edda.account, topic="your_turn").exists()
    operations.move_application(
        application, partnership=cast.loom, reason="Closest to them.", actor=cast.edda.actor, at=MONDAY
    )
    assert open_by(cast.chiara, application).state == "UNDER_ASSESSMENT"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"motivation": ""}, "answers_missing"),
        ({"windows": []}, "answers_missing"),
        ({"curriculum_vitae": None}, "cv_missing"),
        ({"organisation_type": "large_company"}, "type_may_not_visit"),
        ({"cluster_membership": "no", "cluster_name": ""}, "not_member_of_a_cluster"),
        ({"cluster_membership": "business-network"}, "business_network_is_not_enough"),
        ({"based_in": "GB"}, "country_not_participating"),
        ({"people": 400}, "figures_of_a_large_company"),
        (
            {"nationality": "BR", "has_residence_permit": True, "has_started_business": False},
            "answers_missing",
        ),
    ],
)
def test_what_stands_against_submitting(cast: Cast, answers: dict[str, Any], code: str) -> None:
    application = start(cast.ana, **answers)

    with pytest.raises(Refused) as refused:
        operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    assert code_of(refused) == code
    application.refresh_from_db()
    assert application.state == "DRAFT"


def test_missing_answers_are_named_by_section(cast: Cast) -> None:
    application = start(cast.ana, motivation="", phone="")

    with pytest.raises(Refused) as refused:
        operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    assert refused.value.refusal.params == {"sections": "You, Motivation"}


@pytest.mark.parametrize("name", list(DECLARATIONS))
def test_each_declaration_is_asked_for_at_its_field(cast: Cast, name: str) -> None:
    application = start(cast.ana)

    with pytest.raises(Refused) as refused:
        operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **{**DECLARATIONS, name: False})
    assert (code_of(refused), refused.value.refusal.field) == ("declaration_missing", name)


def test_a_host_does_not_declare_that_it_has_not_visited(cast: Cast) -> None:
    application = start(cast.bram, visit=False, host=True)

    operations.submit_application(
        application, actor=cast.bram.actor, at=MONDAY, **{**DECLARATIONS, "declares_first_visit": False}
    )
    assert application.state == "SUBMITTED"


def test_a_chosen_partnership_that_has_closed_is_refused(cast: Cast) -> None:
    application = start(cast.ana, partnership_choice="chosen", wished_partnership=cast.loom)
    cast.loom.is_open = False
    cast.loom.save()
    application.refresh_from_db()

    with pytest.raises(Refused) as refused:
        operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    assert code_of(refused) == "partnership_is_closed"


def test_an_application_is_taken_back_only_until_it_is_opened(cast: Cast, submitted: Application) -> None:
    application = operations.recall_application(submitted, actor=cast.ana.actor, at=MONDAY)
    assert (application.state, application.partnership) == ("DRAFT", None)
    operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    open_by(cast.chiara, application)
    operations.hold_application(application, questions="Which line?", actor=cast.chiara.actor, at=MONDAY)
    operations.resubmit_application(application, answers=["The second."], actor=cast.ana.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.recall_application(application, actor=cast.ana.actor, at=MONDAY)
    assert code_of(refused) == "application_was_opened"


def test_only_a_contact_point_of_the_partnership_opens_it(cast: Cast, submitted: Application) -> None:
    for person in (cast.dov, cast.zoe, cast.ana, cast.edda):
        with pytest.raises(NotAllowed):
            open_by(person, submitted)


def test_nobody_assesses_their_own_organisation(cast: Cast, submitted: Application) -> None:
    assert cast.ana.organisation is not None
    Representative.objects.create(account=cast.chiara.account, organisation=cast.ana.organisation, since=MONDAY)

    with pytest.raises(NotAllowed) as refused:
        open_by(cast.chiara, submitted)
    assert refused.value.refusal.code == "own_organisation_assessed"


def test_questions_stop_the_clock_and_each_is_answered(cast: Cast, opened: Application) -> None:
    with pytest.raises(Refused) as refused:
        operations.hold_application(opened, questions="  \n", actor=cast.chiara.actor, at=MONDAY)
    assert code_of(refused) == "questions_missing"

    operations.hold_application(
        opened, questions="Which line?\nHow many people?", actor=cast.chiara.actor, at=MONDAY,
        checklist=checklist(opened, motivation_is_concrete="ask"),
    )  # fmt: skip
    assert opened.state == "ON_HOLD"
    assert opened.checklist_answers.get(item="motivation_is_concrete").answer == "ask"

    with pytest.raises(Refused) as refused:
        operations.resubmit_application(opened, answers=["The second.", " "], actor=cast.ana.actor, at=MONDAY)
    assert (code_of(refused), refused.value.refusal.field) == ("answer_missing", "answer_2")

    later = MONDAY + timedelta(days=3)
    operations.resubmit_application(opened, answers=["The second.", "Six."], actor=cast.ana.actor, at=later)
    assert (opened.state, opened.submitted_at) == ("SUBMITTED", later)
    assert opened.answers == "Which line?\nThe second.\n\nHow many people?\nSix."


def test_questions_without_an_answer_let_it_lapse(cast: Cast, opened: Application) -> None:
    operations.hold_application(opened, questions="Which line?", actor=cast.chiara.actor, at=MONDAY)

    run_due(MONDAY + timedelta(days=32))
    opened.refresh_from_db()
    assert opened.state == "LAPSED"


def test_accepting_wants_the_whole_checklist(cast: Cast, opened: Application) -> None:
    decisions = {"visit": "accepted"}
    incomplete = checklist(opened)
    del incomplete["language"]

    with pytest.raises(Refused) as refused:
        operations.accept_application(
            opened, checklist=incomplete, decisions=decisions, actor=cast.chiara.actor, at=MONDAY
        )
    assert (code_of(refused), refused.value.refusal.field) == ("checklist_incomplete", "item_language")

    with pytest.raises(Refused) as refused:
        operations.accept_application(
            opened, checklist=checklist(opened, language="ask"), decisions=decisions, actor=cast.chiara.actor, at=MONDAY
        )
    assert code_of(refused) == "checklist_has_questions"


def test_accepting_makes_a_participation_with_wishes_and_windows(cast: Cast, opened: Application) -> None:
    accept(cast.chiara, opened)

    participation = Participation.objects.get(application=opened)
    assert (participation.role, participation.state, participation.visit) == ("visit", "ACTIVE", "FREE")
    assert (participation.partnership, participation.last_active_at) == (cast.loom, MONDAY)
    assert participation.motivation == opened.motivation
    assert [str(window) for window in participation.windows.all()] == ["2026-04-13 to 2026-05-29"]
    assert differences(MONDAY) == []


def test_each_role_is_decided_for_itself(cast: Cast) -> None:
    application = open_by(cast.chiara, submit(cast.ana, visit=True, host=True))

    with pytest.raises(Refused) as refused:
        operations.accept_application(
            application,
            checklist=checklist(application),
            decisions={"host": "accepted"},
            actor=cast.chiara.actor,
            at=MONDAY,
        )
    assert code_of(refused) == "role_not_decided"

    operations.accept_application(
        application, checklist=checklist(application), decisions={"host": "accepted", "visit": "refused"},
        reason="One visit was made.", actor=cast.chiara.actor, at=MONDAY,
    )  # fmt: skip
    assert [one.role for one in application.participations.all()] == ["host"]


def test_at_least_one_role_is_accepted(cast: Cast, opened: Application) -> None:
    with pytest.raises(Refused) as refused:
        operations.accept_application(
            opened, checklist=checklist(opened), decisions={"visit": "refused"}, actor=cast.chiara.actor, at=MONDAY
        )
    assert code_of(refused) == "no_role_accepted"


def test_hosting_without_a_profiled_cluster_needs_the_agency(cast: Cast) -> None:
    application = open_by(
        cast.chiara,
        submit(cast.ana, visit=False, host=True, cluster_membership="unprofiled", exception_reason="The only mill."),
    )
    with pytest.raises(Refused) as refused:
        accept(cast.chiara, application)
    assert code_of(refused) == "agency_approval_missing"

    operations.ask_agency(application, actor=cast.chiara.actor, at=MONDAY)
    assert application.state == "AWAITING_AGENCY"
    with pytest.raises(Refused) as refused:
        operations.approve_exception(application, reason="", actor=cast.aurel.actor, at=MONDAY)
    assert code_of(refused) == "reason_missing"
    operations.approve_exception(application, reason="Rare know-how.", actor=cast.aurel.actor, at=MONDAY)
    with pytest.raises(Refused) as refused:
        operations.ask_agency(application, actor=cast.chiara.actor, at=MONDAY)
    assert code_of(refused) == "agency_has_decided"
    assert accept(cast.chiara, application).state == "ACCEPTED"


def test_the_agency_is_asked_only_about_the_exception(cast: Cast, opened: Application) -> None:
    with pytest.raises(Refused) as refused:
        operations.ask_agency(opened, actor=cast.chiara.actor, at=MONDAY)
    assert code_of(refused) == "host_exception_not_asked"


def test_what_the_agency_refuses_is_refused(cast: Cast) -> None:
    application = open_by(
        cast.chiara,
        submit(cast.ana, visit=False, host=True, cluster_membership="no", cluster_name="", exception_reason="We ask."),
    )
    operations.ask_agency(application, actor=cast.chiara.actor, at=MONDAY)
    operations.refuse_exception(application, reason="No reason shown.", actor=cast.aurel.actor, at=MONDAY)

    assert (application.state, application.host_decision) == ("REFUSED", "refused")


def test_a_refusal_has_a_reason_and_one_objection(cast: Cast, opened: Application) -> None:
    with pytest.raises(Refused) as refused:
        operations.refuse_application(opened, reason=" ", actor=cast.chiara.actor, at=MONDAY)
    assert code_of(refused) == "reason_missing"
    operations.refuse_application(
        opened, reason="Too vague.", reason_code="motivation_not_concrete", actor=cast.chiara.actor, at=MONDAY
    )
    operations.object_to_refusal(opened, reason="We named the line.", actor=cast.ana.actor, at=MONDAY)
    assert opened.state == "OBJECTED"
    operations.dismiss_objection(opened, reason="It stays vague.", actor=cast.edda.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.object_to_refusal(opened, reason="Once more.", actor=cast.ana.actor, at=MONDAY)
    assert code_of(refused) == "already_objected"
    assert opened.decision_reason == "Too vague."


def test_an_objection_comes_in_time(cast: Cast, opened: Application) -> None:
    operations.refuse_application(opened, reason="Too vague.", actor=cast.chiara.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        operations.object_to_refusal(
            opened, reason="We named it.", actor=cast.ana.actor, at=MONDAY + timedelta(days=31)
        )
    assert code_of(refused) == "objection_too_late"


def test_an_objection_upheld_has_it_assessed_anew(cast: Cast, opened: Application) -> None:
    operations.refuse_application(opened, reason="Too vague.", actor=cast.chiara.actor, at=MONDAY)
    operations.object_to_refusal(opened, reason="We named the line.", actor=cast.ana.actor, at=MONDAY)
    operations.uphold_objection(opened, reason="They did.", actor=cast.edda.actor, at=MONDAY)

    assert (opened.state, opened.visit_decision) == ("UNDER_ASSESSMENT", "")
    assert accept(cast.chiara, opened).state == "ACCEPTED"


def test_a_move_begins_the_assessment_anew_there(cast: Cast, opened: Application) -> None:
    later = MONDAY + timedelta(days=2)
    operations.move_application(opened, partnership=cast.selvedge, reason="Closer.", actor=cast.ana.actor, at=later)

    assert (opened.state, opened.partnership, opened.submitted_at) == ("SUBMITTED", cast.selvedge, later)
    assert open_by(cast.dov, opened).state == "UNDER_ASSESSMENT"
    with pytest.raises(Refused) as refused:
        operations.move_application(opened, partnership=cast.selvedge, reason="Again.", actor=cast.dov.actor, at=later)
    assert code_of(refused) == "partnership_is_the_same"
    cast.loom.is_open = False
    cast.loom.save()
    with pytest.raises(Refused) as refused:
        operations.move_application(opened, partnership=cast.loom, reason="Back.", actor=cast.dov.actor, at=later)
    assert code_of(refused) == "partnership_is_closed"


def test_a_draft_is_deleted_and_nothing_is_left_open(cast: Cast) -> None:
    application = start(cast.ana)
    operations.discard_application(application, actor=cast.ana.actor, at=MONDAY)

    assert not Obligation.objects.filter(closed_at__isnull=True).exists()
    assert differences(MONDAY) == []


def test_nothing_is_edited_after_submission(cast: Cast, submitted: Application) -> None:
    with pytest.raises(WrongState):
        operations.edit_application(submitted, answers={"motivation": "Other"}, actor=cast.ana.actor, at=MONDAY)


def test_a_decided_application_is_not_decided_again(cast: Cast, opened: Application) -> None:
    accept(cast.chiara, opened)

    with pytest.raises(WrongState):
        accept(cast.chiara, opened)
    assert Participation.objects.count() == 1


def test_the_same_role_is_not_accepted_twice(cast: Cast, opened: Application) -> None:
    accept(cast.chiara, opened)
    application = start(cast.ana)

    with pytest.raises(Refused) as refused:
        operations.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    assert code_of(refused) == "role_already_accepted"


def test_withdrawing_tells_the_partnership(cast: Cast, opened: Application) -> None:
    operations.withdraw_application(opened, actor=cast.ana.actor, at=MONDAY)

    assert opened.state == "WITHDRAWN"
    assert Notice.objects.filter(account=cast.chiara.account, action="withdraw_application").exists()


@pytest.mark.usefixtures("submitted")
@pytest.mark.usefixtures("cast")
def test_the_assessment_is_due_after_its_working_days() -> None:
    asked = Obligation.objects.get(closed_at__isnull=True, is_watch=False)

    assert (asked.capacity, asked.action, asked.term) == ("VP", "open_application", "assessment")
    assert asked.due_at is not None
    assert asked.due_at.date().isoformat() == "2026-03-23"


def test_every_step_leaves_its_entry(cast: Cast, opened: Application) -> None:
    accept(cast.chiara, opened)

    written = list(Entry.objects.filter(case=opened.reference).values_list("action", flat=True))
    assert written == [
        "start_application", "edit_application", "submit_application", "assign_partnership", "open_application",
        "accept_application",
    ]  # fmt: skip


def test_only_the_tool_lets_an_application_lapse(cast: Cast, opened: Application) -> None:
    operations.hold_application(opened, questions="Which line?", actor=cast.chiara.actor, at=MONDAY)

    with pytest.raises(NotAllowed):
        operations.lapse_application(opened, actor=cast.edda.actor, at=MONDAY)
    assert operations.lapse_application(opened, actor=SYSTEM, at=MONDAY).state == "LAPSED"
