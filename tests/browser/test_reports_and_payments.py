"""After the stay in Chromium: evidence by phone, reports, payments and the bank, and stays that ended otherwise.

Screens 22 to 24, 29 and 30 are looked at on the way: typical, empty and with errors.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import pytest
from PIL import Image
from playwright.sync_api import expect
from tour.page import Page
from tour.person import File, Person
from tour.play import PAPER, part
from tour.server import own_environment

from clusterxchange.journeys.demonstration.people import PASSWORD
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import RUN, PreparedExchange, host_called, visitor_called
from tests.browser.somebody import PATIENCE, Somebody, nobody_notes
from tests.browser.telling import email_of
from tests.browser.test_agreements import PHONE, on_a_phone
from tests.browser.test_assessing import contact_point
from tests.browser.test_screens_of_registration import Look
from tests.phases.finalisation.bank import Booking, statement
from tests.phases.finalisation.test_pages import GPS, photo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

HOST = "anfitria"
# The clock stands on Monday 2 March 2026. Three working days; five from 26 February to 4 March and 16 to 20 February.
TOLD = {
    "sencera": "ended:2026-02-24:2026-02-26:physical",
    "abans": "running:2026-02-26:2026-03-04:physical",
    "curta": "ended:2026-02-16:2026-02-20:physical",
    "tempesta": "ended:2026-02-16:2026-02-20:physical",
    "enlinia": "ended:2026-02-24:2026-02-26:virtual",
    "tornada": "released:2026-02-03:2026-02-05:physical",
    # Outside SEPA only an account of the organisation's own country is taken.
    "fora": "released:2026-02-03:2026-02-05:physical:UA:UA71",
    "futura": "ready:2026-03-24:2026-03-26:physical",
}
TODAY = "2026-03-02"
ITEMS = ("outward", "return", "stay", "presence")
# scheme.md, section 6: EUR 780 for Portugal, half of it under 5 working days.
HALF, NOTHING = 39_000, 0
PAYING_ACCOUNT = "BE68539007547034"
# Examples of the IBAN registry: in SEPA, and outside it.
IN_SEPA, OUTSIDE_SEPA = "ES7921000813610123456789", "UA213223130000026007233566001"
NOTHING_PAID_YET = "blues.contact@demo.example"


def tell(demonstration: Demonstration, run: str, told: Mapping[str, str]) -> dict[str, str]:
    """Tell exchanges in the database of the running demonstration; give their references by name."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.telling", run, *(f"{name}:{how}" for name, how in told.items())],
        env=own_environment(demonstration.data),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    references: dict[str, str] = json.loads(done.stdout)
    return references


@pytest.fixture(scope="module")
def told(demonstration: Demonstration) -> dict[str, str]:
    """Tell the exchanges in the database of the running demonstration; give their references by name."""
    return tell(demonstration, RUN, TOLD)


class AfterTheStay:
    """One exchange after its stay, and the people who act in it."""

    run = RUN

    def __init__(self, people: People, told: Mapping[str, str], name: str, **phone: Any) -> None:  # noqa: ANN401 -- what Chromium's contexts take
        """Bring the visitor and their partnership's people in Chromium; the host's side acts by requests."""
        self.people, self.name, self.reference = people, name, told[name]
        self.address = f"/exchanges/{self.reference}/"
        self.report, self.evidence, self.payment = (
            part(self.address, end) for end in ("report", "evidence", "payment")
        )
        self.visitor = people.sits_down(self.comes(name), widths=(), **phone)
        self.host = self.comes(HOST)
        self.contact = people.signed_in("visitor.contact@demo.example", widths=())
        self.host_contact = officer(people.demonstration, "host.contact@demo.example")

    def comes(self, name: str) -> Person:
        """Sign somebody in who speaks for one of the two organisations."""
        email, signed_in = email_of(name, self.run), self.people.demonstration.officers
        if email not in signed_in:
            signed_in[email] = Person(name, self.people.demonstration.url, nobody_notes)
            signed_in[email].sign_in(email, PASSWORD, None)
        return signed_in[email]

    def coordinator(self) -> Somebody:
        """Bring who releases payments."""
        return self.people.signed_in("visitor.coordinator@demo.example", widths=())

    def hand_in_evidence(self) -> None:
        """Let the visitor choose a file for each item."""
        page = self.visitor.open(self.evidence)
        wanted = [name for name in page.form("upload_evidence").files if not name.endswith("_camera")]
        self.visitor.act(page, "upload_evidence", {}, {name: File(f"{name}.pdf", PAPER) for name in wanted})

    def report_by_visitor(self, **differing: Any) -> Page:  # noqa: ANN401 -- as many kinds as there are fields
        """Let the visitor answer every question."""
        form = self.visitor.open(self.report).form("submit_report")
        marks = {name: "4" for name in form.kinds if name.startswith("rating_") or name.endswith("_rating")}
        said = {name: "Two of four lots ran at full speed." for name in form.kinds if name.endswith("_sentence")}
        right = {name: True for name in form.kinds if name == "bank_details_are_right"}
        rest = {"activities_done": "Four lots were run.", "recommends": "yes"}
        return self.visitor.send(form, {**marks, **said, **right, **rest, **differing})

    def report_by_host(self, days: int) -> Page:
        """Let the host confirm how long the visitor was there."""
        form = self.host.open(self.report).form("submit_report")
        marks = {name: "4" for name in form.kinds if name.startswith("rating_")}
        rest = {"presence_confirmed": True, "actual_days": days, "benefits": "We saw where looms stop."}
        return self.host.send(form, {**marks, **rest})

    def validate(self, **granted: Any) -> None:  # noqa: ANN401 -- as above
        """Let both partnerships take the reports, and the visitor's all evidence."""
        visitors, hosts = f"{self.report}visitor/", f"{self.report}host/"
        page = self.contact.open(self.evidence)
        self.contact.act(page, "accept_evidence", {"items": page.form("accept_evidence").choices["items"]})
        page = self.contact.act(self.contact.open(visitors), "validate_report", granted)
        assert page.state == "VALIDATED"
        page = self.host_contact.act(self.host_contact.open(hosts), "validate_report")
        assert page.state == "VALIDATED"


def officer(demonstration: Demonstration, email: str) -> Person:
    """Give somebody of the demonstration who acts by requests."""
    nobody = PreparedExchange(demonstration, visitor_called("Ningu"), host_called("Ningum"))
    return nobody.officer("host_partnership", email)


def batch_with(somebody: Somebody, reference: str) -> str:
    """Find the batch in which a payment is."""
    for link in somebody.open("/payments/batches/").links("/"):
        if "/payments/batches/" in link and link.rstrip("/").rsplit("/", 1)[-1].isdigit():
            page = somebody.open(link)
            if list(page.root.all("tr", data_ref=reference)):
                return link
    message = f"no batch holds {reference}"
    raise LookupError(message)


def bank_says(somebody: Somebody, *bookings: Booking) -> Page:
    """Bring a statement of the bank, and import it."""
    written = statement(*bookings, account=PAYING_ACCOUNT, message=bookings[0].bank_reference)
    file = File("statement.xml", written, "application/xml")
    page = somebody.act(somebody.open("/payments/statements/"), "keep_statement", {}, {"file": file})
    assert page.state == "KEPT"
    return somebody.act(page, "import_statement")


def shows_evidence_by_phone(one: AfterTheStay, look: Look) -> None:
    """Photograph every item; one is asked for again."""
    visitor, contact, item = one.visitor, one.contact, f"{one.evidence}outward/"
    look.at(visitor, "evidence, nothing yet", one.evidence)
    page = visitor.act(visitor.open(one.evidence), "upload_evidence", {}, {"outward": File("no.pdf", b"no")})
    assert page.codes == ["file_type_not_allowed"]
    look.at(visitor, "evidence, errors")

    on_a_phone(visitor, f"{visitor.base.rstrip('/')}{one.evidence}")
    expect(visitor.tab.locator("input[name=outward_camera]")).to_be_visible(timeout=PATIENCE)
    photos = {f"{name}_camera": File(f"{name}.jpg", photo(), "image/jpeg") for name in ITEMS}
    assert visitor.act(visitor.open(one.evidence), "upload_evidence", {}, photos).state == "UPLOADED"
    shown = contact.take_away(urljoin(contact.base, f"{item}file/")).body
    with Image.open(io.BytesIO(shown)) as seen:
        assert (GPS in seen.getexif(), seen.size) == (False, (20, 40))  # upright, and nothing of the place

    contact.act(contact.open(item), "ask_again", {"reason": ""})
    look.at(contact, "evidence item, no reason")
    contact.act(contact.open(item), "ask_again", {"reason": "The name is not to be read."})
    look.at(contact, "evidence, one asked again", one.evidence)
    on_a_phone(visitor, f"{visitor.base.rstrip('/')}{item}")
    again = {"file_camera": File("again.jpg", photo(), "image/jpeg")}
    assert visitor.act(visitor.open(item), "upload_evidence", {}, again).state == "UPLOADED"
    look.at(contact, "evidence item beside its picture", item)


def reports_and_answers(one: AfterTheStay, look: Look) -> None:
    """Report on the phone, with a mistake; the contact point asks, and the visitor answers."""
    look.at(one.visitor, "report, nothing yet", one.report)
    one.visitor.tab.set_viewport_size(PHONE)  # type: ignore[arg-type]  # -- width and height
    assert one.report_by_visitor(actual_days="9").codes == ["more_days_than_the_stay_has"]
    look.at(one.visitor, "report, errors")
    assert one.report_by_visitor(actual_days="3").state == "SUBMITTED"
    address = f"{one.report}visitor/"
    look.at(one.contact, "report, sent", address)
    one.contact.act(one.contact.open(address), "return_report", {"questions": "Which lots?"})
    look.at(one.visitor, "report, returned", address)
    assert one.report_by_visitor(activities_done="Lots 3 and 4.").state == "SUBMITTED"
    assert one.report_by_host(3).state == "SUBMITTED"


def test_from_the_end_of_the_stay_to_paid_and_closed(people: People, told: Mapping[str, str]) -> None:
    look = Look()
    one = AfterTheStay(people, told, "sencera", has_touch=True, is_mobile=True)
    visitor, contact, coordinator = one.visitor, one.contact, one.coordinator()
    look.at(visitor, "payment, not due", one.payment)
    shows_evidence_by_phone(one, look)
    reports_and_answers(one, look)
    one.validate()

    page = contact.open(one.payment)
    assert (page.state, HALF in page.cents()) == ("DUE", True)
    look.at(contact, "payment, due")
    look.at(contact, "payments, one to order", "/payments/?show=to-order")
    assert contact.act(contact.open(one.payment), "order_payment").state == "ORDERED"
    assert coordinator.act(coordinator.open(one.payment), "release_payment").state == "RELEASED"
    batch = batch_with(coordinator, one.reference)
    look.at(coordinator, "batch, open", batch)
    coordinator.act(coordinator.open(batch), "make_bank_file")
    look.at(coordinator, "batch, with its file")
    file = coordinator.open(f"{batch}file/").body.decode()
    assert f"<EndToEndId>{one.reference}</EndToEndId>" in file
    assert ">390.00</InstdAmt>" in file

    contact.send(contact.open("/payments/statements/").form("keep_statement"), {}, {"file": File("s.xml", b"<no/>")})
    look.at(contact, "statements, errors")
    unknown = Booking("EXC-2031-000001", bank_reference=f"U-{RUN}", day=TODAY)
    page = bank_says(contact, Booking(one.reference, bank_reference=f"S-{RUN}", day=TODAY), unknown)
    assert page.state == "IMPORTED"
    look.at(contact, "statement, one line set apart")
    assert visitor.open(one.payment).state == "PAID"
    look.at(visitor, "payment, paid")
    visitor.act(visitor.open(one.payment), "confirm_receipt")

    assert visitor.open(one.payment).state == "CONFIRMED"
    assert visitor.open(one.address).state == "CLOSED"
    look.at(contact, "evidence, all accepted", one.evidence)
    assert (look.found, look.seen) == ([], 18)


def test_what_a_partnership_sees_of_money_before_anything_was_paid(people: People, told: Mapping[str, str]) -> None:
    look = Look()
    officer = contact_point(people, NOTHING_PAID_YET, widths=())
    for address in ("/payments/", "/payments/?show=to-order", "/payments/batches/", "/payments/statements/"):
        look.at(officer, address, address)
    officer.send(officer.open("/payments/statements/").form("keep_statement"))
    look.at(officer, "statements, no file")
    contact = people.signed_in("visitor.contact@demo.example", widths=())
    for end in ("report", "evidence", "payment"):
        look.at(contact, f"{end}, before the stay", f"/exchanges/{told['futura']}/{end}/")

    assert (look.found, look.seen) == ([], 8)


def test_a_stay_that_ended_early_is_paid_by_half(people: People, told: Mapping[str, str]) -> None:
    one = AfterTheStay(people, told, "abans")
    for somebody in (one.visitor, one.host):
        page = somebody.act(somebody.open(one.address), "confirm_end")
    assert page.state == "ENDED"
    one.hand_in_evidence()
    page = one.report_by_visitor(actual_last_day=TODAY, actual_days="3", deviations="A machine of ours stood still.")
    assert page.state == "SUBMITTED"
    one.report_by_host(3)
    one.validate()

    page = one.visitor.open(one.payment)
    assert (page.state, HALF in page.cents()) == ("DUE", True)


@pytest.mark.parametrize(("name", "granted", "state", "cents"), [
    ("curta", {}, "WAIVED", NOTHING),
    ("tempesta", {"force_majeure": True, "force_majeure_reason": "A storm closed the airport."}, "DUE", HALF),
])  # fmt: skip
def test_under_3_days_nothing_is_paid_unless_force_majeure_is_granted(
    people: People, told: Mapping[str, str], name: str, granted: Mapping[str, Any], state: str, cents: int
) -> None:
    one = AfterTheStay(people, told, name)
    one.hand_in_evidence()
    one.report_by_visitor(actual_last_day="2026-02-17", actual_days="2", deviations="We had to leave.")
    one.report_by_host(2)
    if granted:
        address = f"{one.report}visitor/"
        page = one.contact.act(one.contact.open(address), "validate_report", {"force_majeure": True})
        assert page.codes == ["reason_missing"]
    one.validate(**granted)

    page = one.visitor.open(one.payment)
    assert (page.state, cents in page.cents()) == (state, True)
    assert one.visitor.open(one.address).state == ("ENDED" if cents else "CLOSED")


def test_a_virtual_exchange_is_closed_without_a_payment(people: People, told: Mapping[str, str]) -> None:
    one = AfterTheStay(people, told, "enlinia")
    assert one.visitor.open(one.evidence).form("upload_evidence").files == [
        "attendance", "attendance_camera",
    ]  # fmt: skip
    one.hand_in_evidence()
    one.report_by_visitor()
    one.report_by_host(3)
    one.validate()

    assert one.visitor.open(one.payment).state == "WAIVED"
    assert one.visitor.open(one.address).state == "CLOSED"


def test_what_the_bank_sends_back_goes_to_a_new_account_also_outside_sepa(
    people: People, told: Mapping[str, str]
) -> None:
    look = Look()
    inside, outside = (AfterTheStay(people, told, name) for name in ("tornada", "fora"))
    contact, coordinator = inside.contact, inside.coordinator()
    both = (inside, outside)
    coordinator.act(coordinator.open(batch_with(coordinator, inside.reference)), "make_bank_file")
    back = [Booking(one.reference, bank_reference=f"R{one.name}{RUN}", day=TODAY, comes_back="AC04") for one in both]
    assert bank_says(contact, *back).state == "IMPORTED"

    look.at(inside.visitor, "payment, returned", inside.payment)
    page = inside.visitor.open(inside.payment)
    page = inside.visitor.act(page, "correct_bank_details", {"account_holder": "Tornada", "iban": "ES00"})
    assert page.codes == ["iban_invalid"]
    look.at(inside.visitor, "payment, errors")
    for one, iban in zip(both, (IN_SEPA, OUTSIDE_SEPA), strict=True):
        account = {
            "account_holder": one.name.title(),
            "iban": iban,
            "bic": "OURBUA2XXXX" if iban == OUTSIDE_SEPA else "",
        }
        page = one.visitor.act(one.visitor.open(one.payment), "correct_bank_details", account)
        assert page.state == "DUE"
    picked = [contact.act(contact.open(one.payment), "order_payment").reference for one in both]
    page = coordinator.send(coordinator.open("/payments/?show=to-release").form("release_payment"), {"pick": picked})
    assert page.codes == []

    batch = batch_with(coordinator, inside.reference)
    coordinator.act(coordinator.open(batch), "make_bank_file")
    look.at(coordinator, "batch with an account outside SEPA", batch)
    file = coordinator.open(f"{batch}file/").body.decode()
    listed = coordinator.take_away(f"{batch}outside-sepa.csv").body.decode()
    assert (inside.reference in file, outside.reference in file) == (True, False)
    assert (IN_SEPA in file, OUTSIDE_SEPA in file) == (True, False)
    assert (OUTSIDE_SEPA in listed, IN_SEPA in listed) == (True, False)

    bank_says(contact, Booking(inside.reference, bank_reference=f"P-{RUN}", day=TODAY))
    page = contact.act(contact.open(outside.payment), "confirm_paid", {"paid_on": TODAY})
    assert page.codes == ["proof_missing"]
    page = contact.act(
        contact.open(outside.payment), "confirm_paid", {"paid_on": TODAY}, {"proof": File("proof.pdf", PAPER)}
    )
    for one in both:
        one.visitor.act(one.visitor.open(one.payment), "confirm_receipt")
        assert one.visitor.open(one.address).state == "CLOSED"
    assert (look.found, look.seen) == ([], 3)
