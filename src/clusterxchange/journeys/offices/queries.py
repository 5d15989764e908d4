"""Who works for an office, since when, and which changes wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from clusterxchange.journeys.offices.models import OfficeChange, OfficeChangeState, Role
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.accounts.second_factor import SECOND_FACTORS


@dataclass(frozen=True)
class Held:
    """A role that somebody has; `since` is unknown where it was given before changes were kept."""

    account: Account
    role: Role
    since: datetime | None
    has_second_factor: bool


def roles_of(account: Account) -> list[Role]:
    """Give the roles that somebody has."""
    return [role for role in Role if getattr(account, role.column)]


def roles_held() -> Iterator[Held]:
    """Give each role that somebody has, the support office first, by the names of the people."""
    begun = OfficeChange.objects.filter(state=OfficeChangeState.CONFIRMED, is_end=False).order_by("state_since")
    since = {(account_id, role): at for account_id, role, at in begun.values_list("account_id", "role", "state_since")}
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    for role in Role:
        people = Account.objects.filter(Q(**{role.column: True}), is_active=True).annotate(secured=Exists(factor))
        for one in people.order_by("last_name", "first_name", "pk"):
            yield Held(one, role, since.get((one.pk, role.value)), one.secured)


def support_office_without(account_id: int) -> QuerySet[Account]:
    """Give the people of the support office but one."""
    return Account.objects.filter(is_active=True, is_support_office=True).exclude(pk=account_id)


def account_with(email: str) -> Account | None:
    """Give the account whose person has confirmed this address."""
    found = EmailAddress.objects.filter(email__iexact=email, verified=True, user__is_active=True)
    address = found.select_related("user").first()
    return address.user if address is not None else None


def is_known(email: str) -> bool:
    """Whether an account names this address, confirmed or not."""
    return bool(EmailAddress.objects.filter(email__iexact=email, user__is_active=True).exists())


def waiting() -> QuerySet[OfficeChange]:
    """Give the changes that wait for a second person, the oldest first."""
    found = OfficeChange.objects.filter(state=OfficeChangeState.PROPOSED)
    return found.select_related("account", "proposed_by").order_by("pk")
