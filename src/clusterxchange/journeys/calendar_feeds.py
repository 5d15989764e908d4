"""What is due, at a secret address that a calendar reads: for a person, or for all of a partnership."""

import secrets
from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.foundation.calendar_files import CALENDAR, Entry, calendar_of
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.subjects import rows_of, subjects_of, title_of
from clusterxchange.journeys.tasks import task_on_desk
from clusterxchange.parties.memberships import actor_for
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import ExchangeState
from clusterxchange.workflow import cases, obligations, registry
from clusterxchange.workflow.models import CalendarFeed, Obligation
from clusterxchange.workflow.pages import actor_of, signed_in

MOST = 500
AGREED = (ExchangeState.AGREED, ExchangeState.READY, ExchangeState.RUNNING, ExchangeState.INTERRUPTED)


def feeds_of(actor: Actor) -> list[CalendarFeed]:
    """Give the feeds that the reader has made."""
    rows = CalendarFeed.objects.filter(account_id=actor.account_id or 0).select_related("partnership")
    return list(rows.order_by("pk"))


def address_of(feed: CalendarFeed) -> str:
    """Give the whole address that goes into a calendar."""
    return urljoin(settings.PUBLIC_URL, f"/calendar/{feed.token}.ics")


@require_POST
@signed_in
def make_calendar_feed(request: HttpRequest) -> HttpResponse:
    """Make a new secret address for the reader, or for a partnership of theirs; the one before stops working."""
    actor, partnership = actor_of(request), None
    if slug := request.POST.get("partnership", ""):
        partnership = Partnership.objects.filter(slug=slug, pk__in=actor.partnerships).first()
        if partnership is None:
            raise Http404
    _feed, is_first = CalendarFeed.objects.update_or_create(
        account_id=actor.account_id or 0,
        partnership=partnership,
        defaults={"token": secrets.token_urlsafe(32), "made_at": clock.now()},
    )
    messages.success(
        request,
        _("The address is made. Give it to your calendar.")
        if is_first
        else _("The address is new. Whoever knew the one before can no longer read it."),
    )
    return redirect("journeys:preferences")


@require_POST
@signed_in
def revoke_calendar_feed(request: HttpRequest, number: int) -> HttpResponse:
    """Let a secret address no longer work."""
    feed = CalendarFeed.objects.filter(pk=number, account_id=actor_of(request).account_id or 0).first()
    if feed is None:
        raise Http404
    feed.delete()
    messages.success(request, _("The address no longer works."))
    return redirect("journeys:preferences")


@never_cache
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 -- a view takes a request
    """Give the calendar of an address to whoever knows it, as far as its owner may see today."""
    feed = CalendarFeed.objects.select_related("account", "partnership").filter(token=token).first()
    if feed is None:
        raise Http404
    actor, at = actor_for(feed.account), clock.now()
    if not actor.is_signed_in or (feed.partnership_id is not None and feed.partnership_id not in actor.partnerships):
        raise Http404
    with translation.override(feed.account.language):
        name = feed.partnership.acronym if feed.partnership else feed.account.full_name
        title = _("ClusterXchange, %(name)s") % {"name": name}
        content = calendar_of([*_due(feed, actor, at), *_stays(feed, actor)], title=title, at=at)
    return HttpResponse(content, content_type=f"{CALENDAR}; charset=utf-8")


def _due(feed: CalendarFeed, actor: Actor, at: datetime) -> Iterator[Entry]:
    rows: QuerySet[Obligation] = obligations.mine(actor).exclude(due_at=None)
    if feed.partnership_id is not None:
        rows = rows.filter(partnership_id=feed.partnership_id)
    held = list(rows[:MOST])
    subjects = subjects_of(held)
    for one in held:
        if one.due_at is None:
            continue
        machine, subject = registry.machine_named(one.kind), subjects[one.kind, one.subject_id]
        last = cases.last_day_of(one.due_at).date()
        task = task_on_desk(one, subject, at, own=True)
        yield _entry(f"due-{one.pk}", last, last, f"{task.kind}: {title_of(machine, subject)}", task.title, task.url)


def _stays(feed: CalendarFeed, actor: Actor) -> Iterator[Entry]:
    machine = registry.machine_named("exchange")
    rows = visible(rows_of(machine), "exchange", actor).filter(state__in=AGREED).select_related("commitment")
    if feed.partnership_id is not None:
        rows = rows.filter(visitor_partnership_id=feed.partnership_id) | rows.filter(
            host_partnership_id=feed.partnership_id
        )
    for one in rows.order_by("pk")[:MOST]:
        commitment = one.commitment
        if commitment is not None and commitment.first_day and commitment.last_day:
            title = title_of(machine, one)
            yield _entry(
                one.reference, commitment.first_day, commitment.last_day, title, one.reference, machine.address(one)
            )


def _entry(name: str, first: date, last: date, title: str, text: str, path: str) -> Entry:
    host = settings.PUBLIC_URL.partition("://")[2]
    return Entry(f"{name}@{host}", 0, first, last, title, "", text, urljoin(settings.PUBLIC_URL, path))
