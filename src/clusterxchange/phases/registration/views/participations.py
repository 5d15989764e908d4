"""The pages of a participation."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import H, V
from clusterxchange.foundation import clock
from clusterxchange.foundation.scoping import visible
from clusterxchange.phases.registration import operations, queries
from clusterxchange.phases.registration.forms import PARTICIPATION_FORMS
from clusterxchange.phases.registration.models import Participation
from clusterxchange.phases.registration.states import APPLICATION, PARTICIPATION
from clusterxchange.phases.registration.views import papers, summaries
from clusterxchange.workflow import pages
from clusterxchange.workflow.cases import Section
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.pages import CasePage, actor_of, load, signed_in


def _title(participation: Participation, actor: Actor) -> str:
    del actor
    return participation.organisation.legal_name


def _sections(participation: Participation, actor: Actor, at: datetime) -> list[Section]:
    seen = papers.openings(participation.application) if participation.organisation_id in actor.organisations else []
    scheme = queries.scheme_of_edition(participation.edition_id, at)
    return [*summaries.participation_in_words(scheme, participation), *seen]


def _files(participation: Participation, actor: Actor) -> list[dict[str, Any]]:
    file = participation.application.representative.curriculum_vitae
    if file is None or not decide.may(actor, PARTICIPATION.name, Action.OPEN_CURRICULUM_VITAE, participation):
        return []
    return [papers.row_of(file, f"{PARTICIPATION.address(participation)}curriculum-vitae/")]


def _context(request: HttpRequest, participation: Participation, at: datetime) -> dict[str, Any]:
    del at
    actor = actor_of(request)
    held = decide.capacities_of(actor, PARTICIPATION.name, participation)
    may_decline = participation.move_asked_to_id is not None and decide.may(
        actor, PARTICIPATION.name, Action.DECLINE_MOVE, participation
    )
    return {
        "sees_registration": decide.may(actor, APPLICATION.name, Action.SEE, participation.application),
        "may_decline_move": may_decline,
        "is_own_move": bool({V, H} & held),
    }


PAGE = CasePage(
    machine=PARTICIPATION,
    operations=operations,
    title=_title,
    sections=_sections,
    forms=PARTICIPATION_FORMS,
    files=_files,
    template="registration/participation.html",
    context=_context,
    danger=frozenset({Action.END_PARTICIPATION, Action.SUSPEND_PARTICIPATION, Action.WITHDRAW_PARTICIPATION}),
)


def _load(request: HttpRequest, reference: str) -> Participation:
    found: Participation = load(request, queries.all_participations(), "participation", reference=reference)
    return found


@require_GET
@signed_in
def participation(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a participation with the steps that are open."""
    return pages.show(request, PAGE, _load(request, reference))


@require_http_methods(["GET", "POST"])
@signed_in
def act(request: HttpRequest, reference: str, action: Action) -> HttpResponse:
    """Take a step on a participation."""
    return pages.act(request, PAGE, _load(request, reference), action)


@require_http_methods(["GET", "POST"])
@signed_in
def decline_move(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave a participation with its partnership, although it asks to move."""
    found = _load(request, reference)
    if request.method != "POST":
        return redirect(PARTICIPATION.address(found))
    try:
        operations.decline_move(found, actor=actor_of(request), at=clock.now())
    except NotDone as reason:
        return pages.refuse(request, PAGE, found, Action.DECLINE_MOVE, reason)
    messages.success(request, _("The participation stays with %(partnership)s.") % {"partnership": found.partnership})
    # The partnership that was asked sees it no longer.
    may_see = decide.may(actor_of(request), PARTICIPATION.name, Action.SEE, found)
    return redirect(PARTICIPATION.address(found) if may_see else "/desk/")


@signed_in
def speak(request: HttpRequest, reference: str) -> HttpResponse:
    """Write into the thread of a participation."""
    return pages.speak(request, PAGE, _load(request, reference))


@require_GET
@signed_in
def curriculum_vitae(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out a participant's curriculum vitae, also to the partner to whom it was disclosed."""
    rows = queries.all_participations()
    actor = actor_of(request)
    found = visible(rows, "participation", actor, Action.OPEN_CURRICULUM_VITAE).filter(reference=reference).first()
    found = found or visible(rows, "participation", actor).filter(reference=reference).first()
    if found is None:
        raise Http404
    return papers.hand_out(request, PAGE, found, found.application.representative.curriculum_vitae)
