"""Pages for what did not work. The same body for what is unknown and for what may not be seen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token


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
    """Answer when the tool itself is at fault, without touching the database."""
    try:
        return render(request, "errors/500.html", status=500)
    except Exception:  # noqa: BLE001 -- whatever broke the page must not break the page that says so
        return HttpResponse("Something went wrong on our side.", status=500, content_type="text/plain; charset=utf-8")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- the name is Django's
    """Answer a form whose mark of origin is missing or old."""
    return render(request, "errors/403.html", {"refusal": "not_allowed", "form_is_old": True}, status=403)
