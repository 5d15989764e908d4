"""What the support office does beside cases; each leaves its line in the journal."""

from datetime import datetime

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.workflow import engine


def view_as(person: Account, *, actor: Actor, at: datetime) -> None:
    """Note that the support office looks at the tool as a person does, with each party for which the person acts.

    :raises NotAllowed: for everybody else.
    """
    parties: list[Organisation | Partnership] = [
        *Organisation.objects.filter(representatives__account=person, representatives__ended_at=None).distinct(),
        *Partnership.objects.filter(people__account=person).distinct(),
    ]
    with engine.unit_of_work(actor, at):
        for party in parties:
            engine.record(party, Action.VIEW_AS, actor=actor, at=at, payload={"account": person.pk})
