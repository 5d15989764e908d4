"""The lump sums of scheme.md, section 6, "Amounts"."""

from typing import Any

import pytest

from clusterxchange.scheme.amounts import AmountWorking, lump_sum, lump_sum_after_the_stay
from clusterxchange.scheme.editions import built_in
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")


def worked(edition: str = "demonstration", **facts: Any) -> AmountWorking:  # noqa: ANN401 -- the facts differ in type
    asked: dict[str, Any] = {
        "from_country": "ES",
        "to_country": "PT",
        "days": 5,
        "kilometres": 600,
        "format": "physical",
    }
    return lump_sum(built_in(edition), **{**asked, **facts})


# Section 6, "Vectors"; the same table and halving serve all three editions.
@pytest.mark.parametrize("edition", ["pilot", "second", "demonstration"])
@pytest.mark.parametrize(
    ("from_country", "to_country", "days", "kilometres", "cents", "full_cents", "reasons"),
    [
        ("ES", "PT", 3, 600, 39_000, 78_000, ("under_five_working_days",)),
        ("ES", "PT", 5, 600, 78_000, 78_000, ()),
        ("IT", "FR", 3, 500, 45_000, 90_000, ("under_five_working_days",)),
        ("AT", "SK", 5, 55, 30_500, 61_000, ("under_200_km",)),
        ("AT", "SK", 3, 55, 30_500, 61_000, ("under_five_working_days", "under_200_km")),
        ("DE", "DK", 10, 400, 110_000, 110_000, ()),
    ],
)
def test_the_published_amounts_come_out(
    edition: str,
    from_country: str,
    to_country: str,
    days: int,
    kilometres: int,
    cents: int,
    full_cents: int,
    reasons: tuple[str, ...],
) -> None:
    working = worked(edition, from_country=from_country, to_country=to_country, days=days, kilometres=kilometres)

    assert working == AmountWorking(cents, full_cents, bool(reasons), reasons, None)


# `lump_sums.json`, all 38 host countries in euros.
PUBLISHED = """
    AL 530, AM 610, AT 900, BE 830, BA 560, BG 560, HR 720, CY 780, CZ 610, DK 1100, EE 670, FI 950, FR 900, DE 830,
    GR 780, HU 670, IS 900, IE 1000, IT 900, XK 560, LV 610, LT 560, LU 830, MT 720, MD 530, ME 560, NL 830, MK 560,
    PL 610, PT 780, RO 560, RS 560, SK 610, SI 720, ES 830, SE 950, TR 750, UA 530
"""
FULL_AMOUNTS = {country: int(euros) for country, euros in (pair.split() for pair in PUBLISHED.split(","))}


@pytest.mark.parametrize(("host_country", "euros"), FULL_AMOUNTS.items())
def test_a_long_and_far_stay_is_paid_in_full_in_every_host_country(host_country: str, euros: int) -> None:
    from_country = "ES" if host_country != "ES" else "PT"

    working = worked(from_country=from_country, to_country=host_country, days=5, kilometres=200)

    assert working == AmountWorking(euros * 100, euros * 100, False, (), None)  # noqa: FBT003 -- not halved


def test_every_amount_has_its_line_in_the_table() -> None:
    assert set(DEMONSTRATION.amounts.full_cents_by_host_country) == set(FULL_AMOUNTS)


# Section 1, line 5: "halved if under 5 working days and/or under 200 km".
@pytest.mark.parametrize(
    ("days", "kilometres", "reasons"),
    [
        (4, 200, ("under_five_working_days",)),
        (5, 200, ()),
        (5, 199.999, ("under_200_km",)),
        (4, 199.999, ("under_five_working_days", "under_200_km")),
    ],
)
def test_five_days_and_200_kilometres_are_enough(days: int, kilometres: float, reasons: tuple[str, ...]) -> None:
    assert worked(days=days, kilometres=kilometres).reasons == reasons


# Section 6: "any virtual = 0.00"; section 3: a virtual exchange keeps the duration rule.
def test_a_virtual_exchange_pays_nothing() -> None:
    assert worked(format="virtual") == AmountWorking(0, 0, False, (), None)  # noqa: FBT003 -- not halved


@pytest.mark.parametrize(
    ("edition", "facts", "refusal"),
    [
        ("demonstration", {"from_country": "DE", "to_country": "DE"}, "same_country"),
        ("demonstration", {"from_country": "DE", "to_country": "DE", "format": "virtual"}, "same_country"),
        ("demonstration", {"days": 2}, "under_three_working_days"),
        ("demonstration", {"days": 2, "format": "virtual"}, "under_three_working_days"),
        ("demonstration", {"days": 0}, "under_three_working_days"),
        # Section 3: the United Kingdom takes part in the pilot only, with no published amount.
        ("pilot", {"to_country": "GB"}, "amount_not_published"),
        ("second", {"to_country": "GB"}, "country_not_participating"),
        ("demonstration", {"to_country": "GB"}, "country_not_participating"),
        ("demonstration", {"from_country": "GB"}, "country_not_participating"),
        ("demonstration", {"to_country": "CH"}, "country_not_participating"),
        ("demonstration", {"from_country": "US"}, "country_not_participating"),
    ],
)
def test_a_refused_exchange_is_worth_nothing_and_says_why(edition: str, facts: dict[str, Any], refusal: str) -> None:
    assert worked(edition, **facts) == AmountWorking(0, 0, False, (), refusal)  # noqa: FBT003 -- not halved


def test_a_visitor_from_the_united_kingdom_was_paid_in_the_pilot() -> None:
    # `lump_sums.json`: Spain 830.
    assert worked("pilot", from_country="GB", to_country="ES", kilometres=1200).cents == 83_000


# Section 6: "A partnership may set lower amounts than the cap".
@pytest.mark.parametrize(("own", "cents"), [(60_000, 60_000), (78_000, 78_000), (90_000, 78_000)])
def test_a_partnership_may_pay_less_than_the_cap_but_not_more(own: int, cents: int) -> None:
    assert worked(partnership_full_cents=own).cents == cents


def test_a_partnerships_lower_amount_is_halved_like_the_cap() -> None:
    assert worked(partnership_full_cents=60_000, days=4).cents == 30_000


# Section 7: "Fewer than 5 days in the end -> halved; fewer than 3 -> nothing, unless force majeure is granted";
# "the amount never rises above the cap". Agreed: 5 days in Portugal, 780.00.
@pytest.mark.parametrize(
    ("days", "force_majeure", "cents", "reasons"),
    [
        (6, False, 78_000, ()),
        (5, False, 78_000, ()),
        (4, False, 39_000, ("under_five_working_days",)),
        (3, False, 39_000, ("under_five_working_days",)),
        (2, False, 0, ("under_three_working_days",)),
        (0, False, 0, ("under_three_working_days",)),
        (2, True, 39_000, ("under_five_working_days",)),
    ],
)
def test_fewer_days_in_the_end_are_worth_less(
    days: int,
    force_majeure: bool,  # noqa: FBT001 -- a column of the table
    cents: int,
    reasons: tuple[str, ...],
) -> None:
    working = lump_sum_after_the_stay(
        DEMONSTRATION, full_cents=78_000, agreed_cents=78_000, days=days, kilometres=600, force_majeure=force_majeure
    )

    assert (working.cents, working.reasons) == (cents, reasons)


def test_more_days_in_the_end_are_worth_no_more_than_agreed() -> None:
    working = lump_sum_after_the_stay(DEMONSTRATION, full_cents=78_000, agreed_cents=39_000, days=5, kilometres=600)

    assert working.cents == 39_000


# Every figure of section 6 is scheme data.
@pytest.mark.parametrize(
    ("path", "value", "facts", "before", "after"),
    [
        ("amounts.full_cents_by_host_country.PT", 80_000, {}, 78_000, 80_000),
        ("halving.working_days_under", 6, {}, 78_000, 39_000),
        ("halving.distance_km_under", 601, {}, 78_000, 39_000),
        ("halving.at_most_once", False, {"days": 3, "kilometres": 55}, 39_000, 19_500),
        ("halving.divisor", 3, {"days": 3}, 39_000, 26_000),
        ("durations.minimum_working_days", 4, {"days": 3}, 39_000, 0),
        ("durations.minimum_working_days", 2, {"days": 2}, 0, 39_000),
        ("countries.21.participates", False, {}, 78_000, 0),
    ],
)
def test_a_changed_figure_changes_the_amount(
    path: str, value: object, facts: dict[str, Any], before: int, after: int
) -> None:
    asked: dict[str, Any] = {
        "from_country": "ES",
        "to_country": "PT",
        "days": 5,
        "kilometres": 600,
        "format": "physical",
    }

    assert lump_sum(DEMONSTRATION, **{**asked, **facts}).cents == before
    assert lump_sum(changed(path, value), **{**asked, **facts}).cents == after
