"""Economic activities by NACE: titles from python-stdnum, and from a file those of other languages."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from stdnum import numdb
from stdnum.eu import nace
from stdnum.exceptions import ValidationError as NumberIsWrong

from clusterxchange.foundation.folding import fold

ENGLISH = "en"
TABLE, REVISION = "eu/nace21", "NACE Rev. 2.1"
OTHER_TITLES = Path(__file__).parent / "data" / "activity_titles.json"
# Divisions have two digits and classes four; the groups between them are offered under neither name.
OFFERED_DIGITS = (2, 4)
MOST_FOUND = 20


@cache
def titles(language: str = ENGLISH) -> dict[str, str]:
    """Give the title of each division and class by its digits, in order; English where there is no other one."""
    found = dict(_walk("", numdb.get(TABLE).prefixes)) | _others().get(language, {})
    return {code: title for code, title in sorted(found.items()) if code.isdigit() and len(code) in OFFERED_DIGITS}


@cache
def _others() -> Mapping[str, dict[str, str]]:
    held = json.loads(OTHER_TITLES.read_text(encoding="utf-8"))
    if held.pop("revision") != REVISION:
        message = f"{OTHER_TITLES.name} has the titles of another revision"
        raise ValueError(message)
    return dict(held)


def _walk(start: str, rows: list) -> Iterator[tuple[str, str]]:  # type: ignore[type-arg]  # -- as the package nests them
    for _length, low, _high, facts, below in rows:
        if "label" in facts:
            yield start + low, facts["label"]
        yield from _walk(start + low, below)


@cache
def _folded(language: str) -> dict[str, str]:
    return {code: fold(title) for code, title in titles(language).items()}


def language_of(code: str, language: str) -> str:
    """Give the language in which the title of an activity is there for a reader."""
    return language if code in _others().get(language, {}) else ENGLISH


def written(code: str, language: str = ENGLISH) -> str:
    """Give digits and title as one line; digits that NACE does not have stand alone."""
    title = titles(language).get(code.replace(".", ""))
    return f"{nace.format(code.replace('.', ''))} {title}" if title else code


def divisions(language: str = ENGLISH) -> list[tuple[str, str]]:
    """Give digits and title of each division."""
    return [(code, title) for code, title in titles(language).items() if len(code) == OFFERED_DIGITS[0]]


def code_of(typed: str) -> str | None:
    """Give the digits that somebody means by digits, by a title in any language or by both; None where nothing fits."""
    words = " ".join(typed.split())
    first, _space, rest = words.partition(" ")
    digits = first.replace(".", "")
    if digits.isdigit():
        try:
            known = str(nace.validate(digits))
        except NumberIsWrong:
            return None
        named = {fold(nace.get_label(known)), *(_folded(language).get(known, "") for language in _others())}
        return known if not rest or fold(rest) in named else None
    wanted = fold(words)
    every = (_folded(language) for language in (ENGLISH, *_others()))
    return next((code for rows in every for code, title in rows.items() if title == wanted), None)


def search(typed: str, language: str = ENGLISH) -> list[tuple[str, str]]:
    """Give digits and title of activities whose digits or title have what was typed; divisions first.

    The words may be the reader's or English; the title is the reader's where there is one.
    """
    wanted, shown = fold(typed), titles(language)
    if not wanted:
        return divisions(language)
    digits = wanted.split(" ", 1)[0].replace(".", "")
    if digits.isdigit():
        found = [code for code in shown if code.startswith(digits)]
    else:
        words = wanted.split()
        own, english = _folded(language), _folded(ENGLISH)
        found = [code for code in shown if any(all(word in said[code] for word in words) for said in (own, english))]
    found.sort(key=lambda code: (len(code), code))
    return [(code, shown[code]) for code in found[:MOST_FOUND]]
