"""What others have done since a person last looked at their desk."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.journeys.models import DeskLook
from clusterxchange.journeys.subjects import cases_of, title_of
from clusterxchange.workflow import cases, journal, registry
from clusterxchange.workflow.models import Entry
from clusterxchange.workflow.sentences import ACTIONS, filled

# Whoever comes back sooner is still on the same visit, so that news does not vanish while they work on it.
ONE_VISIT = timedelta(minutes=30)
# How exactly a look is noted while nothing happens.
KEPT_TO = timedelta(minutes=1)
MOST_ENTRIES = 200
MOST_CASES = 10


@dataclass(frozen=True)
class News:
    """Rows of a list, one for each case, and since when; empty where nothing has changed.

    `is_cut` says that so much has happened that not all of it was read: then more cases may have changed.
    """

    since: datetime
    tasks: list[dict[str, Any]]
    count: int
    is_cut: bool = False

    @property
    def others(self) -> int:
        """How many cases have changed beside those that are shown."""
        return self.count - len(self.tasks)


def look(actor: Actor, at: datetime, *, is_narrowed: bool = False) -> DeskLook:
    """Note that the person looks at their desk; a visit begins where the one before had ended.

    A look at a part of the desk is not noted, since the rest stays unseen.
    """
    head = Coalesce(Subquery(Entry.objects.order_by("-n").values("n")[:1]), 0)
    held = DeskLook.objects.filter(account_id=actor.account_id or 0).annotate(head=head).first()
    if held is None:
        n, _hash = journal.head()
        fresh = {"since_n": n, "since_at": at, "last_n": n, "last_at": at}
        if is_narrowed:
            return DeskLook(**fresh)
        return DeskLook.objects.get_or_create(account_id=actor.account_id or 0, defaults=fresh)[0]
    if held.last_n == held.head and at - held.last_at < KEPT_TO:
        return held
    if at - held.last_at >= ONE_VISIT:
        held.since_n, held.since_at = held.last_n, held.last_at
    held.last_n, held.last_at = held.head, max(at, held.last_at)
    if not is_narrowed:
        held.save(update_fields=["since_n", "since_at", "last_n", "last_at"])
    return held


def news_for(actor: Actor, at: datetime, *, is_narrowed: bool = False) -> News:
    """Give what has changed in the cases of the reader, newest first; what they did themselves is no news.

    `is_narrowed` says that the reader looks at a part of their cases alone.
    """
    held = look(actor, at, is_narrowed=is_narrowed)
    if held.since_n == held.last_n:
        return News(held.since_at, [], 0)
    found = Entry.objects.filter(n__gt=held.since_n).exclude(actor=str(actor.account_id)).exclude(case="")
    if not (actor.support_office or actor.agency):
        own = Q(pk__in=())
        for _name, rows in cases_of(actor):
            if rows.query.is_empty():
                continue
            own |= Q(case__in=rows.order_by().values("reference"))
        found = found.filter(own)
    entries = list(found.order_by("-n")[:MOST_ENTRIES])
    roots = _roots_of(entries, actor)
    said: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
    for entry in entries:
        if entry.case not in roots:
            continue
        name, root, seen = roots[entry.case]
        if entry.kind in seen and (sentence := _sentence(entry, name, root, actor)):
            said[entry.case].append((entry, sentence))
    tasks = [_task(roots[case][:2], happened) for case, happened in list(said.items())[:MOST_CASES]]
    return News(held.since_at, tasks, len(said), is_cut=len(entries) == MOST_ENTRIES)


def _sentence(entry: Entry, name: str, root: Any, actor: Actor) -> str:  # noqa: ANN401 -- a case of any kind
    if not _is_message(entry):
        return cases.happened(entry, name, root)
    # What was said is for those alone who may write there as well.
    if not decide.may(actor, name, Action.SAY_SOMETHING, root):
        return ""
    names = cases.names_of(root, entry.capacity, registry.machine_named(name))
    return filled(ACTIONS[Action.SAY_SOMETHING].happened, names)


def _is_message(entry: Entry) -> bool:
    return entry.action == Action.SAY_SOMETHING


def _roots_of(entries: list[Entry], actor: Actor) -> Mapping[str, tuple[str, Any, frozenset[str]]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        machine = registry.machine_named(entry.kind)
        wanted[machine.root_name or machine.name].add(entry.case)
    found = {}
    for name, seen in cases_of(actor):
        if not wanted[name]:
            continue
        machine, disclosed = registry.machine_named(name), decide.disclosure_to(actor, name, Action.SEE)
        rows = seen.filter(reference__in=wanted[name])
        if disclosed is not None:
            rows = rows.prefetch_related(disclosed.path.partition("__")[0])
        for root in rows:
            found[root.reference] = (name, root, cases.kinds_seen(machine, root, actor))
    return found


def _task(case: tuple[str, Any], happened: list[tuple[Entry, str]]) -> dict[str, Any]:
    name, root = case
    machine = registry.machine_named(name)
    newest, sentence = happened[0]
    more = len(happened) - 1
    note = sentence
    if more:
        note += " " + ngettext("%(count)d more thing happened.", "%(count)d more things happened.", more) % {
            "count": more
        }
    return {
        "url": machine.address(root) + ("#thread" if _is_message(newest) else ""),
        "title": title_of(machine, root),
        "when": cases.date_in_words(newest.at),
        "state": "later",
        "note": note,
        "reference": root.reference,
    }
