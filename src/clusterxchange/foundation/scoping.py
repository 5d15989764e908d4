"""The permission table as a filter of lists, so that a list cannot show what a page refuses."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.decide import disclosure_to, own_values
from clusterxchange.access.rules import Relation
from clusterxchange.access.table import PERMISSIONS, RELATIONS

M = TypeVar("M", bound=Model)
NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING


def lookup(actor: Actor, relation: Relation) -> Q:
    """Give the filter for the things to which the actor has this relation."""
    own = own_values(actor, relation)
    if isinstance(own, bool):
        return EVERYTHING if own else NOTHING
    return Q(**{f"{relation.path}__in": sorted(own)}) if own else NOTHING


def permitted(actor: Actor, kind: str, action: Action) -> Q:
    """Give the filter for the things to which the table lets the actor do the action, disclosed ones apart."""
    row = PERMISSIONS[kind].get(action)
    if row is None:
        return NOTHING
    if actor.system:
        return EVERYTHING if any(capacity == "SYS" for capacity in row.capacities) else NOTHING
    allowed = NOTHING
    for capacity in row.capacities:
        relation = RELATIONS[kind].get(capacity)
        if relation is not None:
            allowed |= lookup(actor, relation)
    for condition in row.unless:
        allowed &= ~lookup(actor, condition.relation)
    for condition in row.only:
        allowed &= lookup(actor, condition.relation)
    return allowed


def visible(queryset: QuerySet[M], kind: str, actor: Actor, action: Action = Action.SEE) -> QuerySet[M]:
    """Narrow a list to what the actor may see."""
    allowed = permitted(actor, kind, action)
    disclosed = disclosure_to(actor, kind, action)
    if disclosed is not None:
        # As a join, the rows that disclose would give a thing as often as there are rows.
        allowed |= Q(pk__in=queryset.model._base_manager.filter(lookup(actor, disclosed)).values("pk"))
    return queryset.filter(allowed)
