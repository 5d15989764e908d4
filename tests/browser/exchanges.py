"""Exchanges that the tour's client plays for a browser test: without what the tour tries in vain."""

from __future__ import annotations

import time
import tomllib
import uuid
from pathlib import Path
from typing import Any

from tour.page import Page
from tour.person import Person
from tour.play import Exchange, Log, Newcomer, Unexpected, part

from tests.browser.conftest import Demonstration
from tests.browser.somebody import PERIOD_OF_A_CODE

EXPECTED = tomllib.loads((Path(__file__).parents[2] / "tour" / "expected.toml").read_text(encoding="utf-8"))["physical"]
LATER = {**EXPECTED, "first_day": "2026-05-12", "last_day": "2026-05-14"}
RUN = uuid.uuid4().hex[:4]  # so that one demonstration can be used for several runs
LATER_WINDOW = ("2026-05-04", "2026-05-29")


def visitor_called(first_name: str) -> Newcomer:
    """Invent somebody in Spain who wants to visit."""
    return Newcomer(
        f"{first_name.lower()}-{RUN}@visit.example", first_name, "Serrabona", f"Teixits {first_name}{RUN}, S.L.", "ES",
        "Alcoi", "ES52", "es", "ATEVAL", "clamtex",
    )  # fmt: skip


def host_called(first_name: str) -> Newcomer:
    """Invent somebody in Portugal who wants to host."""
    return Newcomer(
        f"{first_name.lower()}-{RUN}@host.example", first_name, "Maranhal", f"Tecelagem {first_name}{RUN}, Lda.", "PT",
        "Guimarães", "PT11", "pt", "CITEVE", "hi-tech-tex",
    )  # fmt: skip


class WillingExchange(Exchange):
    """A physical exchange in which nobody tries what is forbidden."""

    def refused(self, somebody: Person, page: Page, *_arguments: Any, **_more: Any) -> Page:  # noqa: ANN401, ARG002 -- nothing of it is used
        """Leave it out."""
        return page

    def hidden_from(self, stranger: Person, address: str) -> None:
        """Leave it out."""

    def impossible_partners(self, found: Page) -> None:
        """Leave it out."""


class PreparedExchange(WillingExchange):
    """An exchange that stands at the door of signing, made by requests alone. Its days lie behind the journey's."""

    def __init__(self, demonstration: Demonstration, visitor: Newcomer, host: Newcomer) -> None:
        """Begin with nobody new signed in."""
        self.demonstration = demonstration
        super().__init__(
            demonstration.url, demonstration.accounts, Log(), LATER,
            visitor=visitor, host=host, format="physical", windows=LATER_WINDOW,
        )  # fmt: skip

    def officer(self, party: str, email: str) -> Person:
        """Sign somebody of the demonstration in, once in a run: a code of the second factor is good for one sign-in."""
        if email not in self.demonstration.officers:
            try:
                signed_in = super().officer(party, email)
            except Unexpected:  # this code has been used by somebody else just now
                time.sleep(PERIOD_OF_A_CODE - time.time() % PERIOD_OF_A_CODE + 1)  # noqa: TID251 -- second factors use real time
                signed_in = super().officer(party, email)
            self.demonstration.officers[email] = signed_in
        return self.demonstration.officers[email]

    def bring_to_accepted(self) -> None:
        """Let both register and be accepted."""
        self.bring_visitor_to_accepted()
        self.bring_host_to_accepted()

    def bring_visitor_to_accepted(self) -> None:
        """Let the visitor register and be accepted."""
        newcomer = self.newcomers[0]
        self.visitor = self.sign_up("visiting_organisation", newcomer)
        self.visitor_contact = self.officer("visitor_partnership", "visitor.contact@demo.example")
        self.stranger = self.support = self.visitor  # both are asked only where something is tried in vain
        self.assess(self.visitor_contact, self.register(self.visitor, newcomer, "visit", self.windows).url)

    def bring_host_to_accepted(self) -> None:
        """Let the host register and be accepted."""
        newcomer = self.newcomers[1]
        self.host = self.sign_up("host_organisation", newcomer)
        self.host_contact = self.officer("host_partnership", "host.contact@demo.example")
        self.assess(self.host_contact, self.register(self.host, newcomer, "host", self.windows).url)

    def bring_to_signing(self) -> str:
        """Let both agree and both contact points validate; give the address of the Commitment to Quality."""
        self.matching()
        address = part(self.exchange, "commitment")
        days = f"first_day={self.expected['first_day']}&last_day={self.expected['last_day']}"
        page = self.visitor.open(f"{address}edit-commitment/?{days}")
        self.visitor.act(page, "edit_commitment", self.text_of(page))
        for somebody in (self.visitor, self.host):
            somebody.act(somebody.open(address), "agree_commitment")
        for somebody in (self.visitor_contact, self.host_contact):
            somebody.act(somebody.open(address), "validate_commitment")
        return address
