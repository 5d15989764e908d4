"""Pages of the support office about partnerships: which there are, one joins, is suspended, leaves; a case moves."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity
from clusterxchange.foundation import clock
from clusterxchange.foundation.money import format_cents
from clusterxchange.foundation.spreadsheets import file_addresses, form_asked_for, list_response
from clusterxchange.journeys.partnerships.directory import published
from clusterxchange.journeys.support_office import partnerships
from clusterxchange.journeys.support_office.forms import AdmitForm, OtherPartnershipForm, ReassignForm, WhyForm
from clusterxchange.journeys.support_office.reassigning import OpenCases, case_named, partnership_of
from clusterxchange.parties.partnerships import queries
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration.models import OPEN_APPLICATION_STATES, ParticipationState
from clusterxchange.phases.registration.queries import EXCHANGE_IS_OVER
from clusterxchange.scheme.current import open_edition, scheme_of_edition
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow import registry, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import (
    CONFLICT,
    UNPROCESSABLE,
    add_refusal,
    only_support_office,
    put_at_field,
    refusal_context,
    signed_in,
)

LIST = "/support/partnerships/"


@require_safe
@signed_in
def partnership_list(request: HttpRequest) -> HttpResponseBase:
    """List the partnerships of an edition, the open one unless another is chosen, with what is open; also as a file."""
    only_support_office(request)
    current = open_edition(clock.now())
    editions = queries.editions_with_partnerships()
    if current is not None and current not in editions:
        editions.insert(0, current)
    edition = _edition(request, current, editions)
    open_ones = Q(applications__state__in=OPEN_APPLICATION_STATES)
    running = ~Q(exchanges_as_visitor__state__in=EXCHANGE_IS_OVER) & Q(exchanges_as_visitor__isnull=False)
    taking_part = ~Q(participations__state=ParticipationState.WITHDRAWN) & Q(participations__isnull=False)
    rows = (
        Partnership.objects.filter(edition=edition)
        .annotate(
            registrations=Count("applications", filter=open_ones, distinct=True),
            participants=Count("participations", filter=taking_part, distinct=True),
            exchanges=Count("exchanges_as_visitor", filter=running, distinct=True),
            leads_here=queries.is_found_by_acronym(current),
        )
        .order_by("acronym")
    )
    if form := form_asked_for(request):
        header = [
            _("Partnership"), _("State"), _("Registrations to decide"), _("Participations"),
            _("Exchanges of its visitors"),
        ]  # fmt: skip
        cells = (
            (
                one.acronym, sentences.state_label("partnership", one.state), one.registrations, one.participants,
                one.exchanges,
            )
            for one in rows
        )  # fmt: skip
        return list_response("partnerships", form, header, cells)
    query = _query(edition, current)
    context = {
        "files": file_addresses(query.removeprefix("?")),
        "rows": [
            {
                "partnership": one,
                "state": sentences.state_label("partnership", one.state),
                "is_suspended": one.suspended_at is not None and one.ended_at is None,
                "has_left": one.ended_at is not None,
                "leads_here": one.leads_here,
            }
            for one in rows
        ],
        "edition": edition,
        "editions": editions,
        "query": query,
        "may_admit": current is not None,
    }
    return render(request, "support_office/partnerships.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def admit_partnership(request: HttpRequest) -> HttpResponse:
    """Let a partnership join the open edition."""
    actor, at = only_support_office(request), clock.now()
    edition = open_edition(at)
    if edition is None:
        raise Http404
    form = AdmitForm(request.POST or None, scheme=scheme_of_edition(edition.pk, at))
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = partnerships.admit_partnership(**given, language=get_language() or "en", actor=actor, at=at)
            except NotDone as error:
                add_refusal(form, error.refusal)
            else:
                messages.success(
                    request, _("%(name)s has joined. The invitation is on its way.") % {"name": made.acronym}
                )
                return redirect(LIST)
    context = {
        "title": _("Admit a partnership"), "form": form, "lead": edition.name, "action": Action.ADMIT_PARTNERSHIP,
        "button": sentences.ACTIONS[Action.ADMIT_PARTNERSHIP].button, "back_url": LIST,
    }  # fmt: skip
    return render(request, "support_office/typed.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def suspend_partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask why a partnership is suspended, say what follows, and do it."""
    partnership = _partnership(request, slug)
    return _with_reason(
        request,
        Action.SUSPEND_PARTNERSHIP,
        title=_("Suspend %(name)s") % {"name": partnership.acronym},
        consequences=[
            _("Nobody can choose this partnership any more, and nobody is assigned to it."),
            _("Its coordinator cannot open it again; the support office can."),
            _("Registrations and exchanges that it has already go on as before."),
        ],
        do=lambda reason, actor: partnerships.suspend_partnership(
            partnership, reason=reason, actor=actor, at=clock.now()
        ),
        back_url=_list_of(partnership),
    )


@require_http_methods(["GET", "POST"])
@signed_in
def resume_partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether to end the suspension of a partnership, and do it."""
    actor, partnership = only_support_office(request), _partnership(request, slug)
    refusal, status = None, 200
    if request.method == "POST":
        try:
            kept = partnerships.resume_partnership(partnership, actor=actor, at=clock.now())
        except NotDone as error:
            refusal, status = refusal_context(Action.RESUME_PARTNERSHIP, error.refusal), CONFLICT
        else:
            messages.success(request, _happened(Action.RESUME_PARTNERSHIP, kept))
            return redirect(_list_of(partnership))
    context = {
        "title": _("End the suspension of %(name)s") % {"name": partnership.acronym},
        "consequences": [
            _("It takes registrations again.") if partnership.opens_again else _("Its coordinator can open it again.")
        ],
        "reason": partnership.suspension_reason, "action": Action.RESUME_PARTNERSHIP, "refusal": refusal,
        "button": sentences.ACTIONS[Action.RESUME_PARTNERSHIP].button, "back_url": _list_of(partnership),
    }  # fmt: skip
    return render(request, "support_office/typed.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def end_partnership(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask to which partnership everything goes, show with counts what goes, and let the partnership leave."""
    actor, partnership = only_support_office(request), _partnership(request, slug)
    cases, sent = OpenCases(partnership), request.POST if request.method == "POST" else request.GET
    choice = OtherPartnershipForm(
        sent if "partnership" in sent else None, edition=partnership.edition, without=partnership
    )
    other = choice.chosen() if choice.is_bound and choice.is_valid() else None
    form = WhyForm(request.POST if request.method == "POST" else None)
    refusal, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and (other is not None or cases.is_empty):
            try:
                kept = partnerships.end_partnership(
                    partnership, other=other, reason=form.cleaned_data["reason"], actor=actor, at=clock.now()
                )
            except NotDone as error:
                refusal, status = refusal_context(Action.END_PARTNERSHIP, error.refusal), CONFLICT
            else:
                messages.success(request, _happened(Action.END_PARTNERSHIP, kept))
                return redirect(_list_of(partnership))
    reserved, committed = cases.cents
    against = cases.refusals(other) if other is not None else []
    context = {
        "partnership": partnership,
        "other": other,
        "is_over": partnership.ended_at is not None,
        "edition": request.GET.get("edition", ""),
        "back_url": _list_of(partnership),
        "choice": choice,
        "form": form,
        "is_ready": (other is not None or cases.is_empty) and not against,
        "is_empty": cases.is_empty,
        "going": cases.going(),
        "money": [
            (_("Reserved"), format_cents(reserved, get_language() or "en")),
            (_("Committed"), format_cents(committed, get_language() or "en")),
        ],
        "against": [refusal_context(Action.END_PARTNERSHIP, one) for one in against],
        "refusal": refusal,
    }
    return render(request, "support_office/end_partnership.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def reassign_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to which partnership a case goes and why, and let it go there."""
    actor, case = only_support_office(request), case_named(reference)
    if case is None:
        raise Http404
    machine, has_sides = registry.machine_of(case), isinstance(case, Exchange)
    own = None if has_sides else partnership_of(case, VP)
    form = ReassignForm(
        request.POST if request.method == "POST" else None, edition=case.edition, without=own, has_sides=has_sides
    )
    refusal, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            side = Capacity(form.cleaned_data.get("side") or VP)
            try:
                partnerships.reassign_case(
                    case, partnership=form.chosen(), reason=form.cleaned_data["reason"], side=side, actor=actor,
                    at=clock.now(),
                )  # fmt: skip
            except NotDone as error:
                if not put_at_field(form, error.refusal):
                    refusal, status = refusal_context(Action.REASSIGN_CASE, error.refusal), CONFLICT
            else:
                happened = sentences.ACTIONS[Action.REASSIGN_CASE].happened
                messages.success(request, sentences.filled(happened, machine.describe(case)))
                return redirect(machine.address(case))
    sides = (VP, HP) if has_sides else (VP,)
    context = {
        "title": _("Give %(reference)s to another partnership") % {"reference": case.reference},
        "lead": ", ".join(str(one) for side in sides if (one := partnership_of(case, side)) is not None),
        "form": form, "refusal": refusal, "action": Action.REASSIGN_CASE,
        "consequences": [
            _("Those who look after it now, those who will, and its organisations are told with your reason."),
            _("Money that is reserved or committed for a visit goes along to the budget of the other partnership."),
        ],
        "button": sentences.ACTIONS[Action.REASSIGN_CASE].button, "back_url": machine.address(case),
    }  # fmt: skip
    return render(request, "support_office/typed.html", context, status=status)


def _edition(request: HttpRequest, current: Edition | None, editions: list[Edition]) -> Edition | None:
    """Give the edition that the address names, else the open one, else the newest that has partnerships."""
    wanted = request.GET.get("edition")
    if not wanted:
        return current or next(iter(editions), None)
    found = next((one for one in editions if one.code == wanted), None)
    if found is None:
        raise Http404
    return found


def _query(edition: Edition | None, current: Edition | None) -> str:
    """Give what an address bears to name an edition; the open one goes without saying."""
    return f"?{urlencode({'edition': edition.code})}" if edition is not None and edition != current else ""


def _list_of(partnership: Partnership) -> str:
    return LIST + _query(partnership.edition, open_edition(clock.now()))


def _partnership(request: HttpRequest, slug: str) -> Partnership:
    actor, edition = only_support_office(request), request.GET.get("edition")
    if edition:
        found = get_object_or_404(Partnership.objects.select_related("edition"), slug=slug, edition__code=edition)
    else:
        found = published(slug)
    if not decide.may(actor, "partnership", Action.SEE, found):
        raise Http404
    return found


def _with_reason(
    request: HttpRequest,
    action: Action,
    *,
    title: str,
    consequences: list[str],
    do: Callable[[str, Actor], Partnership],
    back_url: str,
) -> HttpResponse:
    actor, form = only_support_office(request), WhyForm(request.POST if request.method == "POST" else None)
    refusal, status = None, 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                kept = do(form.cleaned_data["reason"], actor)
            except NotDone as error:
                refusal, status = refusal_context(action, error.refusal), CONFLICT
            else:
                messages.success(request, _happened(action, kept))
                return redirect(back_url)
    context = {
        "title": title, "form": form, "consequences": consequences, "refusal": refusal, "action": action,
        "button": sentences.ACTIONS[action].button, "is_danger": True, "back_url": back_url,
    }  # fmt: skip
    return render(request, "support_office/typed.html", context, status=status)


def _happened(action: Action, partnership: Partnership) -> str:
    names: dict[str, Any] = {"partnership": partnership.acronym}
    return sentences.filled(sentences.ACTIONS[action].happened, names)
