"""Economic activities by NACE, which python-stdnum keeps; the titles are there in English only."""

from collections.abc import Iterator
from functools import cache

from stdnum import numdb
from stdnum.eu import nace
from stdnum.exceptions import ValidationError as NumberIsWrong

from clusterxchange.foundation.folding import fold

LANGUAGE_OF_TITLES = "en"
REVISION = "eu/nace21"
# Divisions have two digits and classes four; the groups between them are offered under neither name.
OFFERED_DIGITS = (2, 4)
MOST_FOUND = 20


@cache
def titles() -> dict[str, str]:
    """Give the title of each division and class by its digits, in the order of NACE."""
    found = dict(_walk("", numdb.get(REVISION).prefixes))
    return {code: title for code, title in sorted(found.items()) if code.isdigit() and len(code) in OFFERED_DIGITS}


def _walk(start: str, rows: list) -> Iterator[tuple[str, str]]:  # type: ignore[type-arg]  # -- as the package nests them
    for _length, low, _high, facts, below in rows:
        if "label" in facts:
            yield start + low, facts["label"]
        yield from _walk(start + low, below)


@cache
def _folded() -> dict[str, str]:
    return {code: fold(title) for code, title in titles().items()}


def written(code: str) -> str:
    """Give digits and title as one line; digits that NACE does not have stand alone."""
    title = titles().get(code.replace(".", ""))
    return f"{nace.format(code.replace('.', ''))} {title}" if title else code


def divisions() -> list[tuple[str, str]]:
    """Give digits and title of each division."""
    return [(code, title) for code, title in titles().items() if len(code) == OFFERED_DIGITS[0]]


def code_of(typed: str) -> str | None:
    """Give the digits that somebody means by digits, by a title or by both; None where nothing fits."""
    words = " ".join(typed.split())
    first, _space, rest = words.partition(" ")
    digits = first.replace(".", "")
    if digits.isdigit():
        try:
            known = str(nace.validate(digits))
        except NumberIsWrong:
            return None
        return known if not rest or fold(rest) == fold(nace.get_label(known)) else None
    wanted = fold(words)
    return next((code for code, title in _folded().items() if title == wanted), None)


def search(typed: str) -> list[tuple[str, str]]:
    """Give digits and title of activities whose digits or title have what was typed; divisions first."""
    wanted = fold(typed)
    if not wanted:
        return divisions()
    digits = wanted.split(" ", 1)[0].replace(".", "")
    if digits.isdigit():
        found = [code for code in titles() if code.startswith(digits)]
    else:
        words = wanted.split()
        found = [code for code, title in _folded().items() if all(word in title for word in words)]
    found.sort(key=lambda code: (len(code), code))
    return [(code, titles()[code]) for code in found[:MOST_FOUND]]
