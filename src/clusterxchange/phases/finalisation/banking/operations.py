"""What a partnership does with many payments at once, and with its bank."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import PO, PR
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation import queries as payments
from clusterxchange.phases.finalisation import rules
from clusterxchange.phases.finalisation.banking import queries
from clusterxchange.phases.finalisation.banking.bank_file import Payer, bank_file
from clusterxchange.phases.finalisation.banking.life import BANK_STATEMENT, PAYMENT_BATCH
from clusterxchange.phases.finalisation.banking.queries import Verdict
from clusterxchange.phases.finalisation.banking.statement import APPLIED, Outcome, read_statement
from clusterxchange.phases.finalisation.effects import LENGTH_OF_ENDING
from clusterxchange.phases.finalisation.models import (
    BankStatement,
    PayingAccount,
    Payment,
    PaymentBatch,
    PaymentState,
    StatementLine,
)
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.tables import Refusal

# A bank that says nothing of the reason; the payment's page shows it.
RETURNED_WITHOUT_REASON = "-"


def give_paying_account(
    partnership: Partnership, *, account_holder: str, iban: str, bic: str, actor: Actor, at: datetime
) -> PayingAccount:
    """Keep the account from which a partnership pays; files made earlier keep the one that they name."""
    written = "".join(iban.split()).upper()
    with engine.unit_of_work(actor, at):
        engine.record(partnership, A.GIVE_PAYING_ACCOUNT, actor=actor, at=at)
        account, _made = PayingAccount.objects.update_or_create(
            partnership=partnership,
            defaults={
                "account_holder": account_holder.strip(),
                "iban": written,
                "bic": bic.strip().upper(),
                "account_ending": written[-LENGTH_OF_ENDING:],
                "given_by_id": actor.account_id or 0,
                "given_at": at,
            },
        )
    return account


def order_payments_together(rows: Iterable[Payment], *, actor: Actor, at: datetime) -> list[Payment]:
    """Order several payments, all or none."""
    return _together(
        rows,
        lambda one: finalisation.order_payment(one, actor=actor, at=at, capacity=PO, amount_cents=one.amount_cents),
        actor,
        at,
    )


def release_payments_together(rows: Iterable[Payment], *, actor: Actor, at: datetime) -> list[Payment]:
    """Release several payments that somebody else ordered, all or none; they go into one batch."""
    return _together(rows, lambda one: finalisation.release_payment(one, actor=actor, at=at, capacity=PR), actor, at)


def _together(rows: Iterable[Payment], step: Callable[[Payment], Payment], actor: Actor, at: datetime) -> list[Payment]:
    wanted = list(rows)
    with engine.unit_of_work(actor, at):
        lock_together(wanted)
        return [step(one) for one in wanted]


def lock_together(rows: Iterable[Payment]) -> None:
    """Lock several payments with what each step of theirs locks, kind by kind, in the one global order."""
    numbers = [one.pk for one in rows]
    exchanges = Exchange.objects.filter(payment__in=numbers)
    for table in (
        Participation.objects.filter(pk__in=exchanges.values("visitor_participation")),
        Exchange.objects.filter(pk__in=exchanges.values("pk")),
        Payment.objects.filter(pk__in=numbers),
    ):
        list(table.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def make_bank_file(batch: PaymentBatch, *, actor: Actor, at: datetime) -> PaymentBatch:
    """Close a batch and write its file for the bank, once; whoever asks again gets the same file.

    Accounts outside SEPA stand in a list of their own instead.

    :raises Refused: paying_account_missing, batch_is_empty.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(PAYMENT_BATCH, batch, A.MAKE_BANK_FILE, actor, None)
        # Whoever releases a payment into the batch holds the partnership as well.
        Partnership.objects.select_for_update().get(pk=batch.partnership_id)
        kept = PaymentBatch.objects.select_related("partnership").get(pk=batch.pk)
        if kept.file_made_at is not None:
            return kept
        account = PayingAccount.objects.filter(partnership_id=kept.partnership_id).first()
        if account is None:
            raise Refused(Refusal("paying_account_missing"))
        released = Payment.objects.filter(batch=kept, state=PaymentState.RELEASED)
        list(released.select_for_update().order_by("pk").values_list("pk"))
        rows = queries.payments_of(kept)
        if not rows:
            raise Refused(Refusal("batch_is_empty"))
        _write_file(kept, account, rows, actor, at)
        engine.record(
            kept,
            A.MAKE_BANK_FILE,
            actor=actor,
            at=at,
            payload={"transfers": len(kept.transfers), "cents": sum(one["cents"] for one in kept.transfers)},
        )
    return kept


def _write_file(batch: PaymentBatch, account: PayingAccount, rows: list[Payment], actor: Actor, at: datetime) -> None:
    scheme = PAYMENT_BATCH.scheme_of(batch, at)
    today = timezone.localtime(at).date()
    next_day = rules.execution_day(scheme, batch.partnership.coordinating_country, today)
    batch.execution_on = max(batch.execution_on, next_day)
    inside, outside = [], []
    for one in rows:
        details = payments.account_of(one)
        if queries.is_in_sepa(scheme, details["iban"], one.currency):
            inside.append(one)
        else:
            outside.append([one.exchange.reference, one.reference, one.amount_cents, one.currency, *details.values()])
    listed = {row[1] for row in outside}
    batch.transfers = [
        {
            "payment": one.pk,
            "reference": one.exchange.reference,
            "cents": one.amount_cents,
            "currency": one.currency,
            "listed": one.reference in listed,
        }
        for one in rows
    ]
    batch.rows_outside_sepa = json.dumps(outside) if outside else ""
    if inside:
        payer = Payer(account.account_holder, account.iban, account.bic)
        written = bank_file(
            payer,
            [queries.transfer_of(one) for one in inside],
            execution_on=batch.execution_on,
            message=queries.message_of(batch),
            at=at,
        )
        batch.file_text = written.decode()
    batch.file_made_at, batch.file_made_by_id = at, actor.account_id
    batch.save()


def open_bank_file(batch: PaymentBatch, *, actor: Actor, at: datetime) -> None:
    """Take the file or the list of a batch, which name accounts; the journal keeps who did.

    :raises NotAllowed: the table leaves the actor out.
    """
    engine.record(batch, A.OPEN_BANK_FILE, actor=actor, at=at, payload={"batch": batch.number})


def keep_statement(partnership: Partnership, *, content: bytes, name: str, actor: Actor, at: datetime) -> BankStatement:
    """Keep a file of the bank to be looked at; the same file again is the same statement.

    :raises FileRefused: it cannot be read.
    """
    read = read_statement(content)
    digest = hashlib.sha256(content).hexdigest()
    with engine.unit_of_work(actor, at):
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        known = BankStatement.objects.filter(partnership=partnership, sha256=digest).first()
        statement = known or BankStatement(
            partnership=partnership,
            name=name,
            format=read.format,
            message=read.message,
            content=base64.b64encode(content).decode(),
            sha256=digest,
            kept_by_id=actor.account_id or 0,
            kept_at=at,
        )
        engine.acting_capacity(BANK_STATEMENT, statement, A.KEEP_STATEMENT, actor, None)
        if known is None:
            statement.save()
            engine.record(statement, A.KEEP_STATEMENT, actor=actor, at=at, payload={"sha256": digest})
    return statement


def import_statement(statement: BankStatement, *, shown: str, actor: Actor, at: datetime) -> list[Verdict]:
    """Let the lines of a statement count: all that can, or none; each line is kept with what became of it.

    `shown` is the fingerprint of the verdicts that the reader has seen.

    :raises Refused: statement_imported_already, statement_of_another_account, statement_changes_nothing,
        text_has_changed.
    """
    with engine.unit_of_work(actor, at):
        engine.acting_capacity(BANK_STATEMENT, statement, A.IMPORT_STATEMENT, actor, None)
        kept = BankStatement.objects.select_related("partnership").select_for_update(of=("self",)).get(pk=statement.pk)
        if kept.imported_at is not None:
            raise Refused(Refusal("statement_imported_already"))
        if not queries.is_of_own_account(kept):
            raise Refused(Refusal("statement_of_another_account"))
        lock_together(queries.payments_named(kept).values())
        verdicts = queries.verdicts_on(kept, at)
        if not any(one.outcome in APPLIED for one in verdicts):
            raise Refused(Refusal("statement_changes_nothing"))
        if queries.fingerprint_of(verdicts) != shown:
            raise Refused(Refusal("text_has_changed"))
        kept.imported_at, kept.imported_by_id = at, actor.account_id
        kept.save(update_fields=["imported_at", "imported_by"])
        applied = sum(one.outcome in APPLIED for one in verdicts)
        engine.record(
            kept, A.IMPORT_STATEMENT, actor=actor, at=at, payload={"lines": len(verdicts), "applied": applied}
        )
        for one in verdicts:
            _keep_line(kept, one)
            _apply(one, at)
    return verdicts


def _keep_line(statement: BankStatement, verdict: Verdict) -> None:
    line = verdict.line
    StatementLine.objects.create(
        statement=statement,
        partnership_id=statement.partnership_id,
        number=line.number,
        payment=verdict.payment,
        kind=line.kind,
        reference=line.reference,
        cents=line.cents,
        currency=line.currency,
        booked_on=line.booked_on,
        bank_reference=line.bank_reference,
        reason=line.reason,
        outcome=verdict.outcome,
        fingerprint=line.fingerprint,
    )


def _apply(verdict: Verdict, at: datetime) -> None:
    payment, line = verdict.payment, verdict.line
    if payment is None or verdict.outcome not in APPLIED:
        return
    said: dict[str, Any] = {"actor": SYSTEM, "at": at, "transfer_reference": line.bank_reference}
    if verdict.outcome is Outcome.PAID:
        finalisation.confirm_paid(payment, paid_on=line.booked_on, **said)
    else:
        finalisation.return_payment(payment, reason=line.reason or RETURNED_WITHOUT_REASON, **said)
