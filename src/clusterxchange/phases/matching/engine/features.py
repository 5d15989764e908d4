"""How well one side's wishes meet the other, feature by feature, each between 0 and 1.

A feature says how well `b` fits what `a` wants; the other direction is the same function with the sides changed. What
was left open is no wish, so it counts for nothing in either direction. One of the two sides is one participant, the
other may be many.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from clusterxchange.phases.matching.engine.columns import Columns

# The shape of the features; how much each counts is data of the scheme.
ECOSYSTEM_SHARE = np.float32(0.7)
NOT_SAID = -1


@dataclass(frozen=True, slots=True)
class Days:
    """How many working days one participant shares with each of many, and how few an exchange may have."""

    shared: np.ndarray
    fewest: int


Feature = Callable[[Columns, Columns, Days], np.ndarray]


def sector(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """Shared industrial ecosystems, and the same NACE division where both have said theirs."""
    del days
    shared = _counted(a.ecosystems & b.ecosystems)
    smaller = np.minimum(_counted(a.ecosystems), _counted(b.ecosystems))
    ecosystem = shared / np.maximum(smaller, np.float32(1))
    same_division = (a.division == b.division).astype(np.float32)
    with_division = ECOSYSTEM_SHARE * ecosystem + (1 - ECOSYSTEM_SHARE) * same_division
    return np.where((a.division != NOT_SAID) & (b.division != NOT_SAID), with_division, ecosystem)


def wishes(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """Wished countries, the first of them most, and wished ecosystems."""
    del days
    place = _place_of_country(a, b)
    count = np.maximum(a.wished_count, 1).astype(np.float32)
    country = np.where(place > 0, 1 - (place.astype(np.float32) - 1) / (2 * count), np.float32(0))
    ecosystem = ((a.wished_ecosystems & b.ecosystems) != 0).astype(np.float32)
    parts = (a.wished_count > 0).astype(np.float32) + (a.wished_ecosystems != 0).astype(np.float32)
    return (country + ecosystem) / np.maximum(parts, np.float32(1))


def languages(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """A working language in common: one is enough."""
    del days
    return ((a.languages & b.languages) != 0).astype(np.float32)


def dates(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """Working days on which both are available, against the days wished."""
    del b
    wanted = np.maximum(a.days_wished, max(days.fewest, 1)).astype(np.float32)
    return np.minimum(np.float32(1), days.shared.astype(np.float32) / wanted)


def activities(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """The wished types of activity that the other side wishes as well."""
    del days
    return _part_of(a.activities, b.activities)


def purposes(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """The purposes that the other side has as well."""
    del days
    return _part_of(a.purposes, b.purposes)


def organisation_type(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """A type of partner that was wished."""
    del days
    return ((a.wished_types & b.type_bit) != 0).astype(np.float32)


def partnership(a: Columns, b: Columns, days: Days) -> np.ndarray:
    """The same partnership guides both, so one contact point knows the two sides."""
    del days
    return (a.partnership == b.partnership).astype(np.float32)


def days_shared(a: Columns, b: Columns) -> np.ndarray:
    """Count the working days of the host's country on which both sides are available."""
    found = np.zeros(max(len(a), len(b)), dtype=np.int16)
    for one, other in zip(a.days, b.days, strict=True):
        if (len(one) > 1 or one[0]) and (len(other) > 1 or other[0]):
            found += np.bitwise_count(one & other)
    return found


def _place_of_country(a: Columns, b: Columns) -> np.ndarray:
    if len(a) == 1:
        return a.wished_places[:, 0][b.country]
    return a.wished_places[b.country[0]] if b.country[0] >= 0 else np.zeros(len(a), dtype=np.uint8)


def _part_of(wanted: np.ndarray, there: np.ndarray) -> np.ndarray:
    return _counted(wanted & there) / np.maximum(_counted(wanted), np.float32(1))


def _counted(bits: np.ndarray) -> np.ndarray:
    return np.bitwise_count(bits).astype(np.float32)


STRUCTURED: Mapping[str, Feature] = {
    "sector": sector,
    "wishes": wishes,
    "languages": languages,
    "dates": dates,
    "activities": activities,
    "purposes": purposes,
    "organisation_type": organisation_type,
    "partnership": partnership,
}
# What each feature reads of a candidate when it is wished, and when it wishes. Who says the same is worked out once.
READ_OF_WISHED: Mapping[str, tuple[str, ...]] = {
    "sector": ("ecosystems", "division"),
    "wishes": ("country", "ecosystems"),
    "languages": ("languages",),
    "activities": ("activities",),
    "purposes": ("purposes",),
    "organisation_type": ("type_bit",),
    "partnership": ("partnership",),
}
READ_OF_WISHING: Mapping[str, tuple[str, ...]] = {
    **READ_OF_WISHED,
    "wishes": ("wished_places", "wished_count", "wished_ecosystems"),
    "organisation_type": ("wished_types",),
}
# What compares texts needs the whole collection, so it stands with the pool: offers and meaning.
FEATURES = ("sector", "wishes", "offers", "meaning", *tuple(STRUCTURED)[2:])
