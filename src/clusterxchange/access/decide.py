"""The reading of the permission table for one thing. The reading for lists is foundation/scoping.py."""

from collections.abc import Iterable, Iterator

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import AG, ORDER, PO, PR, SO, SYS, VP, Capacity
from clusterxchange.access.rules import Holder, Relation, Thing
from clusterxchange.access.table import DISCLOSURES, PERMISSIONS, RELATIONS

# Whoever looks at the cases of a partnership's own visitors, from within it or over it.
OVER_VISITORS = frozenset({VP, PO, PR, SO, AG})


def values_at(thing: Thing, path: str) -> Iterator[Thing]:
    """Give every value at the end of a path, following rows of other tables."""
    if thing is None:
        return
    step, _, rest = path.partition("__")
    value = getattr(thing, step)
    found: Iterable[Thing] = value.all() if hasattr(value, "all") else (value,)
    for one in found:
        if rest:
            yield from values_at(one, rest)
        else:
            yield one


def own_values(actor: Actor, relation: Relation) -> frozenset[int] | bool:
    """Give what the actor must find at the end of the path; a plain yes or no where the relation has no path."""
    match relation.holder:
        case Holder.ORGANISATION:
            return actor.organisations
        case Holder.PARTNERSHIP:
            return actor.partnerships_as(relation.roles)
        case Holder.ACCOUNT:
            return frozenset() if actor.account_id is None else frozenset({actor.account_id})
        case Holder.AUDITOR:
            return frozenset({actor.account_id}) if actor.auditor and actor.account_id is not None else frozenset()
        case Holder.SUPPORT_OFFICE:
            return actor.support_office
        case Holder.AGENCY:
            return actor.agency


def holds(actor: Actor, relation: Relation, thing: Thing) -> bool:
    """Whether the actor has this relation to the thing."""
    own = own_values(actor, relation)
    if isinstance(own, bool):
        return own
    return bool(own) and any(value in own for value in values_at(thing, relation.path))


def capacities_of(actor: Actor, kind: str, thing: Thing) -> frozenset[Capacity]:
    """Give every capacity in which the actor stands to the thing."""
    if actor.system:
        return frozenset({SYS})
    return frozenset(capacity for capacity, relation in RELATIONS[kind].items() if holds(actor, relation, thing))


def disclosure_to(actor: Actor, kind: str, action: Action) -> Relation | None:
    """Give the relation by which things of a kind may be disclosed to the actor; None where none can be."""
    disclosed = DISCLOSURES.get(kind, {}).get(action)
    return disclosed if disclosed is not None and own_values(actor, disclosed) else None


def is_disclosed(actor: Actor, kind: str, action: Action, thing: Thing) -> bool:
    """Whether the thing is open to the actor for this action although they are no party to it."""
    disclosed = disclosure_to(actor, kind, action)
    return disclosed is not None and holds(actor, disclosed, thing)


def denial(actor: Actor, kind: str, action: Action, thing: Thing) -> str | None:
    """Give the code of the reason for which the table leaves the actor out, or None where it does not."""
    row = PERMISSIONS[kind].get(action)
    if row is None:
        return "not_allowed"
    if is_disclosed(actor, kind, action, thing):
        return None
    if not row.capacities & capacities_of(actor, kind, thing):
        return "not_allowed"
    for condition in row.unless:
        if holds(actor, condition.relation, thing):
            return condition.code
    for condition in row.only:
        if not actor.system and not holds(actor, condition.relation, thing):
            return condition.code
    return None


def may(actor: Actor, kind: str, action: Action, thing: Thing) -> bool:
    """Whether the table lets the actor do the action to the thing, whatever its state."""
    return denial(actor, kind, action, thing) is None


def acting_capacities(actor: Actor, kind: str, action: Action, thing: Thing) -> tuple[Capacity, ...]:
    """Give the capacities in which the actor may do the action, in the fixed order of the capacities."""
    if denial(actor, kind, action, thing) is not None:
        return ()
    held = capacities_of(actor, kind, thing)
    return tuple(capacity for capacity in ORDER if capacity in held & PERMISSIONS[kind][action].capacities)


def partnerships_shown(actor: Actor, kind: str, partnerships: Iterable[int]) -> frozenset[int]:
    """Give those of the partnerships of whose visitors' cases the table shows the actor everything of a kind."""
    asked, shown = frozenset(partnerships), frozenset[int]()
    for capacity in PERMISSIONS[kind][Action.SEE].capacities & RELATIONS[kind].keys() & OVER_VISITORS:
        own = own_values(actor, RELATIONS[kind][capacity])
        if isinstance(own, bool):
            shown |= asked if own else frozenset()
        else:
            shown |= asked & own
    return shown
