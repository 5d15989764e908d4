"""What a table of a life is made of (states.md). Who may act stands in access/table.py and is read from there."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import ORDER, SYS, Capacity
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import PERMISSIONS
from clusterxchange.scheme.document import Scheme

STAYS = "stays"
THE_STATE_BEFORE = "the state before"


@dataclass(frozen=True)
class Refusal:
    """Why something cannot be done, as a code with parameters; `field` names the answer at fault, if one is."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    field: str = ""


@dataclass(frozen=True)
class Situation:
    """All that a guard or an effect may look at: the locked subject, who acts as what, when, and what was typed."""

    subject: Thing
    action: Action
    actor: Actor
    capacity: Capacity
    at: datetime
    scheme: Scheme
    inputs: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that goes along with a mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Occasion:
    """Which mail is being written: what it tells of, why the person is told, and the address it goes to."""

    action: Action
    topic: str
    address: str
    at: datetime


Guard = Callable[[Situation], Refusal | None]
Effect = Callable[[Situation], None]
Asked = Callable[[Any], bool]


@dataclass(frozen=True)
class Timed:
    """A term of scheme.md section 10 and the moment or day of the subject from which it counts (a path).

    Without a term the moment itself is meant: only for what the tool does then.
    """

    term: str
    since: str = "state_since"


@dataclass(frozen=True)
class Detour:
    """Another state to which a line leads where the case asks for it, once the line has written what it writes."""

    to: str
    where: Callable[[Situation], bool]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a life.

    `only_if` are guards that look at the state of things: pages show them before anybody acts. `answers` look at what
    was typed. `writes` run before the state changes (for a consent: at each one), `afterwards` once it has changed.
    `asks` are those who must act now; everybody else in `by` may, but is not waited for.
    """

    action: Action
    when: frozenset[str | None]
    to: str | None
    detour: Detour | None = None
    only_if: tuple[Guard, ...] = ()
    answers: tuple[Guard, ...] = ()
    writes: tuple[Effect, ...] = ()
    afterwards: tuple[Effect, ...] = ()
    resets: frozenset[Action] = frozenset()
    asks: frozenset[Capacity] = frozenset()
    asked_if: Asked | None = None
    terms: tuple[Timed, ...] = ()
    tells: frozenset[Capacity] = frozenset()
    narrowed_to: frozenset[Capacity] | None = None
    each: bool = False

    def by(self, machine_name: str) -> tuple[Capacity, ...]:
        """Give who may act, in the fixed order: the permission table's row, narrowed where this row says so."""
        allowed = PERMISSIONS[machine_name][self.action].capacities
        if self.narrowed_to is not None:
            allowed &= self.narrowed_to
        return tuple(capacity for capacity in ORDER if capacity in allowed)

    def consenting(self, machine_name: str) -> frozenset[Capacity]:
        """Give the capacities whose consents carry the subject on; the tool itself is never one of them."""
        return frozenset(self.by(machine_name)) - {SYS}

    def closed_by(self, situation: Situation) -> Refusal | None:
        """Give what stands against the line as things are, whatever would be typed; None where nothing does."""
        return next((refusal for guard in self.only_if if (refusal := guard(situation)) is not None), None)


def row(action: Action, when: str | Iterable[str | None] | None, to: str | None, **columns: Thing) -> Row:
    """Write one line: action, the state or states in which it is possible, the state that follows."""
    states = frozenset({when}) if when is None or isinstance(when, str) else frozenset(when)
    for name in ("resets", "asks", "tells", "narrowed_to"):
        if columns.get(name) is not None:
            columns[name] = frozenset(columns[name])
    return Row(action=action, when=states, to=to, **columns)


def consent_row(action: Action, when: str | Iterable[str], to: str | None, **columns: Thing) -> Row:
    """Write a line that every capacity named gives once per version; the last one carries the subject on."""
    return row(action, when, to, each=True, **columns)


@dataclass(frozen=True)
class Reason:
    """Why an action has no line in some states, said more exactly than `wrong_state`.

    `guard` looks at the case where the state alone does not tell; without one the reason always holds there.
    """

    code: str
    when: frozenset[str]
    guard: Guard | None = None


def reason(code: str, when: str | Iterable[str], guard: Guard | None = None) -> Reason:
    """Write one reason: its code, the state or states in which it holds, and the guard that tells if it does."""
    return Reason(code, frozenset({when}) if isinstance(when, str) else frozenset(when), guard)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A whole life.

    `root` is the attribute that leads to the case to which the subject belongs ("" where it is the case itself);
    `locks` are attributes locked before the subject, in the one global order (architecture.md section 5);
    `related` are rows read together with the subject, since permission, names and terms need them;
    `describe` gives the names that sentences about the subject need, `address` where its page is,
    `scheme_of` the rules that hold for it at a moment; `reasons` say what is still missing, or over, when an action is
    tried in a state in which its line does not stand; the first that holds is told. `left_out`
    gives the sides that the rules of the case do not ask on a line. `attaches` gives a file for a mail.
    """

    name: str
    model: type[Model]
    states: tuple[str, ...]
    rows: tuple[Row, ...]
    scheme_of: Callable[[Any, datetime], Scheme]
    describe: Callable[[Any], Mapping[str, str]]
    address: Callable[[Any], str]
    root: str = ""
    root_name: str = ""
    locks: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    reasons: Mapping[Action, tuple[Reason, ...]] = field(default_factory=dict)
    asked_capacities: Callable[[Any, Row, frozenset[Capacity]], frozenset[Capacity]] | None = None
    left_out: Callable[[Any, Row], frozenset[Capacity]] | None = None
    attaches: Callable[[Any, Occasion], Attachment | None] | None = None

    def row_for(self, action: Action, state: str | None) -> Row | None:
        """Give the line that applies to the action in a state, if there is one."""
        return next((line for line in self.rows if line.action is action and state in line.when), None)

    def acting_on(self, subject: Thing, line: Row) -> tuple[Capacity, ...]:
        """Give who may act on a line of this subject, in the fixed order."""
        out = self.left_out(subject, line) if self.left_out is not None and subject.pk else frozenset()
        return tuple(capacity for capacity in line.by(self.name) if capacity not in out)

    def reasons_for(self, action: Action, state: str | None) -> tuple[Reason, ...]:
        """Give what may stand against an action in a state in which it has no line."""
        return tuple(one for one in self.reasons.get(action, ()) if state in one.when)

    def rows_in(self, state: str) -> tuple[Row, ...]:
        """Give every line that leads on from a state."""
        return tuple(line for line in self.rows if state in line.when)

    def root_of(self, subject: Thing) -> Thing:
        """Give the case to which the subject belongs."""
        return getattr(subject, self.root) if self.root else subject
