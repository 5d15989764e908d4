"""Writes the certificates of participation once an exchange is closed."""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from clusterxchange.access.capacities import VP, H, V
from clusterxchange.documents.labels import frame_language
from clusterxchange.documents.models import Document
from clusterxchange.documents.operations import make_document, write_signatures
from clusterxchange.documents.presentation import presented
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.exchange_building.queries import is_physical, party_rows
from clusterxchange.phases.finalisation import queries
from clusterxchange.phases.finalisation.models import ActivityReport


@app.task(queue="documents", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def make_certificates(exchange_id: int) -> None:
    """Make and sign the certificate of each side, dated and signed as of the closing; each is made once."""
    with transaction.atomic():
        exchange = Exchange.objects.select_for_update(of=("self",)).get(pk=exchange_id)
        if exchange.closed_at is None or not queries.took_place(exchange):
            return
        for report in ActivityReport.objects.filter(exchange=exchange).order_by("pk"):
            if queries.certificate_of(report) is None:
                _make_certificate(exchange, report, exchange.closed_at)


def _make_certificate(exchange: Exchange, report: ActivityReport, at: datetime) -> None:
    from clusterxchange.documents.signing.revisions import Signature  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

    language = exchange.commitment.language if exchange.commitment is not None else settings.LANGUAGE_CODE
    data = text_of_certificate(exchange, report)
    partnership = exchange.visitor_partnership.acronym
    with translation.override(frame_language(language)):
        title = _("Certificate of participation %(reference)s") % {"reference": exchange.reference}
        moment = presented({"signed_at": at}, language)["signed_at"]
        lines = (
            _("Signed by the tool for the visitor's partnership"),
            _("Signed on %(moment)s, Brussels") % {"moment": moment},
        )
    document = make_document(
        Document.Kind.CERTIFICATE_OF_PARTICIPATION,
        data,
        subject_id=report.pk,
        version=1,
        language=language,
        title=title,
        dated=at.date(),
        draft=False,
        at=at,
    )
    write_signatures(document, [Signature(str(VP), "ClusterXchange", partnership, (partnership, *lines), at)], at)


def text_of_certificate(exchange: Exchange, report: ActivityReport) -> dict[str, Any]:
    """Give what the certificate of one side says: who, with whom, when and for how many working days."""
    side = V if report.side == queries.VISITOR else H
    parties = party_rows(exchange, (V, H))
    (own,) = (party for party in parties if party["capacity"] == side)
    shown = queries.report_of(exchange, queries.VISITOR)
    first, last = queries.days_at_the_host(exchange, shown)
    return {
        "reference": exchange.reference,
        "version": 1,
        "organisation": own["organisation"],
        "capacity": str(side),
        "parties": parties,
        "is_physical": is_physical(exchange),
        "format": exchange.format,
        "first_day": first,
        "last_day": last,
        "working_days": queries.days_of(exchange, shown) if shown is not None else None,
        "signatures": [{"capacity": str(VP), "organisation": exchange.visitor_partnership.acronym}],
        "check_address": urljoin(settings.PUBLIC_URL, "/check-document/"),
    }
