"""The brochures, to be read and downloaded by everybody."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.documents.brochures import HOSTS_AND_VISITORS, PARTNERSHIPS, WRITERS, brochure, titles
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF


@require_safe
def brochures(request: HttpRequest) -> HttpResponse:
    """List the brochures in each language of the tool."""
    leads = {
        PARTNERSHIPS: _("Each open partnership with its clusters, fields, plans and events."),
        HOSTS_AND_VISITORS: _("Who may take part, every step, and the amount for each country."),
    }
    rows: list[dict[str, Any]] = [
        {
            "title": title,
            "lead": leads[name],
            "files": [
                {"language": code, "url": reverse("documents:brochure", args=[name, code])}
                for code, _language in settings.LANGUAGES
            ],
        }
        for name, title in titles().items()
    ]
    return render(request, "documents/brochures.html", {"rows": rows})


@require_safe
def download_brochure(request: HttpRequest, name: str, language: str) -> HttpResponse:  # noqa: ARG001 -- the same to everybody
    """Give a brochure as it stands at this moment."""
    if name not in WRITERS or language not in dict(settings.LANGUAGES):
        raise Http404
    answer = HttpResponse(brochure(name, language, clock.now()), content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="clusterxchange-{name}-{language}.pdf"'
    answer["Cache-Control"] = "no-cache"
    return answer
