"""The pages of the registration: what is typed, what comes back, who sees what."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clusterxchange.parties.organisations.models import Representative
from clusterxchange.phases.registration import operations, queries, rules
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.phases.registration.operations import disclose
from clusterxchange.workflow.models import Entry
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast, Person
from tests.phases.registration.conftest import a_file, accept, checklist, open_by, start, submit

SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


def address(application: Application, *parts: str) -> str:
    return "".join([f"/registration/applications/{application.reference}/", *(f"{part}/" for part in parts)])


YOU = {
    "first_name": "Nuno", "last_name": "Valadim", "position": "Director", "phone": "+351 000 000 000", "based_in": "PT",
    "language_1": "pt", "level_1": "C2", "language_2": "en", "level_2": "B2", "works_for_organisation": "on",
}  # fmt: skip
ORGANISATION = {
    "role": "visit", "organisation_type": "sme", "legal_name": "Fiação do Outeirinho, Lda.",
    "registration_number": "500 100", "street": "Rua do Tear 4", "postcode": "4800-000", "city": "Guimarães",
    "region": "PT11", "country": "PT",
}  # fmt: skip
PROFILE = {
    "website": "outeirinho.example", "description": "We spin cotton waste.", "ecosystems": ["textiles"], "nace": "13",
    "keywords": "cotton, waste",
}  # fmt: skip
SIZE = {
    "people": "38", "turnover_eur": "4,150,000", "balance_eur": "2 900 000", "cluster_membership": "yes",
    "cluster_name": "Fios do Norte", "cluster_profile": "", "cluster_since": "2019", "members_total": "",
}  # fmt: skip
MOTIVATION = {
    "motivation": "To sort fibre by length.", "learn": "Optical sorting.", "purposes": ["adopt_technologies"],
    "activities": ["sharing_knowledge"],
}  # fmt: skip
PREFERENCES = {
    "working_languages": ["en"], "days_wished": "3", "format": "physical", "window_1_from": "2026-04-13",
    "window_1_to": "2026-05-29", "wished_country_1": "ES",
}  # fmt: skip
PARTNERSHIP = {"partnership": "assign", "visibility": "name", "suggestions_by_email": "on"}
SECTIONS: dict[str, dict[str, Any]] = {
    "you": YOU, "organisation": ORGANISATION, "profile": PROFILE, "cluster-and-size": SIZE, "motivation": MOTIVATION,
    "preferences": PREFERENCES, "partnership": PARTNERSHIP,
}  # fmt: skip
DECLARED = {
    "declares_true": "on", "declares_first_visit": "on", "declares_no_double_funding": "on", "declares_privacy": "on",
}  # fmt: skip


def test_a_newcomer_goes_from_the_start_to_the_reference_number(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.nuno)
    assert b'data-action="start_application"' in browser.get("/registration/").content
    went = browser.post("/registration/start-application/")
    application = Application.objects.get()
    assert went["Location"] == address(application)

    for name, answers in SECTIONS.items():
        files = {"curriculum_vitae": a_file()} if name == "you" else {}
        assert browser.get(address(application, "sections", name)).status_code == 200
        saved = browser.post(address(application, "sections", name), {**answers, **files})
        assert saved.status_code == 302, (name, saved.context["form"].errors)
    assert saved["Location"] == address(application, "check")

    checked = browser.get(address(application, "check"))
    assert b'data-action="submit_application"' in checked.content
    assert b"checked" not in checked.content.split(b'id="submit"')[1]
    assert browser.post(address(application, "submit-application"), DECLARED).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.partnership) == ("SUBMITTED", cast.selvedge)
    assert application.organisation.website == "https://outeirinho.example"
    assert application.organisation.turnover_eur == 4_150_000
    assert application.representative.languages == {"pt": "C2", "en": "B2"}

    page = browser.get(address(application)).content.decode()
    assert f"Your reference number is {application.reference}" in page
    assert 'data-turn="VISITOR_PARTNERSHIP"' in page
    assert "Your partnership decides by " in page


def test_a_registration_asks_at_most_28_questions_before_it_is_submitted(cast: Cast) -> None:
    one_question = (
        {"first_name", "last_name"},
        {"people", "turnover_eur", "balance_eur"},
        {"street", "postcode", "city", "region", "organisation_country"},
        {"ecosystems", "nace", "keywords"},
        {"offer", "places"},
        {"works_for_the_organisation", "declares"},
        {"members_total", "members_sme", "members_research"},
    )  # fmt: skip
    for asked in ({"visit": True}, {"visit": False, "host": True}):
        application = start(cast.ana, **asked)
        scheme = queries.scheme_of_edition(application.edition_id, MONDAY)
        names = {*rules.required_questions(scheme, application), "curriculum_vitae", "declares"}
        questions = len(names) - sum(max(0, len(names & group) - 1) for group in one_question)
        assert questions <= scheme.registration.questions_before_submitting
        operations.discard_application(application, actor=cast.ana.actor, at=MONDAY)


@pytest.mark.parametrize(
    ("section", "field", "typed", "code"),
    [
        ("you", "phone", "call me", "phone_invalid"),
        ("you", "level_1", "", "level_missing"),
        ("you", "language_2", "pt", "language_twice"),
        ("you", "based_in", "Atlantis", "invalid_choice"),
        ("you", "profile_link", "no address", "invalid"),
        ("organisation", "vat_number", "PT 123", "vat_number_invalid"),
        ("organisation", "founded", "last year", "invalid"),
        ("organisation", "latitude", "north", "invalid"),
        ("organisation", "role", "watch", "invalid_choice"),
        ("profile", "website", "nowawic", "invalid"),
        ("profile", "nace", "00", "nace_unknown"),
        ("profile", "description", "x" * 2001, "max_length"),
        ("cluster-and-size", "people", "many", "invalid"),
        ("cluster-and-size", "turnover_eur", "-1", "min_value"),
        ("motivation", "motivation", "x" * 3001, "max_length"),
        ("preferences", "days_wished", "2", "min_value"),
        ("preferences", "window_1_to", "2026-04-01", "end_before_start"),
        ("preferences", "window_1_from", "soon", "invalid"),
        ("preferences", "partner_email", "nobody", "invalid"),
        ("partnership", "partnership", "atlantis", "invalid_choice"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field_and_the_rest_is_kept(
    cast: Cast, sign_in: SignIn, section: str, field: str, typed: str, code: str
) -> None:
    browser = sign_in(cast.ana)
    application = start(cast.ana)

    answer = browser.post(address(application, "sections", section), {**SECTIONS[section], field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}_error" data-error="{code}"' in page
    assert "<title>Error: " in page
    kept = next(value for name, value in SECTIONS[section].items() if name != field and isinstance(value, str))
    assert kept in page


def test_what_is_right_is_saved_although_another_answer_is_wrong(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.ana)
    answers = {**YOU, "phone": "call me", "curriculum_vitae": a_file("Ana Sorribes.pdf", CURRICULUM_VITAE + b"%")}

    sign_in(cast.ana).post(address(application, "sections", "you"), answers)
    application.refresh_from_db()
    assert application.representative.position == "Director"
    assert application.representative.phone == "+34 000 000 000"
    assert application.representative.curriculum_vitae is not None
    assert application.representative.curriculum_vitae.name == "Ana_Sorribes.pdf"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cv.pdf", b"MZ\x90\x00 a program", "file_type_not_allowed"),
        ("cv.exe", CURRICULUM_VITAE, "file_name_does_not_match"),
        ("cv.docx", CURRICULUM_VITAE, "file_name_does_not_match"),
    ],
)
def test_only_pdf_and_docx_come_in_as_a_curriculum_vitae(
    cast: Cast, sign_in: SignIn, name: str, content: bytes, code: str
) -> None:
    application = start(cast.ana)

    answer = sign_in(cast.ana).post(
        address(application, "sections", "you"), {**YOU, "curriculum_vitae": a_file(name, content)}
    )
    assert answer.status_code == 422
    assert f'id="id_curriculum_vitae_error" data-error="{code}"' in answer.content.decode()


def test_a_vat_number_is_checked_where_the_country_is_known_and_kept_with_its_letters(
    cast: Cast, sign_in: SignIn
) -> None:
    application = start(cast.ana)

    answers = {**ORGANISATION, "country": "PT", "vat_number": "501 964 843"}
    assert sign_in(cast.ana).post(address(application, "sections", "organisation"), answers).status_code == 302
    application.organisation.refresh_from_db()
    assert application.organisation.vat_number == "PT501964843"


def test_saving_and_stopping_leads_back_to_the_parts(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.ana)

    went = sign_in(cast.ana).post(address(application, "sections", "motivation"), {**MOTIVATION, "then": "stop"})
    assert went["Location"] == address(application)


def test_change_comes_back_to_the_check(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)
    assert (
        f"{address(application, 'sections', 'motivation')}?back=check"
        in browser.get(address(application, "check")).content.decode()
    )

    went = browser.post(address(application, "sections", "motivation"), {**MOTIVATION, "back": "check"})
    assert went["Location"] == address(application, "check")


def test_each_type_is_asked_what_applies_to_it(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana)
    expected = {
        "sme": ({"people", "cluster_membership"}, {"sub_type", "members_total", "exception_reason"}),
        "scaling_up_support": ({"sub_type", "cluster_membership"}, {"people"}),
        "cluster_organisation": ({"members_total"}, {"people", "cluster_membership"}),
        "large_company": ({"cluster_membership"}, {"people", "sub_type"}),
    }
    for kind, (there, absent) in expected.items():
        operations.edit_application(application, answers={"organisation_type": kind}, actor=cast.ana.actor, at=MONDAY)
        page = browser.get(address(application, "sections", "cluster-and-size")).content.decode()
        assert all(f'name="{name}"' in page for name in there)
        assert not any(f'name="{name}"' in page for name in absent)


def test_a_closed_submission_says_why_and_the_post_is_refused_with_it(cast: Cast, sign_in: SignIn) -> None:
    browser, application = sign_in(cast.ana), start(cast.ana, organisation_type="large_company")

    page = browser.get(address(application, "check")).content.decode()
    assert 'data-action="submit_application" data-refusal="type_may_not_visit"' in page
    answer = browser.post(address(application, "submit-application"), DECLARED)
    assert answer.status_code == 409
    assert 'data-refusal="type_may_not_visit" data-action="submit_application"' in answer.content.decode()


def test_the_check_of_answers_leads_to_the_address_of_the_account_and_to_how_data_is_handled(
    cast: Cast, sign_in: SignIn
) -> None:
    page = sign_in(cast.ana).get(address(start(cast.ana), "check")).content.decode()

    assert re.search(r'href="/account/email/">Change<span class="visually-hidden">: E-mail<', page)
    assert 'sections/you/?back=check">Change<span class="visually-hidden">: Telephone<' in page
    assert '<a href="/privacy/">How personal data is handled</a>' in page


def test_a_missing_declaration_is_named_at_its_field(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.ana)

    answer = sign_in(cast.ana).post(address(application, "submit-application"), {"declares_true": "on"})
    assert answer.status_code == 422
    assert 'id="id_declares_privacy_error" data-error="declaration_missing"' in answer.content.decode()


def test_a_stale_tab_is_told_that_it_is_too_late(cast: Cast, sign_in: SignIn, submitted: Application) -> None:
    browser = sign_in(cast.ana)

    again = browser.post(address(submitted, "submit-application"), DECLARED)
    assert again.status_code == 409
    assert 'data-refusal="wrong_state"' in again.content.decode()
    edited = browser.post(address(submitted, "sections", "motivation"), MOTIVATION)
    assert edited.status_code == 409
    assert 'data-refusal="wrong_state" data-action="edit_application"' in edited.content.decode()


def test_a_second_click_on_start_is_refused_and_leads_to_the_first(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.nuno)
    browser.post("/registration/start-application/")

    again = browser.post("/registration/start-application/")
    assert again.status_code == 409
    assert 'data-refusal="application_already_open"' in again.content.decode()
    assert address(Application.objects.get()) in again.content.decode()


def test_whoever_speaks_for_an_organisation_chooses_for_which_to_start(cast: Cast, sign_in: SignIn) -> None:
    browser = sign_in(cast.ana)
    assert cast.ana.organisation is not None

    nothing = browser.post("/registration/start-application/")
    assert (nothing.status_code, 'id="id_organisation_error"' in nothing.content.decode()) == (422, True)
    browser.post("/registration/start-application/", {"organisation": str(cast.ana.organisation.pk)})
    browser.post("/registration/start-application/", {"organisation": "new"})
    assert [one.organisation.legal_name for one in Application.objects.order_by("pk")] == ["Teixits Almarge, S.L.", ""]


@pytest.mark.parametrize("parts", [(), ("sections", "you"), ("check",), ("curriculum-vitae",), ("hold-application",)])
def test_a_stranger_gets_the_same_404_as_for_what_does_not_exist(
    cast: Cast, sign_in: SignIn, submitted: Application, parts: tuple[str, ...]
) -> None:
    browser = sign_in(cast.zoe)

    unseen = browser.get(address(submitted, *parts))
    unknown = browser.get(address(Application(reference="APP-2026-999999"), *parts))
    assert (unseen.status_code, unknown.status_code) == (404, 404)
    assert unseen.content.replace(str(submitted.reference).encode(), b"") == unknown.content.replace(
        b"APP-2026-999999", b""
    )
    assert sign_in(cast.ana).get(address(submitted)).status_code == 200


def test_nobody_signed_in_is_sent_to_the_sign_in_page(client: Client, submitted: Application) -> None:
    answer = client.get(address(submitted))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=")


def test_who_may_see_but_not_do_gets_403(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    answer = sign_in(cast.edda).post(address(opened, "refuse-application"), {"reason": "No."})

    assert answer.status_code == 403
    assert 'data-refusal="not_allowed"' in answer.content.decode()
    assert sign_in(cast.edda).post(address(opened, "sections", "you"), YOU).status_code == 403


def test_opening_is_a_click_and_a_look_changes_nothing(cast: Cast, sign_in: SignIn, submitted: Application) -> None:
    browser = sign_in(cast.chiara)

    assert 'data-action="open_application"' in browser.get(address(submitted)).content.decode()
    submitted.refresh_from_db()
    assert submitted.state == "SUBMITTED"
    browser.post(address(submitted, "open-application"))
    page = browser.get(address(submitted)).content.decode()
    for action in ("accept_application", "hold_application", "refuse_application", "move_application"):
        assert f'data-action="{action}"' in page
    assert page.count('class="button primary"') == 1


def test_the_tool_says_to_each_item_what_it_knows(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    page = sign_in(cast.chiara).get(address(opened)).content.decode()

    assert "Computed from the figures: Small enterprise" in page
    assert "Nobody with the same name, VAT number or website has visited." in page
    assert "No such words found." in page


def as_typed(application: Application, **other: str) -> dict[str, str]:
    return {f"item_{item}": found["answer"] for item, found in checklist(application, **other).items()}


def test_a_checklist_with_a_gap_comes_back_with_what_was_ticked(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    typed = {**as_typed(opened), "comment_language": "Ask about French", "visit_decision": "accepted"}
    del typed["item_has_not_visited"]

    answer = sign_in(cast.chiara).post(address(opened, "accept-application"), typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_item_has_not_visited_error" data-error="checklist_incomplete"' in page
    assert "Ask about French" in page


def test_accepting_on_the_page_makes_the_participation(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    typed = {**as_typed(opened), "visit_decision": "accepted"}

    assert sign_in(cast.chiara).post(address(opened, "accept-application"), typed).status_code == 302
    participation = Participation.objects.get()
    page = sign_in(cast.ana).get(address(opened)).content.decode()
    assert f"/registration/participations/{participation.reference}/" in page


def test_asking_for_more_from_the_checklist_sends_the_comments_of_the_open_items(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    typed = {**as_typed(opened, language="ask"), "comment_language": "Which languages does your team speak?"}

    assert sign_in(cast.chiara).post(address(opened, "hold-application"), typed).status_code == 302
    opened.refresh_from_db()
    assert (opened.state, opened.questions) == ("ON_HOLD", "Which languages does your team speak?")
    page = sign_in(cast.ana).get(address(opened)).content.decode()
    assert 'name="answer_1"' in page
    answered = sign_in(cast.ana).post(address(opened, "resubmit-application"), {"answer_1": "English and Catalan."})
    assert answered.status_code == 302


def test_asking_nothing_is_refused_at_the_field(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    answer = sign_in(cast.chiara).post(address(opened, "hold-application"), {"questions": " "})

    assert answer.status_code == 422
    assert 'id="id_questions_error" data-error="questions_missing"' in answer.content.decode()


def test_the_answers_can_be_corrected_while_on_hold(cast: Cast, sign_in: SignIn, opened: Application) -> None:
    operations.hold_application(opened, questions="Which line?", actor=cast.chiara.actor, at=MONDAY)

    went = sign_in(cast.ana).post(address(opened, "sections", "motivation"), MOTIVATION)
    assert went["Location"] == address(opened)


def test_a_refusal_needs_its_reason_and_the_note_of_the_checklist_is_one(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    browser = sign_in(cast.chiara)

    nothing = browser.post(address(opened, "refuse-application"), {"reason": ""})
    assert 'id="id_reason_error" data-error="reason_missing"' in nothing.content.decode()
    assert browser.post(address(opened, "refuse-application"), {"note": "Too vague."}).status_code == 302
    opened.refresh_from_db()
    assert opened.decision_reason == "Too vague."


def test_a_conflict_of_interest_is_a_409_with_its_own_reason(
    cast: Cast, sign_in: SignIn, submitted: Application
) -> None:
    assert cast.ana.organisation is not None
    Representative.objects.create(account=cast.chiara.account, organisation=cast.ana.organisation, since=MONDAY)

    answer = sign_in(cast.chiara).post(address(submitted, "open-application"))
    assert answer.status_code == 409
    assert 'data-refusal="own_organisation_assessed"' in answer.content.decode()


def test_opening_a_curriculum_vitae_is_noted_and_it_comes_as_a_file(
    cast: Cast, sign_in: SignIn, submitted: Application
) -> None:
    answer = sign_in(cast.chiara).get(address(submitted, "curriculum-vitae"))

    assert answer.content == CURRICULUM_VITAE
    assert answer["Content-Disposition"] == 'attachment; filename="cv.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert Entry.objects.filter(case=submitted.reference, action="open_curriculum_vitae").count() == 1
    assert "LOOM opened the curriculum vitae." in sign_in(cast.ana).get(address(submitted)).content.decode()


def test_the_agency_sees_the_case_but_not_the_curriculum_vitae(
    cast: Cast, sign_in: SignIn, submitted: Application
) -> None:
    browser = sign_in(cast.aurel)

    assert browser.get(address(submitted)).status_code == 200
    assert browser.get(address(submitted, "curriculum-vitae")).status_code == 403
    assert not Entry.objects.filter(action="open_curriculum_vitae").exists()


def test_a_partner_reads_the_curriculum_vitae_only_once_it_was_disclosed(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    accept(cast.chiara, opened)
    participation = Participation.objects.get()
    there = f"/registration/participations/{participation.reference}/curriculum-vitae/"
    browser = sign_in(cast.bram)
    assert cast.bram.organisation is not None

    assert browser.get(there).status_code == 404
    disclose(participation, cast.bram.organisation, MONDAY)
    assert browser.get(there).content == CURRICULUM_VITAE
    assert browser.get(f"/registration/participations/{participation.reference}/").status_code == 404


def test_a_message_reaches_the_other_side(cast: Cast, sign_in: SignIn, submitted: Application) -> None:
    sign_in(cast.ana).post(address(submitted, "thread"), {"text": "Is the second window better?"})

    assert "Is the second window better?" in sign_in(cast.chiara).get(address(submitted)).content.decode()


def test_a_partnership_that_moved_an_application_is_led_to_its_desk(
    cast: Cast, sign_in: SignIn, opened: Application
) -> None:
    went = sign_in(cast.chiara).post(
        address(opened, "move-application"), {"partnership": "selvedge", "reason": "Closer to them."}
    )

    assert went["Location"] == "/desk/"
    assert sign_in(cast.chiara).get(address(opened)).status_code == 404
    assert sign_in(cast.dov).get(address(opened)).status_code == 200


def test_the_support_office_finds_a_partnership_on_the_page(cast: Cast, sign_in: SignIn) -> None:
    cast.loom.members.all().delete()
    application = submit(cast.ana, ecosystems=["tourism"], cluster_name="Elsewhere")
    browser = sign_in(cast.edda)

    page = browser.get(address(application)).content.decode()
    assert 'data-turn="SUPPORT_OFFICE"' in page
    assert "Find a partnership for the registration of Teixits Almarge, S.L." in page
    nothing = browser.post(address(application, "move-application"), {"reason": "Closest."})
    assert 'id="id_partnership_error" data-error="partnership_missing"' in nothing.content.decode()
    browser.post(address(application, "move-application"), {"partnership": "loom", "reason": "Closest."})
    application.refresh_from_db()
    assert application.partnership == cast.loom


def test_both_roles_are_decided_on_one_page(cast: Cast, sign_in: SignIn) -> None:
    application = open_by(cast.chiara, submit(cast.ana, visit=True, host=True))
    typed = {
        **as_typed(application),
        "visit_decision": "refused",
        "host_decision": "accepted",
        "note": "It has visited.",
    }

    assert sign_in(cast.chiara).post(address(application, "accept-application"), typed).status_code == 302
    application.refresh_from_db()
    assert (application.visit_decision, application.host_decision) == ("refused", "accepted")
    assert "It has visited." in sign_in(cast.ana).get(address(application)).content.decode()


def test_a_draft_can_be_deleted_on_its_page(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.ana)

    assert sign_in(cast.ana).post(address(application, "discard-application"))["Location"] == "/desk/"
    assert not Application.objects.exists()


def test_a_host_acts_as_a_host_and_has_the_one_primary_button(cast: Cast, sign_in: SignIn) -> None:
    application = start(cast.bram, visit=False, host=True)

    page = sign_in(cast.bram).get(address(application, "check")).content.decode()
    assert 'id="submit-application-h"' in page
    assert 'data-turn="HOST_ORGANISATION"' in page
    assert page.count('class="button primary"') == 1
