"""The pages of the people of the offices: who has which role, what is proposed, and the decision about it."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.journeys.offices import operations, queries
from clusterxchange.journeys.offices.forms import DeclineForm, ProposeAppointmentForm, ReasonForm
from clusterxchange.journeys.offices.models import OfficeChange, Role
from clusterxchange.journeys.offices.states import OFFICE_CHANGE
from clusterxchange.parties.accounts.models import Account
from clusterxchange.workflow import cases, pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import (
    CONFLICT,
    FORBIDDEN,
    UNPROCESSABLE,
    CasePage,
    add_refusal,
    only_offices,
    only_support_office,
    refusal_context,
    signed_in,
)

LIST = "/support/offices/"


def _said(change: OfficeChange) -> str:
    return sentences.filled("%(change)s", OFFICE_CHANGE.describe(change))


@require_http_methods(["GET", "POST"])
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """List who has which role and what waits, and propose somebody."""
    actor, at = only_offices(request), clock.now()
    may_propose = decide.may(actor, OFFICE_CHANGE.name, Action.PROPOSE_APPOINTMENT, OfficeChange())
    if request.method == "POST" and not may_propose:
        return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)
    form, status = ProposeAppointmentForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                made = operations.propose_appointment(**form.cleaned_data, actor=actor, at=at)
            except NotDone as error:
                add_refusal(form, error.refusal)
            else:
                return _proposed(request, made)
    context = {
        "rows": [
            {
                "held": one,
                "since": cases.date_in_words(one.since) if one.since is not None else "",
                "may_end": decide.may(
                    actor, OFFICE_CHANGE.name, Action.PROPOSE_REMOVAL, OfficeChange(account=one.account)
                ),
            }
            for one in queries.roles_held()
        ],
        "may_propose": may_propose,
        "is_alone": may_propose and not queries.support_office_without(actor.account_id or 0).exists(),
        "waiting": [
            {
                "url": OFFICE_CHANGE.address(one),
                "title": _said(one),
                "reference": one.reference,
                "note": _("Proposed by %(person)s on %(day)s.")
                % {"person": one.proposed_by, "day": cases.date_in_words(one.created_at)},
                "when": sentences.state_label(OFFICE_CHANGE.name, one.state),
                "state": "yours"
                if decide.may(actor, OFFICE_CHANGE.name, Action.CONFIRM_OFFICE_CHANGE, one)
                else "theirs",
            }
            for one in queries.waiting()
        ],
        "form": form,
        "texts": sentences.ACTIONS[Action.PROPOSE_APPOINTMENT],
    }
    return render(request, "offices/people.html", context, status=status)


def _proposed(request: HttpRequest, made: OfficeChange) -> HttpResponse:
    messages.success(request, _("Proposed: %(change)s. A second person decides.") % {"change": _said(made)})
    return redirect(OFFICE_CHANGE.address(made))


@require_http_methods(["GET", "POST"])
@signed_in
def propose_removal(request: HttpRequest, number: int, role: str) -> HttpResponse:
    """Ask why somebody's role shall end, say what follows, and propose it."""
    actor = only_support_office(request)
    account = Account.objects.filter(pk=number, is_active=True).first()
    if account is None or role not in queries.roles_of(account):
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    refusal, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                made = operations.propose_removal(
                    account, role=role, reason=form.cleaned_data["reason"], actor=actor, at=clock.now()
                )
            except NotDone as error:
                refusal, status = refusal_context(Action.PROPOSE_REMOVAL, error.refusal), CONFLICT
            else:
                return _proposed(request, made)
    context = {
        "title": _("End the role of %(person)s") % {"person": account}, "lead": Role(role).label, "form": form,
        "refusal": refusal, "action": Action.PROPOSE_REMOVAL, "is_danger": True, "back_url": LIST,
        "consequences": [
            _("A second person of the support office confirms it. Nothing changes before."),
            _("Then the person sees and does nothing more for this office. They keep their account."),
        ],
        "button": sentences.ACTIONS[Action.PROPOSE_REMOVAL].button,
    }  # fmt: skip
    return render(request, "offices/propose_removal.html", context, status=status)


def _sections(found: OfficeChange, actor: Actor, at: datetime) -> list[cases.Section]:
    del actor, at
    rows = [
        (_("Person"), str(found.account)),
        (_("E-mail address"), found.account.email),
        (_("Role"), found.get_role_display()),
    ]
    if found.proposed_by is not None:
        rows.append((_("Proposed by"), str(found.proposed_by)))
    if found.reason:
        rows.append((_("Reason"), found.reason))
    if found.answer:
        rows.append((_("Why it was declined"), found.answer))
    return [cases.Section(_("What is proposed"), rows)]


PAGE = CasePage(
    machine=OFFICE_CHANGE,
    operations=operations,
    title=lambda found, _actor: _said(found),
    sections=_sections,
    forms={Action.DECLINE_OFFICE_CHANGE: DeclineForm},
    danger=frozenset({Action.WITHDRAW_OFFICE_CHANGE}),
    breadcrumb=lambda _found, _actor: [(_("Overview"), "/support/"), (_("People of the support office"), LIST)],
    # Whoever has agreed to leave the office sees its pages no more.
    after=lambda found, action: (
        "/desk/" if action is Action.CONFIRM_OFFICE_CHANGE and found.is_end else OFFICE_CHANGE.address(found)
    ),
    thread_of=lambda _found: None,
)


def _load(request: HttpRequest, reference: str) -> OfficeChange:
    rows = OfficeChange.objects.select_related("account", "proposed_by")
    found: OfficeChange = pages.load(request, rows, OFFICE_CHANGE.name, reference=reference)
    return found


@require_safe
@signed_in
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a change that is proposed or decided."""
    return pages.show(request, PAGE, _load(request, reference))


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Take a step with it."""
    return pages.act(request, PAGE, _load(request, reference), action)
