"""Agreements in Chromium: from match to signed on a phone, with changes, an own certificate, a scan, and an end."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from tour.person import File, Person
from tour.play import PAPER, PASSWORD, SECONDS_FOR_SIGNATURES, part

from tests.browser.checks import MIDDLE, NARROW, SIDEWAYS, WIDE
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called
from tests.browser.somebody import PATIENCE, Somebody
from tests.browser.test_people_of_organisations import link_to, own_page
from tests.documents.elsewhere import own_signer, sign_elsewhere

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
WIDTHS = (NARROW, MIDDLE, WIDE)
PHONE = {"width": 360, "height": 740}
MOST_CLICKS = 3
YEARS = timedelta(days=1400)


def on_a_phone(somebody: Somebody, address: str) -> None:
    """Open a page on a phone; nothing of it may stand outside."""
    somebody.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]  # -- width and height
    somebody.tab.goto(address)
    assert somebody.tab.evaluate(SIDEWAYS) == ""


def link_of_mail(somebody: Person, words: str) -> str:
    """Give the one link in the latest mail that tells somebody to do something."""
    found = [mail for mail in somebody.mails() if words in mail["subject"]]
    assert found, f"no mail with {words} for {somebody.email}"
    return str(found[-1]["links"][0])


def sign_from_the_mail(somebody: Somebody, password: str) -> int:
    """Follow the mail to the text and sign it with the password; give the number of clicks."""
    on_a_phone(somebody, link_of_mail(somebody, "Sign the Commitment to Quality"))
    clicks = 1
    form = somebody.tab.locator("form[data-action=sign_commitment]").first
    form.locator("input[name=password]").fill(password)
    form.locator("button[type=submit]").click()
    clicks += 1
    expect(somebody.tab.locator("main")).to_contain_text("signed", timeout=PATIENCE)
    return clicks


def state_of(somebody: Somebody, address: str) -> str:
    return str(somebody.open(address).state)


def changes_asked_twice(visitor: Somebody, contact: Somebody, host: Person, other: Person, address: str) -> None:
    """Let a contact point send the text back two times; both organisations agree anew each time."""
    for reason in ("plan_unclear", "other"):
        page = contact.act(
            contact.open(address), "request_changes", {"reason_code": "other", "reason": f"Once more: {reason}"}
        )
        assert page.state == "CHANGES_REQUESTED"
        page = visitor.open(f"{address}parts/objectives/")
        visitor.act(page, "edit_commitment", {"objectives_visitor": f"See the looms run, {reason}"})
        for somebody in (visitor, host):
            somebody.act(somebody.open(address), "agree_commitment")
    for somebody in (contact, other):
        somebody.act(somebody.open(address), "validate_commitment")


def test_from_match_to_signed_on_a_phone_with_changes_a_certificate_a_scan_and_an_amendment(
    people: People, demonstration: Demonstration
) -> None:
    prepared = PreparedExchange(demonstration, visitor_called("Elna"), host_called("Rui"))
    prepared.bring_to_accepted()
    prepared.matching()
    address = part(prepared.exchange, "commitment")
    visitor, host, contact, other = (
        with_widths(people, person)
        for person in (prepared.visitor, prepared.host, prepared.visitor_contact, prepared.host_contact)
    )
    days = f"first_day={prepared.expected['first_day']}&last_day={prepared.expected['last_day']}"
    page = visitor.open(f"{address}edit-commitment/?{days}")
    visitor.act(page, "edit_commitment", prepared.text_of(page))
    for somebody in (visitor, host):
        somebody.act(somebody.open(address), "agree_commitment")
    changes_asked_twice(visitor, contact, host, other, address)
    assert state_of(visitor, address) == "SIGNING"

    assert sign_from_the_mail(visitor, PASSWORD) <= MOST_CLICKS
    hands_in_a_signed_file(host, prepared, address)
    assert sign_from_the_mail(contact, demonstration.accounts[contact.email]["password"]) <= MOST_CLICKS
    page = other.open(address)
    scan = {"scan": File("signed.pdf", PAPER)}
    ticks = {"scan_shows_this_text": True, "scan_is_signed_by_me": True}
    password = demonstration.accounts[other.email]["password"]
    page = other.send(page.form("sign_commitment"), {"password": password, **ticks}, scan)
    assert page.state == "SIGNED"

    page = host.act(host.open(address), "amend_commitment")
    assert page.state == "DRAFTING"
    assert host.tab.locator("main").get_attribute("data-version") == "2"
    assert host.open(f"{address}?version=2&compare=1").status == 200
    for path in ("parts/plan/", "parts/plan/comments/"):
        assert visitor.open(f"{address}{path}").status == 200
    for somebody in (visitor, host, contact, other):
        assert somebody.open(prepared.exchange).status == 200


def test_the_right_to_sign_is_given_to_a_colleague_taken_back_and_given_again(
    people: People, demonstration: Demonstration
) -> None:
    prepared = PreparedExchange(demonstration, visitor_called("Elvira"), host_called("Ramiro"))
    prepared.bring_to_accepted()
    joining = visitor_called("Eloi")
    colleague = with_widths(people, prepared.sign_up("visiting_organisation", joining))
    visitor = with_widths(people, prepared.visitor)
    visitor.act(visitor.open(own_page(visitor)), "invite_person", {"email": joining.email})
    page = colleague.open(link_to(people, joining.email))
    colleague.act(page, "accept_invitation", {"position": "Weaver", "works_there": True})
    address = prepared.bring_to_signing()

    page = visitor.open(address)
    given = {"colleague": page.form("delegate_signature").choices["colleague"][0]}
    for action, then in (
        ("delegate_signature", "revoke_delegation"),
        ("revoke_delegation", "delegate_signature"),
        ("delegate_signature", "revoke_delegation"),
    ):
        page = visitor.act(page, action, given)
        assert then in page.open_actions()
    page = colleague.act(colleague.open(address), "sign_commitment", {"password": PASSWORD})
    assert page.codes == []
    assert "sign_commitment" not in page.open_actions()


def with_widths(people: People, person: Person) -> Somebody:
    made = people.sits_down(person, widths=WIDTHS)
    made.email = person.email
    return made


def hands_in_a_signed_file(host: Somebody, prepared: PreparedExchange, address: str) -> None:
    """Take the pen, sign at home with a certificate of one's own, hand the file in."""
    until = time.monotonic() + SECONDS_FOR_SIGNATURES
    while time.monotonic() < until:  # the visitor's signature is being written
        if host.context.request.get(f"{host.base}{address}document/").body().count(b"/ETSI.CAdES.detached") == 1:
            break
    host.open(address)
    with host.tab.expect_download(timeout=PATIENCE) as download:
        host.tab.locator("form[data-action=take_pen] button[type=submit]").click()
    file = download.value.path().read_bytes()
    newcomer = prepared.newcomers[1]
    signer = own_signer(f"{newcomer.first_name} {newcomer.last_name}", datetime(2025, 1, 1, tzinfo=UTC), lasts=YEARS)
    page = host.open(address)
    page = host.send(
        page.form("hand_in_signed_copy"), {"password": PASSWORD},
        {"copy": File("signed.pdf", sign_elsewhere(file, "H", signer))},
    )  # fmt: skip
    assert "sign_commitment" not in page.open_actions()


@pytest.mark.parametrize("party", ["visitor", "host", "visitor_contact", "host_contact"])
def test_each_party_cancels_with_a_reason(people: People, demonstration: Demonstration, party: str) -> None:
    names = {"visitor": "Amara", "host": "Brisa", "visitor_contact": "Corina", "host_contact": "Dalila"}
    prepared = PreparedExchange(demonstration, visitor_called(names[party]), host_called(f"{names[party]}o"))
    prepared.bring_to_accepted()
    prepared.matching()
    somebody = with_widths(people, getattr(prepared, party))

    page = somebody.open(prepared.exchange)
    page = somebody.act(page, "cancel_exchange", {"reason_code": "", "reason": ""})
    assert page.codes == ["reason_missing"]
    page = somebody.act(page, "cancel_exchange", {"reason_code": "illness"})

    assert page.state == "CANCELLED"
