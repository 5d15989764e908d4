"""Desk, work queue, search and overview: loaded, put together, shown."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.foundation.spreadsheets import list_response
from clusterxchange.journeys import saved_filters, together
from clusterxchange.journeys.desk import desk_of
from clusterxchange.journeys.first_steps import first_steps_of
from clusterxchange.journeys.navigation import conversations, waiting_for
from clusterxchange.journeys.news import news_for
from clusterxchange.journeys.overview import overview_at
from clusterxchange.journeys.partnerships.outbox import mails_kept_back
from clusterxchange.journeys.partnerships.questions import open_questions_to
from clusterxchange.journeys.people import queries
from clusterxchange.journeys.people.waiting import invitations_on_desk
from clusterxchange.journeys.reminders import REMIND_BUTTON, may_remind
from clusterxchange.journeys.search import find
from clusterxchange.journeys.subjects import subjects_of
from clusterxchange.journeys.support_office.announcements import on_desk
from clusterxchange.journeys.undeliverable_mail import undeliverable_for
from clusterxchange.journeys.work_queue import (
    APPLICANTS,
    WAITING,
    Chosen,
    Place,
    partnerships_of,
    queue_of,
    read_chosen,
    tasks_shown,
    works_on_a_queue,
)
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.workflow import cases, obligations, registry
from clusterxchange.workflow.pages import actor_of, only_offices, signed_in
from clusterxchange.workflow.sentences import Text


@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader: a work queue to whoever handles cases, a desk to everybody else."""
    actor, at = actor_of(request), clock.now()
    if works_on_a_queue(actor):
        return _show_queue(request, actor)
    own = queries.organisations_of(actor.account_id)
    chosen = next((one for one in own if one.reference == request.GET.get("organisation")), None)
    if chosen is not None:
        actor = actor.only_for(chosen.pk)
    held = desk_of(actor, at, get_language() or "en", invitations_on_desk(actor, at))
    sentence, url, label = held.empty
    context = {
        "title": held.title,
        "meta": held.meta,
        "banner": held.banner,
        "tracks": held.tracks,
        "announcements": on_desk(actor, at, get_language() or "en"),
        "news": news_for(actor, at, is_narrowed=chosen is not None),
        "must_do": held.must_do,
        "wait_for": held.wait_for,
        "timeline": held.timeline,
        "glance": held.glance,
        "empty_sentence": sentence,
        "empty_url": url,
        "empty_label": label,
        "first_steps": first_steps_of(actor, at),
        "organisations": _choice_of(own, chosen) if len(own) > 1 else [],
        "mail_comes_back": undeliverable_for(actor).exists(),
    }
    return render(request, "journeys/desk.html", context)


def _choice_of(own: list[Organisation], chosen: Organisation | None) -> list[dict[str, object]]:
    """Offer the desk of each organisation for which the reader speaks, and that of all of them."""
    every = {"url": "/desk/", "label": _("All your organisations"), "current": chosen is None}
    return [
        every,
        *(
            {
                "url": _address("/desk/", organisation=one.reference or ""),
                "label": one.legal_name or _("An organisation without a name yet"),
                "current": one == chosen,
            }
            for one in own
        ),
    ]


@require_safe
@signed_in
def palette(request: HttpRequest) -> HttpResponse:
    """Give the part of the palette that is read once it opens: what waits for the reader."""
    return render(request, "journeys/palette.html", {"waiting": waiting_for(actor_of(request))})


@require_safe
@signed_in
def unread_conversations(request: HttpRequest) -> HttpResponse:
    """Give the way to the conversations as the menu shows it once it opens: with how many hold something new."""
    return render(request, "journeys/unread_conversations.html", {"item": conversations(actor_of(request))})


def _show_queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    at = clock.now()
    chosen, faults = read_chosen(request.GET.dict(), actor)
    held = queue_of(actor, chosen, _place(request), at)
    context = {
        "title": _("Work queue"),
        "meta": [*_offices(actor), cases.date_in_words(at), _("Soonest deadline first")],
        "banner": held.banner,
        "filters": held.filters,
        "filter_faults": faults,
        "saved_filters": saved_filters.as_links(actor, chosen),
        "narrow_form": saved_filters.NarrowForm(chosen=chosen, actor=actor),
        "filter_form": saved_filters.FilterForm(initial={"query": chosen.query}),
        "query": chosen.query,
        "may_save": chosen != Chosen(),
        "is_narrowed": bool(chosen.due or chosen.partnership),
        "announcements": on_desk(actor, at, get_language() or "en"),
        "news": news_for(actor, at),
        "count": held.count,
        "groups": held.groups,
        "empty_title": _("Nothing stands here with this filter") if chosen != Chosen() else "",
        "empty_url": "/desk/" if chosen != Chosen() else "",
        "empty_label": _("Show everything that is for me to do"),
        "first_url": chosen.url if request.GET.get("after") else "",
        "next_url": _address("/desk/", chosen, after=held.next_place) if held.next_place else "",
        "csv_url": _address("/desk/queue.csv", chosen),
        "xlsx_url": _address("/desk/queue.xlsx", chosen),
        "buttons": _buttons(actor, chosen.show, held.count),
        "ways": _ways(actor),
        "first_steps": first_steps_of(actor, at),
        "undeliverable": undeliverable_for(actor).count(),
        "questions": open_questions_to(actor),
        "kept_back": mails_kept_back(actor),
    }
    return render(request, "journeys/queue.html", context)


def _buttons(actor: Actor, show: str, count: int) -> Sequence[Mapping[str, Text]]:
    if not count:
        return []
    if show == WAITING and may_remind(actor):
        return [REMIND_BUTTON]
    if not actor.partnerships_as(CASE_PEOPLE):
        return []
    return together.buttons({"registrations": together.OF_OWN_QUEUE, APPLICANTS: together.OF_WAITING}.get(show, ()))


def _ways(actor: Actor) -> list[tuple[str, str]]:
    if actor.support_office:
        return [("/registration/import/", _("Import participants"))]
    if actor.partnerships_as(CASE_PEOPLE):
        return [
            ("/registration/for-somebody/", _("Start a registration for somebody")),
            ("/registration/import/", _("Invite many from a list")),
        ]
    return []


def _address(path: str, chosen: Chosen | None = None, **more: str) -> str:
    query = "&".join(part for part in (chosen.query if chosen is not None else "", urlencode(more)) if part)
    return f"{path}?{query}" if query else path


def _offices(actor: Actor) -> list[str]:
    found = list(partnerships_of(actor))
    if actor.support_office:
        found.append(_("Support office"))
    if actor.agency:
        found.append(_("Agency"))
    return found


def _place(request: HttpRequest) -> Place | None:
    after = request.GET.get("after", "")
    if not after:
        return None
    try:
        return Place.read(after)
    except ValueError:
        raise Http404 from None


@require_safe
@signed_in
def queue_as_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the rows of the work queue, with the filter on screen, as a file."""
    actor, at = actor_of(request), clock.now()
    if not works_on_a_queue(actor):
        raise Http404
    header = [_("Reference"), _("Case"), _("What is to be done"), _("By when"), _("Address")]
    chosen, _faults = read_chosen(request.GET.dict(), actor)
    rows = ((one.reference, one.title, one.kind, one.when, one.url) for one in tasks_shown(actor, chosen, at))
    return list_response(f"queue-{timezone.localtime(at).date().isoformat()}", form, header, rows)


@require_safe
@signed_in
def open_task(request: HttpRequest, number: int) -> HttpResponse:
    """Lead from an obligation of the reader's own to the page where it is done."""
    actor = actor_of(request)
    obligation = obligations.mine(actor).filter(pk=number).first()
    if obligation is None:
        raise Http404
    subject = subjects_of([obligation])[obligation.kind, obligation.subject_id]
    return redirect(registry.machine_named(obligation.kind).address(subject))


@require_safe
@signed_in
def search(request: HttpRequest) -> HttpResponse:
    """Find a case by its reference or by a name, among all that the reader may see."""
    words = request.GET.get("q", "")[:200]
    return render(request, "journeys/search.html", {"words": words, "found": find(actor_of(request), words)})


@require_safe
@signed_in
def support(request: HttpRequest) -> HttpResponse:
    """Show the support office and the agency the whole scheme in figures, and lead to the search."""
    actor, at = only_offices(request), clock.now()
    return render(request, "journeys/support.html", overview_at(actor, at))
