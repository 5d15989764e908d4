"""Pages for what did not work. The same body for what is unknown and for what may not be seen."""

from __future__ import annotations

import sys

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token
from psycopg.errors import ReadOnlySqlTransaction

from clusterxchange.access.actor import NOBODY

SECONDS_UNTIL_ANOTHER_TRY = 30


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- the name is Django's
    """Answer a request that no form of ours sends."""
    return render(request, "errors/400.html", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- the name is Django's
    """Answer somebody who may see the thing but not do this."""
    return render(request, "errors/403.html", {"refusal": "not_allowed"}, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- the name is Django's
    """Answer an address that is unknown, or unknown to this person."""
    return render(request, "errors/404.html", status=404)


@requires_csrf_token
def answers_only(request: HttpRequest) -> HttpResponse:
    """Answer somebody who opens an address that takes answers alone, as after signing in once more."""
    return render(request, "errors/405.html", status=405)


@requires_csrf_token
def too_many(request: HttpRequest) -> HttpResponse:
    """Answer somebody who tried more often than an account allows."""
    return render(request, "errors/429.html", status=429)


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """Answer when the tool itself is at fault, or its database does not answer, without touching that database."""
    try:
        if _database_is_away(sys.exception()):
            return unavailable(request)
        return _to_nobody(request, "errors/500.html", 500)
    except Exception:  # noqa: BLE001 -- whatever broke the page must not break the page that says so
        return HttpResponse("Something went wrong on our side.", status=500, content_type="text/plain; charset=utf-8")


@requires_csrf_token
def unavailable(request: HttpRequest) -> HttpResponse:
    """Ask to come back in half a minute, without touching the database."""
    page = _to_nobody(request, "errors/503.html", 503)
    page["Retry-After"] = SECONDS_UNTIL_ANOTHER_TRY
    return page


def _to_nobody(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """Show a page as somebody sees it who has not signed in: who the reader is only the database knows."""
    request.user, request.actor = AnonymousUser(), NOBODY  # type: ignore[attr-defined]  # -- Django's class has no such name
    return render(request, template, status=status)


def _database_is_away(error: BaseException | None) -> bool:
    """Whether the database was not reached, gave up, or takes no changes for now: here or in what led to this error."""
    while error is not None:
        if isinstance(error, (OperationalError, InterfaceError, ReadOnlySqlTransaction)):
            return True
        error = error.__cause__ or error.__context__
    return False


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- the name is Django's
    """Answer a form whose mark of origin is missing or old."""
    return render(request, "errors/403.html", {"refusal": "not_allowed", "form_is_old": True}, status=403)
