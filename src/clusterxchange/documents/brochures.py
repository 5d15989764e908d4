"""The brochures, made from what stands in the database at the moment: of partnerships, and for hosts and visitors."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from babel import Locale
from babel.dates import format_date
from django.core.cache import cache
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusterxchange.documents.labels import frame_language
from clusterxchange.documents.presentation import LOCALES
from clusterxchange.documents.typesetting import typeset
from clusterxchange.foundation.folding import fold
from clusterxchange.foundation.money import format_cents
from clusterxchange.parties.partnerships.models import Partnership
from clusterxchange.scheme import code_lists, countries
from clusterxchange.scheme.current import NoRulesInForce, open_edition, scheme_for
from clusterxchange.scheme.document import Membership, Role, Scheme
from clusterxchange.scheme.editions import DEFAULT_EDITION, built_in

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from clusterxchange.scheme.models import Edition

PARTNERSHIPS: Final = "partnerships"
HOSTS_AND_VISITORS: Final = "hosts-and-visitors"
KEPT_FOR_SECONDS: Final = 24 * 60 * 60


@dataclass(frozen=True)
class Part:
    """A piece of a section under a smaller heading."""

    title: str
    text: str = ""
    bullets: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A section of a brochure; the template prints what is there, in this order."""

    title: str
    lead: str = ""
    is_in_english: bool = False
    text: str = ""
    bullets: list[str] = field(default_factory=list)
    facts: list[dict[str, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Writing:
    """What a brochure is written from."""

    edition: Edition | None
    scheme: Scheme
    language: str

    def country(self, code: str) -> str:
        """Name a country."""
        return countries.marked_country_name(self.scheme, code, self.language)

    def day(self, day: dt.date) -> str:
        """Write a date."""
        locale = Locale.parse(LOCALES.get(self.language, self.language), sep="_")
        return format_date(day, "d MMMM y", locale=locale)

    def euros(self, cents: int) -> str:
        """Write an amount."""
        return format_cents(cents, self.language)


def titles() -> dict[str, str]:
    """Give the title of each brochure in the language of the moment."""
    return {
        PARTNERSHIPS: _("Partnerships that take registrations"),
        HOSTS_AND_VISITORS: _("For hosts and visitors"),
    }


def brochure(name: str, language: str, at: dt.datetime) -> bytes:
    """Give a brochure as a PDF file; made anew as soon as anything that it says has changed."""
    with translation.override(frame_language(language)):
        data = brochure_data(name, language, at)
        title = titles()[name]
    text = json.dumps([name, language, data], sort_keys=True, ensure_ascii=False)
    key = f"brochure-{hashlib.sha256(text.encode()).hexdigest()}"
    made: bytes | None = cache.get(key)
    if made is None:
        made = typeset("brochure", data, language=language, title=title, dated=timezone.localtime(at).date())
        cache.set(key, made, KEPT_FOR_SECONDS)
    return made


def brochure_data(name: str, language: str, at: dt.datetime) -> dict[str, Any]:
    """Give all that a brochure says, in the language that is active."""
    edition = open_edition(at)
    writing = Writing(edition, _scheme(edition, at), language)
    lead, sections = WRITERS[name](writing)
    shown = json.dumps([asdict(section) for section in sections], ensure_ascii=False)
    starred = {code for code, country in writing.scheme.countries.items() if country.footnote}
    return {
        "lead": lead,
        "edition": edition.name if edition else _("No edition is open at the moment."),
        "as_of": _("As of %(day)s") % {"day": writing.day(timezone.localtime(at).date())},
        "sections": [asdict(section) for section in sections],
        "has_kosovo": any(writing.country(code) in shown for code in starred),
    }


def _scheme(edition: Edition | None, at: dt.datetime) -> Scheme:
    try:
        return scheme_for(edition.code, at) if edition is not None else built_in(DEFAULT_EDITION)
    except NoRulesInForce:
        return built_in(DEFAULT_EDITION)


def _open_partnerships(edition: Edition | None) -> list[Partnership]:
    if edition is None:
        return []
    found = Partnership.objects.filter(edition=edition, is_open=True).prefetch_related("members", "planned_events")
    return sorted(found, key=lambda one: fold(one.acronym))


def _of_partnerships(writing: Writing) -> tuple[str, list[Section]]:
    found = _open_partnerships(writing.edition)
    count = {"count": len(found)}
    if writing.scheme.agreement.pays:
        lead = (
            ngettext(
                "%(count)d partnership of clusters accepts participants, helps them and pays visitors.",
                "%(count)d partnerships of clusters accept participants, help them and pay visitors.",
                len(found),
            )
            % count
        )
    else:
        lead = (
            ngettext(
                "%(count)d partnership of clusters accepts participants and helps them.",
                "%(count)d partnerships of clusters accept participants and help them.",
                len(found),
            )
            % count
        )
    return lead, [_of_partnership(writing, one) for one in found]


def _of_partnership(writing: Writing, partnership: Partnership) -> Section:
    unknown = _("Not published")
    months = partnership.duration_months
    facts = [
        (_("Industrial ecosystems"), ", ".join(_fields(writing, partnership))),
        (_("Fields in its own words"), ", ".join(partnership.keywords)),
        (_("Start"), writing.day(partnership.starts_on) if partnership.starts_on else ""),
        (_("Duration"), ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else ""),
        (_("Planned exchanges"), str(partnership.planned_exchanges or "")),
        (_("Website"), partnership.website),
        (_("Contact"), partnership.email),
    ]
    texts = [
        (_("Origin"), partnership.origin),
        (_("Objectives"), partnership.objectives),
        (_("Expected results"), partnership.expected_results),
    ]
    members = [
        ", ".join(part for part in (one.name, one.region, writing.country(one.country) if one.country else "") if part)
        for one in partnership.members.all()
    ]
    events = [
        ", ".join(part for part in (one.title, one.target_group, writing.day(one.on) if one.on else "") if part)
        for one in sorted(partnership.planned_events.all(), key=lambda one: (one.on is None, one.on, one.pk))
    ]
    return Section(
        title=partnership.acronym,
        lead=partnership.title,
        is_in_english=True,
        facts=[{"label": label, "value": value or unknown} for label, value in facts],
        parts=[
            *(Part(title, text) for title, text in texts if text),
            Part(_("Member clusters"), "" if members else unknown, members),
            Part(_("Planned events"), "" if events else unknown, events),
        ],
    )


def _fields(writing: Writing, partnership: Partnership) -> list[str]:
    return [code_lists.label(writing.scheme, "ecosystems", code) for code in partnership.ecosystems]


def _for_hosts_and_visitors(writing: Writing) -> tuple[str, list[Section]]:
    lead = (
        _("Who may take part, how it goes step by step, and how much a visitor receives.")
        if writing.scheme.agreement.pays
        else _("Who may take part, and how it goes step by step.")
    )
    return lead, [
        _what_it_is(writing),
        _who_may_take_part(writing),
        _step_by_step(writing),
        *([_amounts(writing)] if writing.scheme.agreement.pays else []),
        _whom_to_ask(writing),
    ]


def _what_it_is(writing: Writing) -> Section:
    scheme = writing.scheme
    stay = scheme.durations.minimum_working_days
    return Section(
        title=_("What it is"),
        text=_(
            "A person of a visiting organisation spends a few days at a host organisation in another country. "
            "Both work on what they have agreed in a Commitment to Quality."
        ),
        bullets=[
            ngettext(
                "A stay lasts at least %(days)d full working day at the host and at most a month.",
                "A stay lasts at least %(days)d full working days at the host and at most a month.",
                stay,
            )
            % {"days": stay},
            _("An organisation visits once. It may host as often as it likes, several visitors at a time too."),
            _("Internships, work placements and employment are no exchanges."),
            _("An exchange can also be held online. Nothing is paid then, and the one visit stays free.")
            if scheme.agreement.pays
            else _("An exchange can also be held online. The one visit stays free then."),
        ],
    )


def _who_may_take_part(writing: Writing) -> Section:
    scheme = writing.scheme
    rows = []
    for code, words in code_lists.choices(scheme, "organisation_types"):
        cells = scheme.eligibility.matrix[code]
        rows.append(
            [words, *(_("Yes") if cells[role].is_allowed else _("No") for role in Role), _condition(scheme, code)]
        )
    named = [name for _code, name in countries.participating_countries(scheme, writing.language)]
    return Section(
        title=_("Who may take part"),
        columns=[4, 2, 2, 5],
        header=[_("Type of organisation"), _("May visit"), _("May host"), _("Condition")],
        rows=rows,
        parts=[Part(_("Countries that take part"), ", ".join(named) + ".")],
        note=_(
            "Both sides are in two different countries that take part. A partnership decides for each organisation."
        ),
    )


def _condition(scheme: Scheme, code: str) -> str:
    cells = [cell for cell in scheme.eligibility.matrix[code].values() if cell.is_allowed]
    if all(cell.refusals[Membership.NONE] is None for cell in cells):
        return _("In a participating country")
    if any(cell.refusals[Membership.UNPROFILED] is not None for cell in cells):
        return _("Member of a cluster with a profile on the European platform; hosting also by the agency’s approval")
    return _("Member of a cluster")


def _step_by_step(writing: Writing) -> Section:
    terms, pays = writing.scheme.terms.by_name, writing.scheme.agreement.pays

    def days(name: str) -> int:
        return terms[name].length

    return Section(
        title=_("Step by step"),
        parts=[
            Part(_("Registration"), "", [
                _("Answer the public questions: may you visit, may you host, roughly how much.")
                if pays
                else _("Answer the public questions: may you visit, may you host."),
                _("Register with your organisation, your motivation and your wishes. What you type is kept."),
                _("A partnership answers within %(days)d working days.") % {"days": days("assessment")},
            ]),
            Part(_("Matching"), "", [
                _("You see the organisations that fit best, each with its reasons, and the whole catalogue."),
                _("You send a proposal. The other side answers within %(days)d days.") % {"days": days("proposal")},
            ]),
            Part(_("Exchange building"), "", [
                _("Both write the Commitment to Quality: dates, objectives, a plan for each day."),
                _("Both contact points validate it, and all sign the same text."),
                *([_("Visitor and partnership sign the financial agreement.")] if pays else []),
            ]),
            Part(_("Exchange finalisation"), "", [
                _("Both write a short report within %(days)d days after the end.") % {"days": days("report")},
                *([
                    _("The visitor adds tickets and a proof of the stay."),
                    _("The lump sum is paid within %(days)d days once both are accepted.") % {"days": days("payment")},
                ] if pays else []),
            ]),
        ],
    )  # fmt: skip


def _amounts(writing: Writing) -> Section:
    scheme, halving = writing.scheme, writing.scheme.halving
    paid = scheme.amounts.full_cents_by_host_country
    rows = [
        [name, writing.euros(paid[code]), writing.euros(paid[code] // halving.divisor)]
        for code, name in countries.participating_countries(scheme, writing.language)
        if code in paid
    ]
    return Section(
        title=_("How much a visitor receives"),
        text=_(
            "The lump sum depends on the country of the host. It is halved, once, for fewer than %(days)d working days "
            "or less than %(km)d km. It is paid in one payment after the exchange."
        )
        % {"days": halving.working_days_under, "km": halving.distance_km_under},
        columns=[4, 2, 2],
        header=[_("Country of the host"), _("Full amount"), _("Halved")],
        rows=rows,
        note=_("These are the highest amounts. A partnership may set lower ones."),
    )


def _whom_to_ask(writing: Writing) -> Section:
    found = _open_partnerships(writing.edition)
    return Section(
        title=_("Whom to ask"),
        text=_("Ask a partnership of your field. Each has a page with a form for questions; no account is needed.")
        if found
        else _("No partnership takes registrations at the moment. Ask the support office."),
        columns=[2, 4, 4] if found else [],
        header=[_("Partnership"), _("Industrial ecosystems"), _("Website")] if found else [],
        rows=[[one.acronym, ", ".join(_fields(writing, one)), one.website or _("Not published")] for one in found],
    )


WRITERS: Final[dict[str, Callable[[Writing], tuple[str, list[Section]]]]] = {
    PARTNERSHIPS: _of_partnerships,
    HOSTS_AND_VISITORS: _for_hosts_and_visitors,
}
