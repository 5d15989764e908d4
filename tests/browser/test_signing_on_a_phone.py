"""From match to signed on a phone: every page of it, and each of the six signatures from its mail in three taps."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tour.page import Page
from tour.person import Person
from tour.play import PASSWORD, SECONDS_FOR_SIGNATURES, part, valid_by_pdfsig

from tests.browser.checks import SIDEWAYS
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called
from tests.browser.somebody import PATIENCE, Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
WIDE, HIGH = 360, 740
MOST_TAPS = 3
# In the browser's own store, so that it counts on from page to page.
COUNTS_TAPS = """document.addEventListener("pointerdown", () => {
  sessionStorage.taps = 1 + Number(sessionStorage.taps || 0);
}, true);"""


class OnAPhone(Somebody):
    """Somebody with a phone and nothing else: no page that they open may be wider than it."""

    def read(self, response: object) -> Page:
        """Read the page as it stands; nothing of it may stand outside."""
        page = super().read(response)  # type: ignore[arg-type]  # -- an answer of the browser, handed on
        assert self.tab.evaluate("[innerWidth, innerHeight]") == [WIDE, HIGH]
        assert self.tab.evaluate(SIDEWAYS) == "", page.url
        return page

    def taps(self) -> int:
        """How often the screen was touched since the count began."""
        return int(self.tab.evaluate("Number(sessionStorage.taps || 0)"))

    def sign_from_the_mail(self, words: str, reference: str, action: str, password: str) -> int:
        """Follow the mail's link and sign; give how often the screen was touched, the link in the mail among it."""
        mails = [one for one in self.mails() if words in one["subject"] and reference in one["subject"]]
        assert mails, f"no mail with {words} for {self.email}"
        self.tab.goto(str(mails[-1]["links"][0]))
        self.tab.evaluate("sessionStorage.taps = 1")
        assert self.tab.evaluate(SIDEWAYS) == ""
        form = self.tab.locator(f"form[data-action={action}]").first
        field = form.locator("input[name=password]")
        field.click()
        field.press_sequentially(password)
        form.locator("button[type=submit]").click()
        expect(self.tab.locator("main")).to_contain_text("signed", timeout=PATIENCE)
        expect(self.tab.locator(f"form[data-action={action}]")).to_have_count(0, timeout=PATIENCE)
        return self.taps()


def with_a_phone(people: People, person: Person) -> OnAPhone:
    """Give somebody whom the tour's client has signed in a phone to go on with."""
    demonstration = people.demonstration
    context = people.chromium.new_context(
        viewport={"width": WIDE, "height": HIGH}, locale="en", reduced_motion="reduce", is_mobile=True, has_touch=True
    )
    phone = OnAPhone(person.name, demonstration.url, context, widths=(), looks=demonstration.looks)
    phone.email = person.email
    context.add_init_script(COUNTS_TAPS)
    context.add_cookies(
        [{"name": one.name, "value": str(one.value), "url": demonstration.url} for one in person.cookies]
    )
    people.all.append(phone)
    return phone


def file_with(somebody: Somebody, address: str, signatures: int, path: Path) -> Path:
    """Take a document away once its signatures stand in it."""
    until, body = time.monotonic() + SECONDS_FOR_SIGNATURES, b""
    while body.count(b"/ETSI.CAdES.detached") != signatures and time.monotonic() < until:
        body = somebody.context.request.get(f"{address}document/").body()
    path.write_bytes(body)
    return path


def test_from_match_to_six_signatures_on_a_phone_each_from_its_mail(
    people: People, demonstration: Demonstration, tmp_path: Path
) -> None:
    prepared = PreparedExchange(demonstration, visitor_called("Odile"), host_called("Tiago"))
    prepared.bring_to_accepted()
    visitor = prepared.visitor = with_a_phone(people, prepared.visitor)
    host = prepared.host = with_a_phone(people, prepared.host)
    contact = prepared.visitor_contact = with_a_phone(people, prepared.visitor_contact)
    other = prepared.host_contact = with_a_phone(people, prepared.host_contact)
    prepared.stranger = prepared.support = visitor

    address = prepared.bring_to_signing()
    reference = prepared.exchange.rstrip("/").rpartition("/")[2]
    money = part(prepared.exchange, "financial-agreement")
    details = {
        "account_holder": prepared.newcomers[0].legal_name,
        "iban": "ES9121000418450200051332",
        "tax_status": "registered_for_vat",
        "de_minimis_eur": "0",
    }
    visitor.act(visitor.open(money), "give_bank_details", details)
    assert contact.act(contact.open(money), "offer_agreement").state == "OFFERED"

    # Whoever validated last had the text on the screen, and no mail: the visitor's reminder is theirs.
    visitor.act(visitor.open(address), "remind_signers")
    office = demonstration.accounts[contact.email]["password"]
    text, pay = ("Sign the Commitment to Quality", "sign_commitment"), ("financial agreement", "sign_agreement")
    taps = {
        (who, what[1]): somebody.sign_from_the_mail(what[0], reference, what[1], password)
        for who, somebody, password, what in (
            ("visitor", visitor, PASSWORD, text),
            ("host", host, PASSWORD, text),
            ("visitor's partnership", contact, office, text),
            ("host's partnership", other, demonstration.accounts[other.email]["password"], text),
            ("visitor", visitor, PASSWORD, pay),
            ("visitor's partnership", contact, office, pay),
        )
    }

    assert len(taps) == 6
    assert {who: count for who, count in taps.items() if not 2 <= count <= MOST_TAPS} == {}
    assert visitor.open(prepared.exchange).state == "READY"
    assert valid_by_pdfsig(file_with(visitor, address, 4, tmp_path / "commitment.pdf")) == 4
    assert valid_by_pdfsig(file_with(visitor, money, 2, tmp_path / "money.pdf")) == 2
