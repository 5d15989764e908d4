"""The pages of the people of organisations: own organisations, invitations, requests to join, leaving."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock, files, scanner
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.people import operations, queries, tokens
from clusterxchange.journeys.people.forms import (
    JOIN_FORMS,
    AcceptForm,
    HandOverForm,
    InviteForm,
    JoinForm,
    OrganisationForm,
    PlaceForm,
    SuccessorForm,
)
from clusterxchange.journeys.people.models import Invitation, InvitationState, JoinRequest
from clusterxchange.journeys.people.states import INVITATION, JOIN_REQUEST, ORGANISATION
from clusterxchange.journeys.people.waiting import invitations_on_desk
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration.models import Application
from clusterxchange.phases.registration.states import APPLICATION
from clusterxchange.phases.registration.views import known, papers
from clusterxchange.workflow import cases, pages
from clusterxchange.workflow.cases import Section, date_in_words, last_day_of
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of, load, put_at_field, signed_in
from clusterxchange.workflow.sentences import state_label
from clusterxchange.workflow.tables import Refusal

Crumbs = list[tuple[str, str]]
LONGEST_TYPED = 200
STATUS = {"not_allowed": pages.FORBIDDEN}


def _organisation(request: HttpRequest, reference: str) -> Organisation:
    """Give an organisation to whoever may see it; to others it is unknown. A merged entry leads to the one kept."""
    found = queries.organisation_by(reference)
    if found is not None and found.merged_into is not None:
        found = found.merged_into
    if found is None or not decide.may(actor_of(request), "organisation", Action.SEE, found):
        raise Http404
    return found


def _crumbs(organisation: Organisation, *more: tuple[str, str]) -> Crumbs:
    own = (organisation.legal_name or organisation.reference, ORGANISATION.address(organisation))
    return [(_("Desk"), "/desk/"), (_("Your organisations"), "/organisations/"), *([own] if more else []), *more]


def _status(refusal: Refusal) -> int:
    return STATUS.get(refusal.code, pages.CONFLICT)


def _denied(request: HttpRequest, organisation: Organisation, action: Action) -> HttpResponse | None:
    denial = decide.denial(actor_of(request), "organisation", action, organisation)
    if denial is None:
        return None
    return _people_page(request, organisation, refused=(action, Refusal(denial)))


# Own organisations


@require_GET
@signed_in
def own_organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations for which the reader speaks, with what waits: invitations, own requests."""
    return _own_page(request)


def _own_page(request: HttpRequest, *, status: int = 200, refusal: Mapping[str, str] | None = None) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    context = {
        "breadcrumb": [(_("Desk"), "/desk/")],
        "organisations": [_organisation_row(one) for one in queries.organisations_of(actor.account_id)],
        "invitations": invitations_on_desk(actor, at),
        "requests": [
            {
                "title": one.organisation.legal_name
                if one.state == "CONFIRMED"
                else _("Your request %(reference)s") % {"reference": one.reference},
                "when": state_label("join_request", one.state),
                "state": "done"
                if one.state == "CONFIRMED"
                else "no"
                if one.state in {"DECLINED", "TAKEN_BACK"}
                else "theirs",
                "note": one.reason,
                "reference": one.reference,
            }
            for one in queries.requests_of(actor.account_id)
        ],
        "waiting_requests": [
            {"reference": one.reference, "url": f"{JOIN_REQUEST.address(one)}take-join-request-back/"}
            for one in queries.open_requests_of(actor.account_id or 0).order_by("pk")
        ],
        "refusal": refusal,
    }
    return render(request, "people/own.html", context, status=status)


def _organisation_row(organisation: Organisation) -> dict[str, Any]:
    running = queries.cases_of(organisation.pk)
    return {
        "url": ORGANISATION.address(organisation),
        "title": organisation.legal_name or _("An organisation without a name yet"),
        "note": "; ".join(f"{one.reference} {one.state}" for one in running),
        "reference": organisation.reference,
        "desk": f"/desk/?organisation={organisation.reference}",
    }


# The people of an organisation


@require_GET
@signed_in
def people(request: HttpRequest, reference: str) -> HttpResponse:
    """Show who speaks for an organisation, whom it has invited, and who asks to join."""
    return _people_page(request, _organisation(request, reference))


def _people_page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    form: InviteForm | None = None,
    refused: tuple[Action, Refusal] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    address = ORGANISATION.address(organisation)
    may_change = decide.may(actor, "organisation", Action.END_PLACE, organisation)
    places = queries.places_of(organisation.pk)
    several = len(places) > 1
    running = queries.cases_of(organisation.pk)
    spoken_for = {one.speaker.pk for one in running}
    requests = queries.open_requests_to(organisation.pk)
    status = pages.UNPROCESSABLE if form is not None and form.errors else 200
    context = {
        "organisation": organisation,
        "address": address,
        "may_change": may_change,
        "places": [
            {
                "name": str(one.account),
                "email": one.account.email,
                "position": one.position,
                "since": one.since,
                "is_own": one.account_id == actor.account_id,
                "speaks_for": [case for case in running if case.speaker.pk == one.pk],
                "is_speaker": one.pk in spoken_for,
                "end_url": f"{address}people/{one.pk}/end-place/" if may_change else "",
            }
            for one in places
        ],
        "cases": [
            {
                "reference": case.reference,
                "url": case.url,
                "state": case.state,
                "speaker": str(case.speaker.account),
                "hand_over_url": f"{address}cases/{case.application.reference}/hand-over/"
                if several and may_change
                else "",
            }
            for case in running
        ],
        "invitations": list(queries.open_invitations_of(organisation.pk)),
        "requests": [
            {
                "url": JOIN_REQUEST.address(one),
                "title": _("%(person)s asks to speak for this organisation") % {"person": one.account},
                "when": state_label("join_request", one.state),
                "state": "yours",
                "reference": one.reference,
            }
            for one in requests
        ],
        "form": (form or InviteForm()) if may_change else None,
        "has_errors": bool(form and form.errors),
        "refusal": pages.refusal_context(*refused) if refused else None,
        "breadcrumb": _crumbs(organisation),
        "title": organisation.legal_name or _("An organisation without a name yet"),
        "may_leave": actor.account_id in {one.account_id for one in places},
        "turn": "yours" if requests and may_change else "nobody",
        "timeline": cases.timeline_of(ORGANISATION, organisation, actor, whole=pages.asks_for_whole(request)),
    }
    if refused is not None:
        status = _status(refused[1])
    return render(request, "people/people.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def invite_person(request: HttpRequest, reference: str) -> HttpResponse:
    """Invite somebody by mail."""
    organisation = _organisation(request, reference)
    if request.method != "POST":
        return redirect(f"{ORGANISATION.address(organisation)}#invite")
    denied = _denied(request, organisation, Action.EDIT_ORGANISATION)
    if denied is not None:
        return denied
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people_page(request, organisation, form=form)
    email = form.cleaned_data["email"]
    try:
        operations.invite_person(organisation, email=email, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        if put_at_field(form, reason.refusal):
            return _people_page(request, organisation, form=form)
        return _people_page(request, organisation, form=form, refused=(Action.INVITE_PERSON, reason.refusal))
    messages.success(request, _("An invitation went to %(email)s. It holds for 14 days.") % {"email": email})
    return redirect(ORGANISATION.address(organisation))


@require_POST
@signed_in
def take_invitation_back(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take an invitation back."""
    organisation = _organisation(request, reference)
    found = visible(Invitation.objects.filter(organisation=organisation), "invitation", actor_of(request))
    invitation = found.filter(pk=number).first()
    if invitation is None:
        raise Http404
    try:
        operations.take_invitation_back(invitation, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return _people_page(request, organisation, refused=(Action.TAKE_INVITATION_BACK, reason.refusal))
    messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
    return redirect(ORGANISATION.address(organisation))


# Leaving, ending a place, handing over


@require_http_methods(["GET", "POST"])
@signed_in
def leave(request: HttpRequest, reference: str) -> HttpResponse:
    """Confirm on a page of its own that the reader leaves an organisation."""
    organisation = _organisation(request, reference)
    denied = _denied(request, organisation, Action.LEAVE_ORGANISATION)
    if denied is not None:
        return denied
    own = queries.place_of(organisation.pk, actor_of(request).account_id)
    if own is None:
        raise Http404
    return _ending(request, organisation, own, Action.LEAVE_ORGANISATION)


@require_http_methods(["GET", "POST"])
@signed_in
def end_place(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Confirm on a page of its own that a person's place ends."""
    organisation = _organisation(request, reference)
    place = next((one for one in queries.places_of(organisation.pk) if one.pk == number), None)
    if place is None:
        raise Http404
    denied = _denied(request, organisation, Action.END_PLACE)
    return denied if denied is not None else _ending(request, organisation, place, Action.END_PLACE)


def _ending(request: HttpRequest, organisation: Organisation, place: Representative, action: Action) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    spoken_for = [one for one in queries.cases_of(organisation.pk) if one.speaker.pk == place.pk]
    others = [one for one in queries.places_of(organisation.pk) if one.pk != place.pk] if spoken_for else []
    form = SuccessorForm(request.POST if request.method == "POST" else None, others=others)
    if request.method != "POST":
        return _ending_page(request, organisation, place, action, form, spoken_for)
    if not form.is_valid():
        return _ending_page(request, organisation, place, action, form, spoken_for, status=pages.UNPROCESSABLE)
    try:
        if action is Action.LEAVE_ORGANISATION:
            operations.leave_organisation(organisation, successor=form.chosen, actor=actor, at=at)
        else:
            operations.end_place(place, successor=form.chosen, actor=actor, at=at)
    except NotDone as reason:
        if put_at_field(form, reason.refusal):
            return _ending_page(request, organisation, place, action, form, spoken_for, status=pages.UNPROCESSABLE)
        return _ending_page(
            request, organisation, place, action, form, spoken_for,
            status=_status(reason.refusal), refusal=pages.refusal_context(action, reason.refusal),
        )  # fmt: skip
    if action is Action.LEAVE_ORGANISATION:
        messages.success(request, _("You speak for %(name)s no longer.") % {"name": organisation.legal_name})
        return redirect("/organisations/")
    messages.success(request, _("%(person)s does not speak for the organisation any more.") % {"person": place.account})
    return redirect(ORGANISATION.address(organisation))


def _ending_page(
    request: HttpRequest,
    organisation: Organisation,
    place: Representative,
    action: Action,
    form: SuccessorForm,
    spoken_for: list[queries.Case],
    *,
    status: int = 200,
    refusal: Mapping[str, str] | None = None,
) -> HttpResponse:
    is_own = action is Action.LEAVE_ORGANISATION
    names = {"person": str(place.account), "organisation": organisation.legal_name}
    context = {
        "title": _("Leave %(organisation)s") % names if is_own else _("End the place of %(person)s") % names,
        "sentence": _("You will see none of its registrations and exchanges any more.")
        if is_own
        else _("%(person)s will see none of its registrations and exchanges any more.") % names,
        "cases": spoken_for,
        "form": form,
        "has_errors": bool(form.errors),
        "refusal": refusal,
        "action": str(action),
        "label": _("Leave the organisation") if is_own else _("End the place"),
        "back_url": ORGANISATION.address(organisation),
        "breadcrumb": _crumbs(organisation, (_("People"), "")),
    }
    return render(request, "people/ending.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def hand_over(request: HttpRequest, reference: str, case: str) -> HttpResponse:
    """Let another person of the organisation speak for a registration and what has come of it."""
    organisation, actor = _organisation(request, reference), actor_of(request)
    rows = Application.objects.filter(organisation=organisation).select_related(
        "organisation", "representative__account", "partnership", "edition"
    )
    application: Application = load(request, rows, "application", reference=case)
    denied = _denied(request, organisation, Action.EDIT_ORGANISATION)
    if denied is not None:
        return denied
    places = queries.places_of(organisation.pk)
    others = [one for one in places if one.pk != application.representative_id]
    form = HandOverForm(request.POST if request.method == "POST" else None, others=others)
    refusal, status = None, 200
    if request.method == "POST":
        status = pages.UNPROCESSABLE
        chosen = form.chosen if form.is_valid() else None
        if form.is_valid() and chosen is None:
            # There is nobody else to choose.
            status = pages.CONFLICT
            refusal = pages.refusal_context(Action.HAND_OVER, Refusal("successor_missing"))
        elif chosen is not None:
            try:
                operations.hand_over(application, successor=chosen, actor=actor, at=clock.now())
            except NotDone as reason:
                if not put_at_field(form, reason.refusal):
                    status, refusal = _status(reason.refusal), pages.refusal_context(Action.HAND_OVER, reason.refusal)
            else:
                person = application.representative.account
                messages.success(
                    request,
                    _("%(person)s speaks for %(reference)s from now.") % {"person": person, "reference": case},
                )
                return redirect(ORGANISATION.address(organisation))
    spoken_for = [one for one in queries.cases_of(organisation.pk) if one.application.pk == application.pk]
    context = {
        "title": _("Hand over %(reference)s") % {"reference": case},
        "sentence": _("Registration, participation and exchanges go on as they are, with another person."),
        "cases": spoken_for,
        "form": form,
        "has_errors": bool(form.errors),
        "refusal": refusal,
        "action": str(Action.HAND_OVER),
        "label": _("Hand over"),
        "back_url": ORGANISATION.address(organisation),
        "breadcrumb": _crumbs(organisation, (_("People"), "")),
        "is_calm": True,
    }
    return render(request, "people/ending.html", context, status=status)


# An invitation, as whoever was invited sees it


def _invitation(token: str) -> Invitation:
    found = tokens.invitation_of(token)
    if found is None:
        raise Http404
    return found


@require_GET
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has the link; it is taken up by whoever has the address."""
    return _invitation_page(request, _invitation(token), token)


def _invitation_page(
    request: HttpRequest,
    found: Invitation,
    token: str,
    *,
    form: AcceptForm | None = None,
    status: int = 200,
    refused: tuple[Action, Refusal] | None = None,
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    is_theirs = found.email in queries.proven_addresses_of(actor.account_id or 0)
    is_open = found.state == InvitationState.INVITED and at < found.expires_at
    scheme = INVITATION.scheme_of(found, at)
    address = f"/organisations/invitations/{token}/"
    context = {
        "invitation": found,
        "organisation": found.organisation.legal_name,
        "is_open": is_open,
        "is_theirs": is_theirs,
        "is_signed_in": actor.is_signed_in,
        "state": state_label("invitation", found.state if is_open or found.state != "INVITED" else "EXPIRED"),
        "until": date_in_words(last_day_of(found.expires_at)),
        "address": address,
        "form": (form or AcceptForm(scheme=scheme)) if is_open and is_theirs else None,
        "has_errors": bool(form and form.errors),
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "people/invitation.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take an invitation up."""
    found, at = _invitation(token), clock.now()
    if request.method != "POST":
        return redirect(f"/organisations/invitations/{token}/")
    form = AcceptForm(request.POST, scheme=INVITATION.scheme_of(found, at))
    if not form.is_valid():
        return _invitation_page(request, found, token, form=form, status=pages.UNPROCESSABLE)
    details = {name: form.cleaned_data[name] for name in ("position", "phone", "based_in")}
    try:
        operations.accept_invitation(found, **details, actor=actor_of(request), at=at)
    except NotDone as reason:
        found.refresh_from_db()
        refused = (Action.ACCEPT_INVITATION, reason.refusal)
        return _invitation_page(request, found, token, status=_status(reason.refusal), refused=refused)
    messages.success(request, _("You speak for %(name)s from now.") % {"name": found.organisation.legal_name})
    return redirect(ORGANISATION.address(found.organisation))


@require_http_methods(["GET", "POST"])
@signed_in
def decline_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say no to an invitation."""
    found = _invitation(token)
    if request.method != "POST":
        return redirect(f"/organisations/invitations/{token}/")
    try:
        operations.decline_invitation(found, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        found.refresh_from_db()
        refused = (Action.DECLINE_INVITATION, reason.refusal)
        return _invitation_page(request, found, token, status=_status(reason.refusal), refused=refused)
    messages.success(request, _("You have declined the invitation."))
    return redirect("/organisations/")


# A request to join


def _request_sections(found: JoinRequest, actor: Any, at: Any) -> list[Section]:  # noqa: ANN401 -- as every page gives them
    del actor, at
    rows = [
        (_("Organisation"), found.organisation.legal_name),
        (_("Person"), found.account.full_name),
        (_("E-mail"), found.account.email),
        (_("Asked on"), date_in_words(found.created_at)),
        (_("What the person says"), found.note),
    ]
    if found.reason:
        rows.append((_("Reason of the answer"), found.reason))
    return [Section(_("Request"), list(rows))]


JOIN_PAGE = CasePage(
    machine=JOIN_REQUEST,
    operations=operations,
    title=lambda found, _actor: (
        _("%(person)s asks to speak for %(organisation)s")
        % {"person": found.account, "organisation": found.organisation.legal_name}
    ),
    sections=_request_sections,
    forms=JOIN_FORMS,
    danger=frozenset({Action.DECLINE_JOIN_REQUEST}),
)


def _request(request: HttpRequest, reference: str) -> JoinRequest:
    rows = JoinRequest.objects.select_related("organisation", "account", "partnership")
    found: JoinRequest = load(request, rows, "join_request", reference=reference)
    return found


@require_GET
@signed_in
def join_request(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a request to join to whoever answers it."""
    return pages.show(request, JOIN_PAGE, _request(request, reference))


@require_http_methods(["GET", "POST"])
@signed_in
def answer_join_request(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Answer a request to join, or take one's own back."""
    if action is Action.TAKE_JOIN_REQUEST_BACK:
        return _take_join_request_back(request, reference)
    return pages.act(request, JOIN_PAGE, _request(request, reference), action)


def _take_join_request_back(request: HttpRequest, reference: str) -> HttpResponse:
    actor = actor_of(request)
    found = JoinRequest.objects.select_related("organisation", "account").filter(reference=reference).first()
    if found is None or not decide.may(actor, JOIN_REQUEST.name, Action.TAKE_JOIN_REQUEST_BACK, found):
        # Whoever answers it sees it all the same, and hears that it is not theirs to take back.
        return pages.act(request, JOIN_PAGE, _request(request, reference), Action.TAKE_JOIN_REQUEST_BACK)
    if request.method != "POST":
        return redirect("/organisations/")
    try:
        operations.take_join_request_back(found, actor=actor, at=clock.now())
    except NotDone as reason:
        refused = pages.refusal_context(Action.TAKE_JOIN_REQUEST_BACK, reason.refusal)
        return _own_page(request, status=pages.CONFLICT, refusal=refused)
    messages.success(request, _("You have taken your request back."))
    return redirect("/organisations/")


# What an organisation says of itself


@require_http_methods(["GET", "POST"])
@signed_in
def profile(request: HttpRequest, reference: str) -> HttpResponse:
    """Show and keep what an organisation says of itself; some changes go back to its partnership."""
    organisation, at, actor = _organisation(request, reference), clock.now(), actor_of(request)
    denied = _denied(request, organisation, Action.EDIT_ORGANISATION)
    if denied is not None:
        return denied
    scheme = ORGANISATION.scheme_of(organisation, at)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = OrganisationForm(*data, organisation=organisation, scheme=scheme, at=at)
    if request.method == "POST" and form.is_valid():
        reviewed = operations.edit_organisation(organisation, answers=form.answers(), actor=actor, at=at)
        messages.success(request, _("Your changes are saved."))
        if reviewed:
            messages.info(request, _("Your partnership looks again at what has changed, and writes to you."))
        return redirect(ORGANISATION.address(organisation))
    context = {
        "organisation": organisation,
        "form": form,
        "has_errors": bool(form.errors),
        "back_url": ORGANISATION.address(organisation),
        "breadcrumb": _crumbs(organisation, (_("What you say of yourselves"), "")),
    }
    status = pages.UNPROCESSABLE if form.errors else 200
    return render(request, "people/profile.html", context, status=status)


# What a person says of themselves


@require_http_methods(["GET", "POST"])
@signed_in
def own_place(request: HttpRequest, reference: str) -> HttpResponse:
    """Show and keep what registration asks of each person: work, languages, curriculum vitae."""
    organisation, at, actor = _organisation(request, reference), clock.now(), actor_of(request)
    denied = _denied(request, organisation, Action.EDIT_PLACE)
    if denied is not None:
        return denied
    place = _own_place(organisation, actor)
    scheme = ORGANISATION.scheme_of(organisation, at)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PlaceForm(*data, place=place, scheme=scheme, at=at)
    if request.method == "POST" and form.is_valid():
        operations.edit_place(place, answers=form.answers(), actor=actor, at=at)
        messages.success(request, _("Your changes are saved."))
        return redirect(ORGANISATION.address(organisation))
    address = ORGANISATION.address(organisation)
    kept = ((place.curriculum_vitae, f"{address}own-place/curriculum-vitae/"), (place.permit_document, ""))
    context = {
        "organisation": organisation,
        "form": form,
        "has_errors": bool(form.errors),
        "files": [papers.row_of(file, url) for file, url in kept if file is not None],
        "is_scanned": scanner.is_configured(),
        "back_url": address,
        "breadcrumb": _crumbs(organisation, (_("About you"), "")),
    }
    status = pages.UNPROCESSABLE if form.errors else 200
    return render(request, "people/own_place.html", context, status=status)


def _own_place(organisation: Organisation, actor: Actor) -> Representative:
    place = queries.place_of(organisation.pk, actor.account_id)
    if place is None:
        raise Http404
    return place


@require_GET
@signed_in
def own_curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand a person their own curriculum vitae."""
    organisation, actor = _organisation(request, reference), actor_of(request)
    denied = _denied(request, organisation, Action.OPEN_CURRICULUM_VITAE)
    if denied is not None:
        return denied
    place = _own_place(organisation, actor)
    file = place.curriculum_vitae
    if file is None:
        raise Http404
    if not file.may_be_opened:
        reason = Refusal(file.reason_against_opening)
        return _people_page(request, organisation, refused=(Action.OPEN_CURRICULUM_VITAE, reason))
    operations.open_own_curriculum_vitae(place, actor=actor, at=clock.now())
    return files.hand_out(file)


# Whether an organisation that is being registered is here already


def _draft(request: HttpRequest, reference: str) -> Application:
    rows = Application.objects.select_related("organisation", "representative__account", "partnership", "edition")
    found: Application = load(request, rows, "application", reference=reference)
    denial = decide.denial(actor_of(request), "application", Action.EDIT_APPLICATION, found)
    if denial is not None:
        raise Http404
    return found


def _typed(request: HttpRequest, application: Application) -> dict[str, str]:
    """Give what is compared: as it is typed where the address says so, else as it is kept."""
    own = application.organisation
    kept = {"legal_name": own.legal_name, "vat_number": own.vat_number, "website": own.website}
    return {name: request.GET.get(name, value)[:LONGEST_TYPED] for name, value in kept.items()}


def _way_on(request: HttpRequest, application: Application) -> str:
    then = request.POST.get("then") or request.GET.get("then", "")
    own = APPLICATION.address(application)
    return then if then.startswith(own) and "//" not in then else own


@require_GET
@signed_in
def known_organisation(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that the organisation of a draft is here already, and offer to ask to join it."""
    found = _draft(request, reference)
    return _known_page(request, found, known.known_to(request, found, **_typed(request, found)))


def _known_page(
    request: HttpRequest,
    application: Application,
    here: known.Known | None,
    *,
    form: JoinForm | None = None,
    status: int = 200,
    refused: Refusal | None = None,
) -> HttpResponse:
    own = (_("Your registration"), APPLICATION.address(application))
    context = {
        "known": here,
        "mark": tokens.mark_of(application, here.organisation, here.matched) if here is not None else "",
        "then": _way_on(request, application),
        "form": form or JoinForm(),
        "has_errors": bool(form and form.errors),
        "refusal": pages.refusal_context(Action.ASK_TO_JOIN, refused) if refused is not None else None,
        "ask_url": f"/organisations/known/{application.reference}/ask-to-join/",
        "breadcrumb": [(_("Desk"), "/desk/"), own],
    }
    return render(request, "people/known.html", context, status=status)


@require_GET
@signed_in
def known_hint(request: HttpRequest, reference: str) -> HttpResponse:
    """Give, while somebody types, the hint that the organisation is here already; nothing where it is not."""
    found = _draft(request, reference)
    typed = _typed(request, found)
    context = {
        "known": known.known_to(request, found, **typed),
        "page_url": f"/organisations/known/{reference}/?{urlencode(typed)}",
    }
    return render(request, "people/known_hint.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def ask_to_join(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to join the organisation that was found."""
    found = _draft(request, reference)
    if request.method != "POST":
        return redirect(f"/organisations/known/{reference}/")
    marked = tokens.marked(found, request.POST.get("known", ""))
    if marked is None:
        return _known_page(request, found, known.known_by_answers(request, found), status=pages.UNPROCESSABLE)
    organisation, matched = marked
    here, form = known.Known(organisation, matched), JoinForm(request.POST)
    if not form.is_valid():
        return _known_page(request, found, here, form=form, status=pages.UNPROCESSABLE)
    note = form.cleaned_data["note"]
    try:
        operations.ask_to_join(
            found, organisation=organisation, matched=matched, note=note, actor=actor_of(request), at=clock.now()
        )
    except NotDone as reason:
        return _known_page(request, found, here, form=form, status=_status(reason.refusal), refused=reason.refusal)
    messages.success(
        request, _("You have asked to join %(name)s. The answer comes by mail.") % {"name": organisation.legal_name}
    )
    return redirect(_way_on(request, found))
