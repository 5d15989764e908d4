"""All that matters works in a browser without JavaScript."""

from __future__ import annotations

import pytest
from tour.play import PASSWORD

from tests.browser.conftest import People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
NO_WIDTHS = ()  # axe is a script


def test_sign_in_with_a_second_factor(people: People) -> None:
    agency = people.somebody("agency", java_script_enabled=False, widths=NO_WIDTHS)
    account = people.demonstration.accounts["agency@demo.example"]

    page = agency.sign_in(account["email"], account["password"], account["totp_secret"])

    assert page.url.endswith("/desk/")
    assert agency.tab.locator(".next-step").count() == 1


def test_a_wrong_answer_is_told_at_its_field_and_nothing_typed_is_lost(people: People) -> None:
    newcomer = people.signed_in("newcomer@demo.example", java_script_enabled=False, widths=NO_WIDTHS)
    page = newcomer.open("/registration/")
    begun = [one for one in page.main.all("a") if "/applications/" in one.attributes.get("href", "")]
    page = newcomer.open(begun[0].attributes["href"]) if begun else newcomer.act(page, "start_application")
    section = newcomer.open(page.link("sections/preferences/"))
    wrong = {
        "window_1_from": "2026-05-20",
        "window_1_to": "2026-05-04",
        "days_wished": "3",
        "working_languages": ["en"],
    }

    answered = newcomer.act(section, "edit_application", wrong)

    assert answered.status == 422
    assert newcomer.tab.title().startswith("Error: ")
    assert newcomer.tab.locator("#id_window_1_to_error").is_visible()
    assert newcomer.tab.locator("#id_window_1_to").get_attribute("aria-invalid") == "true"
    assert newcomer.tab.locator("#id_window_1_from").input_value() == "2026-05-20"
    assert newcomer.tab.locator("#id_days_wished").input_value() == "3"
    summary = newcomer.tab.locator(".error-summary a").first
    assert summary.get_attribute("href") == "#id_window_1_to"


def test_proposal_and_signature(people: People) -> None:
    prepared = PreparedExchange(people.demonstration, visitor_called("Berta"), host_called("Duarte"))
    prepared.bring_to_accepted()
    prepared.visitor = people.sits_down(prepared.visitor, java_script_enabled=False, widths=NO_WIDTHS)
    prepared.host = people.sits_down(prepared.host, java_script_enabled=False, widths=NO_WIDTHS)

    address = prepared.bring_to_signing()

    visitor = prepared.visitor
    page = visitor.act(visitor.open(address), "sign_commitment", {"password": "not the password"})
    assert page.codes == ["password_wrong"]
    page = visitor.act(page, "sign_commitment", {"password": PASSWORD})
    assert page.state == "SIGNING"
    assert "sign_commitment" not in page.open_actions()
