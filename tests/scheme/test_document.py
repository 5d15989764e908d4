"""The document of a version: what is accepted, and how a mistake is named."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from clusterxchange.phases.matching.engine.features import FEATURES
from clusterxchange.phases.registration.rules import CONDITIONS
from clusterxchange.scheme.document import REQUIRED_WHEN, TERM_NAMES, WEIGHT_NAMES, canonical, scheme_of, sha256_of
from clusterxchange.scheme.editions import EDITION_CODES, UnknownEdition, built_in, document_of
from clusterxchange.scheme.public_holidays import COPY, write_copy
from clusterxchange.scheme.reading import InvalidDocument
from tests.scheme.changed import changed, changed_document


@pytest.mark.parametrize("code", EDITION_CODES)
def test_every_edition_that_comes_with_the_tool_can_be_read(code: str) -> None:
    assert built_in(code).edition.code == code


def test_an_edition_that_does_not_come_with_the_tool_is_unknown() -> None:
    with pytest.raises(UnknownEdition):
        document_of("third")


# Section 2: the dates of the editions.
@pytest.mark.parametrize(
    ("code", "valid_from", "valid_to", "is_open"),
    [
        ("pilot", "2020-02-03", "2022-02-02", False),
        ("second", "2022-02-03", "2024-12-31", False),
        ("demonstration", "2026-01-01", "2030-12-31", True),
    ],
)
def test_the_editions_have_their_dates(code: str, valid_from: str, valid_to: str, is_open: bool) -> None:  # noqa: FBT001 -- a column of the table
    edition = built_in(code).edition

    assert (edition.valid_from.isoformat(), edition.valid_to.isoformat(), edition.is_open) == (
        valid_from,
        valid_to,
        is_open,
    )


def test_the_demonstration_has_the_rules_of_the_second_edition() -> None:
    second, demonstration = document_of("second"), document_of("demonstration")
    del second["edition"], demonstration["edition"]

    assert second == demonstration


def test_the_hash_of_a_document_does_not_depend_on_the_order_of_its_names() -> None:
    document = document_of("demonstration")
    turned = {name: document[name] for name in reversed(document)}

    assert sha256_of(turned) == sha256_of(document)
    assert sha256_of(json.loads(canonical(document))) == sha256_of(document)
    assert len({sha256_of(document_of(code)) for code in EDITION_CODES}) == 3


def test_rules_cannot_be_changed_once_they_are_read() -> None:
    scheme: Any = built_in("demonstration")

    with pytest.raises(TypeError):
        scheme.amounts.full_cents_by_host_country["PT"] = 1
    with pytest.raises(AttributeError):
        scheme.durations.minimum_working_days = 1


@pytest.mark.parametrize(
    ("path", "value", "below", "problem"),
    [
        ("schema", 2, "", "must be at most 1"),
        ("edition.code", "", "", "must be a text"),
        ("edition.valid_to", "2025-12-31", "", "must not be before valid_from"),
        ("edition.valid_from", "2026-13-01", "", "must be a date such as 2026-03-02"),
        ("edition.is_open", "yes", "", "must be true or false"),
        ("edition.colour", "blue", "", "is not known"),
        ("countries", {}, "", "must be a list"),
        ("countries[0]", [], "", "must be an object"),
        ("countries[0].code", "at", "", "must be two capital letters"),
        ("countries[1].code", "AT", "", "must not stand twice"),
        ("countries[0].time_zone", "Europe/Atlantis", "", "must be a time zone such as Europe/Brussels"),
        ("amounts.full_cents_by_host_country.PT", -1, "", "must be at least 0"),
        ("amounts.full_cents_by_host_country.PT", 780.0, "", "must be a whole number"),
        ("amounts.full_cents_by_host_country.PT", True, "", "must be a whole number"),
        ("amounts.full_cents_by_host_country.PT", 110_001, "", "must not be above the highest amount"),
        ("amounts.full_cents_by_host_country.ZZ", 1, "", "must be a country of the document"),
        (
            "amounts.full_cents_by_host_country",
            {},
            "",
            "must have an amount, since a lump sum is paid for an exchange",
        ),
        ("halving.divisor", 0, "", "must be at least 1"),
        ("halving.distance_km_under", "far", "", "must be a number of at least 0"),
        ("durations.working_weekdays", [8], "[0]", "must be at most 7"),
        ("durations.working_weekdays", [], "", "must name at least one weekday"),
        ("terms.default_country", "ZZ", "", "must be a country of the document"),
        ("terms.reminder_hour", 24, "", "must be at most 23"),
        ("terms.by_name.report.length", 0, "", "must be at least 1"),
        ("terms.by_name.report.unit", "weeks", "", "must be one of: working_days, calendar_days, months"),
        (
            "terms.by_name.report.tells",
            ["press"],
            "",
            "must be out of: support_office, contact_points, other_partnership",
        ),
        ("terms.by_name.tea_break", {}, "", "is not known"),
        ("holidays.ES.27", {}, "", "must be a year such as 2026"),
        ("holidays.ES.2027", {"02-30": "?"}, ".02-30", "must be a month and a day such as 05-01"),
        ("holidays.ZZ", {}, "", "must be a country of the document"),
        ("eligibility.matrix.sme.visit.refusals.yes", "", "", "must be a text"),
        (
            "eligibility.matrix.sme.visit.refusals.no",
            "too_small",
            "",
            (
                "must be one of: type_may_not_visit, not_member_of_a_cluster, business_network_is_not_enough, "
                "agency_approval_missing"
            ),
        ),
        ("checklist[0].roles", ["cook"], "", "must be out of: visit, host"),
        ("checklist[1].code", "type_fits_the_role", "", "must not stand twice"),
        ("registration.curriculum_vitae_formats", ["odt"], "", "must be out of: pdf, docx"),
        (
            "registration.fields[0].required",
            "on_sundays",
            "",
            (
                "must be one of: always, never, third_country_national, scaling_up_support, sme, "
                "member_of_a_cluster_wanted, host_exception, country_has_regions, cluster_organisation, visit, host"
            ),
        ),
        ("durations.halves_of_a_day", ["night"], "", "must be out of: morning, afternoon"),
        (
            "code_lists.organisation_types",
            ["sme", "university"],
            "",
            (
                "must be out of: cluster_organisation, business_network, scaling_up_support, sme, large_company, "
                "public_authority, training_provider"
            ),
        ),
        ("code_lists.roles", ["visit", "cook"], "", "must be out of: visit, host"),
        ("code_lists.memberships", ["club"], "", "must be out of: yes, unprofiled, business-network, no"),
        ("code_lists.formats", ["by_letter"], "", "must be out of: physical, virtual"),
        ("code_lists.format_preferences", ["none"], "", "must be out of: physical, virtual, both"),
        ("code_lists.halves_of_a_day", ["night"], "", "must be out of: morning, afternoon"),
        ("code_lists.checklist_outcomes", ["perhaps"], "", "must be out of: pass, fail, ask"),
        ("code_lists.ecosystems", ["digital", "digital"], "", "must not name anything twice"),
        ("labels.ecosystems", {"space": {"en": "Space"}}, ".space", "must be a code of the list"),
        ("labels.planets", {}, "", "must be a code list of the document"),
        ("evidence.physical[0].kinds", ["postcard"], "", "names postcard, which is no kind of evidence"),
        ("evidence.physical[0].code", "a_postcard_from_there", "", "must have at most 20 characters"),
        ("evidence.physical[1].code", "outward", "", "must not stand twice"),
        ("clauses.financial_agreement[1].code", "amount", "", "must not stand twice"),
        ("clauses.financial_agreement[0].text.pl", " ", "", "must be a text"),
        ("clauses.financial_agreement[0].text.en", "Paid in {weeks}.", "", "names {weeks}, which is no figure"),
        ("clauses.financial_agreement[0].text.en", "Paid {", "", "must have its braces in pairs"),
        ("matching.own_share", 1.1, "", "must be at most 1"),
        ("matching.weights.beauty", 0.0, "", "is not known"),
        ("matching.bands.fair", 0.1, "", "is not known"),
        ("mail_texts", {"dance": {"en": "Please dance."}}, ".dance", "is no step of the tool"),
        ("mail_texts", {"open_application": {"tlh": "nuqneH"}}, ".open_application.tlh", "is not known"),
        ("report.highest_rating", 1, "", "must be at least 2"),
        ("hint_words.en", "intern", "", "must be a list"),
    ],
)
def test_a_mistake_is_named_with_its_path(path: str, value: object, below: str, problem: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        scheme_of(changed_document(path, value))

    assert (refused.value.path, refused.value.problem) == (f"{path}{below}", problem)
    assert str(refused.value) == f"{path}{below}: {problem}"


def test_what_a_document_may_ask_for_is_what_the_tool_can_do() -> None:
    assert set(REQUIRED_WHEN) == set(CONDITIONS)
    assert set(WEIGHT_NAMES) == set(FEATURES)


def test_an_edition_may_offer_fewer_codes_than_the_tool_knows() -> None:
    assert changed("code_lists.organisation_types", ["sme"]).code_lists["organisation_types"] == ("sme",)


def test_an_exchange_needs_two_countries_that_take_part() -> None:
    document = document_of("demonstration")
    for row in document["countries"]:
        row["participates"] = row["code"] == "PT"

    with pytest.raises(InvalidDocument, match=r"^countries: must have two that take part"):
        scheme_of(document)


@pytest.mark.parametrize("name", sorted(document_of("demonstration")))
def test_no_part_of_a_document_may_be_missing(name: str) -> None:
    document = document_of("demonstration")
    del document[name]

    with pytest.raises(InvalidDocument, match=f"^{name}: is missing$"):
        scheme_of(document)


@pytest.mark.parametrize("term", TERM_NAMES)
def test_no_term_may_be_missing(term: str) -> None:
    document = document_of("demonstration")
    del document["terms"]["by_name"][term]

    with pytest.raises(InvalidDocument, match=rf"^terms\.by_name\.{term}: is missing$"):
        scheme_of(document)


def test_a_calendar_may_not_be_missing_for_a_country() -> None:
    document = document_of("demonstration")
    del document["holidays"]["UA"]

    with pytest.raises(InvalidDocument, match=r"^holidays\.UA: is missing$"):
        scheme_of(document)


@pytest.mark.parametrize("document", [None, [], "rules", {1: 2}])
def test_what_is_no_object_is_no_document(document: object) -> None:
    with pytest.raises(InvalidDocument):
        scheme_of(document)


def test_whoever_builds_a_document_may_change_it_without_touching_the_next() -> None:
    document: dict[str, Any] = document_of("demonstration")
    before = copy.deepcopy(document)
    document["halving"]["divisor"] = 9

    assert document_of("demonstration") == before


# Section 10: "Holidays are copied into the edition's version". A newer package may know better: write the copy anew
# with `python -m clusterxchange.scheme.public_holidays`.
def test_the_copied_holidays_are_those_of_the_package(tmp_path: Path) -> None:
    write_copy(tmp_path / "copy.json")

    assert (tmp_path / "copy.json").read_bytes() == COPY.read_bytes()


def test_a_day_whose_date_is_only_estimated_says_so() -> None:
    # The end of Ramadan is fixed by the moon: recipes.md, section 8, counts three such days in Albania in 2027.
    names = built_in("demonstration").holidays["AL"][2027].values()

    assert len([name for name in names if "estimated)" in name]) == 3


def test_a_clause_is_written_in_every_language_that_is_asked_for() -> None:
    document = document_of("demonstration")
    del document["clauses"]["financial_agreement"][0]["text"]["pl"]

    with pytest.raises(InvalidDocument, match=r"^clauses\.financial_agreement\[0\]\.text\.pl: is missing$"):
        scheme_of(document)


# Section 4: "description R (2,000 characters)", "motivation R (3,000 characters)", "at most 28 questions".
def test_the_registration_has_its_bounds() -> None:
    registration = built_in("demonstration").registration

    assert (registration.description_characters, registration.motivation_characters) == (2000, 3000)
    assert registration.questions_before_submitting == 28
    assert {field.step for field in registration.fields} == {"you", "organisation", "preferences", "partnership"}


# Section 8: "objectives reached (1 to 5 and a sentence each)".
def test_objectives_are_rated_from_one_to_five() -> None:
    report = built_in("demonstration").report

    assert (report.lowest_rating, report.highest_rating) == (1, 5)


# Section 11: "14 industrial ecosystems", "10 emerging industries".
@pytest.mark.parametrize(
    ("code_list", "number"), [("ecosystems", 14), ("emerging_industries", 10), ("purposes", 4), ("activity_types", 5)]
)
def test_the_code_lists_have_their_length(code_list: str, number: int) -> None:
    assert len(built_in("demonstration").code_lists[code_list]) == number


# states.md, ACTIVITY_REPORT: "visitor physical: at least one travel evidence".
def test_a_physical_exchange_wants_its_journeys_its_stay_and_presence_and_a_virtual_one_attendance() -> None:
    evidence = built_in("demonstration").evidence

    assert {form.value: [(row.code, row.is_travel) for row in rows] for form, rows in evidence.items()} == {
        "physical": [("outward", True), ("return", True), ("stay", False), ("presence", False)],
        "virtual": [("attendance", False)],
    }
