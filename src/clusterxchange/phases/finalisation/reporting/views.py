"""Pages of what goes with a report."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import as_attachment
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.exchange_building.states import EXCHANGE
from clusterxchange.phases.finalisation import queries
from clusterxchange.phases.finalisation.models import ActivityReport, PresenceMoment, StoryPhoto
from clusterxchange.phases.finalisation.reporting import forms, operations
from clusterxchange.phases.finalisation.states import ACTIVITY_REPORT
from clusterxchange.phases.finalisation.views import REPORT_PAGES, breadcrumb_of, day_in_words, report_row
from clusterxchange.workflow import cases, pages, registry, sentences
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CONFLICT, FORBIDDEN, UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.tables import Refusal

SIGNED_OUT = 401

# Saved on the way


@require_http_methods(["GET", "HEAD", "POST"])
def save_report(request: HttpRequest, reference: str, side: str) -> HttpResponse:
    """Keep what was typed so far; in the background without leaving the page."""
    in_background = bool(request.headers.get("HX-Request"))
    if in_background and not request.user.is_authenticated:
        return HttpResponse(status=SIGNED_OUT)
    return _save_report(request, reference, side, in_background=in_background)  # type: ignore[return-value]  # -- the guard gives any answer


@signed_in
def _save_report(request: HttpRequest, reference: str, side: str, *, in_background: bool) -> HttpResponse:
    row = report_row(request, reference, side)
    if request.method != "POST":
        return redirect(ACTIVITY_REPORT.address(row))
    actor, at, page = actor_of(request), clock.now(), REPORT_PAGES[row.side]
    capacity = next(iter(decide.acting_capacities(actor, ACTIVITY_REPORT.name, A.SAVE_REPORT, row)), None)
    try:
        typed: dict[str, Any] = {}
        if capacity is not None:
            form: Any = pages.form_for(page, A.SUBMIT_REPORT, capacity, row, actor, at, request.POST, request.FILES)
            typed = form.typed()
        operations.save_report(row, typed=typed, actor=actor, at=at)
    except NotDone as reason:
        if in_background and reason.refusal.code == "not_allowed":
            return HttpResponse(status=FORBIDDEN)
        if in_background:
            # Said where "Saved" would stand: what is saved on the way may come in after the report itself.
            said = sentences.refusal_sentence(reason.refusal.code, reason.refusal.params)
            return render(request, "finalisation/saved.html", {"refusal": said}, status=UNPROCESSABLE)
        return pages.refuse(request, page, row, A.SAVE_REPORT, reason)
    request.session.modified = True
    if in_background:
        return render(request, "finalisation/saved.html", {"at": at})
    messages.success(request, _("Your answers are saved. You can go on later, also on another device."))
    return redirect(ACTIVITY_REPORT.address(row))


# The success story


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def story(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the success story with its photos and its consent; take another photo."""
    row = report_row(request, reference, "visitor")
    if request.method != "POST":
        return _show_story(request, row)
    actor, at = actor_of(request), clock.now()
    if not decide.may(actor, ACTIVITY_REPORT.name, A.ADD_STORY_PHOTO, row):
        return _show_story(request, row, status=FORBIDDEN, refused=(A.ADD_STORY_PHOTO, Refusal("not_allowed")))
    form = forms.StoryPhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            operations.add_story_photo(row, **form.cleaned_data, actor=actor, at=at)
            messages.success(request, _("The photo is part of the story."))
            return redirect(story_address(row))
        except NotDone as reason:
            pages.add_refusal(form, reason.refusal)
    return _show_story(request, row, status=UNPROCESSABLE, form=form)


def story_address(row: ActivityReport) -> str:
    """Give where the story of an exchange is."""
    return reverse("reporting:story", args=[row.exchange.reference])


def _show_story(
    request: HttpRequest,
    row: ActivityReport,
    *,
    status: int = 200,
    form: forms.StoryPhotoForm | None = None,
    refused: tuple[A, Refusal] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    is_own = decide.may(actor, ACTIVITY_REPORT.name, A.ADD_STORY_PHOTO, row)
    # What may not be published is for the two sides that work on it.
    shown = is_own or row.story_may_be_published or row.visitor_partnership_id in actor.partnerships
    context = {
        "title": _("Success story"),
        "report": row,
        "shown": shown,
        "is_own": is_own,
        "may_be_published": row.story_may_be_published,
        "changed_on": day_in_words(row.story_consent_changed_at),
        "photos": [
            {
                "url": reverse("reporting:story_photo", args=[row.exchange.reference, one.pk]),
                "remove": reverse("reporting:remove_story_photo", args=[row.exchange.reference, one.pk]),
                "description": one.description,
            }
            for one in row.story_photos.order_by("pk")
        ]
        if shown
        else [],
        "form": form or (forms.StoryPhotoForm() if is_own else None),
        "breadcrumb": [*breadcrumb_of(row.exchange), (_("Report"), ACTIVITY_REPORT.address(row))],
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "finalisation/story.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def decide_on_story(request: HttpRequest, reference: str, action: A) -> HttpResponse:
    """Give or withdraw the consent to publish the story."""
    row = report_row(request, reference, "visitor")
    if request.method != "POST":
        return redirect(story_address(row))
    take = {
        A.GIVE_STORY_CONSENT: operations.give_story_consent,
        A.WITHDRAW_STORY_CONSENT: operations.withdraw_story_consent,
    }[action]
    try:
        take(row, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show_story(request, row, status=status, refused=(action, reason.refusal))
    return redirect(story_address(row))


def _photo(request: HttpRequest, reference: str, number: int) -> StoryPhoto:
    row = report_row(request, reference, "visitor")
    found = (
        StoryPhoto.objects.select_related("file", "report", "report__exchange").filter(report=row, pk=number).first()
    )
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def story_photo(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Show a photo of the story to whoever sees the story."""
    found, actor = _photo(request, reference, number), actor_of(request)
    row = found.report
    is_own = decide.may(actor, ACTIVITY_REPORT.name, A.ADD_STORY_PHOTO, row)
    seen = is_own or row.story_may_be_published or row.visitor_partnership_id in actor.partnerships
    if not seen or not found.file.may_be_opened:
        raise Http404
    with found.file.content.open("rb") as content:
        return as_attachment(content.read(), found.file.name, found.file.content_type)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove_story_photo(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Take a photo out of the story."""
    found = _photo(request, reference, number)
    row = found.report
    if request.method != "POST":
        return redirect(story_address(row))
    try:
        operations.remove_story_photo(found, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return _show_story(request, row, status=FORBIDDEN, refused=(A.REMOVE_STORY_PHOTO, reason.refusal))
    return redirect(story_address(row))


# Presence


def _exchange(request: HttpRequest, reference: str) -> Exchange:
    rows = Exchange.objects.select_related("commitment", "visiting_organisation", "host_organisation")
    found: Exchange = pages.load(request, rows, EXCHANGE.name, reference=reference)
    return found


@registry.adds_files(EXCHANGE.name)
def way_to_presence(exchange: Exchange, actor: Actor) -> list[dict[str, Any]]:
    """Lead from the exchange to the code while a moment can be confirmed by it."""
    takes_part = any(
        decide.may(actor, EXCHANGE.name, one, exchange) for one in (A.MAKE_PRESENCE_CODE, A.CONFIRM_PRESENCE)
    )
    if not takes_part or operations.moment_now(exchange, clock.now()) is None:
        return []
    return [
        {
            "name": _("Presence"),
            "url": f"{EXCHANGE.address(exchange)}presence/",
            "note": _("The visitor shows a code, the host types it"),
        }
    ]


@require_safe
@signed_in
def presence(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the visitor the code, and ask the host for it."""
    return _show_presence(request, _exchange(request, reference))


def _show_presence(
    request: HttpRequest,
    exchange: Exchange,
    *,
    status: int = 200,
    form: forms.PresenceForm | None = None,
    refused: tuple[A, Refusal] | None = None,
) -> HttpResponse:
    actor, at = actor_of(request), clock.now()
    kept = queries.presence_of(exchange)
    moment = operations.moment_now(exchange, at)
    shows = decide.may(actor, EXCHANGE.name, A.MAKE_PRESENCE_CODE, exchange)
    asks = decide.may(actor, EXCHANGE.name, A.CONFIRM_PRESENCE, exchange)
    made = kept.get(moment) if moment is not None else None
    code = made.code if shows and made is not None and at - made.made_at <= operations.CODE_LIVES else ""
    is_closed = bool(code) and actor.viewed_by is not None
    context = {
        "title": _("Presence"),
        "exchange": exchange,
        "is_now": moment is not None,
        "moment": PresenceMoment(moment).label if moment is not None else "",
        "shows": shows and moment is not None,
        "asks": asks and moment is not None,
        "code": "" if is_closed else code,
        "is_closed": is_closed,
        "until": timezone.localtime(made.made_at + operations.CODE_LIVES) if made is not None else None,
        "rows": [
            (
                one.label,
                day_in_words(kept[one].confirmed_at) if one in kept and kept[one].confirmed_at else _("Not yet"),
            )
            for one in PresenceMoment
        ],
        "form": form or (forms.PresenceForm() if asks else None),
        "breadcrumb": breadcrumb_of(exchange),
        "banner": cases.banner_of(EXCHANGE, exchange, actor, at),
        "refusal": pages.refusal_context(*refused) if refused else None,
    }
    return render(request, "finalisation/presence.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def make_presence_code(request: HttpRequest, reference: str) -> HttpResponse:
    """Make a code to be shown to the host."""
    exchange = _exchange(request, reference)
    address = reverse("reporting:presence", args=[reference])
    if request.method != "POST":
        return redirect(address)
    try:
        operations.make_presence_code(exchange, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        status = pages.status_of_refusal(reason.refusal)
        return _show_presence(request, exchange, status=status, refused=(A.MAKE_PRESENCE_CODE, reason.refusal))
    return redirect(address)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def confirm_presence(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the code that the visitor shows."""
    exchange, actor = _exchange(request, reference), actor_of(request)
    address = reverse("reporting:presence", args=[reference])
    if request.method != "POST":
        return redirect(address)
    if not decide.may(actor, EXCHANGE.name, A.CONFIRM_PRESENCE, exchange):
        refused = (A.CONFIRM_PRESENCE, Refusal("not_allowed"))
        return _show_presence(request, exchange, status=FORBIDDEN, refused=refused)
    form = forms.PresenceForm(request.POST)
    if not form.is_valid():
        return _show_presence(request, exchange, status=UNPROCESSABLE, form=form)
    try:
        operations.confirm_presence(exchange, code=form.cleaned_data["code"], actor=actor, at=clock.now())
    except NotDone as reason:
        if reason.refusal.field:
            pages.add_refusal(form, reason.refusal)
            return _show_presence(request, exchange, status=UNPROCESSABLE, form=form)
        return _show_presence(request, exchange, status=CONFLICT, refused=(A.CONFIRM_PRESENCE, reason.refusal))
    messages.success(request, _("The visitor’s presence is confirmed."))
    return redirect(address)
