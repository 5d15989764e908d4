"""Contact points at work in Chromium: every kind of decision, twenty registrations by keyboard, lists of people."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from tour.page import Page
from tour.person import File, Person
from tour.play import Log, Newcomer

from clusterxchange.journeys.demonstration.people import PASSWORD, totp_secret
from tests.browser.checks import MIDDLE, NARROW, WIDE
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import LATER, LATER_WINDOW, RUN, WillingExchange
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = (NARROW, MIDDLE, WIDE)
TWENTY = 20
MOST_KEYS = 3
QUEUE = "/desk/?show=registrations"


class Applicants(WillingExchange):
    """People who register, each with what differs from the usual answers of the tour."""

    def __init__(self, demonstration: Demonstration, partnership: str) -> None:
        """Begin with nobody."""
        self.partnership, self.differing = partnership, dict[str, Mapping[str, Any]]()
        nobody = self.called("Nobody")
        super().__init__(
            demonstration.url, demonstration.accounts, Log(), LATER,
            visitor=nobody, host=nobody, format="physical", windows=LATER_WINDOW,
        )  # fmt: skip

    def called(self, first_name: str) -> Newcomer:
        """Invent somebody in Spain."""
        return Newcomer(
            f"{first_name.lower()}-{RUN}@apply.example", first_name, "Vilarrasa", f"Filats {first_name}{RUN}, S.L.",
            "ES", "Alcoi", "ES52", "es", "ATEVAL", self.partnership,
        )  # fmt: skip

    def answers(self, newcomer: Newcomer, role: str, windows: tuple[str, str]) -> dict[str, dict[str, Any]]:
        """Give the usual answers, with what differs for this test."""
        asked = "visit" if role == "both" else role
        found = super().answers(newcomer, asked, windows)
        found["organisation"]["role"] = role
        if role == "both":
            found["motivation"] |= {"offer": "Days at the loom with our team.", "places": "2"}
        for section, answers in self.differing.items():
            found[section] = {name: given for name, given in {**found[section], **answers}.items() if given is not None}
        return found

    def apply(self, first_name: str, role: str, **differing: Mapping[str, Any]) -> tuple[Person, Page]:
        """Sign somebody up and let them register."""
        self.differing = {section.replace("_", "-"): answers for section, answers in differing.items()}
        newcomer = self.called(first_name)
        somebody = self.sign_up("visiting_organisation", newcomer)
        return somebody, self.register(somebody, newcomer, role, self.windows)


def contact_point(people: People, email: str, **context: Any) -> Somebody:  # noqa: ANN401 -- what Chromium's contexts take
    """Sign in the contact point of a partnership to which nothing has happened yet."""
    remembered = people.demonstration.remembered
    if email not in remembered:
        first = people.somebody(email, widths=())
        first.sign_in(email, PASSWORD, totp_secret(email))
        remembered[email] = first.remember(people.demonstration.sessions)
    return people.somebody(email, storage_state=remembered[email], **context)


def passed(page: Page, **other: str) -> dict[str, str]:
    """Pass every line of the checklist but those named."""
    names = [name for name in page.form("accept_application").kinds if name.startswith("item_")]
    return {name: other.get(name.removeprefix("item_"), "pass") for name in names}


def press(officer: Somebody, label: str) -> Page:
    """Press one of the buttons below the checklist."""
    return officer.press(officer.tab.locator(".decide").get_by_role("button", name=label, exact=True))


CLUSTER = {
    "organisation": {"organisation_type": "cluster_organisation"},
    "cluster_and_size": {
        "people": None, "turnover_eur": None, "balance_eur": None, "cluster_membership": None, "cluster_name": None,
        "cluster_since": None, "members_total": "61", "members_smes": "40", "members_research": "3",
    },
}  # fmt: skip
AUTHORITY = {
    "organisation": {"organisation_type": "public_authority"},
    "cluster_and_size": {"people": None, "turnover_eur": None, "balance_eur": None},
}
EXCEPTION = {"cluster_and_size": {"cluster_membership": "unprofiled", "exception_reason": "Nobody else weaves hemp."}}
KINDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "Serena": ("visit", {}),
    "Clara": ("visit", CLUSTER),
    "Aurora": ("host", AUTHORITY),
}


def test_each_kind_of_organisation_is_accepted(people: People) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=WIDTHS)

    for first_name, (role, differing) in KINDS.items():
        somebody, page = applicants.apply(first_name, role, **differing)
        opened = officer.act(officer.open(page.url), "open_application")
        officer.act(opened, "accept_application", passed(opened))
        assert officer.open(page.url).state == "ACCEPTED", first_name
        assert people.sits_down(somebody, widths=WIDTHS).open(page.url).state == "ACCEPTED", first_name


def test_an_enterprise_hosts_under_the_exception_once_the_agency_has_approved(people: People) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=WIDTHS)
    somebody, page = applicants.apply("Helena", "host", **EXCEPTION)

    opened = officer.act(officer.open(page.url), "open_application")
    refused = officer.act(opened, "accept_application", passed(opened))
    assert "agency_approval_missing" in refused.codes
    officer.act(officer.open(page.url), "ask_agency")
    agency = people.signed_in("agency@demo.example", widths=WIDTHS)
    agency.act(agency.open(page.url), "approve_exception", {"reason": "Rare, and near the border."})
    officer.act(officer.open(page.url), "accept_application", passed(opened))
    assert people.sits_down(somebody, widths=()).open(page.url).state == "ACCEPTED"


def test_one_is_asked_answers_and_is_accepted_as_host_and_refused_as_visitor(people: People) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=WIDTHS)
    somebody, page = applicants.apply("Berta", "both")

    opened = officer.act(officer.open(page.url), "open_application")
    typed = passed(opened, motivation_is_concrete="ask")
    form = officer.form(opened.form("accept_application"))
    officer.fill(form, typed, {})
    officer.fill(form, {"comment_motivation_is_concrete": "Which loom do you mean?"}, {})
    shown = press(officer, "Save and see the mails")
    assert "1. Which loom do you mean?" in shown.main.text()
    press(officer, "Ask for more")

    berta = people.sits_down(somebody, widths=WIDTHS)
    asked = berta.open(page.url)
    assert asked.state == "ON_HOLD"
    assert "Question 1 is about “Motivation”" in asked.main.text()
    berta.act(asked, "resubmit_application", {"answer_1": "The wide one."})
    again = officer.act(officer.open(page.url), "open_application")
    assert "The answer: The wide one." in again.main.text()
    decided = {**passed(again), "visit_decision": "refused", "host_decision": "accepted", "note": "It visits in May."}
    officer.act(again, "accept_application", decided)
    told = berta.open(page.url)
    assert told.state == "ACCEPTED"
    assert "Your organisation is not accepted as a visiting organisation." in told.main.text()
    mail = somebody.mails()[-1]["text"]
    assert "Your organisation is accepted as a host organisation." in mail
    assert "It visits in May." in mail


def test_the_mail_that_asks_for_more_shows_the_questions_as_they_are_typed_until_somebody_edits_it(
    people: People,
) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=())
    _somebody, page = applicants.apply("Lidia", "visit")
    officer.act(officer.open(page.url), "open_application")
    letter, line = officer.tab.locator("[name=hold_letter]"), officer.tab.locator(".checks > fieldset").first
    before = letter.input_value()

    line.locator("input[value=ask]").check()
    line.locator("textarea").fill("Which line?")
    assert letter.input_value().splitlines()[1:-1] == ["1. Which line?"]
    line.locator("input[value=pass]").check()
    assert letter.input_value() == before

    letter.locator("xpath=ancestor::details/summary").click()
    letter.fill("Dear Lidia, which line?")
    line.locator("input[value=ask]").check()
    assert letter.input_value() == "Dear Lidia, which line?"


def test_one_is_refused_with_a_mail_that_was_edited_and_objects(people: People) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=WIDTHS)
    somebody, page = applicants.apply("Nadia", "visit")

    opened = officer.act(officer.open(page.url), "open_application")
    typed = {"note": "Too vague.", "refuse_letter": "We are sorry, Nadia. The plan is too vague for us."}
    officer.fill(officer.form(opened.form("accept_application")), typed, {})
    press(officer, "Refuse the registration")
    assert "We are sorry, Nadia." in somebody.mails()[-1]["text"]
    nadia = people.sits_down(somebody, widths=WIDTHS)
    objected = nadia.act(nadia.open(page.url), "object_to_refusal", {"reason": "It names two lines."})
    assert objected.state == "OBJECTED"
    support = people.signed_in("support@demo.example", widths=WIDTHS)
    support.act(support.open(page.url), "uphold_objection", {"reason": "It does."})
    assert nadia.open(page.url).state == "UNDER_ASSESSMENT"


def test_the_curriculum_vitae_stands_beside_the_checklist_once_it_is_asked_for(people: People) -> None:
    applicants = Applicants(people.demonstration, "extratex")
    officer = contact_point(people, "extratex.contact@demo.example", widths=WIDTHS)
    _somebody, page = applicants.apply("Vera", "visit")
    officer.act(officer.open(page.url), "open_application")
    tab = officer.tab
    tab.set_viewport_size({"width": WIDE, "height": 900})
    frame = tab.locator("iframe[name=document]")
    assert not frame.is_visible()

    with tab.expect_response("**/curriculum-vitae/show/") as shown:
        tab.keyboard.press("c")

    assert shown.value.status == 200
    assert shown.value.header_value("content-type") == "application/pdf"
    left, right = frame.bounding_box(), tab.locator("#checklist").bounding_box()
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    officer.look(officer.read(None))


class Keys:
    """Presses single keys and counts them."""

    def __init__(self, tab: Tab) -> None:
        """Begin at nought."""
        self.tab, self.count = tab, 0

    def press(self, key: str) -> None:
        """Press a key that stays on the page."""
        self.tab.keyboard.press(key)
        self.count += 1

    def leave(self, key: str) -> None:
        """Press a key that leads to another page."""
        with self.tab.expect_navigation(wait_until="load"):
            self.press(key)


def test_twenty_registrations_by_keyboard_alone(people: People) -> None:
    applicants = Applicants(people.demonstration, "celis")
    for number in range(TWENTY):
        applicants.apply(f"Twenty{chr(65 + number)}", "visit")
    officer = contact_point(people, "celis.contact@demo.example", widths=WIDTHS)
    officer.open(QUEUE)
    assert officer.tab.locator(".queue li").count() == TWENTY

    tab = officer.tab
    tab.set_viewport_size({"width": WIDE, "height": 900})
    Keys(tab).press("j")
    Keys(tab).leave("Enter")
    most = 0
    for number in range(TWENTY):
        Keys(tab).leave("o")  # opens it, so that it can be read
        assert tab.locator("main").get_attribute("data-state") == "UNDER_ASSESSMENT", number
        after_reading = Keys(tab)
        after_reading.press("p")
        after_reading.press("a")
        after_reading.leave("Enter")
        most = max(most, after_reading.count)

    assert most <= MOST_KEYS
    assert tab.url.endswith(QUEUE)
    assert officer.tab.locator(".queue li").count() == 0
    officer.open(QUEUE)


def test_the_keys_can_be_switched_off(people: People) -> None:
    applicants = Applicants(people.demonstration, "exxtra")
    _somebody, page = applicants.apply("Quieta", "visit")
    officer = contact_point(people, "exxtra.contact@demo.example", widths=())
    officer.act(officer.open(page.url), "open_application")
    tab = officer.tab

    tab.get_by_text("Keys on this page").click()
    tab.get_by_label("Use these keys").uncheck()
    tab.locator("h1").click()
    tab.keyboard.press("p")
    assert tab.locator(".checks input:checked").count() == 0
    tab.get_by_label("Use these keys").check()
    tab.locator("h1").click()
    tab.keyboard.press("p")
    assert tab.locator(".checks input[value=pass]:checked").count() == tab.locator(".checks > fieldset").count()


def test_the_palette_leads_to_what_waits(people: People) -> None:
    applicants = Applicants(people.demonstration, "exxtra")
    applicants.apply("Palma", "visit")
    officer = contact_point(people, "exxtra.contact@demo.example", widths=WIDTHS)
    officer.open("/how-to-take-part/")
    tab = officer.tab
    rows = tab.locator("#palette [data-waits]")
    assert rows.count() == 0
    tab.locator("button[popovertarget=account-pages]").click()
    tab.locator("#account-pages a[data-asked]").wait_for()
    tab.keyboard.press("Escape")

    tab.keyboard.press("Control+K")
    rows.first.wait_for()
    officer.look(officer.read(None))
    reference = rows.first.locator("span").last.inner_text()
    tab.keyboard.type(reference)
    assert all(reference in one.inner_text() for one in tab.locator("#palette li:visible").all())
    with tab.expect_navigation(wait_until="load"):
        tab.keyboard.press("Enter")

    assert tab.locator("main").get_attribute("data-ref") == reference


HEADER = "email;first_name;last_name;legal_name;country;organisation_type;role\n"


def a_list(rows: int, wrong: int = 0) -> File:
    """Write a list of people whom no other list names, the last of them with a fault in each row."""
    own = uuid.uuid4().hex[:6]
    lines = [f"p{at}-{own}@list.example;Iria;Souto;Liño {at} {own}, S.L.;ES;sme;visit\n" for at in range(rows)]
    lines += [f"nobody{at};;Souto;{'Ł' * 300};US;sme;dance\n" for at in range(wrong)]
    return File("people.csv", (HEADER + "".join(lines)).encode(), "text/csv")


def test_people_are_invited_from_a_list(people: People) -> None:
    officer = contact_point(people, "exxtra.contact@demo.example", widths=WIDTHS)

    empty = officer.send(officer.open("/registration/import/").form("import_list"))
    assert "file_missing" in empty.codes
    wrong = officer.send(empty.form("import_list"), files={"list": a_list(0, wrong=TWENTY)})
    assert "No row can be imported" in wrong.main.text()
    good = officer.send(officer.open("/registration/import/").form("import_list"), files={"list": a_list(TWENTY)})
    assert "20 rows can be imported" in good.main.text()
    done = officer.act(good, "confirm_import")
    assert "The list is imported" in done.main.text()
    assert officer.open("/desk/?show=applicants").status == 200


def test_the_support_office_imports_on_the_same_page(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=WIDTHS)

    page = support.open("/registration/import/")
    assert "Import participants" in page.main.text()


def test_somebody_is_invited_and_a_paper_is_recorded_and_confirmed(people: People) -> None:
    applicants = Applicants(people.demonstration, "exxtra")
    somebody, page = applicants.apply("Paula", "visit")
    officer = contact_point(people, "exxtra.contact@demo.example", widths=WIDTHS)

    empty = officer.act(officer.open("/registration/for-somebody/"), "invite_applicant")
    assert empty.codes
    typed = {
        "legal_name": f"Liño Paulino{RUN}, S.L.", "first_name": "Paulino", "last_name": "Souto",
        "email": f"paulino-{RUN}@list.example",
    }  # fmt: skip
    draft = officer.act(empty, "invite_applicant", typed)
    assert (draft.status, draft.state) == (200, "DRAFT")
    record = officer.open(f"{page.url}record-act/")
    nothing = officer.act(record, "record_act")
    assert nothing.codes
    officer.act(
        nothing, "record_act",
        {"act": "withdraw_application", "channel": "phone", "done_on": "2026-03-02", "note": "She called."},
    )  # fmt: skip
    paula = people.sits_down(somebody, widths=WIDTHS)
    paula.act(paula.open(page.url), "confirm_act")
    assert paula.open(page.url).state == "WITHDRAWN"


def test_the_assessment_works_without_a_script(people: People) -> None:
    applicants = Applicants(people.demonstration, "exxtra")
    _somebody, page = applicants.apply("Quima", "visit")
    officer = contact_point(people, "exxtra.contact@demo.example", widths=(), java_script_enabled=False)

    opened = officer.act(officer.open(page.url), "open_application")
    officer.act(opened, "accept_application", passed(opened))
    assert officer.open(page.url).state == "ACCEPTED"
