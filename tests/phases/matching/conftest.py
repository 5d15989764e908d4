"""Who looks for whom: Ana visits, Bram and Boris host, Zoe takes part elsewhere."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from clusterxchange.foundation import clock
from clusterxchange.phases.registration.models import Participation
from tests.bring import bring_participation
from tests.cast import MONDAY, Cast, Person, Place, make_speaker

TUESDAY = MONDAY + timedelta(days=1)
OPORTO = Place("PT", "Porto", "PT11", 41.15, -8.61)


@dataclass(frozen=True)
class Match:
    """The cast and its participations."""

    cast: Cast
    visit: Participation
    host: Participation
    zoes_visit: Participation


@pytest.fixture
def match(cast: Cast) -> Match:
    return make_match(cast)


def make_match(cast: Cast) -> Match:
    return Match(
        cast,
        bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit"),
        bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host"),
        bring_participation(cast, cast.zoe, partnership=cast.loom, officer=cast.chiara.actor, role="visit"),
    )


def bring_host(cast: Cast, name: str, place: Place = OPORTO) -> tuple[Person, Participation]:
    """Let one more organisation be accepted as a host."""
    person = make_speaker(
        name, f"{name.title()} Lousada", f"{name.title()} Têxteis, Lda.", place, cluster="Fios do Norte"
    )
    row = bring_participation(cast, person, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    return person, row


@pytest.fixture
def now(db: None) -> datetime:  # noqa: ARG001 -- asks for the database
    """Let the clock of the pages stand on the second day."""
    clock.set_clock(TUESDAY)
    return datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
