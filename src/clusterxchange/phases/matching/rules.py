"""What can be said of proposals without looking anything up (matching)."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from clusterxchange.phases.matching.models import ProposalState
from clusterxchange.scheme.calendars import ONE_DAY, is_within_the_longest_stay, working_days
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.stays import counted_days

OPEN = (ProposalState.SENT, ProposalState.SUGGESTED)
PHYSICAL, VIRTUAL = "physical", "virtual"


def places_left(places: int | None, occupied: int) -> int:
    """Count the visitors that a host can still take; a host that has not said how many takes one at a time."""
    return max(0, (1 if places is None else places) - occupied)


Window = tuple[date, date]


def common_windows(one: Iterable[Window], other: Iterable[Window]) -> list[Window]:
    """Give the spans of days that lie in a window of each side, the first first; both ends are inside."""
    others = list(other)
    spans = [(max(a, c), min(b, d)) for a, b in one for c, d in others]
    return sorted({span for span in spans if span[0] <= span[1]})


ADDRESS = re.compile(r"[\w.+-]+\s*(?:@|\(at\)|\[at\])\s*[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
NUMBER = re.compile(r"(?:\+|\b00|\(0|\b0|\b)(?:[\s()./-]?\d){8,15}\b")
WEBSITE = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
OF_MONTH, MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
DAY = re.compile(rf"\b(?:\d{{4}}[./-]{MONTH}[./-]{OF_MONTH}|{OF_MONTH}[./-]\s?{MONTH}[./-]\s?(?:\d{{4}}|\d{{2}}))\b")


HOUR = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
SPAN_OF_HOURS = re.compile(rf"\b{HOUR}\s*[-–]\s*{HOUR}\b")


def reveals_an_address(text: str) -> bool:
    """Tell whether a text holds what looks like an e-mail address or a telephone number; days and hours are none."""
    return bool(ADDRESS.search(text) or NUMBER.search(SPAN_OF_HOURS.sub("|", DAY.sub("|", text))))


def without_addresses(text: str, instead: str) -> str:
    """Give a text with other words where somebody could be reached past the tool: by mail, telephone or website."""
    rest = WEBSITE.sub(instead, ADDRESS.sub(instead, text))
    return NUMBER.sub(instead, rest) if reveals_an_address(rest) else rest


def holds_an_address(text: str) -> bool:
    """Tell whether there is anything in a text by which somebody could be reached past the tool."""
    return without_addresses(text, "") != text


def suggested_stays(
    scheme: Scheme, host_country: str, windows: Iterable[Window], days: int, *, after: date, most: int
) -> list[Window]:
    """Give for each span of days a stay of so many working days of the host country, as early as it can be."""
    found = []
    for first, last in windows:
        open_days = working_days(scheme, host_country, max(first, after + ONE_DAY), last)
        if len(open_days) >= days:
            stay = (open_days[0], open_days[days - 1])
            if is_within_the_longest_stay(scheme, *stay) and stay not in found:
                found.append(stay)
    return found[:most]


def refusal_of_dates(scheme: Scheme, host_country: str, first: date, last: date, on: date) -> str | None:
    """Give the code of the first rule that some days break: not over, not too short, not too long."""
    if last < first:
        return "end_before_start"
    if first <= on:
        return "start_in_the_past"
    if not is_within_the_longest_stay(scheme, first, last):
        return "over_one_month"
    too_few = len(working_days(scheme, host_country, first, last)) < scheme.durations.minimum_working_days
    return "under_three_working_days" if too_few else None


def refusal_of_programme(
    scheme: Scheme,
    host_country: str,
    on: date,
    *,
    first_day: date,
    last_day: date,
    asked_until: date,
    places: int,
    agenda: Iterable[Mapping[str, str]],
) -> tuple[str, str] | None:
    """Give the code and the answer at fault of the first rule that a group exchange breaks.

    Each working day of the host country needs something in the morning and in the afternoon, so that it counts.
    """
    code = refusal_of_dates(scheme, host_country, first_day, last_day, on)
    if code is not None:
        return code, "last_day" if code in ("end_before_start", "over_one_month") else "first_day"
    if asked_until >= first_day:
        return "asked_until_after_start", "asked_until"
    if places < 1:
        return "programme_without_place", "places"
    rows = [(date.fromisoformat(row["day"]), row["half"]) for row in agenda if row.get("activity", "").strip()]
    counted = counted_days(scheme, host_country, [row for row in rows if first_day <= row[0] <= last_day])
    if len(counted) < scheme.durations.minimum_working_days:
        return "agenda_too_short", "agenda"
    return None
