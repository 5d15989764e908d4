"""One demonstration and one Chromium for all journeys of a worker."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tour.person import Person
from tour.server import accounts, own_demonstration

from clusterxchange.parties.accounts.proven import HOLDS_FOR
from tests.browser.checks import HEIGHT, WIDE
from tests.browser.somebody import Looks, Somebody

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
FIRST = "test_pictures_of_the_manual"  # it shows the demonstration as it begins
LONGEST = "test_whole_journey"  # a file stays with one worker: begun late, it would let the other one wait


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take pictures first, and begin at once with what takes longest."""
    items.sort(key=lambda item: (item.path.stem != FIRST, item.path.stem != LONGEST))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a demonstration that already runs be used, which saves its start while a test is being written."""
    parser.addoption("--running", type=Path, help="the data folder of a running demonstration")
    parser.addoption("--keep-pictures", action="store_true", help="write the pictures of the manual anew")


@dataclass
class Demonstration:
    """A running tool with the accounts of contract.md."""

    url: str
    accounts: dict[str, dict[str, Any]]
    sessions: Path
    looks: Looks
    data: Path
    remembered: dict[str, Path] = field(default_factory=dict)
    officers: dict[str, Person] = field(default_factory=dict)
    remembers_since: float = field(default_factory=time.monotonic)

    def forget_old_sign_ins(self) -> None:
        """Let everybody sign in anew before the tool would ask them once more who they are."""
        if time.monotonic() - self.remembers_since > HOLDS_FOR.total_seconds() / 2:
            self.remembered.clear()
            self.officers.clear()
            self.remembers_since = time.monotonic()


@contextmanager
def running_demonstration(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """Start the tool as `make run` does, on a free port, in a scratch folder."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "looks"
    shared.mkdir(exist_ok=True)
    looks, sessions = Looks(shared), tmp_path_factory.mktemp("sessions")
    running = pytestconfig.getoption("--running", default=None)
    if running:
        url = json.loads((running / "server.json").read_text(encoding="utf-8"))["url"]
        yield Demonstration(url, accounts(running), sessions, looks, running.absolute())
        return
    with own_demonstration() as (url, data):
        yield Demonstration(url, accounts(data), sessions, looks, data)


@pytest.fixture(scope="session")
def demonstration(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Have one demonstration for all files of a worker, but those that have one of their own."""
    with running_demonstration(pytestconfig, tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Chromium once."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class People:
    """Whoever takes part in a test, each in a context of their own."""

    chromium: Browser
    demonstration: Demonstration
    all: list[Somebody] = field(default_factory=list)

    def somebody(self, name: str, note: Any = None, **context: Any) -> Somebody:  # noqa: ANN401 -- what Chromium's contexts take
        """Bring somebody who is signed out."""
        widths = context.pop("widths", None)
        made = self.chromium.new_context(
            viewport={"width": WIDE, "height": HEIGHT}, locale="en", reduced_motion="reduce", **context
        )
        more = {key: value for key, value in (("note", note), ("widths", widths)) if value is not None}
        person = Somebody(name, self.demonstration.url, made, looks=self.demonstration.looks, **more)
        self.all.append(person)
        return person

    def sits_down(self, person: Person, **context: Any) -> Somebody:  # noqa: ANN401 -- as above
        """Let somebody whom the tour's client has signed in go on in Chromium."""
        made, url = self.somebody(person.name, **context), self.demonstration.url
        made.context.add_cookies([{"name": one.name, "value": str(one.value), "url": url} for one in person.cookies])
        return made

    def signed_in(self, email: str, **context: Any) -> Somebody:  # noqa: ANN401 -- as above
        """Bring an account of the demonstration; within a run it signs in once."""
        remembered = self.demonstration.remembered
        if email not in remembered:
            account = self.demonstration.accounts[email]
            first = self.somebody(email, widths=())
            first.sign_in(email, account["password"], account["totp_secret"])
            remembered[email] = first.remember(self.demonstration.sessions)
        person = self.somebody(email, storage_state=remembered[email], **context)
        person.email = email
        return person


@pytest.fixture
def people(chromium: Browser, demonstration: Demonstration) -> Iterator[People]:
    """Bring people, and fail at the end if any page was at fault."""
    demonstration.forget_old_sign_ins()
    cast = People(chromium, demonstration)
    yield cast
    found = [fault for one in cast.all for fault in one.faults]
    for one in cast.all:
        one.context.close()
    assert not found, "\n".join(found)
