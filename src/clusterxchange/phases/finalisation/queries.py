"""What is read of reports, evidence and payments."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils import timezone

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.documents.models import Document
from clusterxchange.foundation.models import StoredFile
from clusterxchange.foundation.scoping import visible
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.exchange_building.queries import rules_of_case
from clusterxchange.phases.finalisation import rules
from clusterxchange.phases.finalisation.models import (
    ActivityReport,
    ActivityReportState,
    EvidenceItem,
    EvidenceState,
    Payment,
    PaymentState,
    PresenceCode,
    PresenceMoment,
)
from clusterxchange.scheme import terms
from clusterxchange.scheme.amounts import AmountWorking
from clusterxchange.scheme.document import EvidenceItem as WantedItem
from clusterxchange.scheme.document import Format, Scheme
from clusterxchange.workflow import journal

VISITOR, HOST = "V", "H"


def reports_for(actor: Actor) -> QuerySet[ActivityReport]:
    """Give the reports that the actor may see."""
    return visible(ActivityReport.objects.select_related("exchange", "exchange__commitment"), "activity_report", actor)


def evidence_for(actor: Actor) -> QuerySet[EvidenceItem]:
    """Give the pieces of evidence that the actor may see, in the order in which they are asked for."""
    return visible(
        EvidenceItem.objects.select_related("exchange", "exchange__commitment", "file", "original").order_by("pk"),
        "evidence",
        actor,
    )


def files_of(item: EvidenceItem) -> list[StoredFile]:
    """Give what was handed in for a piece of evidence: the file, and the photo as it came."""
    return [one for one in (item.file, item.original) if one is not None]


def reason_against_opening(item: EvidenceItem) -> str:
    """Give the code that says why a piece of evidence stays closed, empty where it may be opened.

    The copy that others open is made from what came: while that waits or has done harm, the copy stays closed as well.
    """
    closed = sorted((one for one in files_of(item) if not one.may_be_opened), key=lambda one: not one.is_rejected)
    return closed[0].reason_against_opening if closed else ""


def evidence_with_a_verdict() -> list[EvidenceItem]:
    """Give the pieces of evidence in quarantine about whose files the scanner has said all by now."""
    waiting = EvidenceItem.objects.filter(state=EvidenceState.QUARANTINED).select_related("file", "original")
    return [item for item in waiting.order_by("pk") if not any(one.is_waiting for one in files_of(item))]


def was_opened(item: EvidenceItem, actor: Actor) -> bool:
    """Whether the reader has opened the file that is there now; the journal knows who looked."""
    if item.uploaded_at is None:
        return False
    looked = journal.entries_of(str(item.exchange.reference)).filter(
        kind="evidence", subject=str(item.pk), action=Action.OPEN_EVIDENCE, actor=str(actor.account_id)
    )
    return looked.filter(at__gte=item.uploaded_at).exists()


def payments_for(actor: Actor) -> QuerySet[Payment]:
    """Give the payments that the actor may see."""
    return visible(Payment.objects.select_related("exchange", "exchange__commitment", "agreement"), "payment", actor)


def rules_of(exchange: Exchange, at: datetime) -> Scheme:
    """Give the rules that hold for an exchange that has ended: those that it was signed under."""
    return rules_of_case(exchange, exchange.commitment, at)


def wanted_evidence(scheme: Scheme, exchange: Exchange) -> tuple[WantedItem, ...]:
    """Give the evidence that the scheme asks for in this format."""
    return scheme.evidence[Format(exchange.format)]


def agreed_days(exchange: Exchange) -> int:
    """Give the full working days that were agreed."""
    return (exchange.commitment.working_days or 0) if exchange.commitment is not None else 0


def admitted_days(exchange: Exchange) -> list[date]:
    """Give the days that a contact point has let count although they are no working days."""
    days = exchange.commitment.admitted_days if exchange.commitment is not None else {}
    return [date.fromisoformat(day) for day in days]


def report_of(exchange: Exchange, side: str) -> ActivityReport | None:
    """Give the report of one side, read anew."""
    return ActivityReport.objects.filter(exchange_id=exchange.pk, side=side).first()


def days_confirmed_by_host(exchange: Exchange) -> int | None:
    """Give the days that the host has confirmed, None while it has said nothing."""
    report = report_of(exchange, HOST)
    if report is None or report.state not in {ActivityReportState.SUBMITTED, ActivityReportState.VALIDATED}:
        return None
    return report.actual_days


def days_of(exchange: Exchange, report: ActivityReport) -> int:
    """Give the days that count, from the visitor's report and what the host confirmed."""
    reported = None if report.state == ActivityReportState.WAIVED else report.actual_days
    return rules.days_spent(
        reported=reported, agreed=agreed_days(exchange), confirmed_by_host=days_confirmed_by_host(exchange)
    )


def working_of(payment: Payment, at: datetime) -> tuple[int, AmountWorking]:
    """Give the days that count and what follows from them, as things stand now."""
    exchange, agreement = payment.exchange, payment.agreement
    report = report_of(exchange, VISITOR)
    days = days_of(exchange, report) if report is not None else agreed_days(exchange)
    return days, rules.amount_due(
        rules_of(exchange, at),
        full_cents=payment.full_cents,
        agreed_cents=payment.agreed_cents,
        days=days,
        kilometres=(agreement.distance_km or 0) if agreement is not None else 0,
        force_majeure=report.force_majeure if report is not None else False,
    )


def took_place(exchange: Exchange) -> bool:
    """Whether the visitor's report was validated: a waived one shows nothing."""
    report = report_of(exchange, VISITOR)
    return report is not None and report.state == ActivityReportState.VALIDATED


def days_at_the_host(exchange: Exchange, report: ActivityReport | None) -> tuple[date | None, date | None]:
    """Give first and last day as reported, else as agreed."""
    agreed = exchange.commitment
    first = report.actual_first_day if report is not None else None
    last = report.actual_last_day if report is not None else None
    return (
        first or (agreed.first_day if agreed is not None else None),
        last or (agreed.last_day if agreed is not None else None),
    )


def certificate_of(report: ActivityReport) -> Document | None:
    """Give the signed certificate of participation of the side that wrote the report; None before it is made."""
    kind = Document.Kind.CERTIFICATE_OF_PARTICIPATION
    return Document.objects.filter(kind=kind, subject_id=report.pk, is_complete=True).select_related("file").last()


def report_is_done(exchange: Exchange) -> bool:
    """Whether the visitor's report was validated or waived."""
    report = report_of(exchange, VISITOR)
    return report is not None and report.state in rules.DONE_REPORTS


def states_of_evidence(exchange: Exchange) -> list[str]:
    """Give the state of each piece of evidence."""
    return list(EvidenceItem.objects.filter(exchange_id=exchange.pk).order_by("pk").values_list("state", flat=True))


def states_of_travel(exchange: Exchange, scheme: Scheme) -> list[str]:
    """Give the state of each piece of evidence that shows a journey."""
    travel = [one.code for one in wanted_evidence(scheme, exchange) if one.is_travel]
    return list(EvidenceItem.objects.filter(exchange_id=exchange.pk, item__in=travel).values_list("state", flat=True))


def exchange_is_settled(exchange: Exchange) -> bool:
    """Whether both reports are done and nothing is left to pay."""
    reports = list(ActivityReport.objects.filter(exchange_id=exchange.pk).values_list("state", flat=True))
    payment = Payment.objects.filter(exchange_id=exchange.pk).values_list("state", flat=True).first() or ""
    return rules.exchange_is_settled(reports, payment)


def lower_working(payment: Payment, at: datetime) -> AmountWorking | None:
    """Give what is due by the days that the host has confirmed since, None where that is not less."""
    if payment.agreement is None or payment.state not in {PaymentState.DUE, PaymentState.ORDERED}:
        return None
    _days, working = working_of(payment, at)
    return working if working.cents < payment.amount_cents else None


@dataclass(frozen=True)
class DueCounts:
    """Both counts of the term of payment, each with its last day; the later one holds."""

    from_end: date
    from_completion: date | None

    @property
    def last_day(self) -> date:
        """The day that holds."""
        return self.from_end if self.from_completion is None else max(self.from_end, self.from_completion)


def due_counts(payment: Payment, at: datetime) -> DueCounts | None:
    """Give the last day of the term of payment from the end and from the completion; None before the end."""
    exchange = payment.exchange
    if exchange.ended_at is None or payment.state == PaymentState.WAIVED:
        return None
    scheme, country = rules_of(exchange, at), exchange.visitor_partnership.coordinating_country
    complete = payment.due_since
    return DueCounts(
        terms.last_day(scheme, "payment", exchange.ended_at, country),
        terms.last_day(scheme, "payment", complete, country) if complete is not None else None,
    )


def last_day_of_report(report: ActivityReport, at: datetime) -> date | None:
    """Give the last day on which the report is in time."""
    exchange = report.exchange
    if exchange.ended_at is None:
        return None
    organisation = exchange.visiting_organisation if report.side == VISITOR else exchange.host_organisation
    return terms.last_day(rules_of(exchange, at), "report", exchange.ended_at, organisation.country)


def days_late(report: ActivityReport, at: datetime) -> int:
    """Count the days by which a report is late, or was when it came; 0 where it is in time."""
    last = last_day_of_report(report, at)
    if last is None or report.state == ActivityReportState.WAIVED:
        return 0
    return max((timezone.localtime(report.submitted_at or at).date() - last).days, 0)


def account_ending(payment: Payment) -> str:
    """Give the last characters of the account to which the payment goes."""
    if payment.account_ending:
        return payment.account_ending
    return payment.agreement.account_ending if payment.agreement is not None else ""


def account_of(payment: Payment) -> dict[str, str]:
    """Give the account to which the payment goes, in plain text: the one given last."""
    given_later = bool(payment.iban or payment.account_number)
    row = payment if given_later or payment.agreement is None else payment.agreement
    return {name: getattr(row, name) for name in ("account_holder", "iban", "account_number", "bic", "bank_address")}


def presence_of(exchange: Exchange) -> dict[str, PresenceCode]:
    """Give the codes by which arrival and departure are confirmed, by moment."""
    return {one.moment: one for one in PresenceCode.objects.filter(exchange_id=exchange.pk)}


def was_present_by_code(exchange: Exchange) -> bool:
    """Whether the host has typed in the visitor's code on arrival and on departure."""
    return PresenceCode.objects.filter(exchange_id=exchange.pk, confirmed_at__isnull=False).count() == len(
        PresenceMoment
    )
