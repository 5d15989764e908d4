"""The search of the catalogue: which entries are meant, in which order, a page at a time, and how many there are.

Everything is asked of the catalogue's own rows, and nothing grows with how much is found: a page begins behind the last
name of the page before it, counting ends at a thousand, and what is counted of a long list has been counted beforehand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Lookup, Q, QuerySet
from django.db.models.expressions import RawSQL

from clusterxchange.foundation.folding import spellings, words_of
from clusterxchange.foundation.scoping import NOTHING
from clusterxchange.phases.matching.engine.text import Reading
from clusterxchange.phases.matching.models import CatalogueEntry
from clusterxchange.scheme.distances import EARTH_RADIUS_KM

ROWS_OF_A_PAGE = 25
COUNTED_AT_MOST = 1000
WORDS_AT_MOST = 8
# Of a shorter word too many others are made up.
SHORTEST_PART = 4
LONGER_WORDS_AT_MOST, LIKELY_WORDS_AT_MOST = 100, 50
MONTHS_AT_MOST = 24
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
KILOMETRES_OF_A_DEGREE = 111.2
PAGES = signing.Signer(salt="catalogue-page")
READING = Reading()
ENGLISH = "en"

# What the catalogue has of each word that is wanted. Where it has none that holds it, there may be a mistake: of two
# words that differ by one letter, either the first halves are the same or the last ones are, or two neighbours stand in
# wrong order where the halves meet. Of many such words the most alike are looked at.
KNOWN_WORDS = """
    with known as materialized (
      select wanted.place, wanted.is_form, found.word
      from unnest(%s::int[], %s::text[], %s::bool[]) as wanted(place, pattern, is_form),
        lateral (
          select word from matching_catalogueword where word like wanted.pattern order by length(word), word limit %s
        ) as found
    )
    select place, word, false from known
    union all
    select wanted.place, found.word, true
    from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
        as wanted(place, typed, beginning, ending, swapped),
      lateral (
        select word from matching_catalogueword
        where (word like wanted.beginning or reverse(word) collate "C" like wanted.ending or word = wanted.swapped)
          and length(word) between length(wanted.typed) - 1 and length(wanted.typed) + 1
        order by word <-> wanted.typed limit %s
      ) as found
    where wanted.place not in (select place from known where not is_form)
"""
# Along the great circle, as scheme/distances.py has it; written for the table as Django names it in the query.
DISTANCE = """
    2 * %s * asin(least(1, sqrt(
      sin(radians(matching_catalogueentry.latitude - %s) / 2) ^ 2
      + cos(radians(%s)) * cos(radians(matching_catalogueentry.latitude))
        * sin(radians(matching_catalogueentry.longitude - %s) / 2) ^ 2)))
"""
# One journey to the database for all that is counted. What was counted beforehand is read only of a long list.
TALLY = """
    with everybody as materialized ({everybody}), found as materialized ({found}),
    sizes as (
      select (select count(*) from everybody) as of_everybody, (select count(*) from found) as of_found
    )
    select 'everybody', '', of_everybody from sizes
    union all select 'found', '', of_found from sizes
    union all
      select 'facets', facet, count(*) from everybody, unnest(everybody.facets) as facet
      where (select of_everybody from sizes) <= %s group by facet
    union all
      select 'facets', facet, sum(number) from matching_cataloguecount
      where (edition_id, role) in (select * from unnest(%s::bigint[], %s::text[]))
        and (select of_everybody from sizes) > %s group by facet
    union all
      select 'found facets', facet, count(*) from found, unnest(found.facets) as facet
      where (select of_found from sizes) <= %s group by facet
"""


class PageUnknown(Exception):
    """The mark of a page is none that this tool has written."""


@SearchVectorField.register_lookup
class Meets(Lookup):
    """Whether stored words meet a query that is written as PostgreSQL writes its own; nothing in it is read again."""

    lookup_name = "meets"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 -- as Django has it
        """Write the condition."""
        left, of_left = self.process_lhs(compiler, connection)
        return f"{left} @@ %s::tsquery", (*of_left, self.rhs)


class Share(Lookup):
    """Whether one of several ranges has a day in common with one of some others."""

    lookup_name = "share"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 -- as Django has it
        """Write the condition."""
        left, of_left = self.process_lhs(compiler, connection)
        both = f"unnest({left}) as one, unnest(%s::daterange[]) as other"
        return f"exists (select from {both} where one && other)", (*of_left, self.rhs)


CatalogueEntry._meta.get_field("windows").register_lookup(Share)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What narrows the catalogue. Of several values of one facet, one is enough; of several words, all are needed."""

    words: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    windows: Sequence[tuple[date, date]] | None = None
    kilometres: int | None = None
    position: tuple[float, float] | None = None


@dataclass(frozen=True)
class Tally:
    """How many there are in all and found, capped at one more than is told, and how many have each facet.

    `found_facets` is None where too many are found to be counted.
    """

    everybody: int
    found: int
    facets: Mapping[str, int]
    found_facets: Mapping[str, int] | None


def entries_of(lists: Iterable[tuple[int, str]], *, without: Iterable[int]) -> QuerySet[CatalogueEntry]:
    """Give the listed entries of some roles in editions; organisations of one's own are left out."""
    roles_of: dict[int, set[str]] = {}
    for edition_id, role in lists:
        roles_of.setdefault(edition_id, set()).add(role)
    found = NOTHING
    for edition_id, roles in roles_of.items():
        is_whole = len(roles) > 1
        found |= Q(edition_id=edition_id) if is_whole else Q(edition_id=edition_id, role=next(iter(roles)))
    rows = CatalogueEntry.objects.filter(found, is_listed=True)
    return rows.exclude(organisation_id__in=list(without))


def narrowed(entries: QuerySet[CatalogueEntry], wanted: Wanted, *, language: str) -> QuerySet[CatalogueEntry]:
    """Give the entries that meet everything wanted."""
    if wanted.words:
        entries = entries.filter(words__meets=query_of(wanted.words, language))
    for name, values in wanted.facets.items():
        if values:
            entries = entries.filter(facets__overlap=[f"{name}:{value}" for value in values])
    entries = _available(entries, wanted)
    if wanted.kilometres is not None and wanted.position is not None:
        entries = _near(entries, wanted.position, wanted.kilometres)
    return entries


def words_in(text: str) -> list[str]:
    """Give the words of a search that count, each once."""
    return list(dict.fromkeys(words_of(text)))[:WORDS_AT_MOST]


def query_of(text: str, language: str) -> str:
    """Write what is typed as a query of words.

    A word is met by those that begin with it, by longer ones that hold it and by its other forms in the reader's
    language or in English; where the catalogue has none of these, by words that differ from it in one letter.
    """
    words = [spellings(word) for word in words_in(text)]
    written = [
        " | ".join([*(f"'{way}':*" for way in ways), *(f"'{word}'" for word in sorted(others))])
        for ways, others in zip(words, _known_words(words, language), strict=True)
    ]
    return " & ".join(f"({one})" for one in written)


def _known_words(words: Sequence[Sequence[str]], language: str) -> list[set[str]]:
    patterns = {
        (place, f"%{way}%" if len(way) >= SHORTEST_PART else f"{way}%", False)
        for place, ways in enumerate(words)
        for way in ways
    }
    stems = [
        {(tongue, stem) for tongue in (language, ENGLISH) for way in ways for stem in _stems(way, tongue)}
        for ways in words
    ]
    patterns |= {(place, f"{stem}%", True) for place, of_word in enumerate(stems) for _tongue, stem in of_word}
    halves = [(place, *_halves(way)) for place, ways in enumerate(words) for way in ways if len(way) >= SHORTEST_PART]
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN_WORDS, [*_columns(patterns, 3), LONGER_WORDS_AT_MOST, *_columns(halves, 5), LIKELY_WORDS_AT_MOST]
        )
        rows = cursor.fetchall()
    known: list[set[str]] = [set() for _ways in words]
    likely: list[set[str]] = [set() for _ways in words]
    for place, word, may_be_a_mistake in rows:
        if may_be_a_mistake:
            if any(is_one_mistake_away(way, word) for way in words[place]):
                likely[place].add(word)
        elif any(way in word for way in words[place]) or any(stem in _stems(word, at) for at, stem in stems[place]):
            known[place].add(word)
    return [found or perhaps for found, perhaps in zip(known, likely, strict=True)]


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    found = [list(column) for column in zip(*rows, strict=True)]
    return found or [[] for _column in range(width)]


def _stems(word: str, language: str) -> Iterable[str]:
    return READING.read(word, language).terms


def _halves(typed: str) -> tuple[str, str, str, str]:
    middle = len(typed) // 2
    beginning, ending = typed[:middle], typed[middle:]
    swapped = beginning[:-1] + ending[0] + beginning[-1] + ending[1:]
    return typed, f"{beginning}%", f"{ending[::-1]}%", swapped


def is_one_mistake_away(typed: str, word: str) -> bool:
    """Whether a word differs by one letter that is wrong, missing or too much, or by two neighbours in wrong order."""
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    rest, other = typed[start:], word[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )


def _available(entries: QuerySet[CatalogueEntry], wanted: Wanted) -> QuerySet[CatalogueEntry]:
    if wanted.first_day is not None or wanted.last_day is not None:
        entries = _within(entries, [(wanted.first_day or FIRST_DAY, wanted.last_day or LAST_DAY)])
    return entries if wanted.windows is None else _within(entries, wanted.windows)


def _within(entries: QuerySet[CatalogueEntry], windows: Sequence[tuple[date, date]]) -> QuerySet[CatalogueEntry]:
    if (months := _months_of(windows)) is not None:
        entries = entries.filter(facets__overlap=months)
    ranges = [DateRange(first, last, "[]") for first, last in windows]
    return entries.filter(windows__share=ranges)


def _months_of(windows: Sequence[tuple[date, date]]) -> list[str] | None:
    """Give the months of windows as facets; None where there are so many that they would narrow nothing."""
    found: dict[str, None] = {}
    for first, last in windows:
        numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        if len(numbers) > MONTHS_AT_MOST:
            return None
        found |= {f"month:{number // 12}-{number % 12 + 1:02d}": None for number in numbers}
    return list(found)


def _near(
    entries: QuerySet[CatalogueEntry], position: tuple[float, float], kilometres: int
) -> QuerySet[CatalogueEntry]:
    latitude, longitude = position
    north = kilometres / KILOMETRES_OF_A_DEGREE
    entries = entries.filter(latitude__range=(latitude - north, latitude + north))
    distance = RawSQL(DISTANCE, (EARTH_RADIUS_KM, latitude, latitude, longitude))  # noqa: S611 -- a constant of this file
    return entries.alias(kilometres=distance).filter(kilometres__lte=kilometres)


def tally(
    lists: Sequence[tuple[int, str]], everybody: QuerySet[CatalogueEntry], found: QuerySet[CatalogueEntry] | None
) -> Tally:
    """Count everybody and those found, None where nothing narrows the list; and how many of them have each facet."""
    of_everybody, parameters = _facets_sql(everybody)
    of_found, more = _facets_sql(found if found is not None else everybody.none())
    editions, roles = zip(*lists, strict=True)
    numbers: dict[str, dict[str, int]] = {"everybody": {}, "found": {}, "facets": {}, "found facets": {}}
    with connection.cursor() as cursor:
        cursor.execute(
            TALLY.format(everybody=of_everybody, found=of_found),
            [*parameters, *more, COUNTED_AT_MOST, list(editions), list(roles), COUNTED_AT_MOST, COUNTED_AT_MOST],
        )
        for kind, facet, number in cursor.fetchall():
            numbers[kind][facet] = int(number)
    all_of_them = numbers["everybody"][""]
    if found is None:
        return Tally(all_of_them, all_of_them, numbers["facets"], numbers["facets"])
    few = numbers["found"][""] <= COUNTED_AT_MOST
    return Tally(all_of_them, numbers["found"][""], numbers["facets"], numbers["found facets"] if few else None)


def _facets_sql(entries: QuerySet[CatalogueEntry]) -> tuple[str, Sequence[Any]]:
    rows = entries.order_by().values("facets")[: COUNTED_AT_MOST + 1]
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return "select null::text[] as facets where false", ()
    return statement, parameters


@dataclass(frozen=True)
class Page:
    """Some entries in the order of the names shown; the mark leads to those that follow, and is empty at the end."""

    entries: list[CatalogueEntry]
    following: str


def page_of(entries: QuerySet[CatalogueEntry], mark: str) -> Page:
    """Give the page that begins behind a mark, the first one without it.

    :raises PageUnknown: the mark was not written here.
    """
    rows = entries.order_by("shown_name", "participation_id")
    if mark:
        name, last = _read_mark(mark)
        rows = rows.filter(shown_name__gte=name).exclude(shown_name=name, participation_id__lte=last)
    found = list(rows[: ROWS_OF_A_PAGE + 1])
    shown = found[:ROWS_OF_A_PAGE]
    if len(found) <= ROWS_OF_A_PAGE:
        return Page(shown, "")
    return Page(shown, PAGES.sign_object([shown[-1].shown_name, shown[-1].pk]))


def _read_mark(mark: str) -> tuple[str, int]:
    try:
        name, last = PAGES.unsign_object(mark)
    except (signing.BadSignature, ValueError) as reason:
        raise PageUnknown from reason
    return str(name), int(last)
