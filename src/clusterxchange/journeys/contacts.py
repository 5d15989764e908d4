"""Whom a participant asks: the contact points of their partnership, where the conversation of their case stands."""

from dataclasses import dataclass

from clusterxchange.access.actor import CONTACT_POINT, Actor
from clusterxchange.journeys.desk import standing_of
from clusterxchange.parties.memberships import people_of_partnership


@dataclass(frozen=True)
class Contact:
    """The contact points of a partnership, and the conversation with them."""

    partnership: str
    people: str
    url: str


def contact_of(actor: Actor) -> Contact | None:
    """Give the contact for the exchange that goes on, else for the latest registration; none where neither is there."""
    if not actor.organisations:
        return None
    standing = standing_of(actor)
    exchange, application = standing.exchange, standing.application
    if exchange is not None:
        visits = exchange.visiting_organisation_id in actor.organisations
        partnership = exchange.visitor_partnership if visits else exchange.host_partnership
        url = f"/exchanges/{exchange.reference}/#thread"
    elif application is not None and application.partnership is not None and application.reference:
        partnership = application.partnership
        url = f"/registration/applications/{application.reference}/#thread"
    else:
        return None
    people = people_of_partnership(partnership.pk, [CONTACT_POINT])
    return Contact(partnership.acronym, ", ".join(one.full_name for one in people), url)
