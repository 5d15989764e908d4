"""The whole scheme in a few figures, for the support office and the agency."""

from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from clusterxchange.access.actor import Actor
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.subjects import seen_by, subjects_of
from clusterxchange.journeys.support_office.everything import address_of, name_of_life
from clusterxchange.journeys.tasks import task_in_queue
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow import obligations, registry
from clusterxchange.workflow.sentences import state_label

MOST_OVERDUE = 25


def overview_at(actor: Actor, at: datetime) -> dict[str, Any]:
    """Give counts by state, each with where its list is, and what is overdue with others, oldest first."""
    late = list(obligations.awaited(actor, seen_by(actor)).filter(due_at__lte=at)[: MOST_OVERDUE + 1])
    subjects = subjects_of(late)
    return {
        "late": [task_in_queue(one, subjects[one.kind, one.subject_id], at, own=False) for one in late[:MOST_OVERDUE]],
        "more_late": len(late) > MOST_OVERDUE,
        "counts": [
            (_("Registrations"), _by_state(actor, Application, "application")),
            (_("Exchanges"), _by_state(actor, Exchange, "exchange")),
        ],
    }


def _by_state(actor: Actor, model: type[Application] | type[Exchange], kind: str) -> list[tuple[str, int, str]]:
    rows = visible(model._default_manager.all(), kind, actor).order_by().values_list("state").annotate(Count("pk"))
    found = dict(rows)
    states = registry.machine_named(kind).states
    return [
        (state_label(kind, state), found[state], address_of("", name_of_life(kind), state))
        for state in states
        if state in found
    ]
