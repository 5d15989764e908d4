"""Which partnerships somebody might ask who has none yet: those that the assignment would take, best first."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.registration.queries import candidates_of
from clusterxchange.scheme.assignment import Assigned, assign
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.models import Edition

MOST = 3


def fitting(edition: Edition, scheme: Scheme, *, visits: bool, country: str, ecosystem: str) -> list[dict[str, Any]]:
    """Give up to three open partnerships with the reason for each."""
    candidates = candidates_of(scheme, edition)
    found: list[Assigned] = []
    while len(found) < MOST:
        best = assign(
            scheme, visits=visits, country=country, ecosystems=[ecosystem], clusters=(), candidates=candidates
        )
        if best is None:
            break
        found.append(best)
        candidates = [one for one in candidates if one.acronym != best.acronym]
    rows = {
        row.acronym: row for row in Partnership.objects.filter(edition=edition, acronym__in=[x.acronym for x in found])
    }
    return [_row(rows[one.acronym], one) for one in found]


def _row(partnership: Partnership, chosen: Assigned) -> dict[str, Any]:
    return {
        "acronym": partnership.acronym,
        "title": partnership.title,
        "url": reverse("partnerships:profile", args=[partnership.slug]),
        "question_url": reverse("partnerships:question", args=[partnership.slug]),
        "reasons": [reason_for(code) for code in chosen.reasons],
    }


def reason_for(code: str) -> str:
    """Say why a partnership fits."""
    return {
        "sector": _("It works in your field."),
        "member": _("Your cluster is a member."),
        "country": _("A cluster of your country is a member."),
    }[code]
