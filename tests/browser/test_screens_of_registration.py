"""Doors, help, desks, decisions, the work queue and the assessment: typical with twenty rows, empty and with errors.

Landing page, check and directory stand in test_public_face.py, the parts of the form in test_registration_form.py.
"""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from tour.person import File

from clusterxchange.journeys.demonstration.people import PASSWORD
from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People
from tests.browser.exchanges import RUN
from tests.browser.somebody import Somebody
from tests.browser.test_assessing import Applicants, a_list, contact_point, passed, press
from tests.browser.test_registration_form import newcomer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = (NARROW, MIDDLE, WIDE)
TWENTY = 20
HELPING = (
    "/accessibility/", "/privacy/", "/help/", "/brochures/", "/check-document/", "/registration/", "/manual/",
    "/manual/contact-point/", "/manual/contact-point/payment/",
)  # fmt: skip
# Partnerships of the demonstration to which nothing has happened, each for one test.
MANY, ONE, NONE = "smart4nzeb", "cloth", "medicnest"


class Look:
    """Looks at each state of each screen once: one load, three widths."""

    def __init__(self) -> None:
        """Begin with nothing found."""
        self.found: list[str] = []
        self.seen = 0

    def at(self, somebody: Somebody, what: str, address: str = "", *, status: int = 200) -> None:
        """Open an address, or stay on the page that is open, and keep what is wrong with it."""
        if address:
            answer = somebody.tab.goto(urljoin(somebody.base, address))
            assert answer is not None
            assert answer.status == status, f"{what}: {answer.status}"
        self.seen += 1
        is_refusal = status in {403, 404, 429}
        self.found += [f"{what}: {one}" for one in faults(somebody.tab, WIDTHS, is_refusal=is_refusal)]
        somebody.tab.set_viewport_size({"width": WIDE, "height": 900})


@pytest.fixture
def look() -> Look:
    """Give somebody's eyes."""
    return Look()


def quiet(people: People, name: str = "anybody") -> Somebody:
    """Bring somebody whose pages are looked at by hand."""
    return people.somebody(name, widths=())


def test_the_doors_and_what_helps(people: People, look: Look) -> None:
    anybody = quiet(people)
    for address in ("/sign-up/", "/sign-in/", *HELPING):
        look.at(anybody, address, address)
    anybody.send(anybody.open("/sign-up/").only_form(), {"email": "no address", "password1": "1"})
    look.at(anybody, "sign up, errors")
    anybody.send(anybody.open("/sign-in/").form("sign-in"), {"login": "nobody@demo.example", "password": "wrong"})
    look.at(anybody, "sign in, errors")
    login = {"login": f"{ONE}.contact@demo.example", "password": PASSWORD}
    asked = anybody.send(anybody.open("/sign-in/").form("sign-in"), login)
    look.at(anybody, "second factor")
    anybody.send(asked.form("two-factor/authenticate"), {"code": "000000"})
    look.at(anybody, "second factor, errors")
    anybody.send(anybody.open("/check-document/").only_form(), files={"file": File("no.pdf", b"no", "application/pdf")})
    look.at(anybody, "check a document, errors")

    assert (look.found, look.seen) == ([], 16)


def test_desks_of_people_with_nothing_and_with_something(people: People, look: Look) -> None:
    new = newcomer(people)
    look.at(new, "desk, empty", "/desk/")
    look.at(new, "own organisations, empty", "/organisations/")
    look.at(people.signed_in("visitor@demo.example", widths=()), "desk", "/desk/")
    look.at(people.signed_in("host@demo.example", widths=()), "desk of a host", "/desk/")
    look.at(new, "unknown registration", "/registration/applications/APP-2026-999999/", status=404)

    assert (look.found, look.seen) == ([], 5)


def test_the_work_queue_empty_with_twenty_rows_and_with_errors(people: People, look: Look) -> None:
    officer = contact_point(people, f"{NONE}.contact@demo.example", widths=())
    for shown in ("", "?show=registrations", "?show=applicants"):
        look.at(officer, f"queue, empty, {shown}", f"/desk/{shown}")
    look.at(officer, "queue, unknown filter", "/desk/?show=nothing")
    officer = contact_point(people, f"{MANY}.contact@demo.example", widths=())
    page = officer.send(officer.open("/registration/import/").form("import_list"), files={"list": a_list(TWENTY)})
    officer.act(page, "confirm_import")
    look.at(officer, "queue, twenty rows", "/desk/?show=applicants")
    assert officer.tab.locator(".queue li").count() == TWENTY
    look.at(officer, "search that finds nothing", "/search/?q=zzzzzz")
    look.at(people.signed_in("support@demo.example", widths=()), "queue of the support office", "/desk/")

    assert (look.found, look.seen) == ([], 7)


def test_an_assessment_and_each_decision_as_both_sides_see_them(people: People, look: Look) -> None:
    officer = contact_point(people, f"{ONE}.contact@demo.example", widths=())
    applicants = Applicants(people.demonstration, ONE)
    person, page = applicants.apply("Adela", "both")
    applicant = people.sits_down(person, widths=())
    look.at(officer, "registration, unopened", page.url)
    look.at(officer, "queue, one row", "/desk/?show=registrations")
    officer.send(officer.open("/desk/?show=registrations").form("together"))
    look.at(officer, "queue, nothing chosen")

    opened = officer.act(officer.open(page.url), "open_application")
    look.at(officer, "assessment")
    officer.act(opened, "accept_application")
    look.at(officer, "assessment, errors")
    officer.open(page.url)
    press(officer, "Ask for more")
    look.at(officer, "assessment, no question")
    press(officer, "Refuse the registration")
    look.at(officer, "assessment, no reason")
    form = officer.form(officer.open(page.url).form("accept_application"))
    officer.fill(form, {**passed(opened, language="ask"), "comment_language": "Which languages?"}, {})
    press(officer, "Ask for more")

    look.at(applicant, "on hold", page.url)
    held = applicant.open(page.url)
    applicant.act(held, "resubmit_application", {"answer_1": ""})
    look.at(applicant, "on hold, errors")
    applicant.act(applicant.open(page.url), "resubmit_application", {"answer_1": "English."})
    again = officer.act(officer.open(page.url), "open_application")
    look.at(officer, "assessment with an answer")
    decided = {**passed(again), "visit_decision": "refused", "host_decision": "accepted", "note": "It visits in May."}
    officer.act(again, "accept_application", decided)
    look.at(applicant, "accepted as host, refused as visitor", page.url)

    person, page = applicants.apply(f"Blai{RUN[:1]}", "visit")
    applicant = people.sits_down(person, widths=())
    opened = officer.act(officer.open(page.url), "open_application")
    officer.fill(officer.form(opened.form("accept_application")), {"note": "Too vague."}, {})
    press(officer, "Refuse the registration")
    look.at(applicant, "refused", page.url)
    applicant.act(applicant.open(page.url), "object_to_refusal", {"reason": ""})
    look.at(applicant, "refused, errors")
    applicant.act(applicant.open(page.url), "object_to_refusal", {"reason": "It names two lines."})
    look.at(applicant, "objection made", page.url)

    assert (look.found, look.seen) == ([], 14)


def test_what_a_person_and_an_organisation_say_of_themselves(people: People, look: Look) -> None:
    applicants = Applicants(people.demonstration, ONE)
    person, _page = applicants.apply("Cinta", "visit")
    somebody = people.sits_down(person, widths=())
    own = somebody.open("/organisations/").link("/organisations/ORG-")
    for part in ("", "own-place/", "profile/"):
        look.at(somebody, f"organisation, {part}", f"{own}{part}")
    somebody.send(somebody.open(f"{own}own-place/").form("edit_place"), {"position": "", "phone": "call me"})
    look.at(somebody, "about a person, errors")

    assert (look.found, look.seen) == ([], 4)
