"""Up to three participants of the catalogue side by side."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import queries, search
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.models import CatalogueEntry
from clusterxchange.phases.matching.views.catalogue import FOR, FORMS_OF_A_FILE, closed, lists_of, who_looks
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.distances import great_circle_km
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in

FEWEST, MOST = 2, 3


@require_safe
@signed_in
def compare(request: HttpRequest) -> HttpResponseBase:
    """Show two or three participants beside each other, fact by fact, or give the same as a file."""
    actor, at = actor_of(request), clock.now()
    who = who_looks(actor)
    if not who.may_look:
        return closed(request)
    asker = who.chosen(request.GET.get(FOR, ""), at)
    lists = lists_of(asker, actor)
    wanted = list(dict.fromkeys(request.GET.getlist("with")))
    context: dict[str, Any] = {"asker": asker, "chosen": len(wanted), "most": MOST}
    if not FEWEST <= len(wanted) <= MOST:
        return render(request, "matching/compare.html", {**context, "has_errors": True}, status=UNPROCESSABLE)
    own = {asker.participation.organisation_id} if asker is not None else set(actor.organisations)
    entries = search.entries_of(lists, without=own).filter(participation__reference__in=wanted)
    rows = list(queries.with_what_is_shown(entries, asker.participation if asker is not None else None))
    if len(rows) != len(wanted):
        raise Http404
    rows.sort(key=lambda entry: wanted.index(entry.participation.reference or ""))
    scheme = asker.scheme if asker is not None else scheme_of_edition(lists[0][0], at)
    context["columns"] = [_head(entry, asker) for entry in rows]
    context["facts"] = _facts(rows, scheme, asker)
    if (form := request.GET.get("as")) is not None:
        if form not in FORMS_OF_A_FILE:
            raise Http404
        header = [_("What is compared"), *(column["name"] for column in context["columns"])]
        return list_response("comparison", form, header, ([name, *values] for name, values in context["facts"]))
    context["file_url"] = f"?{urlencode([*(('with', one) for one in wanted), *_asked_for(asker)])}"
    return render(request, "matching/compare.html", context)


def _asked_for(asker: Asker | None) -> list[tuple[str, str]]:
    return [(FOR, asker.participation.reference or "")] if asker is not None else []


def _head(entry: CatalogueEntry, asker: Asker | None) -> dict[str, Any]:
    against = shown.against_an_exchange(entry, asker) if asker is not None else None
    return {
        "reference": entry.participation.reference,
        "name": queries.name_shown(entry.participation),
        "url": shown.profile_address(entry.participation, asker),
        "excluded": against.code if against is not None else "",
    }


def _facts(entries: list[CatalogueEntry], scheme: Scheme, asker: Asker | None) -> list[tuple[str, list[str]]]:
    """Give each fact with what it is for each of them; a fact that nobody has is left out."""
    columns = [shown.line_of_a_file(entry, scheme, asker=asker) for entry in entries]
    named = list(zip(shown.header_of_a_file(), zip(*columns, strict=True), strict=True))[2:]
    facts = [(name, [str(value) for value in values]) for name, values in named]
    if asker is not None:
        days = [shown.shared_days_in_words(*shown.sides_of(entry, asker), scheme) for entry in entries]
        facts.insert(-1, (_("Days on which both are available"), days))
        facts.insert(-1, (_("Distance"), [_distance(entry, asker) for entry in entries]))
    return [(name, values) for name, values in facts if any(values)]


def _distance(entry: CatalogueEntry, asker: Asker) -> str:
    position = asker.participation.organisation.position
    if position is None or entry.latitude is None or entry.longitude is None:
        return ""
    kilometres = great_circle_km(
        from_latitude=position[0],
        from_longitude=position[1],
        to_latitude=entry.latitude,
        to_longitude=entry.longitude,
    )
    return _("%(kilometres)d km") % {"kilometres": round(kilometres)}
