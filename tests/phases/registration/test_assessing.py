"""Assessing one registration after the other: what is kept, what the mail says, who reads, where it goes on."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.mails import mail_of
from clusterxchange.workflow.models import Entry, Notice
from clusterxchange.workflow.obligations import differences, mine
from tests.cast import MONDAY, Cast, Person, make_officer
from tests.phases.registration.conftest import accept, checklist, open_by, submit

SignIn = Callable[[Person], Client]


def address(application: Application, *parts: str) -> str:
    return "/".join(["/registration/applications", str(application.reference), *parts, ""])


def as_typed(application: Application, **other: str) -> dict[str, str]:
    return {f"item_{item}": found["answer"] for item, found in checklist(application, **other).items()}


def mail_to(person: Person, action: str) -> str:
    notice = Notice.objects.select_related("account").get(account=person.account, action=action)
    return str(mail_of(notice).body)


def test_a_checklist_is_kept_without_a_decision(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    typed = {**as_typed(opened, language="ask"), "comment_language": "Which languages does your team speak?"}

    answer = sign_in(cast.chiara).post(address(opened, "save-checklist"), typed)
    page = answer.content.decode()
    opened.refresh_from_db()
    assert (answer.status_code, opened.state, opened.checklist_saved_at is not None) == (200, "UNDER_ASSESSMENT", True)
    assert opened.checklist_answers.get(item="language").comment == "Which languages does your team speak?"
    assert "1. Which languages does your team speak?" in page
    assert not Notice.objects.filter(account=cast.ana.account, action="resubmit_application").exists()
    assert "Saved" in sign_in(cast.chiara).get(address(opened)).content.decode()


def test_the_mail_of_a_decision_is_shown_before_it_goes(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    page = sign_in(cast.chiara).get(address(opened)).content.decode()

    assert "LOOM accepted the registration of Teixits Almarge, S.L." in page
    assert "Your organisation is accepted as a visiting organisation." in page
    assert "ana@cast.example" in page


def test_the_mail_that_asks_for_more_shows_where_the_questions_will_stand(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    page = sign_in(cast.chiara).get(address(opened)).content.decode()

    assert "deciding:\n(the comments of the items that you mark “Ask”)\nAnswer until" in page


def test_a_mail_that_nobody_has_edited_says_what_was_decided(cast: Cast, sign_in: SignIn) -> None:
    application = open_by(cast.chiara, submit(cast.ana, visit=True, host=True))
    browser = sign_in(cast.chiara)
    shown = "Your organisation is accepted as a visiting organisation."
    typed = {
        **as_typed(application), "visit_decision": "refused", "host_decision": "accepted", "note": "It has visited.",
        "accept_letter": shown, "accept_letter_shown": shown,
    }  # fmt: skip

    browser.post(address(application, "accept-application"), typed)
    text = mail_to(cast.ana, "accept_application")
    assert "Your organisation is not accepted as a visiting organisation." in text
    assert "Your organisation is accepted as a host organisation." in text
    assert "It has visited." in text


def test_an_edited_mail_reaches_the_applicant_and_the_journal(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    written = "Welcome, Ana.\nWe meet you on 9 March."
    typed = {**as_typed(opened), "visit_decision": "accepted", "accept_letter": written, "accept_letter_shown": "X"}

    sign_in(cast.chiara).post(address(opened, "accept-application"), typed)
    assert (
        "LOOM accepted the registration of Teixits Almarge, S.L.\n\nWelcome, Ana.\nWe meet you on 9 March."
        in mail_to(cast.ana, "accept_application")
    )
    entry = Entry.objects.get(case=opened.reference, action="accept_application")
    assert entry.payload.body["letter"] == written
    opened.refresh_from_db()
    assert opened.letter == written
    assert "We meet you on 9 March." in sign_in(cast.ana).get(address(opened)).content.decode()


@pytest.mark.parametrize("action", ["hold-application", "refuse-application"])
def test_a_decision_that_comes_back_keeps_what_is_ticked_and_written(
    cast: Cast, sign_in: SignIn, opened: Application, action: str
) -> None:
    typed = {**as_typed(opened, language="fail"), "comment_language": "Only Catalan.", "visit_decision": "refused"}

    answer = sign_in(cast.chiara).post(address(opened, action), typed)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="item_language" value="fail" id="id_item_language_2" checked' in page
    assert len(re.findall(r'name="item_\w+"[^>]* checked', page)) == len(checklist(opened))
    assert "Only Catalan.</textarea>" in page
    assert 'data-error="checklist_incomplete"' not in page


def test_questions_stand_in_the_mail_that_asks_for_the_answers(cast: Cast, opened: Application) -> None:
    operations.hold_application(
        opened, questions="Which line?", letter="1. Which line?", actor=cast.chiara.actor, at=MONDAY
    )

    text = mail_to(cast.ana, "resubmit_application")
    assert "Answer the questions on your registration" in text
    assert "1. Which line?" in text


def test_each_question_is_a_task_and_its_answer_stands_beside_it(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    typed = {**as_typed(opened, language="ask", motivation_is_concrete="ask"),
             "comment_language": "Which languages?", "comment_motivation_is_concrete": "Which loom?"}  # fmt: skip
    sign_in(cast.chiara).post(address(opened, "hold-application"), typed)

    asked = sign_in(cast.ana).get(address(opened)).content.decode()
    assert 'href="#id_answer_1"' in asked
    assert 'href="#id_answer_2"' in asked
    assert address(opened, "sections", "motivation") in asked
    sign_in(cast.ana).post(
        address(opened, "resubmit-application"), {"answer_1": "A wide one.\n\nNew.", "answer_2": "Two."}
    )
    sign_in(cast.chiara).post(address(opened, "open-application"))
    page = sign_in(cast.chiara).get(address(opened)).content.decode()
    assert "You asked: Which loom?" in page
    assert "The answer: Two." in page
    assert "The answer: A wide one.\n\nNew." in page


def test_after_a_decision_the_officer_lands_on_the_next_registration(cast: Cast, sign_in: SignIn) -> None:
    cast.loom.members.create(name="Fios do Norte", country="PT", position=2)
    cast.selvedge.is_open = False
    cast.selvedge.save()
    first, second = submit(cast.ana), submit(cast.bram, visit=False, host=True)
    open_by(cast.chiara, first)
    browser = sign_in(cast.chiara)
    assert address(second) in browser.get(address(first)).content.decode()

    went = browser.post(address(first, "accept-application"), {**as_typed(first), "visit_decision": "accepted"})
    assert went["Location"] == address(second)
    open_by(cast.chiara, second)
    went = browser.post(address(second, "refuse-application"), {"reason": "Too vague."})
    assert went["Location"] == "/desk/?show=registrations"


def with_two_readers(cast: Cast) -> Person:
    cast.loom.has_second_reader = True
    cast.loom.save()
    return make_officer("carla", "Carla", "Rovira", cast.loom, "contact_point")


def test_two_contact_points_read_where_the_partnership_wants_it(cast: Cast, opened: Application) -> None:
    carla = with_two_readers(cast)
    with pytest.raises(Refused) as refused:
        accept(cast.chiara, opened)
    assert refused.value.refusal.code == "second_reader_missing"

    operations.pass_to_second_reader(opened, checklist=checklist(opened), actor=cast.chiara.actor, at=MONDAY)
    with pytest.raises(NotAllowed) as denied:
        accept(cast.chiara, opened)
    assert denied.value.refusal.code == "same_person_read"
    assert [one.reference for one in mine(carla.actor)] == [opened.reference]
    assert not mine(cast.chiara.actor).exists()
    assert differences(MONDAY) == []
    assert Notice.objects.filter(account=carla.account, action="pass_to_second_reader").exists()
    accept(carla, opened)
    assert Participation.objects.count() == 1


def test_the_page_offers_the_second_reader_what_the_first_has_found(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    carla = with_two_readers(cast)
    browser = sign_in(cast.chiara)
    assert "Pass on to a second reader" in browser.get(address(opened)).content.decode()
    browser.post(address(opened, "pass-to-second-reader"), as_typed(opened))

    page = browser.get(address(opened)).content.decode()
    assert 'data-action="accept_application"' not in page
    assert browser.post(address(opened, "accept-application"), as_typed(opened)).status_code == 409
    page = sign_in(carla).get(address(opened)).content.decode()
    assert "Chiara Bellandi has read it first" in page
    assert page.count('value="pass" checked') + page.count("checked>") >= len(checklist(opened))


def test_a_new_assessment_needs_its_first_reader_anew(cast: Cast, opened: Application) -> None:
    carla = with_two_readers(cast)
    operations.pass_to_second_reader(opened, checklist=checklist(opened), actor=cast.chiara.actor, at=MONDAY)
    operations.hold_application(opened, questions="Which line?", actor=carla.actor, at=MONDAY)
    operations.resubmit_application(opened, answers=["A wide one."], actor=cast.ana.actor, at=MONDAY)
    open_by(carla, opened)

    assert opened.first_reader is None


def test_whoever_speaks_for_the_organisation_saves_no_checklist(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    assert cast.ana.organisation is not None
    Representative.objects.create(account=cast.chiara.account, organisation=cast.ana.organisation, since=MONDAY)

    answer = sign_in(cast.chiara).post(address(opened, "save-checklist"), as_typed(opened))
    assert answer.status_code == 409
    assert 'data-refusal="own_organisation_assessed"' in answer.content.decode()


def test_the_curriculum_vitae_is_shown_inside_the_page_and_each_opening_is_noted(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    place = address(opened, "curriculum-vitae", "show")
    browser = sign_in(cast.chiara)
    page = browser.get(address(opened))
    assert f'href="{place}"' in page.content.decode()
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert not Entry.objects.filter(action="open_curriculum_vitae").exists()

    shown = browser.get(place)

    assert (shown.status_code, shown["Content-Type"]) == (200, "application/pdf")
    assert shown["Content-Disposition"].startswith("inline")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    assert Entry.objects.filter(action="open_curriculum_vitae", actor=str(cast.chiara.account.pk)).count() == 1
    assert sign_in(cast.zoe).get(place).status_code == 404
    assert sign_in(cast.aurel).get(place).status_code == 403
    assert Entry.objects.filter(action="open_curriculum_vitae").count() == 1
