"""One step on many registrations of the queue: shown first, then taken one by one, with a result for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.work_queue import read_chosen
from clusterxchange.phases.registration import operations, queries, rules
from clusterxchange.phases.registration.assistance import letters
from clusterxchange.phases.registration.models import Application, ApplicationState, ChecklistAnswer, Decision
from clusterxchange.phases.registration.operations import Checklist
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.workflow import cases, engine
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.sentences import ACTIONS, Text, filled, refusal_sentence, state_label
from clusterxchange.workflow.tables import Refusal

MOST = 100
Take = Callable[[Application, Actor, datetime, str], object]


@dataclass(frozen=True)
class Step:
    """Something that can be done to many at once."""

    action: Action
    label: Text
    confirm: Text
    take: Take
    refusal: Callable[[Application, Actor, datetime], Refusal | None]
    words: Text = ""
    words_needed: bool = False


def kept_checklist(application: Application) -> Checklist:
    """Give the checklist that was saved."""
    return {
        row.item: {"answer": row.answer, "comment": row.comment} for row in application.checklist_answers.order_by("pk")
    }


def _standing(action: Action) -> Callable[[Application, Actor, datetime], Refusal | None]:
    def refusal(application: Application, actor: Actor, at: datetime) -> Refusal | None:
        denial = decide.denial(actor, APPLICATION.name, action, application)
        if denial is not None:
            return Refusal(denial)
        return cases.standing_refusal(APPLICATION, application, action, actor, None, at)

    return refusal


def _against_accepting(application: Application, actor: Actor, at: datetime) -> Refusal | None:
    refusal = _standing(Action.ACCEPT_APPLICATION)(application, actor, at)
    if refusal is not None:
        return refusal
    scheme = queries.scheme_of_edition(application.edition_id, at)
    found = kept_checklist(application)
    items = rules.checklist_items(scheme, rules.roles_asked(application))
    if any(found.get(item, {}).get("answer") != ChecklistAnswer.Answer.PASS for item in items):
        return Refusal("checklist_not_passed")
    partnership = application.partnership
    if partnership is not None and partnership.has_second_reader and application.first_reader_id is None:
        return Refusal("second_reader_missing")
    return None


def _against_reminding(application: Application, actor: Actor, at: datetime) -> Refusal | None:
    del at
    denial = decide.denial(actor, APPLICATION.name, Action.REMIND_APPLICANT, application)
    if denial is not None:
        return Refusal(denial)
    waits = application.state in {ApplicationState.DRAFT, ApplicationState.ON_HOLD}
    return None if waits else Refusal("wrong_state", {"state": application.state})


def _accept(application: Application, actor: Actor, at: datetime, words: str) -> object:
    decisions = {role.value: Decision.ACCEPTED.value for role in rules.roles_asked(application)}
    letter = letters.acceptance(application, decisions, words)
    return operations.accept_application(
        application, checklist=kept_checklist(application), decisions=decisions, letter=letter, actor=actor, at=at
    )


def _ask(application: Application, actor: Actor, at: datetime, words: str) -> object:
    scheme = queries.scheme_of_edition(application.edition_id, at)
    letter = letters.questions(application, rules.questions_in(words), scheme, at)
    return operations.hold_application(application, questions=words, letter=letter, actor=actor, at=at)


STEPS: Mapping[str, Step] = {
    "open": Step(
        Action.OPEN_APPLICATION,
        gettext_lazy("Open"),
        gettext_lazy("Open these registrations"),
        lambda application, actor, at, _words: operations.open_application(application, actor=actor, at=at),
        _standing(Action.OPEN_APPLICATION),
    ),
    "accept": Step(
        Action.ACCEPT_APPLICATION,
        gettext_lazy("Accept what is complete"),
        gettext_lazy("Accept these registrations"),
        _accept,
        _against_accepting,
        words=gettext_lazy("Words of your own in the mail"),
    ),
    "ask": Step(
        Action.HOLD_APPLICATION,
        gettext_lazy("Ask for more"),
        gettext_lazy("Ask these applicants"),
        _ask,
        _standing(Action.HOLD_APPLICATION),
        words=gettext_lazy("Questions to each applicant"),
        words_needed=True,
    ),
    "remind": Step(
        Action.REMIND_APPLICANT,
        gettext_lazy("Remind, with a preview"),
        gettext_lazy("Remind these applicants"),
        lambda application, actor, at, words: operations.remind_applicant(
            application, message=words, actor=actor, at=at
        ),
        _against_reminding,
        words=gettext_lazy("Words of your own in the mail"),
    ),
}
OF_OWN_QUEUE, OF_WAITING = ("open", "accept", "ask"), ("remind",)


class WordsForm(forms.Form):
    """What is written to each of them."""

    words = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:  # noqa: ANN401 -- Django's arguments
        kwargs = {**kwargs, "use_required_attribute": False}
        super().__init__(*args, **kwargs)
        self.step = step
        self.fields["words"].label = str(step.words)
        if step.words_needed:
            self.fields["words"].help_text = _("One question a line")

    def clean_words(self) -> str:
        """Ask for a question where one is needed."""
        given: str = self.cleaned_data["words"].strip()
        if self.step.words_needed and not given:
            raise ValidationError(
                _("Write at least one question, each on a line of its own."), code="questions_missing"
            )
        return given


@dataclass(frozen=True)
class Result:
    """What came, or would come, of the step on one registration."""

    application: Application
    title: str
    url: str
    sentence: str
    done: bool


def buttons(names: tuple[str, ...]) -> list[dict[str, str]]:
    """Give the buttons that stand above the rows."""
    return [{"name": name, "label": str(STEPS[name].label)} for name in names]


def _chosen(request: HttpRequest, actor: Actor) -> list[Application]:
    rows = visible(queries.all_applications(), APPLICATION.name, actor)
    found = {row.reference: row for row in rows.filter(reference__in=request.POST.getlist("pick")[:MOST])}
    return [found[one] for one in dict.fromkeys(request.POST.getlist("pick")) if one in found]


def _result(application: Application, refusal: Refusal | None, sentence: str) -> Result:
    if refusal is not None:
        sentence = refusal_sentence(refusal.code, refusal.params)
    names = APPLICATION.describe(application)
    return Result(application, names["organisation"], APPLICATION.address(application), sentence, refusal is None)


def looked_at(step: Step, chosen: list[Application], actor: Actor, at: datetime) -> list[Result]:
    """Say of each what would come of the step."""
    would = _("%(state)s now")
    return [
        _result(one, step.refusal(one, actor, at), would % {"state": state_label(APPLICATION.name, one.state)})
        for one in chosen
    ]


def taken(step: Step, chosen: list[Application], actor: Actor, at: datetime, words: str) -> list[Result]:
    """Take the step on each; what is refused for one leaves the others alone."""
    found = []
    for one in chosen:
        refusal = step.refusal(one, actor, at)
        if refusal is None:
            try:
                step.take(one, actor, at, words)
            except engine.NotDone as reason:
                refusal = reason.refusal
        names = {**APPLICATION.describe(one), "party": APPLICATION.describe(one)["name_VP"]}
        found.append(_result(one, refusal, filled(ACTIONS[step.action].happened, names)))
    return found


def mail_begins(step: Step, application: Application) -> str:
    """Give the sentence with which each mail begins, as the first of them would read it; nothing where none is sent."""
    if step.action is Action.OPEN_APPLICATION:
        return ""
    names = {**APPLICATION.describe(application), "party": APPLICATION.describe(application)["name_VP"]}
    if step.action is Action.HOLD_APPLICATION:
        return filled(ACTIONS[Action.RESUBMIT_APPLICATION].asked, names)
    return filled(ACTIONS[step.action].happened, names)


@require_http_methods(["GET", "POST"])
@signed_in
def together(request: HttpRequest) -> HttpResponse:
    """Show what a step would do to each registration chosen; once confirmed, take it and give each result."""
    actor, at = actor_of(request), clock.now()
    step = STEPS.get(request.POST.get("together", ""))
    chosen = _chosen(request, actor) if step is not None else []
    if step is None or not chosen:
        if step is not None:
            messages.info(request, _("Nothing was done. Tick the registrations that you mean, then try again."))
        narrowed = read_chosen(request.GET.dict(), actor)[0]
        return redirect(narrowed.url if narrowed.show else "/desk/?show=registrations")
    is_confirmed = "confirmed" in request.POST
    form = WordsForm(request.POST if is_confirmed else None, step=step) if step.words else None
    if is_confirmed and (form is None or form.is_valid()):
        words = form.cleaned_data["words"] if form is not None else ""
        return _page(request, step, taken(step, chosen, actor, at, words), is_done=True)
    status = UNPROCESSABLE if is_confirmed else 200
    return _page(request, step, looked_at(step, chosen, actor, at), form=form, status=status)


def _page(
    request: HttpRequest,
    step: Step,
    results: list[Result],
    *,
    form: WordsForm | None = None,
    status: int = 200,
    is_done: bool = False,
) -> HttpResponse:
    context = {
        "step": step,
        "name": next(name for name, one in STEPS.items() if one is step),
        "results": results,
        "possible": [one for one in results if one.done],
        "form": form,
        "mail_begins": next((mail_begins(step, one.application) for one in results if one.done), ""),
        "is_done": is_done,
        "has_errors": bool(form and form.is_bound and form.errors),
        "tasks": [
            {
                "url": one.url,
                "title": one.title,
                "when": (_("Done") if is_done else _("Ready")) if one.done else _("Left out"),
                "state": "done" if one.done and is_done else "yours" if one.done else "no",
                "note": one.sentence,
                "reference": one.application.reference,
            }
            for one in results
        ],
    }
    return render(request, "journeys/together.html", context, status=status)
