"""Mail that came back: told by the mail server, shown to whoever can act, forgotten once the address works."""

import json

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.access.table import CASE_PEOPLE
from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.organisations.models import Representative
from clusterxchange.parties.partnerships.models import PartnershipInvitation
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.registration.models import Application, ApplicationState, Participation, ParticipationState
from clusterxchange.phases.registration.queries import EXCHANGE_IS_OVER
from clusterxchange.workflow.models import UndeliverableMail
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.undeliverable import address_works, note_bounce

MOST = 100
# With these nobody looks after an organisation for its application's sake; an accepted one has its participations.
NOT_LOOKED_AFTER = (ApplicationState.ACCEPTED, ApplicationState.LAPSED, ApplicationState.WITHDRAWN)


class BounceForm(forms.Form):
    """What a mail server tells."""

    address = forms.EmailField()
    reason = forms.CharField(required=False, max_length=2000)
    permanent = forms.BooleanField(required=False)


def undeliverable_for(actor: Actor) -> QuerySet[UndeliverableMail]:
    """Give what came back from the reader, and from whom they look after or invite; all of it to the support office.

    An address that its owner has changed since is none of theirs any more.
    """
    rows = UndeliverableMail.objects.select_related("account").filter(Q(account=None) | Q(address=F("account__email")))
    if actor.support_office:
        return rows
    own = actor.partnerships_as(CASE_PEOPLE)
    return rows.filter(
        Q(account__in=_speakers_looked_after_by(own))
        | Q(account__partnership_roles__partnership_id__in=own)
        | Q(account=None, address__in=_invited_by(own))
        | Q(account_id=actor.account_id)
    ).distinct()


def _invited_by(partnerships: frozenset[int]) -> "QuerySet[PartnershipInvitation, str]":
    waiting = PartnershipInvitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return waiting.filter(partnership__in=partnerships).values_list("email", flat=True)


def _speakers_looked_after_by(partnerships: frozenset[int]) -> QuerySet[Account]:
    applications = Application.objects.exclude(state__in=NOT_LOOKED_AFTER).filter(partnership__in=partnerships)
    participations = Participation.objects.exclude(state=ParticipationState.WITHDRAWN)
    running = Exchange.objects.exclude(state__in=EXCHANGE_IS_OVER)
    speaking = Representative.objects.filter(ended_at=None).filter(
        Q(organisation__in=applications.values("organisation"))
        | Q(organisation__in=participations.filter(partnership__in=partnerships).values("organisation"))
        | Q(organisation__in=running.filter(visitor_partnership__in=partnerships).values("visiting_organisation"))
        | Q(organisation__in=running.filter(host_partnership__in=partnerships).values("host_organisation"))
    )
    return Account.objects.filter(representations__in=speaking)


@csrf_exempt
@require_POST
def bounces(request: HttpRequest) -> JsonResponse:
    """Note that a mail came back, told by whoever sends the token of BOUNCE_TOKEN: JSON or a form.

    :raises Http404: no token is set, or another one came.
    """
    given = request.headers.get("Authorization", "")
    if not settings.BOUNCE_TOKEN or not constant_time_compare(given, f"Bearer {settings.BOUNCE_TOKEN}"):
        raise Http404
    told: object = request.POST.dict()
    if request.content_type == "application/json":
        try:
            told = json.loads(request.body)
        except ValueError:
            told = {}
    form = BounceForm(told if isinstance(told, dict) else {})
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=UNPROCESSABLE)
    note_bounce(
        form.cleaned_data["address"],
        reason=form.cleaned_data["reason"],
        is_permanent=form.cleaned_data["permanent"],
        at=clock.now(),
    )
    return JsonResponse({"noted": True})


@require_safe
@signed_in
def undeliverable_mail(request: HttpRequest) -> HttpResponse:
    """Show from whom mail comes back, the reader or those whom they look after, and what to do about it."""
    actor = actor_of(request)
    rows = undeliverable_for(actor)
    own = Q(account=actor.account_id or 0)
    context = {
        "title": _("Mail that came back"),
        "bounces": rows[:MOST],
        "count": rows.count(),
        "is_own": rows.filter(own).exists(),
        "are_others": rows.exclude(own).exists(),
        "may_clear": True,
    }
    return render(request, "journeys/undeliverable_mail.html", context)


@require_POST
@signed_in
def clear_bounce(request: HttpRequest, number: int) -> HttpResponse:
    """Forget what came back from an address, since it works again."""
    row = undeliverable_for(actor_of(request)).filter(pk=number).first()
    if row is None:
        raise Http404
    address_works(row.address)
    messages.success(request, _("The address counts as working."))
    return redirect("journeys:undeliverable_mail")
