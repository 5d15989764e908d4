"""Pages of reports, evidence and payment: load, one call, answer."""

from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.preview import CannotBeShown, page_as_picture
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF, PNG, as_attachment, hand_out
from clusterxchange.foundation.models import StoredFile
from clusterxchange.foundation.money import format_cents
from clusterxchange.parties.accounts.proven import ask_once_more, was_proven_lately
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.phases.exchange_building.queries import names_of_exchange
from clusterxchange.phases.finalisation import cleaning, forms, guards, operations, queries, rules
from clusterxchange.phases.finalisation.models import (
    ActivityReport,
    ActivityReportState,
    EvidenceItem,
    EvidenceState,
    Payment,
    PaymentState,
)
from clusterxchange.phases.finalisation.reporting.operations import save_report
from clusterxchange.phases.finalisation.states import ACTIVITY_REPORT, EVIDENCE, PAYMENT
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.amounts import UNDER_200_KM, UNDER_FIVE_WORKING_DAYS
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, obligations, pages, registry, sentences
from clusterxchange.workflow.engine import NotAllowed, NotDone
from clusterxchange.workflow.pages import CasePage, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

ITEM_BADGES = {
    EvidenceState.WANTED: "later",
    EvidenceState.ASKED_AGAIN: "held",
    EvidenceState.QUARANTINED: "half",
    EvidenceState.UPLOADED: "half",
    EvidenceState.ACCEPTED: "done",
    EvidenceState.WAIVED: "done",
}
DONE = 302
NEEDS_A_WORD = frozenset({EvidenceState.ASKED_AGAIN, EvidenceState.QUARANTINED, EvidenceState.WAIVED})
MOST_DIGITS = 3
SIDE_OF_CAPACITY = {V: queries.VISITOR, VP: queries.VISITOR, H: queries.HOST, HP: queries.HOST}

# What all pages say


def day_in_words(day: date | datetime | None) -> str:
    """Write a day as the reader's language does."""
    if day is None:
        return ""
    return date_format(timezone.localtime(day) if isinstance(day, datetime) else day, _("j E Y"))


def money(cents: int) -> str:
    """Write an amount in the reader's language."""
    return format_cents(cents, get_language() or "en")


def yes_or_no(value: bool | None) -> str:  # noqa: FBT001 -- an answer
    """Say an answer in a word."""
    return "" if value is None else _("Yes") if value else _("No")


def breadcrumb_of(exchange: Exchange) -> list[tuple[str, str]]:
    """Give the way back: the desk, the exchange."""
    return [
        (_("Desk"), "/desk/"),
        (_("Exchange %(reference)s") % {"reference": exchange.reference}, f"/exchanges/{exchange.reference}/"),
    ]


def phase_steps(subject: Any, actor: Actor) -> list[tuple[str, str, str]]:  # noqa: ANN401 -- any of the three lives
    """Say that the case is in the last of the four phases."""
    del actor
    closed = subject.exchange.closed_at is not None
    return [
        (_("Registration"), _("Done"), "done"),
        (_("Matching"), _("Done"), "done"),
        (_("Exchange building"), _("Done"), "done"),
        (_("Exchange finalisation"), _("Done") if closed else _("Now"), "done" if closed else "current"),
    ]


def names_and_links(exchange: Exchange, actor: Actor) -> list[tuple[str, str]]:
    """Give the other pages of this phase that the reader may see."""
    seen = cases.kinds_seen(registry.machine_named("exchange"), exchange, actor)
    known = (
        ("activity_report", _("Report"), "report"),
        ("evidence", _("Evidence"), "evidence"),
        ("payment", _("Payment"), "payment"),
    )
    return [(label, f"/exchanges/{exchange.reference}/{end}/") for kind, label, end in known if kind in seen]


@registry.adds_files("exchange")
def certificate_files(exchange: Exchange, actor: Actor) -> list[dict[str, Any]]:
    """Give the certificates of participation that the reader may see, each named by whose it is."""
    if exchange.closed_at is None:
        return []
    return [
        {
            "name": _("Certificate of participation of %(organisation)s") % {"organisation": name_of_writer(report)},
            "url": f"{ACTIVITY_REPORT.address(report)}certificate/",
            "note": _("PDF, signed for the visitor's partnership"),
        }
        for report in queries.reports_for(actor).filter(exchange=exchange).order_by("pk")
        if queries.certificate_of(report) is not None
    ]


def not_yet(
    request: HttpRequest, reference: str, kind: str, title: str, sentence: str, *, tried: A | None = None
) -> HttpResponse:
    """Say of a part of an exchange that it begins with the end of the stay; a stranger gets the same as everywhere.

    A cancelled exchange never comes to that; whoever has tried a step with what is not there is refused.
    """
    exchange = pages.load(request, Exchange.objects.all(), "exchange", reference=reference)
    machine = registry.machine_named("exchange")
    if kind not in cases.kinds_seen(machine, exchange, actor_of(request)):
        raise Http404
    is_cancelled = exchange.state == ExchangeState.CANCELLED
    if is_cancelled:
        sentence = sentences.refusal_sentence("exchange_is_cancelled", {})
    code = "exchange_is_cancelled" if is_cancelled else "wrong_state"
    context = {
        "title": title,
        "heading": _("Nothing follows") if is_cancelled else _("Not yet"),
        "sentence": sentence,
        "refusal": pages.refusal_context(tried, Refusal(code, {"state": exchange.state})) if tried else None,
        "breadcrumb": breadcrumb_of(exchange),
        "exchange": exchange,
        "banner": cases.banner_of(machine, exchange, actor_of(request), clock.now()),
    }
    return render(request, "finalisation/not_yet.html", context, status=pages.CONFLICT if tried else 200)


# Amounts with their working


def working_section(payment: Payment, actor: Actor, at: datetime, title: str) -> cases.Section:
    """Show how the amount comes about."""
    rows, cents = working_rows(payment, at)
    label = (
        _("You receive")
        if payment_is_received(payment, actor)
        else _("%(visitor)s receives") % names_of_exchange(payment.exchange)
    )
    return cases.Section(
        title,
        template="finalisation/working.html",
        context={"rows": rows, "total": money(cents), "cents": cents, "total_label": label},
    )


def working_rows(payment: Payment, at: datetime) -> tuple[list[tuple[str, str, str]], int]:
    """Give the full amount, the halving with its reasons, the agreement as the limit, and the cents that follow."""
    if payment.state == PaymentState.NOT_DUE:
        days, working = queries.working_of(payment, at)
        cents, reasons = working.cents, working.reasons
    else:
        days, cents, reasons = payment.days_spent or 0, payment.amount_cents, tuple(payment.reasons)
    scheme, country = queries.rules_of(payment.exchange, at), payment.exchange.host_organisation.country
    name = country_name(country, get_language() or "en")
    rows = [(_("Full amount for %(country)s") % {"country": name}, money(payment.full_cents), "")]
    why = "; ".join(_reason_in_words(code, scheme, days) for code in reasons)
    full_or_half = payment.full_cents
    if cents and reasons:
        full_or_half = payment.full_cents // scheme.halving.divisor ** (
            1 if scheme.halving.at_most_once else len(reasons)
        )
        rows.append((_("Halved"), money(full_or_half), why))
    elif reasons:
        full_or_half = 0
        rows.append((_("Nothing is due"), money(0), why))
    if full_or_half > payment.agreed_cents:
        rows.append((_("Not more than the signed agreement"), money(payment.agreed_cents), ""))
    return rows, cents


def _reason_in_words(code: str, scheme: Scheme, days: int) -> str:
    if code == UNDER_200_KM:
        return _("the distance is under %(limit)s km") % {"limit": scheme.halving.distance_km_under}
    counted = ngettext("%(count)d working day at the host", "%(count)d working days at the host", days) % {
        "count": days
    }
    limit = (
        scheme.halving.working_days_under if code == UNDER_FIVE_WORKING_DAYS else scheme.durations.minimum_working_days
    )
    return _("%(days)s, fewer than %(limit)s") % {"days": counted, "limit": limit}


# Reports


def report_title(report: ActivityReport, actor: Actor) -> str:
    """Name a report by who writes it."""
    del actor
    return _("Final activity report of %(organisation)s") % {"organisation": name_of_writer(report)}


def name_of_writer(report: ActivityReport) -> str:
    """Give the organisation whose side a report is."""
    exchange = report.exchange
    is_visitor = report.side == queries.VISITOR
    return (exchange.visiting_organisation if is_visitor else exchange.host_organisation).legal_name


def report_meta(report: ActivityReport, actor: Actor) -> list[str]:
    """Say how late a report is, or was when it came."""
    del actor
    late = queries.days_late(report, clock.now())
    return [ngettext("%(count)d day late", "%(count)d days late", late) % {"count": late}] if late else []


def report_sections(report: ActivityReport, actor: Actor, at: datetime) -> list[cases.Section]:
    """Give what was reported, and for the visitor's side the days and the amount that follow."""
    found: list[cases.Section] = []
    if report.questions and report.state in {ActivityReportState.RETURNED, ActivityReportState.SUBMITTED}:
        found.append(cases.Section(_("Questions of the contact point"), [(_("To be answered"), report.questions)]))
    if report.waive_reason:
        found.append(cases.Section(_("Why no report is needed"), [(_("Reason"), report.waive_reason)]))
    payment = Payment.objects.filter(exchange=report.exchange).select_related("exchange", "agreement").first()
    if report.side == queries.VISITOR:
        found += _what_follows(report, payment, actor, at)
    if report.state not in {ActivityReportState.OPEN, ActivityReportState.RETURNED, ActivityReportState.WAIVED}:
        rows = visitor_rows(report, at) if report.side == queries.VISITOR else host_rows(report, at)
        found.append(cases.Section(_("The report"), rows))
    links = [link for link in names_and_links(report.exchange, actor) if not link[1].endswith("/report/")]
    links.append((_("Presence"), f"/exchanges/{report.exchange.reference}/presence/"))
    if report.side == queries.VISITOR:
        links.append((_("Success story"), f"{ACTIVITY_REPORT.address(report)}story/"))
    if links:
        found.append(
            cases.Section(_("Also in this exchange"), template="finalisation/links.html", context={"links": links})
        )
    return found


def _what_follows(report: ActivityReport, payment: Payment | None, actor: Actor, at: datetime) -> list[cases.Section]:
    if report.state == ActivityReportState.OPEN or payment is None or payment.agreement_id is None:
        return []
    confirmed = queries.days_confirmed_by_host(report.exchange)
    days = [
        (_("Agreed"), str(queries.agreed_days(report.exchange))),
        (_("Reported"), str(report.actual_days if report.actual_days is not None else "")),
        (_("Confirmed by the host organisation"), _("Nothing yet") if confirmed is None else str(confirmed)),
    ]
    if report.force_majeure:
        days.append((_("Force majeure"), report.force_majeure_reason))
    return [cases.Section(_("Working days"), days), working_section(payment, actor, at, _("The amount that follows"))]


def visitor_rows(report: ActivityReport, at: datetime) -> list[tuple[Any, ...]]:
    """Give the visitor's answers."""
    scheme = queries.rules_of(report.exchange, at)
    highest = scheme.report.highest_rating
    rows: list[tuple[Any, ...]] = [
        (_("First day at the host"), day_in_words(report.actual_first_day)),
        (_("Last day at the host"), day_in_words(report.actual_last_day)),
        (_("Full working days at the host"), str(report.actual_days if report.actual_days is not None else "")),
        (_("What went otherwise than planned"), report.deviations),
        (_("What was done"), report.activities_done),
    ]
    for row in report.objectives:
        reached = _("%(rating)s of %(highest)s: %(sentence)s") % {
            "rating": row["reached"],
            "highest": highest,
            "sentence": row["sentence"],
        }
        rows.append((row["objective"], reached))
    outcomes = [_outcome_in_words(scheme, code, count) for code, count in report.outcomes.items()]
    rows.append((_("What came out of it"), "\n".join(outcomes)))
    rows += _rating_rows(report, {code: code_lists.label(scheme, "ratings", code) for code in report.ratings}, highest)
    rows += [
        (_("Would recommend it"), yes_or_no(report.recommends)),
        (_("Suggestions"), report.suggestions),
        (_("Success story"), report.success_story),
        (_("The story may be published"), yes_or_no(report.story_may_be_published)),
    ]
    return rows


def _outcome_in_words(scheme: Scheme, code: str, count: int | None) -> str:
    label = code_lists.label(scheme, "report_outcomes", code)
    return label if count is None else _("%(what)s: %(count)s") % {"what": label, "count": count}


def _rating_rows(report: ActivityReport, labels: dict[str, str], highest: int) -> list[tuple[Any, ...]]:
    return [
        (label, _("%(rating)s of %(highest)s") % {"rating": report.ratings[code], "highest": highest})
        for code, label in labels.items()
        if code in report.ratings
    ]


def host_rows(report: ActivityReport, at: datetime) -> list[tuple[Any, ...]]:
    """Give the host's answers."""
    highest = queries.rules_of(report.exchange, at).report.highest_rating
    return [
        (_("The visitor was here on these days"), yes_or_no(report.presence_confirmed)),
        (_("Full working days"), str(report.actual_days if report.actual_days is not None else "")),
        (_("Shown by code"), _presence_in_words(report.exchange)),
        (_("What went otherwise than planned"), report.deviations),
        (_("What the visit brought"), report.benefits),
        (_("What comes next"), report.follow_up),
        *_rating_rows(report, {code: str(label) for code, label in forms.HOST_RATINGS.items()}, highest),
    ]


def _presence_in_words(exchange: Exchange) -> str:
    return "\n".join(
        _("%(moment)s on %(day)s") % {"moment": one.get_moment_display(), "day": day_in_words(one.confirmed_at)}
        for one in queries.presence_of(exchange).values()
        if one.confirmed_at is not None
    )


def _draft_of_report(request: HttpRequest, report: ActivityReport, at: datetime) -> dict[str, Any]:
    """Give where answers are saved, and the form where the report can be written but not be sent yet."""
    actor, page = actor_of(request), REPORT_PAGES[report.side]
    found: dict[str, Any] = {"save_url": f"{ACTIVITY_REPORT.address(report)}{A.SAVE_REPORT.hyphenated}/"}
    capacities = decide.acting_capacities(actor, ACTIVITY_REPORT.name, A.SAVE_REPORT, report)
    if not capacities or report.state not in {ActivityReportState.OPEN, ActivityReportState.RETURNED}:
        return found
    if cases.standing_refusal(ACTIVITY_REPORT, report, A.SUBMIT_REPORT, actor, capacities[0], at) is not None:
        found["draft_form"] = pages.form_for(page, A.SUBMIT_REPORT, capacities[0], report, actor, at)
    return found


def _report_page(report_form: type[forms.ReportForm]) -> CasePage:
    return CasePage(
        machine=ACTIVITY_REPORT,
        operations=operations,
        title=report_title,
        sections=report_sections,
        meta=report_meta,
        breadcrumb=lambda report, _actor: breadcrumb_of(report.exchange),
        phase_steps=phase_steps,
        files=lambda report, actor: certificate_files(report.exchange, actor),
        template="finalisation/report.html",
        context=_draft_of_report,
        elsewhere=frozenset({A.SUBMIT_REPORT}),
        danger=frozenset({A.WAIVE_REPORT}),
        forms={
            A.SUBMIT_REPORT: report_form,
            A.VALIDATE_REPORT: forms.ValidationForm,
            A.RETURN_REPORT: forms.QuestionsForm,
            A.WAIVE_REPORT: forms.ReasonForm,
        },
    )


REPORT_PAGES = {
    queries.VISITOR: _report_page(forms.VisitorReportForm),
    queries.HOST: _report_page(forms.HostReportForm),
}
SIDES = {"visitor": queries.VISITOR, "host": queries.HOST}


@require_safe
@signed_in
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the report of one's own side; whoever looks after both sides chooses one."""
    rows = _reports(request, reference)
    if not rows:
        return _no_report(request, reference)
    if len(rows) == 1:
        return pages.show(request, REPORT_PAGES[rows[0].side], rows[0])
    exchange, at, actor = rows[0].exchange, clock.now(), actor_of(request)
    items = [
        {
            "url": ACTIVITY_REPORT.address(row),
            "title": report_title(row, actor),
            "when": sentences.state_label("activity_report", row.state),
            "state": _badge_of_report(row),
            "note": "; ".join(report_meta(row, actor)),
        }
        for row in rows
    ]
    context = {
        "title": _("Final activity reports"),
        "items": items,
        "breadcrumb": breadcrumb_of(exchange),
        "exchange": exchange,
        "banner": cases.banner_of(registry.machine_named("exchange"), exchange, actor, at),
    }
    return render(request, "finalisation/reports.html", context)


def _no_report(request: HttpRequest, reference: str, *, tried: A | None = None) -> HttpResponse:
    sentence = _("Both sides write a short report when the stay has ended.")
    return not_yet(request, reference, "activity_report", _("Final activity report"), sentence, tried=tried)


def _badge_of_report(row: ActivityReport) -> str:
    if row.state in rules.DONE_REPORTS:
        return "done"
    return (
        "held"
        if row.state == ActivityReportState.RETURNED
        else "half"
        if row.state == ActivityReportState.SUBMITTED
        else "later"
    )


def _reports(request: HttpRequest, reference: str) -> list[ActivityReport]:
    seen = queries.reports_for(actor_of(request))
    return list(seen.filter(exchange__reference=reference).order_by("pk"))


def report_row(request: HttpRequest, reference: str, side: str) -> ActivityReport:
    """Give the report of one side, if the reader may see it."""
    row: ActivityReport = pages.load(
        request,
        ActivityReport.objects.select_related("exchange", "exchange__commitment"),
        "activity_report",
        exchange__reference=reference,
        side=SIDES[side],
    )
    return row


@require_safe
@signed_in
def report_of_side(request: HttpRequest, reference: str, side: str) -> HttpResponse:
    """Show the report of one side."""
    row = report_row(request, reference, side)
    return pages.show(request, REPORT_PAGES[row.side], row)


@require_safe
@signed_in
def certificate(request: HttpRequest, reference: str, side: str) -> HttpResponse:
    """Hand out the certificate of participation of one side."""
    document = queries.certificate_of(report_row(request, reference, side))
    if document is None:
        raise Http404
    return hand_out(document.file)


@signed_in
def act_on_report(request: HttpRequest, reference: str, action: A, side: str) -> HttpResponse:
    """Take a step with the report of one side."""
    if request.method == "POST" and not ActivityReport.objects.filter(exchange__reference=reference).exists():
        return _no_report(request, reference, tried=action)
    return _act_on_report(request, report_row(request, reference, side), action)


@signed_in
def act_on_own_report(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step with the report of one's own side: the capacity tells which, else the one that waits for the step."""
    rows = _reports(request, reference)
    if not rows:
        return _no_report(request, reference, tried=action if request.method == "POST" else None)
    actor = actor_of(request)
    given = request.POST.get("capacity", "")
    side = SIDE_OF_CAPACITY.get(Capacity(given)) if given in set(Capacity) else None
    allowed = [row for row in rows if decide.may(actor, "activity_report", action, row)]
    waiting = [row for row in allowed if ACTIVITY_REPORT.row_for(action, row.state) is not None]
    row = next((row for row in (*waiting, *allowed, *rows) if side in (None, row.side)), rows[0])
    return _act_on_report(request, row, action)


def _act_on_report(request: HttpRequest, row: ActivityReport, action: A) -> HttpResponse:
    page, actor = REPORT_PAGES[row.side], actor_of(request)
    gives_account = any(request.POST.get(name, "").strip() for name in forms.NEVER_IN_A_DRAFT)
    if action is A.SUBMIT_REPORT and gives_account and not was_proven_lately(request, clock.real_now()):
        asked = ask_once_more(request, ACTIVITY_REPORT.address(row))
        own = decide.acting_capacities(actor, ACTIVITY_REPORT.name, A.SAVE_REPORT, row)
        if asked is not None and own:
            return _keep_all_but_the_account(request, page, row, own[0], asked)
    return pages.act(request, page, row, action)


def _keep_all_but_the_account(
    request: HttpRequest, page: CasePage, row: ActivityReport, capacity: Capacity, asked: HttpResponse
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    form: Any = pages.form_for(page, A.SUBMIT_REPORT, capacity, row, actor, at, request.POST, request.FILES)
    try:
        save_report(row, typed=form.typed(), actor=actor, at=at)
    except NotDone as reason:
        return pages.refuse(request, page, row, A.SUBMIT_REPORT, reason)
    messages.info(request, _("Your answers are saved, but not the account. Type it again afterwards."))
    return asked


# Evidence


def item_label(item: EvidenceItem, at: datetime) -> str:
    """Name what is to be shown."""
    return code_lists.label(queries.rules_of(item.exchange, at), "evidence_items", item.item)


def item_kinds(item: EvidenceItem, at: datetime) -> str:
    """Say what can show it."""
    scheme = queries.rules_of(item.exchange, at)
    kinds = next((one.kinds for one in queries.wanted_evidence(scheme, item.exchange) if one.code == item.item), ())
    return ", ".join(code_lists.label(scheme, "evidence_kinds", kind) for kind in kinds)


def item_rows(item: EvidenceItem, at: datetime) -> list[tuple[Any, ...]]:
    """Give what is known of one piece of evidence."""
    rows = [
        (_("Shown by"), item_kinds(item, at)),
        (_("Uploaded"), _("Not yet") if item.uploaded_at is None else day_in_words(item.uploaded_at)),
    ]
    said = what_stands_against(item)
    if said:
        rows.append((_("Reason"), said))
    return rows


def what_stands_against(item: EvidenceItem) -> str:
    """Say why a file is asked for again, is not needed, or waits."""
    found = queries.files_of(item)
    if any(one.is_rejected for one in found):
        return _("The scanner has found something harmful in the file, so it is set aside: choose another one")
    if any(one.is_waiting for one in found):
        return _("The scanner is not ready: the file is checked as soon as it is")
    return item.reason


def item_files(item: EvidenceItem, at: datetime) -> list[dict[str, Any]]:
    """Give the file of one piece of evidence, if there is one."""
    if item.file is None:
        return []
    return [
        {
            "name": item.file.name,
            "url": "" if queries.reason_against_opening(item) else f"{EVIDENCE.address(item)}file/",
            "note": item_label(item, at),
            "state": ITEM_BADGES[EvidenceState(item.state)],
            "state_label": sentences.state_label("evidence", item.state),
            "sha256": "",
        }
    ]


def _files_for(item: EvidenceItem, actor: Actor) -> list[dict[str, Any]]:
    return item_files(item, clock.now()) if decide.may(actor, "evidence", A.OPEN_EVIDENCE, item) else []


def address_of_evidence(exchange: Exchange) -> str:
    """Give the address of the page with all evidence."""
    return f"/exchanges/{exchange.reference}/evidence/"


def _viewer(request: HttpRequest, item: EvidenceItem, at: datetime) -> dict[str, Any]:
    """Give what the viewer shows, empty for whoever may not open the file; and the neighbours of the item."""
    actor = actor_of(request)
    around = list(queries.evidence_for(actor).filter(exchange_id=item.exchange_id))
    here = next((place for place, one in enumerate(around) if one.pk == item.pk), 0)
    places = {
        "before": EVIDENCE.address(around[here - 1]) if here else "",
        "after": EVIDENCE.address(around[here + 1]) if here + 1 < len(around) else "",
        "place": here + 1,
        "count": len(around),
    }
    may = decide.may(actor, "evidence", A.OPEN_EVIDENCE, item)
    if item.file is None or queries.reason_against_opening(item) or not may:
        return {"viewer": None, "places": places}
    number, count = _page_asked(request), cleaning.pages_of(item.file)
    return {
        "viewer": {
            "picture": f"{EVIDENCE.address(item)}picture/?page={number}",
            "file": f"{EVIDENCE.address(item)}file/",
            "alt": _("%(what)s, page %(number)s of %(count)s")
            % {"what": item_label(item, at), "number": number, "count": count},
            "pages": [{"number": one, "current": one == number} for one in range(1, count + 1)] if count > 1 else [],
        },
        "places": places,
    }


EVIDENCE_PAGE = CasePage(
    machine=EVIDENCE,
    operations=operations,
    title=lambda item, _actor: item_label(item, clock.now()),
    sections=lambda item, _actor, at: [cases.Section(_("What is asked for"), item_rows(item, at))],
    breadcrumb=lambda item, _actor: [
        *breadcrumb_of(item.exchange),
        (_("Evidence"), address_of_evidence(item.exchange)),
    ],
    phase_steps=phase_steps,
    files=_files_for,
    context=_viewer,
    template="finalisation/evidence_item.html",
    after=lambda item, _action: address_of_evidence(item.exchange),
    danger=frozenset({A.WAIVE_EVIDENCE}),
    forms={
        A.UPLOAD_EVIDENCE: forms.EvidenceForm,
        A.ASK_AGAIN: forms.AskAgainForm,
        A.WAIVE_EVIDENCE: forms.WaiveEvidenceForm,
    },
)


def _items(request: HttpRequest, reference: str) -> list[EvidenceItem]:
    return list(queries.evidence_for(actor_of(request)).filter(exchange__reference=reference))


@require_safe
@signed_in
def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Show all evidence of an exchange, each piece with its state."""
    items = _items(request, reference)
    return show_evidence(request, items) if items else _no_evidence(request, reference)


def _no_evidence(request: HttpRequest, reference: str, *, tried: A | None = None) -> HttpResponse:
    sentence = _("Evidence is asked for when the stay has ended.")
    return not_yet(request, reference, "evidence", _("Evidence"), sentence, tried=tried)


def show_evidence(
    request: HttpRequest,
    items: list[EvidenceItem],
    *,
    status: int = 200,
    refused: tuple[A, Refusal] | None = None,
    bound: dict[A, Any] | None = None,
) -> HttpResponse:
    """Answer with the page of all evidence, with what went wrong where something did."""
    at, actor = clock.now(), actor_of(request)
    case = pages.case_context(request, EVIDENCE_PAGE, items[0], actor, at, None)
    exchange = items[0].exchange
    case.state = rules.state_of_all(item.state for item in items)
    case.state_label = sentences.state_label("evidence", case.state)
    case.title, case.breadcrumb = _("Evidence"), breadcrumb_of(exchange)
    case.steps, case.closed_steps = _steps_together(items, actor, at, bound or {}), []
    case.banner = _banner_of_all(items[0], case, actor, at)
    case.files = [file for item in items for file in _files_for(item, actor)]
    rows = [
        {
            "url": EVIDENCE.address(item),
            "title": item_label(item, at),
            "reference": item.item,
            "when": sentences.state_label("evidence", item.state),
            "state": ITEM_BADGES[EvidenceState(item.state)],
            "note": (item.state in NEEDS_A_WORD and what_stands_against(item)) or item_kinds(item, at),
        }
        for item in items
    ]
    case.sections = [
        cases.Section(_("What is asked for"), template="finalisation/items.html", context={"items": rows}),
        cases.Section(
            _("Also in this exchange"),
            template="finalisation/links.html",
            context={
                "links": [link for link in names_and_links(exchange, actor) if not link[1].endswith("/evidence/")]
            },
        ),
    ]
    context = {
        "case": case,
        "subject": items[0],
        "refusal": pages.refusal_context(*refused) if refused else None,
        "has_errors": any(form.errors for form in (bound or {}).values()),
        "thread_form": pages.ThreadForm(),
    }
    return render(request, "finalisation/evidence.html", context, status=status)


def _steps_together(items: list[EvidenceItem], actor: Actor, at: datetime, bound: dict[A, Any]) -> list[cases.Step]:
    address = address_of_evidence(items[0].exchange)
    found: list[cases.Step] = []
    for action, states in (
        (A.UPLOAD_EVIDENCE, (EvidenceState.WANTED, EvidenceState.ASKED_AGAIN)),
        (A.ACCEPT_EVIDENCE, (EvidenceState.UPLOADED,)),
    ):
        open_items = [item for item in items if item.state in states]
        acting = decide.acting_capacities(actor, "evidence", action, items[0])
        if not open_items or not acting or not guards.exchange_is_not_closed(open_items[0]):
            continue
        form = bound.get(action) or _form_together(action, open_items, actor, at)
        texts = sentences.ACTIONS[action]
        label = _("Upload the chosen files") if action is A.UPLOAD_EVIDENCE else _("Accept the chosen items")
        found.append(
            cases.Step(
                action,
                acting[0],
                label,
                f"{address}{action.hyphenated}/",
                form,
                [("capacity", str(acting[0]))],
                primary=not found,
                hint=str(texts.hint),
                title=str(texts.button),
            )
        )
    return found


def _form_together(action: A, items: list[EvidenceItem], actor: Actor, at: datetime, *data: Any) -> Any:  # noqa: ANN401 -- data and files as Django takes them
    if action is A.UPLOAD_EVIDENCE:
        labels = [
            (
                item,
                item_label(item, at),
                what_stands_against(item) if item.state == EvidenceState.ASKED_AGAIN else item_kinds(item, at),
            )
            for item in items
        ]
        return forms.EvidenceTogetherForm(*data, labels=labels)
    opened = {item.item for item in items if queries.was_opened(item, actor)}
    return forms.AcceptTogetherForm(*data[:1], labels=[(item, item_label(item, at)) for item in items], opened=opened)


def _banner_of_all(item: EvidenceItem, case: SimpleNamespace, actor: Actor, at: datetime) -> cases.Banner:
    seen = cases.kinds_seen(EVIDENCE, item, actor)
    open_ones = [one for one in obligations.open_in_case("exchange", item.exchange_id) if one.kind in seen]
    banner = cases.banner_from([one for one in open_ones if one.kind == "evidence"] or open_ones, actor, at)
    own_page = banner.link.startswith(address_of_evidence(item.exchange))
    return replace(banner, link=f"#{case.steps[0].id}") if case.steps and own_page else banner


@signed_in
def upload_evidence_together(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the files for several pieces of evidence in one go."""
    return _act_together(request, reference, A.UPLOAD_EVIDENCE, (EvidenceState.WANTED, EvidenceState.ASKED_AGAIN))


@signed_in
def accept_evidence_together(request: HttpRequest, reference: str) -> HttpResponse:
    """Accept several pieces of evidence in one go."""
    return _act_together(request, reference, A.ACCEPT_EVIDENCE, (EvidenceState.UPLOADED,))


def _act_together(request: HttpRequest, reference: str, action: A, states: tuple[str, ...]) -> HttpResponse:
    items = _items(request, reference)
    if not items:
        return _no_evidence(request, reference, tried=action if request.method == "POST" else None)
    if request.method != "POST":
        return redirect(address_of_evidence(items[0].exchange))
    at, actor = clock.now(), actor_of(request)
    open_items = [item for item in items if item.state in states]
    asked = {name.removesuffix(forms.CAMERA) for name in (*request.FILES, *request.POST.getlist("items"))}
    refusal = _refusal_together(action, items, open_items, asked, actor)
    if refusal is not None:
        status = pages.status_of_refusal(refusal)
        return show_evidence(request, items, status=status, refused=(action, refusal))
    form = _form_together(action, open_items, actor, at, request.POST, request.FILES)
    if not form.is_valid():
        return show_evidence(request, items, status=pages.UNPROCESSABLE, bound={action: form})
    try:
        if action is A.UPLOAD_EVIDENCE:
            operations.upload_evidence_together(items[0].exchange, files=form.files_given(), actor=actor, at=at)
        else:
            operations.accept_evidence_together(items[0].exchange, items=form.cleaned_data["items"], actor=actor, at=at)
    except NotDone as reason:
        return show_evidence(
            request, _items(request, reference), status=pages.CONFLICT, refused=(action, reason.refusal)
        )
    names = cases.names_of(items[0], decide.acting_capacities(actor, "evidence", action, items[0])[0], EVIDENCE)
    messages.success(request, str(sentences.ACTIONS[action].happened) % names)
    if action is A.UPLOAD_EVIDENCE:
        _tell_of_the_scanner(request, [one for one in _items(request, reference) if one.item in asked])
    return redirect(address_of_evidence(items[0].exchange))


def _refusal_together(
    action: A, items: list[EvidenceItem], open_items: list[EvidenceItem], asked: set[str], actor: Actor
) -> Refusal | None:
    denial = decide.denial(actor, "evidence", action, items[0])
    if denial is not None:
        return Refusal(denial)
    if not guards.exchange_is_not_closed(items[0]):
        return Refusal("exchange_is_closed")
    over = [item for item in items if item.item in asked and item not in open_items]
    return Refusal("wrong_state", {"state": (over or items)[0].state}) if over or not open_items else None


def _tell_of_the_scanner(request: HttpRequest, items: list[EvidenceItem]) -> None:
    for item in items:
        if not all(one.may_be_opened for one in queries.files_of(item)):
            messages.warning(request, f"{item_label(item, clock.now())}: {what_stands_against(item)}")


def _item(request: HttpRequest, reference: str, item: str) -> EvidenceItem:
    row: EvidenceItem = pages.load(
        request,
        EvidenceItem.objects.select_related("exchange", "exchange__commitment", "file", "original"),
        "evidence",
        exchange__reference=reference,
        item=item,
    )
    return row


@require_safe
@signed_in
def evidence_item(request: HttpRequest, reference: str, item: str) -> HttpResponse:
    """Show one piece of evidence."""
    return pages.show(request, EVIDENCE_PAGE, _item(request, reference, item))


@signed_in
def act_on_item(request: HttpRequest, reference: str, item: str, action: A) -> HttpResponse:
    """Take a step with one piece of evidence."""
    answer = pages.act(request, EVIDENCE_PAGE, _item(request, reference, item), action)
    if action is A.UPLOAD_EVIDENCE and answer.status_code == DONE:
        _tell_of_the_scanner(request, [_item(request, reference, item)])
    return answer


@require_safe
@signed_in
def evidence_picture(request: HttpRequest, reference: str, item: str) -> HttpResponse:
    """Show a page of the file as a picture; the journal keeps who looked."""
    row = _item(request, reference, item)
    if row.file is None or queries.reason_against_opening(row):
        raise Http404
    try:
        operations.open_evidence(row, actor=actor_of(request), at=clock.now())
        content, kind = picture_of(row.file, _page_asked(request))
    except NotAllowed as reason:
        return pages.refuse(request, EVIDENCE_PAGE, row, A.OPEN_EVIDENCE, reason)
    except CannotBeShown:
        raise Http404 from None
    return as_attachment(content, row.file.name, kind)


def _page_asked(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS else 1


def picture_of(file: StoredFile, number: int) -> tuple[bytes, str]:
    """Give a photo as it is, and a page of a PDF drawn, each with its type.

    :raises CannotBeShown: there is no such page.
    """
    with file.content.open("rb") as content:
        kept = content.read()
    return (page_as_picture(kept, number).content, PNG) if file.content_type == PDF else (kept, file.content_type)


@require_safe
@signed_in
def evidence_file(request: HttpRequest, reference: str, item: str) -> HttpResponse:
    """Open the file of a piece of evidence; the journal keeps who did."""
    row = _item(request, reference, item)
    if row.file is None:
        raise Http404
    if code := queries.reason_against_opening(row):
        waiting = NotDone(Refusal(code))
        return pages.refuse(request, EVIDENCE_PAGE, row, A.OPEN_EVIDENCE, waiting)
    try:
        operations.open_evidence(row, actor=actor_of(request), at=clock.now())
    except NotAllowed as reason:
        return pages.refuse(request, EVIDENCE_PAGE, row, A.OPEN_EVIDENCE, reason)
    return hand_out(row.file)


# Payment


def tracking_of(payment: Payment) -> list[tuple[str, str, str]]:
    """Give the four stations of a payment with their days, as one follows a parcel."""
    stations = (
        (_("Ordered"), payment.ordered_at),
        (_("Released"), payment.released_at),
        (_("Paid"), payment.paid_on),
        (_("Received"), payment.received_at),
    )
    found, current_is_given = [], payment.state in {PaymentState.NOT_DUE, PaymentState.WAIVED}
    for name, day in stations:
        status = "done" if day is not None else "" if current_is_given else "current"
        current_is_given = current_is_given or status == "current"
        found.append((name, day_in_words(day) or _("Not yet"), status))
    return found


def payment_sections(payment: Payment, actor: Actor, at: datetime) -> list[cases.Section]:
    """Give the amount with its working, the due date with both counts, and what the bank said."""
    found = []
    if payment.agreement_id is not None:
        found.append(working_section(payment, actor, at, _("The amount")))
        found.append(cases.Section(_("When it is due"), due_rows(payment, at)))
        found.append(cases.Section(_("The transfer"), transfer_rows(payment, actor)))
    else:
        found.append(
            cases.Section(_("The amount"), [(_("Virtual exchange"), _("Nobody travels, so nothing is paid."))])
        )
    links = [link for link in names_and_links(payment.exchange, actor) if not link[1].endswith("/payment/")]
    found.append(
        cases.Section(_("Also in this exchange"), template="finalisation/links.html", context={"links": links})
    )
    return found


def due_rows(payment: Payment, at: datetime) -> list[tuple[Any, ...]]:
    """Give the due date with both counts, of which the later one holds."""
    counts = queries.due_counts(payment, at)
    if counts is None:
        return [(_("Due"), _("Nothing is due."))]
    complete = (
        day_in_words(counts.from_completion)
        if counts.from_completion
        else _("Not yet: the report or evidence is still open")
    )
    return [
        (_("Counted from the end of the stay"), day_in_words(counts.from_end)),
        (_("Counted from the validated report and accepted evidence"), complete),
        (_("The later one holds"), day_in_words(counts.last_day) if counts.from_completion else _("Not yet")),
    ]


def transfer_rows(payment: Payment, actor: Actor) -> list[tuple[Any, ...]]:
    """Give what is known of the transfer; the account only by its end."""
    ending = queries.account_ending(payment)
    rows: list[tuple[Any, ...]] = [(_("To"), payment.exchange.visiting_organisation.legal_name)]
    if ending and may_open_account(payment, actor):
        rows.append((_("Account"), _("ends with %(ending)s") % {"ending": ending}))
    rows.append((_("Reference"), payment.reference))
    if payment.batch is not None:
        rows.append(
            (
                _("Batch"),
                _("%(number)s, carried out on %(day)s")
                % {"number": payment.batch.number, "day": day_in_words(payment.batch.execution_on)},
            )
        )
    if payment.transfer_reference:
        rows.append((_("Reference of the bank"), payment.transfer_reference))
    if payment.reason:
        rows.append((_("Reason"), payment.reason))
    if payment.recovery_cents:
        rows.append((_("To be paid back"), money(payment.recovery_cents)))
    return rows


def may_open_account(payment: Payment, actor: Actor) -> bool:
    """Whether the reader is one of those who know the account anyway; the agreement's line of the table says so."""
    return payment.agreement is not None and decide.may(
        actor, "financial_agreement", A.OPEN_BANK_DETAILS, payment.agreement
    )


def _payment_files(payment: Payment, actor: Actor) -> list[dict[str, Any]]:
    found = certificate_files(payment.exchange, actor)
    if payment.proof is not None and may_open_account(payment, actor):
        proof = {"name": payment.proof.name, "url": f"{PAYMENT.address(payment)}proof/", "note": _("Bank statement")}
        found.append(proof)
    return found


def _payment_context(request: HttpRequest, payment: Payment, at: datetime) -> dict[str, Any]:
    actor = actor_of(request)
    lower = queries.lower_working(payment, at)
    is_ordered_by_reader = payment.state == PaymentState.ORDERED and payment.ordered_by_id == actor.account_id
    report = queries.report_of(payment.exchange, queries.VISITOR)
    said_nothing = report is None or report.submitted_at is None
    return {
        "tracking": tracking_of(payment),
        "is_ordered_by_reader": is_ordered_by_reader,
        "lower_amount": money(lower.cents) if lower is not None and not payment_is_received(payment, actor) else "",
        "account_url": f"{PAYMENT.address(payment)}account/" if may_open_account(payment, actor) else "",
        "account_is_new": not said_nothing and bool(payment.account_ending),
    }


def payment_is_received(payment: Payment, actor: Actor) -> bool:
    """Whether the reader is of the side that gets the money."""
    return payment.exchange.visiting_organisation_id in actor.organisations


def steps_beside_payment(payment: Payment, actor: Actor, at: datetime) -> list[tuple[A, Capacity]]:
    """Offer to compute the amount again where the host has confirmed fewer days since, before it is ordered."""
    lower = queries.lower_working(payment, at) if payment.state == PaymentState.DUE else None
    if lower is None or not lower.cents:
        return []
    return [
        (A.RECOMPUTE_AMOUNT, one)
        for one in decide.acting_capacities(actor, PAYMENT.name, A.RECOMPUTE_AMOUNT, payment)[:1]
    ]


PAYMENT_PAGE = CasePage(
    machine=PAYMENT,
    operations=operations,
    title=lambda payment, _actor: (
        _("Payment to %(organisation)s") % {"organisation": payment.exchange.visiting_organisation.legal_name}
    ),
    sections=payment_sections,
    breadcrumb=lambda payment, _actor: breadcrumb_of(payment.exchange),
    phase_steps=phase_steps,
    files=_payment_files,
    beside=steps_beside_payment,
    context=_payment_context,
    template="finalisation/payment.html",
    danger=frozenset({A.BLOCK_PAYMENT, A.RETURN_PAYMENT, A.DEMAND_RECOVERY}),
    forms={
        A.ORDER_PAYMENT: forms.OrderForm,
        A.CONFIRM_PAID: forms.TransferForm,
        A.RETURN_PAYMENT: forms.ReturnForm,
        A.CORRECT_BANK_DETAILS: forms.AccountForm,
        A.BLOCK_PAYMENT: forms.ReasonForm,
        A.UNBLOCK_PAYMENT: forms.ReasonForm,
        A.DEMAND_RECOVERY: forms.RecoveryForm,
    },
)


def _payment(request: HttpRequest, reference: str) -> Payment:
    rows = Payment.objects.select_related("exchange", "exchange__commitment", "agreement", "batch", "proof")
    row: Payment = pages.load(request, rows, "payment", exchange__reference=reference)
    return row


@require_safe
@signed_in
def payment(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where the payment is."""
    if not queries.payments_for(actor_of(request)).filter(exchange__reference=reference).exists():
        sentence = _("The payment follows when the stay has ended, the report is validated and the evidence accepted.")
        return not_yet(request, reference, "payment", _("Payment"), sentence)
    return pages.show(request, PAYMENT_PAGE, _payment(request, reference))


@signed_in
def act_on_payment(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step with the payment."""
    return pages.act(request, PAYMENT_PAGE, _payment(request, reference), action)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def recompute_amount(request: HttpRequest, reference: str) -> HttpResponse:
    """Compute the amount again by what the host has said since."""
    row = _payment(request, reference)
    if request.method != "POST":
        return redirect(PAYMENT.address(row))
    try:
        operations.recompute_amount(row, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return pages.refuse(request, PAYMENT_PAGE, row, A.RECOMPUTE_AMOUNT, reason)
    messages.success(request, _("The amount is computed again: %(amount)s.") % {"amount": money(row.amount_cents)})
    return redirect(PAYMENT.address(row))


@require_safe
@signed_in
def payment_account(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the account to which the payment goes; the journal keeps who looked."""
    row = _payment(request, reference)
    try:
        operations.open_account(row, actor=actor_of(request), at=clock.now())
    except NotAllowed as reason:
        return pages.refuse(request, PAYMENT_PAGE, row, A.OPEN_BANK_DETAILS, reason)
    labels = {
        "account_holder": _("Account holder"),
        "iban": _("IBAN"),
        "account_number": _("Account number"),
        "bic": _("BIC"),
        "bank_address": _("Address of the bank"),
    }
    context = {
        "title": _("Account of %(organisation)s") % {"organisation": row.exchange.visiting_organisation.legal_name},
        "rows": [(labels[name], value) for name, value in queries.account_of(row).items() if value],
        "breadcrumb": [*breadcrumb_of(row.exchange), (_("Payment"), PAYMENT.address(row))],
        "banner": cases.banner_of(PAYMENT, row, actor_of(request), clock.now()),
    }
    return render(request, "finalisation/account.html", context)


@require_safe
@signed_in
def payment_proof(request: HttpRequest, reference: str) -> HttpResponse:
    """Open what the bank said of the transfer; the journal keeps who did."""
    row = _payment(request, reference)
    if row.proof is None:
        raise Http404
    if not row.proof.may_be_opened:
        waiting = NotDone(Refusal(row.proof.reason_against_opening))
        return pages.refuse(request, PAYMENT_PAGE, row, A.OPEN_BANK_DETAILS, waiting)
    try:
        operations.open_account(row, actor=actor_of(request), at=clock.now())
    except NotAllowed as reason:
        return pages.refuse(request, PAYMENT_PAGE, row, A.OPEN_BANK_DETAILS, reason)
    return hand_out(row.proof)
