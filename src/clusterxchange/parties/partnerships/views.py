"""The public directory of partnerships and their profiles."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.foundation import clock
from clusterxchange.foundation.folding import fold
from clusterxchange.parties.partnerships import queries
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme import code_lists, countries
from clusterxchange.scheme.current import NoRulesInForce, open_edition, scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.models import Edition


def _scheme(edition: Edition) -> Scheme:
    try:
        return scheme_for(edition.code, clock.now())
    except NoRulesInForce:
        return built_in(edition.code)


def _edition(request: HttpRequest, editions: list[Edition]) -> Edition | None:
    wanted = request.GET.get("edition", "")
    current = open_edition(clock.now())
    by_code = {edition.code: edition for edition in editions}
    if wanted:
        return by_code.get(wanted)
    return current if current in editions else next(iter(editions), None)


def _language() -> str:
    return get_language() or "en"


def _country_names(scheme: Scheme, codes: set[str]) -> list[str]:
    return sorted((countries.marked_country_name(scheme, code, _language()) for code in codes), key=fold)


@require_safe
def directory(request: HttpRequest) -> HttpResponse:
    """List the partnerships, narrowed by field and country as the address says."""
    editions = queries.editions_with_partnerships()
    edition = _edition(request, editions)
    ecosystem, country = request.GET.get("ecosystem", ""), request.GET.get("country", "")
    context: dict[str, Any] = {"rows": [], "ecosystem": ecosystem, "country": country}
    if edition is not None:
        scheme = _scheme(edition)
        named = [
            (code, countries.marked_country_name(scheme, code, _language()))
            for code in queries.member_countries(edition)
        ]
        context |= {
            "rows": [
                _row(scheme, one) for one in queries.partnerships_of(edition, ecosystem=ecosystem, country=country)
            ],
            "ecosystems": code_lists.choices(scheme, "ecosystems"),
            "countries": sorted(named, key=lambda row: fold(row[1])),
            "edition": edition,
            "editions": editions,
            "is_narrowed": bool(ecosystem or country),
            "footnotes": _footnotes(scheme, queries.member_countries(edition)),
        }
    return render(request, "partnerships/directory.html", context)


def _footnotes(scheme: Scheme, shown: Iterable[str]) -> list[str]:
    return [text for code in sorted(set(shown)) if (text := countries.footnote(scheme, code)) is not None]


def _row(scheme: Scheme, partnership: Partnership) -> dict[str, Any]:
    members = list(partnership.members.all())
    return {
        "acronym": partnership.acronym,
        "title": partnership.title,
        "url": reverse("partnerships:profile", args=[partnership.slug]),
        "ecosystems": [code_lists.label(scheme, "ecosystems", code) for code in partnership.ecosystems],
        "countries": ", ".join(_country_names(scheme, {member.country for member in members if member.country})),
        "is_open": partnership.is_open and partnership.edition.is_open,
    }


@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything that a partnership has published."""
    partnership = queries.profile(open_edition(clock.now()), slugify(slug))
    if partnership is None:
        raise Http404
    scheme = _scheme(partnership.edition)
    members = [
        {
            "name": member.name,
            "country": countries.marked_country_name(scheme, member.country, _language()) if member.country else "",
            "region": member.region,
            "link": member.link,
        }
        for member in partnership.members.all()
    ]
    is_open = partnership.is_open and partnership.edition.is_open
    context = {
        "partnership": partnership,
        "facts": _facts(scheme, partnership, len(members)),
        "texts": [
            (_("Origin"), partnership.origin),
            (_("Objectives"), partnership.objectives),
            (_("Expected results"), partnership.expected_results),
        ],
        "members": members,
        "events": list(partnership.planned_events.order_by("on", "pk")),
        "is_open": is_open,
        "footnotes": _footnotes(scheme, (member.country for member in partnership.members.all())),
    }
    return render(request, "partnerships/profile.html", context)


def _facts(scheme: Scheme, partnership: Partnership, partners: int) -> list[tuple[str, str]]:
    unknown = _("Not published")

    def known(value: object) -> str:
        return str(value) if value else unknown

    ecosystems = ", ".join(code_lists.label(scheme, "ecosystems", code) for code in partnership.ecosystems)
    starts = date_format(partnership.starts_on, _("j E Y")) if partnership.starts_on else unknown
    length = _("%(count)d months") % {"count": partnership.duration_months} if partnership.duration_months else unknown
    return [
        (_("Edition"), partnership.edition.name),
        (_("Start"), starts),
        (_("Duration"), length),
        (_("Number of partners"), known(partners)),
        (_("Planned exchanges"), known(partnership.planned_exchanges)),
        (_("Industrial ecosystems"), known(ecosystems)),
        (_("Fields in its own words"), known(", ".join(partnership.keywords))),
    ]
