"""The three editions that come with the tool, built from the files in `data/`.

They are the first version of each edition. What the support office changes afterwards is a further version in the
database; nothing here is read for a case that has one.
"""

import json
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from clusterxchange.scheme.document import Scheme, scheme_of

DATA: Final = Path(__file__).parent / "data"
BRUSSELS: Final = ZoneInfo("Europe/Brussels")
CENTS_PER_EURO: Final = 100

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
    return json.loads((DATA / name).read_text(encoding="utf-8"))


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
