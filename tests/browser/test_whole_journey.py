"""A physical exchange from two sign-ups to closed, each party in a Chromium of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tour.person import Person
from tour.play import SECONDS_FOR_SIGNATURES, Log, expect, part

from tests.browser.conftest import Demonstration, People, running_demonstration
from tests.browser.exchanges import EXPECTED, WillingExchange, host_called, visitor_called
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WINDOW = ("2026-04-01", "2026-04-30")
HALF_A_YEAR_LATER = "2026-11-16T10:00:00+01:00"
SECONDS_FOR_DEADLINES, NOT_THERE = 180, 404


class ExchangeInChromium(WillingExchange):
    """The exchange that the tour plays, seen on a screen."""

    def __init__(self, people: People) -> None:
        """Begin with nobody signed in."""
        self.people = people
        shown = people.demonstration
        super().__init__(
            shown.url, shown.accounts, Log(), EXPECTED,
            visitor=visitor_called("Nuria"), host=host_called("Vasco"), format="physical", windows=WINDOW,
        )  # fmt: skip

    def person(self, party: str, name: str) -> Person:
        """Give somebody a Chromium of their own."""
        self.log.parties[name] = party
        return self.people.somebody(name, self.log.note)

    def keep(self, somebody: Person, address: str, path: Path, signatures: int) -> None:
        """Download a document once its signatures stand in it."""
        assert isinstance(somebody, Somebody)
        until = time.monotonic() + SECONDS_FOR_SIGNATURES
        found = 0
        while found != signatures and time.monotonic() < until:
            answer = somebody.context.request.get(address)
            expect("application/pdf", answer.headers["content-type"], f"{address} for {path.name}")
            found = answer.body().count(b"/ETSI.CAdES.detached")
        expect(signatures, found, f"the signatures in {address}")

    visitor: Somebody

    def half_a_year_later(self) -> None:
        """Let the visitor say what came of it: nothing at first, then everything."""
        self.move_clock(HALF_A_YEAR_LATER)
        address, until = f"{part(self.exchange, 'survey')}visitor/", time.monotonic() + SECONDS_FOR_DEADLINES
        # What falls due is carried out once a minute
        while (page := self.visitor.open(address)).status == NOT_THERE and time.monotonic() < until:
            self.visitor.tab.wait_for_timeout(2000)
        expect("OPEN", page.state, "the survey of the visitor")
        page = self.visitor.send(page.form("answer_survey"))
        expect(422, page.status, "an empty survey")
        given = {"worth": "5", "in_contact": "yes", "outcomes": ["contacts"], "recommends": "yes"}
        page = self.visitor.send(page.form("answer_survey"), given)
        expect("ANSWERED", page.state, "the survey of the visitor")


@pytest.fixture(scope="module")
def demonstration(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Have a demonstration of its own, since the journey moves the clock by months."""
    with running_demonstration(pytestconfig, tmp_path_factory) as running:
        yield running


def test_an_exchange_from_sign_up_to_closed_and_what_came_of_it(people: People, tmp_path: Path) -> None:
    seen_before = len(people.demonstration.looks.met)
    played = ExchangeInChromium(people)

    played.play(tmp_path)
    played.half_a_year_later()

    assert len(people.demonstration.looks.met) - seen_before >= 20
