"""The database is killed while many write; whatever was acknowledged is there, and nothing is done twice.

A server of its own, as an installation has one, holds what the cast has come to. Behind a running demonstration each of
several payments has a writer, who sends a step until it is answered. Meanwhile the server is killed at moments of
chance and started again. The short form kills it once, LONG=1 twenty times.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from clusterxchange.config.database import database_from_address
from clusterxchange.foundation import clock, database_copies
from clusterxchange.foundation.database_server import DatabaseServer
from clusterxchange.foundation.models import DemonstrationMail
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation.models import StatementLine
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.models import Entry, Message, Notice
from tests.cast import Cast, Person, signed_in
from tests.drills.test_killed_while_paying import (
    CENTS,
    DONE,
    MONDAY_MORNING,
    TOO_LATE,
    Demonstration,
    due_on_a_monday,
    jobs_waiting,
    told_of,
)
from tests.foundation.test_database_server import LIGHT, kill_server
from tests.management.test_run import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(1800)]
IS_LONG = os.environ.get("LONG") == "1"
SEED = int(os.environ.get("SEED") or 1)
KILLS, PAYMENTS = (20, 6) if IS_LONG else (1, 1)
LONGEST_BACKLOG = 60
# A supervisor takes more ends of its children within a minute for a fault that stays.
PAUSE = (20.0, 25.0) if IS_LONG else (0.5, 1.5)
DURABLE = {**LIGHT, "fsync": "on", "max_connections": "60"}
PAID_ON = MONDAY_MORNING.date().isoformat()
# By whom a payment is brought home, and what each sends.
WAY: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("chiara", "order-payment", {"capacity": "PO", "amount_cents": str(CENTS)}),
    ("cosima", "release-payment", {"capacity": "PR"}),
    ("chiara", "confirm-paid", {"capacity": "PO", "paid_on": PAID_ON, "transfer_reference": "T 1"}),
    ("visitor", "confirm-receipt", {"capacity": "V"}),
)


class OwnDatabase:
    """A server in a folder of its own, as safe as an installation's, with a copy of what a test has come to."""

    def __init__(self, folder: Path) -> None:
        self.data, self.users = folder / "data", list[DatabaseServer]()
        self.address = self.start().ensure_database("clusterxchange")

    def start(self) -> DatabaseServer:
        server = DatabaseServer(self.data, tuning=DURABLE)
        self.users.append(server.__enter__())
        return server

    def take_over(self, folder: Path) -> None:
        """Copy the database of the test, and let every connection of this process lead here from now on."""
        given, kept = connection.get_connection_params(), folder / "copy.dump"
        names = ("user", "dbname", "host", "port", "password")
        there = make_conninfo(**{name: str(given[name]) for name in names if given.get(name)})
        with connection.cursor() as cursor:
            cursor.execute("begin isolation level repeatable read")
            cursor.execute("select pg_export_snapshot()")
            database_copies.dump(there, cursor.fetchone()[0], kept)
            cursor.execute("rollback")
        database_copies.load(self.address, kept)
        connection.close()
        connection.settings_dict.update(database_from_address(self.address))

    def kill(self) -> float:
        """Kill it where it stands, start it again, and say how long nobody could reach it."""
        begun = time.monotonic()
        kill_server(self.data)
        self.start()
        return time.monotonic() - begun

    def stop(self) -> None:
        for user in self.users:
            user.__exit__(None, None, None)


@pytest.fixture
def stories(committed: Cast) -> list[Story]:
    """Payments that are due; the first is brought home before anything is killed."""
    return due_on_a_monday(committed, PAYMENTS + 1)


@pytest.fixture
def database(stories: list[Story], tmp_path: Path) -> Iterator[OwnDatabase]:
    del stories
    parent = Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
    folder = parent / f"cx-killed-{os.getpid()}-{time.monotonic_ns()}"
    folder.mkdir()
    before = dict(connection.settings_dict)
    own = OwnDatabase(folder)
    try:
        own.take_over(tmp_path)
        yield own
    finally:
        connection.close()
        connection.settings_dict.clear()
        connection.settings_dict.update(before)
        own.stop()
        shutil.rmtree(folder)


@dataclass
class Writers:
    """Everybody before their browsers; each writes what is next until it is answered."""

    cast: Cast
    running: Demonstration
    cookies: dict[str, str]
    enough: Event = field(default_factory=Event)
    lock: Any = field(default_factory=Lock)
    said: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def send(self, who: str, path: str, fields: dict[str, str]) -> int:
        """Send until there is an answer that says what became of it."""
        for _number in range(600):
            answer = self.running.post(self.cookies[who], path, fields)
            with self.lock:
                self.counted[f"answered {answer}"] += 1
            if answer is not None and answer < 500:
                return answer
            time.sleep(0.2)
        return 0

    def bring_home(self, story: Story, chance: random.Random, person: str) -> None:
        """Take each step of a payment, and say something again and again on the way."""
        reference = story.exchange.reference
        connection.close()  # what is read here must not be what is killed
        for who, end, fields in WAY:
            for _number in range(chance.randint(1, KILLS)):
                self.say(str(reference), person)
            answer = self.send(person if who == "visitor" else who, f"/exchanges/{reference}/payment/{end}/", fields)
            if answer not in {DONE, TOO_LATE}:
                self.wrong.append(f"{end} of {reference}: {answer}")
        while not self.enough.is_set():
            self.say(str(reference), person)

    def say(self, reference: str, person: str) -> None:
        with self.lock:
            text = f"Message {len(self.said)} of {reference} {time.monotonic_ns()}"
        if self.send(person, f"/exchanges/{reference}/thread/", {"text": text}) == DONE:
            with self.lock:
                self.said.append(text)
        time.sleep(PAUSE[0] / 10)


def test_nothing_acknowledged_is_lost_and_nothing_doubled_when_the_database_is_killed(
    committed: Cast, stories: list[Story], database: OwnDatabase, tmp_path: Path
) -> None:
    chance, running = random.Random(SEED), Demonstration(tmp_path, database.address)
    people = {f"visitor {n}": Account.objects.get(pk=one.visitor.account_id or 0) for n, one in enumerate(stories)}
    people |= {"chiara": committed.chiara.account, "cosima": committed.cosima.account}
    cookies = {
        name: signed_in(Person(account)).cookies[settings.SESSION_COOKIE_NAME].value for name, account in people.items()
    }
    writers, away = Writers(committed, running, cookies), list[float]()
    try:
        undisturbed, *disturbed = stories
        writers.enough.set()
        writers.bring_home(undisturbed, chance, "visitor 0")
        writers.enough.clear()
        threads = [
            Thread(target=writers.bring_home, args=(story, random.Random(f"{SEED} {n}"), f"visitor {n}"))
            for n, story in enumerate(disturbed, start=1)
        ]
        for thread in threads:
            thread.start()
        for _number in range(KILLS):
            time.sleep(chance.uniform(*PAUSE))
            away.append(database.kill())
        writers.enough.set()
        for thread in threads:
            thread.join(240)
            assert not thread.is_alive()
        last = time.monotonic()
        connection.close()
        until(lambda: jobs_waiting() == [], LONGEST_BACKLOG)
        drained = time.monotonic() - last

        look_at_what_is_there(committed, stories, writers)
    finally:
        connection.close()
        running.stop()
    sys.stdout.write(
        f"\nkilled {KILLS} times, away for {max(away):.1f} s at most; {len(writers.said)} messages and "
        f"{len(WAY) * len(stories)} steps acknowledged, all there; the last job done {drained:.0f} s after them: "
        + ", ".join(f"{what} {number}" for what, number in sorted(writers.counted.items()))
        + "\n"
    )


def look_at_what_is_there(cast: Cast, stories: list[Story], writers: Writers) -> None:
    """Hold what stands in the database against what its people were told."""
    assert writers.wrong == []
    assert writers.counted["answered 500"] == 0  # whoever cannot be answered for now hears 503
    kept = Counter(Message.objects.values_list("text", flat=True))
    assert [text for text in writers.said if text not in kept] == []
    for _who, end, _fields in WAY:
        assert Entry.objects.filter(action=end.replace("-", "_")).count() == len(stories), end
    assert {(story.payment.state, story.exchange.state) for story in stories} == {("CONFIRMED", "CLOSED")}
    budget = Budget.objects.get(partnership=cast.loom)
    assert (budget.paid_cents, budget.committed_cents, budget.free_cents) == (CENTS * len(stories), 0, 0)
    assert StatementLine.objects.count() == 0
    wanted, *others = [without_messages(told_of(story, cast)) for story in stories]
    assert wanted
    assert others == [wanted] * len(others)
    assert not Notice.objects.filter(sent_at=None).exists()
    assert DemonstrationMail.objects.count() == Notice.objects.count()
    assert obligations.differences(clock.now()) == []
    assert journal.check().ok


def without_messages(told: Counter[tuple[str, str, str]]) -> Counter[tuple[str, str, str]]:
    """Leave out how often somebody was told of a message: everybody wrote as many as there was time for."""
    return Counter({what: number for what, number in told.items() if what[0] != "say_something"})
