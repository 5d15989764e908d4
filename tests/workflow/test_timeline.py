"""What happened in a case, as its people read it."""

from datetime import timedelta

import pytest

from clusterxchange.access.capacities import Capacity
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.workflow.cases import timeline_of
from clusterxchange.workflow.registry import machine_named
from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_what_is_saved_again_and_again_is_said_once_with_the_day_of_the_last_time(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    for day in range(1, 5):
        exchange_building.edit_commitment(
            story.commitment,
            values={"objectives_visitor": f"What the loom taught on day {day}"},
            actor=cast.ana.actor,
            at=story.at + timedelta(days=day),
            capacity=Capacity.V,
        )
    rows = timeline_of(machine_named("exchange"), story.exchange, cast.ana.actor)
    saved = [row for row in rows if row["sentence"] == rows[0]["sentence"]]
    assert [row["at"] for row in saved] == [story.at + timedelta(days=4)]
