"""What wraps each request: its name in the log, who is asking or looking, and what the browser is told to refuse."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from clusterxchange.config.admission import IS_FULL
from clusterxchange.config.errors import answers_only, bad_request, unavailable
from clusterxchange.foundation.logs import path_told, request_id
from clusterxchange.journeys.support_office.viewing import WAYS_OUT, is_let_through, viewed_account
from clusterxchange.parties.accounts.models import Account
from clusterxchange.parties.memberships import actor_for
from clusterxchange.scheme.current import rules_are_read_once
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.sentences import refusal_sentence

FORBIDDEN = 403
ZERO_BYTE = "\x00"
READ_ONLY = "read_only"
READING = frozenset({"GET", "HEAD"})
TAKEN = ("GET", "HEAD", "POST")
ALWAYS_ANSWERED = "/health/live"

REQUEST_ID = "X-Request-ID"
A_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")
log = logging.getLogger("clusterxchange.requests")


class RequestLogMiddleware:
    """Give each request a name, write it beside every message that it causes, and log how it was answered.

    A proxy in front may have named it already. Neither query nor form goes into the log, nor a secret of the address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on under its name."""
        given = request.headers.get(REQUEST_ID, "") if settings.BEHIND_PROXY else ""
        name = given if A_NAME.fullmatch(given) else uuid.uuid4().hex
        token, begun = request_id.set(name), time.monotonic()
        try:
            response = self.get_response(request)
            response[REQUEST_ID] = name
            log.info(
                "answered",
                extra={
                    "method": request.method,
                    "path": path_told(request),
                    "status": response.status_code,
                    "milliseconds": round((time.monotonic() - begun) * 1000),
                },
            )
        finally:
            request_id.reset(token)
        return response


class OneTooManyMiddleware:
    """Ask whoever finds no room to come back, in their language and before anything is asked of the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on if there is room for it; a process with much to do still says that it lives."""
        if request.META.get(IS_FULL) and request.path != ALWAYS_ANSWERED:
            return unavailable(request)
        return self.get_response(request)


class ActorMiddleware:
    """Give the request its actor, read from the database only when somebody looks at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on with `request.actor`."""
        viewed = viewed_account(request)
        if viewed is not None and request.path not in WAYS_OUT:
            return self._as_seen_by(viewed, request)
        request.actor = SimpleLazyObject(lambda: actor_for(request.user))  # type: ignore[attr-defined]  # -- Django's class has no such name
        return self.get_response(request)

    def _as_seen_by(self, viewed: Account, request: HttpRequest) -> HttpResponse:
        """Answer as the person viewed would be answered; whatever that would write is undone."""
        request.actor = replace(actor_for(viewed), viewed_by=request.user.pk)  # type: ignore[attr-defined]  # -- as above
        request.viewed_as = viewed  # type: ignore[attr-defined]  # -- as above
        if not is_let_through(request):
            return _refused(request)
        with transaction.atomic():
            answer = self.get_response(request)
            transaction.set_rollback(True)
        return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that nothing is opened in somebody else's name."""
        is_read_only = isinstance(error, NotDone) and error.refusal.code == READ_ONLY
        return _refused(request) if is_read_only else None


def _refused(request: HttpRequest) -> HttpResponse:
    refusal = {"code": READ_ONLY, "sentence": refusal_sentence(READ_ONLY, {})}
    return render(request, "errors/403.html", {"refusal": refusal}, status=FORBIDDEN)


class RefusalsMiddleware:
    """Tell the browser with each answer which of its abilities no page needs, and that nobody else embeds it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on, and add what the answer does not say itself; nobody is told what they sent."""
        answer = HttpResponseNotAllowed(TAKEN) if request.method == "TRACE" else self.get_response(request)
        answer.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return answer


class RulesReadOnceMiddleware:
    """Read the rules of an edition once for a page: a request that changes nothing sees them as they were."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on; what writes keeps the rules itself, for as long as its transaction lasts."""
        if request.method not in READING:
            return self.get_response(request)
        with rules_are_read_once():
            return self.get_response(request)


class AnswersOnlyMiddleware:
    """Show a page where a browser opens an address that takes answers alone; a program still reads what it may send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on; who may see nothing behind the address has been answered by then as ever."""
        answer = self.get_response(request)
        if request.method != "GET" or not isinstance(answer, HttpResponseNotAllowed):
            return answer
        page = answers_only(request)
        page["Allow"] = answer["Allow"]
        return page


class ZeroByteMiddleware:
    """Answer a zero byte that no field has refused as a request that cannot be read: the database keeps none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Carry the request on: a form says at its field what is wrong, and keeps what was typed."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say that the request was not understood where its zero byte came as far as the database or a file."""
        is_at_fault = isinstance(error, DataError | ValueError) and _bears_a_zero_byte(request)
        return bad_request(request, error) if is_at_fault else None


def _bears_a_zero_byte(request: HttpRequest) -> bool:
    sent = (part for query in (request.GET, request.POST) for name, values in query.lists() for part in (name, *values))
    return ZERO_BYTE in request.path_info or any(ZERO_BYTE in str(part) for part in sent)
