"""What follows from a Commitment to Quality alone: its parts, its days, its fingerprint."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from typing import Any

from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.phases.exchange_building.models import Commitment
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.stays import counted_days

PARTIES = (V, H, VP, HP)
HALVES = ("morning", "afternoon")
OUTCOME_ROWS = 5

PARTS: Mapping[str, tuple[str, ...]] = {
    "place_and_dates": ("place", "first_day", "last_day", "travel_days"),
    "objectives": ("objectives_visitor", "objectives_host"),
    "purposes_and_activities": ("purposes", "activities", "description"),
    "plan": ("plan",),
    "outcomes": ("outcomes",),
    "responsibilities": ("responsibilities",),
    "language_and_insurance": ("working_language", "confidentiality", "insurance"),
    "declarations": ("declares_no_internship", "declares_different_countries", "declares_first_visit"),
    "distance": ("distance_km", "distance_reason"),
    "admitted_days": ("admitted_days",),
}
PARTS_OF_PARTNERSHIPS = ("distance", "admitted_days")
PARTS_OF_ORGANISATIONS = tuple(part for part in PARTS if part not in PARTS_OF_PARTNERSHIPS)
NEEDED: Mapping[str, tuple[str, ...]] = {
    "place_and_dates": ("first_day", "last_day"),
    "objectives": ("objectives_visitor", "objectives_host"),
    "purposes_and_activities": ("purposes", "activities", "description"),
    "plan": ("plan",),
    "outcomes": ("outcomes",),
    "responsibilities": ("responsibilities",),
    "language_and_insurance": ("working_language", "confidentiality", "insurance"),
}


def parts_of(capacity: Capacity) -> tuple[str, ...]:
    """Give the parts of the text that a side writes."""
    return PARTS_OF_ORGANISATIONS if capacity in (V, H) else PARTS_OF_PARTNERSHIPS


def part_of(field: str) -> str:
    """Give the part to which a column of the text belongs."""
    return next(part for part, fields in PARTS.items() if field in fields)


def missing_parts(commitment: Commitment, *, is_physical: bool) -> list[str]:
    """Give the parts without which nobody can agree, in their order."""
    missing = []
    for part, fields in NEEDED.items():
        wanted = (*fields, "place") if part == "place_and_dates" and is_physical else fields
        values = [getattr(commitment, field) for field in wanted]
        if part == "responsibilities":
            values = [commitment.responsibilities.get(party, "") for party in PARTIES]
        if part == "plan":
            values = [rows_with_activity(commitment.plan)]
        if not all(values):
            missing.append(part)
    return missing


def rows_with_activity(plan: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Give the rows of an action plan in which something happens."""
    return [row for row in plan if row.get("activity", "").strip()]


def days_of_plan(
    scheme: Scheme, country: str, plan: Iterable[Mapping[str, str]], admitted: Iterable[str]
) -> list[date]:
    """Give the days of an action plan that count as working days at the host."""
    rows = [(date.fromisoformat(row["day"]), row["half"]) for row in rows_with_activity(plan)]
    return counted_days(scheme, country, rows, [date.fromisoformat(day) for day in admitted])


def plan_between(first: date, last: date, plan: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Lay out a row for each half-day from the first to the last day; what is already written in a row stays."""
    written = {(row["day"], row["half"]): row for row in plan}
    rows = []
    for number in range((last - first).days + 1):
        day = (first + timedelta(days=number)).isoformat()
        for half in HALVES:
            known = written.get((day, half), {})
            rows.append(
                {
                    "day": day,
                    "half": half,
                    **{name: known.get(name, "") for name in ("activity", "place", "people", "result")},
                }
            )
    return rows


def written_text(commitment: Commitment) -> str:
    """Give what people wrote themselves; responsibilities and clauses come from the scheme."""
    pieces = [commitment.place, commitment.objectives_visitor, commitment.objectives_host, commitment.description]
    for row in commitment.plan:
        pieces += [row.get(name, "") for name in ("activity", "place", "people", "result")]
    for row in commitment.outcomes:
        pieces += [row.get("outcome", ""), row.get("indicator", "")]
    return "\n".join(pieces)


def canonical_form(text: object) -> str:
    """Write a text as JSON in the one way that its fingerprint is taken of."""
    return json.dumps(text, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def fingerprint_of(text: object) -> str:
    """Give the SHA-256 of a text in its canonical form: the same content always gives the same fingerprint."""
    return hashlib.sha256(canonical_form(text).encode()).hexdigest()


def fingerprint_of_part(commitment: Commitment, part: str) -> str:
    """Give the fingerprint of one part as it stands, to see whether it has been changed under somebody's hands."""
    return fingerprint_of([getattr(commitment, field) for field in PARTS[part]])


@dataclass(frozen=True)
class Difference:
    """One part of a text that is another one than before, as pieces: what stayed, what went, what came."""

    part: str
    pieces: tuple[tuple[str, str], ...]


SAME, GONE, NEW = "same", "gone", "new"
PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def differences_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Compare two texts column by column, word by word; what only counts versions is left out."""
    found = []
    for column in dict.fromkeys((*before, *after)):
        old, new = (_words_of_column(one.get(column)) for one in (before, after))
        if column not in NOT_COMPARED and old != new:
            found.append(Difference(column, pieces_between(old, new)))
    return found


def _words_of_column(value: object) -> str:
    # Days are the keys of what is admitted for them: a day that was moved is a change, too.
    return plain_words(sorted(value.items()) if isinstance(value, Mapping) else value)


NOT_COMPARED = frozenset({"reference", "version", "working_days"})


def pieces_between(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Give a text's pieces: what stayed, what went, what came, in their order."""
    before, after = PIECES.findall(old), PIECES.findall(new)
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append((SAME, "".join(before[a:b])))
            continue
        found += [(name, "".join(words)) for name, words in ((GONE, before[a:b]), (NEW, after[c:d])) if words]
    return tuple(found)


def plain_words(value: object) -> str:
    """Write a column of a text as lines that a person can compare."""
    if isinstance(value, Mapping):
        return ", ".join(plain_words(one) for one in value.values() if one not in (None, ""))
    if isinstance(value, list | tuple):
        return "\n".join(plain_words(one) for one in value)
    return "" if value is None else str(value)


def masked(ending: str) -> str:
    """Write an account so that only its owner knows it: four dots and its last characters."""
    return f"•••• {ending}" if ending else ""
