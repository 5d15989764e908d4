"""What an exchange was on a day: it stands still from its interruption until it is resumed."""

from datetime import timedelta

import pytest

from clusterxchange.access.capacities import VP
from clusterxchange.foundation import clock
from clusterxchange.phases.exchange_building import operations
from tests.bring import bring_exchange_to
from tests.cast import Cast, signed_in
from tests.independent.figures_in_sql import STATE_WORDS, rows_of

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)


def test_an_exchange_stands_still_from_its_interruption_until_it_is_resumed(cast: Cast) -> None:
    story = bring_exchange_to(cast, "running", at_once=False)
    interrupted = story.at + timedelta(hours=1)
    resumed = interrupted + ONE_DAY
    actor = story.visitor_contact
    operations.interrupt_exchange(story.exchange, reason="A strike.", actor=actor, at=interrupted, capacity=VP)
    operations.resume_exchange(story.exchange, reason="It is over.", actor=actor, at=resumed, capacity=VP)
    clock.set_clock(resumed + ONE_DAY)
    edda = signed_in(cast.edda)

    def standing(**query: str) -> dict[str, float]:
        rows = rows_of(edda.get("/figures/", query), "states")
        return {state: rows.get(STATE_WORDS[state], [0])[0] for state in ("RUNNING", "INTERRUPTED")}

    assert standing(as_of=interrupted.date().isoformat()) == {"RUNNING": 0, "INTERRUPTED": 1}
    assert standing(as_of=resumed.date().isoformat()) == {"RUNNING": 1, "INTERRUPTED": 0}
    assert standing() == {"RUNNING": 1, "INTERRUPTED": 0}
