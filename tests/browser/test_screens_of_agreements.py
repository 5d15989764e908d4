"""The pages around signing in three widths: with a refusal, held by another, signed, amended to the end, under way."""

from __future__ import annotations

import pytest
from tour.person import Person
from tour.play import PASSWORD, part

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
WIDTHS = (NARROW, MIDDLE, WIDE)


def looked_at(somebody: Somebody, address: str = "", *, state: str = "") -> None:
    """Look at a page, also where its like has been seen before."""
    if address:
        page = somebody.open(address)
        assert page.status == 200
        assert state in {"", page.state}
    assert faults(somebody.tab, WIDTHS, needs_banner=True, is_refusal=False) == []


def sits_down(people: People, person: Person) -> Somebody:
    """Give somebody whom the tour's client has signed in a browser to go on with."""
    made = people.sits_down(person, widths=())
    made.email = person.email
    return made


def test_pages_around_signing_are_clean_with_a_refusal_held_signed_and_amended_to_the_end(
    people: People, demonstration: Demonstration
) -> None:
    prepared = PreparedExchange(demonstration, visitor_called("Edurne"), host_called("Nelio"))
    prepared.bring_to_accepted()
    visitor = prepared.visitor = sits_down(people, prepared.visitor)
    host = prepared.host = sits_down(people, prepared.host)
    contact = prepared.visitor_contact = sits_down(people, prepared.visitor_contact)
    other = prepared.host_contact = sits_down(people, prepared.host_contact)
    prepared.stranger = prepared.support = visitor
    office = demonstration.accounts[contact.email]["password"]
    four = ((visitor, PASSWORD), (host, PASSWORD), (contact, office), (other, office))

    address = prepared.bring_to_signing()
    money = part(prepared.exchange, "financial-agreement")
    looked_at(host, address, state="SIGNING")
    page = host.act(host.open(address), "sign_commitment", {"password": "not the password"})
    assert page.codes == ["password_wrong"]
    looked_at(host)
    details = {
        "account_holder": prepared.newcomers[0].legal_name,
        "iban": "ES9121000418450200051332",
        "tax_status": "registered_for_vat",
        "de_minimis_eur": "0",
    }
    visitor.act(visitor.open(money), "give_bank_details", details)
    contact.act(contact.open(money), "offer_agreement")
    for somebody, password in four:
        somebody.act(somebody.open(address), "sign_commitment", {"password": password})
    looked_at(visitor, money, state="OFFERED")
    for somebody, password in ((visitor, PASSWORD), (contact, office)):
        somebody.act(somebody.open(money), "sign_agreement", {"password": password})
    assert visitor.open(prepared.exchange).state == "READY"
    looked_at(visitor, f"{prepared.exchange}travel-sheet/")

    host.act(host.open(address), "amend_commitment")
    visitor.open(f"{address}parts/objectives/")
    looked_at(host, f"{address}parts/objectives/")
    assert host.tab.locator("form[data-action=take_part_over]").count() == 1
    page = visitor.open(f"{address}parts/objectives/")
    visitor.act(page, "edit_commitment", {"objectives_visitor": "See the looms run at night as well."})
    for somebody in (visitor, host):
        somebody.act(somebody.open(address), "agree_commitment")
    for somebody in (contact, other):
        somebody.act(somebody.open(address), "validate_commitment")
    for somebody, password in four:
        page = somebody.act(somebody.open(address), "sign_commitment", {"password": password})
    assert (page.state, page.main.attributes["data-version"]) == ("SIGNED", "2")
    assert visitor.open(f"{address}?version=1").state == "SUPERSEDED"
    looked_at(other, address, state="SIGNED")
    looked_at(visitor, prepared.exchange)


def test_a_stay_under_way_is_clean(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=())
    links = [one for one in support.open("/exchanges/").links("/") if "/exchanges/EXC-" in one]
    running = [url for url in links if support.open(url).state in {"RUNNING", "INTERRUPTED"}]

    assert running
    looked_at(support, running[0])
