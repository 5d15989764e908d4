"""The figures in Chromium: every page in three widths, and a number followed to its list."""

from __future__ import annotations

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE
from tests.browser.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (NARROW, MIDDLE, WIDE)
PAGES = ("", "countries/", "ratings/", "overdue/", "away/", "exchanges/", "?as_of=2026-02-01", "exchanges/?state=LOST")


@pytest.mark.parametrize("email", ["support@demo.example", "visitor.coordinator@demo.example"])
def test_each_page_of_the_figures(people: People, email: str) -> None:
    somebody = people.signed_in(email, widths=WIDTHS)

    statuses = {page: somebody.open(f"/figures/{page}").status for page in PAGES}

    assert set(statuses.values()) == {200}


def test_a_number_leads_to_its_list(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=())
    support.open("/figures/")
    number = support.tab.get_by_role("row", name="In preparation").get_by_role("link")
    written = number.text_content() or ""

    support.follow(number)

    behind = support.tab.locator(".task-list > li").count()
    while (further := support.tab.get_by_role("link", name="Next", exact=True)).count():
        support.follow(further)
        behind += support.tab.locator(".task-list > li").count()
    assert behind == int(written.split()[0])


def test_an_empty_list_says_why(people: People) -> None:
    support = people.signed_in("support@demo.example", widths=WIDTHS)

    # Nobody is paid for a stay in their own country, whoever else plays here.
    page = support.open("/figures/exchanges/?from=ES&to=ES")

    assert "No exchange is behind this number" in page.root.text()
