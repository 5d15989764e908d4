"""What the ranking works out beforehand and keeps: terms, vectors, prices and the best partners of everybody."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.db.models import Q

from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.matching import queries
from clusterxchange.phases.matching.embedding import MODEL, Embedding, is_installed
from clusterxchange.phases.matching.engine import (
    Measured,
    Participant,
    Pool,
    Ranked,
    Weighing,
    best_of,
    explained,
    measured,
)
from clusterxchange.phases.matching.engine.assign import plan
from clusterxchange.phases.matching.engine.participant import HOST, PHYSICAL, VISIT
from clusterxchange.phases.matching.engine.price import prices
from clusterxchange.phases.matching.engine.rules import exclusion_in
from clusterxchange.phases.matching.engine.text import Text
from clusterxchange.phases.matching.engine.vectors import stored
from clusterxchange.phases.matching.models import CatalogueCount, MatchingProfile
from clusterxchange.phases.matching.ranking import field_of, version_of
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.scheme.document import Scheme

KEPT = 50
EDGES = 200
NOTED_AT_A_TIME = 1000
# More values of one kind are offered nowhere.
COUNTED_OF_A_KIND = 100
NOTE_WORDS = """
    with changed as (
      select participation_id, edition_id, role, words from matching_catalogueentry
      where not is_counted order by participation_id limit %s for update skip locked
    ), noted as (
      insert into matching_catalogueword (word)
      select distinct word from changed, unnest(tsvector_to_array(changed.words)) as word order by word
      on conflict do nothing
    ), marked as (
      update matching_catalogueentry set is_counted = true
      where participation_id in (select participation_id from changed)
    )
    select distinct edition_id, role from changed
"""
COUNT_FACETS = """
    insert into matching_cataloguecount (edition_id, role, facet, number)
    select edition_id, role, facet, number from (
      select edition_id, role, facet, count(*) as number,
        row_number() over (partition by split_part(facet, ':', 1) order by count(*) desc, facet) as place
      from matching_catalogueentry, unnest(facets) as facet
      where edition_id = %s and role = %s and is_listed and facet not like 'month:%%' and facet not like 'cell:%%'
      group by edition_id, role, facet
    ) as counted
    where place <= %s
"""
# A database that was moved to another server brings the numbers of transactions that are still to come there.
NOTE_ANEW = """
    update matching_rankingchange set changed_by = pg_current_xact_id()::text::bigint
    where changed_by > pg_current_xact_id()::text::bigint
"""


def keep_changed_texts(installed: Callable[[], Embedding | None]) -> Iterator[Participation]:
    """Work out terms, and vectors where there is a model, of each listed text that has changed; give whose it was.

    The model is loaded only when something needs it.
    """
    MatchingProfile.objects.exclude(participation__state__in=queries.ACCEPTED).delete()
    embedding: Embedding | None = None
    for participation in _listed():
        kept = queries.kept_for(participation)
        has_vectors = kept is not None and kept.model == MODEL
        if kept is not None and (has_vectors or not is_installed()):
            continue
        embedding = embedding or installed()
        _keep(participation, embedding)
        yield participation


def _listed() -> Iterator[Participation]:
    rows = Participation.objects.filter(state__in=queries.LISTED).select_related("organisation", "matching_profile")
    yield from rows.order_by("pk")


def _keep(participation: Participation, embedding: Embedding | None) -> None:
    texts = queries.texts_of(participation)
    language = participation.organisation.profile_language
    offers, seeks = (as_kept(queries.READING.read(text, language)) for text in texts)
    found: dict[str, object] = {
        "text_sha256": queries.text_hash(participation),
        "language": language,
        "offers": offers,
        "seeks": seeks,
        "model": embedding.model if embedding is not None else "",
        "offers_vector": None,
        "seeks_vector": None,
    }
    if embedding is not None:
        for name, text in zip(("offers_vector", "seeks_vector"), texts, strict=True):
            if text.strip():
                found[name] = stored(embedding.embed([text]))[0].tobytes()
    MatchingProfile.objects.update_or_create(participation=participation, defaults=found)


def as_kept(text: Text) -> dict[str, tuple[int, str]]:
    """Give a text as it is kept: for each term how often it stands there and a word as it was written."""
    return {term: (count, text.shown[term]) for term, count in text.terms.items()}


def keep_best(participation: Participation, *, at: datetime) -> None:
    """Keep the best partners of one participant, as of now."""
    scheme = scheme_of_edition(participation.edition_id, at)
    found = field_of(participation.edition_id, queries.OTHER_ROLE[participation.role], scheme)
    row = queries.listed_in(participation.edition_id, participation.role).filter(pk=participation.pk).first()
    if row is None:
        return
    asker = queries.participant_of(row)
    against = _against(asker, found.pool, found.present, scheme, KEPT)
    _write(row.pk, best_of(asker, found.pool, against, KEPT), against, found.pool, scheme, at)


def keep_best_of_all(*, at: datetime) -> None:
    """Find the price of each host from the lists of all visitors, and keep the best partners of everybody listed."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_ANEW)
    listed = Participation.objects.filter(state__in=queries.LISTED).order_by()
    for edition_id in sorted(set(listed.values_list("edition_id", flat=True))):
        scheme = scheme_of_edition(edition_id, at)
        for role in (VISIT, HOST):
            _keep_best_of_role(edition_id, role, scheme, at)


def _keep_best_of_role(edition_id: int, role: str, scheme: Scheme, at: datetime) -> None:
    found = field_of(edition_id, queries.OTHER_ROLE[role], scheme)
    rows = list(queries.listed_in(edition_id, role))
    places = np.full((len(rows), EDGES), -1, dtype=np.int64)
    scores = np.zeros((len(rows), EDGES))
    for line, row in enumerate(rows):
        asker = queries.participant_of(row)
        against = _against(asker, found.pool, found.present, scheme, EDGES)
        best = best_of(asker, found.pool, against, EDGES)
        places[line, : len(best)], scores[line, : len(best)] = best, against.scores[best]
        _write(row.pk, best[:KEPT], against, found.pool, scheme, at)
    if role == VISIT and len(found.pool):
        priced = prices(places, scores, np.where(found.present, found.pool.columns.places_left, 0))
        _write_prices(
            edition_id, {one.reference: int(priced[place]) for place, one in enumerate(found.pool.participants)}
        )


def _against(asker: Participant, pool: Pool, present: np.ndarray, scheme: Scheme, best: int) -> Measured:
    against = measured(asker, pool, Weighing.of(scheme), best=best + int((~present).sum()) + 1)
    against.sifted_out[~present | (pool.columns.organisation == asker.organisation)] = True
    return against


def _write(pk: int, best: np.ndarray, against: Measured, pool: Pool, scheme: Scheme, at: datetime) -> None:
    rows = [
        {
            "reference": pool.participants[place].reference,
            "score": int(against.scores[place]),
            "terms": {name: int(against.terms[line, place]) for line, name in enumerate(against.names)},
        }
        for place in best
    ]
    MatchingProfile.objects.update_or_create(
        participation_id=pk,
        defaults={"best": rows, "best_version": version_of(scheme), "best_at": at},
    )


def _write_prices(edition_id: int, found: Mapping[str, int]) -> None:
    rows = MatchingProfile.objects.filter(participation__edition_id=edition_id, participation__role=HOST)
    for kept in rows.filter(Q(price__gt=0) | Q(participation__reference__in=[name for name in found if found[name]])):
        kept.price = found.get(kept.participation.reference or "", 0)
        kept.save(update_fields=["price"])


def keep_words_and_counts() -> None:
    """Note the words of entries that have changed, and count the lists anew in which they stand.

    Until then their words are found by how they begin and as they are; parts of words and mistakes need the note.
    """
    changed: set[tuple[int, str]] = set()
    while found := _noted():
        changed |= found
    for edition_id, role in sorted(changed):
        _count(edition_id, role)


def _noted() -> set[tuple[int, str]]:
    """Note the words of some entries; nothing once all are noted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTE_WORDS, [NOTED_AT_A_TIME])
        return set(cursor.fetchall())


@transaction.atomic
def _count(edition_id: int, role: str) -> None:
    CatalogueCount.objects.filter(edition_id=edition_id, role=role).delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNT_FACETS, [edition_id, role, COUNTED_OF_A_KIND])


@dataclass(frozen=True)
class Planned:
    """One exchange of a plan, before it is kept."""

    visitor: Participation
    host_reference: str
    ranked: Ranked


def plan_of(edition_id: int, *, at: datetime) -> tuple[list[Planned], dict[str, object]]:
    """Work out who would visit whom, and what it brings; a budget pays for so many exchanges at the highest amount."""
    scheme = scheme_of_edition(edition_id, at)
    found = field_of(edition_id, HOST, scheme)
    visitors = [row for row in queries.listed_in(edition_id, VISIT) if queries.may_be_planned(row)]
    met = queries.pairs_that_met(edition_id)
    numbers = {row.reference: row.pk for row in queries.listed_in(edition_id, HOST)}
    ends, targets, worth = [], [], []
    measured_by = {}
    for line, row in enumerate(visitors):
        asker = queries.participant_of(row)
        against = _against(asker, found.pool, found.present, scheme, EDGES)
        measured_by[line] = (asker, against)
        for place in best_of(asker, found.pool, against, KEPT):
            host = found.pool.participants[place]
            # The list also has whom one can meet virtually; a plan is of visits.
            if (row.pk, numbers.get(host.reference)) in met or exclusion_in(asker, host, scheme, PHYSICAL) is not None:
                continue
            ends.append(line)
            targets.append(int(place))
            worth.append(int(against.scores[place]))
    pairs = plan(
        ends,
        targets,
        worth,
        np.where(found.present, found.pool.columns.places_left, 0),
        [row.partnership_id for row in visitors],
        _exchanges_paid(visitors, scheme),
    )
    planned = [
        Planned(
            visitors[pair.visitor],
            found.pool.participants[pair.host].reference,
            explained(*_with_pool(measured_by[pair.visitor], found.pool), [pair.host], scheme)[0],
        )
        for pair in pairs
    ]
    countries = {row.reference: row.organisation.country for row in queries.listed_in(edition_id, HOST)}
    most = sum(_most_paid(one.visitor, countries[one.host_reference], scheme) for one in planned)
    return planned, {**_figures_of(visitors, planned), "most_cents": most}


def _with_pool(one: tuple[Participant, Measured], pool: Pool) -> tuple[Participant, Pool, Measured]:
    return one[0], pool, one[1]


def _exchanges_paid(visitors: Sequence[Participation], scheme: Scheme) -> dict[int, int]:
    if not scheme.agreement.pays:
        # No budget bounds a plan then: each partnership may send everybody.
        return dict.fromkeys((row.partnership_id for row in visitors), len(visitors))
    highest = scheme.amounts.maximum_cents
    budgets = Budget.objects.filter(partnership__in={row.partnership_id for row in visitors})
    free = dict(budgets.values_list("partnership_id", "free_cents"))
    return {number: cents // highest if highest else 0 for number, cents in free.items()}


def _most_paid(visitor: Participation, to_country: str, scheme: Scheme) -> int:
    """Give the full amount of one stay; what is halved, for few days or a short way, is known only later."""
    own = visitor.partnership.amounts.get(to_country)
    known = [scheme.amounts.full_cents_by_host_country.get(to_country, 0), *([] if own is None else [int(own)])]
    return min(known) if scheme.agreement.pays else 0


def _figures_of(visitors: list[Participation], planned: list[Planned]) -> dict[str, object]:
    """Count what the plan brings, and whom it leaves without a partner, by country and by type of organisation."""
    placed = {one.visitor.pk for one in planned}
    left_out = [row for row in visitors if row.pk not in placed]

    def by(name: str) -> dict[str, list[int]]:
        all_of = Counter(getattr(row.organisation, name) for row in visitors)
        missing = Counter(getattr(row.organisation, name) for row in left_out)
        return {code: [missing[code], number] for code, number in sorted(all_of.items())}

    return {
        "planned": len(planned),
        "visitors": len(visitors),
        "bands": {str(band): number for band, number in Counter(one.ranked.band for one in planned).items()},
        "unmatched_by_country": by("country"),
        "unmatched_by_type": by("organisation_type"),
    }
