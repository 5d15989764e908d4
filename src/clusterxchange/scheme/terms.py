"""When a term ends, when its reminders go, and when its consequence comes.

The day of the event is not counted. A term ends at 24:00 of its last day in the zone of the side that acts, which is
kept as the first instant that is too late. All answers are in UTC.
"""

from datetime import UTC, date, datetime, time

from clusterxchange.scheme.calendars import ONE_DAY, add_months, add_working_days
from clusterxchange.scheme.document import Counted, Direction, Reminder, Scheme, Term, Unit


class NaiveMoment(ValueError):
    """Say that a moment came without its time zone."""


def acting_country(scheme: Scheme, country: str | None) -> str:
    """Give the country whose calendar and zone count; the edition's own where a side has none."""
    return country or scheme.terms.default_country


def day_of_event(scheme: Scheme, start: date, country: str | None) -> date:
    """Give the day on which an event falls for the side that acts; a plain date is that day.

    :raises NaiveMoment: when a moment has no time zone.
    """
    if not isinstance(start, datetime):
        return start
    if start.tzinfo is None:
        raise NaiveMoment
    return start.astimezone(scheme.country(acting_country(scheme, country)).zone).date()


def last_day(scheme: Scheme, term: str, start: date, country: str | None = None) -> date:
    """Give the last day of a term, which is inside it."""
    row = scheme.term(term)
    length = row.length if row.direction is Direction.AFTER else -row.length
    return _counted(scheme, row.unit, day_of_event(scheme, start, country), length, acting_country(scheme, country))


def due_at(scheme: Scheme, term: str, start: date, country: str | None = None) -> datetime:
    """Give the first instant that is too late for a term that starts with an event.

    `start` is a moment with its zone, or a date. `country` is that of the side that acts.
    """
    return _instant(scheme, last_day(scheme, term, start, country) + ONE_DAY, time.min, country)


def reminders_at(scheme: Scheme, term: str, start: date, country: str | None = None) -> tuple[datetime, ...]:
    """Give the moments of all reminders of a term, earliest first."""
    row = scheme.term(term)
    return tuple(sorted(reminder_at(scheme, row, reminder, start, country) for reminder in row.reminders))


def reminder_at(scheme: Scheme, term: Term, reminder: Reminder, start: date, country: str | None = None) -> datetime:
    """Give the moment of one reminder: the edition's hour on its day."""
    event = day_of_event(scheme, start, country)
    ends = last_day(scheme, term.name, start, country)
    base, number = {
        Counted.AFTER_EVENT: (event, reminder.length),
        Counted.BEFORE_EVENT: (event, -reminder.length),
        Counted.BEFORE_END: (ends, -reminder.length),
    }[reminder.counted]
    day = _counted(scheme, term.unit, base, number, acting_country(scheme, country))
    return _instant(scheme, day, time(scheme.terms.reminder_hour), country)


def then_at(scheme: Scheme, term: str, start: date, country: str | None = None) -> datetime:
    """Give the moment at which the consequence of a term comes.

    That is its end, but for a term that says that it comes later: then the reminders' hour on that day.
    """
    row = scheme.term(term)
    if row.then_after is None:
        return due_at(scheme, term, start, country)
    return reminder_at(scheme, row, Reminder(row.then_after, Counted.AFTER_EVENT), start, country)


def told_when_over(scheme: Scheme, term: str) -> tuple[str, ...]:
    """Give who is told that a term is over: `support_office`, `contact_points`, `other_partnership`."""
    return scheme.term(term).tells


def _counted(scheme: Scheme, unit: Unit, day: date, number: int, country: str) -> date:
    if unit is Unit.WORKING_DAYS:
        return add_working_days(scheme, country, day, number)
    if unit is Unit.MONTHS:
        return add_months(day, number)
    return day + ONE_DAY * number


def _instant(scheme: Scheme, day: date, at: time, country: str | None) -> datetime:
    zone = scheme.country(acting_country(scheme, country)).zone
    return datetime.combine(day, at, zone).astimezone(UTC)
