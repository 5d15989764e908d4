"""Pages of exchanges, of their Commitment to Quality and of their financial agreement; thin."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.labels import level_in_words
from clusterxchange.documents.models import Document
from clusterxchange.documents.presentation import presented
from clusterxchange.documents.typesetting import typeset
from clusterxchange.documents.verification.pack import ZIP
from clusterxchange.foundation import clock
from clusterxchange.foundation.calendar_files import CALENDAR, Method
from clusterxchange.foundation.money import format_cents
from clusterxchange.phases.exchange_building import forms, operations, queries, rules
from clusterxchange.phases.exchange_building.guards import hint_words_of
from clusterxchange.phases.exchange_building.models import (
    Commitment,
    CommitmentPart,
    Exchange,
    ExchangeState,
    FinancialAgreement,
)
from clusterxchange.phases.exchange_building.notices import COLUMN_LABELS, PART_LABELS
from clusterxchange.phases.exchange_building.states import COMMITMENT, EXCHANGE, FINANCIAL_AGREEMENT
from clusterxchange.phases.matching.queries import own_accepted
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.clauses import clauses_of
from clusterxchange.scheme.countries import country_name, language_name
from clusterxchange.scheme.document import Format, Scheme
from clusterxchange.workflow import cases, consents, engine, obligations, pages, registry, sentences
from clusterxchange.workflow.cases import Section
from clusterxchange.workflow.engine import NotAllowed, NotDone
from clusterxchange.workflow.models import Consent
from clusterxchange.workflow.pages import CasePage, actor_of, load, signed_in
from clusterxchange.workflow.parties import capacity_label
from clusterxchange.workflow.tables import Refusal

Version = TypeVar("Version", Commitment, FinancialAgreement)
PER_PAGE = 25
PDF = "application/pdf"
EDITABLE = frozenset(state for line in COMMITMENT.rows if line.action is A.EDIT_COMMITMENT for state in line.when)
LATER_PARTS = {"activity_report": "report/", "evidence": "evidence/", "payment": "payment/"}
SETTLED = frozenset({"SIGNED", "VALIDATED", "WAIVED", "ACCEPTED", "CONFIRMED"})
AFTER_THE_END = frozenset({ExchangeState.ENDED, ExchangeState.CLOSED})


def day_in_words(day: date | None) -> str:
    """Write a day as the reader's language does."""
    return date_format(day, _("j E Y")) if day is not None else ""


def days_in_words(count: int | None) -> str:
    """Write a number of working days."""
    if count is None:
        return ""
    return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}


def name_of(exchange: Exchange) -> str:
    """Name an exchange by its two organisations."""
    names = queries.names_of_exchange(exchange)
    if queries.is_physical(exchange):
        return _("%(visitor)s visits %(host)s") % names
    return _("%(visitor)s meets %(host)s online") % names


# The list


@require_safe
@signed_in
def exchanges(request: HttpRequest) -> HttpResponse:
    """List the exchanges that the reader may see, newest first."""
    actor = actor_of(request)
    page = Paginator(queries.exchanges_for(actor), PER_PAGE).get_page(request.GET.get("page"))
    own = list(obligations.mine(actor).filter(root_kind="exchange"))
    waiting = {one.root_id for one in own}
    rows = [_list_row(exchange, is_own=exchange.pk in waiting) for exchange in page]
    may_look = own_accepted(actor).exists()
    context = {
        "title": _("Exchanges"),
        "meta": [
            ngettext("%(count)d exchange", "%(count)d exchanges", page.paginator.count)
            % {"count": page.paginator.count}
        ],
        "banner": cases.banner_from(own, actor, clock.now()),
        "breadcrumb": [(_("Desk"), "/desk/")],
        "groups": [{"title": _("All exchanges"), "rows": rows}],
        "count": page.paginator.count,
        "page": page,
        "audits_url": "/exchanges/audits/" if actor.support_office else "",
        "empty_sentence": _("An exchange begins when a proposal is accepted."),
        "empty_url": "/matching/best/" if may_look else "/desk/",
        "empty_label": _("See your best partners") if may_look else _("Go to your desk"),
    }
    return render(request, "exchange_building/exchanges.html", context)


def _list_row(exchange: Exchange, *, is_own: bool) -> dict[str, str]:
    badge = "yours" if is_own else {"CLOSED": "done", "CANCELLED": "no"}.get(exchange.state, "theirs")
    first_day = exchange.commitment.first_day if exchange.commitment is not None else None
    return {
        "url": f"/exchanges/{exchange.reference}/",
        "title": name_of(exchange),
        "kind": exchange.reference or "",
        "who": _("From %(day)s") % {"day": day_in_words(first_day)} if first_day else "",
        "when": sentences.state_label("exchange", exchange.state),
        "state": badge,
        "reference": exchange.reference or "",
    }


# Audits


@signed_in
def audits(request: HttpRequest) -> HttpResponse:
    """Show the support office who reads which exchanges as an auditor, and let it open one more audit."""
    actor, at = pages.only_support_office(request), clock.now()
    form = forms.AuditForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = pages.UNPROCESSABLE
        if form.is_valid():
            try:
                operations.open_audit(actor=actor, at=at, **form.cleaned_data)
            except NotDone as reason:
                pages.add_refusal(form, reason.refusal)
            else:
                messages.success(request, _("The auditor can read these exchanges now."))
                return redirect("exchange_building:audits")
    rows = [
        {
            "number": audit.pk,
            "label": f"{audit.auditor.full_name or audit.auditor.email}, {audit.partnership.acronym}",
            "span": _("%(first)s to %(last)s")
            % {"first": day_in_words(audit.first_day), "last": day_in_words(audit.last_day)},
        }
        for audit in queries.audits_open()
    ]
    context = {"form": form, "rows": rows, "breadcrumb": [(_("Desk"), "/desk/"), (_("Exchanges"), "/exchanges/")]}
    return render(request, "exchange_building/audits.html", context, status=status)


@signed_in
def end_audit(request: HttpRequest, number: int) -> HttpResponse:
    """Take an auditor's right to read away."""
    actor = actor_of(request)
    audit = queries.audits_open().filter(pk=number).first()
    if audit is None or not actor.support_office:
        raise Http404
    if request.method == "POST":
        operations.end_audit(audit, actor=actor, at=clock.now())
        messages.success(request, _("The audit has ended."))
    return redirect("exchange_building:audits")


# The exchange


def _breadcrumb(exchange: Exchange) -> list[tuple[str, str]]:
    return [
        (_("Desk"), "/desk/"),
        (_("Exchanges"), "/exchanges/"),
        (exchange.reference or "", f"/exchanges/{exchange.reference}/"),
    ]


def _exchange_sections(exchange: Exchange, _actor: Actor, at: datetime) -> list[Section]:
    latest = queries.latest_commitment(exchange)
    # While an amendment is written the signed version holds.
    commitment = exchange.commitment or latest
    scheme = queries.rules_of_case(exchange, commitment, at)
    rows: list[tuple[Any, ...]] = [
        (_("Form of exchange"), code_lists.label(scheme, "formats", exchange.format)),
        *(
            (capacity_label(row["capacity"]), f"{row['organisation']}\n{row['person']}".strip())
            for row in queries.party_rows(exchange)
        ),
        (_("First day"), day_in_words(commitment.first_day)),
        (_("Last day"), day_in_words(commitment.last_day)),
        (_("Length"), days_in_words(commitment.working_days)),
        (_("Host country"), country_name(queries.host_country(exchange), get_language() or "en")),
    ]
    if latest != commitment and queries.goes_on(exchange):
        amendment = _("Version %(version)s: %(state)s") % {
            "version": latest.version,
            "state": sentences.state_label("commitment", latest.state),
        }
        rows.append((_("Amendment that is being written"), amendment))
    if exchange.state == ExchangeState.INTERRUPTED:
        rows.append((_("Reason for the interruption"), exchange.reason))
    if exchange.no_show_reported_at is not None and exchange.state != ExchangeState.CANCELLED:
        rows.append((_("The host says that the visitor did not come"), exchange.reason))
    if exchange.state == ExchangeState.CANCELLED:
        reason = code_lists.label(scheme, "cancellation_reasons", exchange.reason_code)
        rows.append((_("Reason for the cancellation"), f"{reason}\n{exchange.reason}".strip()))
    return [Section(_("At a glance"), rows)]


def _exchange_context(request: HttpRequest, exchange: Exchange, at: datetime) -> Mapping[str, Any]:
    actor = actor_of(request)
    seen = cases.kinds_seen(EXCHANGE, exchange, actor)
    agreement, tracks = _seen_agreement(exchange, actor), []
    if COMMITMENT.name in seen:
        state = queries.latest_commitment(exchange).state
        tracks.append(_track("commitment", f"{exchange_address(exchange)}commitment/", [state]))
    if agreement is not None:
        tracks.append(
            _track("financial_agreement", f"{exchange_address(exchange)}financial-agreement/", [agreement.state])
        )
    if exchange.state in AFTER_THE_END:
        tracks += _later_tracks(exchange, seen)
    return {
        "tracks": tracks,
        "agreement": agreement,
        "money": _money_rows(exchange, agreement) if agreement is not None else [],
        "working": _working(agreement, at) if agreement is not None else None,
    }


def exchange_address(exchange: Exchange) -> str:
    """Give where the page of an exchange is."""
    return f"/exchanges/{exchange.reference}/"


def _later_tracks(exchange: Exchange, seen: frozenset[str]) -> list[dict[str, str]]:
    """Give what a later phase keeps of the exchange, one row for each kind, with the states that its things have."""
    found = []
    for kind, path in LATER_PARTS.items():
        if kind in seen:
            rows = registry.machine_named(kind).model._default_manager.filter(exchange=exchange).order_by("pk")
            states = list(rows.values_list("state", flat=True))
            found.append(_track(kind, f"{exchange_address(exchange)}{path}", states))
    return found


def _money_rows(exchange: Exchange, agreement: FinancialAgreement) -> list[tuple[Any, ...]]:
    """Say how far the one payment of the exchange has come; nothing before a later phase keeps it."""
    if agreement.amount_cents is None:
        return []
    language = get_language() or "en"
    rows: list[tuple[Any, ...]] = [
        (_("Agreed"), format_cents(agreement.amount_cents, language)),
        (_("Financial agreement"), sentences.state_label("financial_agreement", agreement.state)),
    ]
    payments: QuerySet[Any] = registry.machine_named("payment").model._default_manager.filter(exchange=exchange)
    payment = payments.first()
    if payment is not None:
        rows.append((str(sentences.KINDS["payment"]), sentences.state_label("payment", payment.state)))
        if payment.due_since is not None:
            rows.append((_("Amount due"), format_cents(payment.amount_cents, language)))
        if payment.paid_on is not None:
            rows.append((_("Paid on"), day_in_words(payment.paid_on)))
    return rows


def _track(kind: str, url: str, states: list[str]) -> dict[str, str]:
    """Give one part of an exchange as a row: each state that its things have, with how many have it."""
    counted = Counter(states)
    words = [
        sentences.state_label(kind, state) if count == 1 else f"{sentences.state_label(kind, state)} ({count})"
        for state, count in counted.items()
    ]
    badge = "done" if states and counted.keys() <= SETTLED else "no" if counted.keys() == {"CANCELLED"} else "half"
    return {"url": url, "title": str(sentences.KINDS[kind]), "when": ", ".join(words), "state": badge}


def _seen_agreement(exchange: Exchange, actor: Actor) -> FinancialAgreement | None:
    agreement = queries.latest_agreement(exchange)
    if agreement is None or not decide.may(actor, "financial_agreement", A.SEE, agreement):
        return None
    return agreement


def _in_force_first(in_force: Version | None, latest: Version | None) -> list[Version]:
    """Give the version that holds and the one that is being written, once where they are the same."""
    return list(dict.fromkeys(version for version in (in_force, latest) if version is not None))


def _exchange_files(exchange: Exchange, actor: Actor) -> list[dict[str, Any]]:
    base = exchange_address(exchange)
    found = []
    for commitment in _in_force_first(exchange.commitment, queries.latest_commitment(exchange)):
        found += _commitment_files(commitment, actor)
    for agreement in _in_force_first(queries.signed_agreement(exchange), queries.latest_agreement(exchange)):
        found += _agreement_files(agreement, actor)
    if queries.calendar_entry_of(exchange) is not None:
        found.append(
            {
                "name": _("Entry for your calendar"),
                "url": f"{base}calendar/",
                "note": _("Open it again after a change: the entry is replaced."),
            }
        )
        found.append(
            {
                "name": _("Travel sheet"),
                "url": f"{base}travel-sheet/",
                "note": _("Place, days and people on one page, to print"),
            }
        )
    may_check = decide.may(actor, "exchange", A.OPEN_VERIFICATION_PACK, exchange)
    if may_check and not queries.refusal_of_pack(exchange, actor):
        found.append(
            {
                "name": _("Verification pack"),
                "url": f"{base}verification-pack/",
                "note": _("ZIP file by which anybody can check the signed documents, without this tool"),
            }
        )
    return found


EXCHANGE_PAGE = CasePage(
    machine=EXCHANGE,
    operations=operations,
    title=lambda exchange, actor: name_of(exchange),  # noqa: ARG005 -- every title is asked with its reader
    sections=_exchange_sections,
    forms=forms.EXCHANGE_FORMS,
    danger=frozenset({A.CANCEL_EXCHANGE}),
    template="exchange_building/exchange.html",
    context=_exchange_context,
    breadcrumb=lambda exchange, actor: _breadcrumb(exchange)[:-1],  # noqa: ARG005 -- as above
    files=_exchange_files,
)


def _exchange(request: HttpRequest, reference: str) -> Exchange:
    found: Exchange = load(request, queries.all_exchanges(), "exchange", reference=reference)
    return found


@require_safe
@signed_in
def exchange_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an exchange: parties, dates, both agreements, what comes next."""
    return pages.show(request, EXCHANGE_PAGE, _exchange(request, reference))


@signed_in
def exchange_action(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step on an exchange."""
    return pages.act(request, EXCHANGE_PAGE, _exchange(request, reference), action)


@signed_in
def exchange_thread(request: HttpRequest, reference: str) -> HttpResponse:
    """Say something to the other parties."""
    return pages.speak(request, EXCHANGE_PAGE, _exchange(request, reference))


@require_safe
@signed_in
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the stay as a file for the reader's calendar; once the exchange is cancelled, one that takes it out."""
    exchange = _exchange(request, reference)
    content = queries.calendar_file_of(exchange, method=Method.PUBLISH, invited="", at=clock.now())
    if content is None:
        return pages.refuse(request, EXCHANGE_PAGE, exchange, A.SEE, NotDone(Refusal("commitment_not_signed")))
    return _download(content, CALENDAR, f"{reference}.ics", disposition="attachment")


@require_safe
@signed_in
def travel_sheet(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what somebody takes along on the way, on one page to print."""
    exchange, actor = _exchange(request, reference), actor_of(request)
    commitment = exchange.commitment
    if commitment is None or commitment.signed_at is None:
        return pages.refuse(request, EXCHANGE_PAGE, exchange, A.SEE, NotDone(Refusal("commitment_not_signed")))
    scheme = queries.rules_of_case(exchange, commitment, clock.now())
    language = get_language() or "en"
    context = {
        "case": SimpleNamespace(machine="exchange", reference=reference, state=exchange.state),
        "title": _("Travel sheet"),
        "lead": name_of(exchange),
        "breadcrumb": _breadcrumb(exchange),
        "banner": cases.banner_of(EXCHANGE, exchange, actor, clock.now()),
        "rows": [
            (_("First day"), day_in_words(commitment.first_day)),
            (_("Last day"), day_in_words(commitment.last_day)),
            (_("Travel days"), _number(commitment.travel_days)),
            (_("Place of the stay"), commitment.place),
            (_("Host country"), country_name(queries.host_country(exchange), language)),
            (_("Working language"), language_name(commitment.working_language, language)),
            (_("Insurance"), commitment.insurance),
        ],
        "people": [
            (capacity_label(one.capacity), "\n".join(filter(None, (one.organisation, one.name, one.phone, one.email))))
            for one in queries.people_of_exchange(exchange, actor)
        ],
        "section": SimpleNamespace(context={"days": plan_of(commitment.plan)}),
        "evidence": [
            code_lists.label(scheme, "evidence_items", item.code) for item in scheme.evidence[Format(exchange.format)]
        ],
        "lang": commitment.language,
    }
    response = render(request, "exchange_building/travel_sheet.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in
def open_verification_pack(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the ZIP file by which the signed documents are checked without this tool."""
    exchange = _exchange(request, reference)
    try:
        content = operations.open_verification_pack(exchange, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return pages.refuse(request, EXCHANGE_PAGE, exchange, A.OPEN_VERIFICATION_PACK, reason)
    return _download(content, ZIP, f"verification-pack-{reference}.zip", disposition="attachment")


# The Commitment to Quality


def _commitment(request: HttpRequest, reference: str) -> Commitment:
    key: dict[str, Any] = {"exchange__reference": reference}
    version = request.GET.get("version", "")
    if request.method == "GET" and version.isdecimal():
        key["version"] = int(version)
    found: Commitment = load(request, queries.all_commitments(), "commitment", **key)
    return found


def _may_edit(commitment: Commitment, actor: Actor) -> bool:
    return commitment.state in EDITABLE and decide.may(actor, "commitment", A.EDIT_COMMITMENT, commitment)


def _written_sections(commitment: Commitment, actor: Actor, at: datetime) -> list[Section]:
    if commitment.frozen is not None:
        return []
    exchange, language = commitment.exchange, get_language() or "en"
    scheme = queries.rules_of_case(exchange, commitment, at)
    own: tuple[str, ...] = ()
    if _may_edit(commitment, actor):
        capacities = decide.acting_capacities(actor, "commitment", A.EDIT_COMMITMENT, commitment)
        own = tuple(part for capacity in capacities for part in rules.parts_of(capacity))

    def rows(part: str, *found: tuple[str, Any]) -> list[tuple[Any, ...]]:
        url = f"/exchanges/{exchange.reference}/commitment/parts/{part.replace('_', '-')}/"
        return [(*row, url) if part in own else row for row in found]

    def titled(part: str, *found: tuple[str, Any], **more: Any) -> Section:  # noqa: ANN401 -- what a template needs
        return Section(str(PART_LABELS[part]), rows(part, *found), **more)

    sections = [
        Section(
            _("Parties"),
            [
                (capacity_label(row["capacity"]), f"{row['organisation']}\n{row['person']}".strip())
                for row in queries.party_rows(exchange)
            ],
        ),
        titled(
            "place_and_dates",
            (_("Place of the stay"), commitment.place),
            (_("First day"), day_in_words(commitment.first_day)),
            (_("Last day"), day_in_words(commitment.last_day)),
            (_("Travel days"), _number(commitment.travel_days)),
        ),
        titled(
            "objectives",
            (_("Objectives of the visiting organisation"), commitment.objectives_visitor),
            (_("Objectives of the host organisation"), commitment.objectives_host),
        ),
        titled(
            "purposes_and_activities",
            (_("Purposes"), "\n".join(code_lists.label(scheme, "purposes", code) for code in commitment.purposes)),
            (
                _("Types of activity"),
                "\n".join(code_lists.label(scheme, "activity_types", code) for code in commitment.activities),
            ),
            (_("Description"), commitment.description),
        ),
        titled(
            "plan",
            (_("Working days in the plan"), days_in_words(commitment.working_days)),
            template="exchange_building/plan.html",
            context={"days": plan_of(commitment.plan)},
        ),
        titled("outcomes", (_("Expected outcomes"), "\n".join(_outcome(row) for row in commitment.outcomes))),
        titled(
            "responsibilities",
            *((capacity_label(party), commitment.responsibilities.get(party, "")) for party in rules.PARTIES),
        ),
        titled(
            "language_and_insurance",
            (
                _("Working language"),
                language_name(commitment.working_language, language) if commitment.working_language else "",
            ),
            (_("Confidentiality"), commitment.confidentiality),
            (_("Insurance"), commitment.insurance),
        ),
        titled(
            "declarations",
            *(
                (
                    queries.words_of(name),
                    _("Declared") if getattr(commitment, name) else _("Not yet"),
                )
                for name in queries.declarations_of(exchange)
            ),
        ),
    ]
    clauses = clauses_of(scheme, "commitment_to_quality", commitment.language)
    sections.append(
        Section(
            _("Terms"),
            template="exchange_building/clauses.html",
            context={
                "lang": commitment.language,
                "clauses": [one for one in clauses if one.code not in queries.CLAUSES_IN_PARTS],
            },
        )
    )
    if queries.is_physical(exchange):
        kilometres = _("%(count)s km") % {"count": commitment.distance_km} if commitment.distance_km is not None else ""
        sections.append(
            titled(
                "distance",
                (_("Distance"), "\n".join(part for part in (kilometres, commitment.distance_reason) if part)),
                template="exchange_building/distance.html",
                context=_line_on_the_map(exchange),
            )
        )
    admitted = [
        f"{day_in_words(date.fromisoformat(day))}: {why}" for day, why in sorted(commitment.admitted_days.items())
    ]
    if admitted or "admitted_days" in own:
        sections.append(
            titled("admitted_days", (_("Days that count although they are no working days"), "\n".join(admitted)))
        )
    return sections


def _line_on_the_map(exchange: Exchange) -> dict[str, Any]:
    visitor, host = exchange.visiting_organisation, exchange.host_organisation
    begin, end = queries.point_of(visitor), queries.point_of(host)
    if begin is None or end is None:
        return {}
    (left, top), (right, bottom) = begin, end
    names = {"here": visitor.city or visitor.legal_name, "there": host.city or host.legal_name}
    # Bent towards the north, so that a short line is still seen to be one.
    middle = ((left + right) // 2, min(top, bottom) - abs(right - left) // 5 - 10)
    return {
        "label": _("Map with a line from %(here)s to %(there)s") % names,
        "line": f"M{left} {top}Q{middle[0]} {middle[1]} {right} {bottom}",
        "ends": [{"x": left, "y": top}, {"x": right, "y": bottom}],
    }


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _outcome(row: Mapping[str, str]) -> str:
    if not row.get("indicator"):
        return row.get("outcome", "")
    return _("%(outcome)s (measured by: %(indicator)s)") % row


def plan_of(plan: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Give the rows of an action plan in which something happens, by day."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rules.rows_with_activity(plan):
        found.setdefault(row["day"], []).append({**row, "label": forms.HALF_LABELS[row["half"]]})
    return [{"day": date.fromisoformat(day), "rows": rows} for day, rows in found.items()]


def _commitment_context(request: HttpRequest, commitment: Commitment, at: datetime) -> Mapping[str, Any]:
    actor = actor_of(request)
    missing = rules.missing_parts(commitment, is_physical=queries.is_physical(commitment.exchange))
    if not all(getattr(commitment, one) for one in queries.declarations_of(commitment.exchange)):
        missing.append("declarations")
    base = f"/exchanges/{commitment.exchange.reference}/commitment/"
    others = [one.version for one in commitment.exchange.commitments.order_by("version") if one.pk != commitment.pk]
    may_edit = _may_edit(commitment, actor)
    return {
        "parts": _parts(commitment, missing, at) if commitment.frozen is None else [],
        "hinted": hint_words_of(commitment, queries.rules_of_case(commitment.exchange, commitment, at))
        if commitment.frozen is None
        else [],
        "written": len(rules.PARTS_OF_ORGANISATIONS) - len(missing),
        "needed": len(rules.PARTS_OF_ORGANISATIONS),
        "edit_url": f"{base}edit-commitment/" if may_edit else "",
        "text": _shown(commitment.frozen, commitment.language) if commitment.frozen is not None else None,
        "sign_rows": _consent_rows(commitment, actor),
        "compared": _compared(request, commitment),
        "comment_links": _comment_links(commitment, actor, base),
        "earlier_versions": [
            {"version": version, "url": f"{base}?version={commitment.version}&compare={version}#compared"}
            for version in queries.versions_of(commitment.exchange)
            if version < commitment.version
        ],
        "other_versions": [{"version": version, "url": f"{base}?version={version}"} for version in others],
        "changes_reason": _changes_reason(commitment, at),
        "hint_answers": [
            (capacity_label(capacity), f"{', '.join(answer['words'])}\n{answer['reason']}")
            for capacity, answer in sorted(commitment.hint_answers.items())
        ],
    }


def _parts(commitment: Commitment, missing: list[str], at: datetime) -> list[dict[str, Any]]:
    """Give the parts with what both sides know of them: who changed it last, who has read it since, who is writing."""
    rows = {row.part: row for row in commitment.part_rows.select_related("held_by")}
    read = {reading.capacity: reading.at for reading in commitment.readings.all()}
    return [
        {
            "url": f"#section-{number}",
            "label": PART_LABELS[part],
            "note": ". ".join(_part_notes(rows.get(part), read, at, is_missing=part in missing)),
            "state": "half" if part in missing else "done",
            "state_label": _("Open") if part in missing else _("Written"),
        }
        for number, part in enumerate(rules.PARTS_OF_ORGANISATIONS, start=2)
    ]


def _part_notes(
    row: CommitmentPart | None, read: Mapping[str, datetime], at: datetime, *, is_missing: bool
) -> list[str]:
    notes = [_("Something is missing")] if is_missing else []
    if row is None:
        return notes
    if row.held_by is not None and row.held_at is not None and row.held_until is not None and row.held_until > at:
        words = {"person": row.held_by.full_name, "since": timezone.localtime(row.held_at).strftime("%H:%M")}
        notes.append(_("%(person)s is editing since %(since)s") % words)
    if row.changed_at is not None:
        when = date_format(timezone.localtime(row.changed_at), _("j E Y, H:i"))
        notes.append(_("Changed by %(person)s on %(when)s") % {"person": row.changed_by, "when": when})
        notes += [
            _("%(side)s has not seen this yet") % {"side": capacity_label(side)}
            for side in (V, H)
            if str(side) != row.changed_as and _has_to_see(read.get(str(side)), row.changed_at)
        ]
    return notes


def _has_to_see(read_at: datetime | None, changed_at: datetime) -> bool:
    return read_at is None or read_at < changed_at


def _note_reading(request: HttpRequest, commitment: Commitment, at: datetime) -> None:
    if commitment.frozen is None:
        queries.note_reading(commitment, decide.capacities_of(actor_of(request), "commitment", commitment), at)


def _changes_reason(commitment: Commitment, at: datetime) -> str:
    if commitment.state != "CHANGES_REQUESTED":
        return ""
    scheme = queries.rules_of_case(commitment.exchange, commitment, at)
    known = dict(code_lists.choices(scheme, "change_request_reasons")) | dict(
        code_lists.choices(scheme, "signature_decline_reasons")
    )
    words = known.get(commitment.changes_reason_code, "")
    return ". ".join(part for part in (words, commitment.changes_reason) if part)


def _shown(text: dict[str, Any], language: str) -> SimpleNamespace:
    days: dict[str, list[Any]] = {}
    shown: dict[str, Any] = presented(text, language)
    for row in shown["plan"]:
        days.setdefault(row["day"], []).append(row)
    return SimpleNamespace(**{**shown, "days": list(days.items()), "lang": language})


# Beside signing: who may, where, and who is asked again

BESIDE_SIGNING_OF_MONEY = (A.REMIND_SIGNERS, A.TAKE_PEN, A.RETURN_PEN, A.HAND_IN_SIGNED_COPY)
BESIDE_SIGNING = (
    *BESIDE_SIGNING_OF_MONEY, A.DELEGATE_SIGNATURE, A.REVOKE_DELEGATION, A.ASK_FOR_HELP, A.ANSWER_HELP,
)  # fmt: skip


def _beside(commitment: Commitment, actor: Actor, at: datetime) -> list[tuple[A, Capacity]]:
    found = [*queries.beside_signing(commitment, actor, at), *queries.help_between(commitment, actor)]
    exchange = commitment.exchange
    for capacity in decide.acting_capacities(actor, "commitment", A.DELEGATE_SIGNATURE, commitment):
        if not queries.goes_on(exchange) or queries.representative_of(exchange, capacity).pk != actor.account_id:
            continue
        for action, kind in (
            (A.DELEGATE_SIGNATURE, forms.ColleagueForm),
            (A.REVOKE_DELEGATION, forms.RevokeDelegationForm),
        ):
            if kind(subject=commitment, actor=actor, capacity=capacity, at=at).is_needed:
                found.append((action, capacity))
    return found


def _take_signing_step(
    request: HttpRequest, page: CasePage, subject: Commitment | FinancialAgreement, action: A
) -> HttpResponse:
    actor, at, machine = actor_of(request), clock.now(), page.machine
    if request.method != "POST":
        return redirect(machine.address(subject))
    possible = decide.acting_capacities(actor, machine.name, action, subject)
    if not possible:
        return pages.refuse(request, page, subject, action, NotAllowed(Refusal("not_allowed")))
    wanted = request.POST.get("capacity", "")
    capacity = Capacity(wanted) if wanted in possible else possible[0]
    form = pages.form_for(page, action, capacity, subject, actor, at, request.POST, request.FILES)
    if not form.is_valid():
        return pages.show(request, page, subject, status=pages.UNPROCESSABLE, bound=(action, capacity, form))
    inputs = form.inputs() if isinstance(form, pages.StepForm) else dict(form.cleaned_data)
    try:
        done = getattr(operations, action.value)(subject, actor=actor, at=at, capacity=capacity, **inputs)
    except NotDone as reason:
        return pages.refuse(request, page, subject, action, reason, form, capacity)
    if action is A.TAKE_PEN:
        return _download(done.file.content.read(), PDF, f"to-be-signed-{done.file.name}", disposition="attachment")
    return pages.succeed(request, page, subject, action, capacity)


@signed_in
def signing_step(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step beside the signing of the Commitment to Quality: remind, delegate, sign elsewhere."""
    return _take_signing_step(request, COMMITMENT_PAGE, _commitment(request, reference), action)


@signed_in
def agreement_signing_step(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step beside the signing of the financial agreement: remind, sign elsewhere."""
    return _take_signing_step(request, AGREEMENT_PAGE, _agreement(request, reference), action)


def _comment_links(commitment: Commitment, actor: Actor, base: str) -> list[dict[str, Any]]:
    if not decide.may(actor, "commitment", A.COMMENT_ON_PART, commitment):
        return []
    counts: Counter[str] = Counter(commitment.exchange.comments.values_list("part", flat=True))
    return [
        {"url": f"{base}parts/{part.replace('_', '-')}/comments/", "label": PART_LABELS[part], "count": counts[part]}
        for part in rules.PARTS_OF_ORGANISATIONS
    ]


def _compared(request: HttpRequest, commitment: Commitment) -> dict[str, Any]:
    seen, asked = request.POST.get("text_sha256", ""), request.GET.get("compare", "")
    if request.method == "POST" and seen and seen != commitment.text_sha256:
        before, title = queries.text_seen(commitment, seen), _("What has changed since you opened the page")
    elif asked.isdecimal():
        before = queries.last_text_of_version(commitment.exchange, int(asked))
        title = _("What has changed since version %(version)s") % {"version": asked}
    else:
        return {}
    now = commitment.frozen or queries.last_text_of_version(commitment.exchange, commitment.version)
    if before is None or now is None:
        return {}
    rows = [
        {"label": COLUMN_LABELS.get(one.part, one.part), "pieces": one.pieces}
        for one in rules.differences_between(before, now)
    ]
    return {"title": title, "rows": rows}


STAGES: tuple[tuple[A, tuple[str, ...], tuple[Capacity, ...], str], ...] = (
    (A.AGREE_COMMITMENT, ("DRAFTING", "CHANGES_REQUESTED"), (V, H), "agreed"),
    (A.VALIDATE_COMMITMENT, ("SUBMITTED",), (VP, HP), "validated"),
    (A.SIGN_COMMITMENT, ("VALIDATED", "SIGNING", "SIGNED", "SUPERSEDED"), rules.PARTIES, "signed"),
)


def _consent_rows(subject: Commitment | FinancialAgreement, actor: Actor) -> list[dict[str, Any]]:
    if isinstance(subject, Commitment):
        kind = "commitment"
        action, capacities = next((action, who) for action, states, who, _done in STAGES if subject.state in states)
        if action is A.SIGN_COMMITMENT:
            signing = queries.signatories_of(subject)
            capacities = tuple(party for party in capacities if party in signing)
    else:
        kind, action, capacities = "financial_agreement", A.SIGN_AGREEMENT, (V, VP)
    given = {consent.capacity: consent for consent in consents.standing(subject, kind, action)}
    line = registry.machine_named(kind).row_for(action, subject.state)
    is_asked = line is not None and (line.asked_if is None or line.asked_if(subject))
    own = decide.capacities_of(actor, kind, subject) if is_asked else frozenset()
    labels = {A.AGREE_COMMITMENT: _("Agreed"), A.VALIDATE_COMMITMENT: _("Validated")}
    rows = []
    for party in queries.party_rows(subject.exchange, capacities):
        capacity = Capacity(party["capacity"])
        consent = given.get(capacity)
        role = _("%(role)s, %(organisation)s") % {
            "role": capacity_label(capacity),
            "organisation": party["organisation"],
        }
        waiting = ("yours", _("Your turn")) if capacity in own else ("theirs", _("Not yet"))
        state, label = ("done", labels.get(action, _("Signed"))) if consent is not None else waiting
        rows.append(
            {
                "name": consent.person if consent is not None else _expected(party, capacity),
                "role": role,
                "state": state,
                "state_label": label,
                "at": consent.at if consent is not None else None,
                "level": _level_of(consent) if consent is not None and action in queries.SIGNATURES else "",
                "current": consent is None and capacity in own,
                "capacity": str(capacity),
            }
        )
    return rows


def _expected(party: Mapping[str, str], capacity: Capacity) -> str:
    # In a partnership whoever is there acts, so nobody is named before.
    return party["person"] or party["organisation"] if capacity in (V, H) else party["organisation"]


def _level_of(consent: Consent) -> str:
    return level_in_words("scan" if consent.scan_id is not None else consent.level)


def _commitment_files(commitment: Commitment, actor: Actor) -> list[dict[str, Any]]:
    if not decide.may(actor, "commitment", A.OPEN_DOCUMENT, commitment):
        return []
    note = _("PDF, marked as draft")
    if commitment.document is not None:
        note = _("PDF, signed by all") if commitment.document.is_complete else _("PDF, not yet signed by all")
    if commitment.state == "SUPERSEDED":
        note = _("PDF, replaced by a later version")
    url = f"/exchanges/{commitment.exchange.reference}/commitment/document/?version={commitment.version}"
    sha256 = commitment.text_sha256 if commitment.frozen is not None else ""
    return [
        {
            "name": _("Commitment to Quality, version %(version)s") % {"version": commitment.version},
            "url": url,
            "note": note,
            "sha256": sha256,
        }
    ]


def _commitment_meta(commitment: Commitment, _actor: Actor) -> list[str]:
    return [_("Version %(version)s") % {"version": commitment.version}, name_of(commitment.exchange)]


COMMITMENT_PAGE = CasePage(
    machine=COMMITMENT,
    operations=operations,
    title=lambda commitment, actor: _("Commitment to Quality"),  # noqa: ARG005 -- every title is asked with its reader
    sections=_written_sections,
    forms=forms.COMMITMENT_FORMS,
    danger=frozenset({A.DECLINE_SIGNATURE}),
    carries=frozenset({A.AGREE_COMMITMENT, A.VALIDATE_COMMITMENT, A.SIGN_COMMITMENT}),
    elsewhere=frozenset({A.EDIT_COMMITMENT}),
    template="exchange_building/commitment.html",
    context=_commitment_context,
    meta=_commitment_meta,
    breadcrumb=lambda commitment, actor: _breadcrumb(commitment.exchange),  # noqa: ARG005 -- as above
    files=_commitment_files,
    opened=_note_reading,
    beside=_beside,
)


@require_safe
@signed_in
def commitment_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the Commitment to Quality: the version that is being worked on, or the one that was asked for."""
    return pages.show(request, COMMITMENT_PAGE, _commitment(request, reference))


@signed_in
def commitment_action(request: HttpRequest, reference: str, action: A) -> HttpResponseBase:
    """Take a step on the Commitment to Quality."""
    if action is A.EDIT_COMMITMENT:
        return edit_commitment(request, reference)
    return pages.act(request, COMMITMENT_PAGE, _commitment(request, reference), action)


@signed_in
def edit_commitment(request: HttpRequest, reference: str, part: str = "") -> HttpResponse:
    """Show the whole text, or one part of it, as a form; keep what was typed."""
    commitment = _commitment(request, reference)
    name = part.replace("-", "_")
    actor = actor_of(request)
    denial = decide.denial(actor, "commitment", A.EDIT_COMMITMENT, commitment)
    if denial is not None:
        return pages.refuse(request, COMMITMENT_PAGE, commitment, A.EDIT_COMMITMENT, NotAllowed(Refusal(denial)))
    capacity = _acting(request, commitment, actor, name)
    if name and name not in rules.PARTS:
        raise Http404
    if request.method == "POST":
        return _save_text(request, commitment, capacity)
    if commitment.state not in EDITABLE or (name and name not in rules.parts_of(capacity)):
        return redirect(COMMITMENT.address(commitment))
    held = operations.hold_part(commitment, part=name, actor=actor, at=clock.now()) if name else None
    form = forms.TextForm(
        subject=commitment, actor=actor, capacity=capacity, at=clock.now(), only=name, days=_days_asked(request)
    )
    return _show_form(request, commitment, form, capacity, held=held)


@signed_in
def take_part_over(request: HttpRequest, reference: str, part: str) -> HttpResponse:
    """Write a part that somebody else has been writing; what they typed is shown to them when they save."""
    commitment, name = _commitment(request, reference), part.replace("-", "_")
    if name not in rules.PARTS:
        raise Http404
    address = f"{COMMITMENT.address(commitment)}parts/{part}/"
    if request.method != "POST":
        return redirect(address)
    try:
        operations.hold_part(commitment, part=name, actor=actor_of(request), at=clock.now(), takes_over=True)
    except NotAllowed as reason:
        return pages.refuse(request, COMMITMENT_PAGE, commitment, A.EDIT_COMMITMENT, reason)
    return redirect(address)


@signed_in
def comment_on_part(request: HttpRequest, reference: str, part: str) -> HttpResponse:
    """Say something about one part of the text."""
    commitment, name = _commitment(request, reference), part.replace("-", "_")
    if name not in rules.PARTS:
        raise Http404
    address = f"{COMMITMENT.address(commitment)}parts/{part}/comments/"
    actor, at = actor_of(request), clock.now()
    form = forms.PartCommentForm(request.POST or None)
    if not decide.may(actor, "commitment", A.COMMENT_ON_PART, commitment):
        return pages.refuse(request, COMMITMENT_PAGE, commitment, A.COMMENT_ON_PART, NotAllowed(Refusal("not_allowed")))
    if request.method == "POST" and form.is_valid():
        operations.comment_on_part(commitment, part=name, text=form.cleaned_data["text"], actor=actor, at=at)
        messages.success(request, _("Your comment is there. Both organisations have been told."))
        return redirect(address)
    names = queries.names_of_exchange(commitment.exchange)
    context = {
        "case": SimpleNamespace(
            machine="commitment", reference=reference, state=commitment.state, version=commitment.version
        ),
        "title": _("Comments: %(part)s") % {"part": PART_LABELS[name]},
        "breadcrumb": [*_breadcrumb(commitment.exchange), (_("Commitment to Quality"), COMMITMENT.address(commitment))],
        "banner": cases.banner_of(COMMITMENT, commitment, actor, at),
        "comments": [
            {
                "author": one.author.full_name or one.author.email,
                "organisation": names.get(f"name_{one.capacity}", ""),
                "at": one.at,
                "text": one.text,
                "own": one.author_id == actor.account_id,
            }
            for one in commitment.exchange.comments.filter(part=name).select_related("author")
        ],
        "form": form,
        "action": address,
    }
    status = pages.UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "exchange_building/comments.html", context, status=status)


@signed_in
def count_working_days(request: HttpRequest, reference: str) -> HttpResponse:
    """Count the working days of an action plan as it is being typed; nothing is kept."""
    commitment = _commitment(request, reference)
    actor, at = actor_of(request), clock.now()
    if request.method != "POST":
        return redirect(COMMITMENT.address(commitment))
    denial = decide.denial(actor, "commitment", A.EDIT_COMMITMENT, commitment)
    if denial is not None:
        return pages.refuse(request, COMMITMENT_PAGE, commitment, A.EDIT_COMMITMENT, NotAllowed(Refusal(denial)))
    capacity = _acting(request, commitment, actor, "plan")
    form = forms.TextForm(request.POST, subject=commitment, actor=actor, capacity=capacity, at=at)
    days = form.counted_days()
    context = {"count": days_in_words(len(days)), "days": [day_in_words(day) for day in days]}
    return render(request, "exchange_building/counted.html", context)


def _acting(request: HttpRequest, commitment: Commitment, actor: Actor, part: str) -> Capacity:
    possible = decide.acting_capacities(actor, "commitment", A.EDIT_COMMITMENT, commitment)
    wanted = request.POST.get("capacity", "")
    if wanted in possible:
        return Capacity(wanted)
    return next((one for one in possible if part in rules.parts_of(one)), possible[0])


def _days_asked(request: HttpRequest) -> tuple[date, date] | None:
    try:
        first, last = (parse_date(request.GET.get(name, "")) for name in ("first_day", "last_day"))
    except ValueError:
        return None
    return (first, last) if first is not None and last is not None else None


def _save_text(request: HttpRequest, commitment: Commitment, capacity: Capacity) -> HttpResponse:
    at, actor = clock.now(), actor_of(request)
    form = forms.TextForm(request.POST, subject=commitment, actor=actor, capacity=capacity, at=at)
    is_open = commitment.state in EDITABLE
    if is_open and not form.is_valid():
        return _show_form(request, commitment, form, capacity, status=pages.UNPROCESSABLE)
    try:
        inputs = form.inputs() if form.is_valid() else {"values": {}}
        operations.edit_commitment(commitment, actor=actor, at=at, capacity=capacity, **inputs)
    except NotDone as reason:
        if not is_open or reason.refusal.code not in {"text_has_changed", "part_is_held"}:
            return pages.refuse(request, COMMITMENT_PAGE, commitment, A.EDIT_COMMITMENT, reason)
        commitment.refresh_from_db()
        typed = request.POST.copy()
        typed["version"] = str(commitment.version)
        for part in form.parts:
            typed[f"seen_{part}"] = rules.fingerprint_of_part(commitment, part)
        again = forms.TextForm(typed, subject=commitment, actor=actor, capacity=capacity, at=at)
        refused = pages.refusal_context(A.EDIT_COMMITMENT, reason.refusal)
        return _show_form(request, commitment, again, capacity, status=pages.CONFLICT, refusal=refused)
    messages.success(request, _("The text is saved. Whoever had agreed is asked to agree again."))
    return redirect(COMMITMENT.address(commitment))


def _show_form(
    request: HttpRequest,
    commitment: Commitment,
    form: forms.TextForm,
    capacity: Capacity,
    *,
    status: int = 200,
    refusal: dict[str, str] | None = None,
    held: CommitmentPart | None = None,
) -> HttpResponse:
    at, actor = clock.now(), actor_of(request)
    exchange = commitment.exchange
    whole = len(form.parts) > 1
    days = (
        form.days
        or queries.suggested_days(exchange, queries.rules_of_case(exchange, commitment, at), at)
        or (None, None)
    )
    titles = {str(PART_LABELS[section]): section for section in form.parts}
    context = {
        "case": SimpleNamespace(
            machine="commitment", reference=exchange.reference, state=commitment.state, version=commitment.version
        ),
        "title": _("Write the Commitment to Quality")
        if whole
        else str(PART_LABELS[form.parts[0]] if form.parts else ""),
        "breadcrumb": [*_breadcrumb(exchange), (_("Commitment to Quality"), COMMITMENT.address(commitment))],
        "banner": cases.banner_of(COMMITMENT, commitment, actor, at),
        "form": form,
        "groups": form.groups(),
        "capacity": str(capacity),
        "action": f"{COMMITMENT.address(commitment)}edit-commitment/",
        "back_url": COMMITMENT.address(commitment),
        "lays_out": "plan" in form.parts,
        "first_day": days[0].isoformat() if days[0] is not None else "",
        "last_day": days[1].isoformat() if days[1] is not None else "",
        "refusal": refusal,
        "count_url": f"{COMMITMENT.address(commitment)}count-working-days/",
        "counted": days_in_words(commitment.working_days),
        **_held(commitment, held),
        "standing": [one for one in _written_sections(commitment, actor, at) if one.title in titles] if refusal else [],
    }
    return render(request, "exchange_building/edit.html", context, status=status)


def _held(commitment: Commitment, held: CommitmentPart | None) -> dict[str, str]:
    if held is None or held.held_by is None or held.held_at is None:
        return {}
    words = {"person": held.held_by.full_name, "since": timezone.localtime(held.held_at).strftime("%H:%M")}
    return {
        "held": _("%(person)s is editing since %(since)s") % words,
        "take_over": f"{COMMITMENT.address(commitment)}parts/{held.part.replace('_', '-')}/take-over/",
    }


@require_safe
@signed_in
def commitment_document(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the file of the Commitment to Quality; before the text is frozen, one that is marked as draft."""
    commitment = _commitment(request, reference)
    at, actor = clock.now(), actor_of(request)
    try:
        engine.record(commitment, A.OPEN_DOCUMENT, actor=actor, at=at, payload={"version": commitment.version})
    except NotAllowed as reason:
        return pages.refuse(request, COMMITMENT_PAGE, commitment, A.OPEN_DOCUMENT, reason)
    if commitment.document is not None:
        return _pdf(commitment.document.file.content.read(), _name_of_file(commitment.document))
    text = queries.text_of_commitment(commitment, queries.rules_of_case(commitment.exchange, commitment, at))
    data = {**text, "text_sha256": "", "signatures": queries.signatures_of(commitment, text)}
    content = typeset(
        "commitment_to_quality",
        data,
        language=commitment.language,
        title=_("Commitment to Quality"),
        dated=at.date(),
        draft=True,
    )
    return _pdf(content, f"commitment-to-quality-{reference}-draft.pdf")


def _name_of_file(document: Document) -> str:
    # Nobody shall take a copy for the final one that does not bear every signature.
    return str(document.file.name) if document.is_complete else f"not-final-{document.file.name}"


def _pdf(content: bytes, name: str) -> HttpResponse:
    return _download(content, PDF, name, disposition="inline")


def _download(content: bytes, kind: str, name: str, *, disposition: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{disposition}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


# The financial agreement


def _agreement(request: HttpRequest, reference: str) -> FinancialAgreement:
    key: dict[str, Any] = {"exchange__reference": reference}
    version = request.GET.get("version", "")
    if request.method == "GET" and version.isdecimal():
        key["version"] = int(version)
    found: FinancialAgreement = load(request, queries.all_agreements(), "financial_agreement", **key)
    return found


def _working(agreement: FinancialAgreement, at: datetime) -> dict[str, Any] | None:
    if agreement.amount_cents is None or agreement.full_cents is None:
        return None
    language = get_language() or "en"
    scheme = engine.scheme_of(agreement, at)
    country = country_name(queries.host_country(agreement.exchange), language)
    rows = [(_("Lump sum for %(country)s") % {"country": country}, format_cents(agreement.full_cents, language), "")]
    if agreement.is_halved:
        reasons = " ".join(queries.reasons_in_words(scheme, agreement.halving_reasons))
        rows.append(
            (_("Halved, once"), f"-{format_cents(agreement.full_cents - agreement.amount_cents, language)}", reasons)
        )
    kilometres = _("%(count)s km") % {"count": agreement.distance_km}
    return {
        "rows": rows,
        "total": format_cents(agreement.amount_cents, language),
        "cents": agreement.amount_cents,
        "note": " ".join(
            (
                _("%(days)s at the host, %(kilometres)s apart. Nothing is paid in advance.")
                % {"days": days_in_words(agreement.working_days), "kilometres": kilometres},
                _("Computed by the rules of: %(rules)s.") % {"rules": queries.rules_named(agreement)},
            )
        ),
    }


def _agreement_sections(agreement: FinancialAgreement, actor: Actor, at: datetime) -> list[Section]:
    scheme = engine.scheme_of(agreement, at)
    aid = "" if agreement.de_minimis_cents is None else format_cents(agreement.de_minimis_cents, get_language() or "en")
    account: list[tuple[Any, ...]] = [(_("Account"), rules.masked(agreement.account_ending))]
    if agreement.account_ending and decide.may(actor, "financial_agreement", A.OPEN_BANK_DETAILS, agreement):
        account = [
            (
                _("Account"),
                rules.masked(agreement.account_ending),
                f"{FINANCIAL_AGREEMENT.address(agreement)}bank-details/",
            )
        ]
    return [
        Section(_("Amount"), template="exchange_building/working.html", context={"working": _working(agreement, at)}),
        *_sections_of_text(agreement, scheme),
        Section(
            _("Payment"),
            [
                (
                    _("Account holder"),
                    agreement.account_holder
                    if decide.may(actor, "financial_agreement", A.OPEN_BANK_DETAILS, agreement)
                    else "",
                ),
                *(row[:2] for row in account),
                (
                    _("Tax status"),
                    code_lists.label(scheme, "tax_statuses", agreement.tax_status) if agreement.tax_status else "",
                ),
                (_("De minimis aid of the last three years"), aid),
            ],
            template="exchange_building/bank_details_link.html",
            context={"url": account[0][2] if len(account[0]) > 2 else ""},  # noqa: PLR2004 -- label, value, address
        ),
    ]


def _sections_of_text(agreement: FinancialAgreement, scheme: Scheme) -> list[Section]:
    """Give what the two sign beside amount, account and terms: as it is frozen, or as it would be frozen now."""
    commitment = agreement.commitment
    text = agreement.text or (queries.text_of_agreement(agreement, commitment, scheme) if commitment else {})
    if not text:
        return []
    shown: dict[str, Any] = presented(text, get_language() or "en")
    return [
        Section(
            _("Parties"),
            [
                (
                    party["capacity"],
                    "\n".join(
                        filter(
                            None,
                            (
                                party["organisation"],
                                ", ".join(filter(None, (party["city"], party["country"]))),
                                party["person"],
                            ),
                        )
                    ),
                )
                for party in shown["parties"]
            ],
        ),
        Section(
            _("What it is for"),
            [
                (_("Commitment to Quality"), shown["commitment_reference"]),
                (_("Its fingerprint (SHA-256)"), shown["commitment_sha256"]),
                (_("First day"), shown["first_day"]),
                (_("Last day"), shown["last_day"]),
                (_("Host country"), shown["host_country"]),
                (_("Length"), shown["working_days"]),
                (_("Distance"), shown["distance_km"]),
            ],
        ),
    ]


def _agreement_context(request: HttpRequest, agreement: FinancialAgreement, at: datetime) -> Mapping[str, Any]:  # noqa: ARG001 -- every context is asked in the same way
    actor = actor_of(request)
    text = json.loads(agreement.frozen) if agreement.frozen else None
    return {
        "sign_rows": _consent_rows(agreement, actor),
        "clauses": text["clauses"] if text else [],
        "evidence": text["evidence"] if text else [],
        "lang": text["language"] if text else "en",
        "decline_reason": agreement.decline_reason if agreement.state == "DRAFT" else "",
    }


def _agreement_files(agreement: FinancialAgreement, actor: Actor) -> list[dict[str, Any]]:
    if agreement.commitment_id is None or not decide.may(actor, "financial_agreement", A.OPEN_DOCUMENT, agreement):
        return []
    note = _("PDF, marked as draft")
    if agreement.document is not None:
        note = _("PDF, signed by both") if agreement.document.is_complete else _("PDF, not yet signed by both")
    url = f"{FINANCIAL_AGREEMENT.address(agreement)}document/?version={agreement.version}"
    name = _("Financial agreement, version %(version)s") % {"version": agreement.version}
    return [{"name": name, "url": url, "note": note, "sha256": agreement.text_sha256}]


def _agreement_meta(agreement: FinancialAgreement, _actor: Actor) -> list[str]:
    return [_("Version %(version)s") % {"version": agreement.version}, name_of(agreement.exchange)]


AGREEMENT_PAGE = CasePage(
    machine=FINANCIAL_AGREEMENT,
    operations=operations,
    title=lambda agreement, actor: _("Financial agreement"),  # noqa: ARG005 -- every title is asked with its reader
    sections=_agreement_sections,
    forms=forms.AGREEMENT_FORMS,
    carries=frozenset({A.SIGN_AGREEMENT}),
    template="exchange_building/financial_agreement.html",
    context=_agreement_context,
    meta=_agreement_meta,
    breadcrumb=lambda agreement, actor: _breadcrumb(agreement.exchange),  # noqa: ARG005 -- as above
    files=_agreement_files,
    beside=queries.beside_signing,
)


@require_safe
@signed_in
def agreement_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the financial agreement with the working of its amount."""
    return pages.show(request, AGREEMENT_PAGE, _agreement(request, reference))


@signed_in
def agreement_action(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Take a step on the financial agreement."""
    return pages.act(request, AGREEMENT_PAGE, _agreement(request, reference), action)


@require_safe
@signed_in
def bank_details(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the whole account to those who may open it; the journal says who did."""
    agreement = _agreement(request, reference)
    at, actor = clock.now(), actor_of(request)
    try:
        engine.record(agreement, A.OPEN_BANK_DETAILS, actor=actor, at=at)
    except NotAllowed as reason:
        return pages.refuse(request, AGREEMENT_PAGE, agreement, A.OPEN_BANK_DETAILS, reason)
    context = {
        "case": SimpleNamespace(
            machine="financial_agreement", reference=reference, state=agreement.state, version=agreement.version
        ),
        "title": _("Bank details of %(visitor)s") % queries.names_of_exchange(agreement.exchange),
        "breadcrumb": [
            *_breadcrumb(agreement.exchange),
            (_("Financial agreement"), FINANCIAL_AGREEMENT.address(agreement)),
        ],
        "banner": cases.banner_of(FINANCIAL_AGREEMENT, agreement, actor, at),
        "rows": [
            (_("Account holder"), agreement.account_holder),
            (_("IBAN"), agreement.iban),
            (_("Account number"), agreement.account_number),
            (_("BIC"), agreement.bic),
            (_("Address of the bank"), agreement.bank_address),
        ],
    }
    response = render(request, "exchange_building/bank_details.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@signed_in
def agreement_document(request: HttpRequest, reference: str) -> HttpResponse:
    """Open the file of the financial agreement; before it is offered, one that is marked as draft."""
    agreement = _agreement(request, reference)
    at, actor = clock.now(), actor_of(request)
    denial = decide.denial(actor, "financial_agreement", A.OPEN_DOCUMENT, agreement)
    if denial is not None:
        return pages.refuse(request, AGREEMENT_PAGE, agreement, A.OPEN_DOCUMENT, NotAllowed(Refusal(denial)))
    if agreement.commitment is None:
        raise Http404
    engine.record(agreement, A.OPEN_DOCUMENT, actor=actor, at=at, payload={"version": agreement.version})
    if agreement.document is not None:
        return _pdf(agreement.document.file.content.read(), _name_of_file(agreement.document))
    text = queries.text_of_agreement(agreement, agreement.commitment, engine.scheme_of(agreement, at))
    data = {**text, "text_sha256": "", "signatures": queries.signatures_of(agreement, text)}
    content = typeset(
        "financial_agreement",
        data,
        language=text["language"],
        title=_("Financial agreement"),
        dated=at.date(),
        draft=True,
    )
    return _pdf(content, f"financial-agreement-{reference}-draft.pdf")
