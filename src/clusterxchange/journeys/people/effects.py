"""What a step writes besides the state: places of people begin."""

from datetime import datetime

from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.workflow.tables import Situation


def give_place(organisation: Organisation, account: Account, at: datetime, **details: str) -> Representative:
    """Let a person speak for an organisation, also one who has done so before."""
    place, is_new = Representative.objects.get_or_create(
        account=account, organisation=organisation, defaults={"since": at, **details}
    )
    if not is_new and place.ended_at is not None:
        place.since, place.ended_at = at, None
        for column, value in details.items():
            setattr(place, column, value)
        place.save()
    return place


def begin_place(situation: Situation) -> None:
    """Let whoever was invited speak for the organisation from now."""
    details = {name: situation.inputs[name] for name in ("position", "phone", "based_in") if situation.inputs.get(name)}
    place = give_place(situation.subject.organisation, situation.subject.account, situation.at, **details)
    if not place.works_for_organisation:
        place.works_for_organisation = True
        place.save(update_fields=["works_for_organisation"])


def begin_place_of_who_asked(situation: Situation) -> None:
    """Let whoever asked to join speak for the organisation from now."""
    give_place(situation.subject.organisation, situation.subject.account, situation.at)


def keep_reason(situation: Situation) -> None:
    """Keep why a request was declined."""
    situation.subject.reason = situation.inputs["reason"]
