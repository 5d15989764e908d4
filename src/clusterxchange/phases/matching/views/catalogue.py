"""The list of best partners and the catalogue, and for whom somebody looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import V
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import queries, ranking
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import HOST, VISIT
from clusterxchange.phases.matching.forms import CatalogueFilters
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
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
def best(request: HttpRequest) -> HttpResponse:
    """Show the list of best partners for one's own participation, or for one that a contact point guides."""
    at, who = clock.now(), lookers(actor_of(request))
    if not who.may_look:
        return closed(request)
    asker = who.chosen(request.GET.get("for", ""), at)
    if asker is None:
        return render(request, "matching/whom.html", {"people": _people_guided(who.guided, at)})
    ranked = ranking.best_for(asker.participation, asker.scheme)
    page = Paginator(ranked, shown.ROWS_OF_A_PAGE).get_page(request.GET.get("page"))
    references = [one.participant.reference for one in page.object_list]
    rows = queries.candidates_for(asker.participation).filter(reference__in=references)
    matches = shown.cards(rows, page.object_list, asker, asker.scheme)
    context = {
        "asker": asker,
        "matches": matches,
        "possible": ranked.possible,
        "by_meaning": ranked.by_meaning,
        "page": page,
        "query": urlencode({"for": asker.participation.reference}),
        "switch": switch_between(who.own, asker),
        "banner": _banner_of_best(asker, matches),
    }
    return render(request, "matching/best.html", context)


def _people_guided(rows: list[Participation], at: datetime) -> list[dict[str, str]]:
    return [
        {
            "url": f"?{urlencode({'for': row.reference})}",
            "title": row.organisation.legal_name,
            "state": "later",
            "when": label(scheme_of_edition(row.edition_id, at), "roles", row.role),
            "reference": row.reference or "",
        }
        for row in rows
    ]


def _banner_of_best(asker: Asker, matches: list[dict[str, Any]]) -> dict[str, str]:
    """Say whether the visiting organisation should write to somebody now; nobody else has to."""
    nothing = {"ball": "nobody", "sentence": _("Nothing for you to do")}
    if asker.is_guided:
        return nothing | {
            "why": _("You can suggest a partner to %(name)s. Both sides then decide.") % {"name": asker.name}
        }
    if not asker.visits:
        return nothing | {
            "why": _("Visiting organisations find you in their lists. You can also write to one yourself.")
        }
    if queries.visit_is_taken(asker.participation):
        return nothing | {"why": _("Your one visit is taken. A virtual exchange is still possible.")}
    most, still_open = asker.scheme.proposals.open_per_visitor, queries.open_sent_by(asker.participation)
    first = next((match for match in matches if not match.get("excluded") and "proposal_url" not in match), None)
    if still_open or first is None:
        return nothing | {
            "why": ngettext(
                "You have %(open)d proposal open. You can keep %(most)d open at a time.",
                "You have %(open)d proposals open. You can keep %(most)d open at a time.",
                still_open,
            )
            % {"open": still_open, "most": most}
        }
    return {
        "ball": "yours",
        "turn": V.word,
        "sentence": _("Write to a host organisation that you would like to visit"),
        "why": _("You can keep %(most)d proposals open at a time. None is open now.") % {"most": most},
        "link": first["write_url"],
        "link_label": _("Write to %(name)s") % {"name": first["name"]},
    }


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
