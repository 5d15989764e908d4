"""Some steps ask once more who it is: bank details, the right to sign for another, another address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account

HOLDS_FOR = timedelta(minutes=15)
NOT_KEPT = "step_to_be_typed_again"


class ProvenLatelyMiddleware:
    """Ask for the password, a code or a passkey before the steps that the settings name, unless it was given lately."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_called: object) -> HttpResponse | None:
        """Lead to where it is asked, and back to the page of the step afterwards."""
        match = request.resolver_match
        if match is None or match.view_name not in settings.ASKS_ONCE_MORE or not isinstance(request.user, Account):
            return None
        if was_proven_lately(request, clock.real_now()):
            if request.session.pop(NOT_KEPT, "") == match.view_name:
                messages.info(request, _("What you had typed before you were asked was not kept. Type it again."))
            return None
        answer = ask_once_more(request, request.get_full_path())
        if answer is not None and request.method == "POST":
            # Only the name: an account or a password that somebody typed must not lie about in the session.
            request.session[NOT_KEPT] = match.view_name
        return answer


def ask_once_more(request: HttpRequest, path: str) -> HttpResponse | None:
    """Lead to where the password, a code or a passkey is asked, and on to a page; None for whoever has none of them."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    return HttpResponseRedirect(f"{ways[0]['url']}?{urlencode({REDIRECT_FIELD_NAME: path})}") if ways else None


def was_proven_lately(request: HttpRequest, at: datetime) -> bool:
    """Whether the person of this session has said who they are a short while ago."""
    records = get_authentication_records(request, request.user)
    # A session that was not made by signing in, as in tests, holds no records.
    return not records or at.timestamp() - max(record["at"] for record in records) < HOLDS_FOR.total_seconds()
