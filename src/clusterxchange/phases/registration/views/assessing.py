"""What stands around the assessment of one registration: its place in the queue, mails, questions, second reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import Capacity
from clusterxchange.foundation import clock
from clusterxchange.phases.registration import operations, rules
from clusterxchange.phases.registration.forms import AcceptForm, LetterForm
from clusterxchange.phases.registration.models import Application, ApplicationState
from clusterxchange.phases.registration.notices import SECTION_TITLES
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.workflow import obligations, pages
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of
from clusterxchange.workflow.sentences import ACTIONS, filled
from clusterxchange.workflow.tables import Refusal

QUEUE = "/desk/?show=registrations"
LONGEST_QUEUE = 1000
# After these the officer goes on with the next registration.
DECIDING = frozenset(
    {
        Action.ACCEPT_APPLICATION,
        Action.REFUSE_APPLICATION,
        Action.HOLD_APPLICATION,
        Action.ASK_AGENCY,
        Action.PASS_TO_SECOND_READER,
    }
)
# In which part of the form an item of the checklist is answered.
SECTION_OF_ITEM = {
    "type_fits_the_role": rules.ORGANISATION,
    "country_participates": rules.YOU,
    "size_of_the_enterprise": rules.SIZE,
    "cluster_membership_shown": rules.SIZE,
    "works_for_the_organisation": rules.YOU,
    "third_country_rule": rules.YOU,
    "has_not_visited": rules.ORGANISATION,
    "curriculum_vitae": rules.YOU,
    "motivation_is_concrete": rules.MOTIVATION,
    "purposes_are_allowed": rules.MOTIVATION,
    "preferences_are_workable": rules.PREFERENCES,
    "language": rules.PREFERENCES,
}


@dataclass(frozen=True)
class QueuePlace:
    """Where a registration stands among those that the reader must handle, soonest first."""

    previous_url: str = ""
    next_url: str = ""
    left: int = 0


def place_in_queue(application: Application, actor: Actor) -> QueuePlace:
    """Give the ways to the registration before and after, and how many more there are."""
    rows = list(
        dict.fromkeys(
            obligations.mine(actor).filter(kind=APPLICATION.name).values_list("subject_id", "reference")[:LONGEST_QUEUE]
        )
    )
    here = next((place for place, row in enumerate(rows) if row[0] == application.pk), None)
    others = [row for row in rows if row[0] != application.pk]
    if here is None:
        return QueuePlace("", _address(others[0][1]) if others else "", len(others))
    before, after = rows[:here], rows[here + 1 :]
    return QueuePlace(
        _address(before[-1][1]) if before else "", _address((after or before or [(0, "")])[0][1]), len(others)
    )


def _address(reference: str) -> str:
    return f"/registration/applications/{reference}/" if reference else ""


def way_on(application: Application, actor: Actor) -> str:
    """Give where the officer goes on after a decision: the next registration, or the queue where none is left."""
    return place_in_queue(application, actor).next_url or QUEUE


def questions_and_answers(application: Application) -> list[dict[str, str]]:
    """Give each question with its answer, and the part of the form in which the applicant can correct it."""
    asked = rules.questions_in(application.questions)
    answers = rules.answers_in(application.questions, application.answers)
    of_item = {
        " ".join(row.comment.split()): row.item for row in application.checklist_answers.all() if row.comment.strip()
    }
    found = []
    for place, (question, answer) in enumerate(zip(asked, answers, strict=True), start=1):
        section = SECTION_OF_ITEM.get(of_item.get(question, ""), "") or _section_named_in(question)
        found.append(
            {
                "number": str(place),
                "question": question,
                "answer": answer,
                "item": of_item.get(question, ""),
                "section": section,
                "section_title": str(SECTION_TITLES[section]) if section else "",
                "section_url": f"{APPLICATION.address(application)}sections/{section}/" if section else "",
            }
        )
    return found


def _section_named_in(question: str) -> str:
    said = question.casefold()
    named = [(str(title).casefold(), section) for section, title in SECTION_TITLES.items() if section != rules.YOU]
    return next((section for title, section in named if title in said), "")


def tasks_of_applicant(application: Application) -> list[dict[str, str]]:
    """Give the questions as a short list of tasks, each leading to its field."""
    return [
        {
            "url": f"#id_answer_{one['number']}",
            "title": one["question"],
            "when": _("To answer"),
            "state": "yours",
        }
        for one in questions_and_answers(application)
    ]


def mail_of_decision(application: Application, action: Action) -> dict[str, str]:
    """Give what is fixed in the mail of a decision: to whom it goes, and the sentence with which it begins."""
    account = application.representative.account
    names = {
        **APPLICATION.describe(application),
        "party": application.partnership.acronym if application.partnership else "",
    }
    texts = ACTIONS[Action.RESUBMIT_APPLICATION if action is Action.HOLD_APPLICATION else action]
    return {
        "to": account.email,
        "language": account.language,
        "sentence": filled(texts.asked if action is Action.HOLD_APPLICATION else texts.happened, names),
    }


def context_of(application: Application, actor: Actor, saved_at: Any) -> dict[str, Any]:  # noqa: ANN401 -- a moment or nothing
    """Give what the page of an assessment shows beside what every page of a case shows."""
    partnership = application.partnership
    asked = {one["item"]: one for one in questions_and_answers(application) if one["item"]}
    wants_two = bool(partnership and partnership.has_second_reader and application.first_reader_id is None)
    return {
        "place": place_in_queue(application, actor),
        "questions": questions_and_answers(application),
        "asked": asked,
        "saved_at": saved_at,
        "wants_second_reader": wants_two,
        "second_reader_label": ACTIONS[Action.PASS_TO_SECOND_READER].button,
        "save_label": ACTIONS[Action.SAVE_CHECKLIST].button,
        "first_reader": application.first_reader,
        "is_first_reader": application.first_reader_id is not None and application.first_reader_id == actor.account_id,
        "mails": {
            "accept": mail_of_decision(application, Action.ACCEPT_APPLICATION),
            "hold": mail_of_decision(application, Action.HOLD_APPLICATION),
            "refuse": mail_of_decision(application, Action.REFUSE_APPLICATION),
        },
    }


def save(request: HttpRequest, page: CasePage, application: Application) -> HttpResponse:
    """Keep the checklist as far as it is, and show the mails as they would go out now."""
    at, actor = clock.now(), actor_of(request)
    denied = _denied(request, page, application, Action.SAVE_CHECKLIST)
    if denied is not None:
        return denied
    form = AcceptForm(request.POST, subject=application, actor=actor, capacity=Capacity.VP, at=at)
    checklist = _ticked(form)
    try:
        operations.save_checklist(application, checklist=checklist, actor=actor, at=at)
    except NotDone as reason:
        return pages.refuse(request, page, application, Action.SAVE_CHECKLIST, reason)
    time = time_format(timezone.localtime(at), "H:i")
    messages.success(request, _("The checklist is saved, %(time)s. Nothing was sent.") % {"time": time})
    return pages.show(request, page, application, bound=(Action.ACCEPT_APPLICATION, None, form.unjudged()))


def checklist_as_typed(action: Action, came_back: forms.BaseForm) -> forms.BaseForm | None:
    """Give the checklist as it was typed, where it was sent with a question or a refusal that came back."""
    if action is not Action.ACCEPT_APPLICATION or not isinstance(came_back, LetterForm):
        return None
    if not any(name.startswith("item_") for name in came_back.data):
        return None
    made = came_back
    form = AcceptForm(made.data, subject=made.subject, actor=made.actor, capacity=made.capacity, at=made.at)
    return form.unjudged()


def pass_on(request: HttpRequest, page: CasePage, application: Application) -> HttpResponse:
    """Let a second contact point decide."""
    at, actor = clock.now(), actor_of(request)
    denied = _denied(request, page, application, Action.PASS_TO_SECOND_READER)
    if denied is not None:
        return denied
    form = AcceptForm(request.POST, subject=application, actor=actor, capacity=Capacity.VP, at=at)
    checklist = _ticked(form)
    try:
        operations.pass_to_second_reader(application, checklist=checklist, actor=actor, at=at)
    except NotDone as reason:
        return pages.refuse(request, page, application, Action.PASS_TO_SECOND_READER, reason, form)
    messages.success(request, _("Passed on. Another contact point of your partnership decides."))
    return redirect(way_on(application, actor))


def _ticked(form: AcceptForm) -> Mapping[str, Mapping[str, str]]:
    form.is_valid()
    return form.checklist()


def _denied(request: HttpRequest, page: CasePage, application: Application, action: Action) -> HttpResponse | None:
    denial = decide.denial(actor_of(request), APPLICATION.name, action, application)
    if denial is None and application.state == ApplicationState.UNDER_ASSESSMENT:
        return None
    return pages.refuse(request, page, application, action, NotDone(_refusal(denial, application)))


def _refusal(denial: str | None, application: Application) -> Refusal:
    return Refusal(denial) if denial else Refusal("wrong_state", {"state": application.state})
