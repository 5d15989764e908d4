"""Desk, work queue, exchange, figures and every page of the support office: typical, empty and with errors.

Three widths each, judged by axe and by the rules for every screen; the header stands in one row where there is room.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.browser.checks import WIDE
from tests.browser.conftest import People
from tests.browser.somebody import Somebody
from tests.browser.test_registration_form import PASSWORD, newcomer
from tests.browser.test_screens_of_registration import Look, quiet

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

OFFICE, MEMBER = "support@demo.example", "visitor.contact@demo.example"
LOST = "/support/search/?q=zzzzzz"


@pytest.fixture
def look() -> Look:
    """Give somebody's eyes."""
    return Look()


def office(people: People) -> Somebody:
    return people.signed_in(OFFICE, widths=())


def test_desks_queues_and_an_exchange_under_way(people: People, look: Look) -> None:
    visitor, support = people.signed_in("visitor@demo.example", widths=()), office(people)
    look.at(visitor, "desk", "/desk/")
    look.at(visitor, "exchanges", "/exchanges/")
    look.at(support, "queue", "/desk/")
    look.at(support, "queue, nothing of this kind", "/desk/?show=objections")
    look.at(support, "queue, what waits for others", "/desk/?show=waiting")
    own = support.open("/exchanges/").link("/exchanges/EXC-")
    look.at(support, "exchange of others", own)
    look.at(
        support,
        "one case to another partnership",
        f"/support/cases/{own.rstrip('/').rpartition('/')[2]}/reassign-case/",
    )
    look.at(support, "unknown exchange", "/exchanges/EXC-2026-999999/", status=404)

    assert (look.found, look.seen) == ([], 8)


def test_figures_with_something_and_without(people: People, look: Look) -> None:
    support = office(people)
    for page in (
        "",
        "?as_of=2020-01-01",
        "?as_of=soon",
        "exchanges/",
        "exchanges/?state=CANCELLED",
        "overdue/",
        "away/",
    ):
        look.at(support, f"figures, {page}", f"/figures/{page}")

    assert (look.found, look.seen) == ([], 7)


def test_everything_with_search(people: People, look: Look) -> None:
    support = office(people)
    for page in (
        "", "search/", "search/?q=a", "search/?kind=organisations", "search/?q=a&kind=people", "people/",
        "people/?q=zzzzzz", "double-visits/", "disputes/", "questions/", "partnerships/",
    ):  # fmt: skip
        look.at(support, f"support, {page}", f"/support/{page}")
    look.at(support, "search that finds nothing", LOST)
    look.at(support, "kind that has nothing", f"{LOST}&kind=exchanges")

    assert (look.found, look.seen) == ([], 13)


def test_people_of_the_offices_with_a_change_and_its_errors(people: People, look: Look) -> None:
    support, own = office(people), "/support/offices/"
    look.at(support, "people of the offices", own)
    support.act(support.open(own), "propose_appointment", {"email": "", "reason": ""})
    look.at(support, "people of the offices, errors")
    support.open(own)
    end = str(support.tab.locator("tr[data-email='agency@demo.example'] a").get_attribute("href"))
    look.at(support, "end of a role", end)
    waits = support.act(support.open(end), "propose_removal", {"reason": "Moves on."})
    look.at(support, "a change that waits")
    look.at(support, "people of the offices, something waits", own)
    support.act(support.open(waits.url), "withdraw_office_change", {})

    assert (look.found, look.seen) == ([], 5)


def test_two_entries_and_announcements_with_their_errors(people: People, look: Look) -> None:
    support = office(people)
    look.at(support, "two entries, empty or not", "/support/duplicates/")
    support.open("/support/search/?kind=organisations")
    links = support.tab.locator(".queue a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    references = [str(link).rstrip("/").rpartition("/")[2] for link in links]
    compared = f"/support/duplicates/compare/?kept={references[0]}&merged="
    look.at(support, "two that can be compared", f"{compared}{references[1]}")
    look.at(support, "one with itself", f"{compared}{references[0]}")
    page = support.open("/support/announcements/")
    look.at(support, "announcements")
    support.act(page, "publish_announcement", {"text_en": "", "first_day": "2026-03-09", "last_day": "2026-03-02"})
    look.at(support, "announcements, errors")
    support.act(
        support.open("/support/announcements/"),
        "publish_announcement",
        {
            "text_en": "The office is closed on Friday.", "text_pl": "Biuro w piątek nieczynne.",
            "audience": "everybody", "first_day": "2026-03-02", "last_day": "2030-03-02",
        },
    )  # fmt: skip
    look.at(support, "announced")
    look.at(support, "queue with an announcement", "/desk/")
    support.act(support.open("/support/announcements/"), "withdraw_announcement", {})

    assert (look.found, look.seen) == ([], 7)


def test_a_partnership_joins_is_suspended_and_leaves(people: People, look: Look) -> None:
    support, own = office(people), "/support/partnerships/"
    page = support.open(f"{own}admit-partnership/")
    look.at(support, "admit")
    support.act(page, "admit_partnership", {"acronym": "", "title": "", "email": "nobody"})
    look.at(support, "admit, errors")
    page = support.open(f"{own}cloth/suspend-partnership/")
    look.at(support, "suspend")
    support.act(page, "suspend_partnership", {"reason": ""})
    look.at(support, "suspend, errors")
    look.at(support, "leave", f"{own}cloth/end-partnership/")
    look.at(support, "leave, with another one", f"{own}clamtex/end-partnership/?partnership=cloth")
    look.at(support, "leave, with one that is not there", f"{own}clamtex/end-partnership/?partnership=nothing")

    assert (look.found, look.seen) == ([], 7)


def test_rules_texts_journal_and_health(people: People, look: Look) -> None:
    support = office(people)
    for page in ("scheme/", "scheme/editions/demonstration/", "health/"):
        look.at(support, f"support, {page}", f"/support/{page}")
    for part in ("mail-texts", "terms"):
        look.at(support, f"rules, {part}", f"/support/scheme/editions/demonstration/versions/1/parts/{part}/")
    look.at(support, "own data", "/my-data/")
    look.at(support, "preferences", "/desk/preferences/")
    look.at(support, "import of rules, nothing handed in", "/support/scheme/")
    look.at(quiet(people), "nobody sees it", "/support/health/")

    assert (look.found, look.seen) == ([], 9)


@contextmanager
def gone_wrong(people: People) -> Iterator[None]:
    """Let a job be given up, mail come back and two entries share a tax number: no screen brings that about."""
    note = json.loads((people.demonstration.data / "server.json").read_text(encoding="utf-8"))
    number_of = "update organisations_organisation set folded_vat_number = %s where id = %s"
    with psycopg.connect(note["database_url"], autocommit=True) as database:
        pair = database.execute(
            "select folded_vat_number, id from organisations_organisation order by id limit 2"
        ).fetchall()
        with database.transaction():
            database.execute(
                "insert into procrastinate_jobs (queue_name, task_name) values"
                " ('nobody', 'clusterxchange.workflow.jobs.send_notice')"
            )
            database.execute("update procrastinate_jobs set status = 'failed' where queue_name = 'nobody'")
            database.execute(
                "insert into workflow_undeliverablemail (address, reason, is_permanent, count, first_at, last_at)"
                " values ('gone@partner.example', 'no such user', true, 2, now(), now())"
            )
            for _number, entry in pair:
                database.execute(number_of, ["ESB00000000", entry])
        try:
            yield
        finally:
            for own in pair:
                database.execute(number_of, own)
            database.execute("delete from workflow_undeliverablemail where address = 'gone@partner.example'")
            database.execute("delete from procrastinate_jobs where queue_name = 'nobody'")


def test_health_and_double_entries_with_something_to_look_after(people: People, look: Look) -> None:
    support = office(people)
    with gone_wrong(people):
        look.at(support, "health, a failed job and mail that came back", "/support/health/")
        assert support.tab.locator("form[data-action=retry_failed_job]").count() == 1
        assert "gone@partner.example" in support.tab.locator("main").inner_text()
        look.at(support, "two entries", "/support/duplicates/")
        assert support.tab.get_by_role("heading", name="Same value added tax number").count() == 1

    assert (look.found, look.seen) == ([], 2)


def test_disputes_with_a_payment_that_is_stopped(people: People, look: Look) -> None:
    support = office(people)
    support.open("/support/search/?kind=payments")
    links = support.tab.locator(".queue a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    page = next(
        page for page in map(support.open, links) if support.tab.locator("form[data-action=block_payment]").count()
    )
    support.act(page, "block_payment", {"reason": "The days on the ticket are others."})
    look.at(support, "disputes, one payment", "/support/disputes/")
    assert support.tab.locator("main tr[data-ref]").count() == 1
    page = support.open(str(support.tab.locator("main tr[data-ref] a").get_attribute("href")))
    support.act(page, "unblock_payment", {"reason": "The ticket was changed."})

    assert (look.found, look.seen) == ([], 1)


def test_journal_and_data_requests(people: People, look: Look) -> None:
    support, own = office(people), "/support/journal/"
    look.at(support, "journal", own)
    support.follow(support.tab.get_by_role("link", name="Older"))
    look.at(support, "journal, older")
    support.follow(support.tab.get_by_role("link", name="Newer"))
    support.tab.fill("#id_case", "EXC-2026-999999")
    support.follow(support.tab.get_by_role("button", name="Search the journal"))
    look.at(support, "journal, nothing found")
    support.tab.fill("#id_first_day", "2026-03-09")
    support.tab.fill("#id_last_day", "2026-03-02")
    support.follow(support.tab.get_by_role("button", name="Search the journal"))
    look.at(support, "journal, errors")
    support.open(own)
    support.follow(support.tab.locator("tr[data-entry] th a").first)
    look.at(support, "entry")
    look.at(support, "unknown entry", f"{own}999999999/", status=404)
    look.at(support, "data requests, empty or not", "/support/data-requests/")
    look.at(support, "data requests, exchanges forgotten", "/support/data-requests/?sort=case")
    leaving = newcomer(people)
    leaving.open("/my-data/erase/")
    leaving.tab.fill("#id_password", PASSWORD)
    leaving.follow(leaving.tab.get_by_role("button", name="Continue"))
    leaving.tab.locator("#id_confirmed").check()
    leaving.follow(leaving.tab.get_by_role("button", name="Erase my account"))
    look.at(support, "data requests, an erasure", "/support/data-requests/?sort=erasure")
    assert support.tab.locator("main tbody tr").count() >= 1

    assert (look.found, look.seen) == ([], 9)


def test_mail_reminders_and_the_tool_as_somebody_sees_it(people: People, look: Look) -> None:
    support, member = office(people), people.signed_in(MEMBER, widths=())
    look.at(member, "mail that comes back", "/desk/undeliverable-mail/")
    look.at(member, "outbox", "/partnerships/clamtex/own/outbox/")
    look.at(support, "rules, agreements", "/support/scheme/editions/demonstration/versions/1/parts/agreements/")
    look.at(support, "what is behind a sum", "/figures/behind/money/?part=paid")
    look.at(support, "behind a number that is none any more", "/figures/behind/ratings/?rated=weather")
    support.open("/desk/?show=waiting")
    support.tab.locator("input[name=pick]").first.check()
    support.follow(support.tab.locator("button[name=together][value=remind]"))
    look.at(support, "reminders before they go")
    support.open("/support/people/?q=visitor@demo")
    support.follow(support.tab.locator('a[href$="/view-as/"]').first)
    look.at(support, "before looking as somebody")
    support.follow(support.tab.locator("main form button[type=submit]"))
    look.at(support, "desk as somebody sees it")
    support.follow(support.tab.locator('form[action$="/view-as/end/"] button'))

    assert (look.found, look.seen) == ([], 8)


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("email", [OFFICE, MEMBER])
def test_the_ways_of_a_page_stand_in_one_row_where_there_is_room(people: People, email: str, language: str) -> None:
    somebody = people.signed_in(email, widths=())
    somebody.tab.context.add_cookies([{"name": "django_language", "value": language, "url": somebody.base}])
    for width in (1120, WIDE, 1439, 1440):
        somebody.tab.set_viewport_size({"width": width, "height": 900})
        somebody.tab.goto(f"{somebody.base}/desk/")

        rows = somebody.tab.locator(".site-nav a").evaluate_all(
            "all => new Set(all.map((one) => Math.round(one.getBoundingClientRect().top))).size"
        )

        assert rows == 1, f"{width} px, {language}: {rows} rows"
