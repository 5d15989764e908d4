"""Everything that is done after the end: each verb once, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import Capacity, V
from clusterxchange.foundation.files import store, store_sealed
from clusterxchange.foundation.models import StoredFile
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.exchange_building.queries import signed_agreement
from clusterxchange.phases.finalisation import cleaning, effects, queries, rules
from clusterxchange.phases.finalisation.models import ActivityReport, EvidenceItem, Payment, PaymentState
from clusterxchange.phases.finalisation.states import PAYMENT
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.tables import Refusal


@dataclass(frozen=True)
class CheckedFile:
    """A file that has come through the door: its content, the type that the content has, a safe name."""

    content: bytes
    content_type: str
    name: str

    @cached_property
    def shown(self) -> bytes:
        """The copy that others see, made once.

        :raises CannotBeRead: it is not what it seems to be.
        """
        return cleaning.clean(self.content, self.content_type)


# What begins with the end of an exchange


def open_finalisation(exchange: Exchange, *, at: datetime) -> None:
    """Make both reports, the evidence that the scheme asks for, and the payment; runs with the end of an exchange."""
    visitor = {
        "visiting_organisation_id": exchange.visiting_organisation_id,
        "visitor_partnership_id": exchange.visitor_partnership_id,
    }
    host = {"host_organisation_id": exchange.host_organisation_id, "host_partnership_id": exchange.host_partnership_id}
    engine.establish(ActivityReport(exchange=exchange, side=queries.VISITOR, **visitor), at=at)
    engine.establish(ActivityReport(exchange=exchange, side=queries.HOST, **host), at=at)
    for wanted in queries.wanted_evidence(queries.rules_of(exchange, at), exchange):
        engine.establish(EvidenceItem(exchange=exchange, item=wanted.code), at=at)
    agreement = signed_agreement(exchange) if exchange.is_funded else None
    payment = Payment(exchange=exchange, agreement=agreement)
    if agreement is not None:
        payment.full_cents, payment.agreed_cents = agreement.full_cents or 0, agreement.amount_cents or 0
        payment.currency = agreement.currency
    engine.establish(payment, at=at)
    if not exchange.is_funded:
        waive_payment(payment, actor=SYSTEM, at=at)


def settle_payment(exchange: Exchange, *, at: datetime) -> None:
    """Make the payment due, or note that nothing is, as soon as the report and all evidence are decided."""
    payment = Payment.objects.filter(exchange_id=exchange.pk, state=PaymentState.NOT_DUE).first()
    if payment is None or not queries.report_is_done(exchange):
        return
    if not rules.evidence_is_settled(queries.states_of_evidence(exchange)):
        return
    _, working = queries.working_of(payment, at)
    if working.cents:
        make_payment_due(payment, actor=SYSTEM, at=at)
    else:
        waive_payment(payment, actor=SYSTEM, at=at)


def close_if_settled(exchange: Exchange, *, at: datetime) -> None:
    """Close the exchange once both reports are done and nothing is left to pay; it is counted there, once."""
    ended = Exchange.objects.filter(pk=exchange.pk, state=ExchangeState.ENDED).first()
    if ended is not None and queries.exchange_is_settled(ended):
        exchange_building.close_exchange(ended, settled=True, actor=SYSTEM, at=at)


# Reports


def submit_report(
    report: ActivityReport,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    **answers: Any,  # noqa: ANN401 -- as many kinds as the report has columns
) -> ActivityReport:
    """Hand in the report of one side, for the first time or again; the answers bear the names of its columns."""
    engine.move(report, A.SUBMIT_REPORT, actor=actor, at=at, capacity=capacity, inputs=answers)
    return report


def validate_report(
    report: ActivityReport,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    force_majeure: bool = False,
    force_majeure_reason: str = "",
) -> ActivityReport:
    """Take a report as it is; the visitor's partnership may grant force majeure for a stay that was cut short."""
    granted: dict[str, Any] = (
        {"force_majeure": True, "force_majeure_reason": force_majeure_reason} if force_majeure else {}
    )
    engine.move(report, A.VALIDATE_REPORT, actor=actor, at=at, capacity=capacity, inputs=granted)
    return report


def return_report(
    report: ActivityReport, *, questions: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> ActivityReport:
    """Give a report back with questions."""
    engine.move(report, A.RETURN_REPORT, actor=actor, at=at, capacity=capacity, inputs={"questions": questions})
    return report


def waive_report(
    report: ActivityReport, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> ActivityReport:
    """Let an exchange end without the report of one side."""
    engine.move(report, A.WAIVE_REPORT, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return report


# Evidence


def upload_evidence(
    item: EvidenceItem, *, file: CheckedFile, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> EvidenceItem:
    """Hand in the file for one piece of evidence. Others see a copy of it; the original is kept sealed.

    :raises Refused: file_is_damaged, file_is_encrypted.
    """
    with engine.unit_of_work(actor, at):
        try:
            shown = file.shown
        except cleaning.CannotBeRead as reason:
            raise Refused(Refusal(reason.code, field="file")) from None
        inputs = {
            "file": store(shown, file.name, file.content_type, at),
            "original": store_sealed(file.content, file.name, at),
        }
        engine.move(item, A.UPLOAD_EVIDENCE, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return item


def upload_evidence_together(
    exchange: Exchange,
    *,
    files: Mapping[str, CheckedFile],
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
) -> list[EvidenceItem]:
    """Hand in the files for several pieces of evidence, all or none."""
    with engine.unit_of_work(actor, at):
        items = list(EvidenceItem.objects.filter(exchange_id=exchange.pk, item__in=files).order_by("pk"))
        return [upload_evidence(item, file=files[item.item], actor=actor, at=at, capacity=capacity) for item in items]


def accept_evidence(
    item: EvidenceItem, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> EvidenceItem:
    """Accept one piece of evidence."""
    engine.move(item, A.ACCEPT_EVIDENCE, actor=actor, at=at, capacity=capacity)
    return item


def accept_evidence_together(
    exchange: Exchange, *, items: Iterable[str], actor: Actor, at: datetime, capacity: Capacity | None = None
) -> list[EvidenceItem]:
    """Accept several pieces of evidence, all or none."""
    with engine.unit_of_work(actor, at):
        rows = list(EvidenceItem.objects.filter(exchange_id=exchange.pk, item__in=list(items)).order_by("pk"))
        return [accept_evidence(item, actor=actor, at=at, capacity=capacity) for item in rows]


def ask_again(
    item: EvidenceItem, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> EvidenceItem:
    """Ask for another file, with the reason."""
    engine.move(item, A.ASK_AGAIN, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return item


def waive_evidence(
    item: EvidenceItem, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> EvidenceItem:
    """Do without one piece of evidence, with the reason."""
    engine.move(item, A.WAIVE_EVIDENCE, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return item


def clear_evidence(item: EvidenceItem, *, actor: Actor, at: datetime) -> EvidenceItem:
    """Let a file through that the scanner found harmless."""
    engine.move(item, A.CLEAR_EVIDENCE, actor=actor, at=at)
    return item


def reject_evidence(item: EvidenceItem, *, actor: Actor, at: datetime) -> EvidenceItem:
    """Ask for another file in place of one that the scanner found harmful."""
    engine.move(item, A.REJECT_EVIDENCE, actor=actor, at=at)
    return item


def follow_verdicts(at: datetime) -> None:
    """Let each file through that the scanner has cleared by now, and ask for another in place of each harmful one."""
    for item in queries.evidence_with_a_verdict():
        is_harmful = any(one.is_rejected for one in queries.files_of(item))
        (reject_evidence if is_harmful else clear_evidence)(item, actor=SYSTEM, at=at)


def open_evidence(item: EvidenceItem, *, actor: Actor, at: datetime) -> None:
    """Open the file of a piece of evidence; the journal keeps who did.

    :raises NotAllowed: the table leaves the actor out.
    """
    engine.record(item, A.OPEN_EVIDENCE, actor=actor, at=at, payload={"item": item.item})


# Payment


def make_payment_due(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """Compute what is due and ask for it to be ordered."""
    engine.move(payment, A.MAKE_PAYMENT_DUE, actor=actor, at=at)
    return payment


def waive_payment(payment: Payment, *, actor: Actor, at: datetime) -> Payment:
    """Note that nothing is to be paid."""
    engine.move(payment, A.WAIVE_PAYMENT, actor=actor, at=at)
    return payment


def recompute_amount(payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Payment:
    """Compute anew what is due where the host has confirmed fewer days since; it only becomes less.

    :raises WrongState: it is ordered already, or not due.
    :raises Refused: amount_stays, nothing_would_be_due.
    """
    with engine.unit_of_work(actor, at):
        engine.lock(PAYMENT, payment)
        acting = engine.acting_capacity(PAYMENT, payment, A.RECOMPUTE_AMOUNT, actor, capacity)
        if payment.state != PaymentState.DUE:
            raise WrongState(Refusal("wrong_state", {"state": payment.state}))
        lower = queries.lower_working(payment, at)
        if lower is None:
            raise Refused(Refusal("amount_stays"))
        if not lower.cents:
            raise Refused(Refusal("nothing_would_be_due"))
        changed = {"before": payment.amount_cents, "after": lower.cents}
        effects.write_amount(payment, at)
        payment.save()
        engine.record(payment, A.RECOMPUTE_AMOUNT, actor=actor, at=at, capacity=acting, payload=changed, tells={V})
    return payment


def order_payment(
    payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None, amount_cents: int | None = None
) -> Payment:
    """Order the payment; `amount_cents` is what the page showed."""
    inputs = {} if amount_cents is None else {"amount_cents": amount_cents}
    engine.move(payment, A.ORDER_PAYMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return payment


def release_payment(payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Payment:
    """Release what somebody else ordered; it goes into a batch for the bank."""
    engine.move(payment, A.RELEASE_PAYMENT, actor=actor, at=at, capacity=capacity)
    return payment


def confirm_paid(
    payment: Payment,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    paid_on: date | None = None,
    transfer_reference: str = "",
    proof: CheckedFile | None = None,
) -> Payment:
    """Note that the bank has paid."""
    with engine.unit_of_work(actor, at):
        day = paid_on or timezone.localtime(at).date()
        inputs = {"paid_on": day, "transfer_reference": transfer_reference, "proof": _stored(proof, at, "proof")}
        engine.move(payment, A.CONFIRM_PAID, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return payment


def confirm_receipt(payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Payment:
    """Say that the money has arrived."""
    engine.move(payment, A.CONFIRM_RECEIPT, actor=actor, at=at, capacity=capacity)
    return payment


def return_payment(
    payment: Payment,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    transfer_reference: str = "",
    proof: CheckedFile | None = None,
) -> Payment:
    """Note that the bank has sent the money back."""
    with engine.unit_of_work(actor, at):
        inputs = {
            "reason": reason,
            "transfer_reference": transfer_reference,
            "proof": _stored(proof, at, "return_proof"),
        }
        engine.move(payment, A.RETURN_PAYMENT, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return payment


def _stored(proof: CheckedFile | None, at: datetime, field: str) -> StoredFile | None:
    try:
        kept = None if proof is None else store(proof.shown, proof.name, proof.content_type, at, came_as=proof.content)
    except cleaning.CannotBeRead as reason:
        raise Refused(Refusal(reason.code, field=field)) from None
    if kept is not None and kept.is_rejected:
        raise Refused(Refusal("file_is_harmful", field=field))
    return kept


def correct_bank_details(
    payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None, **account: str
) -> Payment:
    """Give another account after the bank has sent the money back."""
    engine.move(payment, A.CORRECT_BANK_DETAILS, actor=actor, at=at, capacity=capacity, inputs=account)
    return payment


def block_payment(
    payment: Payment, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Payment:
    """Stop a payment because of a dispute."""
    engine.move(payment, A.BLOCK_PAYMENT, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return payment


def unblock_payment(
    payment: Payment, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> Payment:
    """Let a stopped payment go on from where it stood."""
    engine.move(payment, A.UNBLOCK_PAYMENT, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return payment


def demand_recovery(
    payment: Payment,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    recovery_cents: int | None = None,
) -> Payment:
    """Ask for the money back, or for a part of it."""
    inputs = {"reason": reason, "recovery_cents": recovery_cents}
    engine.move(payment, A.DEMAND_RECOVERY, actor=actor, at=at, capacity=capacity, inputs=inputs)
    return payment


def confirm_recovery(payment: Payment, *, actor: Actor, at: datetime, capacity: Capacity | None = None) -> Payment:
    """Note that the money has come back."""
    engine.move(payment, A.CONFIRM_RECOVERY, actor=actor, at=at, capacity=capacity)
    return payment


def open_account(payment: Payment, *, actor: Actor, at: datetime) -> None:
    """Look at the account to which the payment goes, or at what its bank said; the journal keeps who did.

    The financial agreement's line of the permission table decides, also where the account was given later.

    :raises NotAllowed: the table leaves the actor out.
    """
    if payment.agreement is None:
        raise NotAllowed(Refusal("not_allowed"))
    engine.record(payment.agreement, A.OPEN_BANK_DETAILS, actor=actor, at=at, payload={"payment": payment.reference})
