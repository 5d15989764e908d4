"""Finding a case or an organisation by its reference or its name, among all that the reader may see."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from clusterxchange.access.actor import Actor
from clusterxchange.access.rules import Thing
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.subjects import rows_of, title_of
from clusterxchange.journeys.tasks import Task
from clusterxchange.workflow import registry
from clusterxchange.workflow.sentences import Text, state_label

MOST_ROWS = 10


@dataclass(frozen=True)
class Place:
    """A kind that is searched: where its reference stands, where names do, and where words of its own."""

    kind: str
    title: Text
    reference: str
    names: tuple[str, ...]
    words: tuple[str, ...] = ()


PLACES = (
    Place("exchange", gettext_lazy("Exchanges"), "reference", ("visiting_organisation", "host_organisation")),
    Place("application", gettext_lazy("Registrations"), "reference", ("organisation",)),
    Place("participation", gettext_lazy("Participations"), "reference", ("organisation",)),
    Place(
        "proposal",
        gettext_lazy("Proposals"),
        "reference",
        ("visitor_participation__organisation", "host_participation__organisation"),
    ),
    Place(
        "payment",
        gettext_lazy("Payments"),
        "reference",
        ("exchange__visiting_organisation", "exchange__host_organisation"),
    ),
)


@dataclass(frozen=True)
class Found:
    """What one kind gave; `more` says that there is more than is shown."""

    title: str
    rows: list[Task]
    more: bool


def find(actor: Actor, words: str) -> list[Found]:
    """Search every kind; a word has to stand in the reference or in one of the names."""
    if not words.strip():
        return []
    return [found for place in PLACES if (found := _find_in(place, actor, words)).rows]


def _find_in(place: Place, actor: Actor, words: str) -> Found:
    found = list(rows_found(place, actor, words)[: MOST_ROWS + 1])
    return Found(str(place.title), [task_of(place, thing) for thing in found[:MOST_ROWS]], len(found) > MOST_ROWS)


def rows_found(place: Place, actor: Actor, words: str) -> QuerySet[Any]:
    """Give the cases of a kind that the actor may see and that hold each word, the newest first."""
    rows: QuerySet[Any] = visible(rows_of(registry.machine_named(place.kind)), place.kind, actor)
    for word in fold(words).split():
        rows = rows.filter(_matches(place, word))
    return rows.order_by("-pk")


def task_of(place: Place, thing: Thing) -> Task:
    """Give a case as one row of a list."""
    machine = registry.machine_named(place.kind)
    return Task(
        url=machine.address(thing),
        title=title_of(machine, thing),
        kind=state_label(place.kind, thing.state),
        who="",
        when=thing.reference,
        state="later",
        note="",
        reference=thing.reference,
    )


def _matches(place: Place, word: str) -> Q:
    matches = Q(**{f"{place.reference}__icontains": word})
    for path in place.names:
        matches |= Q(**{f"{path}__search_text__contains": word})
    for path in place.words:
        matches |= Q(**{f"{path}__icontains": word})
    return matches
