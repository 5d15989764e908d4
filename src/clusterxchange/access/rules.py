"""What a row of the permission table is made of. Each piece has two readings: of one thing, and of a list."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from clusterxchange.access.actor import PARTNERSHIP_ROLES
from clusterxchange.access.capacities import Capacity

# What actions are done to: rows of later layers, which this one must not know.
Thing: TypeAlias = Any


class Holder(StrEnum):
    """What of an actor is compared with the value at the end of a path."""

    ORGANISATION = "organisation"
    PARTNERSHIP = "partnership"
    ACCOUNT = "account"
    AUDITOR = "auditor"
    SUPPORT_OFFICE = "support_office"
    AGENCY = "agency"


@dataclass(frozen=True)
class Relation:
    """How an actor comes to hold a capacity on a thing: the value at the path is one of the actor's own.

    A path is written as for a queryset; it may lead over rows of another table, and then one of them is enough.
    """

    holder: Holder
    path: str = ""
    roles: frozenset[str] = PARTNERSHIP_ROLES


@dataclass(frozen=True)
class Condition:
    """Who is left out although they hold the capacity: whoever holds the relation. The code names the reason."""

    relation: Relation
    code: str = "not_allowed"


@dataclass(frozen=True)
class May:
    """The capacities that may do an action; `unless` leaves out, `only` demands a further relation."""

    capacities: frozenset[Capacity]
    unless: tuple[Condition, ...] = ()
    only: tuple[Condition, ...] = ()


def may(*capacities: Capacity, unless: tuple[Condition, ...] = (), only: tuple[Condition, ...] = ()) -> May:
    """Name the capacities of one row of the table."""
    return May(frozenset(capacities), unless, only)
