"""Assigning a partnership: scheme.md, section 4, "Choosing"."""

import pytest

from clusterxchange.scheme.assignment import Assigned, Candidate, assign, built_in_candidates, ecosystem_codes, visits
from clusterxchange.scheme.document import Scheme
from clusterxchange.scheme.editions import built_in
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")


def partnership(
    acronym: str,
    *,
    ecosystems: tuple[str, ...] = (),
    clusters: tuple[str, ...] = (),
    countries: tuple[str, ...] = (),
    is_open: bool = True,
    free_exchanges: int | None = None,
    open_applications: int = 0,
) -> Candidate:
    return Candidate(
        acronym,
        frozenset(ecosystems),
        frozenset(clusters),
        frozenset(countries),
        is_open,
        free_exchanges,
        open_applications,
    )


def assigned(*candidates: Candidate, role: str = "visit", scheme: Scheme = DEMONSTRATION) -> Assigned | None:
    return assign(
        scheme,
        visits=visits(role),
        country="ES",
        ecosystems=["textiles", "digital"],
        clusters=["Clúster Tèxtil"],
        candidates=candidates,
    )


# "3 x shared sector + 2 x the applicant's cluster is a member + 1 x country present".
@pytest.mark.parametrize(
    ("candidate", "score", "reasons"),
    [
        (partnership("A", ecosystems=("textiles",)), 3, ("sector",)),
        (partnership("A", ecosystems=("textiles", "digital")), 3, ("sector",)),
        (partnership("A", clusters=("Cluster textil",)), 2, ("member",)),
        (partnership("A", countries=("ES", "PT")), 1, ("country",)),
        (partnership("A", clusters=("Clúster Tèxtil",), countries=("ES",)), 3, ("member", "country")),
        (
            partnership("A", ecosystems=("digital",), clusters=("Clúster Tèxtil",), countries=("ES",)),
            6,
            ("sector", "member", "country"),
        ),
    ],
)
def test_each_thing_in_common_counts(candidate: Candidate, score: int, reasons: tuple[str, ...]) -> None:
    assert assigned(candidate) == Assigned("A", score, reasons)


def test_the_highest_score_is_assigned() -> None:
    near = partnership("NEAR", countries=("ES",))
    apt = partnership("APT", ecosystems=("textiles",))

    assert assigned(near, apt) == Assigned("APT", 3, ("sector",))


def test_a_closed_partnership_drops_out() -> None:
    closed = partnership("CLOSED", ecosystems=("textiles",), is_open=False)
    near = partnership("NEAR", countries=("ES",))

    assert assigned(closed, near) == Assigned("NEAR", 1, ("country",))


@pytest.mark.parametrize(("role", "expected"), [("visit", "NEAR"), ("both", "NEAR"), ("host", "FULL")])
def test_a_partnership_without_free_exchanges_drops_out_for_visitors_only(role: str, expected: str) -> None:
    full = partnership("FULL", ecosystems=("textiles",), free_exchanges=0)
    near = partnership("NEAR", countries=("ES",), free_exchanges=1)

    found = assigned(full, near, role=role)

    assert found is not None
    assert found.acronym == expected


def test_of_equals_the_one_with_fewest_open_applications_is_assigned_then_the_first_by_name() -> None:
    busy = partnership("ALPHA", ecosystems=("textiles",), open_applications=4)
    calm = partnership("zeta", ecosystems=("textiles",), open_applications=1)
    calm_too = partnership("Beta", ecosystems=("textiles",), open_applications=1)

    assert assigned(busy, calm, calm_too) == Assigned("Beta", 3, ("sector",))
    assert assigned(busy, calm) == Assigned("zeta", 3, ("sector",))


def test_where_nothing_speaks_for_any_the_support_office_decides() -> None:
    assert assigned(partnership("A", ecosystems=("health",), clusters=("Another",), countries=("PT",))) is None
    assert assigned() is None


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("assignment.shared_sector", 1, Assigned("MEMBER", 2, ("member",))),
        ("assignment.member_cluster", 4, Assigned("MEMBER", 4, ("member",))),
        ("assignment.country_present", 5, Assigned("NEAR", 5, ("country",))),
    ],
)
def test_a_changed_weight_changes_who_is_assigned(path: str, value: int, expected: Assigned) -> None:
    candidates = (
        partnership("SECTOR", ecosystems=("textiles",)),
        partnership("MEMBER", clusters=("Clúster Tèxtil",)),
        partnership("NEAR", countries=("ES",)),
    )

    assert assigned(*candidates) == Assigned("SECTOR", 3, ("sector",))
    assert assigned(*candidates, scheme=changed(path, value)) == expected


# partnerships.json: 12 of the pilot, 9 of the second edition; the demonstration holds the 21.
@pytest.mark.parametrize(("edition", "number"), [("pilot", 12), ("second", 9), ("demonstration", 21)])
def test_the_real_partnerships_come_with_the_tool(edition: str, number: int) -> None:
    assert len(built_in_candidates(edition)) == number


def test_every_industrial_ecosystem_has_a_code() -> None:
    assert sorted(ecosystem_codes().values()) == sorted(DEMONSTRATION.code_lists["ecosystems"])
