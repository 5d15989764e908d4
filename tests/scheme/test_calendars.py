"""Working days, public holidays, months and stays: scheme.md, sections 1, 6 and 10."""

from datetime import date

import pytest

from clusterxchange.scheme.calendars import (
    CalendarUnknown,
    add_months,
    add_working_days,
    closed_days,
    is_working_day,
    overlapping_working_days,
    working_days,
)
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.stays import counted_days, stay_refusal
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")


def days(*written: str) -> list[date]:
    return [date.fromisoformat(day) for day in written]


# contract.md, "Command line": Good Friday 2027 is closed in Spain; Easter Monday is no nationwide holiday there.
def test_good_friday_is_closed_in_spain() -> None:
    assert working_days(DEMONSTRATION, "ES", date(2027, 3, 25), date(2027, 3, 29)) == days("2027-03-25", "2027-03-29")
    assert closed_days(DEMONSTRATION, "ES", date(2027, 3, 25), date(2027, 3, 29)) == {date(2027, 3, 26): "Good Friday"}


# A fixed nationwide holiday of each kind, from the calendars of the countries.
@pytest.mark.parametrize(
    ("country", "closed"),
    [
        ("BE", "2026-07-21"),
        ("PL", "2026-11-11"),
        ("PT", "2026-06-10"),
        ("FR", "2026-07-14"),
        ("DE", "2028-10-03"),
        ("IT", "2026-06-02"),
        ("GR", "2026-03-25"),
        ("SE", "2028-06-06"),
        ("BG", "2026-03-03"),
        ("XK", "2026-02-17"),
        ("TR", "2026-10-29"),
        ("IS", "2026-06-17"),
        ("AM", "2026-09-21"),
        ("MD", "2026-08-27"),
    ],
)
def test_a_national_day_is_closed(country: str, closed: str) -> None:
    assert not is_working_day(DEMONSTRATION, country, date.fromisoformat(closed))


def test_ukraine_observes_no_public_holidays() -> None:
    # The suspension under martial law: New Year's Day 2027, a Friday, is a working day.
    assert is_working_day(DEMONSTRATION, "UA", date(2027, 1, 1))
    assert closed_days(DEMONSTRATION, "UA", date(2026, 1, 1), date(2026, 12, 31)) == {}


def test_a_saturday_and_a_sunday_are_no_working_days() -> None:
    assert working_days(DEMONSTRATION, "SE", date(2026, 3, 6), date(2026, 3, 9)) == days("2026-03-06", "2026-03-09")


def test_a_single_day_includes_both_its_ends() -> None:
    assert working_days(DEMONSTRATION, "ES", date(2026, 3, 3), date(2026, 3, 3)) == days("2026-03-03")
    assert working_days(DEMONSTRATION, "ES", date(2026, 3, 4), date(2026, 3, 3)) == []


def test_a_year_that_the_edition_does_not_hold_is_not_guessed() -> None:
    with pytest.raises(CalendarUnknown, match="No calendar of ES for 2033"):
        working_days(DEMONSTRATION, "ES", date(2032, 12, 31), date(2033, 1, 2))


@pytest.mark.parametrize("country", sorted(DEMONSTRATION.countries))
def test_every_country_has_its_calendar_through_the_edition(country: str) -> None:
    assert set(DEMONSTRATION.holidays[country]) >= set(range(2026, 2032))
    assert country_name(country, "en") != country


# recipes.md, section 8: Belgium, 10 working days after 5 May 2027 = 21 May (Ascension 6 May, Whit Monday 17 May).
def test_working_days_are_counted_from_the_next_day_and_skip_holidays() -> None:
    assert add_working_days(DEMONSTRATION, "BE", date(2027, 5, 5), 10) == date(2027, 5, 21)
    assert add_working_days(DEMONSTRATION, "BE", date(2027, 5, 21), -10) == date(2027, 5, 5)


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 6, "2028-08-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2026-03-15", -1, "2026-02-15"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: str, number: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), number) == date.fromisoformat(expected)


# Section 5: windows overlap by working days of the host country.
def test_windows_overlap_in_the_working_days_that_lie_in_both() -> None:
    mine = [(date(2027, 3, 22), date(2027, 3, 26)), (date(2027, 5, 3), date(2027, 5, 4))]
    theirs = [(date(2027, 3, 25), date(2027, 3, 30)), (date(2027, 5, 4), date(2027, 5, 31))]

    assert overlapping_working_days(DEMONSTRATION, "ES", mine, theirs) == days("2027-03-25", "2027-05-04")


# Section 6: "A working day counts with a morning and an afternoon row of the action plan, Monday to Friday, no
# nationwide public holiday of the host country; a contact point may admit another day with a reason".
def test_a_day_counts_with_a_morning_and_an_afternoon() -> None:
    rows = [
        (date(2027, 3, 24), "morning"),
        (date(2027, 3, 24), "afternoon"),
        (date(2027, 3, 25), "morning"),
        (date(2027, 3, 26), "morning"),
        (date(2027, 3, 26), "afternoon"),
        (date(2027, 3, 27), "morning"),
        (date(2027, 3, 27), "afternoon"),
    ]

    assert counted_days(DEMONSTRATION, "ES", rows) == days("2027-03-24")
    assert counted_days(DEMONSTRATION, "ES", rows, admitted=days("2027-03-25", "2027-03-27")) == days(
        "2027-03-24", "2027-03-27"
    )


def stay(first: str, last: str, *chosen: str, format: str = "physical", country: str = "ES") -> str | None:  # noqa: A002 -- the word that the scheme has for it
    return stay_refusal(
        DEMONSTRATION,
        country=country,
        first=date.fromisoformat(first),
        last=date.fromisoformat(last),
        days=days(*chosen),
        format=format,
    )


def test_three_working_days_are_enough_and_two_are_not() -> None:
    assert stay("2026-03-16", "2026-03-18", "2026-03-16", "2026-03-17", "2026-03-18") is None
    assert stay("2026-03-16", "2026-03-17", "2026-03-16", "2026-03-17") == "under_three_working_days"


def test_an_end_before_the_start_is_refused() -> None:
    assert stay("2026-03-18", "2026-03-16") == "end_before_start"


# Section 6: "the last day must be before the first day + 1 calendar month".
@pytest.mark.parametrize(
    ("first", "last", "refusal"),
    [
        ("2026-06-15", "2026-07-14", None),
        ("2026-06-15", "2026-07-15", "over_one_month"),
        ("2028-01-31", "2028-02-28", None),
        ("2028-01-31", "2028-02-29", "over_one_month"),
    ],
)
def test_a_stay_ends_before_a_month_is_over(first: str, last: str, refusal: str | None) -> None:
    chosen = [
        day.isoformat()
        for day in working_days(DEMONSTRATION, "BE", date.fromisoformat(first), date.fromisoformat(last))
    ]

    assert stay(first, last, *chosen, country="BE") == refusal


# Section 6: "weekends and holidays of the host country don't break it, an empty working day does (virtual: need not
# be consecutive)".
def test_a_weekend_and_a_holiday_do_not_break_a_stay() -> None:
    assert stay("2027-03-25", "2027-03-30", "2027-03-25", "2027-03-29", "2027-03-30") is None


def test_an_empty_working_day_breaks_a_stay() -> None:
    chosen = ("2026-03-16", "2026-03-17", "2026-03-19")

    assert stay("2026-03-16", "2026-03-19", *chosen) == "days_not_consecutive"
    assert stay("2026-03-16", "2026-03-19", *chosen, format="virtual") is None


@pytest.mark.parametrize(("first", "last"), [("2026-03-16", "2026-03-19"), ("2026-03-17", "2026-03-20")])
def test_an_empty_first_or_last_day_breaks_a_stay(first: str, last: str) -> None:
    assert stay(first, last, "2026-03-17", "2026-03-18", "2026-03-19") == "days_not_consecutive"


def test_a_stay_may_begin_and_end_on_a_weekend() -> None:
    # Sunday 15 to Saturday 21 March 2026.
    assert stay("2026-03-15", "2026-03-21", *(f"2026-03-{day}" for day in range(16, 21))) is None


def test_days_outside_the_stay_and_days_named_twice_are_not_counted() -> None:
    assert stay("2026-03-17", "2026-03-18", "2026-03-16", "2026-03-17", "2026-03-18") == "under_three_working_days"
    assert stay("2026-03-17", "2026-03-18", "2026-03-17", "2026-03-17", "2026-03-18") == "under_three_working_days"


@pytest.mark.parametrize(
    ("path", "value", "refusal"),
    [
        ("durations.minimum_working_days", 4, "under_three_working_days"),
        ("durations.consecutive.physical", True, None),
        ("durations.working_weekdays", [1, 2, 3, 4, 5, 6], "days_not_consecutive"),
        ("holidays.ES.2027", {}, "days_not_consecutive"),
    ],
)
def test_a_changed_rule_changes_what_a_stay_may_be(path: str, value: object, refusal: str | None) -> None:
    refused = stay_refusal(
        changed(path, value),
        country="ES",
        first=date(2027, 3, 25),
        last=date(2027, 3, 30),
        days=days("2027-03-25", "2027-03-29", "2027-03-30"),
        format="physical",
    )

    assert refused == refusal


def test_a_longer_stay_is_allowed_where_a_version_says_so() -> None:
    first, last = date(2026, 6, 15), date(2026, 7, 15)

    for months, refusal in ((1, "over_one_month"), (2, None)):
        scheme = changed("durations.maximum_months", months)
        chosen = working_days(scheme, "BE", first, last)
        assert stay_refusal(scheme, country="BE", first=first, last=last, days=chosen, format="physical") == refusal
