"""A case as it stands: states, parties, consents, obligations, money, journal."""

from datetime import datetime
from typing import Any

from clusterxchange.access.capacities import Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import RELATIONS
from clusterxchange.workflow import journal, registry
from clusterxchange.workflow.models import Consent, Obligation
from clusterxchange.workflow.tables import Machine

CENTS = ("full_cents", "agreed_cents", "amount_cents", "currency")


def case_as_it_stands(reference: str) -> dict[str, Any] | None:
    """Give everything on the case of a reference, None where there is none; a payment shows its exchange."""
    found = _case_of(reference)
    if found is None:
        return None
    machine, root = found
    things = [
        (hanging, thing)
        for hanging in registry.machines_of_root(machine.name)
        for thing in hanging.model._default_manager.filter(**{hanging.root or "pk": root.pk}).order_by("pk")
    ]
    return {
        "reference": root.reference,
        "kind": machine.name,
        "state": root.state,
        "since": _written(root.state_since),
        "parties": _parties(machine, root),
        "things": [_thing(hanging, thing) for hanging, thing in things],
        "consents": [one for hanging, thing in things for one in _consents(hanging, thing)],
        "obligations": _obligations(machine, root),
        "money": [one for hanging, thing in things if (one := _money(hanging, thing))],
        "journal": [
            {
                "n": entry.n,
                "at": _written(entry.at),
                "capacity": entry.capacity,
                "kind": entry.kind,
                "subject": entry.subject,
                "action": entry.action,
                "before": entry.before,
                "after": entry.after,
            }
            for entry in journal.entries_of(root.reference)
        ],
    }


def _case_of(reference: str) -> tuple[Machine, Thing] | None:
    for machine in registry.machines():
        if not hasattr(machine.model, "REFERENCE_LETTERS"):
            continue
        thing = machine.model._default_manager.filter(reference=reference).first()
        if thing is not None:
            return registry.machine_named(machine.root_name or machine.name), machine.root_of(thing)
    return None


def _parties(machine: Machine, root: Thing) -> dict[str, str]:
    names = machine.describe(root)
    return {
        capacity.word: names[f"name_{capacity}"]
        for capacity in Capacity
        if capacity in RELATIONS[machine.name] and names.get(f"name_{capacity}")
    }


def _thing(machine: Machine, thing: Thing) -> dict[str, Any]:
    return {
        "kind": machine.name,
        "reference": getattr(thing, "reference", None),
        "id": thing.pk,
        "version": getattr(thing, "version", None),
        "state": thing.state,
        "since": _written(thing.state_since),
        "address": machine.address(thing),
    }


def _consents(machine: Machine, thing: Thing) -> list[dict[str, Any]]:
    return [
        {
            "kind": machine.name,
            "version": one.version,
            "action": one.action,
            "capacity": one.capacity,
            "person": one.person,
            "at": _written(one.at),
            "text_sha256": one.text_sha256,
            "revoked_at": _written(one.revoked_at),
        }
        for one in Consent.objects.filter(kind=machine.name, subject_id=thing.pk).order_by("at", "pk")
    ]


def _obligations(machine: Machine, root: Thing) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "reference": one.reference,
            "action": one.action,
            "capacity": one.capacity,
            "term": one.term,
            "watch": one.is_watch,
            "since": _written(one.since),
            "due_at": _written(one.due_at),
            "closed_at": _written(one.closed_at),
        }
        for one in Obligation.objects.filter(root_kind=machine.name, root_id=root.pk).order_by("pk")
    ]


def _money(machine: Machine, thing: Thing) -> dict[str, Any]:
    held = {name: getattr(thing, name) for name in CENTS if hasattr(thing, name)}
    return {"kind": machine.name, "version": getattr(thing, "version", None), **held} if held else {}


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
