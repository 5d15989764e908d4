"""The three editions that come with the tool, built from the files in `data/`.

They are the first version of each edition. What the support office changes afterwards is a further version in the
database; nothing here is read for a case that has one.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
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


def check_dates(edition: EditionRules, others: Iterable[EditionRules], today: date) -> None:
    """Refuse an open edition that overlaps another open one, or leaves days to come without any beside it.

    :raises InvalidDocument: naming the first or the last day of the edition.
    """
    neighbours = [one for one in others if one.is_open and one.code != edition.code] if edition.is_open else []
    for other in neighbours:
        names = {"edition": other.name, "first": other.valid_from.isoformat(), "last": other.valid_to.isoformat()}
        if other.valid_from <= edition.valid_from <= other.valid_to:
            raise InvalidDocument("edition.valid_from", _("overlaps %(edition)s, which ends on %(last)s") % names)
        if edition.valid_from <= other.valid_from <= edition.valid_to:
            raise InvalidDocument("edition.valid_to", _("overlaps %(edition)s, which begins on %(first)s") % names)
    earlier = max((one.valid_to for one in neighbours if one.valid_to < edition.valid_from), default=None)
    if earlier is not None and today <= earlier < edition.valid_from - ONE_DAY:
        names = {"day": (earlier + ONE_DAY).isoformat()}
        raise InvalidDocument("edition.valid_from", _("leaves a gap: no edition would hold from %(day)s") % names)
    later = min((one.valid_from for one in neighbours if one.valid_from > edition.valid_to), default=None)
    if later is not None and edition.valid_to < later - ONE_DAY:
        names = {"day": (edition.valid_to + ONE_DAY).isoformat()}
        raise InvalidDocument("edition.valid_to", _("leaves a gap: no edition would hold from %(day)s") % names)
