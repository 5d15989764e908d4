"""Regions by NUTS and by the statistical regions beside it, under their own names and those of the tool's languages.

Both files are made by tools/reference_data.py.
"""

import json
import re
from functools import cache
from pathlib import Path

from clusterxchange.foundation.folding import fold

REGIONS = Path(__file__).parent / "data" / "regions.json"
OTHER_NAMES = Path(__file__).parent / "data" / "region_names.json"
# Greece has letters of its own there.
OWN_LETTERS = {"GR": "EL"}
LETTERS, BROAD = 2, 4
# One name that regions of two countries bear has the country behind it.
COUNTRY_BEHIND = re.compile(r" \([A-Z]{2}\)$")
MOST_FOUND = 20


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = json.loads(REGIONS.read_text(encoding="utf-8"))["regions"]
    return names


@cache
def _others() -> dict[str, dict[str, str]]:
    held = json.loads(OTHER_NAMES.read_text(encoding="utf-8"))
    return {language: names for language, names in held.items() if language != "source"}


def name_in(code: str, language: str) -> str:
    """Give what a region is called in a language, empty where it has only its own name."""
    return _others().get(language, {}).get(code, "")


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
    return next((code for code, name in rows.items() if wanted in _names_of(code, name)), None)


def _names_of(code: str, name: str) -> set[str]:
    # A region of two languages has both names, with a stroke between them.
    others = (name_in(code, language) for language in _others())
    return {fold(one) for one in (name, *name.split("/"), COUNTRY_BEHIND.sub("", name), *others) if one}


def _is_in(wanted: str, code: str, name: str) -> bool:
    return wanted == fold(f"{code} {name}") or any(wanted in one for one in _names_of(code, name))


def search(typed: str, country: str) -> list[tuple[str, str]]:
    """Give code and name of regions whose code or name has what was typed, broad ones first; else all broad ones."""
    wanted, rows = fold(typed), _of(country)
    found = [
        (code, name)
        for code, name in rows.items()
        if wanted and (code.casefold().startswith(wanted) or _is_in(wanted, code, name))
    ]
    return found[:MOST_FOUND] or [(code, name) for code, name in rows.items() if len(code) == BROAD]
