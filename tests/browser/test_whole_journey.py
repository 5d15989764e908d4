"""A physical exchange from two sign-ups to closed, each party in a Chromium of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tour.person import Person
from tour.play import SECONDS_FOR_SIGNATURES, Log, expect

from tests.browser.conftest import People
from tests.browser.exchanges import EXPECTED, WillingExchange, host_called, visitor_called
from tests.browser.somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WINDOW = ("2026-04-01", "2026-04-30")


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


def test_an_exchange_from_sign_up_to_closed(people: People, tmp_path: Path) -> None:
    seen_before = len(people.demonstration.looks.met)

    ExchangeInChromium(people).play(tmp_path)

    assert len(people.demonstration.looks.met) - seen_before >= 20
