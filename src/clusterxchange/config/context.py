"""What every page may know about the installation."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, object]:
    """Tell templates the mode and, where one is there, the actor."""
    return {"mode": settings.MODE, "actor": getattr(request, "actor", None), "version": settings.VERSION}
