"""What must be true before a step (finalisation)."""

from django.utils import timezone

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import SYS
from clusterxchange.phases.exchange_building import guards as exchange_building
from clusterxchange.phases.exchange_building.models import ExchangeState
from clusterxchange.phases.exchange_building.queries import is_physical
from clusterxchange.phases.finalisation import queries, rules
from clusterxchange.phases.finalisation.models import EvidenceItem, PaymentState
from clusterxchange.workflow.tables import Refusal, Situation

REPORT_ANSWERS = {
    "V": ("actual_first_day", "actual_last_day", "actual_days", "activities_done"),
    "H": ("actual_days", "benefits"),
}


def travel_evidence_is_there(situation: Situation) -> Refusal | None:
    """Ask a visitor who travelled to show one journey at least before reporting."""
    report = situation.subject
    if report.side != queries.VISITOR or not is_physical(report.exchange):
        return None
    if not any(item.is_travel for item in queries.wanted_evidence(situation.scheme, report.exchange)):
        return None
    states = queries.states_of_travel(report.exchange, situation.scheme)
    return None if rules.travel_is_shown(states) else Refusal("evidence_missing")


def report_is_complete(situation: Situation) -> Refusal | None:
    """Ask for the answers without which nothing can be validated, and for a stay that can be."""
    inputs = situation.inputs
    for name in REPORT_ANSWERS[situation.subject.side]:
        if inputs.get(name) in (None, ""):
            return Refusal("report_incomplete", field=name)
    if situation.subject.side == queries.HOST:
        explained = inputs.get("presence_confirmed") or str(inputs.get("deviations") or "").strip()
        return None if explained else Refusal("presence_not_explained", field="presence_confirmed")
    return _stay_is_possible(situation) or _account_is_known(situation)


def _stay_is_possible(situation: Situation) -> Refusal | None:
    inputs = situation.inputs
    first, last = inputs["actual_first_day"], inputs["actual_last_day"]
    if last < first:
        return Refusal("end_before_start", field="actual_last_day")
    if last > timezone.localtime(situation.at).date():
        return Refusal("day_is_ahead", field="actual_last_day")
    exchange = situation.subject.exchange
    longest = rules.longest_count(
        situation.scheme, exchange.host_organisation.country, first, last, queries.admitted_days(exchange)
    )
    if inputs["actual_days"] > longest:
        return Refusal("more_days_than_the_stay_has", {"days": longest}, field="actual_days")
    return None


def _account_is_known(situation: Situation) -> Refusal | None:
    inputs = situation.inputs
    if not situation.subject.exchange.is_funded or inputs.get("bank_details_are_right"):
        return None
    if inputs.get("iban") or inputs.get("account_number"):
        return account_is_valid(situation)
    return Refusal("bank_details_not_confirmed", field="bank_details_are_right")


def force_majeure_has_a_reason(situation: Situation) -> Refusal | None:
    """Ask why force majeure is granted, and let only the visitor's partnership grant it."""
    if not situation.inputs.get("force_majeure"):
        return None
    if situation.subject.side != queries.VISITOR:
        return Refusal("not_allowed")
    reason = str(situation.inputs.get("force_majeure_reason") or "").strip()
    return None if reason else Refusal("reason_missing", field="force_majeure_reason")


def questions_are_given(situation: Situation) -> Refusal | None:
    """Ask what is to be answered before a report comes back."""
    return (
        None
        if str(situation.inputs.get("questions") or "").strip()
        else Refusal("questions_missing", field="questions")
    )


def file_is_given(situation: Situation) -> Refusal | None:
    """Ask for the file that shows it."""
    return None if situation.inputs.get("file") is not None else Refusal("file_missing", field="file")


def file_is_not_cleared(situation: Situation) -> bool:
    """Whether the scanner has not said yet that all of what was handed in is clean."""
    return any(not one.may_be_opened for one in queries.files_of(situation.subject))


def exchange_is_not_closed(item: EvidenceItem) -> bool:
    """Whether anybody still waits for this evidence: a virtual exchange may close without it."""
    return bool(item.exchange.state != ExchangeState.CLOSED)


def evidence_is_waited_for(situation: Situation) -> Refusal | None:
    """Take and decide nothing once the exchange is closed: what was paid and counted rests on what was there then."""
    return None if exchange_is_not_closed(situation.subject) else Refusal("exchange_is_closed")


def report_is_validated(situation: Situation) -> Refusal | None:
    """Ask for the visitor's report, validated or waived."""
    return None if queries.report_is_done(situation.subject.exchange) else Refusal("report_missing")


def evidence_is_settled(situation: Situation) -> Refusal | None:
    """Ask for a decision on every piece of evidence."""
    settled = rules.evidence_is_settled(queries.states_of_evidence(situation.subject.exchange))
    return None if settled else Refusal("evidence_missing")


def report_has_been_validated(situation: Situation) -> Refusal | None:
    """Say that the payment waits for the visitor's report."""
    return report_is_validated(situation) if situation.subject.state == PaymentState.NOT_DUE else None


def evidence_has_been_settled(situation: Situation) -> Refusal | None:
    """Say that the payment waits for evidence."""
    return evidence_is_settled(situation) if situation.subject.state == PaymentState.NOT_DUE else None


def amount_is_the_one_due(situation: Situation) -> Refusal | None:
    """Order what was computed and nothing else; an amount from an older page is refused, a higher one always."""
    payment, wanted = situation.subject, situation.inputs.get("amount_cents")
    if payment.amount_cents > payment.agreed_cents or (wanted is not None and wanted > payment.agreed_cents):
        return Refusal("amount_above_agreement")
    return Refusal("text_has_changed") if wanted is not None and wanted != payment.amount_cents else None


def is_not_in_a_batch(situation: Situation) -> Refusal | None:
    """Say into which batch the payment has gone already."""
    batch = situation.subject.batch
    return None if batch is None else Refusal("already_in_batch", {"batch": batch.number})


def day_of_payment_is_possible(situation: Situation) -> Refusal | None:
    """Ask for the day of the transfer: not ahead, and not before the release."""
    day = situation.inputs.get("paid_on")
    if day is None:
        return Refusal("day_missing", field="paid_on")
    if day > timezone.localtime(situation.at).date():
        return Refusal("day_is_ahead", field="paid_on")
    released = situation.subject.released_at
    if released is not None and day < timezone.localtime(released).date():
        return Refusal("paid_before_release", field="paid_on")
    return None


def proof_is_given(situation: Situation) -> Refusal | None:
    """Ask for what the bank says: its reference or a file; the tool itself has read the statement."""
    if situation.capacity is SYS or situation.inputs.get("proof") is not None:
        return None
    reference = str(situation.inputs.get("transfer_reference") or "").strip()
    field = "return_reference" if situation.action is Action.RETURN_PAYMENT else "transfer_reference"
    return None if reference else Refusal("proof_missing", field=field)


def recovery_is_within_payment(situation: Situation) -> Refusal | None:
    """Ask back no more than was paid."""
    wanted = situation.inputs.get("recovery_cents")
    too_much = wanted is not None and not 0 < wanted <= situation.subject.amount_cents
    return Refusal("recovery_above_payment", field="recovery_eur") if too_much else None


def account_is_valid(situation: Situation) -> Refusal | None:
    """Ask for an account that can be paid to, as the financial agreement does."""
    return exchange_building.account_is_valid(situation)
