"""Searches of the catalogue that somebody has saved, and whether mails come for them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import operations, queries
from clusterxchange.phases.matching.catalogue import address_of
from clusterxchange.phases.matching.forms import CatalogueFilters
from clusterxchange.phases.matching.jobs import found_by
from clusterxchange.phases.matching.models import SavedSearch
from clusterxchange.phases.matching.views.catalogue import FOR, Search, closed, who_looks
from clusterxchange.scheme.current import scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, actor_of, signed_in

PAGE = "/matching/searches/"


@require_safe
@signed_in
def searches(request: HttpRequest) -> HttpResponse:
    """Show the searches that the reader has saved."""
    return _show(request)


def _show(request: HttpRequest, *, status: int = 200, refusal: dict[str, Any] | None = None) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    if not who_looks(actor).may_look:
        return closed(request)
    saved = list(queries.searches_of(actor))
    schemes = {code: scheme_for(code, at) for code in sorted({one.participation.edition.code for one in saved})}
    rows = [_row(search, schemes[search.participation.edition.code]) for search in saved]
    removed = QueryDict(request.GET.get("removed", ""))
    undo = [("filters", removed.get("filters", "")), (FOR, removed.get(FOR, ""))] if removed.get("filters") else []
    context = {"rows": rows, "undo": undo, "refusal": refusal}
    return render(request, "matching/searches.html", context, status=status)


def _row(search: SavedSearch, scheme: Scheme) -> dict[str, Any]:
    filters = CatalogueFilters(QueryDict(search.filters), scheme, shows_roles=False)
    filters.is_valid()
    return {
        "number": search.pk,
        "url": address_of(search),
        "words": [words for _name, _value, words in filters.in_use()],
        "participant": search.participation.organisation.legal_name,
        "sends_mail": search.sends_mail,
        "created_at": search.created_at,
    }


@signed_in
def save(request: HttpRequest) -> HttpResponse:
    """Save a search for the participant for whom it was made."""
    actor, at = actor_of(request), clock.now()
    who = who_looks(actor)
    if not who.may_look:
        return closed(request)
    if request.method != "POST":
        return redirect("/matching/catalogue/")
    asker = who.chosen(request.POST.get(FOR, ""), at)
    filters = QueryDict(request.POST.get("filters", ""))
    wanted_by = Search(filters, asker, actor, at) if asker is not None else None
    if asker is None or wanted_by is None or not _narrows(wanted_by):
        refusal = {
            "code": "nothing_to_save",
            "action": str(Action.SAVE_SEARCH),
            "sentence": _("Narrow the catalogue first: only a search with words or filters can be saved."),
        }
        return _show(request, status=UNPROCESSABLE, refusal=refusal)
    try:
        known = list(wanted_by.found().values_list("pk", flat=True))
        operations.save_search(asker.participation, filters=filters.urlencode(), known=known, actor=actor, at=at)
    except NotDone as reason:
        return _show(request, status=CONFLICT, refusal=pages.refusal_context(Action.SAVE_SEARCH, reason.refusal))
    return _done(request, Action.SAVE_SEARCH)


def _narrows(read: Search) -> bool:
    return read.filters.is_valid() and any(read.filters.in_use())


def _own(request: HttpRequest, number: int) -> SavedSearch:
    found = queries.searches_of(actor_of(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@signed_in
def switch_mails(request: HttpRequest, number: int) -> HttpResponse:
    """Let mails come for one of the reader's searches, or stop them."""
    search = _own(request, number)
    if request.method != "POST":
        return redirect(PAGE)
    wanted, at = request.POST.get("mails", "") == "on", clock.now()
    try:
        known = list(found_by(search, at).values_list("pk", flat=True)) if wanted else None
        operations.switch_search_mails(search, sends_mail=wanted, known=known, actor=actor_of(request), at=at)
    except NotDone as reason:
        refusal = pages.refusal_context(Action.SWITCH_SEARCH_MAILS, reason.refusal)
        return _show(request, status=FORBIDDEN, refusal=refusal)
    messages.success(request, _("New results come by mail.") if wanted else _("No mails come for this search."))
    return redirect(PAGE)


@signed_in
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Forget one of the reader's searches; the page that follows offers to save it again."""
    search = _own(request, number)
    if request.method != "POST":
        return redirect(PAGE)
    again = urlencode({"filters": search.filters, FOR: search.participation.reference})
    try:
        operations.remove_saved_search(search, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        refusal = pages.refusal_context(Action.REMOVE_SAVED_SEARCH, reason.refusal)
        return _show(request, status=FORBIDDEN, refusal=refusal)
    return redirect(f"{PAGE}?{urlencode({'removed': again})}")


def _done(request: HttpRequest, action: Action) -> HttpResponse:
    messages.success(request, str(sentences.ACTIONS[action].happened))
    return redirect(PAGE)
