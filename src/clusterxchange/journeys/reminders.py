"""Reminding many at once of what is theirs to do: shown first, then sent one by one, with a result for each."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.journeys.subjects import seen_by, subjects_of, title_of
from clusterxchange.journeys.work_queue import WAITING, read_chosen
from clusterxchange.workflow import cases, engine, notices, obligations, registry
from clusterxchange.workflow.models import Notice, Obligation
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.sentences import ACTIONS, Text, filled, refusal_sentence
from clusterxchange.workflow.tables import Refusal

MOST = 100
REMINDED_ONCE_IN = timedelta(days=1)
REMIND_BUTTON: dict[str, Text] = {
    "name": "remind",
    "label": ACTIONS[Action.REMIND_PARTY].button,
    "url": "/desk/reminders/",
}


class WordsForm(forms.Form):
    """What is written beside the reminder."""

    words = forms.CharField(
        label=gettext_lazy("Words of your own in the mail"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@dataclass(frozen=True)
class Reminder:
    """A reminder as it would go, or has gone: to whom, of what, and what stands against it.

    `others` counts what else was chosen of the same party in the same case.
    """

    obligation: Obligation
    title: str
    sentence: str
    party: str
    url: str
    refusal: Refusal | None
    others: int = 0


def may_remind(actor: Actor) -> bool:
    """Whether the reader looks after cases in which others must act."""
    return actor.support_office or bool(actor.partnerships_as(CASE_PEOPLE))


def action_of(obligation: Obligation) -> Action:
    """Give the verb under which the table says who may remind somebody of this."""
    return Action.REMIND_APPLICANT if obligation.kind == "application" else Action.REMIND_PARTY


def refusal_of(obligation: Obligation, subject: object, actor: Actor, at: datetime) -> Refusal | None:
    """Say why somebody cannot be reminded now; None where they can."""
    denial = decide.denial(actor, obligation.kind, action_of(obligation), subject)
    if denial is not None:
        return Refusal(denial)
    if obligation.closed_at is not None:
        return Refusal("wrong_state", {"state": ""})
    sent = Notice.objects.filter(
        topic=Notice.Topic.REMINDER,
        reference=obligation.reference,
        params__capacity=obligation.capacity,
        at__gt=at - REMINDED_ONCE_IN,
    )
    return Refusal("reminded_today") if sent.exists() else None


def remind_party(obligation: Obligation, *, actor: Actor, at: datetime, words: str = "") -> None:
    """Remind whoever must act of one obligation, beside the reminders that go by themselves; at most once a day.

    :raises engine.NotDone: the reader may not, it is done by now, or a reminder went within a day.
    """
    with engine.unit_of_work(actor, at):
        machine = registry.machine_named(obligation.kind)
        subject = machine.model._default_manager.select_related(*machine.related).get(pk=obligation.subject_id)
        engine.lock(machine, subject)
        standing = Obligation.objects.get(pk=obligation.pk)
        refusal = refusal_of(standing, subject, actor, at)
        if refusal is not None:
            raise engine.Refused(refusal)
        engine.record(subject, action_of(standing), actor=actor, at=at, payload={"letter": words})
        notices.remind(standing, at, letter=words)


def looked_at(chosen: list[Obligation], actor: Actor, at: datetime) -> list[Reminder]:
    """Say what would be sent: one mail to each party of a case, of what is due soonest, whatever else is theirs."""
    subjects = subjects_of(chosen)
    found: dict[tuple[str, str], Reminder] = {}
    for one in chosen:
        machine, subject = registry.machine_named(one.kind), subjects[one.kind, one.subject_id]
        names = cases.names_of(subject, one.capacity, machine)
        sentence = filled(ACTIONS[Action(one.action)].asked, names)
        party = one.reference, one.capacity
        if party in found:
            found[party] = replace(found[party], others=found[party].others + 1)
            continue
        refusal = refusal_of(one, subject, actor, at)
        found[party] = Reminder(
            one, title_of(machine, subject), sentence, names["party"], machine.address(subject), refusal
        )
    return list(found.values())


def sent(shown: list[Reminder], actor: Actor, at: datetime, words: str) -> list[Reminder]:
    """Send each; what is refused for one leaves the others alone."""
    found = []
    for one in shown:
        refusal = one.refusal
        if refusal is None:
            try:
                remind_party(one.obligation, actor=actor, at=at, words=words)
            except engine.NotDone as reason:
                refusal = reason.refusal
        found.append(replace(one, refusal=refusal))
    return found


def _chosen(request: HttpRequest, actor: Actor) -> list[Obligation]:
    numbers = [int(one) for one in request.POST.getlist("pick")[:MOST] if one.isdecimal() and len(one) < 19]  # noqa: PLR2004 -- a number of the database
    return list(obligations.awaited(actor, seen_by(actor)).filter(pk__in=numbers))


@require_http_methods(["GET", "POST"])
@signed_in
def reminders(request: HttpRequest) -> HttpResponse:
    """Show which reminders would go to whom; once confirmed, send them and give each result."""
    actor, at = actor_of(request), clock.now()
    narrowed = replace(read_chosen(request.GET.dict(), actor)[0], show=WAITING)
    if request.method == "GET" or not may_remind(actor):
        return redirect(narrowed.url)
    chosen = _chosen(request, actor)
    if not chosen:
        messages.info(
            request, _("Nobody was reminded. Tick the rows of those whom you want to remind, then try again.")
        )
        return redirect(narrowed.url)
    shown, is_confirmed = looked_at(chosen, actor, at), "confirmed" in request.POST
    form = WordsForm(request.POST if is_confirmed else None)
    is_done = is_confirmed and form.is_valid()
    if is_done:
        shown = sent(shown, actor, at, form.cleaned_data["words"].strip())
    context = {
        "title": _("Reminders"),
        "shown": shown,
        "possible": [one for one in shown if one.refusal is None],
        "form": form,
        "is_done": is_done,
        "has_errors": form.is_bound and bool(form.errors),
        "tasks": [_row(one, is_done=is_done) for one in shown],
        "back_url": narrowed.url,
        "query": narrowed.query,
    }
    return render(
        request, "journeys/reminders.html", context, status=UNPROCESSABLE if is_confirmed and not is_done else 200
    )


def _row(one: Reminder, *, is_done: bool) -> dict[str, str]:
    if one.refusal is not None:
        note, when, state = refusal_sentence(one.refusal.code, one.refusal.params), _("Left out"), "no"
    else:
        note = _("To %(party)s: %(sentence)s") % {"party": one.party, "sentence": one.sentence}
        if one.others:
            note += " " + ngettext(
                "%(count)d more thing is theirs to do there.",
                "%(count)d more things are theirs to do there.",
                one.others,
            ) % {"count": one.others}
        when, state = (_("Sent"), "done") if is_done else (_("Ready"), "yours")
    return {
        "url": one.url,
        "title": one.title,
        "when": str(when),
        "state": state,
        "note": note,
        "reference": one.obligation.reference,
    }
