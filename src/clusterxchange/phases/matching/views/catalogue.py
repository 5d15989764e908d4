"""The list of best partners and the catalogue, and for whom somebody looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import queries, ranking
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import HOST, VISIT
from clusterxchange.phases.matching.forms import CatalogueFilters
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow.pages import FORBIDDEN, actor_of, signed_in


@dataclass(frozen=True)
class Lookers:
    """Those for whom a person may look for partners: their own participations, and those that they guide."""

    own: list[Participation]
    guided: list[Participation]
    is_contact_point: bool

    @property
    def may_look(self) -> bool:
        """Whether the catalogue is open to this person at all."""
        return bool(self.own) or self.is_contact_point

    def chosen(self, reference: str, at: datetime) -> Asker | None:
        """Give the one with the reference; without one the first of their own.

        :raises Http404: the reference is nobody's of theirs.
        """
        if not reference:
            return shown.asker_of(self.own[0], is_guided=False, at=at) if self.own else None
        for rows, is_guided in ((self.own, False), (self.guided, True)):
            for row in rows:
                if row.reference == reference:
                    return shown.asker_of(row, is_guided=is_guided, at=at)
        raise Http404


def lookers(actor: Actor) -> Lookers:
    """Give those for whom the actor may look."""
    is_contact_point = bool(actor.partnerships_as(CASE_PEOPLE))
    guided = list(queries.guided_by(actor)) if is_contact_point else []
    return Lookers(list(queries.own_accepted(actor)), guided, is_contact_point)


def closed(request: HttpRequest) -> HttpResponse:
    """Answer somebody whose registration is not accepted: the page says how it opens."""
    return render(request, "matching/closed.html", status=FORBIDDEN)


def switch_between(own: list[Participation], asker: Asker | None) -> list[dict[str, Any]]:
    """Give the way from one own participation to the other, where a person has several."""
    if len(own) < 2:  # noqa: PLR2004 -- a switch needs two
        return []
    names = {VISIT: _("As a visiting organisation"), HOST: _("As a host organisation")}
    several = len({row.organisation_id for row in own}) > 1
    return [
        {
            "url": f"?{urlencode({'for': row.reference})}",
            "label": f"{names[row.role]}, {row.organisation.legal_name}" if several else names[row.role],
            "current": asker is not None and row.pk == asker.participation.pk,
        }
        for row in own
    ]


@require_safe
@signed_in
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show everybody who is listed, with filters that stand in the address."""
    at, actor = clock.now(), actor_of(request)
    who = lookers(actor)
    if not who.may_look:
        return closed(request)
    asker = who.chosen(request.GET.get("for", ""), at)
    everybody = queries.candidates_for(asker.participation) if asker is not None else queries.catalogue_for(actor)
    scheme = asker.scheme if asker is not None else _scheme_of_the_guided(actor, at)
    filters = CatalogueFilters(request.GET, scheme, shows_roles=asker is None)
    narrowed = shown.narrowed(everybody, filters)
    rows, following = shown.page_after(shown.sorted_by_name(narrowed), request.GET.get("after", ""))
    kept = _sent_without(request.GET, "after")
    context = {
        "asker": asker,
        "filters": _filters_in_words(filters, shown.counts_of(everybody)),
        "words": filters.words,
        "chips": [
            {"url": f"?{_without_value(kept, name, value)}", "label": text} for name, value, text in filters.in_use()
        ],
        "clear_url": f"?{urlencode({'for': asker.participation.reference})}" if asker is not None else "?",
        "matches": _cards_of_the_catalogue(rows, asker, scheme),
        "count": shown.count_in_words(shown.counted(narrowed), shown.counted(everybody)),
        "next_url": f"?{_with_value(kept, 'after', following)}" if following else "",
        "first_url": f"?{kept.urlencode()}" if request.GET.get("after") else "",
        "switch": switch_between(who.own, asker),
        "guided": who.guided if asker is None or asker.is_guided else [],
    }
    return render(request, "matching/catalogue.html", context)


def _scheme_of_the_guided(actor: Actor, at: datetime) -> Scheme:
    partnership = queries.partnerships_guided_by(actor)[0]
    return scheme_of_edition(partnership.edition_id, at)


def _cards_of_the_catalogue(rows: list[Participation], asker: Asker | None, scheme: Scheme) -> list[dict[str, Any]]:
    if asker is None:
        return [shown.card(row, scheme, asker=None, ranked=None, proposal=None) for row in rows]
    ranked = ranking.ranking_for(asker.participation, rows, scheme)
    found = {match["reference"]: match for match in shown.cards(rows, ranked, asker, scheme)}
    return [shown.card_of_the_catalogue(found[row.reference]) for row in rows]


def _filters_in_words(
    filters: CatalogueFilters, counts: Mapping[str, Mapping[str, int]] | None
) -> list[dict[str, Any]]:
    legends = {
        "role": _("Role"),
        "country": _("Country"),
        "type": _("Type of organisation"),
        "ecosystem": _("Industrial ecosystem"),
        "format": _("Format"),
    }
    found = []
    for name, offered in filters.lists.items():
        options = [
            {
                "value": code,
                "label": text,
                "chosen": code in filters.values[name],
                "count": counts[name].get(code, 0) if counts is not None else "",
            }
            for code, text in offered
            if counts is None or counts[name].get(code, 0) or code in filters.values[name]
        ]
        if options:
            found.append(
                {"name": name, "legend": legends[name], "options": options, "open": bool(filters.values[name])}
            )
    return found


def _sent_without(sent: QueryDict, name: str) -> QueryDict:
    kept = sent.copy()
    kept.pop(name, None)
    return kept


def _without_value(sent: QueryDict, name: str, value: str) -> str:
    kept = sent.copy()
    kept.setlist(name, [one for one in kept.getlist(name) if one != value] if name != "q" else [])
    return kept.urlencode()


def _with_value(sent: QueryDict, name: str, value: str) -> str:
    kept = sent.copy()
    kept[name] = value
    return kept.urlencode()
