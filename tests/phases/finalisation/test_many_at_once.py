"""Many who do the same to one payment at once leave it done once; what is killed on the way is not half done.

The short form makes 20 attempts of each kind and kills before one statement; `LONG=1` makes 1,000 and kills before each
of up to 200.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections

from clusterxchange.access.capacities import PO, PR
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.banking import operations, queries
from clusterxchange.phases.finalisation.models import BankStatement, Payment, PaymentBatch, StatementLine
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import bring_many_exchanges_to
from tests.cast import Cast
from tests.phases.finalisation.bank import Booking, statement
from tests.phases.finalisation.test_bank_file import batch_of, give_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(3600)]
IS_LONG = os.environ.get("LONG") == "1"
AT_A_TIME, GROUPS = 10, (100 if IS_LONG else 2)
# The process is killed just before the statement of this number.
POINTS = range(1, 201) if IS_LONG else (9,)
DONE = "done"
MONDAY_EVENING = datetime(2026, 4, 27, 20, 0, tzinfo=ZoneInfo("Europe/Brussels"))


def attempts(call: Callable[[int], object]) -> list[Counter[str]]:
    """Let ten at a time do the same, group after group; count for each group "done" and the codes of the refusals."""
    counted: list[Counter[str]] = []

    def run(group: int, gate: Barrier, outcomes: list[str]) -> None:
        try:
            gate.wait(timeout=60)
            call(group)
            outcomes.append(DONE)
        except NotDone as reason:
            outcomes.append(reason.refusal.code)
        finally:
            connections.close_all()

    for group in range(GROUPS):
        gate, outcomes = Barrier(AT_A_TIME), list[str]()
        threads = [Thread(target=run, args=(group, gate, outcomes)) for _ in range(AT_A_TIME)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=300)
        assert len(outcomes) == AT_A_TIME
        counted.append(Counter(outcomes))
    return counted


def only_one_got_through(counted: list[Counter[str]], code: str) -> None:
    assert counted == [Counter({DONE: 1, code: AT_A_TIME - 1})] * GROUPS


def happened(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def is_in_order(at: datetime) -> None:
    assert obligations.differences(at) == []
    assert journal.check().ok


def kept_statement(cast: Cast, *stories: Story) -> BankStatement:
    """Keep a statement that says that each payment was paid."""
    references = [str(story.exchange.reference) for story in stories]
    bookings = [Booking(reference, bank_reference=f"B{reference}") for reference in references]
    return operations.keep_statement(
        cast.loom, content=statement(*bookings), name="s.xml", actor=cast.chiara.actor, at=MONDAY_EVENING
    )


def test_each_of_many_payments_is_ordered_released_written_and_paid_once(committed: Cast) -> None:
    """Each group of ten has a payment of its own before it; the batch is the same for all of them."""
    wanted = 39000 * GROUPS
    Budget.objects.filter(partnership=committed.loom).update(planned_cents=wanted, free_cents=wanted)
    stories = bring_many_exchanges_to(committed, "due", GROUPS)
    payments = [story.payment.pk for story in stories]
    chiara, cosima, at = committed.chiara.actor, committed.cosima.actor, stories[0].at
    give_account(committed, at)

    def order(group: int) -> None:
        finalisation.order_payment(Payment.objects.get(pk=payments[group]), actor=chiara, at=at, capacity=PO)

    def release(group: int) -> None:
        finalisation.release_payment(Payment.objects.get(pk=payments[group]), actor=cosima, at=at, capacity=PR)

    only_one_got_through(attempts(order), "wrong_state")
    only_one_got_through(attempts(release), "already_in_batch")
    assert (happened("order_payment"), happened("release_payment")) == (GROUPS, GROUPS)

    (batch,) = PaymentBatch.objects.values_list("pk", flat=True)

    def write(_group: int) -> None:
        kept = PaymentBatch.objects.select_related("partnership").get(pk=batch)
        operations.make_bank_file(kept, actor=chiara, at=MONDAY_EVENING)

    # Whoever comes later gets the file that is there.
    assert attempts(write) == [Counter({DONE: AT_A_TIME})] * GROUPS
    assert happened("make_bank_file") == 1
    assert sorted(one["payment"] for one in batch_of(stories[0]).transfers) == sorted(payments)

    statements = [kept_statement(committed, story) for story in stories]
    shown = [queries.fingerprint_of(queries.verdicts_on(one, MONDAY_EVENING)) for one in statements]

    def take_in(group: int) -> None:
        kept = BankStatement.objects.get(pk=statements[group].pk)
        operations.import_statement(kept, shown=shown[group], actor=chiara, at=MONDAY_EVENING)

    only_one_got_through(attempts(take_in), "statement_imported_already")
    assert (happened("confirm_paid"), StatementLine.objects.count()) == (GROUPS, GROUPS)
    assert set(Payment.objects.values_list("state", flat=True)) == {"PAID"}
    assert Budget.objects.get(partnership=committed.loom).paid_cents == wanted
    is_in_order(MONDAY_EVENING)


# Killed on the way

WORK = """
import os
import signal
import sys
import django
django.setup()
from datetime import datetime
from django.db import connection
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.phases.finalisation.banking import operations, queries
from clusterxchange.phases.finalisation.models import BankStatement, PaymentBatch

what, number, at, point = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), int(sys.argv[4])
actor = actor_for(Account.objects.get(email="chiara@cast.example"))
batch = PaymentBatch.objects.select_related("partnership").get(pk=number) if what == "batch" else None
kept = BankStatement.objects.select_related("partnership").get(pk=number) if what == "import" else None
shown = queries.fingerprint_of(queries.verdicts_on(kept, at)) if kept else ""
count = 0

def killed(execute, statement, params, many, context):
    global count
    count += 1
    if count == point:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(statement, params, many, context)

with connection.execute_wrapper(killed):
    if batch:
        operations.make_bank_file(batch, actor=actor, at=at)
    else:
        operations.import_statement(kept, shown=shown, actor=actor, at=at)
"""


def is_killed(what: str, number: int, at: datetime, point: int) -> bool:
    """Do the work in a process of its own on the database of the test; give whether it was killed on the way."""
    given = connection.get_connection_params()
    address = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}&port={given['port']}"
    process = subprocess.run(
        [sys.executable, "-c", WORK, what, str(number), at.isoformat(), str(point)],
        env={**os.environ, "DATABASE_URL": address},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert process.returncode in {0, -signal.SIGKILL}, process.stderr
    return process.returncode != 0


@pytest.mark.parametrize("what", ["batch", "import"])
def test_what_is_killed_on_the_way_is_done_whole_or_not_at_all(committed: Cast, what: str) -> None:
    stories = bring_many_exchanges_to(committed, "released", 3)
    give_account(committed, stories[0].at)
    batch, kept = batch_of(stories[0]).pk, kept_statement(committed, *stories)
    number = batch if what == "batch" else kept.pk
    kills = 0

    for point in POINTS:
        if not is_killed(what, number, MONDAY_EVENING, point):
            break
        kills += 1
        assert PaymentBatch.objects.get(pk=batch).transfers == []
        assert {story.payment.state for story in stories} == {"RELEASED"}
        assert Budget.objects.get(partnership=committed.loom).paid_cents == 0
        assert (StatementLine.objects.count(), happened("make_bank_file"), happened("confirm_paid")) == (0, 0, 0)
    else:
        assert not is_killed(what, number, MONDAY_EVENING, 0)

    assert kills > (1 if IS_LONG else 0)
    assert {story.payment.state for story in stories} == {"RELEASED" if what == "batch" else "PAID"}
    assert (happened("make_bank_file"), happened("confirm_paid")) == ((1, 0) if what == "batch" else (0, 3))
    assert Budget.objects.get(partnership=committed.loom).paid_cents == (0 if what == "batch" else 117000)
    is_in_order(MONDAY_EVENING)
