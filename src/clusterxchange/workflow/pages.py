"""One way for every page of a case and for every step taken on it (contract.md, "HTTP" and "Marks in pages").

A phase declares a `CasePage` for each of its lives; loading, permission, steps, banner, thread and what is answered
to a refusal are here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.access.rules import Thing
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import hand_out
from clusterxchange.foundation.scoping import visible
from clusterxchange.scheme.current import rules_are_read_once
from clusterxchange.workflow import cases, obligations, registry, sentences, thread
from clusterxchange.workflow.attachments import AttachmentField
from clusterxchange.workflow.engine import NotAllowed, NotDone
from clusterxchange.workflow.models import Message
from clusterxchange.workflow.notices import people_behind
from clusterxchange.workflow.tables import Machine, Refusal

CONFLICT, FORBIDDEN, UNPROCESSABLE = 409, 403, 422
CARRIED = ("version", "text_sha256")
FormClass = type[forms.BaseForm]
SentAlong = Callable[[Action, forms.BaseForm], forms.BaseForm | None]


class SomebodysRequest(HttpRequest):
    """A request after the middleware: it knows who is asking."""

    actor: Actor


def actor_of(request: HttpRequest) -> Actor:
    """Give who is asking."""
    return cast("SomebodysRequest", request).actor


def only_support_office(request: HttpRequest) -> Actor:
    """Give the reader, who is of the support office.

    :raises Http404: to everybody else, who do not learn that the page is there.
    """
    actor = actor_of(request)
    if not actor.support_office:
        raise Http404
    return actor


def only_offices(request: HttpRequest) -> Actor:
    """Give the reader, who is of the support office or the agency.

    :raises Http404: to everybody else, who do not learn that the page is there.
    """
    actor = actor_of(request)
    if not (actor.support_office or actor.agency):
        raise Http404
    return actor


def add_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal at its field, or above the form where it has no such field."""
    sentence = sentences.refusal_sentence(refusal.code, refusal.params)
    at_field = refusal.field if refusal.field in form.fields else None
    form.add_error(at_field, ValidationError(sentence, code=refusal.code))


def put_at_field(form: forms.BaseForm, refusal: Refusal) -> bool:
    """Put a refusal at its field, and tell whether the form has that field."""
    if refusal.field not in form.fields:
        return False
    add_refusal(form, refusal)
    return True


class ThreadForm(forms.Form):
    """Something to say in the thread of a case."""

    text = forms.CharField(label=gettext_lazy("Your message"), max_length=4000, widget=forms.Textarea)
    attachment = AttachmentField(
        label=gettext_lazy("A file beside it"),
        help_text=gettext_lazy("PDF, DOCX, JPEG or PNG, at most 10 MB. Everybody in this conversation can open it."),
        required=False,
    )


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """What is particular to the pages of one life.

    `forms` gives the form of each action that asks something; a `StepForm` is made with `subject`, `actor`, `capacity`
    and `at`. `operations` is the module with a function for each action. `template` may extend
    workflow/case.html; `context` adds to what it gets. `carries` names the actions that take version and hash.
    `beside` gives what can be done without a move of the life; the phase has a view for each of these.
    `consequences` says what comes of a step on the page where it is confirmed.
    `thread_of` gives the thing whose conversation the page shows, if not its case (None: there is none), `author` the
    name of whoever wrote a message as a reader may know it, `write` the operation that adds one.
    `sent_along` gives the form of another step as it was typed, where it was sent along with the one that came back.
    """

    machine: Machine
    operations: ModuleType
    title: Callable[[Any, Actor], str]
    sections: Callable[[Any, Actor, datetime], list[cases.Section]]
    forms: Mapping[Action, FormClass] = field(default_factory=dict)
    danger: frozenset[Action] = frozenset()
    carries: frozenset[Action] = frozenset()
    elsewhere: frozenset[Action] = frozenset()
    template: str = "workflow/case.html"
    context: Callable[[HttpRequest, Any, datetime], Mapping[str, Any]] | None = None
    meta: Callable[[Any, Actor], list[str]] | None = None
    breadcrumb: Callable[[Any, Actor], list[tuple[str, str]]] | None = None
    files: Callable[[Any, Actor], list[dict[str, Any]]] | None = None
    phase_steps: Callable[[Any, Actor], list[tuple[str, str, str]]] | None = None
    after: Callable[[Any, Action], str] | None = None
    opened: Callable[[HttpRequest, Any, datetime], None] | None = None
    beside: Callable[[Any, Actor, datetime], list[tuple[Action, Capacity]]] | None = None
    consequences: Callable[[Any, Action], list[str]] | None = None
    thread_of: Callable[[Any], Any] | None = None
    author: Callable[[Any, Message, Actor], str] | None = None
    write: Callable[..., object] = thread.say_something
    sent_along: SentAlong | None = None


class StepForm(forms.Form):
    """A form that knows which step of which case it belongs to."""

    def __init__(
        self, *args: Thing, subject: Thing, actor: Actor, capacity: Capacity, at: datetime, **kwargs: Thing
    ) -> None:
        self.subject, self.actor, self.capacity, self.at = subject, actor, capacity, at
        super().__init__(*args, **kwargs)

    def inputs(self) -> dict[str, Any]:
        """Give what the operation takes; the cleaned answers unless a form says otherwise."""
        return dict(self.cleaned_data)


def load(request: HttpRequest, rows: QuerySet[Any], kind: str, **key: Thing) -> Thing:
    """Give the row if the reader may see it. Unknown and not visible are the same.

    :raises Http404: as said; nobody signed in is sent to the sign-in page by `signed_in`.
    """
    found = visible(rows, kind, actor_of(request)).filter(**key).first()
    if found is None:
        raise Http404
    return found


def signed_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send whoever is not signed in to the sign-in page, and back afterwards."""

    def guarded(request: HttpRequest, *args: Thing, **kwargs: Thing) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.__name__, guarded.__doc__, guarded.__module__ = view.__name__, view.__doc__, view.__module__
    return guarded


@rules_are_read_once()
def show(
    request: HttpRequest,
    page: CasePage,
    subject: Thing,
    *,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
    bound: tuple[Action, Capacity | None, forms.BaseForm] | None = None,
    thread_form: forms.Form | None = None,
) -> HttpResponse:
    """Answer with the page of a case, with what went wrong where something did."""
    at, actor = clock.now(), actor_of(request)
    if page.opened is not None and request.method == "GET":
        page.opened(request, subject, at)
    case = case_context(request, page, subject, actor, at, bound)
    if thread_form is not None and case.thread is not None:
        case.thread["form"] = thread_form
    context: dict[str, Any] = {
        "case": case,
        "subject": subject,
        "refusal": refusal_context(*refused) if refused else None,
        "has_errors": any(form.errors for form in (bound and bound[2], thread_form) if form is not None),
        "thread_form": thread_form or ThreadForm(),
    }
    if page.context is not None:
        context |= page.context(request, subject, at)
    return render(request, page.template, context, status=status)


def refusal_context(action: Action, refusal: Refusal) -> dict[str, str]:
    """Give what the page shows of a refused attempt."""
    return {
        "code": refusal.code,
        "action": str(action),
        "sentence": sentences.refusal_sentence(refusal.code, refusal.params),
    }


def case_context(
    request: HttpRequest,
    page: CasePage,
    subject: Thing,
    actor: Actor,
    at: datetime,
    bound: tuple[Action, Capacity | None, forms.BaseForm] | None,
) -> SimpleNamespace:
    """Put together what every page of a case shows."""
    machine = page.machine
    root = machine.root_of(subject)
    root_machine = registry.machine_named(machine.root_name or machine.name)

    def make_form(action: Action, capacity: Capacity) -> forms.BaseForm:
        if bound is not None and bound[0] is action and bound[1] in (None, capacity):
            return bound[2]
        if (
            bound is not None
            and page.sent_along is not None
            and (along := page.sent_along(action, bound[2])) is not None
        ):
            return along
        return form_for(page, action, capacity, subject, actor, at)

    steps, closed = cases.steps_of(
        machine, subject, actor, at, make_form=make_form, address=machine.address(subject), danger=page.danger
    )
    beside = [
        cases.step_beside(machine, subject, action, capacity, make_form(action, capacity))
        for action, capacity in (page.beside(subject, actor, at) if page.beside else [])
    ]
    spoken_of = page.thread_of(subject) if page.thread_of else root
    return SimpleNamespace(
        machine=machine.name,
        reference=getattr(subject, "reference", "") or getattr(root, "reference", ""),
        state=subject.state,
        state_label=sentences.state_label(machine.name, subject.state),
        version=getattr(subject, "version", None),
        title=page.title(subject, actor),
        meta=page.meta(subject, actor) if page.meta else [],
        breadcrumb=page.breadcrumb(subject, actor) if page.breadcrumb else [(_("Desk"), "/desk/")],
        banner=cases.pointing_to(cases.banner_of(machine, subject, actor, at), steps, machine.address(subject)),
        sections=page.sections(subject, actor, at),
        steps=[step for step in steps if step.action not in page.elsewhere],
        steps_elsewhere={step.action.value: step for step in steps if step.action in page.elsewhere},
        closed_steps=closed,
        steps_beside=beside,
        timeline=cases.timeline_of(machine, subject, actor, whole=asks_for_whole(request)),
        thread=thread_context(request, page, spoken_of, actor) if spoken_of is not None else None,
        contact_card=contact_card(root_machine, root, actor),
        phase_steps=page.phase_steps(subject, actor) if page.phase_steps else [],
        reassign_url=_reassign_url(machine, subject, actor),
        files=[
            *(page.files(subject, actor) if page.files else []),
            *registry.added_files(machine.name, subject, actor),
        ],
    )


def asks_for_whole(request: HttpRequest) -> bool:
    """Whether the address asks for all that happened in a case, not only for the latest of it."""
    return request.GET.get("timeline") == cases.WHOLE


def _reassign_url(machine: Machine, subject: Thing, actor: Actor) -> str:
    """Give where a case is handed to another partnership, to whoever may do that."""
    if not decide.may(actor, machine.name, Action.REASSIGN_CASE, subject):
        return ""
    return f"/support/cases/{subject.reference}/{Action.REASSIGN_CASE.hyphenated}/"


def form_for(
    page: CasePage, action: Action, capacity: Capacity, subject: Thing, actor: Actor, at: datetime, *data: Thing
) -> forms.BaseForm:
    """Make the form of a step, bound where data are given."""
    kind = page.forms.get(action, cases.NoQuestions)
    if issubclass(kind, StepForm):
        return kind(*data, subject=subject, actor=actor, capacity=capacity, at=at)
    return kind(*data)


def thread_context(request: HttpRequest, page: CasePage, spoken_of: Thing, actor: Actor) -> dict[str, Any] | None:
    """Give the thread of a case as its partial wants it, to those who may write in it; what it holds is read now."""
    machine = registry.machine_of(spoken_of)
    if not decide.may(actor, machine.name, Action.SAY_SOMETHING, spoken_of):
        return None
    names, said = machine.describe(spoken_of), thread.messages_of(spoken_of)
    if request.method == "GET":
        thread.note_reading(spoken_of, said, actor)
    return {
        "messages": [_message_shown(page, spoken_of, one, names, actor) for one in said],
        "form": ThreadForm(),
        "url": f"{machine.address(spoken_of)}thread/",
        "action": str(Action.SAY_SOMETHING),
        "label": _("Send the message"),
        "title": _("Conversation"),
        "path": request.path,
    }


def _message_shown(
    page: CasePage, spoken_of: Thing, message: Message, names: Mapping[str, str], actor: Actor
) -> dict[str, Any]:
    organisation = names.get(f"name_{message.capacity}", "")
    author = page.author(spoken_of, message, actor) if page.author else message.author.full_name or message.author.email
    return {
        "author": author,
        "organisation": organisation if organisation != author else "",
        "at": message.at,
        "text": message.text,
        "own": message.author_id == actor.account_id,
        "file": message.attachment,
        "file_url": f"/messages/{message.pk}/file/",
    }


def contact_card(machine: Machine, root: Thing, actor: Actor) -> dict[str, Any] | None:
    """Give the people at the reader's side: an organisation's contact point, a contact point's organisation."""
    held = decide.capacities_of(actor, machine.name, root)
    other = next((to for own, to in ((V, VP), (H, HP), (VP, V), (HP, H)) if own in held), None)
    if other is None:
        return None
    party = obligations.party_of(machine, root, other)
    if other is HP and party == (None, None):
        party = obligations.party_of(machine, root, VP)
    people = people_behind(VP if other is HP else other, *party)
    if not people:
        return None
    title = _("Your contact point") if other in (VP, HP) else _("Whom you look after")
    return {
        "title": title,
        "sentence": machine.describe(root).get(f"name_{other}", ""),
        "rows": [(person.full_name or person.email, person.email) for person in people],
    }


def act(request: HttpRequest, page: CasePage, subject: Thing, action: Action) -> HttpResponse:
    """Take one step: read the answers, call the operation once, answer with the page or send the reader on."""
    if request.method != "POST":
        return confirm(request, page, subject, action)
    at, actor = clock.now(), actor_of(request)
    capacity = _capacity(request)
    denial = decide.denial(actor, page.machine.name, action, subject)
    if denial is not None:
        return refuse(request, page, subject, action, NotAllowed(Refusal(denial)))
    possible = decide.acting_capacities(actor, page.machine.name, action, subject)
    form = form_for(page, action, capacity or (possible or (V,))[0], subject, actor, at, request.POST, request.FILES)
    if not form.is_valid():
        standing = cases.standing_refusal(page.machine, subject, action, actor, capacity, at)
        if standing is not None:
            return refuse(request, page, subject, action, NotDone(standing))
        return show(request, page, subject, status=UNPROCESSABLE, bound=(action, capacity, form))
    inputs: dict[str, Any] = form.inputs() if isinstance(form, StepForm) else dict(form.cleaned_data)
    if action in page.carries:
        inputs |= {name: request.POST.get(name, "") for name in CARRIED}
    operation = getattr(page.operations, action.value)
    try:
        operation(subject, actor=actor, at=at, capacity=capacity, **inputs)
    except NotDone as reason:
        return refuse(request, page, subject, action, reason, form, capacity)
    return succeed(request, page, subject, action, capacity)


def _capacity(request: HttpRequest) -> Capacity | None:
    given = request.POST.get("capacity", "")
    return Capacity(given) if given in set(Capacity) else None


def succeed(
    request: HttpRequest, page: CasePage, subject: Thing, action: Action, capacity: Capacity | None
) -> HttpResponse:
    """Say what happened and what comes next, and send the reader to where it goes on."""
    if subject.pk is None:
        happened = sentences.filled(sentences.ACTIONS[action].happened, {"party": actor_of(request).name})
        messages.success(request, happened)
        return redirect("/desk/")
    held = decide.acting_capacities(actor_of(request), page.machine.name, action, subject)
    names = cases.names_of(subject, capacity or (held or (V,))[0], page.machine)
    messages.success(request, sentences.filled(sentences.ACTIONS[action].happened, names))
    return redirect(page.after(subject, action) if page.after else page.machine.address(subject))


def status_of_refusal(refusal: Refusal) -> int:
    """Give the status of an answer that says why a step was not taken: not the reader's to do, or not now."""
    return FORBIDDEN if refusal.code == "not_allowed" else CONFLICT


def refuse(
    request: HttpRequest,
    page: CasePage,
    subject: Thing,
    action: Action,
    reason: NotDone,
    form: forms.BaseForm | None = None,
    capacity: Capacity | None = None,
) -> HttpResponse:
    """Answer a refused step with the thing's page: 403, 409, or 422 at the field that is at fault."""
    if isinstance(subject, Model) and subject.pk and not type(subject)._base_manager.filter(pk=subject.pk).exists():
        raise Http404
    subject.refresh_from_db()
    refusal = reason.refusal
    if refusal.code == "not_allowed":
        return show(request, page, subject, status=FORBIDDEN, refused=(action, refusal))
    if form is not None and put_at_field(form, refusal):
        return show(request, page, subject, status=UNPROCESSABLE, bound=(action, capacity, form))
    return show(
        request,
        page,
        subject,
        status=CONFLICT,
        refused=(action, refusal),
        bound=(action, capacity, form) if form else None,
    )


def confirm(request: HttpRequest, page: CasePage, subject: Thing, action: Action) -> HttpResponse:
    """Show one step on a page of its own, before it is taken."""
    at, actor, machine = clock.now(), actor_of(request), page.machine
    if machine.row_for(action, subject.state) is None or not decide.may(actor, machine.name, action, subject):
        return redirect(machine.address(subject))
    case = case_context(request, page, subject, actor, at, None)
    steps = [*case.steps, *case.steps_elsewhere.values()]
    step = next((one for one in steps if one.action is action), None)
    if step is None:
        return redirect(machine.address(subject))
    step.primary = not step.danger
    context = {
        "case": case,
        "title": step.label,
        "sentence": "",
        "consequences": page.consequences(subject, action) if page.consequences else [],
        "step": step,
        "back_url": machine.address(subject),
        "breadcrumb": [*case.breadcrumb, (case.title, machine.address(subject))],
        "banner": case.banner,
        "meta": [case.reference],
    }
    return render(request, "workflow/confirm.html", context)


def speak(request: HttpRequest, page: CasePage, subject: Thing) -> HttpResponse:
    """Add a message to the thread of a case; whoever comes by the address alone is led to the thread."""
    if request.method != "POST":
        return redirect(f"{page.machine.address(subject)}#thread")
    spoken_of = page.thread_of(subject) if page.thread_of else subject
    if spoken_of is None:
        raise Http404
    denial = decide.denial(actor_of(request), registry.machine_of(spoken_of).name, Action.SAY_SOMETHING, spoken_of)
    if denial is not None:
        return refuse(request, page, subject, Action.SAY_SOMETHING, NotAllowed(Refusal(denial)))
    form = ThreadForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, page, subject, status=UNPROCESSABLE, thread_form=form)
    try:
        page.write(spoken_of, **form.cleaned_data, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        if not put_at_field(form, reason.refusal):
            return refuse(request, page, subject, Action.SAY_SOMETHING, reason)
        return show(request, page, subject, status=UNPROCESSABLE, thread_form=form)
    messages.success(request, _("Your message is in the thread. The others have been told."))
    return redirect(page.machine.address(subject))


@require_safe
@signed_in
def attachment(request: HttpRequest, number: int) -> HttpResponseBase:
    """Hand out the file beside a message to those who may write in its thread."""
    message = Message.objects.filter(pk=number, attachment__isnull=False).select_related("attachment").first()
    if message is None or message.attachment is None:
        raise Http404
    machine = registry.machine_named(message.kind)
    rows = machine.model._default_manager.filter(pk=message.subject_id)
    subject = visible(rows, machine.name, actor_of(request), Action.SAY_SOMETHING).first()
    if subject is None:
        raise Http404
    if not message.attachment.may_be_opened:
        messages.error(request, sentences.refusal_sentence(message.attachment.reason_against_opening, {}))
        return redirect(f"{machine.address(subject)}#thread")
    return hand_out(message.attachment)


def action_paths(prefix: str, view: Callable[..., HttpResponseBase], machine: Machine) -> list[URLPattern]:
    """Give an address for each action of a life that people take: the thing's address and the action with hyphens."""
    actions = dict.fromkeys(
        line.action for line in machine.rows if None not in line.when and set(line.by(machine.name)) - {Capacity.SYS}
    )
    return [path(f"{prefix}{one.hyphenated}/", view, {"action": one}, name=one.value) for one in actions]
