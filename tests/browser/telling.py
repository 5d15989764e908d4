"""Tells exchanges of a running demonstration up to where a browser goes on: by its own stories, in its own database.

    DATA=… MODE=demo python -m tests.browser.telling RUN NAME:STEP:FIRST_DAY:LAST_DAY:FORMAT[:COUNTRY:REGION] …
    DATA=… MODE=demo python -m tests.browser.telling RUN group:NAME:PLACES

Each is of a new visiting organisation, in Spain where nothing else is said, and a host in Portugal; their references
are printed by name. A group exchange has one place left for which two visitors ask.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from clusterxchange.management.installation import prepared_django

ZONE = ZoneInfo("Europe/Brussels")
JOINED = datetime(2026, 1, 6, 9, 0, tzinfo=ZONE)
PROPOSED = datetime(2026, 1, 19, 10, 0, tzinfo=ZONE)
VISITOR_LIKE, HOST_LIKE = "sierrabruma", "ribeiraalta"


def email_of(name: str, run: str) -> str:
    """Give the address with which somebody signs in."""
    return f"{name}-{run}@after.example"


def join(run: str, name: str, like: str, **place: str) -> tuple[Any, Any]:
    """Let an organisation like one of the demonstration's register and be accepted; give it and who speaks for it."""
    # Django has to know its database before any of these is read.
    from clusterxchange.access.actor import SYSTEM  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.cases import apply_for  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.people import profiles  # noqa: PLC0415 -- see above
    from clusterxchange.parties.accounts.models import Account  # noqa: PLC0415 -- see above
    from clusterxchange.parties.memberships import actor_for  # noqa: PLC0415 -- see above
    from clusterxchange.parties.partnerships.models import Partnership  # noqa: PLC0415 -- see above
    from clusterxchange.phases.registration.models import Participation  # noqa: PLC0415 -- see above
    from clusterxchange.workflow import engine  # noqa: PLC0415 -- see above
    from clusterxchange.workflow.notices import nobody_is_told  # noqa: PLC0415 -- see above

    written = {profile["key"]: profile for profile in profiles()}
    profile = {
        **written[like],
        **place,
        "key": f"{name}-{run}",
        "legal_name": f"{name.title()} {run} y Compañía",
        "registration_number": f"{name} {run}",
        "vat_number": None,
        "website": f"https://{name}-{run}.example",
        "places": 20 if like == HOST_LIKE else 0,
        "person": {**written[like]["person"], "email": email_of(name, run)},
    }
    partnership = Partnership.objects.get(acronym=profile["partnership"], edition__code="demonstration")
    with nobody_is_told(), engine.unit_of_work(SYSTEM, JOINED):
        apply_for(profile, partnership, "accepted", JOINED)
    return (
        Participation.objects.select_related("partnership").get(organisation__legal_name=profile["legal_name"]),
        actor_for(Account.objects.get(email=email_of(name, run))),
    )


def tell_group(run: str, name: str, places: int) -> dict[str, str]:
    """Tell a group exchange in which one place is left, and two ask for it.

    The text of the first seat waits for the host's signature, that of the second for the host's yes. Somebody else has
    sent a proposal and is free at other times now, and two have done nothing yet.
    """
    from clusterxchange.access.actor import CONTACT_POINT  # noqa: PLC0415 -- see above
    from clusterxchange.access.capacities import HP, VP, H, V  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.cases import officer_of  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.story import seen  # noqa: PLC0415 -- see above
    from clusterxchange.phases.exchange_building import operations as building  # noqa: PLC0415 -- see above
    from clusterxchange.phases.exchange_building.models import Commitment  # noqa: PLC0415 -- see above
    from clusterxchange.phases.matching import operations  # noqa: PLC0415 -- see above
    from clusterxchange.workflow.notices import nobody_is_told  # noqa: PLC0415 -- see above

    host, speaker = join(run, name, HOST_LIKE)
    agenda = [
        {"day": f"2026-05-{day}", "half": half, "activity": "At the looms", "place": "Mill", "people": "", "result": ""}
        for day in (12, 13, 14)
        for half in ("morning", "afternoon")
    ]
    values = {
        "title": "Three days at the looms", "description": "We set up looms together.", "place": "Mill",
        "first_day": date(2026, 5, 12), "last_day": date(2026, 5, 14), "asked_until": date(2026, 5, 1),
        "places": places, "agenda": agenda,
    }  # fmt: skip
    with nobody_is_told():
        programme = operations.publish_programme(host=host, values=values, actor=speaker, at=PROPOSED)
        seats, visitors = [], [join(run, f"{name}{number}", VISITOR_LIKE) for number in range(places + 1)]
        for visitor, asking in visitors:
            seats.append(
                operations.ask_for_seat(programme, sender=visitor, message="May we come?", actor=asking, at=PROPOSED)
            )
        for seat in seats[: places - 1]:
            operations.accept_proposal(seat, actor=speaker, at=PROPOSED)
        for number in range(2):
            visitor, asking = visitors[number]
            text = Commitment.objects.get(exchange__proposal=seats[number])
            written = {
                "travel_days": 2, "outcomes": [{"outcome": "A trial plan", "indicator": "Trials agreed"}],
                "declares_no_internship": True, "declares_different_countries": True, "declares_first_visit": True,
            }  # fmt: skip
            building.edit_commitment(text, values=written, actor=asking, at=PROPOSED, capacity=V)
            building.agree_commitment(text, **seen(text), actor=asking, at=PROPOSED, capacity=V)
            if number == 0:
                building.agree_commitment(text, **seen(text), actor=speaker, at=PROPOSED, capacity=H)
                for side, capacity in ((visitor, VP), (host, HP)):
                    officer = officer_of(side.partnership, CONTACT_POINT)
                    building.validate_commitment(text, **seen(text), actor=officer, at=PROPOSED, capacity=capacity)
        elsewhen, asking = join(run, f"{name}elsewhen", VISITOR_LIKE)
        proposal = operations.send_proposal(
            sender=elsewhen, partner=host, message="May we come?", format="physical", actor=asking, at=PROPOSED
        )
        elsewhen.windows.update(first_day=date(2027, 2, 1), last_day=date(2027, 2, 26))
        for newcomer in ("alone", "asking"):
            join(run, f"{name}{newcomer}", VISITOR_LIKE)
    free, last = (str(seat.reference) for seat in seats[places - 1 :])
    return {"programme": str(programme.reference), "free": free, "last": last, "elsewhen": str(proposal.reference)}


def tell(run: str, wanted: list[str]) -> dict[str, str]:
    """Tell each of the exchanges as far as is wanted."""
    from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.cases import officer_of  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.story import Stay, Story  # noqa: PLC0415 -- see above

    host, host_speaker = join(run, "anfitria", HOST_LIKE)
    told = {}
    for one in wanted:
        name, until, first_day, last_day, form, *elsewhere = one.split(":")
        visitor, speaker = join(run, name, VISITOR_LIKE, **dict(zip(("country", "region"), elsewhere, strict=False)))
        story = Story(
            visitor_participation=visitor,
            host_participation=host,
            visitor=speaker,
            host=host_speaker,
            visitor_contact=officer_of(visitor.partnership, CONTACT_POINT),
            host_contact=officer_of(host.partnership, CONTACT_POINT),
            coordinator=officer_of(visitor.partnership, COORDINATOR),
            begins_at=PROPOSED,
            stay=Stay(date.fromisoformat(first_day), date.fromisoformat(last_day)),
            format=form,
        ).tell_at_once(until)
        told[name] = str(story.exchange.reference)
    return told


def main() -> int:
    """Tell what the command line asks for."""
    with prepared_django():
        run, *wanted = sys.argv[1:]
        of_group = wanted[0].split(":")[1:] if wanted[0].startswith("group:") else []
        told = tell_group(run, of_group[0], int(of_group[1])) if of_group else tell(run, wanted)
        sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
