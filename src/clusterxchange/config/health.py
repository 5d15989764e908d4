"""Three addresses for whoever watches the installation."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.journeys.health import metrics_at

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- a view takes a request
    """Say that the web process answers."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 -- a view takes a request
    """Say whether people can work: the database takes queries."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        answer = JsonResponse({"ready": False}, status=503)
        answer["Retry-After"] = "5"
        return answer
    return JsonResponse({"ready": True})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give figures of the installation in the form of Prometheus, to whoever sends the token of METRICS_TOKEN.

    :raises Http404: no token is set, or another one came.
    """
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        raise Http404
    lines: list[str] = []
    named: set[str] = set()
    for name, what, labels, value in metrics_at(clock.now()):
        full = f"clusterxchange_{name}"
        if full not in named:
            named.add(full)
            lines += [f"# HELP {full} {what}", f"# TYPE {full} gauge"]
        written = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{full}{{{written}}} {value:g}" if written else f"{full} {value:g}")
    return HttpResponse("\n".join(lines) + "\n", content_type=PROMETHEUS)
