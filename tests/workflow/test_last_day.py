"""The last day of a term is the same day for everybody, whatever their zone."""

from datetime import UTC, date, datetime

import pytest

from clusterxchange.workflow.cases import last_day_of


@pytest.mark.parametrize(
    "ends_at",
    [
        datetime(2026, 3, 17, 0, 0, tzinfo=UTC),  # midnight in Lisbon
        datetime(2026, 3, 16, 23, 0, tzinfo=UTC),  # in Brussels
        datetime(2026, 3, 16, 22, 0, tzinfo=UTC),  # in Athens
        datetime(2026, 3, 16, 20, 0, tzinfo=UTC),  # in Yerevan
    ],
)
def test_a_term_that_ends_at_midnight_of_16_march_has_16_march_as_its_last_day(ends_at: datetime) -> None:
    assert last_day_of(ends_at).date() == date(2026, 3, 16)
