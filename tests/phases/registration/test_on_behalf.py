"""Acting for somebody: they are told, they confirm, and nothing counts before."""

from collections.abc import Callable
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from clusterxchange.access.actions import Action
from clusterxchange.foundation.files import PDF, store
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.assistance.imported_rows import Invited
from clusterxchange.phases.registration.models import ActOnBehalf, Application
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Entry, Notice
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast, Person
from tests.phases.registration.conftest import DECLARATIONS, a_file, start
from tests.phases.registration.test_pages import MOTIVATION

SignIn = Callable[[Person], Client]
INES = Invited("ines@nowawic.example", "Inês", "Vidal", "Nowawic, Lda.", message="We met in Guimarães.")
TYPED = {
    "legal_name": "Nowawic, Lda.", "first_name": "Inês", "last_name": "Vidal", "email": "Ines@Nowawic.example",
    "language": "en", "message": "We met in Guimarães.",
}  # fmt: skip


def address(application: Application, *parts: str) -> str:
    return "/".join(["/registration/applications", str(application.reference), *parts, ""])


def invite(cast: Cast) -> Application:
    return operations.invite_applicant(person=INES, partnership=cast.loom, actor=cast.chiara.actor, at=MONDAY)


def started_for_ana(cast: Cast) -> Application:
    """Ana's registration, begun by her partnership and filled in as far as its last question."""
    application = operations.start_application(
        organisation=cast.ana.organisation, person=cast.ana.account, partnership=cast.loom, actor=cast.chiara.actor,
        at=MONDAY,
    )  # fmt: skip
    operations.withdraw_application(application, actor=cast.ana.actor, at=MONDAY)
    draft = start(cast.ana)
    draft.partnership = draft.started_by_partnership = cast.loom
    draft.save()
    return draft


def record(cast: Cast, application: Application, **other: object) -> ActOnBehalf:
    given: dict[str, object] = {
        "act": Action.SUBMIT_APPLICATION,
        "channel": "paper",
        "done_on": date(2026, 3, 1),
        "note": "Signed at our office.",
        "inputs": DECLARATIONS,
        "evidence": store(CURRICULUM_VITAE, "paper.pdf", PDF, MONDAY),
        **other,
    }
    return operations.record_act(
        application, record=operations.Record(**given), actor=cast.chiara.actor, at=MONDAY  # type: ignore[arg-type]  # -- by hand
    )  # fmt: skip


def test_a_contact_point_starts_a_registration_and_the_person_is_invited(cast: Cast, sign_in: SignIn) -> None:
    went = sign_in(cast.chiara).post("/registration/for-somebody/", TYPED)

    application = Application.objects.get()
    assert went["Location"] == address(application)
    assert (application.state, application.organisation.legal_name) == ("DRAFT", "Nowawic, Lda.")
    assert application.wished_partnership == cast.loom
    account = Account.objects.get(email="ines@nowawic.example")
    assert not account.has_usable_password()
    text = str(mail_of(Notice.objects.get(account=account)).body)
    assert "LOOM has started a registration for Nowawic, Lda. and invites you to complete it." in text
    assert "We met in Guimarães." in text
    assert "/registration/invitations/" in text
    entry = Entry.objects.get(action="invite_applicant")
    assert (entry.capacity, entry.payload.body["on_behalf_of"]["pk"]) == ("VP", application.organisation_id)


def test_the_invited_person_sets_a_password_and_goes_on(cast: Cast, client: Client) -> None:
    application = invite(cast)
    notice = Notice.objects.get(account=application.representative.account)

    page = client.get(notice.path).content.decode()
    assert "LOOM has started a registration for Nowawic, Lda." in page
    went = client.post(notice.path)
    assert "/account/password/reset/key/" in went["Location"]
    assert client.get(went["Location"], follow=True).status_code == 200
    assert EmailAddress.objects.get(user=application.representative.account).verified
    assert client.get(f"{notice.path[:-2]}x/").status_code == 404


def test_both_fill_the_draft_in_and_only_the_person_submits_it(cast: Cast, sign_in: SignIn) -> None:
    application = invite(cast)
    browser = sign_in(cast.chiara)

    assert "You fill this in for somebody" in browser.get(address(application)).content.decode()
    assert browser.post(address(application, "sections", "motivation"), MOTIVATION).status_code == 302
    application.refresh_from_db()
    assert application.motivation
    assert Entry.objects.filter(action="edit_on_behalf", capacity="VP", case=application.reference).count() == 2
    assert browser.post(address(application, "submit-application"), {"declares_true": "on"}).status_code == 403
    ines = Person(application.representative.account, application.organisation)
    page = sign_in(ines).get(address(application)).content.decode()
    assert "LOOM has started this registration for you" in page


def test_nobody_else_fills_it_in(cast: Cast) -> None:
    application = invite(cast)

    with pytest.raises(NotAllowed):
        operations.edit_on_behalf(application, answers={"motivation": "x"}, actor=cast.dov.actor, at=MONDAY)
    own = start(cast.ana)
    with pytest.raises(NotAllowed):
        operations.edit_on_behalf(own, answers={"motivation": "x"}, actor=cast.chiara.actor, at=MONDAY)


def test_an_organisation_that_is_registered_is_not_started_twice(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.chiara).post("/registration/for-somebody/", {**TYPED, "legal_name": "TEIXITS Almarge, s.l."})

    assert answer.status_code == 422
    assert 'id="id_legal_name_error" data-error="organisation_is_registered"' in answer.content.decode()
    assert not Account.objects.filter(email="ines@nowawic.example").exists()


def test_whoever_works_for_no_partnership_finds_no_such_page(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in(cast.ana).get("/registration/for-somebody/").status_code == 404


def test_what_was_done_on_paper_counts_once_it_is_confirmed(cast: Cast, sign_in: SignIn) -> None:
    application = started_for_ana(cast)
    act = record(cast, application)
    application.refresh_from_db()
    assert application.state == "DRAFT"
    assert Notice.objects.filter(account=cast.ana.account, action="record_act").exists()

    browser = sign_in(cast.ana)
    page = browser.get(address(application)).content.decode()
    assert "Signed at our office." in page
    assert browser.post(address(application, "acts", str(act.pk), "confirm")).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.declares_true) == ("SUBMITTED", True)
    entry = Entry.objects.get(case=application.reference, action="submit_application")
    marks = entry.payload.body["on_behalf"]
    assert (marks["channel"], marks["recorded_by"]["pk"]) == ("paper", cast.chiara.account.pk)
    assert Notice.objects.filter(account=cast.chiara.account).exists()
    again = browser.post(address(application, "acts", str(act.pk), "confirm"))
    assert (again.status_code, "act_is_answered" in again.content.decode()) == (409, True)


def test_an_objection_undoes_the_record(cast: Cast, sign_in: SignIn) -> None:
    application = started_for_ana(cast)
    act = record(cast, application)
    browser = sign_in(cast.ana)

    assert browser.post(address(application, "acts", str(act.pk), "object"), {"reason": " "}).status_code == 409
    browser.post(address(application, "acts", str(act.pk), "object"), {"reason": "I signed nothing."})
    application.refresh_from_db()
    act.refresh_from_db()
    assert (application.state, act.answer, act.objection) == ("DRAFT", "objected", "I signed nothing.")
    assert Notice.objects.filter(account=cast.chiara.account, action="object_to_act").exists()


def test_only_the_participant_answers_a_record(cast: Cast) -> None:
    act = record(cast, started_for_ana(cast))

    for person in (cast.chiara, cast.edda, cast.zoe):
        with pytest.raises(NotAllowed):
            operations.confirm_act(act, actor=person.actor, at=MONDAY)


def test_paper_needs_its_scan_and_one_record_waits_at_a_time(cast: Cast) -> None:
    application = started_for_ana(cast)

    with pytest.raises(Refused) as missing:
        record(cast, application, evidence=None)
    assert missing.value.refusal.code == "act_evidence_missing"
    record(cast, application)
    with pytest.raises(Refused) as second:
        record(cast, application)
    assert second.value.refusal.code == "act_waits_already"
    with pytest.raises(WrongState):
        record(cast, application, act=Action.RESUBMIT_APPLICATION)


def test_a_submission_is_recorded_only_once_all_sections_are_complete(cast: Cast) -> None:
    application = started_for_ana(cast)
    operations.edit_on_behalf(application, answers={"motivation": ""}, actor=cast.chiara.actor, at=MONDAY)
    with pytest.raises(Refused) as incomplete:
        record(cast, application)
    assert incomplete.value.refusal.code == "answers_missing"
    assert not ActOnBehalf.objects.exists()


def test_answers_given_by_phone_are_recorded_on_a_page(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    operations.hold_application(opened, questions="Which loom?", actor=cast.chiara.actor, at=MONDAY)
    browser = sign_in(cast.chiara)
    assert address(opened, "record-act") in browser.get(address(opened)).content.decode()

    typed = {"act": "resubmit_application", "channel": "phone", "done_on": "2026-03-02", "note": "She called."}
    missing = browser.post(address(opened, "record-act"), typed)
    assert 'id="id_answer_1_error" data-error="answer_missing"' in missing.content.decode()
    assert browser.post(address(opened, "record-act"), {**typed, "answer_1": "A wide one."}).status_code == 302
    act = ActOnBehalf.objects.get()
    operations.confirm_act(act, actor=actor_for(cast.ana.account), at=MONDAY)
    opened.refresh_from_db()
    assert (opened.state, opened.answers) == ("SUBMITTED", "Which loom?\nA wide one.")


def test_a_step_can_be_recorded_while_the_registration_is_assessed(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    page = sign_in(cast.chiara).get(address(opened)).content.decode()

    assert address(opened, "record-act") in page


def test_the_paper_is_opened_by_both_sides_only(cast: Cast, sign_in: SignIn) -> None:
    application = started_for_ana(cast)
    browser = sign_in(cast.chiara)
    typed = {"act": "submit_application", "channel": "paper", "done_on": "2026-03-01", "note": "Signed.",
             "declared": "on", "evidence": a_file("paper.pdf")}  # fmt: skip
    assert browser.post(address(application, "record-act"), typed).status_code == 302
    place = address(application, "acts", str(ActOnBehalf.objects.get().pk), "evidence")

    assert browser.get(place).content == CURRICULUM_VITAE
    assert sign_in(cast.ana).get(place).status_code == 200
    assert sign_in(cast.edda).get(place).status_code == 404
    assert Entry.objects.filter(case=application.reference, action="see").count() == 2
