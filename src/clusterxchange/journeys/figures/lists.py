"""The lists behind the numbers that count no exchanges: registrations, money, ratings, targets, answers of surveys."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.figures import queries
from clusterxchange.journeys.figures.tables import BUDGET_WORDS, OF_TODAY, STEP_WORDS, Reader
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.scheme import code_lists
from clusterxchange.scheme.document import ORGANISATION_TYPES

READ_AT_ONCE = 500
PARTIES = ("visiting_organisation", "host_organisation", "visitor_partnership")


def in_parts(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Give rows some at a time, so that what belongs to them is read for many at once."""
    ahead = iter(rows)
    while some := list(islice(ahead, size)):
        yield some


@dataclass(frozen=True)
class Line:
    """One row of a list: where it leads, and its cells."""

    url: str
    cells: list[object]


@dataclass(frozen=True)
class Behind:
    """A list: what is in it, how rows are made of some of it, and what its numbers add up to where they do."""

    title: str
    header: list[str]
    found: "QuerySet[Any] | list[Any]"
    lines: Callable[[list[Any]], list[Line]]
    total: float | None = None
    total_text: str = ""
    note: str = ""

    def rows(self) -> Iterator[list[object]]:
        """Give the cells of the whole list, for a file."""
        everything = self.found.iterator(chunk_size=READ_AT_ONCE) if isinstance(self.found, QuerySet) else self.found
        for some in in_parts(everything, READ_AT_ONCE):
            yield from (line.cells for line in self.lines(some))


def registrations(reader: Reader, chosen: str) -> Behind:
    """List the registrations of visitors, all that were submitted or those accepted."""
    found = queries.registrations(reader.scope, accepted=chosen == "accepted")

    def lines(some: list[Any]) -> list[Line]:
        return [
            Line(
                f"/registration/applications/{one.reference}/",
                [
                    one.reference, one.organisation.legal_name, one.partnership.acronym, _day(one.first_submitted_at),
                    _day(one.decided_at) if one.visit_decision else "",
                ],
            )
            for one in some
        ]  # fmt: skip

    header = [_("Reference"), _("Organisation"), _("Partnership"), _("Submitted on"), _("Decided on")]
    title = str(STEP_WORDS["accepted" if chosen == "accepted" else "submitted"])
    return Behind(title, header, found.select_related("organisation", "partnership").order_by("-pk"), lines)


def money(reader: Reader, chosen: str) -> Behind:
    """List where a part of the budget stands: by exchange, or by partnership what is planned and free."""
    cents = queries.budget(reader.scope)[chosen]
    title, total = str(BUDGET_WORDS[chosen]), _money(cents, reader)
    if chosen in ("planned", "free"):
        held = {pk: parts[chosen] for pk, parts in queries.budgets(reader.scope).items() if parts[chosen]}
        owners = Partnership.objects.filter(pk__in=held).order_by("acronym")
        header = [_("Partnership"), _("Amount")]
        return Behind(
            title, header, owners, lambda some: [_line_of(one, held[one.pk] / 100) for one in some], cents / 100, total
        )

    def lines(some: list[Any]) -> list[Line]:
        cases = _exchanges(one["case"] for one in some)
        return [_line_of_exchange(cases[one["case"]], one["held"] / 100) for one in some]

    header = [*_header_of_exchanges(), _("Amount")]
    return Behind(title, header, queries.held(reader.scope, chosen), lines, cents / 100, total)


def rated(reader: Reader, chosen: str) -> Behind:
    """List the reports in which something was rated."""

    def lines(some: list[Any]) -> list[Line]:
        cases = _exchanges(one.exchange.reference for one in some)
        return [_line_of_exchange(cases[one.exchange.reference], _side(one.side), one.ratings[chosen]) for one in some]

    title = code_lists.label(reader.scheme, "ratings", chosen)
    return Behind(
        title, [*_header_of_exchanges(), _("Report"), _("Rating")], queries.rated(reader.scope, chosen), lines
    )


def targets(reader: Reader, chosen: str) -> Behind:
    """List the partnerships with what each aims at for a type of visitor."""
    found = queries.aiming_at(reader.scope, chosen)
    total = queries.targets(reader.scope).get(chosen, 0)
    return Behind(
        _("Target: %(type)s") % {"type": code_lists.label(reader.scheme, "organisation_types", chosen)},
        [_("Partnership"), _("Target")],
        found,
        lambda some: [_line_of(one, one.targets[chosen]) for one in some],
        total,
        str(total),
        "" if reader.scope.is_today else str(OF_TODAY),
    )


def surveys(reader: Reader, chosen: str) -> Behind:
    """List who was asked or said something half a year later; not for partnerships, as those who answer are told."""

    def lines(some: list[Any]) -> list[Line]:
        cases = _exchanges(one.exchange.reference for one in some)
        return [_line_of_exchange(cases[one.exchange.reference], _side(one.side)) for one in some]

    whose = _("Who was asked") if chosen == "asked" else _("Answered by")
    found = queries.surveys_saying(reader.scope, chosen, reader.scheme.code_lists["report_outcomes"])
    return Behind(_("Half a year later"), [*_header_of_exchanges(), whose], found, lines)


@dataclass(frozen=True)
class Choice:
    """A list: the kind of thing in it, its filter, what that may be, the first of it where nothing is asked."""

    kind: str
    behind: Callable[[Reader, str], Behind]
    name: str
    values: Callable[[Reader], tuple[str, ...]]


CHOICES: Mapping[str, Choice] = {
    "registrations": Choice("application", registrations, "decision", lambda _reader: ("any", "accepted")),
    "money": Choice("exchange", money, "part", lambda _reader: queries.BUDGET_PARTS),
    "ratings": Choice("activity_report", rated, "rated", lambda reader: reader.scheme.code_lists["ratings"]),
    "targets": Choice("partnership", targets, "type", lambda _reader: tuple(ORGANISATION_TYPES)),
    "surveys": Choice("follow_up_survey", surveys, "said", lambda reader: queries.sayings(reader.scheme)),
}


def _exchanges(references: Iterable[str]) -> dict[str, Exchange]:
    found = Exchange.objects.filter(reference__in=list(references)).select_related(*PARTIES)
    return {str(one.reference): one for one in found}


def _header_of_exchanges() -> list[str]:
    return [_("Reference"), _("Visiting organisation"), _("Host organisation"), _("Partnership")]


def _line_of_exchange(exchange: Exchange, *more: object) -> Line:
    cells: list[object] = [
        exchange.reference, exchange.visiting_organisation.legal_name, exchange.host_organisation.legal_name,
        exchange.visitor_partnership.acronym, *more,
    ]  # fmt: skip
    return Line(f"/exchanges/{exchange.reference}/", cells)


def _line_of(partnership: Partnership, number: float) -> Line:
    return Line(f"/partnerships/{partnership.slug}/", [partnership.acronym, number])


def _side(side: str) -> str:
    return _("Visiting organisation") if side == "V" else _("Host organisation")


def _day(moment: datetime | None) -> str:
    return "" if moment is None else date_format(timezone.localtime(moment), _("j E Y"))


def _money(cents: int, reader: Reader) -> str:
    return format_cents(cents, reader.language, reader.scheme.amounts.currency)
