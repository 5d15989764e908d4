"""What a step writes besides the state (finalisation). The engine saves the subject once its state has changed."""

from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from procrastinate.contrib.django import app as jobs_app

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import SYS
from clusterxchange.parties.memberships import people_of_organisations
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.effects import tell_of_another_account
from clusterxchange.phases.exchange_building.models import FinancialAgreement
from clusterxchange.phases.finalisation import queries, rules
from clusterxchange.phases.finalisation.models import Payment, PaymentBatch, PaymentState
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow import engine, notices
from clusterxchange.workflow.tables import Situation

REPORT_COLUMNS = (
    "actual_first_day",
    "actual_last_day",
    "actual_days",
    "presence_confirmed",
    "deviations",
    "activities_done",
    "objectives",
    "outcomes",
    "benefits",
    "follow_up",
    "ratings",
    "recommends",
    "suggestions",
    "success_story",
    "story_may_be_published",
    "bank_details_are_right",
)
MAKE_CERTIFICATES = "clusterxchange.phases.finalisation.jobs.make_certificates"
BANK_COLUMNS = ("account_holder", "iban", "account_number", "bic", "bank_address")
LENGTH_OF_ENDING = 4


def keep_report(situation: Situation) -> None:
    """Write the answers of one side, and the new account where a visitor has given one."""
    report, inputs = situation.subject, situation.inputs
    for name in REPORT_COLUMNS:
        if name in inputs:
            setattr(report, name, inputs[name])
    if inputs.get("story_may_be_published"):
        report.story_consent_changed_at = situation.at
    report.submitted_at, report.draft = situation.at, {}
    if inputs.get("iban") or inputs.get("account_number"):
        payment = Payment.objects.select_for_update().get(exchange_id=report.exchange_id)
        write_account(payment, inputs)
        payment.save(update_fields=[*BANK_COLUMNS, "account_ending"])


def write_account(payment: Payment, inputs: Any) -> None:  # noqa: ANN401 -- whatever a form gave
    """Put an account beside the one of the signed agreement, which stays as it was signed."""
    before = queries.account_of(payment)
    for name in BANK_COLUMNS:
        setattr(payment, name, str(inputs.get(name) or "").strip())
    payment.iban = "".join(payment.iban.split()).upper()
    payment.account_number = "" if payment.iban else payment.account_number
    payment.account_ending = (payment.iban or payment.account_number)[-LENGTH_OF_ENDING:]
    is_another = (payment.iban, payment.account_number) != (before["iban"], before["account_number"])
    if is_another and payment.agreement is not None:
        tell_of_another_account(payment.agreement, payment.account_ending)


def note_validation(situation: Situation) -> None:
    """Keep when it was validated, and whether force majeure was granted."""
    report = situation.subject
    report.validated_at = situation.at
    if situation.inputs.get("force_majeure"):
        report.force_majeure = True
        report.force_majeure_reason = str(situation.inputs["force_majeure_reason"]).strip()


def keep_questions(situation: Situation) -> None:
    """Keep what is to be answered."""
    situation.subject.questions = str(situation.inputs["questions"]).strip()


def keep_waiving(situation: Situation) -> None:
    """Keep why nobody waits for this report."""
    situation.subject.waive_reason = str(situation.inputs["reason"]).strip()


def keep_file(situation: Situation) -> None:
    """Put the file into its place."""
    item = situation.subject
    item.file, item.original = situation.inputs["file"], situation.inputs.get("original")
    item.uploaded_at, item.decided_at = situation.at, None


def follow_the_verdict(situation: Situation) -> None:
    """Ask for another file at once where the scanner has found something harmful already."""
    if any(one.is_rejected for one in queries.files_of(situation.subject)):
        engine.move(situation.subject, Action.REJECT_EVIDENCE, actor=SYSTEM, at=situation.at)


def forget_reason(situation: Situation) -> None:
    """Drop the reason for which an earlier file was asked for again; the scanner's verdict takes its place."""
    situation.subject.reason = ""


def tell_verdict(situation: Situation) -> None:
    """Tell the visitor what was found before the mail that asks for another file, which does not say it."""
    item = situation.subject
    people = people_of_organisations([item.exchange.visiting_organisation_id])
    notices.tell_people(people, item, situation.action, SYS, situation.at)


def note_decision(situation: Situation) -> None:
    """Keep when the file was accepted."""
    situation.subject.decided_at = situation.at


def keep_reason(situation: Situation) -> None:
    """Keep why a file is asked for again or not needed, or why a payment stands still."""
    situation.subject.reason = str(situation.inputs["reason"]).strip()
    if hasattr(situation.subject, "decided_at"):
        situation.subject.decided_at = situation.at


def compute_amount_due(situation: Situation) -> None:
    """Write what is due for the days really spent; what was set aside above it is free again."""
    payment = situation.subject
    write_amount(payment, situation.at)
    payment.due_since = rules.due_since(payment.exchange.ended_at, situation.at)


def write_off(situation: Situation) -> None:
    """Note that nothing is paid: the money is free again, and so is the visit if the stay was too short."""
    payment, exchange = situation.subject, situation.subject.exchange
    if not exchange.is_funded:
        return
    days = write_amount(payment, situation.at)
    if not rules.visit_is_used_up(situation.scheme, days=days, cents=payment.amount_cents):
        registration.free_visit(exchange.visitor_participation, situation.at)


def write_amount(payment: Payment, at: datetime) -> int:
    """Write what is due as things stand, and let go of what was set aside above it; give the days that count."""
    days, working = queries.working_of(payment, at)
    payment.days_spent, payment.amount_cents, payment.reasons = days, working.cents, list(working.reasons)
    _free_above(payment, working.cents, at)
    return days


def _free_above(payment: Payment, kept_cents: int, at: datetime) -> None:
    agreement = payment.agreement
    if agreement is not None and agreement.committed_cents > kept_cents:
        budgets.free(
            payment.exchange.visitor_partnership_id, agreement.committed_cents - kept_cents, from_part="committed",
            case=str(payment.exchange.reference), at=at,
        )  # fmt: skip
        _note_committed(agreement, kept_cents)


def _note_committed(agreement: FinancialAgreement | None, cents: int) -> None:
    if agreement is not None:
        FinancialAgreement.objects.filter(pk=agreement.pk).update(committed_cents=cents)


def note_order(situation: Situation) -> None:
    """Keep who ordered; an earlier try that the bank returned is over."""
    payment = situation.subject
    payment.ordered_by_id, payment.ordered_at = situation.actor.account_id, situation.at
    payment.released_by, payment.released_at, payment.batch = None, None, None
    payment.paid_on, payment.proof, payment.transfer_reference, payment.reason = None, None, "", ""


def note_release(situation: Situation) -> None:
    """Keep who released."""
    situation.subject.released_by_id, situation.subject.released_at = situation.actor.account_id, situation.at


def put_into_batch(situation: Situation) -> None:
    """Put the payment among those that the partnership's bank carries out on the same day."""
    payment, partnership = situation.subject, situation.subject.exchange.visitor_partnership
    Partnership.objects.select_for_update().get(pk=partnership.pk)
    released_on = timezone.localtime(situation.at).date()
    day = rules.execution_day(situation.scheme, partnership.coordinating_country, released_on)
    batches = PaymentBatch.objects.filter(partnership=partnership).order_by("-number")
    batch = batches.filter(execution_on=day, file_made_at=None).first()
    if batch is None:
        last = batches.values_list("number", flat=True).first() or 0
        batch = PaymentBatch.objects.create(
            partnership=partnership, number=last + 1, execution_on=day, made_at=situation.at
        )
    payment.batch = batch


def note_paid(situation: Situation) -> None:
    """Keep what the bank says; money that was owed is now paid."""
    payment, inputs = situation.subject, situation.inputs
    payment.paid_on = inputs.get("paid_on") or timezone.localtime(situation.at).date()
    _keep_proof(situation)
    exchange_building.settle_budget(payment.exchange, paid_cents=payment.amount_cents, at=situation.at)


def _keep_proof(situation: Situation) -> None:
    payment, inputs = situation.subject, situation.inputs
    payment.proof = inputs.get("proof")
    payment.transfer_reference = str(inputs.get("transfer_reference") or "").strip()


def note_receipt(situation: Situation) -> None:
    """Keep when it was received, or counted as received."""
    situation.subject.received_at = situation.at


def note_return(situation: Situation) -> None:
    """Keep why the bank sent it back; money that was paid is owed again."""
    payment = situation.subject
    payment.reason = str(situation.inputs["reason"]).strip()
    _keep_proof(situation)
    if situation.before == PaymentState.PAID:
        _take_back(payment, payment.amount_cents, "committed", situation.at)
        _note_committed(payment.agreement, payment.amount_cents)


def keep_recovery(situation: Situation) -> None:
    """Keep why money is asked back, and how much: all of it where nothing is said."""
    keep_reason(situation)
    payment = situation.subject
    payment.recovery_cents = situation.inputs.get("recovery_cents") or payment.amount_cents


def note_recovery(situation: Situation) -> None:
    """Note that the money has come back and is free again."""
    payment = situation.subject
    cents = payment.recovery_cents or payment.amount_cents
    _take_back(payment, cents, "free", situation.at)


def _take_back(payment: Payment, cents: int, to_part: Literal["committed", "free"], at: datetime) -> None:
    exchange = payment.exchange
    budgets.take_back(exchange.visitor_partnership_id, cents, to_part=to_part, case=str(exchange.reference), at=at)


def have_certificates_made(situation: Situation) -> None:
    """Let a job write the certificate of participation of each side, once the mails of the closing are on their way."""
    jobs_app.configure_task(MAKE_CERTIFICATES, queue="documents").defer(exchange_id=situation.subject.pk)


def keep_new_bank_details(situation: Situation) -> None:
    """Put the corrected account beside the one that the bank refused."""
    write_account(situation.subject, situation.inputs)
