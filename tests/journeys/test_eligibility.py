"""The public check: one question a page, without an account, told at once, and taken into the registration."""

import re

import pytest
from django.test import Client

from clusterxchange.journeys.eligibility import questions_for, verdicts
from clusterxchange.phases.registration.models import Application
from clusterxchange.scheme.editions import built_in
from tests.cast import MONDAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_a_monday")]

SME = {
    "type": "sme", "country": "ES", "membership": "yes", "person": "national", "visited": "no",
    "ecosystem": "textiles", "host": "PT",
}  # fmt: skip
CODES = (
    "country_not_participating", "type_may_not_visit", "not_member_of_a_cluster", "business_network_is_not_enough",
    "agency_approval_missing", "third_country_rule_not_met", "visit_already_used",
)  # fmt: skip


@pytest.fixture
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


def text_of(client: Client, **answers: str) -> str:
    page = client.get("/eligibility/", answers)
    assert page.status_code == 200
    return page.content.decode()


def verdict_in(text: str) -> dict[str, tuple[str, list[str]]]:
    """Give for each role the answer, and the codes of the rules that stand against it."""
    found = {}
    for role, allowed, body in re.findall(r'data-role="(\w+)" data-allowed="(\w+)"(.*?)</section>', text, re.DOTALL):
        found[role] = (allowed, re.findall(r'data-refusal="(\w+)"', body))
    return found


def test_the_questions_come_one_a_page_in_their_order_and_there_are_seven_at_most(client: Client) -> None:
    given: dict[str, str] = {}
    for place, (name, answer) in enumerate(SME.items(), 1):
        text = text_of(client, **given)
        assert f"Question {place} of 7" in text
        assert re.findall(r'name="(\w+)" value="', text).count("asked") == 1
        assert f'name="{name}"' in text
        # What was answered goes along, so that nothing is asked twice and nothing needs a script.
        assert all(f'type="hidden" name="{before}" value="{said}"' in text for before, said in given.items())
        given[name] = answer
    assert verdict_in(text_of(client, **given)) == {"visit": ("yes", []), "host": ("yes", [])}


@pytest.mark.parametrize("organisation_type", built_in("demonstration").eligibility.matrix)
@pytest.mark.parametrize("membership", ["yes", "unprofiled", "business-network", "no"])
@pytest.mark.parametrize("person", ["national", "resident", "neither"])
@pytest.mark.parametrize("visited", ["yes", "no"])
def test_nobody_answers_fewer_than_five_or_more_than_seven(
    organisation_type: str, membership: str, person: str, visited: str
) -> None:
    answers = {**SME, "type": organisation_type, "membership": membership, "person": person, "visited": visited}

    assert 5 <= len(questions_for(built_in("demonstration"), answers)) <= 7


# scheme.md section 3, row by row.
@pytest.mark.parametrize(
    ("change", "visit", "host"),
    [
        ({}, [], []),
        ({"membership": "unprofiled"}, ["not_member_of_a_cluster"], ["agency_approval_missing"]),
        ({"membership": "business-network"}, ["business_network_is_not_enough"], ["agency_approval_missing"]),
        ({"membership": "no"}, ["not_member_of_a_cluster"], ["agency_approval_missing"]),
        ({"type": "cluster_organisation"}, [], []),
        ({"type": "scaling_up_support", "membership": "unprofiled"}, [], []),
        ({"type": "scaling_up_support", "membership": "no"}, ["not_member_of_a_cluster"], ["not_member_of_a_cluster"]),
        ({"type": "large_company"}, ["type_may_not_visit"], []),
        ({"type": "public_authority", "membership": "no"}, ["type_may_not_visit"], ["not_member_of_a_cluster"]),
        ({"type": "training_provider"}, ["type_may_not_visit"], []),
        ({"person": "resident"}, [], []),
        ({"person": "neither"}, ["third_country_rule_not_met"], ["third_country_rule_not_met"]),
        ({"visited": "yes"}, ["visit_already_used"], []),
        ({"country": "elsewhere"}, ["country_not_participating"], ["country_not_participating"]),
    ],
)
def test_the_result_names_each_rule_that_stands_against_a_role(
    client: Client, change: dict[str, str], visit: list[str], host: list[str]
) -> None:
    found = verdict_in(text_of(client, **{**SME, **change}))

    assert found == {"visit": ("no" if visit else "yes", visit), "host": ("no" if host else "yes", host)}


@pytest.mark.parametrize(
    ("answers", "codes"),
    [
        ({"type": "large_company"}, {"type_may_not_visit"}),
        ({"type": "public_authority"}, {"type_may_not_visit"}),
        ({"type": "sme", "country": "ES", "membership": "no"}, {"not_member_of_a_cluster", "agency_approval_missing"}),
        ({"type": "sme", "country": "elsewhere"}, {"country_not_participating"}),
        ({"type": "sme", "country": "ES", "membership": "yes"}, set()),
    ],
)
def test_what_stands_against_somebody_is_told_at_once(client: Client, answers: dict[str, str], codes: set[str]) -> None:
    text = text_of(client, **answers)

    assert {code for code in CODES if f'data-refusal="{code}"' in text} == codes


def test_a_country_outside_the_scheme_ends_the_questions_and_leads_to_the_support_office(client: Client) -> None:
    text = text_of(client, type="sme", country="elsewhere")

    assert "Your organisation may not take part as things stand" in text
    assert "/help/question/" in text
    assert "Start the registration" not in text


def test_a_question_without_an_answer_comes_back_with_its_error_and_the_others_kept(client: Client) -> None:
    page = client.get("/eligibility/", {"type": "sme", "asked": "country"})
    text = page.content.decode()

    assert page.status_code == 422
    assert 'data-error="required" ' in text or 'data-error="required"' in text
    assert 'id="id_country_error"' in text
    assert 'type="hidden" name="type" value="sme"' in text
    assert "<title>Error: " in text


@pytest.mark.parametrize("value", ["XX", "", "<script>", "ES" * 5000])
def test_an_answer_that_is_none_is_asked_again(client: Client, value: str) -> None:
    text = text_of(client, type="sme", country=value)

    assert "Question 2 of 7" in text
    assert "<script>" not in text.replace('<script type="module"', "")


def test_the_own_country_cannot_be_visited(client: Client) -> None:
    page = client.get("/eligibility/", {**SME, "host": "ES", "asked": "host"})

    assert page.status_code == 422
    assert 'data-error="same_country"' in page.content.decode()


def test_an_answer_can_be_changed_and_the_others_stay(client: Client) -> None:
    text = text_of(client, **SME, change="membership")

    assert "Question 3 of 7" in text
    assert re.search(r'value="yes"[^>]*checked', text)
    assert 'type="hidden" name="host" value="PT"' in text


# lump_sums.json: Portugal 780, halved 390; over all countries 1,100 at most.
def test_the_result_says_roughly_how_much(client: Client) -> None:
    assert {"EUR 780.00", "EUR 390.00"} <= set(
        re.findall(r"EUR [\d,.]+\d", text_of(client, **SME).replace("\xa0", " "))
    )
    text = text_of(client, **{**SME, "host": "open"}).replace("\xa0", " ")
    assert "to EUR 1,100.00" in text
    assert "Roughly how much" not in text_of(client, **{**SME, "type": "large_company"})


def test_the_result_names_the_partnerships_that_fit_with_their_reasons(client: Client, cast: Cast) -> None:
    text = text_of(client, **SME)
    assert re.findall(r'data-partnership="(\w+)"', text) == ["LOOM", "SELVEDGE"]
    assert "A cluster of your country is a member." in text
    assert "/partnerships/loom/question/" in text

    cast.loom.is_open = False
    cast.loom.save()
    assert re.findall(r'data-partnership="(\w+)"', text_of(client, **SME)) == ["SELVEDGE"]


@pytest.mark.usefixtures("cast")
def test_where_no_partnership_fits_the_support_office_is_named(client: Client) -> None:
    text = text_of(client, **{**SME, "ecosystem": "tourism", "country": "MT"})

    assert "No open partnership works in your field and country" in text


@pytest.mark.usefixtures("cast")
def test_the_answers_are_filled_into_the_registration_that_is_started_afterwards(cast: Cast) -> None:
    client = Client()
    answer = client.post("/eligibility/registration/", {**SME, "person": "resident"})
    assert (answer.status_code, answer["location"]) == (302, "/registration/")
    client.force_login(cast.nuno.account)

    client.post("/registration/start-application/")

    application = Application.objects.select_related("organisation", "representative").get()
    organisation, person = application.organisation, application.representative
    assert (organisation.organisation_type, organisation.country, organisation.cluster_membership) == (
        "sme",
        "ES",
        "yes",
    )
    assert (organisation.ecosystems, application.wished_countries, person.based_in) == (["textiles"], ["PT"], "ES")
    assert (person.has_residence_permit, person.has_started_business) == (True, True)
    assert "answers_before_registration" not in client.session


def test_what_an_organisation_has_said_before_is_not_overwritten(cast: Cast) -> None:
    client = Client()
    client.post("/eligibility/registration/", {**SME, "type": "cluster_organisation", "country": "FR"})
    client.force_login(cast.ana.account)

    client.post(
        "/registration/start-application/", {"organisation": cast.ana.organisation.pk if cast.ana.organisation else ""}
    )

    organisation = Application.objects.get().organisation
    assert (organisation.organisation_type, organisation.country) == ("sme", "ES")


def test_nothing_is_kept_of_answers_that_nobody_takes_along(client: Client) -> None:
    text_of(client, **SME)

    assert not client.session.keys()


def test_verdicts_before_the_first_question_stand_against_nobody() -> None:
    assert all(one.allowed for one in verdicts(built_in("demonstration"), {}))
