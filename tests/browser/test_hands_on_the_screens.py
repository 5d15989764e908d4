"""What a hand does on the screens after the stay: a file dropped, keys beside a picture, answers saved, a page printed.

The host's report and the account that pays are looked at as well, typical and with errors.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from playwright.sync_api import expect
from tour.person import File
from tour.play import PAPER

from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import RUN
from tests.browser.somebody import PATIENCE
from tests.browser.test_reports_and_payments import HOST, AfterTheStay, tell
from tests.browser.test_screens_of_registration import Look
from tests.phases.finalisation.test_pages import photo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

TOLD = {"mans": "ended:2026-02-24:2026-02-26:physical", "paper": "released:2026-02-03:2026-02-05:physical"}
DROP = """(zone, content) => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "pass.pdf", {type: "application/pdf"}));
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="module")
def told(demonstration: Demonstration) -> dict[str, str]:
    """Tell two exchanges of a run of their own; give their references by name."""
    return tell(demonstration, f"{RUN}h", TOLD)


class ByHand(AfterTheStay):
    """An exchange of this file's own run."""

    run = f"{RUN}h"


def test_a_file_is_dropped_on_its_field_and_looked_at_by_keys(people: People, told: Mapping[str, str]) -> None:
    one = ByHand(people, told, "mans")
    tab = one.visitor.tab
    one.visitor.open(one.evidence)
    tab.locator(".file-drop:has(input[name=outward])").evaluate(DROP, base64.b64encode(PAPER).decode())
    assert tab.locator("input[name=outward]").evaluate("(one) => one.files[0].name") == "pass.pdf"
    files = {name: File(f"{name}.jpg", photo(), "image/jpeg") for name in ("return", "stay", "presence")}
    form = one.visitor.read(None).form("upload_evidence")
    page = one.visitor.send(form, {}, files)
    assert page.state == "UPLOADED"

    contact, keys = one.contact, one.contact.tab.keyboard
    contact.open(f"{one.evidence}outward/")
    checked = contact.tab.locator(".viewer input[name=zoom]:checked")
    keys.press("+")
    assert checked.get_attribute("value") == "2"
    keys.press("+")
    keys.press("-")
    assert checked.get_attribute("value") == "2"
    keys.press("n")
    contact.tab.wait_for_url(f"**{one.evidence}return/", timeout=PATIENCE)
    keys.press("b")
    contact.tab.wait_for_url(f"**{one.evidence}outward/", timeout=PATIENCE)
    keys.press("a")
    focused = contact.tab.locator('form[data-action="accept_evidence"] button')
    expect(focused).to_be_focused(timeout=PATIENCE)
    keys.press("Enter")
    expect(contact.tab.locator("main")).to_have_attribute("data-state", "UPLOADED", timeout=PATIENCE)
    assert contact.open(f"{one.evidence}outward/").state == "ACCEPTED"


def test_what_the_host_types_is_saved_on_the_way_and_is_there_again(people: People, told: Mapping[str, str]) -> None:
    one, look = ByHand(people, told, "mans"), Look()
    host = people.sits_down(one.comes(HOST), widths=())
    look.at(host, "report of the host", one.report)
    words = "Our looms stop less often since."
    host.tab.locator("[name=benefits]").fill(words)
    host.tab.locator("[name=benefits]").blur()
    expect(host.tab.locator("#saved")).to_contain_text("Saved", timeout=PATIENCE)

    host.open(one.report)
    assert host.tab.locator("[name=benefits]").input_value() == words
    page = host.send(host.open(one.report).form("submit_report"), {"actual_days": ""})
    assert page.status == 422
    look.at(host, "report of the host, errors")
    assert (look.found, look.seen) == ([], 2)


def test_the_account_that_pays_is_asked_for_with_its_errors(people: People, told: Mapping[str, str]) -> None:
    look, coordinator = Look(), ByHand(people, told, "paper").coordinator()
    (address,) = (
        coordinator.open("/payments/").links("/accounts/")[:1]
        or [link for link in coordinator.open("/payments/").links("/") if "/payments/accounts/" in link][:1]
    )
    look.at(coordinator, "account that pays", address)
    page = coordinator.open(address)
    page = coordinator.send(page.only_form(), {"account_holder": "Clam", "iban": "ES00 1234", "bic": "x"})
    assert page.status == 422
    look.at(coordinator, "account that pays, errors")
    assert (look.found, look.seen) == ([], 2)


def test_the_tracking_page_prints_as_a_proof(people: People, told: Mapping[str, str]) -> None:
    one = ByHand(people, told, "paper")
    page = one.visitor.open(one.payment)
    tab = one.visitor.tab
    expect(tab.locator(".site-footer")).to_be_visible()

    tab.emulate_media(media="print")

    printed = tab.locator("main").inner_text()
    for said in (page.reference, "EUR 390.00", "Ordered", "Released", "Received"):
        assert said in printed
    expect(tab.locator(".stepper").first).to_be_visible()
    assert [element for element in tab.locator(".no-print, form button").all() if element.is_visible()] == []
    assert len(tab.pdf()) > 0
    tab.emulate_media(media="screen")
