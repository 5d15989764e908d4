"""The only thing that moves a subject: locks, permission, state, guards, write, effects, obligations, notices, journal.

Everything happens in one transaction. Nested moves (an effect that moves another subject) join the outermost one;
the journal is written as its last statements, since the lock of the chain is held until the end.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Model

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import AG, SYS, Capacity, V
from clusterxchange.access.rules import Thing
from clusterxchange.scheme.current import rules_are_read_once
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import consents, journal, notices, obligations, registry
from clusterxchange.workflow.outcomes import Outcome, outcome
from clusterxchange.workflow.tables import THE_STATE_BEFORE, Machine, Refusal, Row, Situation

NO_INPUTS: Mapping[str, Any] = MappingProxyType({})


class NotDone(Exception):
    """The move did not happen and nothing was written. `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class NotAllowed(NotDone):
    """The permission table leaves this actor out."""


class WrongState(NotDone):
    """The subject is not, or no longer, in a state in which this can be done."""


class Refused(NotDone):
    """A rule of the scheme stands against it."""


@dataclass
class Unit:
    """What one transaction has done so far and must still write before it ends."""

    at: datetime
    actor: Actor
    entries: list[journal.Draft] = field(default_factory=list)
    roots: dict[tuple[str, int], Model] = field(default_factory=dict)
    happenings: list[notices.Happening] = field(default_factory=list)

    def settle(self) -> None:
        """Write obligations, notices and, last, the journal."""
        opened = []
        for (root_name, root_id), root in sorted(self.roots.items(), key=lambda held: held[0]):
            # Whoever only records something holds nothing yet, and would work out what is asked from an older state.
            list(type(root)._base_manager.select_for_update(of=("self",)).filter(pk=root_id).values_list("pk"))
            opened += obligations.refresh(root_name, root_id, self.at)
        notices.tell(self.happenings, opened, self.actor, self.at)
        journal.write(self.entries)


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


@contextmanager
def unit_of_work(actor: Actor, at: datetime) -> Iterator[Unit]:
    """Open the transaction, or join the one that is open.

    :raises NotAllowed: where the support office only looks at the tool as the actor does.
    """
    if actor.viewed_by is not None:
        raise NotAllowed(Refusal("read_only"))
    running = _unit.get()
    if running is not None:
        yield running
        return
    with transaction.atomic(), rules_are_read_once():
        work = Unit(at, actor)
        token = _unit.set(work)
        try:
            yield work
            work.settle()
        finally:
            _unit.reset(token)


def move(
    subject: Thing,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    inputs: Mapping[str, Any] = NO_INPUTS,
) -> None:
    """Do the action to the subject, which is locked and read anew first.

    :raises NotAllowed: the table leaves the actor out, or the capacity is not theirs.
    :raises WrongState: the subject is not in a state for it.
    :raises Refused: a guard stands against it, or this side has given its consent already.
    """
    machine = registry.machine_of(subject)
    is_nested = _unit.get() is not None
    with unit_of_work(actor, at) as work:
        # What the tool does on the way finds its case locked; locking more rows now would break the global order.
        lock(machine, subject, () if is_nested and actor.system else machine.locks)
        acting = acting_capacity(machine, subject, action, actor, capacity)
        situation = Situation(subject, action, actor, acting, at, machine.scheme_of(subject, at), inputs, subject.state)
        found = outcome(
            machine,
            subject.state,
            action,
            acting,
            _given(machine, subject, action),
            _left_out(machine, subject, action),
        )
        line = _line_of(found, machine, situation)
        _check(line, situation)
        if line.each and acting is not SYS:
            consents.give(situation, machine.name)
        for action_taken_back in line.resets:
            consents.revoke(subject, machine.name, action_taken_back, at)
        for write in line.writes:
            write(situation)
        _carry_on(work, machine, line, found, situation)


def begin(
    subject: Thing,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    inputs: Mapping[str, Any] = NO_INPUTS,
) -> None:
    """Make a new subject by an action that starts a life; the row is filled in by the caller and saved here.

    :raises NotAllowed: as for a move, decided on the row as it would be.
    :raises Refused: a guard stands against it.
    """
    machine = registry.machine_of(subject)
    with unit_of_work(actor, at) as work:
        for path in machine.locks:
            _lock_row(getattr(subject, path))
        acting = acting_capacity(machine, subject, action, actor, capacity)
        line = machine.row_for(action, None)
        if line is None or line.to is None:
            raise WrongState(Refusal("wrong_state", {"state": ""}))
        situation = Situation(subject, action, actor, acting, at, machine.scheme_of(subject, at), inputs, "")
        _check(line, situation)
        establish(subject, at=at, state=line.to)
        for write in line.writes:
            write(situation)
        _note(work, machine, line, situation)
        _follow(machine, line.to, situation, line)


def establish(subject: Thing, *, at: datetime, state: str | None = None) -> None:
    """Save a new row in the state in which its life begins, with its reference where its kind has one."""
    machine = registry.machine_of(subject)
    subject.state, subject.state_since, subject.created_at = state or machine.states[0], at, at
    subject.save()
    letters = getattr(subject, "REFERENCE_LETTERS", "")
    if letters:
        subject.reference = f"{letters}-{at.year}-{subject.pk:06d}"
        subject.save(update_fields=["reference"])
    concern(subject)


def record(
    subject: Thing,
    action: Action,
    *,
    actor: Actor,
    at: datetime,
    capacity: Capacity | None = None,
    payload: Mapping[str, Any] = NO_INPUTS,
    tells: Iterable[Capacity] = (),
    path: str = "",
) -> None:
    """Write into the journal what was done without a change of state: a file opened, a part written.

    `tells` are told of it as of a move; `path` is where their mail leads, if not to the case.

    :raises NotAllowed: the table leaves the actor out.
    """
    machine = registry.machine_of(subject)
    with unit_of_work(actor, at) as work:
        acting = acting_capacity(machine, subject, action, actor, capacity)
        work.entries.append(
            journal.draft(
                machine, subject, action, actor, acting, at, before=subject.state, after=subject.state, payload=payload
            )
        )
        root = machine.root_of(subject)
        work.roots[machine.root_name or machine.name, root.pk] = root
        if tells:
            letter = str(payload.get("letter") or "")
            work.happenings.append(
                notices.Happening(machine, subject, action, acting, frozenset(tells), letter=letter, path=path)
            )


def concern(subject: Thing) -> None:
    """Have what is asked of whom about a subject worked out anew at the end of the transaction that is open."""
    running = _unit.get()
    if running is not None:
        machine = registry.machine_of(subject)
        root = machine.root_of(subject)
        running.roots[machine.root_name or machine.name, root.pk] = root


def acting_capacity(
    machine: Machine, subject: Thing, action: Action, actor: Actor, wanted: Capacity | None
) -> Capacity:
    """Give the capacity in which the actor acts: the one that was named, else one that has not consented yet.

    :raises NotAllowed: with the code of the permission table.
    """
    denial = decide.denial(actor, machine.name, action, subject)
    if denial is not None:
        raise NotAllowed(Refusal(denial))
    possible = decide.acting_capacities(actor, machine.name, action, subject)
    line = machine.row_for(action, subject.state or None)
    if line is not None:
        narrowed = tuple(capacity for capacity in possible if capacity in machine.acting_on(subject, line))
        possible = narrowed or possible
    if not possible:
        # The thing was disclosed to the actor, who is no party to it: the journal names the capacity that they say;
        # an auditor reads as the agency does.
        return wanted or (AG if actor.auditor else V)
    if wanted is not None:
        if wanted not in possible:
            raise NotAllowed(Refusal("not_allowed"))
        return wanted
    if line is not None and line.each and subject.pk:
        given = consents.given(subject, machine.name, action)
        return next((capacity for capacity in possible if capacity not in given), possible[0])
    return possible[0]


def lock(machine: Machine, subject: Thing, paths: Iterable[str] | None = None) -> None:
    """Lock what the life names, or the rows at the paths, in the global order, then the subject; read it anew."""
    for path in machine.locks if paths is None else paths:
        row = subject
        for step in path.split("__"):
            row = getattr(row, step)
        _lock_row(row)
    # The rows of the case that come along are locked already, so that what is read here is what stands.
    fresh = type(subject).objects.select_related(*machine.related).select_for_update(of=("self",))
    try:
        subject.refresh_from_db(from_queryset=fresh)
    except type(subject).DoesNotExist:
        raise WrongState(Refusal("wrong_state", {"state": ""})) from None


def reason_against(machine: Machine, situation: Situation) -> Refusal:
    """Give what is missing before the action has its state; `wrong_state` where nothing more can be said."""
    for reason in machine.reasons_for(situation.action, situation.subject.state):
        refusal = Refusal(reason.code) if reason.guard is None else reason.guard(situation)
        if refusal is not None:
            return refusal
    return Refusal("wrong_state", {"state": situation.subject.state})


def _given(machine: Machine, subject: Thing, action: Action) -> frozenset[Capacity]:
    line = machine.row_for(action, subject.state)
    return consents.given(subject, machine.name, action) if line is not None and line.each else frozenset()


def _left_out(machine: Machine, subject: Thing, action: Action) -> frozenset[Capacity]:
    line = machine.row_for(action, subject.state)
    return machine.left_out(subject, line) if machine.left_out is not None and line is not None else frozenset()


def _line_of(found: Outcome, machine: Machine, situation: Situation) -> Row:
    if found.refusal == "not_allowed":
        raise NotAllowed(Refusal(found.refusal))
    if found.line is None:
        raise WrongState(reason_against(machine, situation))
    if found.refusal:
        raise Refused(Refusal(found.refusal))
    return found.line


def _check(line: Row, situation: Situation) -> None:
    for guard in (*line.only_if, *line.answers):
        if (refusal := guard(situation)) is not None:
            raise Refused(refusal)


def _lock_row(row: Model | None) -> None:
    if row is not None:
        type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)


def _carry_on(work: Unit, machine: Machine, line: Row, found: Outcome, situation: Situation) -> None:
    subject = situation.subject
    if found.waits:
        _note(work, machine, line, situation)
        return
    target = str(subject.state_before) if found.to == THE_STATE_BEFORE else found.to
    if line.detour is not None and line.detour.where(situation):
        target = line.detour.to
    if target is None:
        _note(work, machine, line, situation, deleted=True)
        work.roots.pop((machine.root_name or machine.name, machine.root_of(subject).pk), None)
        obligations.close_all(machine.name, subject.pk, situation.at)
        subject.delete()
        return
    if target != subject.state:
        if hasattr(subject, "state_before"):
            subject.state_before = subject.state
        subject.state, subject.state_since = target, situation.at
        subject.save()
    _note(work, machine, line, situation)
    _follow(machine, target, situation, line)


def _follow(machine: Machine, target: str, situation: Situation, line: Row) -> None:
    for effect in line.afterwards:
        effect(situation)
    if target != situation.before:
        for follower in registry.followers(machine.name, target):
            follower(situation)


def _note(work: Unit, machine: Machine, line: Row, situation: Situation, *, deleted: bool = False) -> None:
    subject = situation.subject
    root = machine.root_of(subject)
    work.roots[machine.root_name or machine.name, root.pk] = root
    after = "" if deleted else subject.state
    work.entries.append(
        journal.draft(
            machine,
            subject,
            situation.action,
            situation.actor,
            situation.capacity,
            situation.at,
            before=situation.before,
            after=after,
            payload=situation.inputs,
        )
    )
    if not deleted:
        letter = str(situation.inputs.get("letter") or "")
        work.happenings.append(
            notices.Happening(machine, subject, situation.action, situation.capacity, line.tells, letter=letter)
        )


def scheme_of(subject: Thing, at: datetime) -> Scheme:
    """Give the rules that hold for a subject at a moment."""
    return registry.machine_of(subject).scheme_of(subject, at)
