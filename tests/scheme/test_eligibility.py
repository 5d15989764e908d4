"""The matrix of scheme.md, section 3."""

import pytest

from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.eligibility import UnknownOrganisationType, eligible, size_class, third_country_refusal
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")

NETWORK = "business_network_is_not_enough"
MEMBER = "not_member_of_a_cluster"
AGENCY = "agency_approval_missing"
VISIT = "type_may_not_visit"

# One line for each type and role; the columns are the memberships yes, unprofiled, business-network, no.
MATRIX = [
    # "cluster organisation, or similar business network organisation | yes | yes | in a participating country"
    ("cluster_organisation", "visit", None, None, None, None),
    ("cluster_organisation", "host", None, None, None, None),
    ("business_network", "visit", None, None, None, None),
    ("business_network", "host", None, None, None, None),
    # "scaling-up support organisation | yes | yes | member of a cluster"
    ("scaling_up_support", "visit", None, None, NETWORK, MEMBER),
    ("scaling_up_support", "host", None, None, NETWORK, MEMBER),
    # "SME | yes | yes | member of a cluster organisation profiled on the ECCP; a business network alone is not enough";
    # "an SME outside such a cluster may be host only, case by case, with the agency's pre-approval"
    ("sme", "visit", None, MEMBER, NETWORK, MEMBER),
    ("sme", "host", None, AGENCY, AGENCY, AGENCY),
    # "large company, public authority, training provider | no | yes | member of a cluster"
    ("large_company", "visit", VISIT, VISIT, VISIT, VISIT),
    ("large_company", "host", None, None, NETWORK, MEMBER),
    ("public_authority", "visit", VISIT, VISIT, VISIT, VISIT),
    ("public_authority", "host", None, None, NETWORK, MEMBER),
    ("training_provider", "visit", VISIT, VISIT, VISIT, VISIT),
    ("training_provider", "host", None, None, NETWORK, MEMBER),
]
MEMBERSHIPS = ("yes", "unprofiled", "business-network", "no")
CELLS = [
    (organisation_type, role, membership, refusal)
    for organisation_type, role, *refusals in MATRIX
    for membership, refusal in zip(MEMBERSHIPS, refusals, strict=True)
]


@pytest.mark.parametrize(("organisation_type", "role", "membership", "refusal"), CELLS)
def test_each_cell_of_the_matrix_decides_as_written(
    organisation_type: str, role: str, membership: str, refusal: str | None
) -> None:
    verdict = eligible(
        DEMONSTRATION, organisation_type=organisation_type, country="ES", role=role, membership=membership
    )

    assert verdict.refusals == (() if refusal is None else (refusal,))
    assert verdict.allowed is (refusal is None)


@pytest.mark.parametrize("membership", ["unprofiled", "business-network", "no"])
def test_the_agencys_approval_lets_an_enterprise_outside_a_profiled_cluster_host(membership: str) -> None:
    verdict = eligible(
        DEMONSTRATION, organisation_type="sme", country="ES", role="host", membership=membership, agency_approval=True
    )

    assert verdict.allowed


def test_the_agencys_approval_does_not_let_an_enterprise_outside_a_cluster_visit() -> None:
    verdict = eligible(
        DEMONSTRATION, organisation_type="sme", country="ES", role="visit", membership="no", agency_approval=True
    )

    assert verdict.refusals == (MEMBER,)


# Section 3: the 27 EU states and eleven more; the United Kingdom in the pilot only.
PARTICIPATING = {
    "AT",
    "BE",
    "BG",
    "HR",
    "CY",
    "CZ",
    "DK",
    "EE",
    "FI",
    "FR",
    "DE",
    "GR",
    "HU",
    "IE",
    "IT",
    "LV",
    "LT",
    "LU",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SK",
    "SI",
    "ES",
    "SE",
    "IS",
    "AL",
    "BA",
    "XK",
    "ME",
    "MK",
    "RS",
    "TR",
    "AM",
    "MD",
    "UA",
}


def test_exactly_the_38_countries_take_part() -> None:
    assert {code for code, country in DEMONSTRATION.countries.items() if country.participates} == PARTICIPATING
    assert len(PARTICIPATING) == 38


@pytest.mark.parametrize(
    ("edition", "country", "refusals"),
    [
        ("pilot", "GB", ()),
        ("second", "GB", ("country_not_participating",)),
        ("demonstration", "GB", ("country_not_participating",)),
        ("demonstration", "XK", ()),
        ("demonstration", "CH", ("country_not_participating",)),
    ],
)
def test_both_sides_are_in_participating_countries(edition: str, country: str, refusals: tuple[str, ...]) -> None:
    verdict = eligible(built_in(edition), organisation_type="sme", country=country, role="visit", membership="yes")

    assert verdict.refusals == refusals


def test_every_rule_that_forbids_is_named() -> None:
    verdict = eligible(DEMONSTRATION, organisation_type="sme", country="US", role="visit", membership="no")

    assert verdict.refusals == ("country_not_participating", "not_member_of_a_cluster")


def test_an_unknown_type_is_not_judged() -> None:
    with pytest.raises(UnknownOrganisationType):
        eligible(DEMONSTRATION, organisation_type="circus", country="ES", role="visit", membership="yes")


# Section 3: "under 250 people and turnover up to EUR 50 m or balance sheet up to EUR 43 m; small under 50 and
# 10/10 m; micro under 10 and 2/2 m".
@pytest.mark.parametrize(
    ("people", "turnover_eur", "balance_sheet_eur", "expected"),
    [
        (9, 2_000_000, 2_000_000, "micro"),
        (9, 2_000_001, 2_000_000, "micro"),
        (9, 2_000_001, 2_000_001, "small"),
        (10, 2_000_000, 2_000_000, "small"),
        (49, 10_000_000, 99_000_000, "small"),
        (49, 10_000_001, 10_000_001, "medium"),
        (50, 1, 1, "medium"),
        (249, 50_000_000, 99_000_000, "medium"),
        (249, 99_000_000, 43_000_000, "medium"),
        (249, 50_000_001, 43_000_001, "large"),
        (250, 1, 1, "large"),
        (9, None, None, "micro"),
        (9, None, 50_000_000, "large"),
    ],
)
def test_the_size_of_an_enterprise_follows_the_definition_of_the_union(
    people: int, turnover_eur: int | None, balance_sheet_eur: int | None, expected: str
) -> None:
    assert (
        size_class(DEMONSTRATION, people=people, turnover_eur=turnover_eur, balance_sheet_eur=balance_sheet_eur)
        == expected
    )


# Section 3: "must have spent 183 days in a participating country with a residence permit (or equivalent) and have
# started, or intend to start, a business in one". Nationality does not matter otherwise.
@pytest.mark.parametrize(
    ("nationality", "days", "has_permit", "business", "refusal"),
    [
        ("PT", 0, False, False, None),
        ("CA", 183, True, True, None),
        ("CA", 182, True, True, "third_country_rule_not_met"),
        ("CA", 183, False, True, "third_country_rule_not_met"),
        ("CA", 183, True, False, "third_country_rule_not_met"),
    ],
)
def test_a_person_from_a_third_country_needs_183_days_a_permit_and_a_business(
    nationality: str,
    days: int,
    has_permit: bool,  # noqa: FBT001 -- a column of the table
    business: bool,  # noqa: FBT001 -- as above
    refusal: str | None,
) -> None:
    found = third_country_refusal(
        DEMONSTRATION, nationality=nationality, days=days, has_permit=has_permit, has_or_intends_business=business
    )

    assert found == refusal


# Section 3: "The matrix above is scheme data per edition: some partnerships let more types visit".
def test_a_version_may_let_more_types_visit() -> None:
    scheme = changed("eligibility.matrix.large_company.visit.is_allowed", value=True)

    assert eligible(scheme, organisation_type="large_company", country="ES", role="visit", membership="yes").allowed


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        ("eligibility.size_classes.0.people_under", 9, "micro", "small"),
        ("eligibility.size_classes.0.turnover_up_to_eur", 1_999_999, "micro", "small"),
    ],
)
def test_a_changed_bound_changes_the_size(path: str, value: int, before: str, after: str) -> None:
    assert size_class(DEMONSTRATION, people=9, turnover_eur=2_000_000) == before
    assert size_class(changed(path, value), people=9, turnover_eur=2_000_000) == after


def test_a_changed_number_of_days_changes_the_rule_for_third_countries() -> None:
    scheme = changed("eligibility.third_country_days", 90)

    assert (
        third_country_refusal(scheme, nationality="CA", days=90, has_permit=True, has_or_intends_business=True) is None
    )
