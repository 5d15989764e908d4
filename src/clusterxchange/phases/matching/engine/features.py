"""How well one side's wishes meet the other, feature by feature, each between 0 and 1.

A feature says how well `b` fits what `a` wants; the other direction is the same function with the sides changed. What
was left open is no wish, so it counts for nothing in either direction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clusterxchange.phases.matching.engine.participant import Participant
from clusterxchange.phases.matching.engine.rules import host_of
from clusterxchange.scheme.calendars import overlapping_working_days
from clusterxchange.scheme.document import Scheme

# The shape of the features; how much each counts is data of the scheme.
ECOSYSTEM_SHARE = 0.7
WORDS_THAT_SUFFICE = 3
DIVISION_DIGITS = 2


@dataclass(frozen=True)
class Feature:
    """A value between 0 and 1 and what it was made of, in codes or words."""

    value: float
    facts: tuple[str, ...] = ()


def sector(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """Shared industrial ecosystems, and the same NACE division where both have said theirs."""
    del scheme
    shared = a.ecosystems & b.ecosystems
    ecosystem = len(shared) / min(len(a.ecosystems), len(b.ecosystems)) if shared else 0.0
    divisions = {side.nace[:DIVISION_DIGITS] for side in (a, b)}
    if "" in divisions:
        return Feature(ecosystem, tuple(sorted(shared)))
    same_division = float(len(divisions) == 1)
    return Feature(ECOSYSTEM_SHARE * ecosystem + (1 - ECOSYSTEM_SHARE) * same_division, tuple(sorted(shared)))


def wishes(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """Wished countries, the first of them most, and wished ecosystems."""
    del scheme
    parts, facts = [], []
    if a.wished_countries:
        place = a.wished_countries.index(b.country) if b.country in a.wished_countries else None
        parts.append(0.0 if place is None else 1 - place / (2 * len(a.wished_countries)))
        facts += [b.country] if place is not None else []
    if a.wished_ecosystems:
        shared = a.wished_ecosystems & b.ecosystems
        parts.append(float(bool(shared)))
        facts += sorted(shared)
    return Feature(sum(parts) / len(parts) if parts else 0.0, tuple(facts))


def offers(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """Words that the one side looks for and the other offers."""
    del scheme
    shared = a.seeks & b.offers
    return Feature(
        min(1.0, len(shared) / WORDS_THAT_SUFFICE), tuple(sorted(shared, key=lambda word: (-len(word), word)))
    )


def languages(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """A working language in common: one is enough."""
    del scheme
    shared = a.languages & b.languages
    return Feature(float(bool(shared)), tuple(sorted(shared)))


def dates(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """Working days on which both are available, against the days wished."""
    days = len(overlapping_working_days(scheme, host_of(a, b).country, a.windows, b.windows))
    wanted = max(a.days_wished or 0, scheme.proposals.overlap_working_days)
    return Feature(min(1.0, days / wanted), (str(days),))


def activities(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """The wished types of activity that the other side wishes as well."""
    del scheme
    return _part_of(a.activities, b.activities)


def purposes(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """The purposes that the other side has as well."""
    del scheme
    return _part_of(a.purposes, b.purposes)


def organisation_type(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """A type of partner that was wished."""
    del scheme
    fits = b.organisation_type in a.wished_types
    return Feature(float(fits), (b.organisation_type,) if fits else ())


def partnership(a: Participant, b: Participant, scheme: Scheme) -> Feature:
    """The same partnership guides both, so one contact point knows the two sides."""
    del scheme
    return Feature(float(a.partnership == b.partnership))


def _part_of(wanted: frozenset[str], there: frozenset[str]) -> Feature:
    shared = wanted & there
    return Feature(len(shared) / len(wanted) if wanted else 0.0, tuple(sorted(shared)))


FEATURES: Mapping[str, Callable[[Participant, Participant, Scheme], Feature]] = {
    "sector": sector,
    "wishes": wishes,
    "offers": offers,
    "languages": languages,
    "dates": dates,
    "activities": activities,
    "purposes": purposes,
    "organisation_type": organisation_type,
    "partnership": partnership,
}
