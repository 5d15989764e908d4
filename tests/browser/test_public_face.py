"""The public pages, the brochures and the pages of a partnership: typical, empty and with errors, in three widths."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (NARROW, MIDDLE, WIDE)
ANSWERS = {
    "type": "sme", "country": "ES", "membership": "yes", "person": "national", "visited": "no",
    "ecosystem": "textiles", "host": "PT",
}  # fmt: skip
ASKED = "/partnerships/clamtex/question/"
OWN = "/partnerships/clamtex/own/"


def looked_at(somebody: Somebody, address: str) -> int:
    """Open a page whose state stands in its address, look at it anew, and give its status."""
    response = somebody.tab.goto(urljoin(somebody.base, address))
    assert response is not None
    assert faults(somebody.tab, WIDTHS) == [], address
    return response.status


def test_each_question_of_the_check_its_error_and_its_results(people: People) -> None:
    somebody = people.somebody("anybody", widths=WIDTHS)
    given: dict[str, str] = {}
    for name, answer in ANSWERS.items():
        assert looked_at(somebody, f"/eligibility/?{urlencode(given)}") == 200
        assert looked_at(somebody, f"/eligibility/?{urlencode({**given, 'asked': name})}") == 422
        given[name] = answer
    changes: tuple[dict[str, str], ...] = (
        {}, {"membership": "no"}, {"type": "large_company"}, {"country": "elsewhere"},
        {"ecosystem": "tourism", "country": "MT", "host": "open"},
    )  # fmt: skip
    for change in changes:
        assert looked_at(somebody, f"/eligibility/?{urlencode({**ANSWERS, **change})}") == 200


def test_the_answers_lead_into_a_registration_by_clicks_alone(people: People) -> None:
    tab = people.somebody("anybody", widths=WIDTHS, java_script_enabled=False).tab
    tab.goto(f"{people.demonstration.url}eligibility/")
    for name, answer in ANSWERS.items():
        choice = tab.locator(f"main [name={name}]:not([type=hidden])")
        if choice.first.evaluate("one => one.tagName") == "SELECT":
            choice.select_option(answer)
        else:
            tab.locator(f"main input[name={name}][value={answer}]").check()
        tab.get_by_role("button", name="Continue").click()
    assert tab.locator("[data-role=visit]").get_attribute("data-allowed") == "yes"
    tab.go_back()
    assert "Question 7 of 7" in tab.content()
    tab.go_forward()
    tab.get_by_role("button", name="Start the registration").click()
    assert tab.url.endswith("/registration/")


def test_the_directory_full_narrowed_and_empty(people: People) -> None:
    somebody = people.somebody("anybody", widths=WIDTHS)
    for question in ("", "?country=PL", "?q=zzzzzz", "?edition=nothing", "?ecosystem=textiles&country=ES&q=cl"):
        assert looked_at(somebody, f"/partnerships/{question}") == 200
    assert somebody.tab.locator("main .chip").count() == 3
    assert somebody.open("/partnerships/clamtex/").status == 200
    assert somebody.open("/brochures/").status == 200


def test_a_question_from_outside_wrong_sent_and_read(people: People) -> None:
    somebody = people.somebody("anybody", widths=WIDTHS)
    for address in (ASKED, "/help/question/"):
        page = somebody.send(somebody.open(address).only_form(), {"email": "nobody"})
        assert page.status == 422
        assert page.codes
    coordinator = people.signed_in("visitor.coordinator@demo.example", widths=WIDTHS)
    assert coordinator.open("/partnerships/clamtex/questions/").status == 200
    page = somebody.send(
        somebody.open(ASKED).only_form(),
        {"name": "Ines Valadao", "email": "ines@asks.example", "text": "May we visit in May?"},
    )
    assert page.url.endswith("/question/sent/")
    assert coordinator.open("/partnerships/clamtex/questions/").status == 200
    assert coordinator.open(OWN).status == 200


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("profile/", {"title": "", "website": "no site"}),
        ("texts/", {}),
        ("sectors/", {"ecosystems": []}),
        ("targets/", {"sme": "many"}),
        ("amounts/", {"country": "PT", "amount": "9999"}),
        ("assessment/", {}),
        ("budget/", {"planned": "lots"}),
        ("events/", {"title": ""}),
        ("members/", {"name": ""}),
        ("people/", {"email": "nobody"}),
    ],
)
def test_each_form_of_a_partnership_and_its_errors(people: People, page: str, wrong: dict[str, Any]) -> None:
    coordinator = people.signed_in("visitor.coordinator@demo.example", widths=WIDTHS)

    shown = coordinator.open(f"{OWN}{page}")
    assert shown.status == 200
    if wrong:
        answer = coordinator.send(shown.only_form(), wrong)
        assert answer.status == 422
        assert answer.codes


def test_what_is_asked_before_something_ends(people: People) -> None:
    coordinator = people.signed_in("visitor.coordinator@demo.example", widths=WIDTHS)
    assert coordinator.open(f"{OWN}registrations/").status == 200
    assert coordinator.open(f"{OWN}people/").status == 200
    (end,) = set(re.findall(rf"{OWN}people/\d+/end/", coordinator.tab.content())[:1])
    assert coordinator.open(end).status == 200


def test_whoever_only_reads_sees_no_form(people: People) -> None:
    contact = people.signed_in("visitor.contact@demo.example", widths=WIDTHS)
    for page in ("", "people/"):
        assert contact.open(f"{OWN}{page}").status == 200
        assert contact.tab.locator("main form").count() == 0
    support = people.signed_in("support@demo.example", widths=WIDTHS)
    for address in ("/support/questions/", OWN):
        assert support.open(address).status == 200
