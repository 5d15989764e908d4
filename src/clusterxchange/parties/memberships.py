"""From an account to an actor: everything that the permission table needs to know of a person, in two queries."""

from collections import defaultdict
from collections.abc import Iterable
from types import MappingProxyType

from django.contrib.auth.models import AnonymousUser

from clusterxchange.access.actor import NOBODY, Actor
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.parties.partnerships.models import PartnershipPerson


def actor_for(user: Account | AnonymousUser) -> Actor:
    """Give the actor behind a signed-in account; nobody where none is signed in."""
    if not isinstance(user, Account) or not user.is_active:
        return NOBODY
    roles: dict[int, set[str]] = defaultdict(set)
    for partnership_id, role in PartnershipPerson.objects.filter(account=user).values_list("partnership_id", "role"):
        roles[partnership_id].add(role)
    return Actor(
        account_id=user.pk,
        name=user.full_name or user.email,
        organisations=frozenset(
            Representative.objects.filter(account=user, ended_at=None).values_list("organisation_id", flat=True)
        ),
        partnerships=MappingProxyType({pk: frozenset(held) for pk, held in roles.items()}),
        support_office=user.is_support_office,
        agency=user.is_agency,
        auditor=user.is_auditor,
    )


def people_of_organisations(organisation_ids: Iterable[int]) -> list[Account]:
    """Give the people who speak for one of the organisations."""
    found = Account.objects.filter(
        is_active=True,
        representations__organisation_id__in=set(organisation_ids),
        representations__ended_at=None,
    )
    return list(found.order_by("pk").distinct())


def people_of_partnership(partnership_id: int, roles: Iterable[str]) -> list[Account]:
    """Give the people who have one of the roles in the partnership."""
    found = Account.objects.filter(
        is_active=True, partnership_roles__partnership_id=partnership_id, partnership_roles__role__in=set(roles)
    )
    return list(found.order_by("pk").distinct())


def people_of_support_office() -> list[Account]:
    """Give the people of the support office."""
    return list(Account.objects.filter(is_active=True, is_support_office=True).order_by("pk"))


def people_of_agency() -> list[Account]:
    """Give the people of the agency."""
    return list(Account.objects.filter(is_active=True, is_agency=True).order_by("pk"))
