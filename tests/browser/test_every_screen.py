"""Every screen that somebody reaches from the desk, in typical, empty and error state, in three widths."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest

from tests.browser.checks import MIDDLE, NARROW, WIDE
from tests.browser.conftest import People
from tests.browser.somebody import NUMBERS, Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (NARROW, MIDDLE, WIDE)
MOST_PAGES = 60
MOST_OF_A_KIND = 2  # two cases of one kind often stand in two states
NO_SCREENS = re.compile(
    r"/(sign-out|static|files?|document|proof|curriculum-vitae|permit-document|calendar|admin)/|\.(csv|xlsx|pdf|json|svg|ics)$|/file/"
)
# These say to whoever may not see them yet how they open.
OPEN_LATER = {"/matching/best/", "/matching/catalogue/", "/matching/group-exchanges/"}
ACRONYM = re.compile(r"(?<=^/partnerships/)[^/]+")
PUBLIC = (
    "/", "/how-to-take-part/", "/eligibility/", "/amount/", "/partnerships/", "/help/", "/privacy/", "/accessibility/",
    "/random-checks/", "/sign-in/", "/sign-up/", "/account/password/reset/", "/demo/", "/demo/mails/", "/unknown/",
)  # fmt: skip


def walk(somebody: Somebody) -> int:
    """Follow links from the desk, a few of each kind; give how many pages were opened."""
    waiting, known, opened = ["/desk/"], {"/desk/"}, 0
    kinds: Counter[str] = Counter()
    while waiting and opened < MOST_PAGES:
        path = waiting.pop(0)
        kind = ACRONYM.sub("P", NUMBERS.sub("N", path))
        if kinds[kind] >= MOST_OF_A_KIND:
            continue
        kinds[kind] += 1
        page = somebody.open(path)
        opened += 1
        allowed = {200, 403} if path in OPEN_LATER else {200}
        assert page.status in allowed, f"{somebody.name} at {path}: {page.status}"
        if path.startswith("/demo/"):  # the mails there link to what others may see
            continue
        for link in page.root.all("a"):
            address = urlsplit(urljoin(page.url, link.attributes.get("href", "")))
            if (
                address.netloc == urlsplit(page.url).netloc
                and address.path not in known
                and not NO_SCREENS.search(address.path)
            ):
                known.add(address.path)
                waiting.append(address.path)
    return opened


@pytest.mark.parametrize(
    "email", ["visitor@demo.example", "visitor.contact@demo.example", "support@demo.example", "newcomer@demo.example"]
)
def test_each_screen_that_is_reached_from_the_desk(people: People, email: str) -> None:
    opened = walk(people.signed_in(email, widths=WIDTHS))

    assert opened >= 10


def test_public_screens(people: People) -> None:
    somebody = people.somebody("anybody", widths=WIDTHS)

    statuses = {path: somebody.open(path).status for path in PUBLIC if not path.startswith("/demo/mails")}

    assert {path for path, status in statuses.items() if status != 200} == {"/unknown/"}


def test_wrong_answers_at_the_door(people: People) -> None:
    somebody = people.somebody("anybody", widths=WIDTHS)
    page = somebody.open("/sign-in/")
    page = somebody.send(page.form("sign-in"), {"login": "nobody@demo.example", "password": "wrong"})
    assert page.codes
    page = somebody.send(somebody.open("/sign-up/").only_form(), {"email": "no address", "password1": "1"})
    assert page.codes


def test_wrong_answers_in_a_proposal(people: People) -> None:
    visitor = people.signed_in("visitor@demo.example", widths=WIDTHS)
    best = visitor.open("/matching/best/")
    page = visitor.open(best.link("/matching/organisations/"))

    page = visitor.act(page, "send_proposal", {"message": ""})

    assert page.status == 422
    assert "message_missing" in page.codes


def test_nothing_found(people: People) -> None:
    visitor = people.signed_in("visitor@demo.example", widths=WIDTHS)

    for address in ("/matching/catalogue/?q=zzzzzz", "/search/?q=zzzzzz", "/exchanges/", "/matching/proposals/"):
        assert visitor.open(address).status == 200, address
