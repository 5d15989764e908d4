"""Regions by NUTS and by the statistical regions beside it: Eurostat's names, made by tools/reference_data.py."""

import json
from functools import cache
from pathlib import Path

from clusterxchange.foundation.folding import fold

REGIONS = Path(__file__).parent / "data" / "regions.json"
# Greece has letters of its own there.
OWN_LETTERS = {"GR": "EL"}
LETTERS, BROAD = 2, 4
MOST_FOUND = 20


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = json.loads(REGIONS.read_text(encoding="utf-8"))["regions"]
    return names


@cache
def _of(country: str) -> dict[str, str]:
    letters = OWN_LETTERS.get(country, country)
    found = {code: name for code, name in _names().items() if code[:LETTERS] == letters}
    # The broad regions first, then what lies in them.
    return dict(sorted(found.items(), key=lambda row: (len(row[0]), row[0])))


def are_known(country: str) -> bool:
    """Whether the regions of a country are listed."""
    return bool(_of(country))


def written(text: str) -> str:
    """Give the name of a region by its code; what is no code is a name already."""
    return _names().get(text, text)


def code_of(typed: str, country: str) -> str | None:
    """Give the code that somebody means by a code, by a name or by both; None where the country has no such region.

    Several regions of one name lie in one another: the broadest is meant.
    """
    words = " ".join(typed.split())
    rows = _of(country)
    first, _space, rest = words.partition(" ")
    if first.upper() in rows and (not rest or fold(rest) == fold(rows[first.upper()])):
        return first.upper()
    wanted = fold(words)
    return next((code for code, name in rows.items() if wanted in _names_in(name)), None)


def _names_in(name: str) -> set[str]:
    # A region of two languages has both names, with a stroke between them.
    return {fold(name), *(fold(part) for part in name.split("/"))}


def search(typed: str, country: str) -> list[tuple[str, str]]:
    """Give code and name of regions whose code or name has what was typed, broad ones first; else all broad ones."""
    wanted, rows = fold(typed), _of(country)
    found = [
        (code, name)
        for code, name in rows.items()
        if wanted and (code.casefold().startswith(wanted) or wanted in fold(name) or wanted == fold(f"{code} {name}"))
    ]
    return found[:MOST_FOUND] or [(code, name) for code, name in rows.items() if len(code) == BROAD]
