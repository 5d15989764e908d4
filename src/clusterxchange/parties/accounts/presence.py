"""When a person was last here, to the hour."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts.models import Account

PRECISION = timedelta(hours=1)


class PresenceMiddleware:
    """Note at most once an hour that a person is here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it after the answer was made, so that the page shows the visit before."""
        answer = self.get_response(request)
        person = request.user
        if isinstance(person, Account):
            at = clock.now()
            if person.last_seen_at is None or at - person.last_seen_at >= PRECISION:
                Account.objects.filter(pk=person.pk).update(last_seen_at=at)
        return answer
