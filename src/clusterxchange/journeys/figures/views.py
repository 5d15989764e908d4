"""The pages of the figures: chosen, counted, shown, taken away as a file."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actor import Actor
from clusterxchange.documents.brochures import Section
from clusterxchange.documents.typesetting import typeset
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF, as_attachment
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.journeys.figures import lists, queries, realised, tables
from clusterxchange.journeys.figures.lists import Behind, in_parts
from clusterxchange.journeys.figures.queries import Narrowed, Scope
from clusterxchange.journeys.figures.tables import Reader, Table
from clusterxchange.journeys.partnerships.directory import scheme_of
from clusterxchange.journeys.subjects import subjects_of
from clusterxchange.journeys.tasks import Task, task_in_queue
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import footnotes, marked_country_name
from clusterxchange.scheme.current import open_edition
from clusterxchange.scheme.document import ORGANISATION_TYPES
from clusterxchange.scheme.editions import BRUSSELS
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.pages import actor_of, only_offices, signed_in
from clusterxchange.workflow.sentences import state_label

OF_A_PAGE = 25
CHOICES = ("edition", "partnership", "as_of")
FILTERS = ("state", "type", "from", "to", "step", "going")
LONGEST = 60


@dataclass(frozen=True)
class Chosen:
    """What the address asks for, as far as it can be given; `said` tells what of it is not there."""

    reader: Reader
    edition: Edition | None
    possible: list[Partnership]
    partnership: Partnership | None
    given: dict[str, str]
    said: list[str]

    @property
    def scope(self) -> Scope:
        """What is counted."""
        return self.reader.scope


def _chosen(request: HttpRequest) -> Chosen:
    actor, now, said = actor_of(request), clock.now(), list[str]()
    edition, possible = _possible(request, actor, now, said)
    given = {name: request.GET.get(name, "")[:LONGEST] for name in CHOICES if request.GET.get(name)}
    partnership = next((one for one in possible if one.slug == given.get("partnership")), None)
    if given.get("partnership") and partnership is None:
        said.append(_("There is no partnership “%(name)s” here; all are shown.") % {"name": given.pop("partnership")})
    as_of = _day(given, now, said)
    counted = [partnership] if partnership is not None else possible
    scope = Scope(tuple(one.pk for one in counted), as_of, now)

    def link(name: str, /, *where: str, **filters: str) -> str:
        query = urlencode({**given, **filters})
        address = reverse(f"figures:{name}", args=where)
        return f"{address}?{query}" if query else address

    if edition is None:
        raise Http404
    looks_over_all = actor.support_office or actor.agency
    shown = partial(decide.partnerships_shown, actor)
    reader = Reader(scope, scheme_of(edition), get_language() or "en", link, shown, looks_over_all)
    return Chosen(reader, edition, possible, partnership, given, said)


def _possible(
    request: HttpRequest, actor: Actor, now: datetime, said: list[str]
) -> tuple[Edition | None, list[Partnership]]:
    """Give the partnerships that the reader may look at: all of an edition to the offices, their own to others.

    :raises Http404: where there is none, so that nobody else learns of the page.
    """
    if not (actor.support_office or actor.agency):
        own = list(Partnership.objects.filter(pk__in=actor.partnerships).select_related("edition").order_by("acronym"))
        if not own:
            raise Http404
        return own[0].edition, own
    wanted = request.GET.get("edition", "")[:LONGEST]
    edition = Edition.objects.filter(code=wanted).first() if wanted else open_edition(now)
    if wanted and edition is None:
        said.append(_("There is no edition “%(name)s”; the open one is shown.") % {"name": wanted})
        edition = open_edition(now)
    edition = edition or Edition.objects.first()
    return edition, list(Partnership.objects.filter(edition=edition).order_by("acronym"))


def _day(given: dict[str, str], now: datetime, said: list[str]) -> date:
    today = now.astimezone(BRUSSELS).date()
    if not given.get("as_of"):
        return today
    try:
        day = date.fromisoformat(given["as_of"])
    except ValueError:
        said.append(_("“%(text)s” is no day; today is shown.") % {"text": given.pop("as_of")})
        return today
    if day > today:
        given.pop("as_of")
        said.append(_("That day has not come yet; today is shown."))
    return min(day, today)


def _page(request: HttpRequest, chosen: Chosen, template: str, title: str, **context: Any) -> HttpResponse:  # noqa: ANN401 -- what a template takes
    whole = {
        "title": title,
        "chosen": chosen,
        "meta": [_of_whom(chosen), _as_of(chosen)],
        "ways": [(words, chosen.reader.link(name), name == context.get("here")) for name, words in _ways()],
        "editions": list(Edition.objects.all()) if len(chosen.possible) != 1 else [],
        "as_of": chosen.scope.as_of.isoformat(),
        **context,
    }
    return render(request, template, whole)


def _ways() -> list[tuple[str, str]]:
    return [
        ("figures", _("In numbers")),
        ("countries", _("Countries")),
        ("ratings", _("Ratings")),
        ("overdue", _("Overdue")),
        ("away", _("Who is where now")),
    ]


def _of_whom(chosen: Chosen) -> str:
    if chosen.partnership is not None:
        return chosen.partnership.acronym
    if len(chosen.possible) == 1:
        return chosen.possible[0].acronym
    return chosen.edition.name if chosen.edition is not None else ""


def _as_of(chosen: Chosen) -> str:
    return _("As of %(day)s") % {"day": date_format(chosen.scope.as_of, _("j E Y"))}


def _main_tables(chosen: Chosen) -> list[Table]:
    counted = queries.counted(chosen.scope)
    reader = chosen.reader
    return [
        tables.by_state(reader, counted),
        tables.by_target(reader, counted),
        tables.funnel(reader),
        tables.budget(reader),
    ]


@require_safe
@signed_in
def figures(request: HttpRequest) -> HttpResponse:
    """Show states, targets, steps and budget."""
    chosen = _chosen(request)
    link = chosen.reader.link
    report = {form: link(f"realised_as_{form}") for form in ("xlsx", "pdf")} if chosen.reader.looks_over_all else None
    return _page_of_tables(request, chosen, _("Figures"), "figures", _main_tables(chosen), report=report)


def _page_of_tables(
    request: HttpRequest,
    chosen: Chosen,
    title: str,
    here: str,
    found: list[Table],
    *,
    report: dict[str, str] | None = None,
) -> HttpResponse:
    """Show some tables, with the files that hold all of them."""
    files = {form: chosen.reader.link(f"figures_as_{form}") for form in ("csv", "xlsx", "pdf")}
    return _page(request, chosen, "figures/figures.html", title, here=here, tables=found, files=files, report=report)


@require_safe
@signed_in
def countries(request: HttpRequest) -> HttpResponse:
    """Show from where to where people go."""
    chosen = _chosen(request)
    found = [tables.countries(chosen.reader)]
    return _page_of_tables(request, chosen, _("From where to where"), "countries", found)


@require_safe
@signed_in
def ratings(request: HttpRequest) -> HttpResponse:
    """Show how visitors and hosts have rated."""
    chosen = _chosen(request)
    found = [tables.ratings(chosen.reader), tables.half_a_year_later(chosen.reader)]
    return _page_of_tables(request, chosen, _("Ratings"), "ratings", found)


def _all_tables(chosen: Chosen) -> list[Table]:
    later = (tables.countries, tables.ratings, tables.half_a_year_later)
    return [*_main_tables(chosen), *(table(chosen.reader) for table in later)]


@require_safe
@signed_in
def figures_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give all numbers as a file."""
    chosen = _chosen(request)
    header = [_("Figure"), _("Row"), _("Column"), _("Number")]
    return list_response(_name("figures", chosen), form, header, _numbers(_all_tables(chosen)))


def _numbers(found: list[Table]) -> Iterator[tuple[object, ...]]:
    for table in found:
        for name, cells in table.rows:
            for column, cell in zip(table.header[1:], cells, strict=True):
                yield table.title, name, column, "" if cell.value is None else cell.value


def _name(what: str, chosen: Chosen) -> str:
    return f"{what}-{chosen.scope.as_of.isoformat()}"


@require_safe
@signed_in
def figures_as_pdf(request: HttpRequest) -> HttpResponse:
    """Give all numbers as a document to be printed."""
    chosen = _chosen(request)
    found = _all_tables(chosen)
    sections = [
        Section(
            table.title,
            text=table.sentence,
            columns=[3, *([1] * (len(table.header) - 1))],
            header=table.header,
            rows=[[label, *(cell.text for cell in cells)] for label, cells in table.rows],
        )
        for table in found
    ]
    has_kosovo = any(table.footnotes for table in found)
    return _printed(chosen, sections, _("Figures"), "figures", has_kosovo=has_kosovo)


def _printed(chosen: Chosen, sections: list[Section], title: str, name: str, *, has_kosovo: bool) -> HttpResponse:
    data = {
        "lead": _of_whom(chosen),
        "edition": chosen.edition.name if chosen.edition is not None else "",
        "as_of": _as_of(chosen),
        "sections": [asdict(section) for section in sections],
        "has_kosovo": has_kosovo,
    }
    content = typeset("brochure", data, language=chosen.reader.language, title=title, dated=chosen.scope.as_of)
    return as_attachment(content, f"{_name(name, chosen)}.pdf", PDF)


def _for_the_funder(request: HttpRequest) -> Chosen:
    """Give what is asked for, to those who look over all.

    :raises Http404: to everybody else.
    """
    only_offices(request)
    return _chosen(request)


@require_safe
@signed_in
def realised_as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """Give every realised exchange with its amount and what shows it, as a workbook for the funder."""
    chosen = _for_the_funder(request)
    found = realised.rows(chosen.scope, chosen.reader.language)
    cells = (realised.cells(one, chosen.scope.as_of) for one in found)
    return list_response(_name("realised-exchanges", chosen), "xlsx", realised.header(), cells)


@require_safe
@signed_in
def realised_as_pdf(request: HttpRequest) -> HttpResponse:
    """Give every realised exchange with its amount and what shows it, to be printed for the funder."""
    chosen = _for_the_funder(request)
    found = list(realised.rows(chosen.scope, chosen.reader.language))
    codes = [code for one in found for code in (one.exchange.from_country, one.exchange.to_country)]
    has_kosovo = bool(footnotes(chosen.reader.scheme, codes))
    sections = realised.sections(found)
    return _printed(chosen, sections, _("Funder’s report"), "realised-exchanges", has_kosovo=has_kosovo)


def _narrowed(request: HttpRequest, chosen: Chosen) -> tuple[Narrowed, dict[str, str]]:
    """Read what a list is narrowed to; a filter that is not there any more is said, and left out."""
    typed = {name: request.GET.get(name, "")[:LONGEST] for name in FILTERS if request.GET.get(name)}
    known = {
        "state": ExchangeState.values,
        "type": ORGANISATION_TYPES,
        "from": chosen.reader.scheme.countries,
        "to": chosen.reader.scheme.countries,
        "step": queries.MOMENTS,
        "going": ("yes",),
    }
    for name in [name for name, value in typed.items() if value not in known[name]]:
        chosen.said.append(_left_out(name, typed.pop(name)))
    narrowed = Narrowed(
        state=typed.get("state", ""),
        kind=typed.get("type", ""),
        from_country=typed.get("from", ""),
        to_country=typed.get("to", ""),
        step=typed.get("step", ""),
        going="going" in typed,
    )
    return narrowed, typed


def _left_out(name: str, value: str) -> str:
    names = {"name": name, "value": value}
    return _("The filter “%(name)s: %(value)s” does not exist any more; it is left out.") % names


def _country(code: str, chosen: Chosen) -> str:
    return marked_country_name(chosen.reader.scheme, code, chosen.reader.language)


def _words(typed: dict[str, str], chosen: Chosen) -> list[str]:
    words: dict[str, Callable[[str], str]] = {
        "state": lambda value: state_label("exchange", value),
        "type": lambda value: str(label(chosen.reader.scheme, "organisation_types", value)),
        "from": lambda value: _("From %(country)s") % {"country": _country(value, chosen)},
        "to": lambda value: _("To %(country)s") % {"country": _country(value, chosen)},
        "step": lambda value: str(tables.STEP_WORDS[value]),
        "going": lambda _value: _("Not cancelled"),
    }
    return [words[name](value) for name, value in typed.items()]


@require_safe
@signed_in
def exchanges(request: HttpRequest) -> HttpResponse:
    """List the exchanges behind a number."""
    chosen = _chosen(request)
    narrowed, typed = _narrowed(request, chosen)
    page = Paginator(queries.listed(chosen.scope, narrowed), OF_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "url": f"/exchanges/{one.reference}/",
            "title": _("%(visitor)s at %(host)s")
            % {"visitor": one.visiting_organisation.legal_name, "host": one.host_organisation.legal_name},
            "reference": one.reference,
            "note": f"{one.reference}, {one.visitor_partnership.acronym}, {one.from_country} → {one.to_country}",
            "when": state_label("exchange", one.stood),
            "state": "later",
        }
        for one in page.object_list
    ]
    query = urlencode({**chosen.given, **typed})
    files = {form: chosen.reader.link(f"exchanges_as_{form}", **typed) for form in ("csv", "xlsx")}
    noted = footnotes(chosen.reader.scheme, (narrowed.from_country, narrowed.to_country))
    return _page(
        request, chosen, "figures/exchanges.html", _("Exchanges behind the number"),
        rows=rows, page=page, query=query, filters=_words(typed, chosen), files=files, footnotes=noted,
    )  # fmt: skip


@require_safe
@signed_in
def exchanges_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the whole list as a file."""
    chosen = _chosen(request)
    narrowed, _typed = _narrowed(request, chosen)
    header = [
        _("Reference"), _("State"), _("Visiting organisation"), _("Host organisation"), _("From"), _("To"),
        _("Type of visitor"), _("Visitor’s partnership"), _("Host’s partnership"),
    ]  # fmt: skip
    rows = (
        (
            one.reference, state_label("exchange", one.stood), one.visiting_organisation.legal_name,
            one.host_organisation.legal_name, one.from_country, one.to_country, one.visitor_type,
            one.visitor_partnership.acronym, one.host_partnership.acronym,
        )
        for one in queries.listed(chosen.scope, narrowed).iterator(chunk_size=2000)
    )  # fmt: skip
    return list_response(_name("exchanges", chosen), form, header, rows)


def _behind(request: HttpRequest, chosen: Chosen, what: str) -> tuple[Behind, dict[str, str]]:
    """Read which list is asked for; a filter that is not there any more is said, and left out.

    :raises Http404: where there is no such list for the reader.
    """
    choice = lists.CHOICES.get(what)
    if choice is None or not chosen.reader.may_open(choice.kind):
        raise Http404
    value, values = request.GET.get(choice.name, "")[:LONGEST], choice.values(chosen.reader)
    if value not in values:
        if value:
            chosen.said.append(_left_out(choice.name, value))
        value = values[0]
    return choice.behind(chosen.reader, value), {choice.name: value}


@require_safe
@signed_in
def behind(request: HttpRequest, what: str) -> HttpResponse:
    """List what is behind a number that counts no exchanges."""
    chosen = _chosen(request)
    found, typed = _behind(request, chosen, what)
    page = Paginator(found.found, OF_A_PAGE).get_page(request.GET.get("page"))
    files = {form: chosen.reader.link(f"behind_as_{form}", what, **typed) for form in ("csv", "xlsx")}
    return _page(
        request, chosen, "figures/behind.html", found.title, behind=found, lines=found.lines(list(page.object_list)),
        page=page, query=urlencode({**chosen.given, **typed}), files=files, typed=typed,
    )  # fmt: skip


@require_safe
@signed_in
def behind_as_file(request: HttpRequest, what: str, form: str) -> HttpResponseBase:
    """Give such a list as a file."""
    chosen = _chosen(request)
    found, _typed = _behind(request, chosen, what)
    return list_response(_name(what, chosen), form, found.header, found.rows())


@require_safe
@signed_in
def overdue(request: HttpRequest) -> HttpResponse:
    """List what is overdue, longest first."""
    chosen = _chosen(request)
    page = Paginator(queries.overdue(chosen.scope, chosen.reader.shown), OF_A_PAGE).get_page(request.GET.get("page"))
    files = {form: chosen.reader.link(f"overdue_as_{form}") for form in ("csv", "xlsx")}
    return _page(
        request, chosen, "figures/overdue.html", _("Overdue"), here="overdue", page=page, files=files,
        rows=_tasks(list(page.object_list), chosen.scope), query=urlencode(chosen.given),
    )  # fmt: skip


def _tasks(found: list[Obligation], scope: Scope) -> list[Task]:
    subjects = subjects_of(found)
    return [task_in_queue(one, subjects[one.kind, one.subject_id], scope.until, own=False) for one in found]


@require_safe
@signed_in
def overdue_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give what is overdue as a file."""
    chosen = _chosen(request)
    header = [_("Reference"), _("Case"), _("Who must act"), _("By when")]
    rows = (
        (one.reference, one.title, one.kind, one.when)
        for some in in_parts(queries.overdue(chosen.scope, chosen.reader.shown), lists.READ_AT_ONCE)
        for one in _tasks(some, chosen.scope)
    )
    return list_response(_name("overdue", chosen), form, header, rows)


HEADER_OF_AWAY = ("person", "phone", "from", "at", "place", "country", "contact", "until", "reference")


@require_safe
@never_cache
@signed_in
def away(request: HttpRequest) -> HttpResponse:
    """Say who is where now, for an emergency."""
    chosen = _chosen(request)
    page = Paginator(queries.away(chosen.scope), OF_A_PAGE).get_page(request.GET.get("page"))
    files = {form: chosen.reader.link(f"away_as_{form}") for form in ("csv", "xlsx")}
    found = list(page.object_list)
    return _page(
        request, chosen, "figures/away.html", _("Who is where now"), here="away", page=page, files=files,
        rows=_whereabouts(found, chosen, actor_of(request)), query=urlencode(chosen.given),
        footnotes=footnotes(chosen.reader.scheme, (one.to_country for one in found)),
    )  # fmt: skip


def _whereabouts(found: list[Exchange], chosen: Chosen, actor: Actor) -> list[dict[str, str]]:
    disclosed = queries.disclosed(chosen.scope, found, actor)
    return [_whereabouts_of(one, disclosed, chosen) for one in found]


def _whereabouts_of(exchange: Exchange, disclosed: frozenset[int], chosen: Chosen) -> dict[str, str]:
    visit, stay = exchange.visitor_participation, exchange.host_participation
    visitor, host = visit.application.representative, stay.application.representative
    text = exchange.commitment
    last = text.last_day if text is not None else None
    return {
        "person": str(visitor.account),
        "phone": visitor.phone if visit.pk in disclosed else "",
        "from": exchange.visiting_organisation.legal_name,
        "at": exchange.host_organisation.legal_name,
        "place": text.place if text is not None and text.place else exchange.host_organisation.city,
        "country": _country(exchange.to_country, chosen),
        "contact": f"{host.account}, {host.phone}" if stay.pk in disclosed else str(host.account),
        "until": date_format(last, _("j E Y")) if last is not None else "",
        "reference": exchange.reference or "",
    }


@require_safe
@never_cache
@signed_in
def away_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give who is where now as a file."""
    chosen = _chosen(request)
    header = [
        _("Person"), _("Telephone"), _("Visiting organisation"), _("Host organisation"), _("Place"), _("Country"),
        _("Person at the host"), _("Last day"), _("Reference"),
    ]  # fmt: skip
    rows = (
        [one[name] for name in HEADER_OF_AWAY]
        for some in in_parts(queries.away(chosen.scope), lists.READ_AT_ONCE)
        for one in _whereabouts(some, chosen, actor_of(request))
    )
    return list_response(_name("who-is-where", chosen), form, header, rows)
