"""The manual as pages and as a file, and the way from any page to the section about it."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access.actor import Actor
from clusterxchange.foundation.files import PDF
from clusterxchange.journeys.manual import reading
from clusterxchange.journeys.manual.figures import figures_of
from clusterxchange.journeys.manual.printing import printed
from clusterxchange.journeys.manual.routes import SECTION_OF_ROUTE
from clusterxchange.journeys.public_pages import scheme_now
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.workflow.pages import actor_of


def manual_in(name: str, language: str) -> reading.Manual:
    """Give a manual in a language, with the figures of the scheme in force."""
    scheme = scheme_now()
    return replace(reading.read(name, language, figures_of(scheme, language)), note=_note(scheme, language))


def _note(scheme: Scheme, language: str) -> str:
    if scheme.agreement.pays:
        return ""
    with override(language):
        return _("In this edition nothing is paid. What is said of amounts, budgets and payments does not apply.")


def _language() -> str:
    language = get_language() or ""
    return language if language in dict(settings.LANGUAGES) else "en"


def _manual_or_404(name: str, language: str) -> reading.Manual:
    if name not in reading.MANUALS or language not in dict(settings.LANGUAGES):
        raise Http404
    return manual_in(name, language)


@require_safe
def manuals(request: HttpRequest) -> HttpResponse:
    """List the manuals, the reader's own first."""
    language = _language()
    own = own_manual(actor_of(request))
    names = sorted(reading.MANUALS, key=lambda name: name != own)
    rows = [{"manual": manual_in(name, language), "files": _files(name)} for name in names]
    return render(request, "manual/manuals.html", {"rows": rows})


@require_safe
def manual(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a manual holds."""
    found = _manual_or_404(name, _language())
    return render(request, "manual/manual.html", {"manual": found, "files": _files(name)})


@require_safe
def section(request: HttpRequest, name: str, section: str) -> HttpResponse:
    """Show one section, with the way to those before and after it."""
    language = _language()
    found = _manual_or_404(name, language)
    here = found.section(section)
    if here is None:
        raise Http404
    number = found.sections.index(here)
    context: dict[str, Any] = {
        "manual": found,
        "section": here,
        "pictures": f"manual/{language}",
        "before": found.sections[number - 1] if number else None,
        "after": found.sections[number + 1] if number + 1 < len(found.sections) else None,
    }
    return render(request, "manual/section.html", context)


@require_safe
def download(request: HttpRequest, name: str, language: str) -> HttpResponse:  # noqa: ARG001 -- the same to everybody
    """Give a manual as a file."""
    answer = HttpResponse(printed(_manual_or_404(name, language), language), content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="clusterxchange-{name}-{language}.pdf"'
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def help_for_page(request: HttpRequest, route: str) -> HttpResponse:
    """Lead from a page to its section: in the reader's own manual, else in the first one that has it."""
    wanted = SECTION_OF_ROUTE.get(route)
    if wanted is None:
        raise Http404
    own = own_manual(actor_of(request))
    language = _language()
    for name in sorted(reading.MANUALS, key=lambda name: name != own):
        if manual_in(name, language).section(wanted):
            return HttpResponseRedirect(reverse("manual:section", args=[name, wanted]))
    raise Http404


def own_manual(actor: Actor) -> str:
    """Say which manual is written for somebody; for whoever is nobody yet it is that of visitors."""
    if actor.support_office or actor.agency:
        return reading.SUPPORT_OFFICE
    if actor.partnerships:
        return reading.CONTACT_POINT
    roles = set(Participation.objects.filter(organisation_id__in=actor.organisations).values_list("role", flat=True))
    return reading.HOST if roles == {Role.HOST} else reading.VISITING


def _files(name: str) -> list[dict[str, str]]:
    return [
        {"language": code, "url": reverse("manual:download", args=[name, code])} for code, _name in settings.LANGUAGES
    ]
