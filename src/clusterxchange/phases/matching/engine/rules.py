"""Hard conditions (scheme.md section 5): who cannot be matched with whom, and the reason by its name."""

from dataclasses import dataclass

from clusterxchange.phases.matching.engine.participant import HOST, PHYSICAL, VISIT, Participant, formats_shared
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
