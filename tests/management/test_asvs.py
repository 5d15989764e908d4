"""The table of the security standard names each of its requirements once, and only tests that are there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "asvs.md"
# How many requirements of levels 1 and 2 each section has (ASVS 5.0.0); those of level 3 come last in a section.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
ROW = re.compile(r"^\| (?P<numbers>[\d., ]+) \| (?P<stands>\w+) \| (?P<where>.+?) \|(?P<tests>.*)\|$", re.MULTILINE)


def rows() -> list[re.Match[str]]:
    return list(ROW.finditer(PAGE.read_text("utf-8")))


def test_each_requirement_of_level_2_stands_in_the_table_once() -> None:
    named = Counter(number for row in rows() for number in row["numbers"].split(", "))
    wanted = Counter(f"{section}.{number + 1}" for section, count in SECTIONS.items() for number in range(count))

    assert sum(wanted.values()) == 253
    assert named == wanted


def test_each_is_met_by_something_that_is_there_or_says_why_not() -> None:
    assert {row["stands"] for row in rows()} == {"met", "open", "no", "operator"}
    named = {path for row in rows() for path in re.findall(r"`(tests/[^`]+)`", row["tests"])}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
    without = [row["numbers"] for row in rows() if row["stands"] == "met" and "`tests/" not in row["tests"]]
    # What is not there, and what is written down.
    assert without == ["6.4.2", "11.1.2"]
