"""When reminders and escalations are due, worked out by hand from scheme.md section 10, apart from the code.

The day of the event is not counted. Working days are Monday to Friday without the nationwide public holidays of the
acting side's country, as the edition lists them. A term ends at midnight after its last day.
"""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

SATURDAY = 5
WORKING, CALENDAR, MONTHS = "working", "calendar", "months"
LISTED: dict[str, dict[str, dict[str, str]]] = json.loads(
    (files("clusterxchange") / "scheme/data/public_holidays.json").read_text(encoding="utf-8")
)
ZONES = {
    "BE": "Europe/Brussels", "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "DK": "Europe/Copenhagen",
    "PL": "Europe/Warsaw", "IT": "Europe/Rome", "GR": "Europe/Athens", "FI": "Europe/Helsinki",
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One line of the table, a length below zero before the event; reminders count from the event or from the end."""

    length: int
    unit: str
    from_event: tuple[int, ...] = ()
    before_end: tuple[int, ...] = ()
    tells_after: int | None = None
    tells: bool = True


# scheme.md section 10, line by line; what happens by itself, without anybody being told, tells nobody.
TERMS = {
    "assessment": Term(15, WORKING, (7, 14)),
    "on_hold": Term(30, CALENDAR, (14, 27), tells=False),
    "objection": Term(30, CALENDAR, tells=False),
    "agency_approval": Term(10, WORKING, (5,)),
    "objection_decision": Term(10, WORKING, (5,)),
    "participation_review": Term(10, WORKING, (5,)),
    "proposal": Term(14, CALENDAR, (7,), tells=False),
    "idle_commitment": Term(10, WORKING, (10, 20)),
    "validation": Term(5, WORKING, (3,)),
    "signature": Term(7, WORKING, (3, 6)),
    "financial_agreement": Term(7, WORKING, (3,)),
    "unsigned_before_start": Term(-5, WORKING, (-5, -2)),
    "confirm_start": Term(3, WORKING, (1,)),
    "confirm_end": Term(3, WORKING, (1,)),
    "report": Term(15, CALENDAR, (1, 10, 15, 30), tells_after=30),
    "report_validation": Term(10, WORKING, (7,)),
    "payment": Term(10, CALENDAR, before_end=(3,)),
    "receipt": Term(14, CALENDAR, (7,), tells=False),
    "no_sign_in": Term(6, MONTHS, tells=False),
    # "3 months more: inactive".
    "low_active": Term(3, MONTHS, tells=False),
    "dispute": Term(10, WORKING, (5,)),
    "follow_up_survey": Term(6, MONTHS, tells=False),
}
# What the tool does by itself at their end; "ends by itself", "counts as received", "lapses", "expires".
BY_ITSELF = ("on_hold", "proposal", "confirm_end", "receipt", "no_sign_in", "low_active")


def is_working_day(day: date, country: str) -> bool:
    return day.weekday() < SATURDAY and f"{day:%m-%d}" not in LISTED[country][str(day.year)]


def counted(day: date, number: int, country: str, unit: str) -> date:
    """Go a number of days or months on, or back, the day itself not counted."""
    if unit == MONTHS:
        return months_on(day, number)
    step = timedelta(days=1 if number > 0 else -1)
    while number:
        day += step
        if unit == CALENDAR or is_working_day(day, country):
            number -= step.days
    return day


def months_on(day: date, number: int) -> date:
    """Go to the same day of a later month, or to its last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def event_day(since: datetime, country: str) -> date:
    """Give the day of an event where the acting side is."""
    return since.astimezone(ZoneInfo(ZONES[country])).date()


def last_day(name: str, since: datetime, country: str) -> date:
    """Give the last day of a term, which is inside it."""
    return counted(event_day(since, country), TERMS[name].length, country, TERMS[name].unit)


def reminder_days(name: str, since: datetime, country: str) -> list[date]:
    """Give the days on which reminders go."""
    term, event = TERMS[name], event_day(since, country)
    found = [counted(event, number, country, term.unit) for number in term.from_event]
    last = last_day(name, since, country)
    return sorted([*found, *(last - timedelta(days=number) for number in term.before_end)])


def told_on(name: str, since: datetime, country: str) -> date | None:
    """Give the day on which others are told that a term is over; none where the tool goes on by itself."""
    term, event = TERMS[name], event_day(since, country)
    if not term.tells:
        return None
    if term.tells_after is not None:
        return event + timedelta(days=term.tells_after)
    return last_day(name, since, country) + timedelta(days=1)
