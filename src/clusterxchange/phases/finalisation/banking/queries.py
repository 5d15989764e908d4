"""What is read of payments as a whole: lists, batches, what goes into a file."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils import timezone

from clusterxchange.access.actor import Actor
from clusterxchange.foundation.scoping import visible
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.finalisation import queries
from clusterxchange.phases.finalisation.banking.bank_file import Transfer
from clusterxchange.phases.finalisation.banking.statement import (
    APPLIED,
    Kind,
    Known,
    Line,
    Outcome,
    after,
    judge,
    read_statement,
)
from clusterxchange.phases.finalisation.models import (
    BankStatement,
    Payment,
    PaymentBatch,
    PaymentState,
    StatementLine,
)
from clusterxchange.scheme.document import Scheme


@dataclass(frozen=True)
class Filter:
    """A part of the payments, by their states."""

    name: str
    states: tuple[str, ...]


TO_ORDER, TO_RELEASE, RELEASED = "to-order", "to-release", "released"
FILTERS = (
    Filter(TO_ORDER, (PaymentState.DUE,)),
    Filter(TO_RELEASE, (PaymentState.ORDERED,)),
    Filter(RELEASED, (PaymentState.RELEASED,)),
    Filter("returned", (PaymentState.RETURNED,)),
    Filter("stopped", (PaymentState.BLOCKED, PaymentState.RECOVERY)),
    Filter("paid", (PaymentState.PAID, PaymentState.CONFIRMED, PaymentState.RECOVERED)),
    Filter("not-due", (PaymentState.NOT_DUE,)),
)
STATES_OF = {one.name: one.states for one in FILTERS}


def payments_shown(actor: Actor, show: str = "") -> QuerySet[Payment]:
    """Give the payments of the partnerships for which the actor pays, those waiting longest first.

    Where nothing was to be paid there is no payment to list.
    """
    rows = queries.payments_for(actor).exclude(state=PaymentState.WAIVED)
    if show:
        rows = rows.filter(state__in=STATES_OF[show])
    return rows.select_related(
        "exchange",
        "exchange__visiting_organisation",
        "exchange__visitor_partnership",
        "exchange__commitment",
        "agreement",
        "batch",
    ).order_by("due_since", "pk")


def batches_for(actor: Actor) -> QuerySet[PaymentBatch]:
    """Give the batches that the actor may see, newest first."""
    found = visible(PaymentBatch.objects.select_related("partnership"), "payment_batch", actor)
    return found.order_by("-made_at", "-pk")


def partnerships_paying(actor: Actor) -> list[Partnership]:
    """Give the partnerships for which the actor orders or releases."""
    found = Partnership.objects.filter(pk__in=actor.partnerships).select_related("paying_account")
    return list(found.order_by("acronym", "pk"))


def payments_of(batch: PaymentBatch) -> list[Payment]:
    """Give the payments of a batch in the order in which the file names them: those there now, or those that went."""
    rows = Payment.objects.select_related("exchange", "exchange__visiting_organisation", "agreement")
    if batch.file_made_at is None:
        return list(rows.filter(batch=batch, state=PaymentState.RELEASED).order_by("pk"))
    return list(rows.filter(pk__in=[one["payment"] for one in batch.transfers]).order_by("pk"))


def transfer_of(payment: Payment) -> Transfer:
    """Give what the bank must know of a payment."""
    account = queries.account_of(payment)
    return Transfer(
        reference=str(payment.exchange.reference),
        name=account["account_holder"],
        iban=account["iban"],
        bic=account["bic"],
        cents=payment.amount_cents,
        purpose=f"ClusterXchange {payment.exchange.reference} {payment.reference}",
    )


def is_in_sepa(scheme: Scheme, iban: str, currency: str) -> bool:
    """Whether a transfer in SEPA reaches the account: an IBAN of one of its countries, in euro."""
    country = scheme.countries.get(iban[:2])
    return bool(iban) and currency == "EUR" and country is not None and country.in_sepa


def counts_by_state(actor: Actor) -> dict[str, int]:
    """Count the payments that the actor may see, by state."""
    rows = queries.payments_for(actor).exclude(state=PaymentState.WAIVED).order_by().values_list("state")
    return dict(rows.annotate(Count("pk")))


def cents_in(batch: PaymentBatch, rows: Iterable[Payment]) -> dict[int, int]:
    """Give the cents of each payment as they went into the file, or would go now."""
    if batch.file_made_at is None:
        return {one.pk: one.amount_cents for one in rows}
    return {one["payment"]: one["cents"] for one in batch.transfers}


# Statements


@dataclass(frozen=True)
class Verdict:
    """A line of a statement, the payment that it names, and what becomes of it."""

    line: Line
    payment: Payment | None
    outcome: Outcome


def statements_for(actor: Actor) -> QuerySet[BankStatement]:
    """Give the statements that the actor may see, newest first."""
    found = visible(BankStatement.objects.select_related("partnership"), "bank_statement", actor)
    return found.order_by("-kept_at", "-pk")


def lines_of(statement: BankStatement) -> tuple[Line, ...]:
    """Give the lines of a statement; where the bank refused a batch as a whole, a line for each of its transfers."""
    read = read_statement(base64.b64decode(statement.content))
    if not read.rejected:
        return read.lines
    batch = next(
        (one for one in statement.partnership.payment_batches.all() if message_of(one) == read.rejected.upper()), None
    )
    if batch is None:
        return (
            Line(
                1, Kind.RETURNED, read.rejected, None, "", read.said_on, read.message, read.reason, needs_amount=False
            ),
        )
    inside = [one for one in batch.transfers if not one["listed"]]
    return tuple(
        Line(
            number, Kind.RETURNED, one["reference"], one["cents"], one["currency"], read.said_on, read.message,
            read.reason,
        )
        for number, one in enumerate(inside, start=1)
    )  # fmt: skip


def message_of(batch: PaymentBatch) -> str:
    """Give the name under which the bank knows a batch."""
    return f"CX-{batch.partnership_id}-{batch.number}"


def is_of_own_account(statement: BankStatement) -> bool:
    """Whether the statement is one of the account from which the partnership pays; a report on an order names none."""
    account = read_statement(base64.b64decode(statement.content)).account
    own = getattr(statement.partnership, "paying_account", None)
    return not account or (own is not None and own.iban == account)


def payments_named(statement: BankStatement) -> dict[str, Payment]:
    """Give the payments of the statement's partnership by the reference by which its bank knows them."""
    references = {one.reference for one in lines_of(statement)}
    rows = Payment.objects.filter(
        exchange__reference__in=references, exchange__visitor_partnership_id=statement.partnership_id
    )
    return {str(one.exchange.reference): one for one in rows.select_related("exchange__visiting_organisation")}


def verdicts_on(statement: BankStatement, at: datetime) -> list[Verdict]:
    """Say of each line what would become of it now; once imported, what has become of it."""
    payments = payments_named(statement)
    if statement.imported_at is not None:
        return [_kept_verdict(one, payments) for one in statement.lines.order_by("number")]
    lines = lines_of(statement)
    counted = set(
        StatementLine.objects.filter(
            partnership_id=statement.partnership_id,
            outcome__in=StatementLine.APPLIED,
            fingerprint__in=[one.fingerprint for one in lines],
        ).values_list("fingerprint", flat=True)
    )
    known = {reference: _known(payment) for reference, payment in payments.items()}
    found = []
    for line in lines:
        payment = payments.get(line.reference)
        if line.fingerprint in counted:
            outcome = Outcome.DOUBLED
        else:
            outcome = judge(line, known.get(line.reference), timezone.localtime(at).date())
        if outcome in APPLIED:
            counted.add(line.fingerprint)
            known[line.reference] = after(known[line.reference], outcome)
        found.append(Verdict(line, payment, outcome))
    return found


def _known(payment: Payment) -> Known:
    released = payment.released_at
    return Known(
        payment.state,
        payment.amount_cents,
        payment.currency,
        None if released is None else timezone.localtime(released).date(),
    )


def _kept_verdict(kept: StatementLine, payments: Mapping[str, Payment]) -> Verdict:
    line = Line(
        kept.number, Kind(kept.kind), kept.reference, kept.cents, kept.currency, kept.booked_on, kept.bank_reference,
        kept.reason,
    )  # fmt: skip
    return Verdict(line, payments.get(kept.reference), Outcome(kept.outcome))


def fingerprint_of(verdicts: Iterable[Verdict]) -> str:
    """Give what changes as soon as one line would be judged otherwise."""
    parts = (f"{one.line.number}:{one.line.fingerprint}:{one.outcome}" for one in verdicts)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
