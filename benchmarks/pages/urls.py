"""The addresses of the tool and one beside them that does nothing, behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

EMPTY = "/empty/"


def empty(request: HttpRequest) -> HttpResponse:
    """Answer at once with nothing."""
    del request
    return HttpResponse(b"")


urlpatterns = [path("empty/", empty), path("", include("clusterxchange.config.urls"))]
