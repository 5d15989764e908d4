"""Pages for everybody: the brochures, and the check of an agreement that somebody handed over."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clusterxchange.documents.brochures import HOSTS_AND_VISITORS, PARTNERSHIPS, WRITERS, brochure, titles
from clusterxchange.documents.forms import CheckDocument
from clusterxchange.documents.labels import level_in_words
from clusterxchange.documents.models import Document
from clusterxchange.documents.presentation import presented
from clusterxchange.documents.verdicts import Verdict, root_sha256
from clusterxchange.foundation import clock
from clusterxchange.foundation.files import PDF

if TYPE_CHECKING:
    from clusterxchange.documents.signing.checking import CheckedSignature

UNPROCESSABLE = 422


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


@require_http_methods(["GET", "HEAD", "POST"])
def check_document(request: HttpRequest) -> HttpResponse:
    """Say whether a file is genuine and who signed it; the file is not kept."""
    form = CheckDocument(request.POST, request.FILES) if request.method == "POST" else CheckDocument()
    context: dict[str, Any] = {"form": form, "root_sha256": root_sha256()}
    status = 200
    if form.is_bound:
        if form.is_valid():
            context |= {
                "verdict": form.verdict,
                "facts": facts_of(form.verdict),
                "signatures": [row_of(one, request) for one in form.verdict.signatures],
            }
        else:
            status = UNPROCESSABLE
    return render(request, "documents/check_document.html", context, status=status)


def facts_of(verdict: Verdict) -> list[tuple[str, str]]:
    """Say what a genuine file is; nothing that does not stand in it."""
    if not verdict.is_genuine:
        return []
    names = {
        Document.Kind.COMMITMENT_TO_QUALITY: _("Commitment to Quality"),
        Document.Kind.FINANCIAL_AGREEMENT: _("Financial agreement"),
        Document.Kind.CERTIFICATE_OF_PARTICIPATION: _("Certificate of participation"),
    }
    signed = _("Signed by all")
    if not verdict.is_complete:
        # Whether a later file is there already is nobody's business who has only this one.
        signed = _("Not signed by all in this file. Ask for the one that bears every signature.")
    return [
        (_("Document"), names[Document.Kind(verdict.kind)]),
        (_("Version"), str(verdict.version)),
        (_("Signatures"), signed),
        *([] if verdict.stamps_hold else [(_("Time stamp"), _("Does not hold"))]),
    ]


def row_of(signature: "CheckedSignature", request: HttpRequest) -> dict[str, object]:
    """Give what one row of the page says about a signature."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    shown = presented({"capacity": signature.capacity, "signed_at": dt.datetime.fromisoformat(signature.at)}, language)
    level = level_in_words(signature.level)
    return {
        "name": signature.person,
        "role": f"{shown['capacity']}. {level}.",
        "at": dt.datetime.fromisoformat(signature.at),
        "state": "done" if signature.valid else "late",
        "state_label": _("Holds") if signature.valid else _("Does not hold"),
        "current": False,
        "capacity": signature.capacity,
    }
