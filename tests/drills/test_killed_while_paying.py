"""Web server and worker are killed while money is on its way; nothing is lost, and nothing is done twice.

They are killed a moment after somebody of the cast has sent a step. Once the supervisor has them back the step is sent
again, as people do. In the end each payment stands as the first one does, during which nobody was killed. The short
form kills at one point, `LONG=1` at 200; `SEED` chooses the moments.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import connection

from clusterxchange.documents.models import Document
from clusterxchange.foundation import clock
from clusterxchange.foundation.models import DemonstrationMail
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.management.command_line.run import RESTARTS_A_MINUTE
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation.banking import operations, queries
from clusterxchange.phases.finalisation.models import StatementLine
from clusterxchange.workflow import deadlines, journal, obligations
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import bring_many_exchanges_to
from tests.cast import Cast, Person, signed_in
from tests.management.test_run import COMMAND, children, until
from tests.phases.finalisation.bank import Booking, statement
from tests.phases.finalisation.test_bank_file import give_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(7200)]
IS_LONG = os.environ.get("LONG") == "1"
SEED = os.environ.get("SEED", "1")
# The short form kills while a statement of the bank is taken in: there most is written at once.
KILLED_AT, PAYMENTS = (range(5), 40) if IS_LONG else ((3,), 1)
MONDAY_MORNING = datetime(2026, 4, 27, 10, 0, tzinfo=ZoneInfo("Europe/Brussels"))
CENTS = 39000
LONGEST_WAIT = 0.4
# A job of a killed worker is taken up again after 20 to 35 seconds; more of them wait after many kills.
LONGEST_BACKLOG = 180 if IS_LONG else 60
TOKEN = "c" * 32
DONE, TOO_LATE = 302, 409
# They come by themselves every minute or so, whatever is paid.
BY_THE_CLOCK = ("run_due", "rescue_stalled_jobs")


class Demonstration:
    """`clusterxchange run` over the database of the test."""

    def __init__(self, data: Path, address: str | None = None) -> None:
        given = connection.get_connection_params()
        of_test = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}&port={given['port']}"
        # Whoever takes part is in the database already.
        (data / "demo-accounts.json").write_text("[]", encoding="utf-8")
        self.log = (data / "log").open("w", encoding="utf-8")
        self.process = subprocess.Popen(
            [*COMMAND, "run"],
            env={**os.environ, "DATA": str(data), "MODE": "demo", "PORT": "0", "DATABASE_URL": address or of_test},
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("READY "), (data / "log").read_text(encoding="utf-8")
        self.address = line.split()[1]
        self.ends: dict[str, deque[float]] = {name: deque(maxlen=RESTARTS_A_MINUTE) for name in ("web", "worker")}

    def post(self, cookie: str, path: str, fields: Mapping[str, str]) -> int | None:
        """Send a step as a browser does; None where no answer comes."""
        browser = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            browser.request("POST", path, urlencode({**fields, "csrfmiddlewaretoken": TOKEN}), headers)
            return browser.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            browser.close()

    def is_ready(self) -> bool:
        with urllib.request.urlopen(f"{self.address}health/ready", timeout=10) as answer:  # noqa: S310 -- our own address
            return bool(json.load(answer) == {"ready": True})

    def kill(self, names: tuple[str, ...]) -> None:
        """Kill children of the supervisor with all that they have started, and wait until it has them back."""
        before = children(self.process.pid)
        for name in names:
            os.killpg(before[name], signal.SIGKILL)
            self.ends[name].append(time.monotonic())
        until(lambda: all(children(self.process.pid).get(name, before[name]) != before[name] for name in names), 60)
        until(self.is_ready, 60)

    def wait_until_it_may_be_killed(self, names: tuple[str, ...]) -> None:
        """Wait where the supervisor would take one more end within a minute for a fault that stays."""
        for name in names:
            ends = self.ends[name]
            if len(ends) == RESTARTS_A_MINUTE:
                time.sleep(max(0.0, ends[0] + 62 - time.monotonic()))

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(15) == 0
        self.log.close()


def due_on_a_monday(cast: Cast, payments: int) -> list[Story]:
    """Bring payments to where they are due on a Monday morning, after the reminders of that day."""
    planned = CENTS * payments
    Budget.objects.filter(partnership=cast.loom).update(planned_cents=planned, free_cents=planned)
    found = bring_many_exchanges_to(cast, "due", payments)
    give_account(cast, found[0].at)
    deadlines.run_due(clock.set_clock(MONDAY_MORNING))
    with connection.cursor() as cursor:
        # What is left of other tests, and of days whose files lie in another folder than the demonstration's.
        cursor.execute("delete from procrastinate_jobs")
    Notice.objects.all().delete()
    return found


@pytest.fixture
def stories(committed: Cast) -> list[Story]:
    return due_on_a_monday(committed, PAYMENTS + 1)


@pytest.fixture
def demonstration(stories: list[Story], tmp_path: Path) -> Iterator[Demonstration]:  # noqa: ARG001 -- what is told comes first
    running = Demonstration(tmp_path)
    yield running
    running.stop()


@dataclass(frozen=True)
class Step:
    """One step on the way of a payment: who takes it, at which address, with which answers, and what it leads to."""

    action: str
    who: str
    leads_to: str
    asked: Callable[[Story, Cast], tuple[str, dict[str, str]]]


def at_payment(end: str, **fields: str) -> Callable[[Story, Cast], tuple[str, dict[str, str]]]:
    return lambda story, _cast: (f"/exchanges/{story.exchange.reference}/payment/{end}/", fields)


def at_batch(story: Story, _cast: Cast) -> tuple[str, dict[str, str]]:
    return f"/payments/batches/{story.payment.batch_id}/make-bank-file/", {}


def at_statement(story: Story, cast: Cast) -> tuple[str, dict[str, str]]:
    reference, at = str(story.exchange.reference), clock.now()
    content = statement(Booking(reference, bank_reference=f"B{reference}"), message=reference)
    kept = operations.keep_statement(cast.loom, content=content, name="s.xml", actor=cast.chiara.actor, at=at)
    shown = queries.fingerprint_of(queries.verdicts_on(kept, at))
    return f"/payments/statements/{kept.pk}/import-statement/", {"shown": shown}


STEPS = (
    Step("order_payment", "chiara", "ORDERED", at_payment("order-payment", capacity="PO", amount_cents=str(CENTS))),
    Step("release_payment", "cosima", "RELEASED", at_payment("release-payment", capacity="PR")),
    Step("make_bank_file", "chiara", "RELEASED", at_batch),
    Step("import_statement", "chiara", "PAID", at_statement),
    Step("confirm_receipt", "visitor", "CONFIRMED", at_payment("confirm-receipt", capacity="V")),
)


@dataclass
class Drill:
    """The cast before their browsers, and what became of what they sent."""

    cast: Cast
    running: Demonstration
    chance: random.Random
    counted: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    cookies: dict[int, str] = field(default_factory=dict)

    def cookie_of(self, account: Account) -> str:
        if account.pk not in self.cookies:
            browser = signed_in(Person(account))
            self.cookies[account.pk] = browser.cookies[settings.SESSION_COOKIE_NAME].value
        return self.cookies[account.pk]

    def take(self, step: Step, story: Story, *, is_killed: bool) -> None:
        """Send one step, kill a moment later, send it again, and look at what is there."""
        account = (
            Account.objects.get(pk=story.visitor.account_id or 0)
            if step.who == "visitor"
            else getattr(self.cast, step.who).account
        )
        path, fields = step.asked(story, self.cast)
        cookie = self.cookie_of(account)
        if is_killed:
            names = self.chance.choice([("web",), ("worker",), ("web", "worker"), ("web", "worker")])
            self.running.wait_until_it_may_be_killed(names)
            answers: list[int | None] = []
            first = Thread(target=lambda: answers.append(self.running.post(cookie, path, fields)))
            first.start()
            time.sleep(self.chance.uniform(0, LONGEST_WAIT))
            self.running.kill(names)
            first.join(90)
            self.counted[f"answered {answers[0]}"] += 1
            self.counted[f"killed {' and '.join(names)}"] += 1
        again = self.running.post(cookie, path, fields)
        assert again in ((DONE, TOO_LATE) if is_killed else (DONE,)), (step.action, again)
        if is_killed:
            self.counted["sent again and done" if again == DONE else "sent again and done already"] += 1
        self.look_at(step, story)

    def look_at(self, step: Step, story: Story) -> None:
        payment = story.payment
        assert payment.state == step.leads_to
        done = Entry.objects.filter(action=step.action).count()
        self.taken[step.action] += 1
        assert done == self.taken[step.action]
        if step.action == "make_bank_file":
            assert payment.batch is not None
            assert [one["payment"] for one in payment.batch.transfers] == [payment.pk]


def jobs_waiting() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select task_name, status from procrastinate_jobs where status in ('todo', 'doing', 'failed')")
        return [row for row in cursor.fetchall() if row[0].rpartition(".")[2] not in BY_THE_CLOCK]


def told_of(story: Story, cast: Cast) -> Counter[tuple[str, str, str]]:
    """Count who was told what of one exchange."""
    names = {story.visitor.account_id: "visitor", cast.bram.account.pk: "host"}
    references = (story.payment.reference, story.exchange.reference)
    notices = Notice.objects.filter(reference__in=references).select_related("account")
    return Counter((one.action, one.topic, names.get(one.account_id, one.account.email)) for one in notices)


def test_nothing_is_lost_and_nothing_doubled_when_processes_are_killed_while_paying(
    committed: Cast, stories: list[Story], demonstration: Demonstration
) -> None:
    drill = Drill(committed, demonstration, random.Random(SEED))
    undisturbed, *disturbed = stories
    begun = time.monotonic()

    for step in STEPS:
        drill.take(step, undisturbed, is_killed=False)
    for story in disturbed:
        for place, step in enumerate(STEPS):
            drill.take(step, story, is_killed=place in KILLED_AT)
    last = time.monotonic()
    until(lambda: jobs_waiting() == [], LONGEST_BACKLOG)
    drained = time.monotonic() - last

    wanted, count = told_of(undisturbed, committed), len(stories)
    assert wanted
    for story in disturbed:
        assert told_of(story, committed) == wanted
    assert not Notice.objects.filter(sent_at=None).exists()
    assert DemonstrationMail.objects.count() == Notice.objects.count()
    assert {story.exchange.state for story in stories} == {"CLOSED"}
    for story in stories:
        for side in "VH":
            made = Document.objects.filter(
                kind=Document.Kind.CERTIFICATE_OF_PARTICIPATION, subject_id=story.report(side).pk
            )
            # As it was made, and as it was signed.
            assert [one.is_complete for one in made.order_by("pk")] == [False, True]
    budget = Budget.objects.get(partnership=committed.loom)
    assert (budget.paid_cents, budget.committed_cents, budget.reserved_cents, budget.free_cents) == (
        CENTS * count, 0, 0, 0,
    )  # fmt: skip
    assert StatementLine.objects.filter(outcome="paid").count() == count
    assert obligations.differences(clock.now()) == []
    assert journal.check().ok
    points = sum(number for what, number in drill.counted.items() if what.startswith("killed"))
    sys.stdout.write(
        f"\n{points} points in {timedelta(seconds=round(time.monotonic() - begun))}, "
        f"the last job done {drained:.0f} s after the last step: "
        + ", ".join(f"{what} {number}" for what, number in sorted(drill.counted.items()))
        + "\n"
    )
