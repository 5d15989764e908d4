"""The three editions that come with the tool, built from the files in `data/`.

They are the first version of each edition. What the support office changes afterwards is a further version in the
database; nothing here is read for a case that has one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clusterxchange.scheme.document import EditionRules, Scheme, scheme_of
from clusterxchange.scheme.reading import InvalidDocument, read_document

DATA: Final = Path(__file__).parent / "data"
BRUSSELS: Final = ZoneInfo("Europe/Brussels")
CENTS_PER_EURO: Final = 100
ONE_DAY: Final = timedelta(days=1)

# Name, first day, last day, open, and the countries whose participation differs from `countries.json`.
# The United Kingdom took part in the pilot only.
_EDITIONS: Final[dict[str, dict[str, Any]]] = {
    "pilot": {
        "name": "Pilot edition",
        "valid_from": "2020-02-03",
        "valid_to": "2022-02-02",
        "is_open": False,
        "participates": {"GB": True},
    },
    "second": {
        "name": "Second edition",
        "valid_from": "2022-02-03",
        "valid_to": "2024-12-31",
        "is_open": False,
        "participates": {},
    },
    "demonstration": {
        "name": "Demonstration edition",
        "valid_from": "2026-01-01",
        "valid_to": "2030-12-31",
        "is_open": True,
        "participates": {},
    },
}

EDITION_CODES: Final = tuple(_EDITIONS)
DEFAULT_EDITION: Final = "demonstration"


class UnknownEdition(LookupError):
    """Say that no edition of this code comes with the tool."""


def _read(name: str) -> Any:  # noqa: ANN401 -- what a JSON file holds has no narrower type
    return read_document((DATA / name).read_bytes())


def document_of(code: str) -> dict[str, Any]:
    """Build the first document of an edition; whoever calls may change the answer.

    :raises UnknownEdition: when no such edition comes with the tool.
    """
    if code not in _EDITIONS:
        raise UnknownEdition(code)
    edition = _EDITIONS[code]
    lump_sums = _read("lump_sums.json")
    countries = [
        row | {"participates": edition["participates"].get(row["code"], row["participates"])}
        for row in _read("countries.json")
    ]
    return {
        "schema": 1,
        "edition": {"code": code} | {name: value for name, value in edition.items() if name != "participates"},
        "countries": countries,
        "amounts": {
            "currency": lump_sums["currency"],
            "maximum_cents": lump_sums["maximum"] * CENTS_PER_EURO,
            "full_cents_by_host_country": {
                country: euros * CENTS_PER_EURO for country, euros in lump_sums["full_amount_by_host_country"].items()
            },
        },
        "holidays": _read("public_holidays.json"),
        "clauses": _read("clauses.json"),
        "hint_words": _read("hint_words.json"),
        **_read("rules.json"),
    }


@cache
def built_in(code: str) -> Scheme:
    """Give the rules that an edition comes with.

    :raises UnknownEdition: when no such edition comes with the tool.
    """
    return scheme_of(document_of(code))


def first_moment(day: date) -> datetime:
    """Give the moment at which a day of the scheme begins, in Brussels."""
    return datetime.combine(day, time.min, BRUSSELS)


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """Days from the first to the last on which an edition is open."""

    code: str
    name: str
    first: date
    last: date


VersionDays = tuple[date, EditionRules]


def open_spans(versions: Sequence[VersionDays]) -> list[OpenSpan]:
    """Give when an edition is open, by the day of each version; a version holds until the day of the next one."""
    found: list[OpenSpan] = []
    for number, (day, rules) in enumerate(versions):
        until = versions[number + 1][0] - ONE_DAY if number + 1 < len(versions) else rules.valid_to
        first, last = max(day, rules.valid_from), min(until, rules.valid_to)
        if not rules.is_open or last < first:
            continue
        if found and found[-1].last == first - ONE_DAY:
            found[-1] = replace(found[-1], last=last)
        else:
            found.append(OpenSpan(rules.code, rules.name, first, last))
    return found


def overlapped(version: VersionDays, others: Iterable[OpenSpan]) -> OpenSpan | None:
    """Give when another edition is open on a day on which this one would be by a version, the earliest of them."""
    at_once = (
        one for own in open_spans([version]) for one in others if own.first <= one.last and one.first <= own.last
    )
    return min(at_once, key=lambda one: one.first, default=None)


def gap_beside(
    versions: Sequence[VersionDays], others: Iterable[OpenSpan], today: date
) -> tuple[OpenSpan, OpenSpan] | None:
    """Give the two spans between which no edition would be open for days to come, where the last version opens one."""
    day, rules = versions[-1]
    own = [one for one in open_spans(versions) if rules.is_open and one.last >= day]
    spans = sorted([*own, *others], key=lambda one: one.first)
    return next(
        (
            (before, after)
            for before, after in pairwise(spans)
            if (before in own) is not (after in own) and today <= before.last < after.first - ONE_DAY
        ),
        None,
    )


def check_new_edition(edition: EditionRules, others: Sequence[OpenSpan], today: date) -> None:
    """Refuse a new edition that is open beside another one, or leaves days to come without any.

    :raises InvalidDocument: naming the first or the last day of the edition.
    """
    version = (edition.valid_from, edition)
    other = overlapped(version, others)
    if other is not None:
        names = {"edition": other.name, "first": other.first.isoformat(), "last": other.last.isoformat()}
        if other.first <= edition.valid_from:
            raise InvalidDocument("edition.valid_from", _("overlaps %(edition)s, which ends on %(last)s") % names)
        raise InvalidDocument("edition.valid_to", _("overlaps %(edition)s, which begins on %(first)s") % names)
    gap = gap_beside([version], others, today)
    if gap is not None:
        before, after = gap
        place = "edition.valid_from" if after.code == edition.code else "edition.valid_to"
        names = {"day": (before.last + ONE_DAY).isoformat()}
        raise InvalidDocument(place, _("leaves a gap: no edition would hold from %(day)s") % names)
