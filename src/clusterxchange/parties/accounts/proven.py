"""Some steps ask once more who it is: bank details, the right to sign for another, another address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account

HOLDS_FOR = timedelta(minutes=15)


class ProvenLatelyMiddleware:
    """Ask for the password, a code or a passkey before the steps that the settings name, unless it was given lately."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_called: object) -> HttpResponse | None:
        """Lead to where it is asked, and go on with the step afterwards."""
        match = request.resolver_match
        if match is None or match.view_name not in settings.ASKS_ONCE_MORE or not isinstance(request.user, Account):
            return None
        if was_proven_lately(request, clock.real_now()):
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        answer: HttpResponse | None = suspend_request(request, ways[0]["url"]) if ways else None
        return answer


def was_proven_lately(request: HttpRequest, at: datetime) -> bool:
    """Whether the person of this session has said who they are a short while ago."""
    records = get_authentication_records(request, request.user)
    # A session that was not made by signing in, as in tests, holds no records.
    return not records or at.timestamp() - max(record["at"] for record in records) < HOLDS_FOR.total_seconds()
