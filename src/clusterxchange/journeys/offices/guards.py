"""What must be true before somebody comes into an office, or leaves it."""

from clusterxchange.journeys.offices import queries
from clusterxchange.journeys.offices.models import OfficeChange, Role
from clusterxchange.workflow.tables import Refusal, Situation


def nothing_waits(situation: Situation) -> Refusal | None:
    """Propose one change for a person at a time."""
    change: OfficeChange = situation.subject
    waits = queries.waiting().filter(account_id=change.account_id).exists()
    return Refusal("office_change_waits", {"person": str(change.account)}, field="email") if waits else None


def fits_what_is_held(situation: Situation) -> Refusal | None:
    """Give a role only to whoever has none, since nobody decides for both offices; end only what is held."""
    change: OfficeChange = situation.subject
    held, names = queries.roles_of(change.account), {"person": str(change.account)}
    if change.is_end:
        return None if change.role in held else Refusal("holds_no_such_role", names)
    return Refusal("holds_a_role_already", names, field="email") if held else None


def account_is_open(situation: Situation) -> Refusal | None:
    """Give no role to whoever has closed their account meanwhile."""
    change: OfficeChange = situation.subject
    return None if change.is_end or change.account.is_active else Refusal("account_is_closed")


def somebody_remains(situation: Situation) -> Refusal | None:
    """Keep at least one person in the support office: without any, nobody could bring somebody in."""
    change: OfficeChange = situation.subject
    is_last = (
        change.is_end
        and change.role == Role.SUPPORT_OFFICE
        and not queries.support_office_without(change.account_id).exists()
    )
    return Refusal("last_of_support_office") if is_last else None
