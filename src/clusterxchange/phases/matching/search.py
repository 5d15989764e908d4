"""The search of the catalogue: which entries are meant, in which order, a page at a time, and how many there are.

Everything is asked of the catalogue's own rows, and nothing grows with how much is found: a page begins behind the last
name of the page before it, counting ends at a thousand, and what is counted of a long list has been counted beforehand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import asin, cos, degrees, floor, radians, sin
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import BooleanField, Case, F, Lookup, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cos, Least, Radians, Sin, Sqrt
from django.db.models.lookups import LessThanOrEqual

from clusterxchange.foundation.folding import spellings, words_of
from clusterxchange.foundation.scoping import EVERYTHING, NOTHING
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
FIRST_DAY, LAST_DAY = date.min, date.max
# Of so many degrees is a cell of the map each way, as the database writes them.
CELL = 2.5
CELLS_ROUND = 144
# From so many on, cells would narrow little and cost much.
CELLS_AT_MOST = 500
HALF_WAY_ROUND = 180
# The box around a circle must not cut it, however numbers are rounded.
A_LITTLE_MORE = 1.001
PAGES = signing.Signer(salt="catalogue-page")
READING = Reading()
ENGLISH = "en"

# What the catalogue has of each word that is wanted. Where it has none that holds it, there may be a mistake: of two
# words that differ by one letter, either the first halves are the same or the last ones are, or two neighbours stand in
# wrong order where the halves meet. Of many such words the most alike are looked at. Beginnings and ends are spans
# between two words, since no index serves a pattern that is not known before; nothing sorts behind the last character.
KNOWN_WORDS = """
    with known as materialized (
      select wanted.place, false as is_form, found.word
      from unnest(%s::int[], %s::text[]) as wanted(place, part),
        lateral (
          select word from matching_catalogueword where word like '%%' || wanted.part || '%%'
          order by length(word), word limit %s
        ) as found
      union all
      select wanted.place, wanted.is_form, found.word
      from unnest(%s::int[], %s::text[], %s::bool[]) as wanted(place, beginning, is_form),
        lateral (
          select word from matching_catalogueword
          where word >= wanted.beginning and word < wanted.beginning || chr(1114111)
          order by length(word), word limit %s
        ) as found
    )
    select place, word, false from known
    union all
    select wanted.place, found.word, true
    from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
        as wanted(place, typed, beginning, ending, swapped),
      lateral (
        select word from (
          select word from matching_catalogueword
          where word >= wanted.beginning and word < wanted.beginning || chr(1114111)
          union select word from matching_catalogueword
          where reverse(word) collate "C" >= wanted.ending and reverse(word) collate "C" < wanted.ending || chr(1114111)
          union select word from matching_catalogueword where word = wanted.swapped
        ) as alike
        where length(word) between length(wanted.typed) - 1 and length(wanted.typed) + 1
        order by word <-> wanted.typed limit %s
      ) as found
    where wanted.place not in (select place from known where not is_form)
"""
# One journey to the database for all that is counted. The planner cannot know how many entries hold one of many rare
# words, so it is left no choice but the indexes of words, facets and places, whose work grows with what is found alone.
# Of a list that was counted beforehand only those found are counted.
TALLY = """
    set local enable_seqscan = off; set local enable_indexscan = off; set local enable_indexonlyscan = off;
    with counted as materialized (
      select facet, number from matching_cataloguecount
      where (edition_id, role) in (select * from unnest(%s::bigint[], %s::text[]))
    ),
    length as materialized (
      select coalesce(sum(number) filter (where facet like 'role:%%'), 0) > %s as is_long from counted
    ),
    everybody as materialized (select facets from ({everybody}) as e where not (select is_long from length)),
    found as materialized ({found}),
    sizes as (
      select
        case when (select is_long from length) then %s else (select count(*) from everybody) end as of_everybody,
        (select count(*) from found) as of_found
    )
    select 'everybody', '', of_everybody from sizes
    union all select 'found', '', of_found from sizes
    union all
      select 'facets', facet, count(*) from (select unnest(facets) as facet from everybody) as one group by facet
    union all
      select 'facets', facet, sum(number) from counted where (select is_long from length) group by facet
    union all
      select 'found facets', facet, count(*)
      from (select unnest(facets) as facet from found where (select of_found from sizes) <= %s) as one group by facet
      having not (select is_long from length) or facet in (select facet from counted)
    union all
      (select 'page', '', participation_id from found
       where (select of_found from sizes) <= %s and (shown_name, participation_id) > (%s collate "C", %s)
       order by shown_name, participation_id limit %s);
    set local enable_seqscan to default; set local enable_indexscan to default;
    set local enable_indexonlyscan to default
"""


class PageUnknown(Exception):
    """The mark of a page is none that this tool has written."""


class _Condition(Lookup):
    """A condition of PostgreSQL's own with a constant at its right side."""

    prepare_rhs = False
    condition = ""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 -- as Django has it
        """Write the condition."""
        left, of_left = self.process_lhs(compiler, connection)
        return self.condition.format(left=left), (*of_left, self.rhs)


@SearchVectorField.register_lookup
class Meets(_Condition):
    """Whether stored words meet a query that is written as PostgreSQL writes its own; nothing in it is read again."""

    lookup_name = "meets"
    condition = "{left} @@ %s::tsquery"


@ArrayField.register_lookup
class Share(_Condition):
    """Whether one of several ranges has a day in common with one of some others."""

    lookup_name = "share"
    condition = "exists (select from unnest({left}) as one, unnest(%s::daterange[]) as other where one && other)"


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

    `found_facets` is None where too many are found to be counted; `page` holds who stands on the page that was asked
    for, and one more, and is None as well where the page is still to be found.
    """

    everybody: int
    found: int
    facets: Mapping[str, int]
    found_facets: Mapping[str, int] | None
    page: Sequence[int] | None = None


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


def narrowed(
    entries: QuerySet[CatalogueEntry], wanted: Wanted, query: str, *, in_order: bool = False
) -> QuerySet[CatalogueEntry]:
    """Give the entries that meet everything wanted; `query` is what `query_of` has made of its words.

    Many of those found are best taken in the order of names, one after the other, until a page is full; all of a few
    are best found by the indexes of words and facets.
    """
    conditions = EVERYTHING
    if query:
        conditions &= Q(words__meets=query)
    for facets in (*_facets_of(wanted), *_months_of(wanted)):
        conditions &= Q(facets__overlap=facets)
    for windows in _windows_of(wanted):
        conditions &= Q(windows__share=[DateRange(first, last, "[]") for first, last in windows])
    if wanted.kilometres is not None and wanted.position is not None:
        conditions &= _near(wanted.position, wanted.kilometres)
        # Of one entry after the other, its place says more quickly than its cell whether it is near.
        cells = [] if in_order else _cells_around(*wanted.position, wanted.kilometres)
        if 0 < len(cells) <= CELLS_AT_MOST:
            conditions &= Q(facets__overlap=cells)
    if not in_order:
        return entries.filter(conditions)
    # The planner looks into no such case: it takes every other entry to meet it, and the index of names for the way.
    return entries.filter(Case(When(conditions, then=True), default=False, output_field=BooleanField()))


def _facets_of(wanted: Wanted) -> Iterable[list[str]]:
    return ([f"{name}:{value}" for value in values] for name, values in wanted.facets.items() if values)


def words_in(text: str) -> list[str]:
    """Give the words of a search that count, each once."""
    return list(dict.fromkeys(words_of(text)))[:WORDS_AT_MOST]


def query_of(text: str, language: str) -> str:
    """Write what is typed as a query of words.

    A word is met by those that begin with it, by longer ones that hold it and by its other forms in the reader's
    language or in English; where the catalogue has none of these, by words that differ from it in one letter.
    """
    words = [spellings(word) for word in words_in(text)]
    if not words:
        return ""
    written = [
        " | ".join([*(f"'{way}':*" for way in ways), *(f"'{word}'" for word in sorted(_not_begun_by(ways, others)))])
        for ways, others in zip(words, _known_words(words, language), strict=True)
    ]
    return " & ".join(f"({one})" for one in written)


def _not_begun_by(ways: Sequence[str], others: Iterable[str]) -> Iterable[str]:
    return (word for word in others if not word.startswith(tuple(ways)))


def _known_words(words: Sequence[Sequence[str]], language: str) -> list[set[str]]:
    parts = {(place, way) for place, ways in enumerate(words) for way in _held_in_others(ways)}
    beginnings = {(place, way, False) for place, ways in enumerate(words) for way in ways if (place, way) not in parts}
    stems = [
        {(tongue, stem) for tongue in (language, ENGLISH) for way in ways for stem in _stems(way, tongue)}
        for ways in words
    ]
    beginnings |= {(place, stem, True) for place, of_word in enumerate(stems) for _tongue, stem in of_word}
    halves = [(place, *_halves(way)) for place, ways in enumerate(words) for way in ways if len(way) >= SHORTEST_PART]
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN_WORDS,
            [
                *_columns(parts, 2), LONGER_WORDS_AT_MOST, *_columns(beginnings, 3), LONGER_WORDS_AT_MOST,
                *_columns(halves, 5), LIKELY_WORDS_AT_MOST,
            ],
        )  # fmt: skip
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


def _held_in_others(ways: Sequence[str]) -> Iterable[str]:
    """Give the spellings to be looked for inside of longer words: in Latin letters where there are such.

    The index of parts may know no other letters, and whatever is stored stands there in Latin letters as well.
    """
    long = [way for way in ways if len(way) >= SHORTEST_PART]
    return [way for way in long if way.isascii()] or long


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    found = [list(column) for column in zip(*rows, strict=True)]
    return found or [[] for _column in range(width)]


def _stems(word: str, language: str) -> Iterable[str]:
    return READING.read(word, language).terms


def _halves(typed: str) -> tuple[str, str, str, str]:
    middle = len(typed) // 2
    beginning, ending = typed[:middle], typed[middle:]
    swapped = beginning[:-1] + ending[0] + beginning[-1] + ending[1:]
    return typed, beginning, ending[::-1], swapped


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


def _windows_of(wanted: Wanted) -> Iterable[Sequence[tuple[date, date]]]:
    if wanted.first_day is not None or wanted.last_day is not None:
        yield [(wanted.first_day or FIRST_DAY, wanted.last_day or LAST_DAY)]
    if wanted.windows is not None:
        yield wanted.windows


def _months_of(wanted: Wanted) -> Iterable[list[str]]:
    """Give the months of wanted windows as facets; none where there are so many that they would narrow nothing."""
    for windows in _windows_of(wanted):
        found: dict[str, None] = {}
        for first, last in windows:
            numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)[: MONTHS_AT_MOST + 1]
            found |= {f"month:{number // 12}-{number % 12 + 1:02d}": None for number in numbers}
        if len(found) <= MONTHS_AT_MOST:
            yield list(found)


def _near(position: tuple[float, float], kilometres: int) -> Q:
    return Q(LessThanOrEqual(_kilometres_from(*position), Value(kilometres)))


def _cells_around(latitude: float, longitude: float, kilometres: int) -> list[str]:
    """Give the cells of the map that a circle can touch, as facets."""
    angle = kilometres / EARTH_RADIUS_KM
    north = degrees(angle) * A_LITTLE_MORE
    # Meridians draw together to the north: the circle is widest where its tangents are meridians.
    widest = sin(angle) / cos(radians(latitude))
    east = degrees(asin(widest)) * A_LITTLE_MORE if widest < 1 else HALF_WAY_ROUND
    first, last = (floor((longitude + HALF_WAY_ROUND + way) / CELL) for way in (-east, east))
    columns = sorted({column % CELLS_ROUND for column in range(first, last + 1)})
    rows = range(floor((latitude - north) / CELL), floor((latitude + north) / CELL) + 1)
    return [f"cell:{row}:{column}" for row in rows for column in columns]


def _kilometres_from(latitude: float, longitude: float) -> Combinable:
    """Give the way along the great circle, as scheme/distances.py has it."""
    half_north = Sin(Radians(F("latitude") - Value(latitude)) / 2)
    half_east = Sin(Radians(F("longitude") - Value(longitude)) / 2)
    shrinks = Cos(Radians(F("latitude"))) * Value(cos(radians(latitude)))
    chord = half_north * half_north + shrinks * half_east * half_east
    return Value(2 * EARTH_RADIUS_KM) * ASin(Least(Value(1.0), Sqrt(chord)))


@dataclass(frozen=True)
class Mark:
    """Behind whom a page begins; the empty one stands before everybody."""

    name: str = ""
    participation_id: int = 0

    @classmethod
    def read(cls, written: str) -> "Mark":
        """Read what was written into an address.

        :raises PageUnknown: it was not written here.
        """
        if not written:
            return cls()
        try:
            name, last = PAGES.unsign_object(written)
        except (signing.BadSignature, ValueError) as reason:
            raise PageUnknown from reason
        return cls(str(name), int(last))

    def __str__(self) -> str:
        """Write it so that nobody else can."""
        return PAGES.sign_object([self.name, self.participation_id])


FIRST_PAGE = Mark()


def tally(
    lists: Sequence[tuple[int, str]],
    everybody: QuerySet[CatalogueEntry],
    found: QuerySet[CatalogueEntry] | None,
    mark: Mark = FIRST_PAGE,
) -> Tally:
    """Count everybody and those found, None where nothing narrows the list; and how many of them have each facet."""
    of_everybody, parameters = _statement_of(everybody)
    of_found, more = _statement_of(found if found is not None else everybody.none())
    editions, roles = zip(*lists, strict=True)
    numbers: dict[str, dict[str, int]] = {"everybody": {}, "found": {}, "facets": {}, "found facets": {}}
    page: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(
            TALLY.format(everybody=of_everybody, found=of_found),
            [
                *(list(editions), list(roles), COUNTED_AT_MOST, *parameters, *more, COUNTED_AT_MOST + 1),
                *(COUNTED_AT_MOST, COUNTED_AT_MOST, mark.name, mark.participation_id, ROWS_OF_A_PAGE + 1),
            ],
        )
        while cursor.description is None:
            cursor.nextset()
        for kind, facet, number in cursor.fetchall():
            if kind == "page":
                page.append(int(number))
            else:
                numbers[kind][facet] = int(number)
    all_of_them, so_many = numbers["everybody"][""], numbers["found"][""]
    if found is None:
        return Tally(all_of_them, all_of_them, numbers["facets"], numbers["facets"])
    if so_many > COUNTED_AT_MOST:
        return Tally(all_of_them, so_many, numbers["facets"], None)
    return Tally(all_of_them, so_many, numbers["facets"], numbers["found facets"], page)


def _statement_of(entries: QuerySet[CatalogueEntry]) -> tuple[str, Sequence[Any]]:
    rows = entries.order_by().values("participation_id", "shown_name", "facets")[: COUNTED_AT_MOST + 1]
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return "select null::bigint as participation_id, null as shown_name, null::text[] as facets where false", ()
    return statement, parameters


@dataclass(frozen=True)
class Page:
    """Some entries in the order of the names shown; the mark leads to those that follow, and is empty at the end."""

    entries: list[CatalogueEntry]
    following: str


def in_order(entries: QuerySet[CatalogueEntry]) -> QuerySet[CatalogueEntry]:
    """Give entries in the order of the names shown."""
    return entries.order_by("shown_name", "participation_id")


def page_of(
    shown: QuerySet[CatalogueEntry], found: QuerySet[CatalogueEntry], keys: Sequence[int] | None, mark: Mark
) -> Page:
    """Give the page behind a mark: of those whose keys are known, else of all found.

    `shown` are all entries with everything that their rows show; it is brought for those of the page alone.
    """
    if keys is None:
        behind = found.filter(shown_name__gte=mark.name)
        behind = behind.exclude(shown_name=mark.name, participation_id__lte=mark.participation_id)
        rows = shown.filter(pk__in=in_order(behind).values("pk")[: ROWS_OF_A_PAGE + 1])
    else:
        rows = shown.filter(pk__in=keys)
    entries = list(in_order(rows))
    on_it = entries[:ROWS_OF_A_PAGE]
    if len(entries) <= ROWS_OF_A_PAGE:
        return Page(on_it, "")
    return Page(on_it, str(Mark(on_it[-1].shown_name, on_it[-1].pk)))
