"""A demonstration with one batch of many payments, and what it takes to make its file for the bank."""

import statistics
import time
from collections.abc import Iterable

from django.core.management import call_command
from django.db import connection, transaction

from clusterxchange.access.capacities import PR
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.install import install
from clusterxchange.parties.memberships import actor_for, people_of_partnership
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.banking import operations
from clusterxchange.phases.finalisation.models import Payment, PaymentBatch, PaymentState
from clusterxchange.workflow import journal

# What is generated belongs to no proposal, so nothing is looked up in other tables.
EXCHANGES = """
insert into exchange_building_exchange ({columns}, proposal_id, reference)
select {values}, -number, 'EXC-2023-' || lpad(number::text, 6, '0')
from generate_series(1, %s) as number, exchange_building_exchange as pattern where pattern.id = %s
"""
PAYMENTS = """
insert into finalisation_payment ({columns}, exchange_id, reference)
select {values}, exchange.id, replace(exchange.reference, 'EXC', 'PAY')
from exchange_building_exchange as exchange, finalisation_payment as pattern
where exchange.proposal_id < 0 and pattern.id = %s
"""


def batch_of_many(count: int) -> PaymentBatch:
    """Release the payment of the demonstration that is ordered, and let many like it lie in its batch."""
    payment = Payment.objects.select_related("exchange__visitor_partnership").get(state=PaymentState.ORDERED)
    partnership, at = payment.exchange.visitor_partnership, clock.now()
    people = [actor_for(one) for one in people_of_partnership(partnership.pk, ["coordinator", "payer"])]
    releaser = next(one for one in people if one.account_id != payment.ordered_by_id)
    finalisation.release_payment(payment, actor=releaser, at=at, capacity=PR)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(
            _filled(EXCHANGES, "exchange_building_exchange", ("id", "proposal_id", "reference")),
            [count - 1, payment.exchange_id],
        )
        cursor.execute(_filled(PAYMENTS, "finalisation_payment", ("id", "exchange_id", "reference")), [payment.pk])
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return PaymentBatch.objects.select_related("partnership").get(pk=payment.batch_id)


def _filled(statement: str, table: str, given: Iterable[str]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select column_name from information_schema.columns where table_name = %s", [table])
        names = [name for (name,) in cursor.fetchall() if name not in given]
    columns = ", ".join(f'"{name}"' for name in names)
    return statement.format(columns=columns, values=", ".join(f'pattern."{name}"' for name in names))


def measure_operation(count: int, rounds: int) -> dict[str, object]:
    """Make the file of a batch several times, with locks, decryption, journal and commit; give the middle time."""
    call_command("migrate", verbosity=0)
    clock.start_demonstration_clock()
    install()
    batch = batch_of_many(count)
    coordinator = actor_for(people_of_partnership(batch.partnership_id, ["coordinator"])[0])
    seconds, made = [], batch
    for _ in range(rounds):
        PaymentBatch.objects.filter(pk=batch.pk).update(file_made_at=None, transfers=[], file_text="")
        begun = time.perf_counter()
        made = operations.make_bank_file(batch, actor=coordinator, at=clock.now())
        seconds.append(time.perf_counter() - begun)
    return {
        "payments": len(made.transfers),
        "seconds": round(statistics.median(seconds), 3),
        "slowest": round(max(seconds), 3),
        "journal_fits": journal.check().ok,
    }
