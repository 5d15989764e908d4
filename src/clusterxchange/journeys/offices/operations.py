"""Who comes into the support office or the agency, and who leaves; each a single transaction."""

from datetime import datetime

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import SYSTEM, Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.journeys.offices import queries
from clusterxchange.journeys.offices.models import OfficeChange
from clusterxchange.journeys.offices.states import OFFICE_CHANGE
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.tables import Refusal


def propose_appointment(*, email: str, role: str, reason: str, actor: Actor, at: datetime) -> OfficeChange:
    """Ask a second person of the support office whether whoever has this address shall have the role.

    :raises NotAllowed: for everybody but the support office.
    :raises Refused: nobody has confirmed the address, the person has a role, or a change of theirs waits.
    """
    change = OfficeChange(role=role, reason=reason, proposed_by_id=actor.account_id)
    return _begin_for(email, change, Action.PROPOSE_APPOINTMENT, actor, at)


def appoint_person(*, email: str, role: str, at: datetime) -> OfficeChange:
    """Give whoever has this address the role at once: for the first person of an installation, and in an emergency.

    :raises Refused: nobody has confirmed the address, or the person has a role.
    """
    return _begin_for(email, OfficeChange(role=role), Action.APPOINT_PERSON, SYSTEM, at)


def _begin_for(email: str, change: OfficeChange, action: Action, actor: Actor, at: datetime) -> OfficeChange:
    with engine.unit_of_work(actor, at):
        # Who has an account is nobody else's to find out.
        engine.acting_capacity(OFFICE_CHANGE, change, action, actor, None)
        account = queries.account_with(email)
        if account is None:
            code = "address_not_confirmed" if queries.is_known(email) else "nobody_has_address"
            raise Refused(Refusal(code, field="email"))
        return _begin(account, change, action, actor, at)


def propose_removal(account: Account, *, role: str, reason: str, actor: Actor, at: datetime) -> OfficeChange:
    """Ask a second person of the support office whether somebody else shall have the role no longer.

    :raises NotAllowed: for everybody but the support office, and for one's own role.
    :raises Refused: the person does not have the role, or a change of theirs waits.
    """
    change = OfficeChange(role=role, is_end=True, reason=reason, proposed_by_id=actor.account_id)
    return _begin(account, change, Action.PROPOSE_REMOVAL, actor, at)


def _begin(account: Account, change: OfficeChange, action: Action, actor: Actor, at: datetime) -> OfficeChange:
    with engine.unit_of_work(actor, at):
        # What the person has, and what waits for them, is looked at while nobody else changes it.
        change.account = Account.objects.select_for_update().get(pk=account.pk)
        inputs = {"account": account.pk, "role": change.role, "is_end": change.is_end}
        engine.begin(change, action, actor=actor, at=at, inputs=inputs)
    return change


def confirm_office_change(
    change: OfficeChange, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> OfficeChange:
    """Let the change hold from now."""
    with engine.unit_of_work(actor, at):
        # Of two endings at once each would count the other's person among those who remain.
        list(Account.objects.select_for_update().filter(is_support_office=True).order_by("pk").values_list("pk"))
        engine.move(change, Action.CONFIRM_OFFICE_CHANGE, actor=actor, at=at, capacity=capacity)
    return change


def decline_office_change(
    change: OfficeChange, *, reason: str, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> OfficeChange:
    """Leave everything as it is."""
    action = Action.DECLINE_OFFICE_CHANGE
    engine.move(change, action, actor=actor, at=at, capacity=capacity, inputs={"reason": reason})
    return change


def withdraw_office_change(
    change: OfficeChange, *, actor: Actor, at: datetime, capacity: Capacity | None = None
) -> OfficeChange:
    """Ask for it no longer."""
    engine.move(change, Action.WITHDRAW_OFFICE_CHANGE, actor=actor, at=at, capacity=capacity)
    return change
