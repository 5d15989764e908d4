"""What is due after a stay, from plain values."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterxchange.phases.finalisation import rules
from clusterxchange.scheme.editions import built_in

SCHEME = built_in("demonstration")
FULL, AGREED_SHORT, AGREED_LONG = 78_000, 39_000, 78_000


@pytest.mark.parametrize(
    ("agreed", "days", "force_majeure", "cents", "reasons"),
    [
        # scheme.md section 7: fewer than 5 days in the end -> halved
        (AGREED_LONG, 5, False, 78_000, ()),
        (AGREED_LONG, 4, False, 39_000, ("under_five_working_days",)),
        (AGREED_LONG, 3, False, 39_000, ("under_five_working_days",)),
        # fewer than 3 -> nothing, unless force majeure is granted
        (AGREED_LONG, 2, False, 0, ("under_three_working_days",)),
        (AGREED_LONG, 0, False, 0, ("under_three_working_days",)),
        (AGREED_LONG, 2, True, 39_000, ("under_five_working_days",)),
        # more days than agreed never raise the amount
        (AGREED_SHORT, 7, False, 39_000, ()),
    ],
)
def test_the_amount_follows_the_days_really_spent(
    *, agreed: int, days: int, force_majeure: bool, cents: int, reasons: tuple[str, ...]
) -> None:
    working = rules.amount_due(
        SCHEME, full_cents=FULL, agreed_cents=agreed, days=days, kilometres=600, force_majeure=force_majeure
    )

    assert (working.cents, working.reasons) == (cents, reasons)


@given(
    full=st.integers(0, 200_000),
    agreed=st.integers(0, 200_000),
    days=st.integers(0, 40),
    kilometres=st.integers(0, 5_000),
    force_majeure=st.booleans(),
)
def test_no_stay_is_worth_more_than_what_was_agreed(
    *, full: int, agreed: int, days: int, kilometres: int, force_majeure: bool
) -> None:
    working = rules.amount_due(
        SCHEME, full_cents=full, agreed_cents=agreed, days=days, kilometres=kilometres, force_majeure=force_majeure
    )

    assert 0 <= working.cents <= agreed


@pytest.mark.parametrize(
    ("reported", "confirmed", "days"),
    [(5, None, 5), (5, 4, 4), (4, 5, 4), (None, None, 5), (None, 3, 3), (0, None, 0)],
)
def test_the_days_that_count_are_the_visitors_but_never_more_than_the_host_confirmed(
    reported: int | None, confirmed: int | None, days: int
) -> None:
    assert rules.days_spent(reported=reported, agreed=5, confirmed_by_host=confirmed) == days


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        (["WANTED", "WANTED"], False),
        (["UPLOADED", "WANTED"], True),
        (["QUARANTINED", "WANTED"], True),
        (["ASKED_AGAIN", "WANTED"], False),
        (["WAIVED", "WANTED"], False),
        (["WAIVED", "WAIVED"], True),
    ],
)
def test_one_journey_must_be_shown_unless_all_were_waived(*, states: list[str], shown: bool) -> None:
    assert rules.travel_is_shown(states) is shown


@pytest.mark.parametrize(
    ("reports", "payment", "settled"),
    [
        (["VALIDATED", "VALIDATED"], "CONFIRMED", True),
        (["WAIVED", "VALIDATED"], "WAIVED", True),
        (["VALIDATED", "SUBMITTED"], "CONFIRMED", False),
        (["VALIDATED", "VALIDATED"], "PAID", False),
        ([], "WAIVED", False),
        (["VALIDATED"], "WAIVED", False),
    ],
)
def test_an_exchange_is_settled_by_two_reports_and_one_payment(
    *, reports: list[str], payment: str, settled: bool
) -> None:
    assert rules.exchange_is_settled(reports, payment) is settled


def test_the_term_of_payment_counts_from_the_later_of_end_and_completion() -> None:
    end, complete = datetime(2026, 4, 16, tzinfo=UTC), datetime(2026, 4, 28, tzinfo=UTC)

    assert rules.due_since(end, complete) == complete
    assert rules.due_since(complete, end) == complete


def test_the_bank_carries_out_on_the_next_working_day() -> None:
    # Thursday 30 April 2026; 1 May is a holiday in Spain, then comes a weekend.
    assert rules.execution_day(SCHEME, "ES", date(2026, 4, 30)) == date(2026, 5, 4)


def test_a_saturday_that_was_admitted_can_be_a_day_of_the_stay() -> None:
    friday, sunday = date(2026, 4, 17), date(2026, 4, 19)

    assert rules.longest_count(SCHEME, "PT", friday, sunday, []) == 1
    assert rules.longest_count(SCHEME, "PT", friday, sunday, [date(2026, 4, 18)]) == 2


def test_each_line_of_the_objectives_is_one_objective() -> None:
    assert rules.objectives_of("- See the line\n\n  * Plan trials \n") == ["See the line", "Plan trials"]
