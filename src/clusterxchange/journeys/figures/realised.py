"""The funder's report: each realised exchange with its parties, days, amount and its working, and what shows it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusterxchange.documents.brochures import Part, Section
from clusterxchange.journeys.figures.queries import Scope
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.finalisation.models import ActivityReport, EvidenceItem, Payment
from clusterxchange.phases.finalisation.queries import VISITOR, rules_of
from clusterxchange.phases.finalisation.views import money, working_rows
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.countries import marked_country_name
from clusterxchange.scheme.current import rules_are_read_once
from clusterxchange.workflow.sentences import state_label

AT_A_TIME = 200
RELATED = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership", "commitment")


@dataclass(frozen=True)
class Realised:
    """One exchange as the report tells it, in the reader's language."""

    exchange: Exchange
    kind: str
    from_country: str
    to_country: str
    first_day: date | None
    last_day: date | None
    days: int | None
    cents: int
    working: str
    payment: str
    paid_on: date | None
    recovery_cents: int
    evidence: str
    reports: str
    fingerprints: str


def rows(scope: Scope, language: str) -> Iterator[Realised]:
    """Give the exchanges that were closed by the day, first closed first."""
    with rules_are_read_once():
        for one in _exchanges(scope).iterator(chunk_size=AT_A_TIME):
            yield _told(one, scope.now, language)


def _exchanges(scope: Scope) -> "QuerySet[Any]":
    found = scope.exchanges().filter(stood=ExchangeState.CLOSED).select_related(*RELATED)
    return found.prefetch_related(
        Prefetch("payment", Payment.objects.select_related("agreement")),
        Prefetch("activity_reports", ActivityReport.objects.order_by("-side")),
        Prefetch("evidence_items", EvidenceItem.objects.order_by("pk")),
    ).order_by("closed_at", "pk")


def _told(exchange: Any, now: datetime, language: str) -> Realised:  # noqa: ANN401 -- a row with its state on the day
    scheme = rules_of(exchange, now)
    payment: Payment = exchange.payment
    reports = list(exchange.activity_reports.all())
    visitors = next((one for one in reports if one.side == VISITOR), None)
    text = exchange.commitment
    lines, cents = working_rows(payment, now) if payment.agreement_id is not None else ([], 0)
    return Realised(
        exchange=exchange,
        kind=code_lists.label(scheme, "organisation_types", exchange.visitor_type),
        from_country=marked_country_name(scheme, exchange.from_country, language),
        to_country=marked_country_name(scheme, exchange.to_country, language),
        first_day=(visitors and visitors.actual_first_day) or (text and text.first_day),
        last_day=(visitors and visitors.actual_last_day) or (text and text.last_day),
        days=payment.days_spent if payment.days_spent is not None else visitors and visitors.actual_days,
        cents=cents,
        working="; ".join(_line(*one) for one in lines) or _("Virtual: nobody travels, so nothing is paid"),
        payment=state_label("payment", payment.state),
        paid_on=payment.paid_on,
        recovery_cents=payment.recovery_cents,
        evidence="; ".join(_item(scheme, one) for one in exchange.evidence_items.all()),
        reports="; ".join(_report(one) for one in reports),
        fingerprints=", ".join(
            one.text_sha256 for one in (text, payment.agreement) if one is not None and one.text_sha256
        ),
    )


def _line(label: str, amount: str, why: str) -> str:
    if not why:
        return _("%(label)s: %(amount)s") % {"label": label, "amount": amount}
    return _("%(label)s: %(amount)s (%(why)s)") % {"label": label, "amount": amount, "why": why}


def _item(scheme: Any, item: EvidenceItem) -> str:  # noqa: ANN401 -- the rules of the case
    said = {
        "what": code_lists.label(scheme, "evidence_items", item.item),
        "state": state_label("evidence", item.state),
        "day": day(item.decided_at),
        "reason": item.reason,
    }
    if item.decided_at is not None:
        return _("%(what)s: %(state)s on %(day)s") % said
    return _("%(what)s: %(state)s, %(reason)s") % said if item.reason else _("%(what)s: %(state)s") % said


def _report(report: ActivityReport) -> str:
    said = {
        "whose": _("Visitor’s report") if report.side == VISITOR else _("Host’s report"),
        "state": state_label("activity_report", report.state),
        "day": day(report.validated_at),
        "reason": report.force_majeure_reason,
    }
    if report.force_majeure:
        return _("%(whose)s: %(state)s on %(day)s, force majeure granted: %(reason)s") % said
    return _("%(whose)s: %(state)s on %(day)s") % said if report.validated_at else _("%(whose)s: %(state)s") % said


def day(moment: datetime | date | None) -> str:
    """Write a day as the reader's language does, empty where there is none."""
    if moment is None:
        return ""
    return date_format(timezone.localtime(moment) if isinstance(moment, datetime) else moment, _("j E Y"))


def header() -> list[str]:
    """Give the titles of the columns of the workbook."""
    return [
        _("Reference"), _("Closed on"), _("Visiting organisation"), _("Type of visitor"), _("From"),
        _("Host organisation"), _("To"), _("Visitor’s partnership"), _("Host’s partnership"), _("Format"),
        _("First day"), _("Last day"), _("Working days at the host"), _("Amount in EUR"),
        _("How the amount comes about"),
        _("State of the payment"), _("Paid on"), _("To be paid back, in EUR"),
        _("Evidence"), _("Reports"), _("SHA-256 of the signed texts"),
        _("As of"),
    ]  # fmt: skip


def cells(one: Realised, as_of: date) -> list[object]:
    """Give the cells of one exchange, in the order of the header; the amount is a number of euros."""
    exchange = one.exchange
    return [
        exchange.reference, day(exchange.closed_at), exchange.visiting_organisation.legal_name, one.kind,
        one.from_country, exchange.host_organisation.legal_name, one.to_country, exchange.visitor_partnership.acronym,
        exchange.host_partnership.acronym, exchange.format, one.first_day or "", one.last_day or "",
        "" if one.days is None else one.days, one.cents / 100, one.working, one.payment, one.paid_on or "",
        one.recovery_cents / 100,
        one.evidence, one.reports, one.fingerprints, as_of.isoformat(),
    ]  # fmt: skip


def sections(found: Iterable[Realised]) -> list[Section]:
    """Give what is printed: how much in all, then each partnership with its exchanges."""
    by_partnership: dict[str, list[Realised]] = {}
    for one in found:
        by_partnership.setdefault(one.exchange.visitor_partnership.acronym, []).append(one)
    named = sorted(by_partnership.items())
    summed = [[name, str(len(ones)), money(sum(one.cents for one in ones))] for name, ones in named]
    everything = [one for _name, ones in named for one in ones]
    total = [_("All"), str(len(everything)), money(sum(one.cents for one in everything))]
    return [
        Section(
            _("Realised exchanges"),
            text=_("Each exchange counts once, for the visitor’s partnership, from the day on which it was closed."),
            columns=[3, 1, 1],
            header=[_("Visitor’s partnership"), _("Exchanges"), _("Amount")],
            rows=[*summed, total],
        ),
        *(Section(name, parts=[Part(_title(one), bullets=_facts(one)) for one in ones]) for name, ones in named),
    ]


def _title(one: Realised) -> str:
    return _("%(reference)s: %(visitor)s at %(host)s") % {
        "reference": one.exchange.reference,
        "visitor": one.exchange.visiting_organisation.legal_name,
        "host": one.exchange.host_organisation.legal_name,
    }


def _facts(one: Realised) -> list[str]:
    days = {"first": day(one.first_day), "last": day(one.last_day), "days": "" if one.days is None else one.days}
    told = [
        (_("From where to where"), f"{one.from_country} → {one.to_country}"),
        (_("Type of visitor"), one.kind),
        (_("Host’s partnership"), one.exchange.host_partnership.acronym),
        (_("Days"), _("%(first)s to %(last)s, working days: %(days)s") % days),
        (_("Amount"), money(one.cents)),
        (_("How the amount comes about"), one.working),
        (_("State of the payment"), one.payment),
        (_("Paid on"), day(one.paid_on)),
        (_("To be paid back"), money(one.recovery_cents) if one.recovery_cents else ""),
        (_("Evidence"), one.evidence),
        (_("Reports"), one.reports),
        (_("SHA-256 of the signed texts"), one.fingerprints),
        (_("Closed on"), day(one.exchange.closed_at)),
    ]
    return [_("%(label)s: %(said)s") % {"label": label, "said": said} for label, said in told if said]
