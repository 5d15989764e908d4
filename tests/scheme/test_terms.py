"""The terms of scheme.md, section 10."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clusterxchange.scheme.document import TERM_NAMES, UnknownCountry, UnknownTerm
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.terms import NaiveMoment, due_at, last_day, reminders_at, then_at, told_when_over
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")

# Monday 2 March 2026, 09:00 in Brussels: the demonstration's first moment.
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def local(written: str, zone: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


# Counted by hand on the calendar of 2026 for Poland. Working days after Monday 2 March: 3, 4, 5, 6 | 9 to 13 |
# 16 to 20 | 23 to 27 | 30, 31 March. Poland has no nationwide holiday in that time.
LAST_DAYS = [
    ("assessment", "2026-03-23"),  # 15 wd
    ("on_hold", "2026-04-01"),  # 30 cd
    ("objection", "2026-04-01"),  # 30 cd
    ("agency_approval", "2026-03-16"),  # 10 wd
    ("objection_decision", "2026-03-16"),  # 10 wd
    ("participation_review", "2026-03-16"),  # 10 wd
    ("proposal", "2026-03-16"),  # 14 cd
    ("idle_commitment", "2026-03-16"),  # 10 wd
    ("validation", "2026-03-09"),  # 5 wd
    ("signature", "2026-03-11"),  # 7 wd
    ("financial_agreement", "2026-03-11"),  # 7 wd
    ("unsigned_before_start", "2026-02-23"),  # 5 wd before: 27, 26, 25, 24, 23 February
    ("confirm_start", "2026-03-05"),  # 3 wd
    ("confirm_end", "2026-03-05"),  # 3 wd
    ("report", "2026-03-17"),  # 15 cd
    ("report_validation", "2026-03-16"),  # 10 wd
    ("payment", "2026-03-12"),  # 10 cd
    ("receipt", "2026-03-16"),  # 14 cd
    ("no_sign_in", "2026-09-02"),  # 6 months
    ("low_active", "2026-06-02"),  # "3 months more"
    ("dispute", "2026-03-16"),  # 10 wd
    ("follow_up_survey", "2026-09-02"),  # 6 months
]


def test_every_term_of_the_scheme_is_counted_below() -> None:
    assert [term for term, _ in LAST_DAYS] == list(TERM_NAMES)


@pytest.mark.parametrize(("term", "expected"), LAST_DAYS)
def test_each_term_has_its_length(term: str, expected: str) -> None:
    assert last_day(DEMONSTRATION, term, MONDAY, "PL") == date.fromisoformat(expected)


def test_a_term_ends_at_the_end_of_its_last_day_in_the_zone_of_the_side_that_acts() -> None:
    # 24:00 of 23 March 2026 in Warsaw (UTC+1), in Helsinki (UTC+2) and in Reykjavik (UTC).
    assert due_at(DEMONSTRATION, "assessment", MONDAY, "PL") == datetime(2026, 3, 23, 23, 0, tzinfo=UTC)
    assert due_at(DEMONSTRATION, "assessment", MONDAY, "FI") == datetime(2026, 3, 23, 22, 0, tzinfo=UTC)
    assert due_at(DEMONSTRATION, "assessment", MONDAY, "IS") == datetime(2026, 3, 24, 0, 0, tzinfo=UTC)


def test_the_holidays_of_the_side_that_acts_are_skipped() -> None:
    # 3 March is Liberation Day in Bulgaria: one working day later than elsewhere.
    assert last_day(DEMONSTRATION, "validation", MONDAY, "BG") == date(2026, 3, 10)


def test_without_a_country_belgium_counts() -> None:
    # Tuesday 5 May 2027 is before Ascension, 6 May, and Whit Monday, 17 May: 10 working days end on 21 May.
    start = local("2027-05-05T10:00", "Europe/Brussels")

    assert due_at(DEMONSTRATION, "agency_approval", start) == datetime(2027, 5, 21, 22, 0, tzinfo=UTC)


def test_the_day_of_the_event_is_not_counted_even_in_its_last_second() -> None:
    # Monday 23:59:59 in Lisbon and midnight one second later are different days of the event.
    late = local("2026-03-02T23:59:59", "Europe/Lisbon")
    next_day = local("2026-03-03T00:00:00", "Europe/Lisbon")

    assert last_day(DEMONSTRATION, "validation", late, "PT") == date(2026, 3, 9)
    assert last_day(DEMONSTRATION, "validation", next_day, "PT") == date(2026, 3, 10)


def test_the_day_of_the_event_is_that_of_the_side_that_acts() -> None:
    # 22:30 UTC on Monday is Tuesday 00:30 in Athens, still Monday in Lisbon.
    event = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)

    assert last_day(DEMONSTRATION, "proposal", event, "GR") == date(2026, 3, 17)
    assert last_day(DEMONSTRATION, "proposal", event, "PT") == date(2026, 3, 16)


def test_the_last_second_of_a_term_is_inside_it_and_the_next_is_too_late() -> None:
    due = due_at(DEMONSTRATION, "validation", MONDAY, "PL")

    assert local("2026-03-09T23:59:59", "Europe/Warsaw") < due
    assert local("2026-03-10T00:00:00", "Europe/Warsaw") == due


# Summer time begins on Sunday 29 March 2026 and ends on Sunday 25 October 2026.
def test_a_term_across_the_change_to_summer_time_ends_at_midnight_of_the_wall_clock() -> None:
    start = local("2026-03-20T12:00", "Europe/Madrid")

    assert due_at(DEMONSTRATION, "proposal", start, "ES") == datetime(2026, 4, 3, 22, 0, tzinfo=UTC)


def test_a_term_across_the_end_of_summer_time_ends_at_midnight_of_the_wall_clock() -> None:
    start = local("2026-10-16T12:00", "Europe/Madrid")

    assert due_at(DEMONSTRATION, "proposal", start, "ES") == datetime(2026, 10, 30, 23, 0, tzinfo=UTC)


def test_a_term_that_ends_on_the_day_of_the_change_ends_after_it() -> None:
    # 15 March + 14 days = 29 March, whose midnight is two hours ahead of UTC.
    start = local("2026-03-15T12:00", "Europe/Madrid")

    assert due_at(DEMONSTRATION, "proposal", start, "ES") == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)


def test_a_leap_day_is_a_day_like_any_other() -> None:
    # 15 February 2028 + 14 days = 29 February, a Tuesday; six months after it are 29 August.
    assert last_day(DEMONSTRATION, "proposal", date(2028, 2, 15), "ES") == date(2028, 2, 29)
    assert last_day(DEMONSTRATION, "no_sign_in", date(2028, 2, 29), "ES") == date(2028, 8, 29)
    assert last_day(DEMONSTRATION, "validation", date(2028, 2, 28), "ES") == date(2028, 3, 6)


def test_a_term_in_months_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert last_day(DEMONSTRATION, "no_sign_in", date(2026, 8, 31), "ES") == date(2027, 2, 28)


def test_a_term_in_calendar_days_may_end_on_a_sunday() -> None:
    # Saturday 28 February 2026 + 15 days = Sunday 15 March.
    assert last_day(DEMONSTRATION, "report", date(2026, 2, 28), "ES") == date(2026, 3, 15)


def test_a_moment_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(NaiveMoment):
        due_at(DEMONSTRATION, "report", datetime(2026, 3, 2, 9, 0), "ES")  # noqa: DTZ001 -- that is the claim


def test_an_unknown_term_and_an_unknown_country_are_not_guessed() -> None:
    with pytest.raises(UnknownTerm):
        due_at(DEMONSTRATION, "tea_break", MONDAY, "ES")
    with pytest.raises(UnknownCountry):
        due_at(DEMONSTRATION, "report", MONDAY, "ZZ")


# The column "reminders", counted on the same calendar as above; the hour is our own.
REMINDERS = [
    ("assessment", ["2026-03-11", "2026-03-20"]),  # 7, 14 wd
    ("on_hold", ["2026-03-16", "2026-03-29"]),  # 14, 27 cd
    ("objection", []),
    ("agency_approval", ["2026-03-09"]),  # 5 wd
    ("objection_decision", ["2026-03-09"]),  # 5 wd
    ("participation_review", ["2026-03-09"]),  # 5 wd
    ("proposal", ["2026-03-09"]),  # 7 cd
    ("idle_commitment", ["2026-03-16", "2026-03-30"]),  # 10, 20 wd
    ("validation", ["2026-03-05"]),  # 3 wd
    ("signature", ["2026-03-05", "2026-03-10"]),  # 3, 6 wd
    ("financial_agreement", ["2026-03-05"]),  # 3 wd
    ("unsigned_before_start", ["2026-02-23", "2026-02-26"]),  # 5, 2 wd before
    ("confirm_start", ["2026-03-03"]),  # 1 wd
    ("confirm_end", ["2026-03-03"]),  # 1 wd
    ("report", ["2026-03-03", "2026-03-12", "2026-03-17", "2026-04-01"]),  # 1, 10, 15, 30 cd
    ("report_validation", ["2026-03-11"]),  # 7 wd
    ("payment", ["2026-03-09"]),  # 3 cd before the end
    ("receipt", ["2026-03-09"]),  # 7 cd
    ("no_sign_in", []),
    ("low_active", []),
    ("dispute", ["2026-03-09"]),  # 5 wd
    ("follow_up_survey", ["2026-09-02"]),  # once
]


@pytest.mark.parametrize(("term", "expected"), REMINDERS)
def test_each_term_has_its_reminders(term: str, expected: list[str]) -> None:
    moments = reminders_at(DEMONSTRATION, term, MONDAY, "PL")

    assert [moment.astimezone(ZoneInfo("Europe/Warsaw")) for moment in moments] == [
        local(f"{day}T08:00", "Europe/Warsaw") for day in expected
    ]


def test_every_term_of_the_scheme_has_its_line_of_reminders() -> None:
    assert [term for term, _ in REMINDERS] == list(TERM_NAMES)


# The column "then".
def test_a_consequence_comes_when_the_term_is_over() -> None:
    assert then_at(DEMONSTRATION, "proposal", MONDAY, "PL") == datetime(2026, 3, 16, 23, 0, tzinfo=UTC)


def test_the_support_office_is_told_of_a_missing_report_on_day_30() -> None:
    assert then_at(DEMONSTRATION, "report", MONDAY, "PL") == local("2026-04-01T08:00", "Europe/Warsaw")
    assert told_when_over(DEMONSTRATION, "report") == ("support_office",)


TOLD = [
    ("assessment", ("support_office",)),
    ("on_hold", ()),
    ("validation", ("other_partnership", "support_office")),
    ("signature", ("contact_points",)),
    ("idle_commitment", ("contact_points",)),
    ("confirm_end", ("contact_points",)),
    ("payment", ("support_office",)),
    ("dispute", ("support_office",)),
    ("receipt", ()),
]


@pytest.mark.parametrize(("term", "told"), TOLD)
def test_those_who_must_know_are_told(term: str, told: tuple[str, ...]) -> None:
    assert told_when_over(DEMONSTRATION, term) == told


# "a test changes each figure of scheme.md sections 6 and 10 in a version and sees the behaviour change".
@pytest.mark.parametrize("term", TERM_NAMES)
def test_a_changed_length_moves_the_end_of_each_term(term: str) -> None:
    length = DEMONSTRATION.term(term).length
    longer = changed(f"terms.by_name.{term}.length", length + 1)

    before, after = due_at(DEMONSTRATION, term, MONDAY, "PL"), due_at(longer, term, MONDAY, "PL")

    assert after < before if term == "unsigned_before_start" else after > before


@pytest.mark.parametrize(
    ("term", "number"),
    [(term, number) for term, days in REMINDERS for number in range(len(days)) if term != "follow_up_survey"],
)
def test_a_changed_reminder_goes_on_another_day(term: str, number: int) -> None:
    length = DEMONSTRATION.term(term).reminders[number].length
    later = changed(f"terms.by_name.{term}.reminders.{number}.length", length + 40)

    assert reminders_at(later, term, MONDAY, "PL") != reminders_at(DEMONSTRATION, term, MONDAY, "PL")


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("calendar_days", "2026-03-17"), ("working_days", "2026-03-23"), ("months", "2027-06-02")],
)
def test_a_changed_unit_counts_other_days(unit: str, expected: str) -> None:
    scheme = changed("terms.by_name.assessment.unit", unit)

    assert last_day(scheme, "assessment", MONDAY, "PL") == date.fromisoformat(expected)


def test_a_changed_day_moves_when_the_support_office_is_told_of_a_missing_report() -> None:
    scheme = changed("terms.by_name.report.then_after", 20)

    assert then_at(scheme, "report", MONDAY, "PL") == local("2026-03-22T08:00", "Europe/Warsaw")


def test_a_changed_list_tells_others() -> None:
    scheme = changed("terms.by_name.assessment.tells", ["contact_points"])

    assert told_when_over(scheme, "assessment") == ("contact_points",)


def test_a_changed_hour_changes_when_reminders_go() -> None:
    scheme = changed("terms.reminder_hour", 10)

    assert reminders_at(scheme, "validation", MONDAY, "PL") == (local("2026-03-05T10:00", "Europe/Warsaw"),)


def test_a_holiday_added_by_the_edition_moves_a_term() -> None:
    scheme = changed("holidays.UA.2026", {"03-03": "A day that the edition adds"})

    assert last_day(DEMONSTRATION, "validation", MONDAY, "UA") == date(2026, 3, 9)
    assert last_day(scheme, "validation", MONDAY, "UA") == date(2026, 3, 10)


def test_a_changed_default_country_changes_the_calendar_of_the_offices() -> None:
    # 21 July is closed in Belgium and open in Poland.
    start = local("2026-07-20T10:00", "Europe/Brussels")

    assert last_day(DEMONSTRATION, "validation", start) == date(2026, 7, 28)
    assert last_day(changed("terms.default_country", "PL"), "validation", start) == date(2026, 7, 27)


@pytest.mark.parametrize("country", [code for code, row in DEMONSTRATION.countries.items() if row.participates])
def test_in_every_country_a_term_ends_at_its_own_midnight(country: str) -> None:
    due = due_at(DEMONSTRATION, "report", date(2026, 3, 20), country)

    zone = DEMONSTRATION.country(country).zone
    assert due.astimezone(zone).isoformat().startswith("2026-04-05T00:00:00")
