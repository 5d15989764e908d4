"""What a step writes besides the state: somebody has a role or has it no longer, and is told."""

from clusterxchange.journeys.offices.models import OfficeChange, Role
from clusterxchange.parties.memberships import people_of_support_office
from clusterxchange.workflow import notices
from clusterxchange.workflow.tables import Situation


def put_into_force(situation: Situation) -> None:
    """Give the role, or take it."""
    change: OfficeChange = situation.subject
    column = Role(change.role).column
    setattr(change.account, column, not change.is_end)
    change.account.save(update_fields=[column])


def tell_person_and_office(situation: Situation) -> None:
    """Tell the person, whom no capacity leads to, and everybody else of the support office."""
    change: OfficeChange = situation.subject
    said = (change, situation.action, situation.capacity, situation.at)
    if change.account_id != situation.actor.account_id:
        # As a letter it comes also to whoever wants no news.
        notices.tell_people([change.account], *said, path="/desk/", letter=change.reason)
    acted = {change.account_id, situation.actor.account_id}
    notices.tell_people([one for one in people_of_support_office() if one.pk not in acted], *said)


def keep_answer(situation: Situation) -> None:
    """Keep why a change was declined."""
    situation.subject.answer = situation.inputs["reason"]
