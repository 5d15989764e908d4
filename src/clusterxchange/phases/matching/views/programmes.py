"""Group exchanges: those that are offered, one with its seats, a new one, a request for a seat, guests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.phases.matching import catalogue as shown
from clusterxchange.phases.matching import operations, queries, states
from clusterxchange.phases.matching.engine.participant import HOST, VISIT
from clusterxchange.phases.matching.forms import HALVES_OF_A_DAY, AskForSeat, NameGuest, ProgrammeForm
from clusterxchange.phases.matching.models import Guest, Programme, ProgrammeState, Proposal
from clusterxchange.phases.matching.rules import suggested_stays
from clusterxchange.phases.matching.views.catalogue import closed
from clusterxchange.phases.matching.views.dates import span_in_words
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.calendars import CalendarUnknown, is_within_the_longest_stay, working_days
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import cases, pages, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.obligations import SCHEME_ZONE
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, CasePage, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

PROGRAMMES_OF_A_PAGE = 25
LIST = "/matching/group-exchanges/"


def days_to_plan(scheme: Scheme, country: str) -> Callable[[date, date], list[date]]:
    """Give what lists the working days of a country in a span, none where its calendar is not known."""

    def days(first: date, last: date) -> list[date]:
        if not is_within_the_longest_stay(scheme, first, last):
            return []
        try:
            return working_days(scheme, country, first, last)
        except CalendarUnknown:
            return []

    return days


@require_safe
@signed_in
def programmes(request: HttpRequest) -> HttpResponse:
    """List the group exchanges that the reader may see, the soonest first."""
    actor = actor_of(request)
    own = list(queries.own_accepted(actor))
    may_see = own or actor.partnerships_as(CASE_PEOPLE) or actor.support_office or actor.agency
    if not may_see:
        return closed(request)
    page = Paginator(queries.programmes_for(actor), PROGRAMMES_OF_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": [_row(row) for row in page.object_list],
        "count": page.paginator.count,
        "page": page,
        "may_publish": any(row.role == HOST for row in own),
    }
    return render(request, "matching/programmes.html", context)


def _row(row: Programme) -> dict[str, Any]:
    left = max(0, row.places - row.given)  # type: ignore[attr-defined]  # -- annotated by the query
    host = row.host_participation
    seats = ngettext("%(left)d of %(places)d place free", "%(left)d of %(places)d places free", row.places)
    return {
        "reference": row.reference,
        "url": states.PROGRAMME.address(row),
        "title": row.title,
        "host": queries.name_shown(host),
        "where": row.place,
        "days": span_in_words(row.first_day, row.last_day),
        "seats": seats % {"left": left, "places": row.places},
        "state": {"OPEN": "yours" if left else "half"}.get(row.state, "later"),
        "state_label": sentences.state_label("programme", row.state),
    }


def _load(request: HttpRequest, reference: str) -> Programme:
    found = queries.programmes_for(actor_of(request)).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def seats_shown(programme: Programme, actor: Actor) -> dict[str, list[dict[str, Any]]]:
    """Give the seats in the order of asking; host and contact points see names, visitors only their own."""
    left = queries.seats_left(programme)
    related = ("visitor_participation__organisation", "visitor_participation__partnership", "sender_organisation")
    found: dict[str, list[dict[str, Any]]] = {"confirmed": [], "asked": [], "waiting": []}
    for seat in queries.confirmed_seats(programme).select_related(*related).order_by("pk"):
        found["confirmed"].append(_seat(seat, actor))
    for number, seat in enumerate(queries.open_seats(programme).select_related(*related)):
        found["asked" if number < left else "waiting"].append(_seat(seat, actor))
    return found


def _seat(seat: Proposal, actor: Actor) -> dict[str, Any]:
    visitor = seat.visitor_participation
    may_see = decide.may(actor, "proposal", Action.SEE, seat)
    if visitor is None or not may_see:
        return {"name": "", "reference": "", "url": "", "since": cases.date_in_words(seat.created_at)}
    return {
        "name": visitor.organisation.legal_name,
        "reference": seat.reference,
        "url": states.PROPOSAL.address(seat),
        "since": cases.date_in_words(seat.created_at),
        "own": visitor.organisation_id in actor.organisations,
    }


def agenda_shown(programme: Programme) -> list[dict[str, str]]:
    """Give the agenda with its days in words; halves in which nothing is planned are left out."""
    return [
        {
            "when": _("%(day)s, %(half)s")
            % {
                "day": date_format(date.fromisoformat(row["day"]), _("l, j E Y")),
                "half": str(HALVES_OF_A_DAY[row["half"]]),
            },
            "activity": row["activity"],
        }
        for row in programme.agenda
        if row.get("activity")
    ]


def _sections(programme: Programme, actor: Actor, at: datetime) -> list[cases.Section]:
    host = programme.host_participation
    scheme = states.PROGRAMME.scheme_of(programme, at)
    rows: list[tuple[Any, ...]] = [
        (_("What the group learns and does"), programme.description),
        (_("Days"), span_in_words(programme.first_day, programme.last_day)),
        (_("Place"), programme.place),
        (_("Host organisation"), queries.name_shown(host)),
        (_("Where it is"), shown.where(host, scheme)),
        (_("Last day to ask for a seat"), date_format(programme.asked_until, _("j E Y"))),
        (_("Version"), programme.version),
    ]
    seats = seats_shown(programme, actor)
    context = {
        "seats": seats,
        "left": queries.seats_left(programme),
        "places": programme.places,
        "guests": list(programme.guests.all()) if decide.may(actor, "programme", Action.SEE, programme) else [],
        "guest_count": programme.guests.count(),
        "may_name_guests": decide.may(actor, "programme", Action.NAME_GUESTS, programme),
        "address": states.PROGRAMME.address(programme),
    }
    return [
        cases.Section(_("The group exchange"), rows),
        cases.Section(_("Agenda"), template="matching/agenda.html", context={"agenda": agenda_shown(programme)}),
        cases.Section(_("Seats"), template="matching/seats.html", context=context),
    ]


def sides_that_may_ask(programme: Programme, actor: Actor) -> list[Participation]:
    """Give the reader's visiting participations that could ask for a seat."""
    edition_id = programme.host_participation.edition_id
    own = queries.own_accepted(actor).filter(role=VISIT, edition_id=edition_id)
    return list(own.exclude(organisation_id=programme.host_participation.organisation_id))


def _context(request: HttpRequest, programme: Programme, at: datetime) -> dict[str, Any]:
    actor = actor_of(request)
    sides = sides_that_may_ask(programme, actor)
    scheme = states.PROGRAMME.scheme_of(programme, at)
    today = at.astimezone(SCHEME_ZONE).date()
    is_open = programme.state == ProgrammeState.OPEN and today <= programme.asked_until
    own_seat = (
        queries.proposals_for(actor)
        .filter(programme=programme, visitor_participation__in=sides, state__in=("SENT", "ACCEPTED"))
        .first()
    )
    return {
        "own_seat": {"url": states.PROPOSAL.address(own_seat), "reference": own_seat.reference} if own_seat else None,
        "seat_form": AskForSeat(sides=sides, scheme=scheme) if sides and not own_seat and is_open else None,
        "seat_url": f"{states.PROGRAMME.address(programme)}ask-for-seat/",
        "is_full": not queries.seats_left(programme),
        "may_change": decide.may(actor, "programme", Action.CHANGE_PROGRAMME, programme)
        and states.PROGRAMME.row_for(Action.CHANGE_PROGRAMME, programme.state) is not None,
        "sees_seats": decide.may(actor, "programme", Action.SEE, programme),
        "address": states.PROGRAMME.address(programme),
    }


PAGE = CasePage(
    machine=states.PROGRAMME,
    operations=operations,
    title=lambda programme, _actor: programme.title,
    sections=_sections,
    danger=frozenset({Action.CANCEL_PROGRAMME, Action.CLOSE_PROGRAMME}),
    elsewhere=frozenset({Action.CHANGE_PROGRAMME}),
    template="matching/programme.html",
    breadcrumb=lambda _programme, _actor: [(_("Desk"), "/desk/"), (_("Group exchanges"), LIST)],
    context=_context,
    thread_of=lambda _programme: None,
)


@require_safe
@signed_in
def programme(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one group exchange."""
    return pages.show(request, PAGE, _load(request, reference))


@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Close or cancel a group exchange."""
    return pages.act(request, PAGE, _load(request, reference), action)


@signed_in
def publish(request: HttpRequest) -> HttpResponse:
    """Offer a new group exchange as a host."""
    at, actor = clock.now(), actor_of(request)
    host = queries.own_accepted(actor).filter(role=HOST).first()
    if host is None:
        return closed(request)
    scheme = scheme_of_edition(host.edition_id, at)
    days = days_to_plan(scheme, host.organisation.country)
    if request.method != "POST":
        return show_form(request, ProgrammeForm(days=days, initial=_first_answers(host, scheme, at)))
    form = ProgrammeForm(request.POST, days=days)
    if not form.is_valid():
        return show_form(request, form, status=UNPROCESSABLE)
    try:
        made = operations.publish_programme(host=host, values=form.values(), actor=actor, at=at)
    except NotDone as reason:
        return refuse_form(request, form, Action.PUBLISH_PROGRAMME, reason.refusal)
    messages.success(request, _("The group exchange is published. Visitors can ask for seats now."))
    return redirect(states.PROGRAMME.address(made))


def _first_answers(host: Participation, scheme: Scheme, at: datetime) -> dict[str, Any]:
    today = at.astimezone(SCHEME_ZONE).date()
    stays = suggested_stays(
        scheme, host.organisation.country, queries.windows_of(host), scheme.durations.minimum_working_days,
        after=today, most=1,
    )  # fmt: skip
    found: dict[str, Any] = {"place": host.organisation.city}
    if stays:
        found |= {"first_day": stays[0][0].isoformat(), "last_day": stays[0][1].isoformat()}
    return found


def refuse_form(
    request: HttpRequest,
    form: ProgrammeForm,
    action: Action,
    refusal: Refusal,
    *,
    programme: Programme | None = None,
    following: list[str] | None = None,
) -> HttpResponse:
    """Show the form again with what stands against it, at the answer at fault where there is one."""
    refused = None if refusal.field else (action, refusal)
    status = pages.status_of_refusal(refusal) if refused else UNPROCESSABLE
    if refused is None:
        # The agenda has a field for each half of a day; its fault stands at the first.
        field = refusal.field if refusal.field in form.fields else form.first_of_agenda
        form.add_error(
            field, ValidationError(sentences.refusal_sentence(refusal.code, refusal.params), code=refusal.code)
        )
    return show_form(request, form, status=status, refused=refused, programme=programme, following=following)


def show_form(
    request: HttpRequest,
    form: ProgrammeForm,
    *,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
    programme: Programme | None = None,
    following: list[str] | None = None,
) -> HttpResponse:
    """Show the form of a new group exchange, or of one that is to be changed."""
    action = Action.PUBLISH_PROGRAMME if programme is None else Action.CHANGE_PROGRAMME
    context = {
        "form": form,
        "programme": programme,
        "following": following or [],
        "action": str(action),
        "url": f"{LIST}publish-programme/"
        if programme is None
        else f"{states.PROGRAMME.address(programme)}change-programme/",
        "label": str(sentences.ACTIONS[action].button),
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "matching/programme_form.html", context, status=status)


@signed_in
def ask_for_seat(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a seat, or a place in the waiting list."""
    at, actor = clock.now(), actor_of(request)
    found = _load(request, reference)
    address = states.PROGRAMME.address(found)
    if request.method != "POST":
        return redirect(address)
    sides = sides_that_may_ask(found, actor)
    if not sides:
        return pages.show(
            request, PAGE, found, status=FORBIDDEN, refused=(Action.SEND_PROPOSAL, Refusal("not_allowed"))
        )
    form = AskForSeat(request.POST, sides=sides, scheme=states.PROGRAMME.scheme_of(found, at))
    if not form.is_valid():
        return _show_with_form(request, found, form, UNPROCESSABLE)
    try:
        seat = operations.ask_for_seat(
            found, sender=form.cleaned_data["side"], message=form.cleaned_data["message"], actor=actor, at=at
        )
    except NotDone as reason:
        refusal = reason.refusal
        if pages.put_at_field(form, refusal):
            return _show_with_form(request, found, form, UNPROCESSABLE)
        return pages.show(request, PAGE, found, status=CONFLICT, refused=(Action.SEND_PROPOSAL, refusal))
    if queries.seats_left(found):
        messages.success(request, _("You have asked for a seat. The host answers."))
    else:
        messages.success(request, _("All seats are given. Your request waits, in the order of asking."))
    return redirect(states.PROPOSAL.address(seat))


def _show_with_form(request: HttpRequest, found: Programme, form: AskForSeat, status: int) -> HttpResponse:
    def context(asked: HttpRequest, subject: Programme, at: datetime) -> dict[str, Any]:
        return {**_context(asked, subject, at), "seat_form": form, "has_errors": True}

    return pages.show(request, replace(PAGE, context=context), found, status=status)


@signed_in
def add_guest(request: HttpRequest, reference: str) -> HttpResponse:
    """Name somebody of the host's country who joins the group."""
    found = _load(request, reference)
    scheme = states.PROGRAMME.scheme_of(found, clock.now())
    if request.method != "POST":
        return _show_guest_form(request, found, NameGuest(scheme=scheme))
    form = NameGuest(request.POST, scheme=scheme)
    if not decide.may(actor_of(request), "programme", Action.NAME_GUESTS, found):
        refusal = (Action.NAME_GUESTS, Refusal("not_allowed"))
        return pages.show(request, PAGE, found, status=FORBIDDEN, refused=refusal)
    if not form.is_valid():
        return _show_guest_form(request, found, form, status=UNPROCESSABLE)
    try:
        operations.add_guest(found, **form.cleaned_data, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        pages.add_refusal(form, reason.refusal)
        return _show_guest_form(request, found, form, status=UNPROCESSABLE)
    messages.success(request, _("The guest is on the list."))
    return redirect(states.PROGRAMME.address(found))


def _show_guest_form(request: HttpRequest, found: Programme, form: NameGuest, *, status: int = 200) -> HttpResponse:
    if not decide.may(actor_of(request), "programme", Action.NAME_GUESTS, found):
        return redirect(states.PROGRAMME.address(found))
    context = {"form": form, "programme": found, "address": states.PROGRAMME.address(found)}
    return render(request, "matching/guest.html", context, status=status)


@signed_in
def remove_guest(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take a guest from the list."""
    found = _load(request, reference)
    if request.method != "POST":
        return redirect(states.PROGRAMME.address(found))
    if not decide.may(actor_of(request), "programme", Action.NAME_GUESTS, found):
        refusal = (Action.NAME_GUESTS, Refusal("not_allowed"))
        return pages.show(request, PAGE, found, status=FORBIDDEN, refused=refusal)
    guest = get_object_or_404(Guest, pk=number, programme=found)
    operations.remove_guest(guest, actor=actor_of(request), at=clock.now())
    messages.success(request, _("The guest is off the list."))
    return redirect(states.PROGRAMME.address(found))
