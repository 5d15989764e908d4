"""A group exchange of Bram for the tests, with visitors who ask for seats."""

from datetime import date, datetime
from typing import Any

from clusterxchange.phases.matching import operations
from clusterxchange.phases.matching.models import Programme, Proposal
from clusterxchange.phases.registration.models import Participation
from tests.bring import bring_participation
from tests.cast import Cast, Person, Place, make_speaker
from tests.phases.matching.conftest import Match

# Tuesday to Thursday: three working days in Portugal.
DAYS = (date(2026, 4, 14), date(2026, 4, 15), date(2026, 4, 16))
VIGO = Place("ES", "Vigo", "ES11", 42.2314, -8.7124)


def agenda(*days: date) -> list[dict[str, str]]:
    return [
        {
            "day": day.isoformat(),
            "half": half,
            "activity": f"Looms, {half}",
            "place": "Mill",
            "people": "",
            "result": "",
        }
        for day in days
        for half in ("morning", "afternoon")
    ]


def values(**given: Any) -> dict[str, Any]:  # noqa: ANN401 -- columns of every type
    return {
        "title": "Three days at the looms",
        "description": "We set up looms for recycled yarn together.",
        "place": "Rua do Tear Velho 18, Guimarães",
        "first_day": DAYS[0],
        "last_day": DAYS[-1],
        "asked_until": date(2026, 4, 1),
        "places": 2,
        "agenda": agenda(*DAYS),
    } | given


def publish(match: Match, at: datetime, **given: Any) -> Programme:  # noqa: ANN401 -- as above
    return operations.publish_programme(host=match.host, values=values(**given), actor=match.cast.bram.actor, at=at)


def ask(programme: Programme, person: Person, visit: Participation, at: datetime) -> Proposal:
    return operations.ask_for_seat(programme, sender=visit, message="We want to learn it.", actor=person.actor, at=at)


def confirm(cast: Cast, seat: Proposal, at: datetime) -> Proposal:
    return operations.accept_proposal(seat, actor=cast.bram.actor, at=at)


def bring_visitor(cast: Cast, name: str) -> tuple[Person, Participation]:
    """Let one more Spanish organisation be accepted as a visitor."""
    person = make_speaker(name, f"{name.title()} Outeiro", f"{name.title()} Tecidos, S.L.", VIGO, cluster="Fils")
    row = bring_participation(cast, person, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    return person, row
