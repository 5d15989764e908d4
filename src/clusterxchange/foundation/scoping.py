"""The permission table as a filter of lists, so that a list cannot show what a page refuses."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
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
    return _related(actor, [relation])


def _related(actor: Actor, relations: Iterable[Relation]) -> Q:
    """Give the filter for the things to which the actor has one of the relations, each path asked once."""
    own_at: dict[str, set[int]] = {}
    for relation in relations:
        own = own_values(actor, relation)
        if own is True:
            return EVERYTHING
        if own:
            own_at.setdefault(relation.path, set()).update(own)
    return reduce(or_, (Q(**{f"{path}__in": sorted(own)}) for path, own in own_at.items())) if own_at else NOTHING


def permitted(actor: Actor, kind: str, action: Action) -> Q:
    """Give the filter for the things to which the table lets the actor do the action, disclosed ones apart.

    What cannot be true is left out, since a filter costs as much to write as it costs to answer.
    """
    row = PERMISSIONS[kind].get(action)
    if row is None:
        return NOTHING
    if actor.system:
        return EVERYTHING if any(capacity == "SYS" for capacity in row.capacities) else NOTHING
    relations = RELATIONS[kind]
    allowed = _related(actor, (relations[one] for one in sorted(row.capacities & relations.keys())))
    if allowed is NOTHING:
        return NOTHING
    for condition in row.unless:
        left_out = lookup(actor, condition.relation)
        allowed = allowed if left_out is NOTHING else allowed & ~left_out
    for condition in row.only:
        allowed &= lookup(actor, condition.relation)
    return allowed


def visible(queryset: QuerySet[M], kind: str, actor: Actor, action: Action = Action.SEE) -> QuerySet[M]:
    """Narrow a list to what the actor may see; what holds nothing for them is not asked of the database."""
    allowed = permitted(actor, kind, action)
    disclosed = disclosure_to(actor, kind, action)
    if disclosed is not None and allowed is not EVERYTHING:
        # As a join, the rows that disclose would give a thing as often as there are rows.
        told = Q(pk__in=queryset.model._base_manager.filter(lookup(actor, disclosed)).values("pk"))
        allowed = told if allowed is NOTHING else allowed | told
    if allowed is NOTHING:
        return queryset.none()
    return queryset if allowed is EVERYTHING else queryset.filter(allowed)
