"""Hard conditions (scheme.md section 5): who cannot be matched with whom, and the reason by its name."""

from dataclasses import dataclass

import numpy as np

from clusterxchange.phases.matching.engine.columns import FORMATS, ROLES, Columns, Group
from clusterxchange.phases.matching.engine.features import Days
from clusterxchange.phases.matching.engine.participant import (
    HOST,
    PHYSICAL,
    VIRTUAL,
    VISIT,
    Participant,
    formats_shared,
)
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.proposals import windows_overlap


@dataclass(frozen=True)
class Exclusion:
    """Why a candidate is out of the question; the code is that of the refusal which a proposal would meet."""

    code: str


def exclusion(asker: Participant, candidate: Participant, scheme: Scheme) -> Exclusion | None:
    """Give the reason that stands against the two in every format that both wish, or None."""
    found = [exclusion_in(asker, candidate, scheme, name) for name in formats_shared(asker, candidate)]
    return None if None in found else found[0]


def exclusion_in(asker: Participant, candidate: Participant, scheme: Scheme, format: str) -> Exclusion | None:  # noqa: A002 -- the word that the scheme has for it
    """Give the first reason that stands against an exchange of the two in one format, or None."""
    if (broken := broken_condition(asker, candidate, scheme, format)) is not None:
        return broken
    if not candidate.is_available:
        return Exclusion("partner_not_available")
    if host_of(asker, candidate).places_left < 1:
        return Exclusion("no_place_left")
    return None


def broken_condition(one: Participant, other: Participant, scheme: Scheme, format: str) -> Exclusion | None:  # noqa: A002 -- as above
    """Give the first condition between the two sides that does not hold; a virtual exchange asks for less."""
    if one.organisation == other.organisation:
        return Exclusion("own_organisation")
    if {one.role, other.role} != {VISIT, HOST}:
        return Exclusion("roles_do_not_complete")
    if one.country == other.country:
        return Exclusion("same_country")
    return _broken_for_a_stay(one, other, scheme) if format == PHYSICAL else None


def _broken_for_a_stay(one: Participant, other: Participant, scheme: Scheme) -> Exclusion | None:
    if not visitor_of(one, other).visit_is_free:
        return Exclusion("visit_already_used")
    if not windows_overlap(scheme, host_of(one, other).country, one.windows, other.windows):
        return Exclusion("windows_do_not_overlap")
    return None


def host_of(one: Participant, other: Participant) -> Participant:
    """Give the one of the two that hosts."""
    return one if one.role == HOST else other


def visitor_of(one: Participant, other: Participant) -> Participant:
    """Give the one of the two that visits."""
    return one if one.role == VISIT else other


REASONS = (
    "",
    "own_organisation",
    "roles_do_not_complete",
    "same_country",
    "visit_already_used",
    "windows_do_not_overlap",
    "partner_not_available",
    "no_place_left",
)


# What the rules read of a candidate besides its organisation and its days.
READ = ("role", "country", "is_available", "places_left", "visit_is_free", "format")


def exclusions(asker: Columns, candidates: Columns, group: Group, days: Days) -> np.ndarray:
    """Give for each candidate the number of the reason in REASONS that stands against it; 0 is nobody's.

    The group holds the candidates by what the rules read of them.
    """
    table = np.concatenate([_reasons(asker, group.kinds, is_short=is_short) for is_short in (False, True)])
    is_short = days.shared < days.fewest
    found = table[group.numbers + is_short * np.int32(len(group.kinds))]
    found[candidates.organisation == asker.organisation[0]] = REASONS.index("own_organisation")
    return found


def _reasons(asker: Columns, candidates: Columns, *, is_short: bool) -> np.ndarray:
    host_is_asker = asker.role == ROLES[HOST]
    places = np.where(host_is_asker, asker.places_left, candidates.places_left)
    free = np.where(host_is_asker, candidates.visit_is_free, asker.visit_is_free)
    both = (asker.role | candidates.role) == ROLES[VISIT] | ROLES[HOST]
    pair = [~both | (asker.role == candidates.role), asker.country == candidates.country]
    stay = [~free, np.full(len(candidates), is_short)]
    now = [~candidates.is_available, places < 1]
    shared = asker.format & candidates.format
    virtual_too = (shared & FORMATS[VIRTUAL]) != 0
    physical = ((shared & FORMATS[PHYSICAL]) != 0) | ~virtual_too
    at_a_distance = _first(pair, 2, _first(now, 6, np.zeros(len(candidates), dtype=np.uint8)))
    in_person = _first(pair, 2, _first(stay, 4, at_a_distance))
    return np.where(virtual_too & ((at_a_distance == 0) | ~physical), at_a_distance, in_person)


def _first(broken: list[np.ndarray], number: int, otherwise: np.ndarray) -> np.ndarray:
    found = otherwise.copy()
    for place in range(len(broken) - 1, -1, -1):
        found[broken[place]] = number + place
    return found
