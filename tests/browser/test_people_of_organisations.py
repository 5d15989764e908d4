"""The pages of an organisation's people: typical, empty and with errors, in three widths, by clicks alone."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (NARROW, MIDDLE, WIDE)
VISITOR, STRANGER, NEWCOMER = "visitor@demo.example", "stranger@demo.example", "newcomer@demo.example"


def looked_at(somebody: Somebody, address: str) -> int:
    """Open a page, look at it in every width, and give its status."""
    response = somebody.tab.goto(urljoin(somebody.base, address))
    assert response is not None
    assert faults(somebody.tab, WIDTHS, needs_banner=True) == [], address
    return response.status


def looked(somebody: Somebody) -> str:
    """Look at the page that is open, and give its text."""
    assert faults(somebody.tab, WIDTHS, needs_banner=True) == [], somebody.tab.url
    return somebody.tab.inner_text("main")


def own_page(somebody: Somebody) -> str:
    """Open the page of the first organisation for which somebody speaks, and give its address."""
    looked_at(somebody, "/organisations/")
    somebody.follow(somebody.tab.locator("main .task-list a[href^='/organisations/ORG']").first)
    return somebody.tab.url


def link_to(people: People, email: str) -> str:
    """Give the link of the newest invitation to an address, from the mails of the demonstration."""
    mails = people.somebody("post", widths=()).tab
    mails.goto(urljoin(people.demonstration.url, "/demo/mails/?format=json"))
    for _ in range(60):
        found = re.findall(r"https?://[^\s\"]+/organisations/invitations/[^\s\"/]+/", mails.content())
        if found and email in mails.content():
            return str(found[-1])
        mails.wait_for_timeout(500)
        mails.reload()
    message = f"no invitation to {email}"
    raise AssertionError(message)


def test_a_person_is_invited_joins_takes_a_case_over_and_leaves(people: People) -> None:
    visitor = people.signed_in(VISITOR, widths=WIDTHS, java_script_enabled=True)
    page = own_page(visitor)
    looked(visitor)
    visitor.tab.fill("#id_email", "nobody")
    visitor.follow(visitor.tab.get_by_role("button", name="Send the invitation"))
    assert "Error: " in visitor.tab.title()
    looked(visitor)
    visitor.tab.fill("#id_email", NEWCOMER)
    visitor.follow(visitor.tab.get_by_role("button", name="Send the invitation"))
    assert NEWCOMER in looked(visitor)

    link = link_to(people, NEWCOMER)
    anybody = people.somebody("anybody", widths=WIDTHS)
    assert looked_at(anybody, link) == 200
    assert looked_at(people.signed_in(STRANGER, widths=WIDTHS), link) == 200
    newcomer = people.signed_in(NEWCOMER, widths=WIDTHS)
    assert looked_at(newcomer, "/desk/") == 200
    assert looked_at(newcomer, "/organisations/") == 200
    assert looked_at(newcomer, link) == 200
    newcomer.follow(newcomer.tab.get_by_role("button", name="Speak for this organisation"))
    assert "Error: " in newcomer.tab.title()
    looked(newcomer)
    newcomer.tab.get_by_label("I work for this organisation.").check()
    newcomer.follow(newcomer.tab.get_by_role("button", name="Speak for this organisation"))
    assert newcomer.tab.url == page
    looked(newcomer)

    newcomer.follow(newcomer.tab.get_by_role("link", name=re.compile("^Hand over")).first)
    looked(newcomer)
    newcomer.tab.locator("#id_successor").select_option(index=1)
    newcomer.follow(newcomer.tab.get_by_role("button", name="Hand over"))
    looked(newcomer)
    visitor.tab.goto(page)
    visitor.follow(visitor.tab.get_by_role("link", name=re.compile("^Hand over")).first)
    visitor.tab.locator("#id_successor").select_option(index=1)
    visitor.follow(visitor.tab.get_by_role("button", name="Hand over"))
    looked(visitor)

    newcomer.tab.goto(page)
    newcomer.follow(newcomer.tab.get_by_role("link", name=re.compile("^Leave")))
    looked(newcomer)
    newcomer.follow(newcomer.tab.get_by_role("button", name="Leave the organisation"))
    looked(newcomer)
    assert looked_at(newcomer, "/organisations/") == 200


def test_the_profile_of_an_organisation_and_its_errors(people: People) -> None:
    somebody = people.signed_in(VISITOR, widths=WIDTHS)
    page = own_page(somebody)
    assert looked_at(somebody, f"{page}profile/") == 200
    somebody.tab.fill("#id_people", "many")
    somebody.follow(somebody.tab.get_by_role("button", name="Save the changes"))
    assert "Error: " in somebody.tab.title()
    looked(somebody)


def test_an_organisation_that_is_here_already_is_told_while_typing_and_on_saving(people: People) -> None:
    visitor = people.signed_in(VISITOR, widths=WIDTHS)
    own_page(visitor)
    name = visitor.tab.locator("h1").inner_text()
    newcomer = people.signed_in(NEWCOMER, widths=WIDTHS)
    newcomer.tab.goto(urljoin(newcomer.base, "/registration/"))
    begun = newcomer.tab.locator("main .task-list a")
    (begun if begun.count() else newcomer.tab.locator("form[data-action=start_application] button")).first.click()
    newcomer.tab.wait_for_url("**/registration/applications/*/")
    draft = newcomer.tab.url
    assert looked_at(newcomer, f"{draft}sections/organisation/") == 200
    newcomer.tab.fill("#id_legal_name", name)
    newcomer.tab.locator("#id_legal_name").blur()
    newcomer.tab.locator("#known-organisation .notice").wait_for()
    assert "An organisation with this name is here already" in looked(newcomer)
    newcomer.follow(newcomer.tab.locator("#known-organisation a"))
    assert name in looked(newcomer)
    newcomer.follow(newcomer.tab.get_by_role("button", name="Ask to join this organisation"))
    assert looked_at(newcomer, "/organisations/") == 200
    assert looked_at(visitor, "/desk/") == 200
    visitor.follow(visitor.tab.get_by_role("link", name=re.compile("Say whether")).first)
    looked(visitor)
