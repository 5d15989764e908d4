"""The public directory of partnerships and their profiles."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusterxchange.access import decide
from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock, files
from clusterxchange.foundation.folding import fold
from clusterxchange.journeys.partnerships.life import PARTNERSHIP
from clusterxchange.parties.organisations.map import circle_at
from clusterxchange.parties.partnerships import queries
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.phases.exchange_building.models import Exchange, ExchangeState
from clusterxchange.scheme import code_lists, countries
from clusterxchange.scheme.current import NoRulesInForce, open_edition, scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.pages import actor_of

FILTERS = ("q", "ecosystem", "country", "region")
LONGEST_WORDS = 100


def scheme_of(edition: Edition) -> Scheme:
    """Give the rules of an edition, those that come with the tool where none is in force."""
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
    """List the partnerships, narrowed by words, field, country and region as the address says."""
    editions = queries.editions_with_partnerships()
    edition = _edition(request, editions)
    chosen = {name: request.GET.get(name, "")[:LONGEST_WORDS] for name in FILTERS}
    context: dict[str, Any] = {"rows": [], "chosen": chosen, "editions": editions}
    if edition is not None:
        context |= _narrowed(scheme_of(edition), edition, chosen)
    return render(request, "partnerships/directory.html", context)


def _narrowed(scheme: Scheme, edition: Edition, chosen: dict[str, str]) -> dict[str, Any]:
    everyone = queries.partnerships_of(edition)
    members = [member for one in everyone for member in one.members.all()]
    named = [
        (code, countries.marked_country_name(scheme, code, _language()))
        for code in sorted({member.country for member in members if member.country})
    ]
    found = [one for one in everyone if queries.fits(one, **chosen)]
    ecosystems = code_lists.choices(scheme, "ecosystems")
    by_country = dict(named)
    return {
        "rows": [_row(scheme, one) for one in found],
        "ecosystems": ecosystems,
        "countries": sorted(named, key=lambda row: fold(row[1])),
        "regions": sorted({member.region for member in members if member.region}, key=fold),
        "edition": edition,
        "chips": _chips(edition, chosen, dict(ecosystems), by_country),
        "places": _places(edition, found, chosen, by_country),
        "footnotes": _footnotes(scheme, by_country),
    }


def _address(edition: Edition, chosen: dict[str, str]) -> str:
    given = {name: value for name, value in chosen.items() if value}
    current = open_edition(clock.now())
    if current is None or current.pk != edition.pk:
        given["edition"] = edition.code
    return f"{reverse('partnerships:directory')}?{urlencode(given)}" if given else reverse("partnerships:directory")


def _chips(
    edition: Edition, chosen: dict[str, str], ecosystems: dict[str, str], by_country: dict[str, str]
) -> list[tuple[str, str]]:
    words = {
        "ecosystem": ecosystems.get(chosen["ecosystem"], chosen["ecosystem"]),
        "country": by_country.get(chosen["country"], chosen["country"]),
    }
    return [
        (words.get(name, value), _address(edition, {**chosen, name: ""})) for name, value in chosen.items() if value
    ]


def _places(
    edition: Edition, found: list[Partnership], chosen: dict[str, str], by_country: dict[str, str]
) -> list[dict[str, Any]]:
    """Give each country with how many of the partnerships shown have a member there, the most first."""
    counts: Counter[str] = Counter()
    for one in found:
        counts.update({member.country for member in one.members.all() if member.country})
    rows = []
    for code, count in sorted(counts.items(), key=lambda row: (-row[1], fold(by_country[row[0]]))):
        rows.append({
            "label": by_country[code],
            "url": _address(edition, {**chosen, "country": code}),
            "count": count,
            "current": code == chosen["country"],
            **circle_at(code, count),
        })  # fmt: skip
    return rows


def _footnotes(scheme: Scheme, shown: Iterable[str]) -> list[str]:
    return [text for code in sorted(set(shown)) if (text := countries.footnote(scheme, code)) is not None]


def _row(scheme: Scheme, partnership: Partnership) -> dict[str, Any]:
    members = list(partnership.members.all())
    return {
        "acronym": partnership.acronym,
        "title": partnership.title,
        "logo_url": logo_url(partnership),
        "url": reverse("partnerships:profile", args=[partnership.slug]),
        "ecosystems": [code_lists.label(scheme, "ecosystems", code) for code in partnership.ecosystems],
        "countries": ", ".join(_country_names(scheme, {member.country for member in members if member.country})),
        "is_open": partnership.is_open and partnership.edition.is_open,
    }


def published(slug: str) -> Partnership:
    """Give the partnership with this acronym in the address.

    :raises Http404: where there is none.
    """
    found = queries.profile(open_edition(clock.now()), slugify(slug))
    if found is None:
        raise Http404
    return found


@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """Show everything that a partnership has published."""
    partnership = published(slug)
    scheme = scheme_of(partnership.edition)
    members = [
        {
            "name": member.name,
            "country": countries.marked_country_name(scheme, member.country, _language()) if member.country else "",
            "region": member.region,
            "link": member.link,
        }
        for member in partnership.members.all()
    ]
    context = {
        "partnership": partnership,
        "logo_url": logo_url(partnership),
        "facts": _facts(scheme, partnership, len(members)),
        "texts": [
            (_("Origin"), partnership.origin),
            (_("Objectives"), partnership.objectives),
            (_("Expected results"), partnership.expected_results),
        ],
        "members": members,
        "events": list(partnership.planned_events.order_by("on", "pk")),
        "is_open": partnership.is_open and partnership.edition.is_open,
        "own_url": PARTNERSHIP.address(partnership) if _may_see_own(request, partnership) else "",
        "footnotes": _footnotes(scheme, (member.country for member in partnership.members.all())),
    }
    return render(request, "partnerships/profile.html", context)


@require_safe
def logo(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 -- everybody may see it
    """Show the logo of a partnership."""
    file = published(slug).logo
    if file is None or not file.may_be_opened:
        raise Http404
    return files.show_picture(file)


def logo_url(partnership: Partnership) -> str:
    """Give where the logo of a partnership is shown, empty where it has none that may be."""
    file = partnership.logo
    return reverse("partnerships:logo", args=[partnership.slug]) if file is not None and file.may_be_opened else ""


def _may_see_own(request: HttpRequest, partnership: Partnership) -> bool:
    return decide.may(actor_of(request), PARTNERSHIP.name, Action.SEE, partnership)


def open_places(partnership: Partnership) -> int | None:
    """Give how many planned exchanges are not taken yet, None where nothing is known of what is planned."""
    if partnership.planned_exchanges is None:
        return None
    met = Exchange.objects.filter(visitor_partnership=partnership, format="physical")
    taken = met.exclude(state=ExchangeState.CANCELLED).count()
    return max(partnership.planned_exchanges - taken, 0)


def _facts(scheme: Scheme, partnership: Partnership, partners: int) -> list[tuple[str, str]]:
    unknown = _("Not published")

    def known(value: object) -> str:
        return str(value) if value else unknown

    ecosystems = ", ".join(code_lists.label(scheme, "ecosystems", code) for code in partnership.ecosystems)
    starts = date_format(partnership.starts_on, _("j E Y")) if partnership.starts_on else unknown
    months, free = partnership.duration_months, open_places(partnership)
    length = ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else unknown
    return [
        (_("Edition"), partnership.edition.name),
        (_("Start"), starts),
        (_("Duration"), length),
        (_("Number of partners"), known(partners)),
        (_("Planned exchanges"), known(partnership.planned_exchanges)),
        (_("Open places"), unknown if free is None else str(free)),
        (_("Industrial ecosystems"), known(ecosystems)),
        (_("Fields in its own words"), known(", ".join(partnership.keywords))),
    ]
