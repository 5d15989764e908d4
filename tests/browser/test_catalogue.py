"""The catalogue in Chromium: search, filter, read a profile, come back to the same place; map, comparison, mistakes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.checks import MIDDLE, NARROW, WIDE, faults
from tests.browser.conftest import People

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (NARROW, MIDDLE, WIDE)
CATALOGUE = "/matching/catalogue/"
TYPICAL, EMPTY, MISTAKEN = CATALOGUE, f"{CATALOGUE}?q=xyzzyq", f"{CATALOGUE}?q=%21%21%21&after=forged"


def test_who_searches_and_reads_a_profile_comes_back_to_the_same_place(people: People) -> None:
    ana = people.signed_in("visitor@demo.example", widths=())
    tab = ana.tab
    ana.open(CATALOGUE)
    everybody = tab.locator("article.match-card").count()
    last = tab.locator("article.match-card h3 a").last
    name = last.inner_text()
    word = max(re.findall(r"\w+", name), key=len)

    tab.get_by_label("Words").fill(word)
    tab.get_by_role("button", name="Show results").click()
    expect(tab.get_by_role("status").filter(has_text="organisation")).to_contain_text("of")
    assert 1 <= tab.locator("article.match-card").count() < everybody
    tab.get_by_role("link", name=re.compile("Remove this filter")).first.click()
    expect(tab.locator("article.match-card")).to_have_count(everybody)

    tab.locator("summary").filter(has_text="Country").click()
    tab.locator("input[name=country]").first.check()
    tab.get_by_role("button", name="Show results").click()
    tab.wait_for_url(re.compile("country="))
    narrowed, address = tab.locator("article.match-card").count(), tab.url
    profile = tab.locator("article.match-card h3 a").last
    profile.scroll_into_view_if_needed()
    profile.click()
    tab.wait_for_url(re.compile("/matching/organisations/"))
    tab.go_back()
    assert (tab.url, tab.locator("article.match-card").count()) == (address, narrowed)
    expect(tab.locator("article.match-card h3 a").last).to_be_in_viewport()


def test_filters_outlive_signing_out_and_in_again(people: People) -> None:
    account = people.demonstration.accounts["host@demo.example"]
    bram = people.somebody("host", widths=())
    bram.tab.goto(f"{people.demonstration.url.rstrip('/')}{CATALOGUE}?format=physical&within=2000")

    bram.tab.locator("#id_login").fill(account["email"])
    bram.tab.locator("#id_password").fill(account["password"])
    bram.tab.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()

    bram.tab.wait_for_url(re.compile(r"/matching/catalogue/\?format=physical&within=2000"))
    assert bram.tab.locator("a.chip").count() == 2


def test_two_are_ticked_and_compared(people: People) -> None:
    ana = people.signed_in("visitor@demo.example", widths=WIDTHS)
    ana.open(CATALOGUE)
    names = [one.inner_text() for one in ana.tab.locator("article.match-card h3 a").all()[:2]]
    for box in ana.tab.locator("input[name=with]").all()[:2]:
        box.check()

    ana.press(ana.tab.get_by_role("button", name="Compare those ticked"))

    assert [one.inner_text() for one in ana.tab.locator("thead th a").all()] == names


@pytest.mark.parametrize("address", [TYPICAL, EMPTY, MISTAKEN, f"{CATALOGUE}?view=map", "/matching/searches/"])
def test_the_catalogue_is_sound_with_rows_without_any_and_with_a_mistake(people: People, address: str) -> None:
    ana = people.signed_in("visitor@demo.example", widths=())

    ana.open(address)

    assert faults(ana.tab, WIDTHS) == []
