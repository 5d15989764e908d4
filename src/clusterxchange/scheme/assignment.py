"""Which partnership is assigned to an applicant who chooses none."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from clusterxchange.foundation.folding import fold
from clusterxchange.scheme.document import Role, Scheme
from clusterxchange.scheme.editions import DATA, DEFAULT_EDITION


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a partnership is judged by; `free_exchanges` is None where it has not said how many it plans."""

    acronym: str
    ecosystems: frozenset[str]
    clusters: frozenset[str]
    countries: frozenset[str]
    is_open: bool = True
    free_exchanges: int | None = None
    open_applications: int = 0


@dataclass(frozen=True, slots=True)
class Assigned:
    """The partnership assigned, its score, and the codes of what speaks for it."""

    acronym: str
    score: int
    reasons: tuple[str, ...]


def assign(
    scheme: Scheme,
    *,
    visits: bool,
    country: str,
    ecosystems: Iterable[str],
    clusters: Iterable[str],
    candidates: Iterable[Candidate],
) -> Assigned | None:
    """Choose the partnership with the highest score; None where nothing speaks for any of them.

    Closed partnerships drop out and, for whoever visits, those without free exchanges. Of equals the one with the
    fewest open applications is taken, then the first by its acronym. Names of clusters are compared folded.
    """
    wanted = frozenset(ecosystems)
    memberships = frozenset(fold(name) for name in clusters)
    scored = [
        (_scored(scheme, candidate, country, wanted, memberships), candidate)
        for candidate in candidates
        if candidate.is_open and not (visits and candidate.free_exchanges is not None and candidate.free_exchanges < 1)
    ]
    in_question = [(assigned, candidate) for assigned, candidate in scored if assigned.score > 0]
    if not in_question:
        return None
    best, _ = min(
        in_question,
        key=lambda pair: (-pair[0].score, pair[1].open_applications, fold(pair[1].acronym), pair[1].acronym),
    )
    return best


def _scored(
    scheme: Scheme, candidate: Candidate, country: str, ecosystems: frozenset[str], clusters: frozenset[str]
) -> Assigned:
    weights = scheme.assignment
    terms = (
        ("sector", weights.shared_sector, bool(candidate.ecosystems & ecosystems)),
        ("member", weights.member_cluster, bool(clusters & {fold(name) for name in candidate.clusters})),
        ("country", weights.country_present, country in candidate.countries),
    )
    held = [(reason, weight) for reason, weight, holds in terms if holds]
    return Assigned(candidate.acronym, sum(weight for _, weight in held), tuple(reason for reason, _ in held))


def visits(role: Role | str) -> bool:
    """Tell whether a role, `both` included, is one of a visitor."""
    return role in {Role.VISIT, "both"}


def ecosystem_codes() -> dict[str, str]:
    """Give the code of each industrial ecosystem by the name that the files of partnerships use for it."""
    codes: dict[str, str] = json.loads((DATA / "ecosystem_names.json").read_text(encoding="utf-8"))
    return codes


def built_in_candidates(edition: str) -> list[Candidate]:
    """Give the partnerships that come with the tool for an edition; the demonstration holds all of them."""
    codes = ecosystem_codes()
    rows = json.loads((DATA / "partnerships.json").read_text(encoding="utf-8"))["partnerships"]
    return [
        Candidate(
            acronym=row["acronym"],
            ecosystems=frozenset(codes[name] for name in row["ecosystems"]),
            clusters=frozenset(member["name"] for member in row["members"]),
            countries=frozenset(member["country"] for member in row["members"] if member["country"]),
            free_exchanges=row["planned_exchanges"],
        )
        for row in rows
        if edition in (row["edition"], DEFAULT_EDITION)
    ]
