"""Participants as typed columns: one array a fact, so that one asker meets a hundred thousand in a few milliseconds."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

import numpy as np

from clusterxchange.phases.matching.engine.participant import BOTH, HOST, PHYSICAL, VIRTUAL, VISIT, Participant
from clusterxchange.scheme.calendars import CalendarUnknown, is_working_day
from clusterxchange.scheme.document import Scheme

BITS = 64
ROLES = {VISIT: 1, HOST: 2}
FORMATS = {PHYSICAL: 1, VIRTUAL: 2, BOTH: 3, "": 3}
DIVISION_DIGITS = 2
MOST_PLACES = 2**31 - 1


class DoesNotFit(ValueError):
    """Say that a participant says something that columns made earlier have no room for: make them anew."""


@dataclass
class Coding:
    """The numbers that stand for codes, and the days that the columns know."""

    scheme: Scheme
    first_day: date
    words: int
    countries: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    ecosystems: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    purposes: dict[str, int] = field(default_factory=dict)
    activities: dict[str, int] = field(default_factory=dict)
    divisions: dict[str, int] = field(default_factory=dict)
    clusters: dict[str, int] = field(default_factory=dict)
    working: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, participants: Sequence[Participant], scheme: Scheme) -> "Coding":
        """Find the numbers for everything that some participants say, in an order that depends on nothing else."""
        days = [day for one in participants for window in one.windows for day in window]
        first = min(days, default=date(1970, 1, 1))
        count = (max(days, default=first) - first).days + 1
        made = cls(scheme, first, -(-count // BITS))
        for one in participants:
            made.learn(one)
        return made

    def learn(self, one: Participant) -> None:
        """Give numbers to what a participant says.

        :raises DoesNotFit: a list of codes has more than 64 of them.
        """
        for country in (one.country, *one.wished_countries):
            self.countries.setdefault(country, len(self.countries))
        self.divisions.setdefault(one.nace[:DIVISION_DIGITS], len(self.divisions))
        self.clusters.setdefault(one.cluster, len(self.clusters))
        for table, codes in (
            (self.types, {one.organisation_type} | one.wished_types),
            (self.ecosystems, one.ecosystems | one.wished_ecosystems),
            (self.languages, one.languages),
            (self.purposes, one.purposes),
            (self.activities, one.activities),
        ):
            for code in sorted(codes):
                table.setdefault(code, len(table))
            if len(table) > BITS:
                raise DoesNotFit(f"More than {BITS} codes in one list, among them {sorted(codes)}")

    def knows(self, one: Participant) -> bool:
        """Whether everything that a participant says has its number and its days lie within the columns."""
        last = self.first_day + timedelta(days=self.words * BITS - 1)
        return (
            {one.country, *one.wished_countries} <= self.countries.keys()
            and one.nace[:DIVISION_DIGITS] in self.divisions
            and one.cluster in self.clusters
            and {one.organisation_type} | one.wished_types <= self.types.keys()
            and one.ecosystems | one.wished_ecosystems <= self.ecosystems.keys()
            and one.languages <= self.languages.keys()
            and one.purposes <= self.purposes.keys()
            and one.activities <= self.activities.keys()
            and all(self.first_day <= begins and ends <= last for begins, ends in one.windows)
        )

    def days_of(self, one: Participant) -> int:
        """Give the days of a participant as bits: a host's working days, all days of a visitor.

        What lies outside the days that the columns know can be shared with nobody in them.
        """
        bits = 0
        for begins, ends in one.windows:
            start = max((begins - self.first_day).days, 0)
            stop = min((ends - self.first_day).days + 1, self.words * BITS)
            if stop > start:
                bits |= ((1 << (stop - start)) - 1) << start
        return bits & self._working_days(one.country) if bits and one.role == HOST else bits

    def _working_days(self, country: str) -> int:
        if country not in self.working:
            bits = 0
            for number in range(self.words * BITS):
                day = self.first_day + timedelta(days=number)
                try:
                    bits |= is_working_day(self.scheme, country, day) << number
                except CalendarUnknown:
                    # Nothing can be counted in a year without a calendar, so nobody is matched on its days.
                    continue
            self.working[country] = bits
        return self.working[country]


@dataclass
class Columns:
    """Some participants, a place each. `wished_places` has a row for each country, `days` one for each 64 days."""

    ties: np.ndarray
    organisation: np.ndarray
    role: np.ndarray
    country: np.ndarray
    organisation_type: np.ndarray
    type_bit: np.ndarray
    partnership: np.ndarray
    cluster: np.ndarray
    ecosystems: np.ndarray
    division: np.ndarray
    wished_places: np.ndarray
    wished_count: np.ndarray
    wished_types: np.ndarray
    wished_ecosystems: np.ndarray
    purposes: np.ndarray
    activities: np.ndarray
    languages: np.ndarray
    days: np.ndarray
    days_wished: np.ndarray
    format: np.ndarray
    is_available: np.ndarray
    places_left: np.ndarray
    visit_is_free: np.ndarray

    def __len__(self) -> int:
        return len(self.role)

    @classmethod
    def of(cls, participants: Sequence[Participant], coding: Coding) -> "Columns":
        """Write participants into columns; a code without a number is left out, for nobody in the columns has it."""
        count = len(participants)

        def whole(values: Iterable[int], kind: type[np.generic]) -> np.ndarray:
            return np.fromiter(values, dtype=kind, count=count)

        def bits(table: dict[str, int], said: Iterable[Iterable[str]]) -> np.ndarray:
            return whole((sum(1 << table[code] for code in set(codes) if code in table) for codes in said), np.uint64)

        places = np.zeros((max(len(coding.countries), 1), count), dtype=np.uint8)
        for row, one in enumerate(participants):
            for place, country in _places(one.wished_countries):
                if country in coding.countries:
                    places[coding.countries[country], row] = place + 1
        days = b"".join(coding.days_of(one).to_bytes(coding.words * BITS // 8, "little") for one in participants)
        by_word = np.frombuffer(days, dtype="<u8").reshape(count, coding.words).T
        return cls(
            ties=whole((tie_of(one.reference) for one in participants), np.uint64),
            organisation=whole((one.organisation for one in participants), np.int64),
            role=whole((ROLES.get(one.role, 0) for one in participants), np.uint8),
            country=whole((coding.countries.get(one.country, -1) for one in participants), np.int32),
            organisation_type=whole((coding.types.get(one.organisation_type, -1) for one in participants), np.int32),
            type_bit=bits(coding.types, ((one.organisation_type,) for one in participants)),
            partnership=whole((one.partnership for one in participants), np.int64),
            cluster=whole(
                (coding.clusters.get(one.cluster, -1) if one.cluster else -1 for one in participants), np.int32
            ),
            ecosystems=bits(coding.ecosystems, (one.ecosystems for one in participants)),
            division=whole(
                (coding.divisions.get(one.nace[:DIVISION_DIGITS], -2) if one.nace else -1 for one in participants),
                np.int32,
            ),
            wished_places=places,
            wished_count=whole((len(one.wished_countries) for one in participants), np.uint8),
            wished_types=bits(coding.types, (one.wished_types for one in participants)),
            wished_ecosystems=bits(coding.ecosystems, (one.wished_ecosystems for one in participants)),
            purposes=bits(coding.purposes, (one.purposes for one in participants)),
            activities=bits(coding.activities, (one.activities for one in participants)),
            languages=bits(coding.languages, (one.languages for one in participants)),
            days=np.ascontiguousarray(by_word, dtype=np.uint64),
            days_wished=whole((one.days_wished or 0 for one in participants), np.int32),
            format=whole((FORMATS.get(one.format, 0) for one in participants), np.uint8),
            is_available=whole((one.is_available for one in participants), np.bool_),
            places_left=whole((min(one.places_left, MOST_PLACES) for one in participants), np.int32),
            visit_is_free=whole((one.visit_is_free for one in participants), np.bool_),
        )

    def with_row(self, place: int, row: "Columns") -> "Columns":
        """Give the columns with one row at a place, which may be the one after the last; these stay as they are."""
        found = {}
        for column in fields(self):
            old, new = getattr(self, column.name), getattr(row, column.name)
            if place < len(self):
                made = old.copy()
                made[..., place] = new[..., 0]
            else:
                made = np.concatenate((old, new), axis=-1)
            found[column.name] = made
        return Columns(**found)

    def at(self, places: np.ndarray) -> "Columns":
        """Give the columns of some places."""
        return Columns(**{column.name: getattr(self, column.name)[..., places] for column in fields(self)})


@dataclass
class Group:
    """Candidates by what one feature asks of them: one of each kind, and for each candidate the number of its kind.

    Many candidates say the same, so a feature is worked out once for each kind.
    """

    kinds: Columns
    numbers: np.ndarray

    @classmethod
    def of(cls, columns: Columns, names: tuple[str, ...]) -> "Group":
        """Find the kinds by what stands in some columns."""
        values = np.concatenate([np.atleast_2d(getattr(columns, name)).astype(np.uint64) for name in names])
        lines = np.ascontiguousarray(values.T).view(f"V{8 * len(values)}").ravel()
        seen: dict[bytes, int] = {}
        numbers = np.fromiter((seen.setdefault(bytes(line), len(seen)) for line in lines), np.int32, len(lines))
        first = np.full(len(seen), len(lines), dtype=np.intp)
        np.minimum.at(first, numbers, np.arange(len(lines)))
        return cls(columns.at(first), numbers)

    def with_row(self, place: int, row: Columns) -> "Group":
        """Give the group with another candidate at a place; it makes a kind of its own."""
        kind = np.int32(len(self.kinds))
        numbers = self.numbers.copy() if place < len(self.numbers) else np.append(self.numbers, kind)
        numbers[place] = kind
        return Group(self.kinds.with_row(len(self.kinds), row), numbers)


def tie_of(reference: str) -> int:
    """Give the number by which a participant stands among equals: from its reference alone, so that it stays."""
    return int.from_bytes(hashlib.blake2b(reference.encode(), digest_size=8).digest(), "little")


def ties_for(asker: int, candidates: np.ndarray) -> np.ndarray:
    """Mix an asker's number with those of candidates, so that nobody stands first among equals in every list."""
    mixed = candidates ^ np.uint64(asker)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _places(countries: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give wished countries with their places; what is named twice counts where it stands first."""
    seen: set[str] = set()
    for place, country in enumerate(countries[:255]):
        if country not in seen:
            seen.add(country)
            yield place, country
