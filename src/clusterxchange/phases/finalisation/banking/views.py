"""Pages of payments as a whole: the list, the batches, what goes to the bank."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import as_attachment
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.scoping import visible
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.finalisation.banking import forms, operations, queries
from clusterxchange.phases.finalisation.banking.life import BANK_STATEMENT, PAYMENT_BATCH
from clusterxchange.phases.finalisation.banking.statement import APPLIED, Outcome
from clusterxchange.phases.finalisation.models import BankStatement, PayingAccount, Payment, PaymentBatch
from clusterxchange.phases.finalisation.states import PAYMENT
from clusterxchange.phases.finalisation.views import day_in_words, money
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow import cases, obligations, pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

PER_PAGE = 25
LATEST = 5
XML = "application/xml"
FILTER_LABELS = {
    queries.TO_ORDER: lambda: _("To be ordered"),
    queries.TO_RELEASE: lambda: _("To be released"),
    queries.RELEASED: lambda: _("Released, not yet paid"),
    "returned": lambda: _("Returned by the bank"),
    "stopped": lambda: _("Stopped or to be paid back"),
    "paid": lambda: _("Paid"),
    "not-due": lambda: _("Not due yet"),
}
STEP_OF = {queries.TO_ORDER: A.ORDER_PAYMENT, queries.TO_RELEASE: A.RELEASE_PAYMENT}
TOGETHER_LABELS = {
    A.ORDER_PAYMENT: lambda: _("Order the chosen payments"),
    A.RELEASE_PAYMENT: lambda: _("Release the chosen payments"),
}
BADGES = {"DUE": "yours", "ORDERED": "half", "RELEASED": "half", "PAID": "done", "CONFIRMED": "done", "RETURNED": "no"}


def _reads_payments(actor: Actor) -> bool:
    return bool(actor.partnerships) or actor.support_office or actor.agency


def _shown(request: HttpRequest) -> str:
    show = request.GET.get("show", "")
    if show and show not in queries.STATES_OF:
        raise Http404
    return show


# The list


@require_safe
@signed_in
def payments(request: HttpRequest) -> HttpResponse:
    """List the payments of the reader's partnerships, with what can be done to many at once."""
    return _show_payments(request, _shown(request))


def _show_payments(
    request: HttpRequest, show: str, *, status: int = 200, refused: tuple[A, Refusal] | None = None
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    if not _reads_payments(actor):
        raise Http404
    page = Paginator(queries.payments_shown(actor, show), PER_PAGE).get_page(request.GET.get("page"))
    action = STEP_OF.get(show)
    may_act = action is not None and any(decide.may(actor, PAYMENT.name, action, one) for one in page)
    own = list(obligations.mine(actor).filter(kind=PAYMENT.name))
    query = urlencode({"show": show}) if show else ""
    context = {
        "title": _("Payments"),
        "meta": [],
        "breadcrumb": [(_("Work queue"), "/desk/")],
        "banner": cases.banner_from(own, actor, at),
        "filters": _filters(actor, show),
        "groups": [
            {"title": FILTER_LABELS[show]() if show else _("All payments"), "rows": [_row(one) for one in page]}
        ],
        "count": page.paginator.count,
        "page": page,
        "query": query,
        "buttons": may_act,
        "step": {
            "url": reverse(f"banking:{action}s"),
            "action": str(action),
            "label": TOGETHER_LABELS[action](),
        }
        if may_act and action is not None
        else None,
        "empty_sentence": _("A payment becomes due when the report is validated and all evidence is accepted."),
        "empty_url": "/desk/",
        "empty_label": _("Go to your desk"),
        "csv_url": f"{reverse('banking:payments_as_csv')}?{query}".removesuffix("?"),
        "xlsx_url": f"{reverse('banking:payments_as_xlsx')}?{query}".removesuffix("?"),
        "batches": [_batch_row(one) for one in queries.batches_for(actor)[:LATEST]],
        "accounts": [_account_row(one, actor) for one in queries.partnerships_paying(actor)],
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "banking/payments.html", context, status=status)


def _filters(actor: Actor, show: str) -> list[dict[str, Any]]:
    counts = queries.counts_by_state(actor)
    rows = [("", _("All payments"), sum(counts.values()))]
    for one in queries.FILTERS:
        number = sum(counts.get(state, 0) for state in one.states)
        if number or one.name in (show, *STEP_OF):
            rows.append((one.name, FILTER_LABELS[one.name](), number))
    return [
        {
            "url": f"/payments/?{urlencode({'show': name})}" if name else "/payments/",
            "label": label,
            "count": number,
            "current": name == show,
        }
        for name, label, number in rows
    ]


def _row(payment: Payment) -> dict[str, str]:
    exchange = payment.exchange
    return {
        "url": PAYMENT.address(payment),
        "title": exchange.visiting_organisation.legal_name,
        "kind": f"{payment.reference}, {exchange.reference}",
        "who": money(payment.amount_cents or payment.agreed_cents),
        "when": _("In batch %(number)s") % {"number": payment.batch.number}
        if payment.batch is not None and payment.state == "RELEASED"
        else sentences.state_label(PAYMENT.name, payment.state),
        "state": BADGES.get(payment.state, "later"),
        "reference": payment.reference or "",
    }


def _batch_row(batch: PaymentBatch) -> dict[str, str]:
    return {
        "url": PAYMENT_BATCH.address(batch),
        "title": _("Batch %(number)s of %(partnership)s")
        % {"number": batch.number, "partnership": batch.partnership.acronym},
        "when": sentences.state_label(PAYMENT_BATCH.name, batch.state),
        "state": "half" if batch.file_made_at is None else "done",
        "note": _("Carried out on %(day)s") % {"day": day_in_words(batch.execution_on)},
    }


def _account_row(partnership: Partnership, actor: Actor) -> dict[str, str]:
    account = getattr(partnership, "paying_account", None)
    may_give = decide.may(actor, "partnership", A.GIVE_PAYING_ACCOUNT, partnership)
    return {
        "url": reverse("banking:paying_account", args=[partnership.pk]) if may_give else "",
        "title": _("Account of %(partnership)s") % {"partnership": partnership.acronym},
        "when": _("ends with %(ending)s") % {"ending": account.account_ending} if account else _("Not given yet"),
        "state": "done" if account else "later",
    }


@require_safe
@signed_in
def payments_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the payments of the filter on screen as a file."""
    actor, at = actor_of(request), clock.now()
    if not _reads_payments(actor):
        raise Http404
    header = [
        _("Payment"), _("Exchange"), _("Visiting organisation"), _("Partnership"), _("State"), _("Amount in cents"),
        _("Currency"), _("Due since"), _("Batch"), _("Paid on"),
    ]  # fmt: skip
    rows = queries.payments_shown(actor, _shown(request))
    return list_response(f"payments-{_today(at)}", form, header, (_cells(one) for one in rows.iterator(chunk_size=500)))


def _cells(payment: Payment) -> list[object]:
    exchange = payment.exchange
    return [
        payment.reference,
        exchange.reference,
        exchange.visiting_organisation.legal_name,
        exchange.visitor_partnership.acronym,
        sentences.state_label(PAYMENT.name, payment.state),
        payment.amount_cents,
        payment.currency,
        _today(payment.due_since) if payment.due_since else "",
        payment.batch.number if payment.batch else "",
        payment.paid_on or "",
    ]


def _today(at: datetime) -> str:
    return timezone.localtime(at).date().isoformat()


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def act_together(request: HttpRequest, action: A) -> HttpResponse:
    """Order or release the payments that were chosen, all or none."""
    show = next(name for name, one in STEP_OF.items() if one is action)
    actor, at = actor_of(request), clock.now()
    if not _reads_payments(actor):
        raise Http404
    if request.method != "POST":
        return redirect(f"{reverse('banking:payments')}?show={show}")
    picked = request.POST.getlist("pick")
    rows = list(queries.payments_shown(actor).filter(reference__in=picked))
    if not rows:
        return _show_payments(request, show, status=UNPROCESSABLE, refused=(action, Refusal("items_missing")))
    together = {
        A.ORDER_PAYMENT: operations.order_payments_together,
        A.RELEASE_PAYMENT: operations.release_payments_together,
    }[action]
    try:
        done = together(rows, actor=actor, at=at)
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show_payments(request, show, status=status, refused=(action, reason.refusal))
    messages.success(request, _said_of_many(action, len(done)))
    return redirect(f"{reverse('banking:payments')}?show={show}")


def _said_of_many(action: A, count: int) -> str:
    if action is A.ORDER_PAYMENT:
        return ngettext("%(count)d payment is ordered", "%(count)d payments are ordered", count) % {"count": count}
    return ngettext("%(count)d payment is released", "%(count)d payments are released", count) % {"count": count}


# Batches


@require_safe
@signed_in
def batches(request: HttpRequest) -> HttpResponse:
    """List all batches that the reader may see, newest first."""
    actor = actor_of(request)
    if not _reads_payments(actor):
        raise Http404
    page = Paginator(queries.batches_for(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Batches for the bank"),
        "breadcrumb": _breadcrumb(),
        "banner": cases.banner_from([], actor, clock.now()),
        "page": page,
        "items": [_batch_row(one) for one in page],
    }
    return render(request, "banking/batches.html", context)


def _breadcrumb() -> list[tuple[str, str]]:
    return [(_("Work queue"), "/desk/"), (_("Payments"), reverse("banking:payments"))]


def _batch(request: HttpRequest, number: int) -> PaymentBatch:
    found: PaymentBatch = pages.load(request, queries.batches_for(actor_of(request)), PAYMENT_BATCH.name, pk=number)
    return found


@require_safe
@signed_in
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """Show what goes, or went, to the bank together."""
    return _show_batch(request, _batch(request, number))


def _show_batch(
    request: HttpRequest, row: PaymentBatch, *, status: int = 200, refused: Refusal | None = None
) -> HttpResponse:
    actor = actor_of(request)
    rows = queries.payments_of(row)
    cents = queries.cents_in(row, rows)
    may_open = decide.may(actor, PAYMENT_BATCH.name, A.OPEN_BANK_FILE, row)
    context = {
        "title": _("Batch %(number)s of %(partnership)s")
        % {"number": row.number, "partnership": row.partnership.acronym},
        "batch": row,
        "state": sentences.state_label(PAYMENT_BATCH.name, row.state),
        "is_made": row.file_made_at is not None,
        "is_settled": bool(rows) and all(one.state not in queries.STATES_OF[queries.RELEASED] for one in rows),
        "facts": [
            (_("Carried out on"), day_in_words(row.execution_on)),
            (_("Payments"), str(len(rows))),
            (_("Control sum"), money(sum(cents.values()))),
            (_("Accounts outside SEPA"), str(sum(one["listed"] for one in row.transfers))),
            (_("File made"), _by(row.file_made_at, row.file_made_by) if row.file_made_at else _("Not yet")),
        ],
        "control_sum": sum(cents.values()),
        "rows": [
            {
                "url": PAYMENT.address(one),
                "reference": one.exchange.reference,
                "name": one.exchange.visiting_organisation.legal_name,
                "amount": money(cents[one.pk]),
                "cents": cents[one.pk],
                "state": sentences.state_label(PAYMENT.name, one.state),
            }
            for one in rows
        ],
        "may_make": row.file_made_at is None and decide.may(actor, PAYMENT_BATCH.name, A.MAKE_BANK_FILE, row),
        "has_file": may_open and bool(row.file_text),
        "has_list": may_open and bool(row.rows_outside_sepa),
        "account_url": reverse("banking:paying_account", args=[row.partnership_id]),
        "breadcrumb": _breadcrumb(),
        "refusal": pages.refusal_context(A.MAKE_BANK_FILE, refused) if refused else None,
    }
    return render(request, "banking/batch.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def make_bank_file(request: HttpRequest, number: int) -> HttpResponse:
    """Close the batch and make its file; pressing twice makes one file."""
    row = _batch(request, number)
    if request.method != "POST":
        return redirect(PAYMENT_BATCH.address(row))
    try:
        operations.make_bank_file(row, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show_batch(request, row, status=status, refused=reason.refusal)
    messages.success(request, _("The batch is closed. Take its file to the bank."))
    return redirect(PAYMENT_BATCH.address(row))


@require_safe
@signed_in
def bank_file(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out the file for the bank; the journal keeps who took it."""
    row = _batch(request, number)
    if not row.file_text:
        raise Http404
    if (refused := _open(request, row)) is not None:
        return refused
    return as_attachment(row.file_text.encode(), f"{_name(row)}.xml", XML)


@require_safe
@signed_in
def list_outside_sepa(request: HttpRequest, number: int, form: str) -> HttpResponseBase:
    """Hand out the payments to accounts outside SEPA as a list; the journal keeps who took it."""
    row = _batch(request, number)
    if not row.rows_outside_sepa:
        raise Http404
    if (refused := _open(request, row)) is not None:
        return refused
    header = [
        _("Exchange"), _("Payment"), _("Amount in cents"), _("Currency"), _("Account holder"), _("IBAN"),
        _("Account number"), _("BIC"), _("Address of the bank"),
    ]  # fmt: skip
    return list_response(f"{_name(row)}-outside-sepa", form, header, json.loads(row.rows_outside_sepa))


def _open(request: HttpRequest, row: PaymentBatch) -> HttpResponse | None:
    try:
        operations.open_bank_file(row, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return _show_batch(request, row, status=FORBIDDEN, refused=reason.refusal)
    return None


def _name(row: PaymentBatch) -> str:
    return f"batch-{row.partnership.slug}-{row.number}"


# The account that pays


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def paying_account(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for the account from which a partnership pays."""
    actor, at = actor_of(request), clock.now()
    partnership = visible(Partnership.objects.all(), "partnership", actor).filter(pk=number).first()
    if partnership is None:
        raise Http404
    if not decide.may(actor, "partnership", A.GIVE_PAYING_ACCOUNT, partnership):
        return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)
    scheme = scheme_of_edition(partnership.edition_id, at)
    form = forms.PayingAccountForm(request.POST or None, scheme=scheme)
    if request.method == "POST":
        form = forms.PayingAccountForm(request.POST, scheme=scheme)
        if form.is_valid():
            operations.give_paying_account(partnership, **form.cleaned_data, actor=actor, at=at)
            messages.success(request, _("The account is kept. Files made from now on name it."))
            return redirect("banking:payments")
    account = PayingAccount.objects.filter(partnership=partnership).first()
    context = {
        "title": _("Account from which %(partnership)s pays") % {"partnership": partnership.acronym},
        "form": form,
        "ending": account.account_ending if account else "",
        "breadcrumb": _breadcrumb(),
    }
    return render(request, "banking/paying_account.html", context, status=UNPROCESSABLE if form.errors else 200)


# Statements

OUTCOME_LABELS = {
    Outcome.PAID: gettext_lazy("Paid"),
    Outcome.RETURNED: gettext_lazy("Returned by the bank"),
    Outcome.NOT_BOOKED: gettext_lazy("Set apart: the bank has not booked it for good"),
    Outcome.CREDIT: gettext_lazy("Set apart: money that came in and is no return"),
    Outcome.ON_THE_WAY: gettext_lazy("Set apart: the bank is still at work on it"),
    Outcome.WITHOUT_REFERENCE: gettext_lazy("Set apart: it names no exchange"),
    Outcome.UNKNOWN_REFERENCE: gettext_lazy("Set apart: no payment of this partnership has this reference"),
    Outcome.DOUBLED: gettext_lazy("Set apart: it was counted already"),
    Outcome.OTHER_CURRENCY: gettext_lazy("Set apart: another currency than the payment’s"),
    Outcome.AMOUNT_NOT_READABLE: gettext_lazy("Set apart: its amount cannot be read"),
    Outcome.PARTIAL: gettext_lazy("Set apart: less than the payment’s amount"),
    Outcome.TOO_MUCH: gettext_lazy("Set apart: more than the payment’s amount"),
    Outcome.NOT_RELEASED: gettext_lazy("Set apart: the payment is not released"),
    Outcome.BEFORE_RELEASE: gettext_lazy("Set apart: booked before the payment was released"),
    Outcome.DAY_IS_AHEAD: gettext_lazy("Set apart: its day is still ahead"),
    Outcome.CONFIRMED_ALREADY: gettext_lazy("Set apart: the visitor has confirmed that the money arrived"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def statements(request: HttpRequest) -> HttpResponse:
    """List the bank's files, and take another one to be looked at first."""
    actor, at = actor_of(request), clock.now()
    if not _reads_payments(actor):
        raise Http404
    own = queries.partnerships_paying(actor)
    if request.method == "POST" and not own:
        return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)
    form = forms.StatementForm(request.POST, request.FILES, partnerships=own) if request.method == "POST" else None
    if form is not None and form.is_valid():
        kept = operations.keep_statement(
            form.partnership, content=form.content, name=form.cleaned_data["file"].name, actor=actor, at=at
        )
        return redirect(BANK_STATEMENT.address(kept))
    page = Paginator(queries.statements_for(actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": _("Bank statements"),
        "breadcrumb": _breadcrumb(),
        "form": form or (forms.StatementForm(partnerships=own) if own else None),
        "page": page,
        "items": [_statement_row(one) for one in page],
    }
    status = UNPROCESSABLE if form is not None else 200
    return render(request, "banking/statements.html", context, status=status)


def _statement_row(statement: BankStatement) -> dict[str, str]:
    return {
        "url": BANK_STATEMENT.address(statement),
        "title": statement.name,
        "when": sentences.state_label(BANK_STATEMENT.name, statement.state),
        "state": "half" if statement.imported_at is None else "done",
        "note": _("%(partnership)s, uploaded on %(day)s")
        % {"partnership": statement.partnership.acronym, "day": day_in_words(statement.kept_at)},
    }


def _statement(request: HttpRequest, number: int) -> BankStatement:
    rows = queries.statements_for(actor_of(request)).select_related("partnership__paying_account")
    found: BankStatement = pages.load(request, rows, BANK_STATEMENT.name, pk=number)
    return found


@require_safe
@signed_in
def statement(request: HttpRequest, number: int) -> HttpResponse:
    """Show line by line what a statement would change, or has changed."""
    return _show_statement(request, _statement(request, number))


def _show_statement(
    request: HttpRequest, row: BankStatement, *, status: int = 200, refused: Refusal | None = None
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    verdicts = queries.verdicts_on(row, at)
    applied = [one for one in verdicts if one.outcome in APPLIED]
    may_import = row.imported_at is None and decide.may(actor, BANK_STATEMENT.name, A.IMPORT_STATEMENT, row)
    is_own = row.imported_at is not None or queries.is_of_own_account(row)
    context = {
        "title": row.name,
        "statement": row,
        "state": sentences.state_label(BANK_STATEMENT.name, row.state),
        "is_imported": row.imported_at is not None,
        "is_of_own_account": is_own,
        "may_import": may_import and is_own and bool(applied),
        "shown": queries.fingerprint_of(verdicts),
        "applied": len(applied),
        "set_apart": len(verdicts) - len(applied),
        "facts": [
            (_("Partnership"), row.partnership.acronym),
            (_("Format"), row.format),
            (_("Message of the bank"), row.message),
            (_("Uploaded"), _by(row.kept_at, row.kept_by)),
            (_("Imported"), _by(row.imported_at, row.imported_by) if row.imported_at else _("Not yet")),
        ],
        "rows": [
            {
                "number": one.line.number,
                "outcome": one.outcome.value,
                "reference": one.line.reference,
                "url": PAYMENT.address(one.payment) if one.payment is not None else "",
                "amount": format_cents(one.line.cents, get_language() or "en", one.line.currency or "EUR")
                if one.line.cents is not None
                else "",
                "day": day_in_words(one.line.booked_on),
                "sentence": OUTCOME_LABELS[one.outcome],
                "reason": one.line.reason,
            }
            for one in verdicts
        ],
        "breadcrumb": [*_breadcrumb(), (_("Bank statements"), reverse("banking:statements"))],
        "csv_url": reverse("banking:statement_as_csv", args=[row.pk]),
        "xlsx_url": reverse("banking:statement_as_xlsx", args=[row.pk]),
        "refusal": pages.refusal_context(A.IMPORT_STATEMENT, refused) if refused else None,
    }
    return render(request, "banking/statement.html", context, status=status)


def _by(at: datetime | None, person: Account | None) -> str:
    who = person.full_name if person is not None else ""
    return _("%(day)s by %(person)s") % {"day": day_in_words(at), "person": who}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def import_statement(request: HttpRequest, number: int) -> HttpResponse:
    """Let the lines that were shown count, all or none."""
    row = _statement(request, number)
    if request.method != "POST":
        return redirect(BANK_STATEMENT.address(row))
    try:
        verdicts = operations.import_statement(
            row, shown=request.POST.get("shown", ""), actor=actor_of(request), at=clock.now()
        )
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show_statement(request, _statement(request, number), status=status, refused=reason.refusal)
    count = sum(one.outcome in APPLIED for one in verdicts)
    done = ngettext("%(count)d payment is brought up to date", "%(count)d payments are brought up to date", count)
    messages.success(request, done % {"count": count})
    return redirect(BANK_STATEMENT.address(row))


@require_safe
@signed_in
def statement_as_file(request: HttpRequest, number: int, form: str) -> HttpResponseBase:
    """Give the report of each line as a file."""
    row = _statement(request, number)
    header = [
        _("Line"), _("Exchange"), _("Amount in cents"), _("Currency"), _("Day"), _("Code"), _("What becomes of it"),
        _("Reason"),
    ]  # fmt: skip
    cells = (
        [
            one.line.number,
            one.line.reference,
            "" if one.line.cents is None else one.line.cents,
            one.line.currency,
            one.line.booked_on or "",
            one.outcome.value,
            str(OUTCOME_LABELS[one.outcome]),
            one.line.reason,
        ]
        for one in queries.verdicts_on(row, clock.now())
    )
    return list_response(f"statement-{row.pk}", form, header, cells)
