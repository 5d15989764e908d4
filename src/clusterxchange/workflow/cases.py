"""A case as its page shows it: who has the ball, what can be done, why something is closed, what happened.

Everything is read from the tables of states, permissions and sentences; templates compare nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity, H, V
from clusterxchange.access.rules import Thing
from clusterxchange.access.table import DISCLOSURES, PERMISSIONS
from clusterxchange.workflow import consents, engine, journal, obligations, registry, sentences
from clusterxchange.workflow.models import Entry, Obligation
from clusterxchange.workflow.parties import capacity_label
from clusterxchange.workflow.tables import Machine, Refusal, Row, Situation

LONGEST_TIMELINE = 50
WHOLE = "all"
REPEATS_PASSED_OVER = 10
MOST_FIELDS_BESIDE = 3
HALF_A_DAY = timedelta(hours=12)


class NoQuestions(forms.Form):
    """A step that asks for nothing but the press of its button."""


@dataclass(frozen=True)
class Banner:
    """The next step: whose it is and by when (look.md section 3)."""

    ball: str
    badge: str
    sentence: str
    why: str = ""
    due: datetime | None = None
    due_in: str = ""
    turn: str = ""
    due_date: str = ""
    link: str = ""
    link_label: str = ""
    state: str = ""
    action: str = ""


@dataclass
class Step:
    """Something that the reader can do now."""

    action: Action
    capacity: Capacity
    label: str
    url: str
    form: forms.BaseForm
    hidden: list[tuple[str, str]]
    primary: bool = False
    danger: bool = False
    hint: str = ""
    title: str = ""

    @property
    def id(self) -> str:
        """The mark of the step in its page."""
        return f"{self.action.hyphenated}-{self.capacity.lower()}"

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields that most people need; a form names the others as `later`."""
        later = getattr(self.form, "later", ())
        return [field for field in self.form if field.name not in later]

    @property
    def later_fields(self) -> list[forms.BoundField]:
        """The fields that few people need: folded up on the page."""
        return [self.form[name] for name in getattr(self.form, "later", ())]

    @property
    def is_unfolded(self) -> bool:
        """Whether something is wrong with an answer that would be folded up."""
        return any(field.errors for field in self.later_fields)

    @property
    def is_long(self) -> bool:
        """Whether the step needs the width of the main column."""
        return sum(not field.is_hidden for field in self.first_fields) > MOST_FIELDS_BESIDE


@dataclass(frozen=True)
class ClosedStep:
    """Something that the reader may do, but not now, and why."""

    action: Action
    label: str
    refusal: str
    sentence: str


@dataclass(frozen=True)
class Section:
    """A part of a case's page: rows of label and answer, or a template of its own."""

    title: str
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def names_of(subject: Thing, capacity: str, machine: Machine) -> dict[str, str]:
    """Give every name that a sentence about the subject may need; `party` is who acts in the capacity."""
    names = dict(machine.describe(subject))
    return {**names, "party": names.get(f"name_{capacity}") or capacity_label(capacity)}


def last_day_of(due_at: datetime) -> datetime:
    """Give noon (UTC) of the last day of a term, which ends at midnight in the zone of whoever must act.

    Noon is on that day in every zone of Europe, so the day is the same whoever reads it.
    """
    return (due_at - HALF_A_DAY).astimezone(UTC)


def days_left(due_at: datetime, at: datetime) -> int:
    """Count calendar days from today to the last day of a term; negative once it is over."""
    return (last_day_of(due_at).date() - timezone.localtime(at).date()).days


def due_in_words(due_at: datetime, at: datetime) -> str:
    """Say in words how long a term still runs, or since when it is over."""
    days = days_left(due_at, at)
    if days < 0:
        return ngettext("overdue by %(count)d day", "overdue by %(count)d days", -days) % {"count": -days}
    if days == 0:
        return _("today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def date_in_words(moment: datetime) -> str:
    """Write a day as the reader's language does: 3 March 2026."""
    return date_format(timezone.localtime(moment), _("j E Y"))


def banner_of(machine: Machine, subject: Thing, actor: Actor, at: datetime) -> Banner:
    """Say who must act: on this subject, or else anywhere in its case, as far as the reader may see."""
    root = machine.root_of(subject)
    visible = kinds_seen(machine, subject, actor)
    open_ones = [
        one for one in obligations.open_in_case(machine.root_name or machine.name, root.pk) if one.kind in visible
    ]
    own_subject = [one for one in open_ones if one.kind == machine.name and one.subject_id == subject.pk]
    return banner_from(own_subject or open_ones if machine.root else open_ones, actor, at)


def pointing_to(banner: Banner, steps: Iterable[Step], address: str) -> Banner:
    """Let a banner that leads to its own page lead to the step there; to nothing where that is closed."""
    if banner.link != address:
        return banner
    step = next((one for one in steps if one.action == banner.action), None)
    return replace(banner, link=f"#{step.id}") if step is not None else replace(banner, link="", link_label="")


def banner_from(
    open_ones: list[Obligation], actor: Actor, at: datetime, subjects: Mapping[tuple[str, int], Thing] | None = None
) -> Banner:
    """Make the banner of some open obligations: the reader's own first, the soonest of them.

    `subjects` are those that have been read already, by kind and number.
    """
    turn = " ".join(
        dict.fromkeys(
            Capacity(one.capacity).word
            for one in sorted(open_ones, key=lambda one: list(Capacity).index(Capacity(one.capacity)))
        )
    )
    own = [one for one in open_ones if obligations.is_own(one, actor)]
    if not open_ones:
        return Banner("nobody", _("Nobody's turn"), _("Nothing for you to do"), turn="")
    first = (own or open_ones)[0]
    machine = registry.machine_named(first.kind)
    subject = (subjects or {}).get((first.kind, first.subject_id))
    if subject is None:
        subject = machine.model._default_manager.get(pk=first.subject_id)
    texts, names = sentences.ACTIONS[Action(first.action)], names_of(subject, first.capacity, machine)
    banner = Banner(
        "yours" if own else "theirs",
        _("Your turn"),
        sentences.filled(texts.asked, names),
        sentences.filled(texts.hint, names),
        due=last_day_of(first.due_at) if first.due_at else None,
        due_in=due_in_words(first.due_at, at) if first.due_at else "",
        due_date=last_day_of(first.due_at).date().isoformat() if first.due_at else "",
        turn=turn,
        link=machine.address(subject),
        link_label=str(texts.button),
        action=first.action,
    )
    if own and first.since > at:
        return replace(banner, badge=_("Your turn from %(day)s") % {"day": date_in_words(first.since)})
    if own:
        return banner
    reminder = ""
    if first.remind_next_at is not None:
        reminder = _("A reminder goes on %(day)s.") % {"day": date_in_words(first.remind_next_at)}
    # Some wait for a day that is still to come, such as the first day of a stay.
    words = _("Waiting for %(party)s from %(day)s") if first.since > at else _("Waiting for %(party)s since %(day)s")
    badge = words % {"party": names["party"], "day": date_in_words(first.since)}
    waiting = sentences.filled(texts.waiting, names)
    return replace(banner, badge=badge, sentence=waiting, why=reminder, link="", link_label="")


def kinds_seen(machine: Machine, subject: Thing, actor: Actor) -> frozenset[str]:
    """Give the kinds of things in a case that the reader may see at all."""
    root = machine.root_of(subject)
    root_name = machine.root_name or machine.name
    held = decide.capacities_of(actor, root_name, root)
    disclosed = decide.is_disclosed(actor, root_name, Action.SEE, root)
    return frozenset(
        one.name
        for one in registry.machines_of_root(root_name)
        if PERMISSIONS[one.name][Action.SEE].capacities & held
        or (disclosed and Action.SEE in DISCLOSURES.get(one.name, {}))
    )


def steps_of(
    machine: Machine,
    subject: Thing,
    actor: Actor,
    at: datetime,
    *,
    make_form: Callable[[Action, Capacity], forms.BaseForm],
    address: str,
    danger: Iterable[Action] = (),
) -> tuple[list[Step], list[ClosedStep]]:
    """Give what the reader can do now, and what is closed to them with its reason.

    Guards run here, so it is never called in a list.
    """
    own = {
        (one.action, one.capacity)
        for one in Obligation.objects.filter(
            obligations.of_actor(actor),
            kind=machine.name,
            subject_id=subject.pk,
            closed_at__isnull=True,
            is_watch=False,
        )
    }
    open_steps: list[Step] = []
    closed: list[ClosedStep] = []
    scheme = machine.scheme_of(subject, at)
    for action in dict.fromkeys(line.action for line in machine.rows if None not in line.when):
        line = machine.row_for(action, subject.state)
        for capacity in _acting(machine, subject, actor, action, line):
            situation = Situation(subject, action, actor, capacity, at, scheme, before=subject.state)
            refusal = _refusal(machine, line, situation)
            texts = sentences.ACTIONS[action]
            if refusal is None and line is not None:
                open_steps.append(
                    Step(
                        action,
                        capacity,
                        str(texts.button),
                        f"{address}{action.hyphenated}/",
                        make_form(action, capacity),
                        hidden_of(subject, capacity),
                        danger=action in set(danger),
                        hint=sentences.filled(texts.hint, names_of(subject, capacity, machine)) if texts.hint else "",
                    )
                )
            elif refusal is not None and refusal.code not in {"wrong_state", "already_signed"}:
                sentence = sentences.refusal_sentence(refusal.code, refusal.params)
                closed.append(ClosedStep(action, str(texts.button), refusal.code, sentence))
            if line is None or not line.each:
                break
    first = next((step for step in open_steps if (step.action, step.capacity) in own and not step.danger), None)
    if first is not None:
        first.primary = True
        open_steps.sort(key=lambda step: step is not first)
    return open_steps, closed


def step_beside(machine: Machine, subject: Thing, action: Action, capacity: Capacity, form: forms.BaseForm) -> Step:
    """Give something that the reader can do without moving the subject."""
    texts = sentences.ACTIONS[action]
    address = f"{machine.address(subject)}{action.hyphenated}/"
    return Step(action, capacity, str(texts.button), address, form, hidden_of(subject, capacity), hint=str(texts.hint))


def _acting(machine: Machine, subject: Thing, actor: Actor, action: Action, line: Row | None) -> tuple[Capacity, ...]:
    possible = decide.acting_capacities(actor, machine.name, action, subject)
    if line is None:
        return possible
    possible = tuple(one for one in possible if one in machine.acting_on(subject, line))
    if set(possible) == {V, H} and machine.asked_capacities is not None:
        # One organisation that could act as either: the life says as which of the two it does.
        asked = machine.asked_capacities(subject, line, frozenset(possible))
        return tuple(one for one in possible if one in asked) or possible
    return possible


def standing_refusal(
    machine: Machine, subject: Thing, action: Action, actor: Actor, capacity: Capacity | None, at: datetime
) -> Refusal | None:
    """Say why an action is closed as things stand, whatever would be typed; None where it is open."""
    line = machine.row_for(action, subject.state)
    possible = _acting(machine, subject, actor, action, line)
    if not possible or (capacity is not None and capacity not in possible):
        return Refusal("not_allowed")
    situation = Situation(
        subject,
        action,
        actor,
        capacity or possible[0],
        at,
        machine.scheme_of(subject, at),
        before=subject.state,
    )
    return _refusal(machine, line, situation)


def _refusal(machine: Machine, line: Row | None, situation: Situation) -> Refusal | None:
    if line is None:
        return engine.reason_against(machine, situation)
    if line.each and situation.capacity in consents.given(situation.subject, machine.name, situation.action):
        return Refusal("already_signed")
    return line.closed_by(situation)


def hidden_of(subject: Thing, capacity: Capacity) -> list[tuple[str, str]]:
    """Give what a step's form carries unseen: in which capacity, and to which text the reader says yes."""
    found = [("capacity", str(capacity))]
    if hasattr(subject, "version"):
        found.append(("version", str(subject.version)))
    if getattr(subject, "text_sha256", ""):
        found.append(("text_sha256", str(subject.text_sha256)))
    return found


@dataclass(frozen=True)
class Timeline:
    """What happened in a case, newest first; where earlier things are left out, the address that shows them too."""

    rows: list[dict[str, Any]]
    whole_url: str = ""


def timeline_of(machine: Machine, subject: Thing, actor: Actor, *, whole: bool = False) -> Timeline:
    """Give what happened in a case as sentences, as far as the reader may see: the latest of it, or the whole."""
    root = machine.root_of(subject)
    seen = kinds_seen(machine, subject, actor)
    name = machine.root_name or machine.name
    entries = journal.entries_of(root.reference).filter(kind__in=seen)
    if whole:
        return Timeline(said_in_turn((entry, happened(entry, name, root)) for entry in entries))
    latest = list(entries[: REPEATS_PASSED_OVER * LONGEST_TIMELINE])
    rows = said_in_turn(((entry, happened(entry, name, root)) for entry in latest), LONGEST_TIMELINE + 1)
    goes_on = len(rows) > LONGEST_TIMELINE or len(latest) == REPEATS_PASSED_OVER * LONGEST_TIMELINE
    whole_url = f"{machine.address(subject)}?timeline={WHOLE}#timeline-title" if goes_on else ""
    return Timeline(rows[:LONGEST_TIMELINE], whole_url)


def said_in_turn(entries: Iterable[tuple[Entry, str]], longest: int | None = None) -> list[dict[str, Any]]:
    """Give entries and their sentences, newest first, as rows of a timeline; what is said again and again stands once.

    Of forty answers that were saved one after the other only the last one is news.
    """
    found: list[dict[str, Any]] = []
    for entry, sentence in entries:
        moves = entry.before != entry.after
        is_said = bool(found) and not moves and found[-1]["sentence"] == sentence
        if sentence and not is_said:
            found.append({"at": entry.at, "sentence": sentence, "done": moves})
        if len(found) == longest:
            break
    return found


def happened(entry: Entry, root_name: str, root: Thing) -> str:
    """Say an entry of the journal in the reader's language."""
    texts = sentences.ACTIONS.get(Action(entry.action))
    # What was said stands in the conversation.
    if texts is None or entry.action == Action.SAY_SOMETHING:
        return ""
    return sentences.filled(texts.happened, names_of(root, entry.capacity, registry.machine_named(root_name)))
