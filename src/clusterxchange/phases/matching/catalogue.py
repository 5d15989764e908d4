"""The catalogue and the list of best partners as their pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import date_format, number_format
from django.utils.text import Truncator
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clusterxchange.phases.matching import notices, queries
from clusterxchange.phases.matching.engine import Exclusion, Participant, Ranked, exclusion
from clusterxchange.phases.matching.engine.participant import VISIT
from clusterxchange.phases.matching.engine.rules import host_of
from clusterxchange.phases.matching.models import CatalogueEntry, Proposal, SavedSearch
from clusterxchange.phases.matching.search import COUNTED_AT_MOST, Tally
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme import regions
from clusterxchange.scheme.calendars import overlapping_working_days
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import marked_country_name
from clusterxchange.scheme.current import scheme_for
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import sentences

ROWS_OF_A_PAGE = 25
WINDOWS_SHOWN = 2
LONGEST_TEXT = 160


@dataclass(frozen=True)
class Asker:
    """For whom somebody looks: a participation of their own, or one that they guide as a contact point."""

    participation: Participation
    is_guided: bool
    scheme: Scheme

    @property
    def name(self) -> str:
        """The name in the sentences of reasons; only people of the asker's own side read it."""
        return self.participation.organisation.legal_name

    @property
    def visits(self) -> bool:
        """Whether it looks for a host."""
        return self.participation.role == VISIT


def asker_of(participation: Participation, *, is_guided: bool, at: datetime) -> Asker:
    """Make the asker with the rules of its edition."""
    return Asker(participation, is_guided, scheme_for(participation.edition.code, at))


def profile_address(participation: Participation, asker: Asker | None = None) -> str:
    """Give the address of a profile; for a contact point it names for whom they look."""
    path = f"/matching/organisations/{participation.reference}/"
    return f"{path}?{urlencode({'for': asker.participation.reference})}" if asker is not None else path


def address_of(search: SavedSearch) -> str:
    """Give the address of the catalogue as a saved search has it."""
    return f"/matching/catalogue/?{search.filters}&{urlencode({'for': search.participation.reference})}"


def where(participation: Participation, scheme: Scheme) -> str:
    """Say of which type an organisation is and where."""
    organisation = participation.organisation
    kind = label(scheme, "organisation_types", organisation.organisation_type)
    if organisation.sub_type:
        kind = label(scheme, "scaling_up_support_types", organisation.sub_type)
    place = {
        "type": kind,
        "city": organisation.city,
        "country": marked_country_name(scheme, organisation.country, get_language() or "en"),
    }
    return _("%(type)s, %(city)s, %(country)s") % place


def windows_in_words(participation: Participation) -> list[str]:
    """Write when a participant is available."""
    return _windows_in_words((window.first_day, window.last_day) for window in participation.windows.all())


def _windows_in_words(windows: Iterable[tuple[date, date]]) -> list[str]:
    return [
        _("%(first)s to %(last)s") % {"first": date_format(first, _("j E Y")), "last": date_format(last, _("j E Y"))}
        for first, last in windows
    ]


def availability_of(participation: Participation) -> str:
    """Say why a listed participant is not open to proposals; nothing where it is."""
    if participation.hidden_reason:
        return str(notices.HIDDEN_LABELS.get(participation.hidden_reason, participation.hidden_reason))
    return str(notices.AVAILABILITY_LABELS.get(participation.state, ""))


def reasons_in_words(asker: Asker, ranked: Ranked) -> dict[str, list[dict[str, Any]]]:
    """Give reasons and what does not fit, with their sentences."""
    return {
        "fits": [
            {
                "code": reason.code,
                "term": reason.term,
                "sentence": notices.reason_sentence(reason, asker.name, asker.scheme),
            }
            for reason in ranked.fits
        ],
        "misfits": [
            {"code": reason.code, "term": reason.term, "sentence": notices.misfit_sentence(reason.code)}
            for reason in ranked.misfits
        ],
    }


def card(
    row: Participation, scheme: Scheme, *, asker: Asker | None, ranked: Ranked | None, proposal: Proposal | None
) -> dict[str, Any]:
    """Give a participant as a card shows it; without an asker there is nothing to compare with."""
    url = profile_address(row, asker)
    ecosystems = [label(scheme, "ecosystems", code) for code in row.organisation.ecosystems]
    found: dict[str, Any] = {
        "reference": row.reference,
        "url": url,
        "write_url": f"{url}#{'suggest-match' if asker is not None and asker.is_guided else 'send-proposal'}",
        "name": queries.name_shown(row),
        "description": where(row, scheme),
        "dates": notices.listed(windows_in_words(row)[:WINDOWS_SHOWN]),
        "meta": [notices.listed(ecosystems), label(scheme, "format_preferences", row.format)],
        "fits": [],
        "misfits": [],
        "score": None,
        **_state_of(row, proposal),
    }
    if asker is None or ranked is None:
        found["meta"].insert(0, label(scheme, "roles", row.role))
        return found
    if ranked.excluded is not None:
        sentence = sentences.refusal_sentence(ranked.excluded.code, {})
        return found | {"excluded": ranked.excluded.code, "misfits": [{"code": "", "term": None, "sentence": sentence}]}
    return found | {
        "band": ranked.band,
        "band_label": str(notices.BAND_LABELS[ranked.band]),
        "score": ranked.score,
        **reasons_in_words(asker, ranked),
    }


def _state_of(row: Participation, proposal: Proposal | None) -> dict[str, Any]:
    if proposal is not None:
        tone = {"SENT": "theirs", "SUGGESTED": "theirs", "ACCEPTED": "done"}.get(proposal.state, "later")
        words = _("Proposal: %(state)s") % {"state": sentences.state_label("proposal", proposal.state)}
        return {"state": tone, "state_label": words, "proposal_url": f"/matching/proposals/{proposal.reference}/"}
    reason = availability_of(row)
    return {"state": "held", "state_label": reason} if reason else {}


def cards(
    rows: Iterable[Participation], ranked: Iterable[Ranked], asker: Asker, scheme: Scheme
) -> list[dict[str, Any]]:
    """Give the cards of some ranked rows in the order of the ranking."""
    by_reference = {row.reference: row for row in rows}
    shown = list(ranked)
    chosen = [by_reference[one.participant.reference] for one in shown]
    proposals = queries.proposals_between(asker.participation, chosen)
    return [
        card(row, scheme, asker=asker, ranked=one, proposal=proposals.get(row.pk))
        for row, one in zip(chosen, shown, strict=True)
    ]


def row_of_the_catalogue(entry: CatalogueEntry, scheme: Scheme, *, asker: Asker | None) -> dict[str, Any]:
    """Give a participant as a row of the catalogue shows it: what it does, when, and what stands against an exchange.

    The catalogue is ordered by name, so it shows neither score nor reasons; the profile does. The entry comes with what
    `queries.with_what_is_shown` adds.
    """
    participation, organisation = entry.participation, entry.participation.organisation
    found: dict[str, Any] = {
        "reference": participation.reference,
        "url": profile_address(participation, asker),
        "name": queries.name_shown(participation),
        "description": where(participation, scheme),
        "text": Truncator(queries.text_shown(participation, organisation.description)).chars(LONGEST_TEXT),
        "language": organisation.profile_language,
        "meta": [
            notices.listed([label(scheme, "ecosystems", code) for code in organisation.ecosystems]),
            label(scheme, "format_preferences", participation.format),
        ],
        **_state_of(participation, _latest_proposal(entry)),
    }
    if asker is None:
        found["meta"].insert(0, label(scheme, "roles", participation.role))
        return found | {"dates": _first_windows_in_words(entry)}
    found["is_saved"] = getattr(entry, "is_saved", False)
    if (against := against_an_exchange(entry, asker)) is not None:
        misfits = [{"sentence": sentences.refusal_sentence(against.code, {})}]
        return found | {"dates": _first_windows_in_words(entry), "excluded": against.code, "misfits": misfits}
    dates = shared_days_in_words(*sides_of(entry, asker), asker.scheme) or _first_windows_in_words(entry)
    return found | {"dates": dates, "act": _act_of(found, asker)}


def _first_windows_in_words(entry: CatalogueEntry) -> str:
    return notices.listed(_windows_in_words(entry.days[:WINDOWS_SHOWN]))


def _act_of(found: dict[str, Any], asker: Asker) -> dict[str, str]:
    """Give the one thing to do with a row: read the proposal that there is, or write."""
    if "proposal_url" in found:
        return {"url": found["proposal_url"], "label": _("See the proposal")}
    if asker.is_guided:
        return {"url": f"{found['url']}#suggest-match", "label": _("Suggest this partner")}
    return {"url": f"{found['url']}#send-proposal", "label": _("Write to them")}


def _latest_proposal(entry: CatalogueEntry) -> Proposal | None:
    known = getattr(entry, "latest_proposal", None)
    return Proposal(reference=known["reference"], state=known["state"]) if known else None


def header_of_a_file() -> list[str]:
    """Give the heads of the columns of a file of the catalogue."""
    return [
        _("Reference"), _("Name"), _("Role"), _("Type of organisation"), _("Town"), _("Region"), _("Country"),
        _("Industrial ecosystems"), _("NACE division"), _("Keywords"), _("What the organisation does"), _("Purposes"),
        _("Types of activity"), _("Working languages"), _("When it is available"), _("Working days wished"),
        _("Format"), _("Does not fit"),
    ]  # fmt: skip


def line_of_a_file(entry: CatalogueEntry, scheme: Scheme, *, asker: Asker | None) -> list[object]:
    """Give what a file of the catalogue says of a participant: what its profile shows to anybody who may look."""
    participation, organisation = entry.participation, entry.participation.organisation

    def labels(code_list: str, codes: list[str]) -> str:
        return "; ".join(label(scheme, code_list, code) for code in codes)

    against = against_an_exchange(entry, asker) if asker is not None else None
    return [
        participation.reference, queries.name_shown(participation), label(scheme, "roles", participation.role),
        label(scheme, "organisation_types", organisation.organisation_type), organisation.city,
        regions.written(organisation.region),
        marked_country_name(scheme, organisation.country, get_language() or "en"),
        labels("ecosystems", organisation.ecosystems), organisation.nace,
        queries.text_shown(participation, organisation.keywords),
        queries.text_shown(participation, organisation.description), labels("purposes", participation.purposes),
        labels("activity_types", participation.activities), labels("languages", participation.working_languages),
        "; ".join(_windows_in_words(entry.days)), participation.days_wished or "",
        label(scheme, "format_preferences", participation.format),
        sentences.refusal_sentence(against.code, {}) if against is not None else "",
    ]  # fmt: skip


def sides_of(entry: CatalogueEntry, asker: Asker) -> tuple[Participant, Participant]:
    """Give the asker and an entry as the hard conditions read them."""
    own = asker.participation
    return (
        queries.side_of_an_exchange(own.catalogue_entry, occupied=getattr(own, "occupied", 0)),
        queries.side_of_an_exchange(entry, occupied=getattr(entry, "occupied", 0)),
    )


def against_an_exchange(entry: CatalogueEntry, asker: Asker) -> Exclusion | None:
    """Give what stands against an exchange of the two."""
    return exclusion(*sides_of(entry, asker), asker.scheme)


def shared_days_in_words(one: Participant, other: Participant, scheme: Scheme) -> str:
    """Say on how many working days both are available; nothing where there are none."""
    days = len(overlapping_working_days(scheme, host_of(one, other).country, one.windows, other.windows))
    if not days:
        return ""
    return ngettext("%(days)d working day together", "%(days)d working days together", days) % {"days": days}


def count_in_words(tally: Tally) -> str:
    """Say how many of how many are found."""
    capped = f"{number_format(COUNTED_AT_MOST, force_grouping=True)}+"
    numbers = {
        "found": capped if tally.found > COUNTED_AT_MOST else str(tally.found),
        "all": capped if tally.everybody > COUNTED_AT_MOST else str(tally.everybody),
    }
    return (
        ngettext("%(found)s of %(all)s organisation", "%(found)s of %(all)s organisations", tally.everybody) % numbers
    )
