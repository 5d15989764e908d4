"""An obligation as one row of a desk or of a work queue: what, for whom, by when, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusterxchange.access.actions import Action
from clusterxchange.access.rules import Thing
from clusterxchange.journeys.subjects import title_of
from clusterxchange.workflow import cases, registry, sentences
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.sentences import Text

# Where a button names one answer of several, a list names the question.
WHAT_IS_DECIDED: Mapping[Action, Text] = {
    Action.ACCEPT_APPLICATION: gettext_lazy("Assess the registration"),
    Action.APPROVE_EXCEPTION: gettext_lazy("Decide on the exception"),
    Action.UPHOLD_OBJECTION: gettext_lazy("Decide on the objection"),
    Action.CONFIRM_PARTICIPATION: gettext_lazy("Review the participation"),
    Action.ACCEPT_PROPOSAL: gettext_lazy("Answer the proposal"),
    Action.ACCEPT_SUGGESTION: gettext_lazy("Answer the suggestion"),
    Action.VALIDATE_REPORT: gettext_lazy("Check the report"),
    Action.ACCEPT_EVIDENCE: gettext_lazy("Check the evidence"),
    Action.UNBLOCK_PAYMENT: gettext_lazy("Decide on the dispute"),
    Action.CANCEL_EXCHANGE: gettext_lazy("Decide on the exchange that did not take place"),
}


def what_to_do(action: str) -> Text:
    """Say in a few words what an obligation asks for."""
    return WHAT_IS_DECIDED.get(Action(action)) or sentences.ACTIONS[Action(action)].button


@dataclass(frozen=True)
class Task:
    """One row. `state` is the mark of its badge, `pick` what its box sends, if not the reference."""

    url: str
    title: str
    kind: str
    who: str
    when: str
    state: str
    note: str
    reference: str
    pick: str = ""


def task_on_desk(obligation: Obligation, subject: Thing, at: datetime, *, own: bool) -> Task:
    """Say what the reader must do, or what somebody else does for whom the reader waits."""
    machine = registry.machine_named(obligation.kind)
    texts = sentences.ACTIONS[Action(obligation.action)]
    names = cases.names_of(subject, obligation.capacity, machine)
    note = sentences.filled(texts.hint, names)
    if not own:
        note = _reminder(obligation)
    return Task(
        url=machine.address(subject),
        title=sentences.filled(texts.asked if own else texts.waiting, names),
        kind=str(what_to_do(obligation.action)),
        who=names["party"],
        when=_by_when(obligation, at) if own else _since(obligation, at),
        state=_mark(obligation, at, own=own),
        note=note,
        reference=obligation.reference,
    )


def task_in_queue(obligation: Obligation, subject: Thing, at: datetime, *, own: bool) -> Task:
    """Name the case first, then what is to be done with it; whose turn it is where it is not the reader's."""
    machine = registry.machine_named(obligation.kind)
    texts = sentences.ACTIONS[Action(obligation.action)]
    names = cases.names_of(subject, obligation.capacity, machine)
    return Task(
        url=machine.address(subject),
        title=title_of(machine, subject),
        kind=str(what_to_do(obligation.action)) if own else sentences.filled(texts.waiting, names),
        who=obligation.reference,
        when=capfirst(cases.due_in_words(obligation.due_at, at)) if obligation.due_at else _since(obligation, at),
        state=_mark(obligation, at, own=own),
        note="",
        reference=obligation.reference,
    )


def is_overdue(obligation: Obligation, at: datetime) -> bool:
    """Whether its term is over."""
    return obligation.due_at is not None and obligation.due_at <= at


def _mark(obligation: Obligation, at: datetime, *, own: bool) -> str:
    if is_overdue(obligation, at):
        return "late"
    return "yours" if own else "theirs"


def _by_when(obligation: Obligation, at: datetime) -> str:
    if obligation.due_at is None:
        return _since(obligation, at)
    words = cases.due_in_words(obligation.due_at, at)
    if is_overdue(obligation, at):
        return capfirst(words)
    return _("By %(day)s, %(in_days)s") % {
        "day": cases.date_in_words(cases.last_day_of(obligation.due_at)),
        "in_days": words,
    }


def _since(obligation: Obligation, at: datetime) -> str:
    # Some wait for a day that is still to come, such as the first day of a stay.
    words = _("From %(day)s") if obligation.since > at else _("Since %(day)s")
    return words % {"day": cases.date_in_words(obligation.since)}


def _reminder(obligation: Obligation) -> str:
    if obligation.remind_next_at is None:
        return ""
    return _("A reminder goes on %(day)s.") % {"day": cases.date_in_words(obligation.remind_next_at)}
