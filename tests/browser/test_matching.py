"""Finding a partner in the browser: screens 12 and 14 to 17, a group with a waiting list, in three widths."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import Demonstration, People
from tests.browser.exchanges import PreparedExchange, host_called, visitor_called
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WIDTHS = (NARROW, MIDDLE, WIDE)
# Tuesday to Thursday inside the windows of both, after the holidays of May in Portugal.
DAYS = ("2026-05-12", "2026-05-13", "2026-05-14")
BEST, LIST, GROUPS = "/matching/best/", "/matching/conversations/", "/matching/group-exchanges/"


def looked_at(somebody: Somebody, address: str) -> int:
    """Open a page, look at it in every width, and give its status."""
    response = somebody.tab.goto(urljoin(somebody.base, address))
    assert response is not None
    looked(somebody)
    return response.status


def looked(somebody: Somebody) -> str:
    """Look at the page that is open, and give its text."""
    found = faults(somebody.tab, WIDTHS, needs_banner=True)
    assert found == [], f"{somebody.tab.url}: {found}"
    return somebody.tab.inner_text("main")


def press(somebody: Somebody, action: str) -> None:
    """Press the button of the first form for an action, and wait for the page that follows."""
    with somebody.tab.expect_navigation():
        somebody.tab.locator(f"form[data-action={action}] button[type=submit]").first.click()


def accepted(demonstration: Demonstration, visitor: str, host: str) -> PreparedExchange:
    """Let a visitor and a host register and be accepted."""
    made = PreparedExchange(demonstration, visitor_called(visitor), host_called(host))
    made.bring_to_accepted()
    return made


def profile_of(somebody: Somebody, name: str) -> str:
    """Give the address of a partner's profile from the list of best matches."""
    somebody.tab.goto(urljoin(somebody.base, BEST))
    while not somebody.tab.get_by_role("link", name=name, exact=True).count():
        somebody.tab.get_by_role("link", name="Next").click()
    return str(somebody.tab.get_by_role("link", name=name, exact=True).get_attribute("href"))


def propose(somebody: Somebody, profile: str, message: str) -> str:
    """Send a proposal from a profile, and give its address."""
    somebody.tab.goto(urljoin(somebody.base, profile))
    form = somebody.tab.locator("form[data-action=send_proposal]")
    form.locator("[name=message]").fill(message)
    form.locator("[name=format][value=physical]").check()
    press(somebody, "send_proposal")
    somebody.tab.wait_for_url("**/matching/proposals/PRO-*/")
    return somebody.tab.url


def test_from_acceptance_to_the_first_list_hide_undo_and_save(people: People, demonstration: Demonstration) -> None:
    made = accepted(demonstration, "Belinda", "Nelson")
    visitor = people.sits_down(made.visitor, widths=())

    assert looked_at(visitor, BEST) == 200
    cards = visitor.tab.locator("article.match-card[data-score]")
    shown = cards.count()
    assert shown >= 1
    for place in range(shown):
        assert cards.nth(place).locator("[data-reason]:not(.not)").count() >= 3
    first = str(cards.first.get_attribute("data-ref"))

    press(visitor, "hide_organisation")
    assert "hidden" in looked(visitor)
    assert visitor.tab.locator(f"article[data-ref={first}]").count() == 0
    press(visitor, "show_organisation_again")
    visitor.tab.locator(f"article[data-ref={first}]").wait_for()

    visitor.follow(visitor.tab.locator(f"article[data-ref={first}] form[data-action=save_organisation] button"))
    looked(visitor)
    assert looked_at(visitor, "/matching/saved/") == 200
    assert visitor.tab.locator(f"article[data-ref={first}]").count() == 1
    assert looked_at(visitor, f"{BEST}how-it-is-ranked/") == 200
    # An error: an address that is nobody's.
    response = visitor.tab.goto(urljoin(visitor.base, f"{BEST}?for=PAR-2026-999999"))
    assert response is not None
    assert response.status == 404
    # Empty: whoever has hidden nobody and saved nobody.
    host = people.sits_down(made.host, widths=())
    assert looked_at(host, "/matching/saved/") == 200
    assert looked_at(host, LIST) == 200
    assert looked_at(host, "/matching/proposals/") == 200


def seats_on(somebody: Somebody) -> list[str]:
    """Give how each seat on a page stands."""
    return [str(one.get_attribute("data-seat")) for one in somebody.tab.locator("[data-seat]").all()]


def ask_first(visitor: Somebody, host: Somebody, profile: str) -> None:
    """Write to a host before any proposal, with an address too early, then without; the host answers."""
    visitor.tab.goto(urljoin(visitor.base, profile))
    visitor.follow(visitor.tab.get_by_role("link", name="Ask a question first"))
    looked(visitor)
    visitor.tab.fill("#id_text", "Call me: +34 600 000 000")
    press(visitor, "start_conversation")
    assert "Error: " in visitor.tab.title()
    looked(visitor)
    visitor.tab.fill("#id_text", "May we see the looms with recycled yarn?")
    press(visitor, "start_conversation")
    visitor.tab.wait_for_url("**/matching/conversations/CON-*/")
    looked(visitor)
    assert looked_at(host, LIST) == 200
    host.follow(host.tab.locator("main .queue a").first)
    host.tab.fill("#id_text", "Please do.")
    press(host, "say_something")
    assert "Please do." in looked(host)


def choose_days(visitor: Somebody, host: Somebody, address: str) -> None:
    """Offer days the wrong way round, then the right one; the host agrees."""
    visitor.tab.goto(address)
    looked(visitor)
    visitor.tab.fill("#id_first_day", DAYS[2])
    visitor.tab.fill("#id_last_day", DAYS[0])
    press(visitor, "offer_dates")
    assert "Error: " in visitor.tab.title()
    looked(visitor)
    visitor.tab.fill("#id_first_day", DAYS[0])
    visitor.tab.fill("#id_last_day", DAYS[2])
    press(visitor, "offer_dates")
    looked(visitor)
    host.tab.goto(address)
    assert "12 May 2026 to 14 May 2026" in looked(host)
    press(host, "accept_dates")
    looked(host)


def test_declined_proposed_again_days_chosen_and_accepted(people: People, demonstration: Demonstration) -> None:
    made = accepted(demonstration, "Carme", "Otelo")
    second = accepted(demonstration, "Delia", "Paulo")
    visitor, host, other = (people.sits_down(one, widths=()) for one in (made.visitor, made.host, second.host))
    hosts = [one.newcomers[1].legal_name for one in (made, second)]
    profile = profile_of(visitor, hosts[0])
    assert looked_at(visitor, profile) == 200
    # Empty message: told at its field.
    press(visitor, "send_proposal")
    assert "Error: " in visitor.tab.title()
    looked(visitor)

    ask_first(visitor, host, profile)
    proposal = propose(visitor, profile, "We would like to see your looms.")
    looked(visitor)
    host.tab.goto(f"{proposal}decline-proposal/")
    looked(host)
    host.tab.locator("[name=reason]").first.check()
    press(host, "decline_proposal")
    assert "Declined" in looked(host)

    again = propose(visitor, profile_of(visitor, hosts[1]), "We would like to see your looms.")
    choose_days(visitor, other, f"{again}dates/")
    other.tab.goto(f"{again}accept-proposal/")
    assert "The stay is planned for 12 May 2026 to 14 May 2026." in looked(other)
    press(other, "accept_proposal")
    assert "The match is made" in looked(other)
    visitor.tab.goto(again)
    visitor.follow(visitor.tab.get_by_role("link", name="Go to the exchange"))
    assert "/exchanges/EXC-" in visitor.tab.url


def invite(visitor: Somebody, name: str, email: str) -> str:
    """Invite a partner of a prior agreement, and give the address of the proposal."""
    visitor.tab.goto(urljoin(visitor.base, "/matching/invite/"))
    visitor.tab.fill("#id_name", name)
    visitor.tab.fill("#id_email", email)
    press(visitor, "invite_partner")
    visitor.tab.wait_for_url("**/matching/proposals/PRO-*/")
    return visitor.tab.url


def test_a_partner_of_a_prior_agreement_registers_and_accepts(people: People, demonstration: Demonstration) -> None:
    made = PreparedExchange(demonstration, visitor_called("Elisenda"), host_called("Quim"))
    made.bring_visitor_to_accepted()
    newcomer = made.newcomers[1]
    visitor = people.sits_down(made.visitor, widths=())
    assert looked_at(visitor, "/matching/invite/") == 200
    visitor.tab.fill("#id_name", "Inês Valadares")
    visitor.tab.fill("#id_email", "not an address")
    press(visitor, "invite_partner")
    assert "Error: " in visitor.tab.title()
    looked(visitor)
    invite(visitor, "Inês Valadares", f"ines-{newcomer.email}")
    assert "Invited" in looked(visitor)
    press(visitor, "withdraw_proposal")
    assert "Withdrawn" in looked(visitor)
    proposal = invite(visitor, f"{newcomer.first_name} {newcomer.last_name}", newcomer.email)

    made.bring_host_to_accepted()
    host = people.sits_down(made.host, widths=())
    assert looked_at(host, "/desk/") == 200
    host.follow(host.tab.locator(f"main a[href*='{urlsplit(proposal).path}']").first)
    assert made.newcomers[0].legal_name in looked(host)
    host.tab.goto(f"{proposal}accept-proposal/")
    looked(host)
    press(host, "accept_proposal")

    assert "The match is made" in looked(host)
    visitor.tab.goto(proposal)
    assert newcomer.legal_name in looked(visitor)
    visitor.follow(visitor.tab.get_by_role("link", name="Go to the exchange"))
    assert "/exchanges/EXC-" in visitor.tab.url


def test_a_group_exchange_with_a_waiting_list(people: People, demonstration: Demonstration) -> None:
    made, second = accepted(demonstration, "Fina", "Raul"), accepted(demonstration, "Gal", "Saul")
    first, later, host = (people.sits_down(one, widths=()) for one in (made.visitor, second.visitor, made.host))
    assert looked_at(host, GROUPS) == 200
    host.follow(host.tab.get_by_role("link", name="Offer a group exchange"))
    looked(host)
    answers = {
        "title": "Three days at the looms", "description": "We set up looms together.", "place": "Guimarães",
        "first_day": DAYS[0], "last_day": DAYS[2], "asked_until": "2026-05-01", "places": "1",
    }  # fmt: skip
    for name, answer in answers.items():
        host.tab.fill(f"#id_{name}", answer)
    press(host, "publish_programme")
    assert "Error: " in host.tab.title()
    looked(host)
    for day in DAYS:
        for half in ("morning", "afternoon"):
            host.tab.fill(f"#id_agenda_{day}_{half}", "At the looms")
    press(host, "publish_programme")
    host.tab.wait_for_url("**/group-exchanges/GRP-*/")
    looked(host)
    address = host.tab.url

    requests = []
    for somebody in (first, later):
        somebody.tab.goto(address)
        looked(somebody)
        somebody.tab.fill("#id_message", "We want to learn it.")
        press(somebody, "ask_for_seat")
        somebody.tab.wait_for_url("**/matching/proposals/PRO-*/")
        requests.append(somebody.tab.url)
    host.tab.goto(address)
    assert seats_on(host) == [
        "asked",
        "waiting",
    ]
    host.tab.goto(f"{requests[0]}accept-proposal/")
    press(host, "accept_proposal")
    host.tab.goto(address)
    assert "0 of 1 place free" in looked(host)
    assert seats_on(host) == [
        "confirmed",
        "waiting",
    ]
    host.tab.goto(requests[1])
    assert host.tab.locator("[data-action=accept_proposal][data-refusal=no_place_left]").count() == 1
    looked(host)
    host.tab.goto(f"{address}together/")
    looked(host)
    host.tab.goto(f"{address}change-programme/")
    assert re.search("the draft gets the new days and agenda", looked(host))
