"""Tells exchanges of a running demonstration up to where a browser goes on: by its own stories, in its own database.

    DATA=… MODE=demo python -m tests.browser.telling RUN NAME:STEP:FIRST_DAY:LAST_DAY:FORMAT …

Each is of a new visiting organisation in Spain and a host in Portugal; their references are printed by name.
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


def tell(run: str, wanted: list[str]) -> dict[str, str]:
    """Tell each of the exchanges as far as is wanted."""
    # Django has to know its database before any of these is read.
    from clusterxchange.access.actor import CONTACT_POINT, COORDINATOR, SYSTEM  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.cases import apply_for, officer_of  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.people import profiles  # noqa: PLC0415 -- see above
    from clusterxchange.journeys.demonstration.story import Stay, Story  # noqa: PLC0415 -- see above
    from clusterxchange.parties.accounts.models import Account  # noqa: PLC0415 -- see above
    from clusterxchange.parties.memberships import actor_for  # noqa: PLC0415 -- see above
    from clusterxchange.parties.partnerships.models import Partnership  # noqa: PLC0415 -- see above
    from clusterxchange.phases.registration.models import Participation  # noqa: PLC0415 -- see above
    from clusterxchange.workflow import engine  # noqa: PLC0415 -- see above
    from clusterxchange.workflow.notices import nobody_is_told  # noqa: PLC0415 -- see above

    written = {profile["key"]: profile for profile in profiles()}

    def join(name: str, like: str) -> tuple[Participation, Any]:
        profile = {
            **written[like],
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

    host, host_speaker = join("anfitria", HOST_LIKE)
    told = {}
    for one in wanted:
        name, until, first_day, last_day, form = one.split(":")
        visitor, speaker = join(name, VISITOR_LIKE)
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
        sys.stdout.write(json.dumps(tell(sys.argv[1], sys.argv[2:])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
