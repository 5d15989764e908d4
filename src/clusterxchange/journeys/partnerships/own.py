"""The pages on which a partnership's people keep its data: profile, people, amounts, budget, events, members."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.money import format_cents
from clusterxchange.journeys.partnerships import operations
from clusterxchange.journeys.partnerships.directory import published, scheme_of
from clusterxchange.journeys.partnerships.forms import PARTS, BudgetForm, EventForm, InvitationForm, MemberForm
from clusterxchange.journeys.partnerships.life import PARTNERSHIP
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.partnerships.models import (
    MemberCluster,
    Partnership,
    PartnershipInvitation,
    PartnershipPerson,
    PlannedEvent,
)
from clusterxchange.scheme import code_lists, countries
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.workflow import pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, actor_of, add_refusal, signed_in
from clusterxchange.workflow.tables import Refusal

PART_TITLES = {
    "profile": gettext_lazy("Title and numbers"),
    "logo": gettext_lazy("Logo"),
    "texts": gettext_lazy("Origin, objectives and results"),
    "sectors": gettext_lazy("Sectors"),
    "targets": gettext_lazy("Targets by type of visitor"),
    "amounts": gettext_lazy("Own amounts by host country"),
    "assessment": gettext_lazy("Assessment"),
}
BUDGET_PARTS = (
    ("planned_cents", gettext_lazy("Planned")),
    ("reserved_cents", gettext_lazy("Reserved")),
    ("committed_cents", gettext_lazy("Committed")),
    ("paid_cents", gettext_lazy("Paid")),
    ("free_cents", gettext_lazy("Free")),
)


def _language() -> str:
    return get_language() or "en"


def _euros(cents: int) -> str:
    return format_cents(cents, _language())


def _denial(request: HttpRequest, partnership: Partnership, action: Action) -> HttpResponse | None:
    """Give the answer to somebody who may not do this; whoever may not see the page learns nothing of it either."""
    if decide.may(actor_of(request), PARTNERSHIP.name, action, partnership):
        return None
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=FORBIDDEN)


@require_safe
@signed_in
def own(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a partnership's own people everything that is kept of it, each part with the way to change it."""
    partnership = published(slug)
    return _denial(request, partnership, Action.SEE) or _own_page(request, partnership)


def _own_page(
    request: HttpRequest, partnership: Partnership, *, refused: tuple[Action, Refusal] | None = None, status: int = 200
) -> HttpResponse:
    actor, scheme = actor_of(request), scheme_of(partnership.edition)
    may_edit = decide.may(actor, PARTNERSHIP.name, Action.EDIT_PARTNERSHIP, partnership)
    address = PARTNERSHIP.address(partnership)
    parts = [
        {"name": name, "title": title, "rows": PART_ROWS[name](partnership, scheme), "url": f"{address}{name}/"}
        for name, title in PART_TITLES.items()
    ]
    context = {
        "partnership": partnership,
        "title": partnership.acronym,
        "may_edit": may_edit,
        "parts": parts,
        "budget": _budget_rows(partnership),
        "people": [_person(one, actor, may_edit) for one in _people(partnership)],
        "events": list(partnership.planned_events.order_by("on", "pk")),
        "members": list(partnership.members.all()),
        "unanswered": partnership.questions.filter(answered_at=None).count(),
        "address": address,
        "state": sentences.state_label(PARTNERSHIP.name, partnership.state),
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "partnerships/own.html", context, status=status)


def _people(partnership: Partnership) -> list[PartnershipPerson]:
    found = partnership.people.select_related("account", "partnership")
    return sorted(found, key=lambda one: (fold(str(one.account)), one.role))


def _person(person: PartnershipPerson, actor: Actor, may_edit: bool) -> dict[str, Any]:  # noqa: FBT001 -- a fact of the reader
    return {
        "name": str(person.account),
        "email": person.account.email,
        "role": person.get_role_display(),
        "url": reverse("partnerships:end_office", args=[person.partnership.slug, person.pk])
        if may_edit or person.account_id == actor.account_id
        else "",
        "label": _("Give up the role") if person.account_id == actor.account_id else _("End the role"),
    }


def _budget_rows(partnership: Partnership) -> list[tuple[str, str]]:
    budget = getattr(partnership, "budget", None)
    return [(str(label), _euros(getattr(budget, name))) for name, label in BUDGET_PARTS] if budget else []


def _profile_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    del scheme
    return [
        (_("Full title"), partnership.title),
        (_("Website"), partnership.website),
        (_("Contact address"), partnership.email),
        (_("Start"), date_format(partnership.starts_on, _("j E Y")) if partnership.starts_on else None),
        (_("Duration in months"), partnership.duration_months),
        (_("Planned exchanges"), partnership.planned_exchanges),
    ]


def _logo_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    del scheme
    return [(_("Logo"), partnership.logo.name if partnership.logo else None)]


def _text_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    del scheme
    return [
        (_("Origin"), partnership.origin),
        (_("Objectives"), partnership.objectives),
        (_("Expected results"), partnership.expected_results),
    ]


def _sector_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    named = [code_lists.label(scheme, "ecosystems", code) for code in partnership.ecosystems]
    return [
        (_("Industrial ecosystems"), ", ".join(named)),
        (_("Fields in its own words"), ", ".join(partnership.keywords)),
    ]


def _target_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    return [
        (words, partnership.targets.get(code))
        for code, words in code_lists.choices(scheme, "organisation_types")
        if scheme.eligibility.matrix[code][Role.VISIT].is_allowed
    ]


def _amount_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    if not partnership.amounts:
        return [(_("All countries"), _("The amounts of the edition"))]
    named = [
        (countries.marked_country_name(scheme, code, _language()), cents) for code, cents in partnership.amounts.items()
    ]
    return [(name, _euros(cents)) for name, cents in sorted(named, key=lambda row: fold(row[0]))]


def _assessment_rows(partnership: Partnership, scheme: Scheme) -> list[tuple[str, Any]]:
    return [
        (
            _("Country of the coordinating member"),
            countries.marked_country_name(scheme, partnership.coordinating_country, _language()),
        ),
        (_("Second reader"), _("Yes") if partnership.has_second_reader else _("No")),
    ]


PART_ROWS: dict[str, Callable[[Partnership, Scheme], list[tuple[str, Any]]]] = {
    "profile": _profile_rows,
    "logo": _logo_rows,
    "texts": _text_rows,
    "sectors": _sector_rows,
    "targets": _target_rows,
    "amounts": _amount_rows,
    "assessment": _assessment_rows,
}


@require_http_methods(["GET", "POST"])
@signed_in
def part(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show and save one part of a partnership's data."""
    partnership, kind = published(slug), PARTS.get(name)
    if kind is None:
        raise Http404
    denied = _denial(request, partnership, Action.EDIT_PARTNERSHIP)
    if denied is not None:
        return denied
    scheme, title = scheme_of(partnership.edition), str(PART_TITLES[name])
    if request.method != "POST":
        rows = _amount_rows(partnership, scheme) if name == "amounts" else []
        return _form_page(request, partnership, title, kind(partnership=partnership, scheme=scheme), rows=rows)
    form = kind(request.POST, request.FILES, partnership=partnership, scheme=scheme)
    if not form.is_valid():
        return _form_page(request, partnership, title, form, status=UNPROCESSABLE)
    operations.edit_partnership(partnership, answers=form.answers(), actor=actor_of(request), at=clock.now())
    return _saved(request, partnership, title)


def _saved(request: HttpRequest, partnership: Partnership, title: str) -> HttpResponse:
    messages.success(request, _("“%(part)s” is saved.") % {"part": title})
    return redirect(PARTNERSHIP.address(partnership))


def _form_page(
    request: HttpRequest,
    partnership: Partnership,
    title: str,
    form: forms.BaseForm,
    *,
    status: int = 200,
    rows: list[tuple[str, Any]] | None = None,
    remove_url: str = "",
    button: str = "",
) -> HttpResponse:
    context = {
        "partnership": partnership,
        "title": title,
        "form": form,
        "rows": rows or [],
        "back_url": PARTNERSHIP.address(partnership),
        "remove_url": remove_url,
        "button": button or _("Save"),
    }
    return render(request, "partnerships/own_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def budget(request: HttpRequest, slug: str) -> HttpResponse:
    """Plan the money for lump sums."""
    partnership = published(slug)
    denied = _denial(request, partnership, Action.CHANGE_BUDGET)
    if denied is not None:
        return denied
    title, rows = _("Budget"), _budget_rows(partnership)
    if request.method != "POST":
        held = getattr(partnership, "budget", None)
        form = BudgetForm(initial={"planned": f"{held.planned_cents / 100:.2f}"} if held else None)
        return _form_page(request, partnership, title, form, rows=rows)
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            operations.set_planned_budget(
                partnership, planned_cents=form.cents(), actor=actor_of(request), at=clock.now()
            )
        except NotDone as reason:
            add_refusal(form, reason.refusal)
        else:
            return _saved(request, partnership, title)
    return _form_page(request, partnership, title, form, status=UNPROCESSABLE, rows=rows)


@require_http_methods(["GET", "POST"])
@signed_in
def event(request: HttpRequest, slug: str, number: int = 0) -> HttpResponse:
    """Announce an event, or change one."""
    partnership = published(slug)
    row = _row_of(PlannedEvent, partnership, number) if number else PlannedEvent(partnership=partnership)
    return _row_page(request, partnership, row, EventForm(_typed(request), instance=row), "event")


@require_http_methods(["GET", "POST"])
@signed_in
def member(request: HttpRequest, slug: str, number: int = 0) -> HttpResponse:
    """Add a member cluster, or change one."""
    partnership = published(slug)
    row = _row_of(MemberCluster, partnership, number) if number else MemberCluster(partnership=partnership)
    scheme = scheme_of(partnership.edition)
    return _row_page(request, partnership, row, MemberForm(_typed(request), instance=row, scheme=scheme), "member")


def _typed(request: HttpRequest) -> Any:  # noqa: ANN401 -- what a form takes
    return request.POST if request.method == "POST" else None


def _row_of(kind: type[Any], partnership: Partnership, number: int) -> Any:  # noqa: ANN401 -- an event or a member
    row = kind.objects.filter(partnership=partnership, pk=number).first()
    if row is None:
        raise Http404
    return row


def _row_page(
    request: HttpRequest, partnership: Partnership, row: PlannedEvent | MemberCluster, form: forms.BaseForm, name: str
) -> HttpResponse:
    denied = _denial(request, partnership, Action.EDIT_PARTNERSHIP)
    if denied is not None:
        return denied
    titles = {
        "event": (_("Announce an event"), _("Change an event")),
        "member": (_("Add a member cluster"), _("Change a member cluster")),
    }
    title = titles[name][row.pk is not None]
    if request.method == "POST" and form.is_valid():
        operations.keep_row(row, actor=actor_of(request), at=clock.now())
        return _saved(request, partnership, title)
    remove = reverse(f"partnerships:remove_{name}", args=[partnership.slug, row.pk]) if row.pk else ""
    status = UNPROCESSABLE if form.errors else 200
    return _form_page(request, partnership, title, form, status=status, remove_url=remove)


@require_http_methods(["GET", "POST"])
@signed_in
def remove_event(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask whether an event is to go, and take it away."""
    return _remove(request, slug, PlannedEvent, number)


@require_http_methods(["GET", "POST"])
@signed_in
def remove_member(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask whether a member cluster is to go, and take it away."""
    return _remove(request, slug, MemberCluster, number)


def _remove(request: HttpRequest, slug: str, kind: type[Any], number: int) -> HttpResponse:
    partnership = published(slug)
    denied = _denial(request, partnership, Action.EDIT_PARTNERSHIP)
    if denied is not None:
        return denied
    row = _row_of(kind, partnership, number)
    name = str(row)
    if request.method != "POST":
        return _confirm(
            request,
            partnership,
            title=_("Remove “%(name)s”") % {"name": name},
            consequences=[_("It is no longer shown on the profile and in the brochures.")],
            button=_("Remove it"),
        )
    operations.remove_row(row, actor=actor_of(request), at=clock.now())
    messages.success(request, _("“%(name)s” is removed.") % {"name": name})
    return redirect(PARTNERSHIP.address(partnership))


def _confirm(
    request: HttpRequest,
    partnership: Partnership,
    *,
    title: str,
    consequences: list[str],
    button: str,
    wanted: str = "",
    back_url: str = "",
    is_danger: bool = True,
) -> HttpResponse:
    context = {
        "partnership": partnership,
        "title": title,
        "consequences": consequences,
        "button": button,
        "wanted": wanted,
        "kind": "primary danger" if is_danger else "primary",
        "own_url": PARTNERSHIP.address(partnership),
        "back_url": back_url or PARTNERSHIP.address(partnership),
    }
    return render(request, "partnerships/confirm.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def registrations(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether to take registrations, and say what follows."""
    partnership = published(slug)
    action = Action.CLOSE_PARTNERSHIP if partnership.is_open else Action.OPEN_PARTNERSHIP
    denied = _denial(request, partnership, action)
    if denied is not None:
        return denied
    if request.method != "POST":
        consequences = {
            Action.CLOSE_PARTNERSHIP: [
                _("Nobody can choose this partnership any more, and nobody is assigned to it."),
                _("Registrations and exchanges that it has already go on as before."),
                _("You can take registrations again at any time."),
            ],
            Action.OPEN_PARTNERSHIP: [_("Applicants can choose this partnership again, or are assigned to it.")],
        }[action]
        button = str(sentences.ACTIONS[action].button)
        return _confirm(
            request,
            partnership,
            title=button,
            consequences=consequences,
            button=button,
            wanted="close" if partnership.is_open else "open",
            is_danger=partnership.is_open,
        )
    wanted = request.POST.get("wanted")
    if wanted not in {"open", "close"}:
        return redirect(request.path)
    # A second click on an old page changes nothing.
    operation = operations.open_partnership if wanted == "open" else operations.close_partnership
    try:
        kept = operation(partnership, actor=actor_of(request), at=clock.now())
    except NotDone as error:
        return _own_page(request, partnership, refused=(action, error.refusal), status=CONFLICT)
    happened = sentences.ACTIONS[Action.OPEN_PARTNERSHIP if kept.is_open else Action.CLOSE_PARTNERSHIP].happened
    messages.success(request, sentences.filled(happened, {"partnership": kept.acronym}))
    return redirect(PARTNERSHIP.address(partnership))


@require_http_methods(["GET", "POST"])
@signed_in
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who works for a partnership, and invite more by mail."""
    partnership, actor = published(slug), actor_of(request)
    denied = _denial(request, partnership, Action.SEE)
    if denied is not None:
        return denied
    office = decide.may(actor, PARTNERSHIP.name, Action.APPOINT_COORDINATOR, partnership)
    may_invite = office or decide.may(actor, PARTNERSHIP.name, Action.INVITE_OFFICER, partnership)
    if request.method != "POST":
        return _people_page(request, partnership, InvitationForm(only_coordinators=office) if may_invite else None)
    if not may_invite:
        return _denial(request, partnership, Action.INVITE_OFFICER) or redirect(request.path)
    form = InvitationForm(request.POST, only_coordinators=office)
    if form.is_valid():
        try:
            invitation = operations.invite_officer(
                partnership, **form.cleaned_data, language=_language(), actor=actor, at=clock.now()
            )
        except NotDone as reason:
            add_refusal(form, reason.refusal)
        else:
            messages.success(request, _("An invitation goes to %(email)s.") % {"email": invitation.email})
            return redirect(request.path)
    return _people_page(request, partnership, form, status=UNPROCESSABLE)


def _people_page(
    request: HttpRequest,
    partnership: Partnership,
    form: forms.BaseForm | None,
    *,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    may_edit = decide.may(actor, PARTNERSHIP.name, Action.END_OFFICE, partnership)
    context = {
        "partnership": partnership,
        "title": _("People of %(partnership)s") % {"partnership": partnership.acronym},
        "people": [_person(one, actor, may_edit) for one in _people(partnership)],
        "invitations": [_invited(one) for one in _open_invitations(partnership)] if form is not None else [],
        "form": form,
        "back_url": PARTNERSHIP.address(partnership),
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "partnerships/people.html", context, status=status)


def _open_invitations(partnership: Partnership) -> list[PartnershipInvitation]:
    return list(partnership.invitations.filter(accepted_at=None, withdrawn_at=None).order_by("at"))


def _invited(invitation: PartnershipInvitation) -> dict[str, Any]:
    return {
        "email": invitation.email,
        "roles": ", ".join(str(PartnershipPerson.Role(role).label) for role in invitation.roles),
        "at": invitation.at,
        "url": reverse("partnerships:withdraw_invitation", args=[invitation.partnership.slug, invitation.pk]),
    }


@require_POST
@signed_in
def withdraw_invitation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Take an invitation back."""
    partnership = published(slug)
    denied = _denial(request, partnership, Action.INVITE_OFFICER)
    if denied is not None:
        return denied
    invitation = _row_of(PartnershipInvitation, partnership, number)
    operations.withdraw_invitation(invitation, actor=actor_of(request), at=clock.now())
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("partnerships:people", slug)


@require_http_methods(["GET", "POST"])
@signed_in
def end_office(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask whether a person's role is to end, and end it."""
    partnership, actor = published(slug), actor_of(request)
    found = PartnershipPerson.objects.select_related("account", "partnership")
    person = found.filter(partnership=partnership, pk=number).first()
    own_role = person is not None and person.account_id == actor.account_id
    action = Action.LEAVE_OFFICE if own_role else Action.END_OFFICE
    denied = _denial(request, partnership, action)
    if denied is not None:
        return denied
    if person is None:
        raise Http404
    if request.method == "POST":
        try:
            operations.end_office(person, actor=actor, at=clock.now())
        except NotDone as reason:
            return _people_page(
                request, partnership, InvitationForm(), status=CONFLICT, refused=(action, reason.refusal)
            )
        names = {"role": person.get_role_display(), "person": person.account}
        messages.success(request, _("%(person)s: the role “%(role)s” has ended.") % names)
        return redirect("/desk/" if own_role else reverse("partnerships:people", args=[slug]))
    button = str(sentences.ACTIONS[action].button)
    names = {"person": person.account, "role": person.get_role_display(), "partnership": partnership.acronym}
    return _confirm(
        request,
        partnership,
        title=button,
        consequences=[
            _("%(person)s will not be “%(role)s” of %(partnership)s any more.") % names,
            _("What was done in this role stays in the journal."),
            _("The role can be given again by an invitation."),
        ],
        button=button,
        back_url=reverse("partnerships:people", args=[slug]),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever opened its link, and take it."""
    found = PartnershipInvitation.objects.select_related("partnership__edition").filter(
        token=token, accepted_at=None, withdrawn_at=None
    )
    invited = found.first()
    if invited is None:
        raise Http404
    account: Any = request.user
    refusal = None
    status = 200
    if request.method == "POST" and isinstance(account, Account):
        try:
            partnership = operations.join_partnership(invited, account=account, at=clock.now())
        except NotDone as reason:
            refusal, status = (Action.JOIN_PARTNERSHIP, reason.refusal), CONFLICT
        else:
            messages.success(request, _("You work for %(partnership)s now.") % {"partnership": partnership.acronym})
            return redirect(PARTNERSHIP.address(partnership))
    context = {
        "partnership": invited.partnership,
        "roles": _invited(invited)["roles"],
        "is_theirs": invited.email == account.email.lower(),
        "email": invited.email,
        "refusal": pages.refusal_context(*refusal) if refusal else None,
    }
    return render(request, "partnerships/invitation.html", context, status=status)
