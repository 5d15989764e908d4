"""Pages of the support office beside cases: people, the tool as they see it, second visits, second entries."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import file_addresses, form_asked_for, list_response
from clusterxchange.journeys.models import OrganisationMerge
from clusterxchange.journeys.people.queries import organisation_by
from clusterxchange.journeys.people.states import ORGANISATION
from clusterxchange.journeys.support_office import merging, operations, queries
from clusterxchange.journeys.support_office.everything import Kind, address_of, everything
from clusterxchange.journeys.support_office.merging import UNDONE_WITHIN, Pair
from clusterxchange.journeys.support_office.queries import Alike
from clusterxchange.journeys.support_office.viewing import VIEWED_AS
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.registration.models import Participation, Visit
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.cases import date_in_words
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import (
    CONFLICT,
    only_offices,
    only_support_office,
    refusal_context,
    signed_in,
)
from clusterxchange.workflow.sentences import state_label

OF_A_PAGE = 25
LONGEST = 200
# What tells two organisations apart, and one with two entries.
COMPARED = (
    "legal_name", "short_name", "organisation_type", "country", "city", "street", "vat_number", "registration_number",
    "website", "cluster_name", "people",
)  # fmt: skip


TITLES = {one.attname: one.verbose_name for one in Organisation._meta.concrete_fields}


@require_safe
@signed_in
def search(request: HttpRequest) -> HttpResponseBase:
    """Look through everything: the kinds with their counts, the first few of each, or all of one kind or its file."""
    actor = only_offices(request)
    words, chosen = request.GET.get("q", "")[:LONGEST], request.GET.get("kind", "")
    language = get_language() or "en"
    found = list(everything(actor, words, language))
    kind = next((one.kind for one in found if one.kind.name == chosen), None)
    state, left_out = _state_of(kind, request.GET.get("state", "")[:LONGEST])
    if kind is not None and (form := form_asked_for(request)):
        shown = (
            kind.shown(one, actor, language) for one in kind.narrowed(actor, words, state).iterator(chunk_size=500)
        )
        return list_response(kind.name, form, map(str, kind.header), ((one.title, one.kind, one.when) for one in shown))
    page = Paginator(kind.narrowed(actor, words, state), OF_A_PAGE).get_page(request.GET.get("page")) if kind else None
    query = address_of(words, kind.name if kind else "", state).partition("?")[2]
    every = {"url": address_of(words), "label": _("Everything"), "current": kind is None}
    context = {
        "words": words,
        "chosen": kind,
        "kinds": [
            every,
            *(
                {
                    "url": address_of(words, one.kind.name),
                    "label": one.kind.title,
                    "count": one.count,
                    "current": one.kind is kind,
                }
                for one in found
            ),
        ],
        "found": [
            {"title": one.kind.title, "count": one.count, "rows": one.rows, "url": address_of(words, one.kind.name)}
            for one in found
            if one.rows
        ],
        "page": page,
        "rows": [kind.shown(one, actor, language) for one in page.object_list] if kind and page else [],
        "query": query,
        "files": file_addresses(query),
        "state": state_label(kind.life, state) if kind and state else "",
        "without_state": address_of(words, kind.name if kind else ""),
        "left_out": left_out,
    }
    return render(request, "support_office/search.html", context)


def _state_of(kind: Kind | None, given: str) -> tuple[str, str]:
    """Read the state by which a kind is narrowed; one that there is not is left out, and said."""
    if kind is None or not given or given in kind.states:
        return given if kind is not None else "", ""
    names = {"name": "state", "value": given}
    return "", _("The filter “%(name)s: %(value)s” does not exist any more; it is left out.") % names


@require_safe
@signed_in
def people(request: HttpRequest) -> HttpResponseBase:
    """Find a person by name or address; also as a file."""
    only_support_office(request)
    words = request.GET.get("q", "")[:LONGEST]
    found = queries.people_named(words)
    if form := form_asked_for(request):
        header = [_("Name"), _("E-mail address"), _("Acts for")]
        cells = (
            (str(one), one.email, queries.in_words(queries.parties_of(one))) for one in found.iterator(chunk_size=500)
        )
        return list_response("people", form, header, cells)
    page = Paginator(found, OF_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "number": one.pk,
            "name": str(one),
            "email": one.email,
            "acts": bool(parties := queries.parties_of(one)),
            "parties": queries.in_words(parties),
        }
        for one in page.object_list
    ]
    query = urlencode({"q": words})
    context = {"words": words, "rows": rows, "page": page, "query": query, "files": file_addresses(query)}
    return render(request, "support_office/people.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def view_as(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether to see the tool as a person does, and begin."""
    actor = only_support_office(request)
    person = Account.objects.filter(pk=number, is_active=True).exclude(queries.offices()).first()
    if person is None:
        raise Http404
    if request.method != "POST":
        return render(request, "support_office/view_as.html", {"person": person})
    try:
        operations.view_as(person, actor=actor, at=clock.now())
    except NotDone as error:
        context = {"person": person, "refusal": refusal_context(Action.VIEW_AS, error.refusal)}
        return render(request, "support_office/view_as.html", context, status=CONFLICT)
    request.session[VIEWED_AS] = person.pk
    return redirect("/desk/")


@require_http_methods(["GET", "POST"])
@signed_in
def end_view(request: HttpRequest) -> HttpResponse:
    """See the tool with one's own eyes again."""
    if request.method == "POST" and request.session.pop(VIEWED_AS, None) is not None:
        messages.success(request, _("You see the tool with your own eyes again."))
        return redirect("support_office:people")
    return redirect("/desk/")


@require_safe
@signed_in
def double_visits(request: HttpRequest) -> HttpResponse:
    """List organisations that may be visiting twice."""
    only_support_office(request)
    groups = [{"why": one.why, **_group(one)} for one in queries.double_visits()]
    return render(request, "support_office/double_visits.html", {"groups": groups})


@require_safe
@signed_in
def duplicates(request: HttpRequest) -> HttpResponse:
    """List organisations that have two entries, and what was merged lately."""
    only_support_office(request)
    at = clock.now()
    context = {
        "groups": [{"why": one.why, **_group(one)} for one in queries.duplicates()],
        "merges": [
            {"number": one.pk, "kept": one.kept, "merged": one.merged, "until": _last_day(one), "by": one.made_by}
            for one in queries.merges_lately(at)
        ],
        "days": UNDONE_WITHIN.days,
    }
    return render(request, "support_office/duplicates.html", context)


def _group(alike: Alike) -> dict[str, Any]:
    return {
        "rows": [
            {
                "url": f"/organisations/{one.reference}/",
                "title": one.legal_name,
                "note": ", ".join(part for part in (one.reference, one.city, one.country) if part),
                "when": _standing(list(one.participations.all())),
                "state": "later",
            }
            for one in alike.organisations
        ],
        "choices": [(one.reference, f"{one.legal_name} ({one.reference})") for one in alike.organisations],
    }


def _standing(held: list[Participation]) -> str:
    visits = [one for one in held if one.role == "visit"]
    for one in visits:
        if one.visit != Visit.FREE:
            return str(Visit(one.visit).label)
    if held:
        return state_label("participation", (visits or held)[0].state)
    return _("Not accepted yet")


@require_safe
@signed_in
def compare_entries(request: HttpRequest) -> HttpResponse:
    """Show two entries side by side, with what a merge would move and what stands against it."""
    only_support_office(request)
    return _compare(request, _pair(request.GET.get("kept", ""), request.GET.get("merged", "")))


@require_POST
@signed_in
def merge_organisation(request: HttpRequest, reference: str) -> HttpResponse:
    """Make one entry of two."""
    actor = only_support_office(request)
    pair = _pair(reference, request.POST.get("merged", ""))
    try:
        merge = operations.merge_organisation(pair.kept, merged=pair.merged, actor=actor, at=clock.now())
    except NotDone as error:
        context = refusal_context(Action.MERGE_ORGANISATION, error.refusal)
        return _compare(request, pair, refusal=context, status=CONFLICT)
    messages.success(
        request,
        _("%(merged)s now stands in %(kept)s. This can be undone until %(day)s.")
        % {"merged": merge.merged.reference, "kept": merge.kept.reference, "day": _last_day(merge)},
    )
    return redirect("support_office:duplicates")


@require_http_methods(["GET", "POST"])
@signed_in
def undo_merge(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether to make two entries again of what was made one, and do it."""
    actor, at = only_support_office(request), clock.now()
    found = OrganisationMerge.objects.select_related("kept", "merged", "made_by").filter(pk=number).first()
    if found is None:
        raise Http404
    refusal = merging.reason_against_undoing(found, at, _last_day(found))
    status = 200
    if request.method == "POST":
        try:
            operations.undo_merge(found, actor=actor, at=at)
        except NotDone as error:
            refusal, status = error.refusal, CONFLICT
        else:
            messages.success(request, _("The two entries stand apart again, each with what it had."))
            return redirect("support_office:duplicates")
    context = {
        "merge": found,
        "until": _last_day(found),
        "was_tried": request.method == "POST",
        "refusal": refusal_context(Action.UNDO_MERGE, refusal) if refusal else None,
    }
    return render(request, "support_office/undo_merge.html", context, status=status)


def _pair(kept: str, merged: str) -> Pair:
    found = [organisation_by(reference) for reference in (kept, merged)]
    if None in found:
        raise Http404
    return Pair(*found)  # type: ignore[arg-type]  # -- none of the two is missing


def _compare(
    request: HttpRequest, pair: Pair, *, refusal: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    scheme = ORGANISATION.scheme_of(pair.kept, clock.now())
    against = [refusal_context(Action.MERGE_ORGANISATION, one) for one in pair.refusals()]
    moving = [] if against and against[0]["code"] == "same_entry" else pair.moving()
    context = {
        "kept": pair.kept,
        "merged": pair.merged,
        "rows": [
            (
                TITLES[column],
                _said(pair.kept, column, scheme),
                _said(pair.merged, column, scheme),
            )
            for column in COMPARED
        ],
        "moving": [{"title": one.title, "number": one.number, "names": ", ".join(one.names)} for one in moving],
        "against": against,
        "refusal": refusal,
        "days": UNDONE_WITHIN.days,
    }
    return render(request, "support_office/compare.html", context, status=status)


def _said(organisation: Organisation, column: str, scheme: Scheme) -> str:
    held = getattr(organisation, column)
    if column == "organisation_type" and held:
        return label(scheme, "organisation_types", held)
    return country_name(held, get_language() or "en") if column == "country" and held else str(held or "")


def _last_day(merge: OrganisationMerge) -> str:
    return date_in_words(merging.undone_until(merge))
