"""The amount of an agreement, computed when the text is validated (scheme.md section 6, vectors)."""

from datetime import date

import pytest

from clusterxchange.access.capacities import HP
from clusterxchange.journeys.demonstration.story import Stay
from clusterxchange.phases.exchange_building import operations
from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db
THREE_DAYS, FIVE_DAYS = Stay(date(2026, 4, 14), date(2026, 4, 16)), Stay(date(2026, 4, 13), date(2026, 4, 17))


@pytest.mark.parametrize(
    ("stay", "kilometres", "own_table", "cents", "reasons"),
    [
        (THREE_DAYS, 600, {}, 39_000, ["under_five_working_days"]),
        (FIVE_DAYS, 600, {}, 78_000, []),
        (FIVE_DAYS, 55, {}, 39_000, ["under_200_km"]),
        (THREE_DAYS, 55, {}, 39_000, ["under_five_working_days", "under_200_km"]),
        (THREE_DAYS, 600, {"PT": 50_000}, 25_000, ["under_five_working_days"]),
        (FIVE_DAYS, 600, {"PT": 100_000}, 78_000, []),
    ],
)
def test_the_amount_follows_days_distance_and_the_partnerships_own_table(
    cast: Cast, stay: Stay, kilometres: int, own_table: dict[str, int], cents: int, reasons: list[str]
) -> None:
    cast.loom.amounts = own_table
    cast.loom.save()
    story = bring_exchange_to(cast, "drafted", stay=stay)
    operations.edit_commitment(
        story.commitment,
        values={"distance_km": kilometres, "distance_reason": "Measured between the two mills"},
        actor=story.host_contact,
        at=story.at,
        capacity=HP,
    )

    story.tell("validated")

    agreement = story.agreement
    assert (agreement.amount_cents, agreement.halving_reasons) == (cents, reasons)
    assert agreement.is_halved == bool(reasons)
    assert agreement.commitment == story.commitment
    assert agreement.reserved_cents == cents
