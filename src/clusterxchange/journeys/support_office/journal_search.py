"""The journal as the support office looks through it: entries found, said in words, and cut into pages."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import SYS
from clusterxchange.access.rules import Thing
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.personal_data.models import Erasure
from clusterxchange.journeys.personal_data.queries import SIDES
from clusterxchange.journeys.subjects import NAMED_BY
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.workflow import cases, registry, sentences
from clusterxchange.workflow.models import Entry
from clusterxchange.workflow.obligations import SCHEME_ZONE
from clusterxchange.workflow.parties import capacity_label

OF_A_PAGE = 25
READ_AT_ONCE = 500
THE_TOOL = "system"
# What hangs on a case without being found through it.
CASES_OF = {"follow_up_survey": "exchange"}
# Who may not open something reads nothing about it either.
WAYS_OF_READING = frozenset(
    {
        Action.SAY_SOMETHING, Action.SEE_PERSON, Action.OPEN_CURRICULUM_VITAE, Action.OPEN_BANK_DETAILS,
        Action.OPEN_EVIDENCE, Action.OPEN_DOCUMENT, Action.OPEN_BANK_FILE,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Which entries are wanted; what is empty leaves nothing out. Both days are included."""

    case: str = ""
    who: str = ""
    kind: str = ""
    action: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Line:
    """An entry in words."""

    n: int
    at: datetime
    who: str
    capacity: str
    what: str
    kind: str
    reference: str
    url: str
    before: str
    after: str


@dataclass(frozen=True)
class Part:
    """A page of entries, with the numbers behind which the newer and the older ones stand."""

    entries: list[Entry]
    newer: int | None = None
    older: int | None = None


def entries_for(actor: Actor, asked: Asked) -> QuerySet[Entry]:
    """Give the entries that somebody may see and that fit what is asked, the newest first."""
    found = visible(Entry.objects.all(), "entry", actor)
    if reference := asked.case.strip().upper():
        found = found.filter(Q(case=reference) | Q(subject=reference))
    if asked.who.strip():
        found = found.filter(actor__in=_actors(asked.who.strip()))
    if asked.action:
        found = found.filter(kind=asked.kind, action=asked.action)
    if asked.first_day:
        found = found.filter(at__gte=datetime.combine(asked.first_day, time.min, SCHEME_ZONE))
    if asked.last_day:
        found = found.filter(at__lte=datetime.combine(asked.last_day, time.max, SCHEME_ZONE))
    return found.order_by("-n")


def _actors(who: str) -> list[str]:
    """Give how the journal calls whoever fits: the tool itself, an account by its number, people by their names."""
    if fold(who) in {THE_TOOL, fold(capacity_label(SYS))}:
        return [THE_TOOL]
    if who.isdecimal():
        return [str(int(who))]
    people = Account.objects.all()
    for word in fold(who).split():
        people = people.filter(search_text__contains=word)
    return [str(pk) for pk in people.values_list("pk", flat=True)]


def part_of(found: QuerySet[Entry], *, before: int | None = None, after: int | None = None) -> Part:
    """Give the page before an entry, after one, or the newest one. No page is counted to."""
    if after is not None:
        newer = list(found.filter(n__gt=after).order_by("n")[: OF_A_PAGE + 1])
        if len(newer) > OF_A_PAGE:
            shown = newer[:OF_A_PAGE][::-1]
            return Part(shown, newer=shown[0].n, older=shown[-1].n)
        # What is left fits on the newest page, which is shown whole.
    elif before is not None:
        rows = list(found.filter(n__lt=before)[: OF_A_PAGE + 1])
        if rows:
            shown = rows[:OF_A_PAGE]
            return Part(shown, newer=shown[0].n, older=shown[-1].n if len(rows) > OF_A_PAGE else None)
    rows = list(found[: OF_A_PAGE + 1])
    return Part(rows[:OF_A_PAGE], older=rows[OF_A_PAGE - 1].n if len(rows) > OF_A_PAGE else None)


def lines_of(entries: Sequence[Entry]) -> list[Line]:
    """Say entries in the reader's language; each kind of case is read once, however many entries there are."""
    people, things = _people(entries), _cases(entries)
    return [_line(one, people, things) for one in entries]


def all_lines_of(found: QuerySet[Entry]) -> Iterator[Line]:
    """Say every entry that was found, a few hundred at a time."""
    rest = found.iterator(chunk_size=READ_AT_ONCE)
    while entries := list(islice(rest, READ_AT_ONCE)):
        yield from lines_of(entries)


def _line(entry: Entry, people: Mapping[str, str], things: Mapping[tuple[str, str], Thing]) -> Line:
    kind, key = case_of(entry)
    thing = things.get((kind, key))
    machine = registry.machine_named(kind)
    # A partnership has no reference, and is known by its acronym.
    acronym = machine.describe(thing).get("partnership", "") if thing is not None and not entry.case else ""
    return Line(
        n=entry.n,
        at=entry.at,
        who=people.get(entry.actor) or _("Account %(number)s") % {"number": entry.actor},
        capacity=capacity_label(entry.capacity),
        what=_happened(entry, kind, thing),
        kind=str(sentences.KINDS[entry.kind]),
        reference=entry.case or acronym or entry.subject,
        url=machine.address(thing) if thing is not None else "",
        before=_state(entry.kind, entry.before),
        after=_state(entry.kind, entry.after),
    )


def _happened(entry: Entry, kind: str, thing: Thing | None) -> str:
    texts = sentences.ACTIONS.get(Action(entry.action))
    if texts is None:
        return _("Somebody opened it")
    # Of what is saved again and again nothing is said in a case.
    if thing is None or not texts.happened:
        return str(texts.button)
    return sentences.filled(texts.happened, cases.names_of(thing, entry.capacity, registry.machine_named(kind)))


def _state(kind: str, state: str) -> str:
    return str(sentences.STATES.get((kind, state), state)) if state else ""


def _people(entries: Iterable[Entry]) -> dict[str, str]:
    """Name those who acted; of whoever was erased there is a number, and no name."""
    numbers = {int(one.actor) for one in entries if one.actor != THE_TOOL}
    erased = set(Erasure.objects.filter(account__in=numbers).values_list("account", flat=True))
    named = {THE_TOOL: capacity_label(SYS)}
    for pk, person in Account.objects.in_bulk(numbers).items():
        named[str(pk)] = name_of(person, is_erased=pk in erased)
    return named


def name_of(person: Account, *, is_erased: bool) -> str:
    """Name a person to the support office, or say that they were erased."""
    return _("Erased account %(number)s") % {"number": person.pk} if is_erased else str(person)


def case_of(entry: Entry) -> tuple[str, str]:
    """Give the kind of the case that an entry belongs to, and what the journal calls it by."""
    machine = registry.machine_named(entry.kind)
    kind = CASES_OF.get(entry.kind) or machine.root_name or machine.name
    return kind, entry.case or entry.subject


def _cases(entries: Iterable[Entry]) -> dict[tuple[str, str], Thing]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in entries:
        kind, key = case_of(one)
        wanted[kind].add(key)
    found: dict[tuple[str, str], Thing] = {}
    for kind, keys in wanted.items():
        found |= {(kind, key): thing for key, thing in _read(kind, keys).items()}
    return found


def _read(kind: str, keys: set[str]) -> dict[str, Thing]:
    model = registry.machine_named(kind).model
    rows: QuerySet[Any] = model._default_manager.select_related(*NAMED_BY.get(kind, ()))
    if any(field.name == "reference" for field in model._meta.concrete_fields):
        return {one.reference: one for one in rows.filter(reference__in=keys)}
    # An organisation's reference ends with its number; others are called by their number alone.
    numbers = {key: int(tail) for key in keys if (tail := key.rpartition("-")[2]).isdecimal()}
    found = rows.in_bulk(set(numbers.values()))
    return {key: found[number] for key, number in numbers.items() if number in found}


# What an entry was about


def payload_of(entry: Entry, actor: Actor) -> list[tuple[str, str]] | None:
    """Give what was handed in with an entry, as far as the reader may see it; None where they may not."""
    if not _may_read(entry, actor) or _is_of_the_erased(entry):
        return None
    payload = getattr(entry, "payload", None)
    return [(name, _written(value)) for name, value in payload.body.items()] if payload is not None else []


def _may_read(entry: Entry, actor: Actor) -> bool:
    """Tell whether the table lets the reader see whatever thing of this kind, and do what the entry tells of it."""
    asked = {Action.SEE} | ({Action(entry.action)} & WAYS_OF_READING)
    return all(decide.may(actor, entry.kind, one, None) for one in asked)


def _is_of_the_erased(entry: Entry) -> bool:
    """Tell whether whoever acted, or a person of the case, was erased: the law may keep it, nobody is shown it."""
    if entry.actor != THE_TOOL and Erasure.objects.filter(account=int(entry.actor)).exists():
        return True
    people = Q()
    for side in SIDES:
        people |= Q(**{f"{side}__application__representative__account__erasure__isnull": False})
    return Exchange.objects.filter(people, reference=entry.case).exists()


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
