"""The catalogue and the list of best partners as their pages show them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clusterxchange.foundation.folding import fold
from clusterxchange.phases.matching import notices, queries
from clusterxchange.phases.matching.engine import Ranked
from clusterxchange.phases.matching.engine.participant import VISIT
from clusterxchange.phases.matching.forms import CatalogueFilters
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.code_lists import label
from clusterxchange.scheme.countries import marked_country_name
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme
from clusterxchange.workflow import sentences

ROWS_OF_A_PAGE = 25
COUNTED_AT_MOST = 1000
REASONS_IN_THE_CATALOGUE = 3
WINDOWS_SHOWN = 2
# Who does not want to be shown by name stands among the names with "o", where "Organisation 1234" belongs.
SORTED_WITHOUT_NAME = "organisation"


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
    return Asker(participation, is_guided, scheme_of_edition(participation.edition_id, at))


def profile_address(participation: Participation, asker: Asker | None = None) -> str:
    """Give the address of a profile; for a contact point it names for whom they look."""
    path = f"/matching/organisations/{participation.reference}/"
    return f"{path}?{urlencode({'for': asker.participation.reference})}" if asker is not None else path


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
    return [
        _("%(first)s to %(last)s")
        % {"first": date_format(window.first_day, _("j E Y")), "last": date_format(window.last_day, _("j E Y"))}
        for window in participation.windows.all()
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


def card_of_the_catalogue(found: dict[str, Any]) -> dict[str, Any]:
    """Give a card with the strongest reasons only: the catalogue is sorted by name, so it shows no score."""
    fits = [{**reason, "term": None} for reason in found["fits"][:REASONS_IN_THE_CATALOGUE]]
    misfits = found["misfits"] if found.get("excluded") else []
    return found | {"score": None, "fits": fits, "misfits": misfits}


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


def narrowed(rows: QuerySet[Participation], filters: CatalogueFilters) -> QuerySet[Participation]:
    """Give the rows that all filters let through; of several values of one filter, one is enough."""
    for word in filters.words.split():
        rows = rows.filter(_holds_word(word))
    values = filters.values
    if values["role"]:
        rows = rows.filter(role__in=values["role"])
    if values["country"]:
        rows = rows.filter(organisation__country__in=values["country"])
    if values["type"]:
        rows = rows.filter(organisation__organisation_type__in=values["type"])
    if values["format"]:
        rows = rows.filter(format__in=[*values["format"], "both"])
    if values["ecosystem"]:
        wanted = Q(pk__in=())
        for code in values["ecosystem"]:
            wanted |= Q(organisation__ecosystems__contains=[code])
        rows = rows.filter(wanted)
    return rows


def _holds_word(word: str) -> Q:
    folded = fold(word)
    found = Q(organisation__search_text__icontains=folded)
    # A search must not find out who stands behind a number.
    named = Q(organisation__sort_name__icontains=folded) | Q(organisation__short_name__icontains=word)
    return found & (Q(shown_by_name=True) | ~named)


def sorted_by_name(rows: QuerySet[Participation]) -> QuerySet[Any]:
    """Give the rows in the order of the names that are shown."""
    key = Case(
        When(shown_by_name=True, then=F("organisation__sort_name")),
        default=Value(SORTED_WITHOUT_NAME),
        output_field=CharField(),
    )
    return rows.annotate(shown_sort=key).order_by("shown_sort", "pk")


def page_after(rows: QuerySet[Any], after: str) -> tuple[list[Participation], str]:
    """Give a page of sorted rows that follow the row with the reference, and what to ask for the next page with."""
    if after:
        key = rows.filter(reference=after).values_list("shown_sort", "pk").first()
        if key is not None:
            rows = rows.filter(Q(shown_sort__gt=key[0]) | Q(shown_sort=key[0], pk__gt=key[1]))
    found = list(rows[: ROWS_OF_A_PAGE + 1])
    shown = found[:ROWS_OF_A_PAGE]
    return shown, str(shown[-1].reference) if len(found) > ROWS_OF_A_PAGE else ""


def counted(rows: QuerySet[Participation]) -> int:
    """Count rows up to one more than what is told exactly."""
    return rows.order_by()[: COUNTED_AT_MOST + 1].count()


def count_in_words(found: int, everybody: int) -> str:
    """Say how many of how many are found."""
    capped = f"{COUNTED_AT_MOST:,}+"
    numbers = {
        "found": capped if found > COUNTED_AT_MOST else str(found),
        "all": capped if everybody > COUNTED_AT_MOST else str(everybody),
    }
    return ngettext("%(found)s of %(all)s organisation", "%(found)s of %(all)s organisations", everybody) % numbers


def counts_of(rows: QuerySet[Participation]) -> Mapping[str, Counter[str]] | None:
    """Count for each filter how many rows have each value; None where there are too many to count."""
    columns = ("role", "organisation__country", "organisation__organisation_type", "organisation__ecosystems", "format")
    values = list(rows.order_by().values_list(*columns)[: COUNTED_AT_MOST + 1])
    if len(values) > COUNTED_AT_MOST:
        return None
    names = ("role", "country", "type")
    found: dict[str, Counter[str]] = {name: Counter(row[place] for row in values) for place, name in enumerate(names)}
    found["ecosystem"] = Counter(code for row in values for code in row[3])
    found["format"] = Counter(
        code for row in values for code in (("physical", "virtual") if row[4] == "both" else (row[4],))
    )
    return found
