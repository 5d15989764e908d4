"""What every page may know: the installation, and where its reader can go."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest

from clusterxchange.access.actor import NOBODY, Actor
from clusterxchange.journeys import navigation


def installation(request: HttpRequest) -> dict[str, object]:
    """Tell templates the mode, the services to sign in by and, where one is there, the actor."""
    return {
        "mode": settings.MODE,
        "actor": getattr(request, "actor", None),
        "version": settings.VERSION,
        "sign_in_services": settings.SIGN_IN_SERVICES,
    }


def ways(request: HttpRequest) -> dict[str, object]:
    """Give the layout its links; what needs the database is asked for only where a page shows it."""
    actor: Actor = getattr(request, "actor", NOBODY)
    main = cache(lambda: navigation.navigation_for(actor, request.path))
    own = cache(lambda: navigation.account_pages(actor))
    return {
        "navigation": main,
        "account_pages": own,
        "palette_pages": cache(lambda: navigation.palette_pages(main(), own())),
        "footer_links": navigation.footer_links(),
        "help_url": navigation.help_url(request.resolver_match),
        "search_url": cache(lambda: navigation.search_url(actor)),
        "account_name": cache(lambda: actor.name),
    }
