"""Screens 12 to 17 with as many rows as a page has, with none, and with each error, in three widths."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urljoin

import pytest
from tour.person import Person
from tour.server import own_environment

from clusterxchange.journeys.demonstration.people import PASSWORD
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import RUN
from tests.browser.somebody import Somebody, nobody_notes
from tests.browser.telling import email_of
from tests.browser.test_matching import press, seats_on
from tests.browser.test_screens_of_registration import Look

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

HOST, PLACES, ROWS = "colla", 30, 25
BEST, CATALOGUE, TALKS = "/matching/best/", "/matching/catalogue/", "/matching/conversations/"
PROPOSALS, GROUPS, SAVED = "/matching/proposals/", "/matching/group-exchanges/", "/matching/saved/"
PLANS, SECOND, PATIENCE = "/matching/plans/", 1000, 60  # milliseconds; seconds that a job may take
PRESS_YES = "document.querySelector('form[data-action=accept_proposal]')"


@pytest.fixture(scope="module")
def told(demonstration: Demonstration) -> dict[str, str]:
    """Tell a group exchange in the database of the running demonstration; give references."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browser.telling", RUN, f"group:{HOST}:{PLACES}"],
        env=own_environment(demonstration.data), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture
def look() -> Look:
    """Give somebody's eyes."""
    return Look()


def comes(people: People, name: str) -> Somebody:
    """Bring somebody of those who were told of."""
    email, known = email_of(name, RUN), people.demonstration.officers
    if email not in known:
        known[email] = Person(name, people.demonstration.url, nobody_notes)
        known[email].sign_in(email, PASSWORD, None)
    return people.sits_down(known[email], widths=())


def rows(somebody: Somebody) -> int:
    """Count the rows of the list that is open."""
    return somebody.tab.locator("main article.match-card, main .queue li").count()


@pytest.mark.usefixtures("told")
def test_lists_with_twenty_five_rows(people: People, look: Look) -> None:
    host = comes(people, HOST)

    for address in (BEST, CATALOGUE, TALKS, PROPOSALS):
        look.at(host, f"{address} of a host with many", address)
        assert rows(host) == ROWS, address
    look.at(host, "map", f"{CATALOGUE}?view=map")

    assert look.found == []


@pytest.mark.usefixtures("told")
def test_lists_with_nothing(people: People, look: Look) -> None:
    alone = comes(people, f"{HOST}alone")

    for address in (SAVED, TALKS, PROPOSALS, "/matching/searches/", f"{CATALOGUE}?q=xyzzyq"):
        look.at(alone, f"{address} of somebody new", address)
        assert rows(alone) == 0, address

    assert look.found == []


@pytest.mark.usefixtures("told")
def test_what_the_catalogue_and_a_profile_refuse(people: People, look: Look) -> None:
    alone = comes(people, f"{HOST}alone")
    look.at(alone, "nothing to compare", f"{CATALOGUE}compare/", status=422)
    alone.tab.goto(urljoin(alone.base, f"{CATALOGUE}?country=PT"))
    boxes = alone.tab.locator("input[name=with]")
    picked = [f"with={boxes.nth(place).get_attribute('value')}" for place in range(2)]
    look.at(alone, "two side by side", f"{CATALOGUE}compare/?{'&'.join(picked)}")
    look.at(alone, "one of one's own country", f"{CATALOGUE}?country=ES")
    alone.tab.locator("article[data-excluded=same_country] h3 a").first.click()
    look.at(alone, "profile of a greyed partner")
    assert alone.tab.locator("main [data-refusal=same_country]").count() == 1
    assert look.found == []


@pytest.mark.usefixtures("told")
def test_a_proposal_that_is_refused_when_it_is_sent(people: People, look: Look) -> None:
    asking = comes(people, f"{HOST}asking")
    asking.tab.goto(urljoin(asking.base, CATALOGUE))
    asking.tab.locator("article:not([data-closed]) h3 a").first.click()
    # The same page in a second tab: there the proposal has been sent already.
    other = asking.context.new_page()
    other.goto(asking.tab.url)
    for tab in (other, asking.tab):
        tab.locator("form[data-action=send_proposal] [name=message]").fill("We would like to see your looms.")
        tab.locator("form[data-action=send_proposal] [name=format][value=physical]").check()
    with other.expect_navigation():
        other.locator("form[data-action=send_proposal] button[type=submit]").click()
    other.close()
    press(asking, "send_proposal")

    look.at(asking, "a proposal that is open already")
    assert asking.tab.locator("main [data-refusal][role=alert]").count() == 1
    assert look.found == []


def test_a_conversation_and_days_that_do_not_meet(people: People, told: dict[str, str], look: Look) -> None:
    elsewhen = comes(people, f"{HOST}elsewhen")
    look.at(elsewhen, "a proposal", f"{PROPOSALS}{told['elsewhen']}/")
    look.at(elsewhen, "days without a common one", f"{PROPOSALS}{told['elsewhen']}/dates/")
    elsewhen.tab.goto(urljoin(elsewhen.base, TALKS))
    elsewhen.tab.locator("main .queue a").first.click()
    look.at(elsewhen, "a conversation")
    elsewhen.tab.fill("#id_text", "Write to colla@after.example")
    press(elsewhen, "say_something")
    look.at(elsewhen, "an address in a message")
    assert "Error: " in elsewhen.tab.title()
    assert look.found == []


def test_a_group_its_guests_and_many_texts_at_once(people: People, told: dict[str, str], look: Look) -> None:
    host = comes(people, HOST)
    group = f"{GROUPS}{told['programme']}/"
    look.at(host, "list of groups", GROUPS)
    look.at(host, "a group with thirty seats", group)
    look.at(host, "a guest", f"{group}add-guest/")
    press(host, "name_guests")
    look.at(host, "a guest without a name")
    assert "Error: " in host.tab.title()
    look.at(host, "a change", f"{group}change-programme/")

    look.at(host, "texts to agree to and to sign", f"{group}together/")
    sign = host.tab.locator("form", has=host.tab.locator("input[name=password]"))
    agree = host.tab.locator("form", has=host.tab.locator("input[name=action][value=agree_commitment]"))
    sign.locator("[name=pick]").first.check()
    sign.locator("[name=password]").fill("not this one")
    with host.tab.expect_navigation():
        sign.locator("button[type=submit]").click()
    look.at(host, "a wrong password")
    assert host.tab.locator("[data-error=password_wrong]").count() >= 1
    agree.locator("[name=pick]").first.check()
    with host.tab.expect_navigation():
        agree.locator("button[type=submit]").click()
    look.at(host, "what came of it")
    assert host.tab.get_by_text("Done", exact=True).count() == 1
    assert look.found == []


def test_the_thirtieth_place_of_a_group_goes_to_one_of_two_at_once(
    people: People, told: dict[str, str], look: Look
) -> None:
    both = []
    for seat in (told["free"], told["last"]):
        speaker = Person(seat, people.demonstration.url, nobody_notes)
        speaker.sign_in(email_of(HOST, RUN), PASSWORD, None)
        both.append(people.sits_down(speaker, widths=()))
        both[-1].tab.goto(urljoin(people.demonstration.url, f"{PROPOSALS}{seat}/accept-proposal/"))

    with both[0].tab.expect_navigation(), both[1].tab.expect_navigation():
        for somebody in both:
            somebody.tab.evaluate(f"() => setTimeout(() => {PRESS_YES}.requestSubmit())")

    refused = [somebody.tab.locator("main [data-refusal=no_place_left][role=alert]").count() for somebody in both]
    assert sorted(refused) == [0, 1]
    look.at(both[refused.index(1)], "no place left")
    assert "The match is made" in both[refused.index(0)].tab.inner_text("main")
    look.at(both[0], "a full group", f"{GROUPS}{told['programme']}/")
    assert seats_on(both[0]) == ["confirmed"] * PLACES + ["waiting"]
    assert look.found == []


@pytest.mark.usefixtures("told")
def test_a_plan_for_the_programme_from_asking_to_a_pair_that_is_suggested(people: People, look: Look) -> None:
    support = people.signed_in("support@demo.example", widths=())
    look.at(support, "plans", PLANS)
    press(support, "ask_for_plan")
    for _ in range(PATIENCE):
        if support.tab.locator("main[data-state=MADE]").count():
            break
        support.tab.wait_for_timeout(SECOND)
        support.tab.reload()
    pairs = support.tab.locator("article[data-pair]")
    assert 1 <= pairs.count() <= ROWS
    look.at(support, "a plan with pairs")

    sentence = support.tab.locator("form[data-action=confirm_suggestion] [name=message]").first
    sentence.fill("x" * 5000)
    press(support, "confirm_suggestion")
    look.at(support, "a pair, errors")
    sentence.fill("Both of you spin recycled cotton.")
    before = support.tab.locator("form[data-action=confirm_suggestion]").count()
    press(support, "confirm_suggestion")
    look.at(support, "a pair that is suggested")

    assert support.tab.locator("form[data-action=confirm_suggestion]").count() == before - 1
    assert look.found == []
