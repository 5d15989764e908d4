"""Pages of the support office beside cases: people, the tool as they see it, second visits."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.foundation import clock
from clusterxchange.journeys.support_office import operations, queries
from clusterxchange.journeys.support_office.viewing import VIEWED_AS
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.registration.models import Participation, Visit
from clusterxchange.workflow.pages import actor_of, signed_in
from clusterxchange.workflow.sentences import state_label

OF_A_PAGE = 25
LONGEST = 200
VISIT_MARKS = {Visit.CLAIMED: "half", Visit.USED: "done"}


def _office(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not actor.support_office:
        raise Http404
    return actor


@require_safe
@signed_in
def people(request: HttpRequest) -> HttpResponse:
    """Find a person by name or address."""
    _office(request)
    words = request.GET.get("q", "")[:LONGEST]
    page = Paginator(queries.people_named(words), OF_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"number": one.pk, "name": str(one), "email": one.email, "parties": ", ".join(_parties(one))}
        for one in page.object_list
    ]
    context = {"words": words, "rows": rows, "page": page}
    return render(request, "support_office/people.html", context)


def _parties(person: Account) -> list[str]:
    held = [one.organisation.legal_name for one in person.representations.all() if one.ended_at is None]
    held += [one.partnership.acronym for one in person.partnership_roles.all()]
    return list(dict.fromkeys(name for name in held if name))


@require_http_methods(["GET", "POST"])
@signed_in
def view_as(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether to see the tool as a person does, and begin."""
    actor = _office(request)
    person = Account.objects.filter(pk=number, is_active=True).exclude(queries.offices()).first()
    if person is None:
        raise Http404
    if request.method != "POST":
        return render(request, "support_office/view_as.html", {"person": person})
    operations.view_as(person, actor=actor, at=clock.now())
    request.session[VIEWED_AS] = person.pk
    return redirect("/desk/")


@require_http_methods(["GET", "POST"])
@signed_in
def end_view(request: HttpRequest) -> HttpResponse:
    """See the tool with one's own eyes again."""
    if request.method == "POST" and request.session.pop(VIEWED_AS, None) is not None:
        messages.success(request, _("You see the tool with your own eyes again."))
        return redirect("support_office:people")
    return redirect("/desk/")


@require_safe
@signed_in
def double_visits(request: HttpRequest) -> HttpResponse:
    """List organisations that may be visiting twice."""
    _office(request)
    groups: list[dict[str, Any]] = [
        {
            "why": alike.why,
            "rows": [
                {
                    "url": f"/organisations/{one.reference}/",
                    "title": one.legal_name,
                    "note": f"{one.city}, {one.country}",
                    "when": _standing(list(one.participations.all())),
                    "state": "later",
                }
                for one in alike.organisations
            ],
        }
        for alike in queries.double_visits()
    ]
    return render(request, "support_office/double_visits.html", {"groups": groups})


def _standing(held: list[Participation]) -> str:
    visits = [one for one in held if one.role == "visit"]
    for one in visits:
        if one.visit != Visit.FREE:
            return str(Visit(one.visit).label)
    return state_label("participation", visits[0].state) if visits else _("Not accepted yet")
