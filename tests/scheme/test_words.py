"""What people read: names of codes and countries, clauses with their figures, hinting words."""

import pytest
from django.utils import translation

from clusterxchange.scheme.assignment import ecosystem_codes
from clusterxchange.scheme.clauses import clauses_of, figures_of
from clusterxchange.scheme.code_lists import LABELS, choices, label
from clusterxchange.scheme.countries import (
    country_name,
    footnote,
    language_name,
    marked_country_name,
    participating_countries,
)
from clusterxchange.scheme.document import CLAUSE_DOCUMENTS, CLAUSE_FIGURES, CODE_LISTS, TERM_NAMES, scheme_of
from clusterxchange.scheme.editions import built_in, document_of
from clusterxchange.scheme.hints import hint_words_in
from tests.scheme.changed import changed

DEMONSTRATION = built_in("demonstration")


@pytest.mark.parametrize("code_list", CODE_LISTS)
def test_every_code_that_an_edition_offers_has_words(code_list: str) -> None:
    with translation.override("en"):
        for code, words in choices(DEMONSTRATION, code_list):
            assert words != code, code


def test_points_of_the_checklist_evidence_and_terms_have_words() -> None:
    assert set(LABELS["checklist"]) == {item.code for item in DEMONSTRATION.checklist}
    assert set(LABELS["evidence_items"]) == {row.code for rows in DEMONSTRATION.evidence.values() for row in rows}
    assert set(LABELS["terms"]) == set(TERM_NAMES)
    assert set(LABELS["size_classes"]) == {size.name for size in DEMONSTRATION.eligibility.size_classes} | {"large"}


def test_the_names_of_the_ecosystems_are_those_of_the_partnerships() -> None:
    with translation.override("en"):
        assert {name: code for code, name in choices(DEMONSTRATION, "ecosystems")} == ecosystem_codes()


def test_a_code_that_an_edition_adds_brings_its_own_words() -> None:
    document = document_of("demonstration")
    document["code_lists"]["ecosystems"].append("space")
    document["labels"] = {"ecosystems": {"space": {"en": "Space", "pl": "Kosmos"}}}
    scheme = scheme_of(document)

    with translation.override("pl"):
        assert label(scheme, "ecosystems", "space") == "Kosmos"
    with translation.override("fr"):
        assert label(scheme, "ecosystems", "space") == "Space"


def test_a_code_without_words_is_shown_as_it_is() -> None:
    assert label(DEMONSTRATION, "ecosystems", "space") == "space"


def test_countries_and_languages_are_named_in_the_readers_language() -> None:
    assert country_name("DE", "pl") == "Niemcy"
    assert country_name("TR", "en") == "Türkiye"
    assert language_name("uk", "pl") == "ukraiński"
    assert (country_name("QX", "en"), language_name("qx", "en")) == ("QX", "qx")
    assert country_name("DE", "not a language") == "Germany"


# Section 3: "Kosovo carries the EU's standard footnote".
def test_kosovo_carries_its_footnote_and_no_other_country_does() -> None:
    assert marked_country_name(DEMONSTRATION, "XK", "en") == "Kosovo*"
    assert "UNSCR 1244/1999" in str(footnote(DEMONSTRATION, "XK"))
    assert [code for code in DEMONSTRATION.countries if footnote(DEMONSTRATION, code)] == ["XK"]
    assert footnote(DEMONSTRATION, "ZZ") is None


def test_the_countries_that_take_part_are_listed_by_name() -> None:
    listed = participating_countries(DEMONSTRATION, "en")

    assert len(listed) == 38
    assert listed[:3] == [("AL", "Albania"), ("AM", "Armenia"), ("AT", "Austria")]
    assert ("XK", "Kosovo*") in listed


# Section 6: what both agreements contain.
def test_the_agreements_have_their_clauses_in_both_languages() -> None:
    codes = {
        document: [clause.code for clause in clauses_of(DEMONSTRATION, document, "pl")] for document in CLAUSE_DOCUMENTS
    }

    assert codes == {
        "commitment_to_quality": [
            "responsibilities_visiting_organisation",
            "responsibilities_host_organisation",
            "responsibilities_visitor_partnership",
            "responsibilities_host_partnership",
            "length",
            "confidentiality",
            "insurance",
            "data_protection",
            "no_internship",
            "changes",
            "cancellation",
        ],
        "financial_agreement": [
            "amount",
            "halving",
            "payment",
            "costs",
            "evidence",
            "report",
            "recovery",
            "no_double_funding",
            "de_minimis",
        ],
    }


def test_a_clause_that_is_not_written_in_a_language_is_given_in_english() -> None:
    assert clauses_of(DEMONSTRATION, "financial_agreement", "fr") == clauses_of(
        DEMONSTRATION, "financial_agreement", "en"
    )


def text_of(path: str, value: object, code: str, document: str = "financial_agreement", language: str = "en") -> str:
    clauses = clauses_of(changed(path, value), document, language)
    return next(clause.text for clause in clauses if clause.code == code)


# Section 6: "one payment within 10 days after completion"; the figure stands in the text through the version.
@pytest.mark.parametrize(
    ("path", "value", "code", "expected"),
    [
        ("terms.by_name.payment.length", 12, "payment", "within 12 days after completion"),
        ("amounts.maximum_cents", 120_000, "amount", "EUR 1,200.00"),
        ("halving.divisor", 3, "halving", "divided by 3"),
        ("halving.working_days_under", 6, "halving", "fewer than 6 working days"),
        ("halving.distance_km_under", 150, "halving", "less than 150 km"),
        ("durations.minimum_working_days", 2, "halving", "A stay of fewer than 2 working days"),
        ("terms.by_name.report.length", 20, "report", "within 20 days after the end"),
        ("terms.by_name.report_validation.length", 5, "report", "within 5 working days"),
    ],
)
def test_a_changed_figure_stands_in_the_clause(path: str, value: int, code: str, expected: str) -> None:
    assert expected in text_of(path, value, code)


def test_the_longest_stay_is_written_as_the_language_writes_it() -> None:
    in_english = text_of("durations.maximum_months", 2, "length", "commitment_to_quality")
    in_polish = text_of("durations.maximum_months", 2, "length", "commitment_to_quality", "pl")

    assert "at most 2 months" in in_english
    assert "najwyżej 2 miesiące" in in_polish


def test_every_figure_that_a_clause_may_name_is_there() -> None:
    assert set(figures_of(DEMONSTRATION, "en")) == set(CLAUSE_FIGURES)


# Section 6: "hinting words (in the languages of the tool)".
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A three-month Internship for two trainees.", ["internship", "trainees"]),
        ("Roczny STAŻ oraz praktyki zawodowe dla stażystów.", ["staz", "praktyki zawodowe", "stazystow"]),
        ("Ein Praktikum in Lyon", ["praktikum"]),
        ("Internal talks at an early stage of the project; good practice.", []),
        ("Dobre praktyki w praktyce.", []),
        ("internship, INTERNSHIP", ["internship"]),
        ("", []),
    ],
)
def test_words_that_hint_at_an_internship_are_found(text: str, words: list[str]) -> None:
    assert hint_words_in(DEMONSTRATION, text) == words


def test_a_version_may_have_other_hinting_words() -> None:
    assert hint_words_in(changed("hint_words", {"en": ["secondment*"]}), "Secondments, internships") == ["secondments"]
    assert hint_words_in(changed("hint_words", {}), "internships") == []


def test_a_whole_phrase_is_shown_where_one_of_its_words_hints_as_well() -> None:
    scheme = changed("hint_words", {"en": ["work", "work placement*"]})

    assert hint_words_in(scheme, "Work placements and work") == ["work placements", "work"]
