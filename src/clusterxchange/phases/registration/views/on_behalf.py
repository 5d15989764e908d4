"""Acting for somebody: starting a registration for them, recording what they did elsewhere, their answer to it."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock, files
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration import operations, queries
from clusterxchange.phases.registration.assistance import invitations
from clusterxchange.phases.registration.assistance.forms import InviteForm, ObjectForm, RecordActForm
from clusterxchange.phases.registration.models import ActOnBehalf, Application, ApplicationState
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.workflow import engine, pages
from clusterxchange.workflow.cases import date_in_words
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import actor_of, load, signed_in
from clusterxchange.workflow.sentences import ACTIONS
from clusterxchange.workflow.tables import Refusal


def may_fill_in(application: Application, actor: Actor) -> bool:
    """Whether the actor fills a draft in for its participant, for whose organisation they do not speak themselves."""
    return (
        application.organisation_id not in actor.organisations
        and application.state == ApplicationState.DRAFT
        and decide.may(actor, APPLICATION.name, Action.EDIT_ON_BEHALF, application)
    )


def may_record(application: Application, actor: Actor) -> bool:
    """Whether a step that the participant took elsewhere can be written down now."""
    return (
        decide.may(actor, APPLICATION.name, Action.RECORD_ACT, application)
        and any(APPLICATION.row_for(act, application.state) is not None for act in operations.ACTS)
        and not application.acts_on_behalf.filter(answer="").exists()
    )


def context_of(application: Application, actor: Actor) -> dict[str, Any]:
    """Give what the pages of an application show of what is done for somebody."""
    own = application.organisation_id in actor.organisations
    address = APPLICATION.address(application)
    started = application.started_by_partnership
    acts = [
        {
            "number": act.pk,
            "what": ACTIONS[Action(act.action)].button,
            "channel": act.get_channel_display(),
            "day": act.done_on,
            "note": act.note,
            "by": act.recorded_by,
            "partnership": act.partnership.acronym,
            "at": act.recorded_at,
            "answer": act.get_answer_display(),
            "objection": act.objection,
            "evidence_url": f"{address}acts/{act.pk}/evidence/" if act.evidence else "",
            "evidence_name": act.evidence.name if act.evidence else "",
            "answers": act.inputs.get("answers", []),
            "waits": not act.answer,
            "confirm_url": f"{address}acts/{act.pk}/confirm/" if own and not act.answer else "",
            "object_url": f"{address}acts/{act.pk}/object/" if own and not act.answer else "",
        }
        for act in application.acts_on_behalf.select_related("partnership", "recorded_by", "evidence")
    ]
    return {
        "acts": acts,
        "object_form": ObjectForm(),
        "record_url": f"{address}record-act/" if may_record(application, actor) else "",
        "assisted_by": started.acronym if started and application.state == ApplicationState.DRAFT else "",
        "fills_in": may_fill_in(application, actor),
        "person": application.representative.account,
    }


def _own_partnerships(actor: Actor) -> list[Partnership]:
    own = Partnership.objects.filter(pk__in=actor.partnerships_as(CASE_PEOPLE), edition__is_open=True)
    return list(own.order_by("acronym"))


@require_http_methods(["GET", "POST"])
@signed_in
def start_for_somebody(request: HttpRequest) -> HttpResponse:
    """Start a registration for an organisation, and invite its person."""
    actor, at = actor_of(request), clock.now()
    own = _own_partnerships(actor)
    if not own:
        raise Http404
    form = InviteForm(request.POST or None, partnerships=own)
    if request.method != "POST":
        return _start_page(request, form)
    partnership = form.chosen() if form.is_valid() else None
    if partnership is None:
        return _start_page(request, form, status=pages.UNPROCESSABLE)
    try:
        made = operations.invite_applicant(person=form.person(), partnership=partnership, actor=actor, at=at)
    except NotDone as reason:
        return _refuse_start(request, form, reason.refusal)
    sentence = _("The registration is started, and %(person)s is invited. You can fill it in together.")
    messages.success(request, sentence % {"person": form.cleaned_data["email"]})
    return redirect(APPLICATION.address(made))


def _start_page(
    request: HttpRequest, form: InviteForm, *, status: int = 200, refusal: dict[str, str] | None = None
) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "has_errors": bool(form.is_bound and form.errors)}
    return render(request, "registration/for_somebody.html", context, status=status)


def _refuse_start(request: HttpRequest, form: InviteForm, refusal: Refusal) -> HttpResponse:
    told = pages.refusal_context(Action.INVITE_APPLICANT, refusal)
    if refusal.field in form.fields:
        form.add_error(refusal.field, ValidationError(told["sentence"], code=refusal.code))
        return _start_page(request, form, status=pages.UNPROCESSABLE)
    status = pages.status_of_refusal(refusal)
    return _start_page(request, form, status=status, refusal=told)


def _load(request: HttpRequest, reference: str) -> Application:
    found: Application = load(request, queries.all_applications(), "application", reference=reference)
    return found


@require_http_methods(["GET", "POST"])
@signed_in
def record_act(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down what the participant did on paper or by phone."""
    actor, at = actor_of(request), clock.now()
    found = _load(request, reference)
    denial = decide.denial(actor, APPLICATION.name, Action.RECORD_ACT, found)
    if denial is not None:
        return _record_page(request, found, None, status=pages.FORBIDDEN, refusal=Refusal(denial))
    if not may_record(found, actor):
        waits = found.acts_on_behalf.filter(answer="").exists()
        refusal = Refusal("act_waits_already") if waits else Refusal("wrong_state", {"state": found.state})
        return _record_page(request, found, None, status=pages.CONFLICT, refusal=refusal)
    if request.method != "POST":
        return _record_page(request, found, RecordActForm(application=found, at=at))
    form = RecordActForm(request.POST, request.FILES, application=found, at=at)
    if not form.is_valid():
        return _record_page(request, found, form, status=pages.UNPROCESSABLE)
    given = form.cleaned_data
    evidence = None
    if given["evidence"]:
        content, kind, name = given["evidence"]
        evidence = files.store(content, name, kind, at)
    try:
        record = operations.Record(
            act=Action(given["act"]), channel=given["channel"], done_on=given["done_on"], note=given["note"],
            inputs=form.inputs(), evidence=evidence,
        )  # fmt: skip
        operations.record_act(found, record=record, actor=actor, at=at)
    except NotDone as reason:
        return _record_page(request, found, form, status=pages.CONFLICT, refusal=reason.refusal)
    messages.success(request, _("Recorded. The participant is told, and confirms it or objects."))
    return redirect(APPLICATION.address(found))


def _record_page(
    request: HttpRequest,
    found: Application,
    form: RecordActForm | None,
    *,
    status: int = 200,
    refusal: Refusal | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "application": found,
        "address": APPLICATION.address(found),
        "person": found.representative.account,
        "name": APPLICATION.describe(found)["organisation"],
        "refusal": pages.refusal_context(Action.RECORD_ACT, refusal) if refusal else None,
        "has_errors": bool(form and form.is_bound and form.errors),
        "case": {"machine": APPLICATION.name, "reference": found.reference, "state": found.state, "version": ""},
    }
    return render(request, "registration/record_act.html", context, status=status)


def _act(request: HttpRequest, reference: str, number: int) -> ActOnBehalf:
    application = _load(request, reference)
    found = (
        application.acts_on_behalf.select_related("evidence", "recorded_by", "partnership").filter(pk=number).first()
    )
    if found is None:
        raise Http404
    found.application = application
    return found


@require_POST
@signed_in
def confirm_act(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Let the participant confirm a record: the step is taken."""
    act = _act(request, reference, number)
    try:
        operations.confirm_act(act, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return _refuse_answer(request, act, Action.CONFIRM_ACT, reason)
    messages.success(request, _("Confirmed. It counts as if you had done it here."))
    return redirect(APPLICATION.address(act.application))


@require_POST
@signed_in
def object_to_act(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Let the participant say that a record is wrong."""
    act = _act(request, reference, number)
    form = ObjectForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        operations.object_to_act(act, reason=reason, actor=actor_of(request), at=clock.now())
    except NotDone as refused:
        return _refuse_answer(request, act, Action.OBJECT_TO_ACT, refused)
    messages.success(request, _("Your objection is kept. The record does not count, and the contact point is told."))
    return redirect(APPLICATION.address(act.application))


def _refuse_answer(request: HttpRequest, act: ActOnBehalf, action: Action, reason: NotDone) -> HttpResponse:
    from clusterxchange.phases.registration.views.applications import page_for  # noqa: PLC0415 -- the page shows this one

    application = _load(request, str(act.application.reference))
    return pages.refuse(request, page_for(application, actor_of(request)), application, action, reason)


@require_GET
@signed_in
def evidence(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Hand out the paper behind a record to both sides, and note it."""
    act, actor = _act(request, reference, number), actor_of(request)
    allowed = any(
        decide.may(actor, APPLICATION.name, action, act.application)
        for action in (Action.RECORD_ACT, Action.CONFIRM_ACT)
    )
    if act.evidence is None or not allowed or not act.evidence.may_be_opened:
        raise Http404
    engine.record(
        act.application, Action.SEE, actor=actor, at=clock.now(), payload={"evidence_sha256": act.evidence.sha256}
    )
    return files.hand_out(act.evidence)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody in for whom an account was made: they set a password, which proves the address."""
    account = invitations.account_of(token)
    if account is None:
        raise Http404
    started = queries.all_applications().filter(representative__account=account).order_by("-pk").first()
    address = APPLICATION.address(started) if started else "/desk/"
    if account.has_usable_password():
        return redirect(f"{reverse('account_login')}?next={address}")
    if request.method == "POST":
        EmailAddress.objects.filter(user=account, email=account.email).update(verified=True)
        key = default_token_generator.make_token(account)
        return redirect("account_reset_password_from_key", uidb36=user_pk_to_url_str(account), key=key)
    context = {
        "person": account,
        "organisation": started.organisation.legal_name if started else "",
        "partnership": started.partnership if started else None,
        "started_on": date_in_words(started.created_at) if started else "",
    }
    return render(request, "registration/invitation.html", context)
