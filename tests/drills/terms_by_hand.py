"""When reminders and escalations are due, worked out by hand from scheme.md section 10, apart from the code.

The day of the event is not counted. Working days are Monday to Friday without the nationwide public holidays of the
acting side's country, as the edition lists them. A term ends at midnight after its last day.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

SATURDAY = 5
WORKING, CALENDAR = "working", "calendar"
LISTED: dict[str, dict[str, dict[str, str]]] = json.loads(
    (files("clusterxchange") / "scheme/data/public_holidays.json").read_text(encoding="utf-8")
)
ZONES = {
    "BE": "Europe/Brussels", "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "DK": "Europe/Copenhagen",
    "PL": "Europe/Warsaw", "IT": "Europe/Rome", "GR": "Europe/Athens", "FI": "Europe/Helsinki",
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One line of the table; reminders are counted from the event or back from the last day."""

    length: int
    unit: str
    after_event: tuple[int, ...] = ()
    before_end: tuple[int, ...] = ()
    tells_after: int | None = None
    tells: bool = True


# scheme.md section 10, line by line; what happens by itself, without anybody being told, tells nobody.
TERMS = {
    "assessment": Term(15, WORKING, (7, 14)),
    "proposal": Term(14, CALENDAR, (7,), tells=False),
    "validation": Term(5, WORKING, (3,)),
    "signature": Term(7, WORKING, (3, 6)),
    "financial_agreement": Term(7, WORKING, (3,)),
    "confirm_start": Term(3, WORKING, (1,)),
    "confirm_end": Term(3, WORKING, (1,)),
    "report": Term(15, CALENDAR, (1, 10, 15, 30), tells_after=30),
    "report_validation": Term(10, WORKING, (7,)),
    "payment": Term(10, CALENDAR, before_end=(3,)),
    "receipt": Term(14, CALENDAR, (7,), tells=False),
}


def is_working_day(day: date, country: str) -> bool:
    return day.weekday() < SATURDAY and f"{day:%m-%d}" not in LISTED[country][str(day.year)]


def counted(day: date, number: int, country: str, unit: str) -> date:
    """Go a number of days on, the day itself not counted."""
    while number:
        day += timedelta(days=1)
        if unit == CALENDAR or is_working_day(day, country):
            number -= 1
    return day


def event_day(since: datetime, country: str) -> date:
    """Give the day of an event where the acting side is."""
    return since.astimezone(ZoneInfo(ZONES[country])).date()


def reminder_days(name: str, since: datetime, country: str) -> list[date]:
    """Give the days on which reminders go."""
    term, event = TERMS[name], event_day(since, country)
    found = [counted(event, number, country, term.unit) for number in term.after_event]
    last = counted(event, term.length, country, term.unit)
    return sorted([*found, *(last - timedelta(days=number) for number in term.before_end)])


def told_on(name: str, since: datetime, country: str) -> date | None:
    """Give the day on which others are told that a term is over; none where the tool goes on by itself."""
    term, event = TERMS[name], event_day(since, country)
    if not term.tells:
        return None
    if term.tells_after is not None:
        return event + timedelta(days=term.tells_after)
    return counted(event, term.length, country, term.unit) + timedelta(days=1)
