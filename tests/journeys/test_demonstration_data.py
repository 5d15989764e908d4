"""Proofs that the demonstration's organisations and people are valid, varied and invented."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from stdnum import get_cc_module
from stdnum.eu import nace

SOURCES: Final = Path(__file__).parents[2] / "src/clusterxchange"
FOLDER: Final = SOURCES / "journeys/demonstration"
ORGANISATIONS: Final[list[dict[str, Any]]] = json.loads((FOLDER / "organisations.json").read_text())["organisations"]
CONTACTS: Final[dict[str, list[dict[str, Any]]]] = json.loads((FOLDER / "contact_points.json").read_text())
PARTNERSHIPS: Final[list[dict[str, Any]]] = json.loads((SOURCES / "scheme/data/partnerships.json").read_text())[
    "partnerships"
]

CODES: Final[dict[str, list[str]]] = json.loads((SOURCES / "scheme/data/rules.json").read_text())["code_lists"]
COUNTRIES: Final[dict[str, dict[str, Any]]] = {
    row["code"]: row for row in json.loads((SOURCES / "scheme/data/countries.json").read_text())
}
PARTICIPATING: Final = {code for code, row in COUNTRIES.items() if row["participates"]}
ECOSYSTEMS: Final = {
    "aerospace_and_defence": "Aerospace and defence",
    "agri_food": "Agri-food",
    "construction": "Construction",
    "cultural_and_creative": "Cultural and creative industries",
    "digital": "Digital",
    "electronics": "Electronics",
    "energy_intensive": "Energy-intensive industries",
    "energy_renewables": "Energy-renewables",
    "health": "Health",
    "mobility": "Mobility-transport-automotive",
    "proximity_and_social_economy": "Proximity, social economy and civil security",
    "retail": "Retail",
    "textiles": "Textiles",
    "tourism": "Tourism",
}
TYPES: Final = set(CODES["organisation_types"])
HOST_ONLY: Final = {"large_company", "public_authority", "training_provider"}
FIRST_WINDOW: Final = dt.date(2026, 3, 16)
LAST_WINDOW: Final = dt.date(2026, 11, 30)
ROLES: Final = ("coordinator", "contact_point", "payer")

each_organisation = pytest.mark.parametrize("organisation", ORGANISATIONS, ids=lambda row: row["key"])


def test_there_are_forty_in_more_than_twenty_countries_and_twelve_languages() -> None:
    assert len(ORGANISATIONS) == 40
    assert len({row["country"] for row in ORGANISATIONS}) >= 20
    assert len({row["text_language"] for row in ORGANISATIONS}) >= 12
    assert {row["organisation_type"] for row in ORGANISATIONS} == TYPES
    assert {row["role"] for row in ORGANISATIONS} == {"visit", "host", "both"}
    assert {row["partnership"] for row in ORGANISATIONS} == {row["acronym"] for row in PARTNERSHIPS}
    for field in ("key", "legal_name", "short_name", "registration_number", "website"):
        assert len({row[field] for row in ORGANISATIONS}) == len(ORGANISATIONS), field
    assert sum(row["organisation_type"] == "sme" for row in ORGANISATIONS) > len(ORGANISATIONS) / 2


@each_organisation
def test_codes_are_known(organisation: dict[str, Any]) -> None:
    assert organisation["country"] in PARTICIPATING
    assert organisation["organisation_type"] in TYPES
    assert organisation["format"] in CODES["format_preferences"]
    for field, codes in (
        ("ecosystems", "ecosystems"),
        ("wished_ecosystems", "ecosystems"),
        ("purposes", "purposes"),
        ("activities", "activity_types"),
        ("wished_types", "organisation_types"),
        ("working_languages", "languages"),
    ):
        assert organisation[field], field
        assert set(organisation[field]) <= set(CODES[codes]), field
    assert set(organisation["wished_countries"]) <= PARTICIPATING - {organisation["country"]}
    assert nace.is_valid(organisation["nace"])
    pattern = r"[A-Z]{2}[0-9A-Z]{2}" if COUNTRIES[organisation["country"]]["has_regions"] else r".+"
    assert re.fullmatch(pattern, organisation["region"])
    for spoken in organisation["person"]["languages"]:
        assert spoken["language"] in CODES["languages"]
        assert spoken["level"] in CODES["language_levels"]
    if organisation["organisation_type"] == "scaling_up_support":
        assert organisation["sub_type"] in CODES["scaling_up_support_types"]


@each_organisation
def test_vat_number_is_valid_where_its_rule_is_known(organisation: dict[str, Any]) -> None:
    module = get_cc_module(organisation["country"].lower(), "vat")
    number = organisation["vat_number"]
    if organisation["organisation_type"] == "public_authority":
        assert number is None
    elif module is None:
        assert re.fullmatch(r"[0-9]{7,12}", number)
    else:
        assert module.is_valid(number)


@each_organisation
def test_type_role_and_size_agree_with_the_scheme(organisation: dict[str, Any]) -> None:
    kind, role = organisation["organisation_type"], organisation["role"]
    if kind in HOST_ONLY:
        assert role == "host"
    if kind == "sme":
        assert organisation["people"] < 250
        assert organisation["turnover_eur"] <= 50_000_000
        profiled = any(membership["profiled"] for membership in organisation["cluster_memberships"])
        assert profiled or role == "host"
        assert bool(organisation["host_exception_reasons"]) == (not profiled)
    if kind == "cluster_organisation":
        assert organisation["members_total"] >= organisation["members_smes"] + organisation["members_research"]
    if kind in {"scaling_up_support", *HOST_ONLY}:
        assert organisation["cluster_memberships"]
    assert bool(organisation["learn"]) == (role in {"visit", "both"})
    assert bool(organisation["offer"]) == (role in {"host", "both"})
    assert (organisation["places"] > 0) == (role in {"host", "both"})


@each_organisation
def test_windows_lie_in_the_season_and_hold_the_days_wished(organisation: dict[str, Any]) -> None:
    assert 3 <= organisation["days_wished"] <= 10
    last = None
    for window in organisation["windows"]:
        start, end = dt.date.fromisoformat(window["from"]), dt.date.fromisoformat(window["to"])
        assert FIRST_WINDOW <= start < end <= LAST_WINDOW
        assert (end - start).days >= 14
        assert last is None or start > last
        last = end
    assert last is not None


@each_organisation
def test_partnership_fits_by_ecosystem_or_country(organisation: dict[str, Any]) -> None:
    partnership = next(row for row in PARTNERSHIPS if row["acronym"] == organisation["partnership"])
    shared = {ECOSYSTEMS[code] for code in organisation["ecosystems"]} & set(partnership["ecosystems"])
    assert shared or organisation["country"] in {member["country"] for member in partnership["members"]}


@each_organisation
def test_nothing_looks_real(organisation: dict[str, Any]) -> None:
    assert re.fullmatch(rf"https://www\.{organisation['key']}\.example", organisation["website"])
    person = organisation["person"]
    assert re.fullmatch(rf"[a-z-]+\.[a-z-]+@{organisation['key']}\.example", person["email"])
    # No country gives out numbers that begin with 000 after its own code.
    assert re.fullmatch(r"\+\d{2,3} 000 \d{3} \d{3}", person["phone"])


@each_organisation
def test_texts_are_whole_sentences_without_hints_of_employment(organisation: dict[str, Any]) -> None:
    words = json.loads((SOURCES / "scheme/data/hint_words.json").read_text())
    texts = [organisation[field] for field in ("description", "motivation", "learn", "offer") if organisation[field]]
    for text in texts:
        assert text.strip() == text
        assert text.endswith(".")
        for hint in words.get(organisation["text_language"], []):
            ending = r"\w*" if hint.endswith("*") else ""
            assert not re.search(rf"\b{re.escape(hint.rstrip('*'))}{ending}\b", text, re.IGNORECASE), (hint, text)
    assert len(organisation["description"]) <= 2000
    assert len(organisation["motivation"]) <= 3000


def test_each_partnership_has_its_three_people() -> None:
    rows = CONTACTS["partnerships"]
    assert [row["acronym"] for row in rows] == [row["acronym"] for row in PARTNERSHIPS]
    people = [row[role] for row in rows for role in ROLES]
    assert len(people) == 63
    assert len({person["email"] for person in people}) == len(people)
    assert len({(person["first_name"], person["last_name"]) for person in people}) == len(people)
    assert all(re.fullmatch(r"[a-z0-9.-]+@demo\.example", person["email"]) for person in people)


def test_the_nine_accounts_are_those_of_the_contract() -> None:
    accounts = {row["email"].removesuffix("@demo.example"): row for row in CONTACTS["accounts"]}
    assert list(accounts) == [
        "visitor",
        "host",
        "visitor.contact",
        "visitor.coordinator",
        "host.contact",
        "support",
        "agency",
        "stranger",
        "newcomer",
    ]
    organisations = {row["key"]: row for row in ORGANISATIONS}
    partnerships = {row["acronym"]: row for row in CONTACTS["partnerships"]}
    for name, country, partnership in (("visitor", "ES", "CLAMTEX"), ("host", "PT", "Hi-Tech-TEX")):
        organisation = organisations[accounts[name]["organisation"]]
        assert (organisation["country"], organisation["partnership"]) == (country, partnership)
        assert accounts[name]["partnership"] == partnership
        assert accounts[name]["last_name"] == organisation["person"]["last_name"]
    stranger = organisations[accounts["stranger"]["organisation"]]
    assert stranger["country"] not in {"ES", "PT"}
    assert stranger["partnership"] not in {"CLAMTEX", "Hi-Tech-TEX"}
    assert accounts["newcomer"]["organisation"] is None
    assert partnerships["CLAMTEX"]["contact_point"]["email"] == "visitor.contact@demo.example"
    assert partnerships["CLAMTEX"]["coordinator"]["email"] == "visitor.coordinator@demo.example"
    assert partnerships["Hi-Tech-TEX"]["contact_point"]["email"] == "host.contact@demo.example"
    assert sorted(row["language"] for row in accounts.values()) == ["en"] * 8 + ["pl"]


def test_the_pair_of_the_first_exchange_has_a_common_window() -> None:
    organisations = {row["key"]: row for row in ORGANISATIONS}
    visitor, host = organisations["sierrabruma"], organisations["ribeiraalta"]
    common = [
        (max(one["from"], other["from"]), min(one["to"], other["to"]))
        for one in visitor["windows"]
        for other in host["windows"]
    ]
    assert any(
        (dt.date.fromisoformat(end) - dt.date.fromisoformat(start)).days >= 7 for start, end in common if start < end
    )
