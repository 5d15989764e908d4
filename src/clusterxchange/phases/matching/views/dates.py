"""Choosing dates together: what both windows leave open, what the host's country has closed, and what was offered."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import H, V
from clusterxchange.foundation import clock
from clusterxchange.foundation.calendar_files import CALENDAR, Entry, Method, calendar_file
from clusterxchange.phases.matching import operations, queries, states
from clusterxchange.phases.matching.forms import OfferDates
from clusterxchange.phases.matching.models import OfferedDates, Proposal
from clusterxchange.phases.matching.rules import OPEN, common_windows, suggested_stays
from clusterxchange.scheme.calendars import CalendarUnknown, closed_days, working_days
from clusterxchange.scheme.countries import country_name
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, pages
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.obligations import SCHEME_ZONE
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

SUGGESTED_AT_MOST = 5


def _load(request: HttpRequest, reference: str) -> Proposal:
    found: Proposal = pages.load(request, queries.proposals_for(actor_of(request)), "proposal", reference=reference)
    if found.visitor_participation is None or found.host_participation is None:
        raise Http404
    return found


def span_in_words(first: date, last: date) -> str:
    """Write a span of days."""
    return _("%(first)s to %(last)s") % {"first": date_format(first, _("j E Y")), "last": date_format(last, _("j E Y"))}


def agreed_days_of(proposal: Proposal) -> str:
    """Write the days that both sides have agreed on, nothing where there are none yet."""
    if proposal.first_day is None or proposal.last_day is None:
        return ""
    return span_in_words(proposal.first_day, proposal.last_day)


def days_in_words(scheme: Scheme, country: str, first: date, last: date) -> str:
    """Say how many working days of the host country a span has."""
    number = len(working_days(scheme, country, first, last))
    return ngettext("%(count)d working day", "%(count)d working days", number) % {"count": number}


@require_safe
@signed_in
def dates(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is open to both, what was offered, and a form to offer days."""
    return _show(request, _load(request, reference))


@signed_in
def offer_dates(request: HttpRequest, reference: str) -> HttpResponse:
    """Offer days to the other side."""
    proposal, actor = _load(request, reference), actor_of(request)
    if request.method != "POST":
        return redirect(f"{states.PROPOSAL.address(proposal)}dates/")
    denial = decide.denial(actor, "proposal", Action.OFFER_DATES, proposal)
    if denial is not None:
        return _show(request, proposal, status=FORBIDDEN, refused=(Action.OFFER_DATES, Refusal(denial)))
    form = OfferDates(request.POST)
    if not form.is_valid():
        return _show(request, proposal, form, status=UNPROCESSABLE)
    try:
        operations.offer_dates(proposal, **form.cleaned_data, actor=actor, at=clock.now())
    except NotDone as reason:
        if not pages.put_at_field(form, reason.refusal):
            return _show(request, proposal, form, status=CONFLICT, refused=(Action.OFFER_DATES, reason.refusal))
        return _show(request, proposal, form, status=UNPROCESSABLE)
    messages.success(request, _("Your days are offered. The other side has been told."))
    return redirect(f"{states.PROPOSAL.address(proposal)}dates/")


@signed_in
def accept_dates(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Agree to days that the other side has offered."""
    proposal, actor = _load(request, reference), actor_of(request)
    offered = get_object_or_404(OfferedDates.objects.select_related("proposal"), pk=number, proposal=proposal)
    if request.method != "POST":
        return redirect(f"{states.PROPOSAL.address(proposal)}dates/")
    try:
        operations.accept_dates(offered, actor=actor, at=clock.now())
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show(request, proposal, status=status, refused=(Action.ACCEPT_DATES, reason.refusal))
    messages.success(request, _("The days are agreed. They stand in the proposal from now on."))
    return redirect(f"{states.PROPOSAL.address(proposal)}dates/")


def _show(
    request: HttpRequest,
    proposal: Proposal,
    form: OfferDates | None = None,
    *,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
) -> HttpResponse:
    at, actor = clock.now(), actor_of(request)
    scheme = states.PROPOSAL.scheme_of(proposal, at)
    visitor, host = proposal.visitor_participation, proposal.host_participation
    if visitor is None or host is None:
        raise Http404
    names, country = states.PROPOSAL.describe(proposal), host.organisation.country
    both = common_windows(queries.windows_of(visitor), queries.windows_of(host))
    wanted = max(scheme.durations.minimum_working_days, visitor.days_wished or 0)
    today = at.astimezone(SCHEME_ZONE).date()
    stays = suggested_stays(scheme, country, both, wanted, after=today, most=SUGGESTED_AT_MOST)
    held = decide.acting_capacities(actor, "proposal", Action.OFFER_DATES, proposal)
    is_open = proposal.state in OPEN
    banner = _banner(proposal, actor, is_open=is_open)
    context = {
        "proposal": proposal,
        "names": names,
        "address": f"{states.PROPOSAL.address(proposal)}dates/",
        "visitor_windows": [span_in_words(*window) for window in queries.windows_of(visitor)],
        "host_windows": [span_in_words(*window) for window in queries.windows_of(host)],
        "both": [
            {"days": span_in_words(*window), "working": days_in_words(scheme, country, *window)} for window in both
        ],
        "closed": _closed_in_words(scheme, country, both),
        "country": country_name(country, request.LANGUAGE_CODE),
        "stays": [
            {
                "days": span_in_words(*stay),
                "url": f"?{urlencode({'first_day': stay[0].isoformat(), 'last_day': stay[1].isoformat()})}#offer-dates",
            }
            for stay in stays
            if held and is_open
        ],
        "offers": [
            _offer_shown(one, proposal, actor, scheme, names, is_open=is_open) for one in proposal.offered_dates.all()
        ],
        "agreed": agreed_days_of(proposal),
        "form": form or (OfferDates(initial=_chosen(request, stays)) if held and is_open else None),
        "fewest": scheme.durations.minimum_working_days,
        "refusal": pages.refusal_context(*refused) if refused else None,
        "banner": banner,
        "offer_is_primary": banner["ball"] != "yours",
    }
    return render(request, "matching/dates.html", context, status=status)


def _chosen(request: HttpRequest, stays: list[tuple[date, date]]) -> dict[str, str]:
    if request.GET.get("first_day"):
        return {name: request.GET.get(name, "") for name in ("first_day", "last_day")}
    return {"first_day": stays[0][0].isoformat(), "last_day": stays[0][1].isoformat()} if stays else {}


def _closed_in_words(scheme: Scheme, country: str, both: list[tuple[date, date]]) -> list[str]:
    found: dict[date, str] = {}
    for first, last in both:
        try:
            found |= closed_days(scheme, country, first, last)
        except CalendarUnknown:
            continue
    return [
        _("%(day)s: %(name)s") % {"day": date_format(day, _("l, j E Y")), "name": name}
        for day, name in sorted(found.items())
    ]


def _offer_shown(
    one: OfferedDates, proposal: Proposal, actor: Actor, scheme: Scheme, names: Mapping[str, str], *, is_open: bool
) -> dict[str, Any]:
    host = proposal.host_participation
    country = host.organisation.country if host is not None else ""
    held = decide.acting_capacities(actor, "proposal", Action.ACCEPT_DATES, proposal)
    return {
        "days": span_in_words(one.first_day, one.last_day),
        "working": days_in_words(scheme, country, one.first_day, one.last_day),
        "party": names[f"name_{one.capacity}"],
        "is_agreed": (one.first_day, one.last_day) == (proposal.first_day, proposal.last_day),
        "accept_url": f"{states.PROPOSAL.address(proposal)}dates/{one.pk}/accept-dates/"
        if is_open and held and one.capacity not in held and one.accepted_at is None
        else "",
    }


def _banner(proposal: Proposal, actor: Actor, *, is_open: bool) -> dict[str, str]:
    held = set(decide.acting_capacities(actor, "proposal", Action.ACCEPT_DATES, proposal)) & {V, H}
    waiting = proposal.offered_dates.filter(accepted_at=None).exclude(capacity__in=held).exists()
    if held and is_open and waiting:
        return {
            "ball": "yours",
            "sentence": _("Answer the days that the other side offers"),
            "link": "#offers",
            "link_label": _("See them"),
        }
    own = proposal.offered_dates.filter(capacity__in=held)
    if held and is_open and own.exists() and not proposal.offered_dates.exclude(accepted_at=None).exists():
        return {"ball": "theirs", "sentence": _("The other side answers the days that you offer")}
    why = "" if is_open else _("The proposal is answered.")
    return {"ball": "nobody", "sentence": _("Nothing for you to do"), "why": why}


@require_safe
@signed_in
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the agreed days as a file for calendars."""
    proposal, at = _load(request, reference), clock.now()
    if proposal.first_day is None or proposal.last_day is None:
        raise Http404
    return _calendar_answer(proposal, at)


def _calendar_answer(proposal: Proposal, at: datetime) -> HttpResponse:
    names, host = states.PROPOSAL.describe(proposal), proposal.host_participation
    address = f"{settings.PUBLIC_URL.rstrip('/')}{states.PROPOSAL.address(proposal)}"
    place = f"{host.organisation.city}, {country_name(host.organisation.country, 'en')}" if host is not None else ""
    if proposal.first_day is None or proposal.last_day is None:
        raise Http404
    entry = Entry(
        name=f"{proposal.reference}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}",
        sequence=max(0, proposal.offered_dates.filter(accepted_at__isnull=False).count() - 1),
        first_day=proposal.first_day,
        last_day=proposal.last_day,
        title=_("%(visitor)s visits %(host)s") % names,
        place=place if proposal.format == "physical" else "",
        text=_("Agreed in the proposal. The Commitment to Quality says what holds in the end."),
        address=address,
    )
    content = calendar_file(entry, Method.PUBLISH, organiser=settings.DEFAULT_FROM_EMAIL, invited="", at=at)
    answer = HttpResponse(content, content_type=f"{CALENDAR}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{proposal.reference}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def section_of_dates(proposal: Proposal) -> list[cases.Section]:
    """Give the part of a proposal's page that says which days are agreed, and leads to where they are chosen."""
    if proposal.visitor_participation is None or proposal.host_participation is None:
        return []
    context = {
        "agreed": agreed_days_of(proposal),
        "url": f"{states.PROPOSAL.address(proposal)}dates/",
        "calendar_url": f"{states.PROPOSAL.address(proposal)}calendar.ics" if proposal.first_day else "",
        "is_open": proposal.state in OPEN,
    }
    return [cases.Section(_("Days of the stay"), template="matching/agreed_dates.html", context=context)]
