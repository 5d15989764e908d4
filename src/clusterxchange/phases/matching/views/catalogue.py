"""The whole catalogue with everything that narrows it in the address, and for whom somebody looks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.parties.organisations.map import circle_at
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import queries, search
from clusterxchange.phases.matching.catalogue import Asker
from clusterxchange.phases.matching.engine.participant import HOST, VISIT
from clusterxchange.phases.matching.forms import (
    KILOMETRES,
    OPEN_LISTS,
    CatalogueFilters,
    label_of_kilometres,
    label_of_open,
)
from clusterxchange.phases.matching.models import CatalogueEntry
from clusterxchange.phases.matching.rules import holds_an_address
from clusterxchange.phases.matching.search import FIRST_PAGE, Mark, Page, PageUnknown, Tally, Wanted
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import economic_activities
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.pages import FORBIDDEN, UNPROCESSABLE, actor_of, signed_in

OK = 200
# Of a list that the catalogue itself makes, so many are offered: those that most have.
OFFERED_AT_MOST = 30
OF_A_PAGE, VIEW, FOR, MAP = "after", "view", "for", "map"
FORMS_OF_A_FILE = ("csv", "xlsx")
ROWS_OF_A_FILE, ROWS_AT_A_TIME = 10_000, 500


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


class Search:
    """One search by one person: for whom, among whom, for what."""

    def __init__(self, sent: QueryDict, asker: Asker | None, actor: Actor, at: datetime) -> None:
        """Read what was sent with the address."""
        self.sent, self.asker = sent, asker
        self.lists = lists_of(asker, actor)
        self.scheme = asker.scheme if asker is not None else scheme_of_edition(self.lists[0][0], at)
        self.filters = CatalogueFilters(sent, self.scheme, shows_roles=len(self.lists) > 1)
        own = {asker.participation.organisation_id} if asker is not None else set(actor.organisations)
        self.everybody = search.entries_of(self.lists, without=own)

    def found(self, *, in_order: bool = False) -> QuerySet[CatalogueEntry]:
        """Give the entries that meet what is asked; what could not be understood narrows nothing."""
        return search.narrowed(self.everybody, self._wanted, self._query, in_order=in_order)

    @cached_property
    def _query(self) -> str:
        return search.query_of(self._wanted.words, get_language() or "en")

    @cached_property
    def _wanted(self) -> Wanted:
        if self.asker is None:
            return self.filters.wanted(position=None, windows=None)
        participation = self.asker.participation
        return self.filters.wanted(
            position=participation.organisation.position, windows=participation.catalogue_entry.days
        )

    @property
    def participation(self) -> Participation | None:
        """The participation for which partners are looked for, where there is one."""
        return self.asker.participation if self.asker is not None else None


def lists_of(asker: Asker | None, actor: Actor) -> list[tuple[int, str]]:
    """Give the editions and roles in which somebody finds partners: the asker, or all whom the actor guides."""
    if asker is not None:
        return [(asker.participation.edition_id, queries.OTHER_ROLE[asker.participation.role])]
    editions = sorted({one.edition_id for one in queries.partnerships_guided_by(actor)})
    return [(edition_id, role) for edition_id in editions for role in (HOST, VISIT)]


def who_looks(actor: Actor) -> Lookers:
    """Give those for whom the actor may look, with what a search for them reads."""
    is_contact_point = bool(actor.partnerships_as(CASE_PEOPLE))
    guided = list(queries.guided_entries(actor)) if is_contact_point else []
    return Lookers(list(queries.own_entries(actor)), guided, is_contact_point)


@require_safe
@signed_in
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show everybody who is listed, with filters that stand in the address."""
    actor = actor_of(request)
    who = who_looks(actor)
    if not who.may_look:
        return closed(request)
    at = clock.now()
    wanted_by = Search(request.GET, who.chosen(request.GET.get("for", ""), at), actor, at)
    is_understood, found = wanted_by.filters.is_valid(), wanted_by.found()
    chips = _chips(wanted_by)
    mark, is_known = _mark(wanted_by.sent)
    tally = search.tally(wanted_by.lists, wanted_by.everybody, found if chips else None, mark)
    context = {
        "page_is_unknown": not is_known,
        "has_errors": not is_known,
        "asker": wanted_by.asker,
        "form": wanted_by.filters,
        "filters": _filters_in_words(wanted_by.filters, tally),
        "within": _within(wanted_by),
        "chips": chips,
        "left_out": wanted_by.filters.left_out(),
        "clear_url": _clear_url(wanted_by),
        "count": shown.count_in_words(tally),
        "kept": _without(wanted_by.sent, OF_A_PAGE, VIEW).urlencode(),
        "saved_filters": _without(wanted_by.sent, OF_A_PAGE, VIEW, FOR).urlencode() if chips else "",
        "switch": switch_between(who.own, wanted_by.asker),
        "guided": who.guided if wanted_by.asker is None or wanted_by.asker.is_guided else [],
    }
    is_map = wanted_by.sent.get(VIEW) == MAP
    if is_map:
        context |= _map(wanted_by, tally)
    else:
        rows = queries.with_what_is_shown(CatalogueEntry.objects.all(), wanted_by.participation)
        page = search.page_of(rows, wanted_by.found(in_order=True), tally.page, mark)
        context |= _list(wanted_by, page, request.get_full_path(), is_first=mark == FIRST_PAGE)
    status = OK if is_understood and is_known else UNPROCESSABLE
    return render(request, "matching/catalogue.html", context, status=status)


def _mark(sent: QueryDict) -> tuple[Mark, bool]:
    """Give behind whom the page begins that is asked for; the first page, and False, where the mark leads nowhere."""
    try:
        return Mark.read(sent.get(OF_A_PAGE, "")), True
    except PageUnknown:
        return FIRST_PAGE, False


def _list(wanted_by: Search, page: Page, here: str, *, is_first: bool) -> dict[str, Any]:
    kept = _without(wanted_by.sent, OF_A_PAGE)
    return {
        "matches": [
            shown.row_of_the_catalogue(entry, wanted_by.scheme, asker=wanted_by.asker) for entry in page.entries
        ],
        "here": here,
        "next_url": f"?{_with(kept, OF_A_PAGE, page.following)}" if page.following else "",
        "first_url": "" if is_first else f"?{kept.urlencode()}",
    }


def _map(wanted_by: Search, tally: Tally) -> dict[str, Any]:
    """Give the countries of those found as circles and as a list, the most first; nothing where they are too many."""
    counted = tally.found_facets if tally.found_facets is not None else {}
    begins, kept = "country:", _without(wanted_by.sent, OF_A_PAGE, VIEW)
    names = dict(wanted_by.filters.lists["country"])
    numbers = {facet.removeprefix(begins): number for facet, number in counted.items() if facet.startswith(begins)}
    places = [
        {
            "label": names.get(code, code),
            "url": f"?{_with(kept, 'country', code)}",
            "count": number,
            **circle_at(code, number),
        }
        for code, number in sorted(numbers.items(), key=lambda row: (-row[1], fold(names.get(row[0], row[0]))))
    ]
    home = wanted_by.asker.participation.organisation.country if wanted_by.asker is not None else ""
    return {"is_map": True, "places": places, "home": circle_at(home, 1), "is_too_long": tally.found_facets is None}


@require_safe
@signed_in
def catalogue_file(request: HttpRequest) -> HttpResponseBase:
    """Give those found with the filters on screen as a file, in the form that is asked for."""
    actor, at = actor_of(request), clock.now()
    who = who_looks(actor)
    if not who.may_look:
        return closed(request)
    form = request.GET.get("as", "csv")
    if form not in FORMS_OF_A_FILE:
        raise Http404
    wanted_by = Search(request.GET, who.chosen(request.GET.get(FOR, ""), at), actor, at)
    rows = queries.with_what_is_shown(wanted_by.found(), wanted_by.participation)
    entries = search.in_order(rows)[: ROWS_OF_A_FILE + 1].iterator(chunk_size=ROWS_AT_A_TIME)
    lines = _lines_of_a_file(entries, wanted_by)
    name = f"catalogue-{timezone.localtime(at).date().isoformat()}"
    return list_response(name, form, shown.header_of_a_file(), lines)


def _lines_of_a_file(entries: Iterable[CatalogueEntry], wanted_by: Search) -> Iterator[list[object]]:
    for number, entry in enumerate(entries):
        if number == ROWS_OF_A_FILE:
            cut = _("Only the first %(most)s organisations stand here. Narrow the catalogue to get the others.")
            yield [cut % {"most": number_format(ROWS_OF_A_FILE)}]
            return
        yield shown.line_of_a_file(entry, wanted_by.scheme, asker=wanted_by.asker)


def _clear_url(wanted_by: Search) -> str:
    asked_for = wanted_by.participation
    return f"?{urlencode({'for': asked_for.reference})}" if asked_for is not None else "?"


def _chips(wanted_by: Search) -> list[dict[str, str]]:
    kept = _without(wanted_by.sent, OF_A_PAGE)
    return [
        {"url": f"?{_without_value(kept, name, value).urlencode()}", "label": text}
        for name, value, text in wanted_by.filters.in_use()
    ]


def _within(wanted_by: Search) -> list[dict[str, Any]]:
    """Give how far away at most can be chosen, where there is somebody from whom it is measured."""
    if wanted_by.asker is None:
        return []
    chosen = wanted_by.filters.kilometres
    return [{"value": km, "label": label_of_kilometres(km), "chosen": km == chosen} for km in KILOMETRES]


def _filters_in_words(filters: CatalogueFilters, tally: Tally) -> list[dict[str, Any]]:
    legends = {
        "role": _("Role"),
        "type": _("Type of organisation"),
        "country": _("Country"),
        "region": _("Region"),
        "ecosystem": _("Industrial ecosystem"),
        "nace": _("Branch (NACE)"),
        "keyword": _("Keyword"),
        "purpose": _("Purpose"),
        "activity": _("Type of activity"),
        "language": _("Working language"),
        "format": _("Format"),
        "days": _("Length wished"),
        "partnership": _("Partnership"),
    }
    found = []
    for name, offered in filters.lists.items():
        chosen = filters.values[name]
        options = [
            {
                "value": code,
                "label": text,
                "chosen": code in chosen,
                "count": _number(tally, f"{name}:{code}", is_in_use=bool(chosen) and code not in chosen),
            }
            for code, text in (_most_frequent(name, chosen, tally) if name in OPEN_LISTS else offered)
            if f"{name}:{code}" in tally.facets or code in chosen
        ]
        if options:
            found.append(
                {
                    "name": name,
                    "legend": legends[name],
                    "language": economic_activities.language_of(str(options[0]["value"]), get_language() or "en")
                    if name == "nace"
                    else "",
                    "options": options,
                    "open": bool(chosen),
                }
            )
    return found


def _number(tally: Tally, facet: str, *, is_in_use: bool) -> int | str:
    """Say how many of those found have a facet; nothing beside the values that a filter in use leaves out."""
    if tally.found_facets is None or is_in_use:
        return ""
    return tally.found_facets.get(facet, 0)


def _most_frequent(name: str, chosen: Iterable[str], tally: Tally) -> list[tuple[str, str]]:
    """Give the values of a list that the catalogue itself makes: those chosen, and those that most have."""
    begins = f"{name}:"
    counted = tally.found_facets if tally.found_facets is not None else tally.facets
    numbers = {facet.removeprefix(begins): number for facet, number in counted.items() if facet.startswith(begins)}
    most = sorted(numbers, key=lambda code: (-numbers[code], code))[:OFFERED_AT_MOST]
    # What somebody has typed among the keywords is offered to all, whether that organisation shows its name or not.
    offered = {code: label_of_open(name, code) for code in (*chosen, *most) if not holds_an_address(code)}
    return sorted(offered.items(), key=lambda row: fold(row[1]))


def _without(sent: QueryDict, *names: str) -> QueryDict:
    kept = sent.copy()
    for name in names:
        kept.pop(name, None)
    return kept


def _without_value(sent: QueryDict, name: str, value: str) -> QueryDict:
    kept = sent.copy()
    kept.setlist(name, [one for one in kept.getlist(name) if one != value] if len(kept.getlist(name)) > 1 else [])
    return kept


def _with(sent: QueryDict, name: str, value: str) -> str:
    kept = sent.copy()
    kept[name] = value
    return kept.urlencode()
