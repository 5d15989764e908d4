"""How long a stay is, and why one is refused."""

from collections.abc import Iterable
from datetime import date

from clusterxchange.scheme.calendars import is_consecutive, is_within_the_longest_stay, is_working_day
from clusterxchange.scheme.document import Format, Scheme


def counted_days(
    scheme: Scheme, country: str, rows: Iterable[tuple[date, str]], admitted: Iterable[date] = ()
) -> list[date]:
    """Give the days of an action plan that count as full working days at the host.

    A row is a day and one of its halves. A day counts with a row for each half, if it is a working day of the host
    country or a contact point has admitted it.
    """
    halves: dict[date, set[str]] = {}
    for day, half in rows:
        halves.setdefault(day, set()).add(half)
    wanted = set(scheme.durations.halves_of_a_day)
    exceptions = set(admitted)
    return sorted(
        day
        for day, given in halves.items()
        if wanted <= given and (day in exceptions or is_working_day(scheme, country, day))
    )


def stay_refusal(
    scheme: Scheme,
    *,
    country: str,
    first: date,
    last: date,
    days: Iterable[date],
    format: Format | str,  # noqa: A002 -- the word that the scheme has for it
) -> str | None:
    """Give the code of the first rule on length that a stay breaks, None where it keeps all.

    `days` are those that count, see `counted_days`; days outside the stay are not counted.
    """
    if last < first:
        return "end_before_start"
    if not is_within_the_longest_stay(scheme, first, last):
        return "over_one_month"
    counted = {day for day in days if first <= day <= last}
    if len(counted) < scheme.durations.minimum_working_days:
        return "under_three_working_days"
    if scheme.durations.consecutive[format] and not is_consecutive(scheme, country, first, last, counted):
        return "days_not_consecutive"
    return None
