"""Mail that came back: told by the mail server, shown to whoever can act, forgotten once the address works."""

import json

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from clusterxchange.foundation import clock
from clusterxchange.workflow.pages import UNPROCESSABLE, actor_of, signed_in
from clusterxchange.workflow.undeliverable import address_works, note_bounce, undeliverable_for

MOST = 100


class BounceForm(forms.Form):
    """What a mail server tells."""

    address = forms.EmailField()
    reason = forms.CharField(required=False, max_length=2000)
    permanent = forms.BooleanField(required=False)


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
    """Show from whom mail comes back, among those whom the reader looks after, and what to do about it."""
    rows = undeliverable_for(actor_of(request))
    context = {"title": _("Mail that came back"), "bounces": rows[:MOST], "count": rows.count(), "may_clear": True}
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
