"""Things of several kinds read together: a list asks once for each kind, however many rows it has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clusterxchange.access.actor import Actor
from clusterxchange.access.rules import Thing
from clusterxchange.foundation.scoping import visible
from clusterxchange.workflow import registry
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.tables import Machine

_FOUR_PARTIES = ("visiting_organisation", "host_organisation", "visitor_partnership", "host_partnership")
_THROUGH_EXCHANGE = tuple(f"exchange__{party}" for party in _FOUR_PARTIES)

# What the names of a kind are read from.
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "application": ("organisation", "representative__account", "partnership"),
    "participation": ("organisation", "partnership"),
    "proposal": tuple(
        f"{side}_participation__{party}" for side in ("visitor", "host") for party in ("organisation", "partnership")
    ),
    "match_plan": ("edition",),
    "programme": ("host_participation__organisation", "host_participation__partnership"),
    "conversation": tuple(
        f"{side}_participation__{party}" for side in ("visitor", "host") for party in ("organisation", "partnership")
    ),
    "abuse_report": tuple(
        f"conversation__{side}_participation__{party}"
        for side in ("visitor", "host")
        for party in ("organisation", "partnership")
    ),
    "exchange": _FOUR_PARTIES,
    "commitment": _THROUGH_EXCHANGE,
    "financial_agreement": _THROUGH_EXCHANGE,
    "activity_report": _THROUGH_EXCHANGE,
    "evidence": _THROUGH_EXCHANGE,
    "payment": _THROUGH_EXCHANGE,
    "follow_up_survey": _THROUGH_EXCHANGE,
    "payment_batch": ("partnership",),
    "bank_statement": ("partnership",),
    "invitation": ("organisation", "account"),
    "edition_draft": ("edition",),
    "office_change": ("account",),
    "join_request": ("organisation", "account", "partnership"),
}


def rows_of(machine: Machine) -> QuerySet[Any]:
    """Give the rows of a kind with all that their names are read from."""
    return machine.model._default_manager.select_related(*NAMED_BY[machine.name])


def things_of(wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Thing]:
    """Give the things behind pairs of kind and number."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for kind, number in wanted:
        numbers[kind].add(number)
    found: dict[tuple[str, int], Thing] = {}
    for kind, held in numbers.items():
        found |= {(kind, thing.pk): thing for thing in rows_of(registry.machine_named(kind)).filter(pk__in=held)}
    return found


def subjects_of(obligations: Iterable[Obligation]) -> dict[tuple[str, int], Thing]:
    """Give what each obligation is about."""
    return things_of((one.kind, one.subject_id) for one in obligations)


def cases_of(actor: Actor) -> list[tuple[str, QuerySet[Any]]]:
    """Give the cases that the actor may see, kind by kind."""
    return [
        (machine.name, visible(rows_of(machine), machine.name, actor))
        for machine in registry.machines()
        if not machine.root
    ]


def seen_by(actor: Actor) -> list[tuple[str, QuerySet[Any]]]:
    """Give everything that the actor may see, kind by kind: a host never learns of the visitor's money."""
    return [
        (machine.name, visible(machine.model._default_manager.all(), machine.name, actor))
        for machine in registry.all_machines()
        if machine.rows
    ]


def title_of(machine: Machine, thing: Thing) -> str:
    """Name a thing by its people: visitor and host, or the one organisation."""
    names = machine.describe(thing)
    if names.get("visitor") and names.get("host"):
        return _("%(visitor)s at %(host)s") % names
    return names.get("organisation") or names["reference"]
