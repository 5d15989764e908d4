"""Which days count: working days, public holidays and months."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from clusterxchange.scheme.document import Scheme

ONE_DAY = timedelta(days=1)
MONTHS_OF_A_YEAR = 12


class CalendarUnknown(LookupError):
    """Say that the edition holds no public holidays of a country for a year, so that nothing can be counted."""

    def __init__(self, country: str, year: int) -> None:
        """Name the country and the year."""
        super().__init__(f"No calendar of {country} for {year}")
        self.country = country
        self.year = year


def holidays_of(scheme: Scheme, country: str, year: int) -> Mapping[date, str]:
    """Give the nationwide public holidays of a year; empty where a country observes none.

    :raises CalendarUnknown: when the edition does not hold the year.
    """
    years = scheme.holidays.get(country, {})
    if year not in years:
        raise CalendarUnknown(country, year)
    return years[year]


def closed_days(scheme: Scheme, country: str, first: date, last: date) -> dict[date, str]:
    """Give the public holidays from the first to the last day, both included, in their order."""
    return {
        day: name
        for year in range(first.year, last.year + 1)
        for day, name in sorted(holidays_of(scheme, country, year).items())
        if first <= day <= last
    }


def is_working_day(scheme: Scheme, country: str, day: date) -> bool:
    """Tell whether a day is a weekday of work and no public holiday of the country."""
    closed = holidays_of(scheme, country, day.year)
    return day.isoweekday() in scheme.durations.working_weekdays and day not in closed


def days_between(first: date, last: date) -> list[date]:
    """Give every day from the first to the last, both included; none where the last is before the first."""
    return [first + ONE_DAY * number for number in range((last - first).days + 1)]


def working_days(scheme: Scheme, country: str, first: date, last: date) -> list[date]:
    """Give the working days of a country from the first to the last day, both included."""
    if last < first:
        return []
    closed, weekdays = closed_days(scheme, country, first, last), scheme.durations.working_weekdays
    return [day for day in days_between(first, last) if day.isoweekday() in weekdays and day not in closed]


def add_working_days(scheme: Scheme, country: str, day: date, number: int) -> date:
    """Give the day that is a number of working days later, or earlier where it is negative; the day is not counted."""
    step = ONE_DAY if number > 0 else -ONE_DAY
    left = abs(number)
    while left:
        day += step
        left -= is_working_day(scheme, country, day)
    return day


def add_months(day: date, number: int) -> date:
    """Give the same day a number of calendar months later, or the last day of that month where it has no such day."""
    months = day.month - 1 + number
    year, month = day.year + months // MONTHS_OF_A_YEAR, months % MONTHS_OF_A_YEAR + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_within_the_longest_stay(scheme: Scheme, first: date, last: date) -> bool:
    """Tell whether the last day is before the first day and the longest stay in months."""
    return last < add_months(first, scheme.durations.maximum_months)


def is_consecutive(scheme: Scheme, country: str, first: date, last: date, days: Collection[date]) -> bool:
    """Tell whether no working day of the host country is left out from the first to the last day, both included.

    Weekends and public holidays do not break a stay.
    """
    return set(working_days(scheme, country, first, last)).issubset(days)


def overlapping_working_days(
    scheme: Scheme, country: str, one: Iterable[tuple[date, date]], other: Iterable[tuple[date, date]]
) -> list[date]:
    """Give the working days of the host country that lie in a window of both; windows include both their ends."""
    windows = list(other)
    shared = {
        day
        for first, last in one
        for begins, ends in windows
        for day in working_days(scheme, country, max(first, begins), min(last, ends))
    }
    return sorted(shared)
