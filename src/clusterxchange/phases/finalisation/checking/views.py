"""Pages of the random checks: drawn, looked through, taken away as a file."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access.actions import Action as A
from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.phases.finalisation import rules
from clusterxchange.phases.finalisation.checking import forms, operations, queries
from clusterxchange.phases.finalisation.models import CheckedExchange, Finding, RandomCheck
from clusterxchange.phases.finalisation.states import PAYMENT
from clusterxchange.phases.finalisation.views import day_in_words, money
from clusterxchange.workflow import pages
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in

OF_A_PAGE = 25
BADGES = {Finding.IN_ORDER: "done", Finding.REMARK: "half", Finding.RECOVER: "no"}


def _may_draw(request: HttpRequest) -> bool:
    """Tell whether the reader draws and records.

    :raises Http404: to whoever looks over nothing.
    """
    return pages.only_offices(request).support_office


def _not_theirs(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)


def _typed(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def checks(request: HttpRequest) -> HttpResponse:
    """List the checks, and draw another sample."""
    may_draw = _may_draw(request)
    if request.method == "POST" and not may_draw:
        return _not_theirs(request)
    form = forms.DrawForm(_typed(request)) if may_draw else None
    if form is not None and form.is_valid():
        try:
            made = operations.draw_sample(**form.cleaned_data, actor=actor_of(request), at=clock.now())
        except NotDone as reason:
            pages.add_refusal(form, reason.refusal)
        else:
            messages.success(request, _("The sample is drawn. Whoever it concerns is told."))
            return redirect("checking:check", made.pk)
    page = Paginator(queries.checks(), OF_A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "items": [_row(one) for one in page.object_list]}
    status = UNPROCESSABLE if form is not None and form.errors else 200
    return render(request, "checking/checks.html", context, status=status)


def _row(check: Any) -> dict[str, str]:  # noqa: ANN401 -- a check with its counts
    numbers = {"drawn": check.drawn, "all": len(check.drawn_from), "seed": check.seed}
    return {
        "url": reverse("checking:check", args=[check.pk]),
        "title": _title(check),
        "when": _("%(count)d still to be checked") % {"count": check.to_look_at} if check.to_look_at else _("Done"),
        "state": "half" if check.to_look_at else "done",
        "note": _("%(drawn)d of %(all)d drawn by the seed “%(seed)s”") % numbers,
    }


def _title(check: RandomCheck) -> str:
    days = {"first": day_in_words(check.first_day), "last": day_in_words(check.last_day)}
    return _("Closed from %(first)s to %(last)s") % days


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Show everybody the rule, and of each check its seed, what was drawn from and what was drawn; no names."""
    page = Paginator(queries.checks().select_related("edition"), OF_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "checking/published.html", {"page": page, "checks": [_published(one) for one in page]})


def _published(check: Any) -> dict[str, Any]:  # noqa: ANN401 -- a check with its counts
    numbers = {"drawn": check.drawn, "all": len(check.drawn_from), "percent": check.percent}
    return {
        "number": check.pk,
        "title": _title(check),
        "facts": [
            (_("Edition"), check.edition.name),
            (_("Seed"), check.seed),
            (_("Drawn on"), day_in_words(check.drawn_at)),
            (_("Drawn"), _("%(drawn)d of %(all)d, that is %(percent)d of a hundred, rounded up") % numbers),
        ],
        "drawn": ", ".join(rules.drawn(check.seed, check.drawn_from, check.percent)),
        "all_label": _("All exchanges that were drawn from:").rstrip(":"),
        "all": ", ".join(check.drawn_from),
    }


def _check(request: HttpRequest, number: int) -> RandomCheck:
    _may_draw(request)
    found = queries.checks().filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Show what was drawn, by which seed, and what was found."""
    row = _check(request, number)
    rows = list(queries.checked_in(row))
    to_look_at = sum(not one.finding for one in rows)
    context = {
        "title": _title(row),
        "to_look_at": to_look_at,
        "may_record": _may_draw(request),
        "facts": [
            (_("Edition"), row.edition.name),
            (_("Closed in these days"), str(len(row.drawn_from))),
            (
                _("Drawn"),
                _("%(count)d, that is %(percent)d of a hundred") % {"count": len(rows), "percent": row.percent},
            ),
            (_("Seed"), row.seed),
            (_("Drawn on"), _("%(day)s by %(person)s") % {"day": day_in_words(row.drawn_at), "person": row.drawn_by}),
            (_("To be paid back"), money(sum(one.recovery_cents for one in rows))),
        ],
        "rows": [
            {
                "place": one.place,
                "reference": one.exchange.reference,
                "url": f"/exchanges/{one.exchange.reference}/",
                "record": reverse("checking:record_finding", args=[row.pk, one.exchange.reference]),
                "name": one.exchange.visiting_organisation.legal_name,
                "partnership": one.exchange.visitor_partnership.acronym,
                "amount": money(one.exchange.payment.amount_cents),
                "finding": Finding(one.finding).label if one.finding else "",
                "badge": BADGES[Finding(one.finding)] if one.finding else "later",
                "words": one.words,
                "recovery": money(one.recovery_cents) if one.recovery_cents else "",
            }
            for one in rows
        ],
        "published_url": reverse("published_checks"),
        "csv_url": reverse("checking:check_as_csv", args=[row.pk]),
        "xlsx_url": reverse("checking:check_as_xlsx", args=[row.pk]),
    }
    return render(request, "checking/check.html", context)


@require_safe
@signed_in
def check_as_file(request: HttpRequest, number: int, form: str) -> HttpResponseBase:
    """Give all exchanges that were drawn from, in the order of the draw, so that anybody can draw again."""
    row = _check(request, number)
    header = [
        _("Place in the draw"), _("Exchange"), _("SHA-256 of seed, colon and reference"), _("Drawn"), _("Finding"),
        _("What was found"), _("To be paid back, in cents"),
    ]  # fmt: skip
    found = {one.exchange.reference: one for one in queries.checked_in(row)}
    ordered = rules.drawn(row.seed, row.drawn_from, rules.WHOLE)
    cells = (
        [place, reference, rules.place_in_draw(row.seed, reference), *_found(found.get(reference))]
        for place, reference in enumerate(ordered, start=1)
    )
    return list_response(f"random-check-{row.pk}", form, header, cells)


def _found(checked: CheckedExchange | None) -> list[object]:
    if checked is None:
        return [_("No"), "", "", ""]
    label = str(Finding(checked.finding).label) if checked.finding else ""
    return [_("Yes"), label, checked.words, checked.recovery_cents or ""]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def record_finding(request: HttpRequest, number: int, reference: str) -> HttpResponse:
    """Keep what was found."""
    row = _check(request, number)
    one = queries.checked_in(row).filter(exchange__reference=reference).first()
    if one is None:
        raise Http404
    if not _may_draw(request):
        return _not_theirs(request)
    form, refused = forms.FindingForm(_typed(request)), None
    if form.is_valid():
        try:
            operations.record_finding(one, **form.inputs(), actor=actor_of(request), at=clock.now())
        except NotDone as reason:
            if reason.refusal.field:
                pages.add_refusal(form, reason.refusal)
            else:
                refused = reason.refusal
        else:
            messages.success(request, _("The finding is kept. Visitor and partnership are told."))
            return redirect("checking:check", row.pk)
    elif request.method != "POST" and one.finding:
        return redirect("checking:check", row.pk)
    exchange = one.exchange
    context = {
        "title": _("Check of %(reference)s") % {"reference": reference},
        "check": row,
        "check_title": _title(row),
        "form": form,
        "refusal": pages.refusal_context(A.RECORD_FINDING, refused) if refused else None,
        "links": [
            (_("Exchange"), f"/exchanges/{reference}/"),
            (_("Evidence"), f"/exchanges/{reference}/evidence/"),
            (_("Payment"), PAYMENT.address(exchange.payment)),
        ],
        "facts": [
            (_("Visiting organisation"), exchange.visiting_organisation.legal_name),
            (_("Partnership"), exchange.visitor_partnership.acronym),
            (_("Paid"), money(exchange.payment.amount_cents)),
        ],
    }
    status = pages.status_of_refusal(refused) if refused else UNPROCESSABLE if form.errors else 200
    return render(request, "checking/finding.html", context, status=status)
