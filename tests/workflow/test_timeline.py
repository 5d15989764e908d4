"""What happened in a case, as its people read it."""

from datetime import timedelta

import pytest

from clusterxchange.access.capacities import Capacity
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.workflow.cases import timeline_of
from clusterxchange.workflow.registry import machine_named
from tests.bring import bring_exchange_to
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


def test_a_timeline_that_leaves_earlier_things_out_says_so_and_leads_to_the_whole(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    for day in range(1, 30):
        for number, party in enumerate((cast.ana, cast.bram)):
            exchange_building.edit_commitment(
                story.commitment,
                values={"objectives_visitor": f"What the loom taught on day {day}, {number}"},
                actor=party.actor,
                at=story.at + timedelta(days=day, hours=number),
                capacity=(Capacity.V, Capacity.H)[number],
            )
    ana, address = signed_in(cast.ana), f"/exchanges/{story.exchange.reference}/"

    page = ana.get(address).content.decode()
    whole = ana.get(f"{address}?timeline=all").content.decode()

    assert page.count('<li class="done"><time') + page.count("<li><time") == 50
    assert "What happened earlier is left out here." in page
    assert f'href="{address}?timeline=all#timeline-title"' in page
    assert whole.count("changed the Commitment to Quality of") >= 2 * 29
    assert "What happened earlier is left out here." not in whole


def test_a_short_timeline_says_nothing_of_earlier_things(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")

    assert "left out here" not in signed_in(cast.ana).get(f"/exchanges/{story.exchange.reference}/").content.decode()


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
    rows = timeline_of(machine_named("exchange"), story.exchange, cast.ana.actor).rows
    saved = [row for row in rows if row["sentence"] == rows[0]["sentence"]]
    assert [row["at"] for row in saved] == [story.at + timedelta(days=4)]
