"""A physical exchange from two sign-ups to closed, each party in a Chromium of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import People
from tour.page import Page
from tour.person import Person
from tour.play import Exchange, Log, Newcomer, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

EXPECTED = tomllib.loads((Path(__file__).parents[2] / "tour" / "expected.toml").read_text(encoding="utf-8"))
VISITOR = Newcomer(
    "nuria@journey.example", "Nuria", "Serrabona", "Teixits Serrabona, S.L.", "ES", "Alcoi", "ES52", "es", "ATEVAL", "clamtex"
)  # fmt: skip
HOST = Newcomer(
    "vasco@journey.example", "Vasco", "Maranhal", "Tecelagem Maranhal, Lda.", "PT", "Guimarães", "PT11", "pt", "CITEVE", "hi-tech-tex"
)  # fmt: skip


class ExchangeInChromium(Exchange):
    """The exchange that the tour plays, seen on a screen. What is forbidden is tried by the tour."""

    def __init__(self, people: People) -> None:
        """Begin with nobody signed in."""
        self.people = people
        shown = people.demonstration
        super().__init__(
            shown.url, shown.accounts, Log(), EXPECTED["physical"],
            visitor=VISITOR, host=HOST, format="physical", windows=("2026-04-01", "2026-04-30"),
        )  # fmt: skip

    def person(self, party: str, name: str) -> Person:
        """Give somebody a Chromium of their own."""
        self.log.parties[name] = party
        return self.people.somebody(name, self.log.note)

    def refused(self, somebody: Person, page: Page, *_arguments: Any, **_more: Any) -> Page:  # noqa: ANN401 -- nothing of it is used
        """Leave out what the tour tries."""
        return somebody.open(page.url)

    def hidden_from(self, stranger: Person, address: str) -> None:
        """Leave out what the tour tries."""

    def impossible_partners(self, found: Page) -> None:
        """Leave out what the tour tries."""

    def keep(self, somebody: Person, address: str, path: Path) -> None:
        """Download a document."""
        answer = somebody.context.request.get(address)  # type: ignore[attr-defined] -- everybody here is in Chromium
        expect("application/pdf", answer.headers["content-type"], f"{address} for {path.name}")

    def play_and_count(self, folder: Path) -> Mapping[str, int]:
        """Play everything; give how many submissions each party made."""
        self.play(folder)
        return self.log.counts.by_party


def test_an_exchange_from_sign_up_to_closed(people: People, tmp_path: Path) -> None:
    exchange = ExchangeInChromium(people)

    exchange.play(tmp_path)

    assert len(people.seen) >= 30
