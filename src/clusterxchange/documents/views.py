"""The public page on which anybody has an agreement checked."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clusterxchange.documents.forms import CheckDocument
from clusterxchange.documents.models import Document
from clusterxchange.documents.presentation import presented
from clusterxchange.documents.signing.checking import SIMPLE, CheckedSignature
from clusterxchange.documents.verdicts import Verdict

UNPROCESSABLE = 422


@require_http_methods(["GET", "HEAD", "POST"])
def check_document(request: HttpRequest) -> HttpResponse:
    """Say whether a file is genuine and who signed it; the file is not kept."""
    form = CheckDocument(request.POST or None, request.FILES or None) if request.method == "POST" else CheckDocument()
    context: dict[str, Any] = {"form": form}
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
    if not verdict.is_genuine or verdict.made_at is None:
        return []
    names = {
        Document.Kind.COMMITMENT_TO_QUALITY: _("Commitment to Quality"),
        Document.Kind.FINANCIAL_AGREEMENT: _("Financial agreement"),
    }
    signed = _("Signed by all") if verdict.is_complete else _("Not yet signed by all")
    if not verdict.is_latest:
        signed = _("There is a later file with more signatures. Ask for it.")
    return [
        (_("Document"), names[Document.Kind(verdict.kind)]),
        (_("Version"), str(verdict.version)),
        (_("Made on"), date_format(localtime(verdict.made_at), _("j E Y, H:i"))),
        (_("Signatures"), signed),
    ]


def row_of(signature: CheckedSignature, request: HttpRequest) -> dict[str, object]:
    """Give what one row of the page says about a signature."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    shown = presented({"capacity": signature.capacity, "signed_at": dt.datetime.fromisoformat(signature.at)}, language)
    if not signature.valid:
        label, state = _("Does not hold: the file was changed"), "late"
    elif signature.level == SIMPLE:
        label, state = _("Holds: simple electronic signature of this tool"), "done"
    else:
        label, state = _("Holds, with a certificate of somebody else"), "half"
    return {
        "name": signature.person,
        "role": shown["capacity"],
        "at": dt.datetime.fromisoformat(signature.at),
        "state": state,
        "state_label": label,
        "current": False,
        "capacity": signature.capacity,
    }
