"""What anybody may read without an account."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from clusterxchange.foundation.models import DemonstrationMail
from clusterxchange.journeys.one_time_codes import code_at, seconds_left
from tests.bring import begin_story, bring_application_to, bring_exchange_to
from tests.cast import MONDAY, PASSWORD, Cast

pytestmark = pytest.mark.django_db

PUBLIC = (
    "/",
    "/how-to-take-part/",
    "/eligibility/",
    "/amount/",
    "/help/",
    "/help/question/",
    "/brochures/",
    "/privacy/",
    "/accessibility/",
    "/demo/",
    "/demo/mails/",
)
ES_TO_PT = {"from_country": "ES", "to_country": "PT", "days": "3", "km": "600", "format": "physical"}


@pytest.mark.parametrize("address", PUBLIC)
def test_each_public_page_opens_without_an_account(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "<c-" not in text
    assert text.count("<h1>") == 1
    assert text.count("button primary") <= 1


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_first_page_names_the_highest_amount(client: Client, language: str) -> None:
    page = client.get("/", headers={"accept-language": language})
    assert "EUR 1,100.00" in page.content.decode().replace("\xa0", " ") or language == "pl"
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("change", "cents"),
    [
        ({}, 39_000),
        ({"days": "5"}, 78_000),
        ({"from_country": "IT", "to_country": "FR", "days": "3", "km": "500"}, 45_000),
        ({"from_country": "AT", "to_country": "SK", "days": "5", "km": "55"}, 30_500),
        ({"from_country": "AT", "to_country": "SK", "days": "3", "km": "55"}, 30_500),
        ({"from_country": "DE", "to_country": "DK", "days": "10", "km": "400"}, 110_000),
        ({"format": "virtual"}, 0),
    ],
)
def test_the_amount_is_shown_with_its_working(client: Client, change: dict[str, str], cents: int) -> None:
    page = client.get("/amount/", {**ES_TO_PT, **change})
    assert page.status_code == 200
    assert f'data-cents="{cents}"' in page.content.decode()


def test_a_halved_amount_says_once_and_gives_each_reason(client: Client) -> None:
    text = client.get("/amount/", {**ES_TO_PT, "from_country": "AT", "to_country": "SK", "km": "55"}).content.decode()
    assert text.count("Halved, once") == 1
    assert "3 working days are fewer than 5" in text
    assert "The distance is under 200 km" in text


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"to_country": "ES"}, "same_country", "to_country"),
        ({"days": "2"}, "under_three_working_days", "days"),
        ({"days": "soon"}, "invalid", "days"),
        ({"days": ""}, "required", "days"),
        ({"to_country": "XX"}, "invalid_choice", "to_country"),
        ({"km": "-3"}, "min_value", "km"),
    ],
)
def test_a_wrong_answer_on_amounts_is_named_at_its_field_and_the_rest_is_kept(
    client: Client, change: dict[str, str], code: str, field: str
) -> None:
    page = client.get("/amount/", {**ES_TO_PT, **change})
    assert page.status_code == 422
    text = page.content.decode()
    assert f'id="id_{field}_error"' in text
    assert f'data-error="{code}"' in text
    assert "data-cents" not in text
    assert "Error:" in text
    assert '<option value="ES" selected>' in text


def test_mails_of_the_demonstration_come_as_the_contract_says(client: Client) -> None:
    for number in (1, 2):
        DemonstrationMail.objects.create(
            to=f"reader{number}@demo.example",
            subject="Your turn",
            language="en",
            text="Sign it.\nhttp://127.0.0.1:8000/exchanges/EXC-2026-000001/\n",
            at=MONDAY,
        )
    found = client.get("/demo/mails/", {"format": "json"}).json()
    assert [mail["to"] for mail in found] == ["reader1@demo.example", "reader2@demo.example"]
    assert set(found[0]) == {"to", "subject", "language", "text", "links", "at"}
    assert found[0]["links"] == ["http://127.0.0.1:8000/exchanges/EXC-2026-000001/"]
    page = client.get("/demo/mails/", {"to": "reader2@demo.example"}).content.decode()
    assert "reader2@demo.example" in page
    assert "reader1@demo.example" not in page
    assert '<a href="http://127.0.0.1:8000/exchanges/EXC-2026-000001/"' in page


def test_the_accounts_of_the_demonstration_are_listed_with_the_code_of_the_moment(client: Client) -> None:
    path = Path(settings.DATA) / "demo-accounts.json"
    account = {
        "email": "support@demo.example",
        "password": "demo-demo-2026",
        "totp_secret": "JBSWY3DPEHPK3PXP",
        "role": "support office",
        "organisation": None,
        "partnership": None,
        "language": "en",
    }
    path.write_text(json.dumps([account]), encoding="utf-8")
    try:
        text = client.get("/demo/").content.decode()
    finally:
        path.unlink()
    assert "support@demo.example" in text
    assert "demo-demo-2026" in text
    assert "Code now" in text


# RFC 6238, appendix B, SHA-1; the last six of its eight digits.
@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", seconds) == code


def test_a_code_holds_for_the_rest_of_its_half_minute() -> None:
    assert seconds_left(60) == 30
    assert seconds_left(89.9) == 1


def test_nothing_of_a_demonstration_has_an_address_in_production() -> None:
    source = (Path(__file__).parents[2] / "src/clusterxchange/journeys/urls.py").read_text("utf-8")
    assert 'if settings.MODE != "production":' in source
    assert reverse("journeys:demonstration_mails") == "/demo/mails/"


def test_messages_of_signing_in_keep_to_the_voice_of_the_tool(cast: Cast) -> None:
    client = Client()
    answer = client.post("/sign-in/", {"login": cast.ana.account.email, "password": PASSWORD}, follow=True)
    text = answer.content.decode()
    assert "You are signed in as Ana Sorribes." in text
    assert "uccessfully" not in text


def test_how_to_take_part_links_a_stranger_only_to_what_opens_without_an_account(client: Client) -> None:
    page = client.get("/how-to-take-part/")
    links = {step.url for phase in page.context["phases"] for step in phase.steps if step.url}

    assert len(page.context["phases"]) == 4
    assert links == {"/eligibility/", "/sign-up/", "/partnerships/", "/registration/", "/amount/"}
    assert {client.get(link).status_code for link in links} == {200}


def test_how_to_take_part_leads_whoever_is_accepted_to_each_step(cast: Cast) -> None:
    begin_story(cast)
    client = Client()
    client.force_login(cast.ana.account)
    page = client.get("/how-to-take-part/")
    links = {step.url for phase in page.context["phases"] for step in phase.steps if step.url}

    assert {"/matching/best/", "/matching/catalogue/", "/matching/proposals/", "/exchanges/"} <= links
    assert "/sign-up/" not in links
    assert {client.get(link).status_code for link in links} == {200}


# lump_sums.json: Portugal 780; an own amount below it is halved as the other.
def test_a_partnership_that_pays_less_can_be_chosen_and_the_working_says_so(client: Client, cast: Cast) -> None:
    assert 'id="id_partnership"' not in client.get("/amount/").content.decode()
    cast.loom.amounts = {"PT": 60_000}
    cast.loom.save()

    page = client.get("/amount/", {**ES_TO_PT, "partnership": "loom"}).content.decode().replace("\xa0", " ")

    assert 'data-cents="30000"' in page
    for words in ("EUR 780.00", "LOOM pays less for this country", "-EUR 180.00", "Halved, once", "-EUR 300.00"):
        assert words in page
    assert 'data-cents="39000"' in client.get("/amount/", ES_TO_PT).content.decode()
    assert client.get("/amount/", {**ES_TO_PT, "partnership": "nobody"}).status_code == 422


def test_help_leads_a_participant_to_the_conversation_with_their_contact_point(cast: Cast) -> None:
    assert "help-contact" not in Client().get("/help/").content.decode()
    application = bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    client = Client()
    client.force_login(cast.ana.account)
    page = client.get("/help/").content.decode()
    assert f'href="/registration/applications/{application.reference}/#thread"' in page
    assert 'id="thread"' in client.get(f"/registration/applications/{application.reference}/").content.decode()


def test_help_names_the_contact_point_of_ones_own_side_of_an_exchange(cast: Cast) -> None:
    exchange = bring_exchange_to(cast, "matched").exchange
    for person, officer in ((cast.ana, cast.chiara), (cast.bram, cast.dov)):
        client = Client()
        client.force_login(person.account)
        page = client.get("/help/").content.decode()
        assert f'href="/exchanges/{exchange.reference}/#thread"' in page
        assert officer.account.full_name in page
