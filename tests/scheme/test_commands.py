"""The commands on the rules: contract.md, "Command line"."""

import json
from pathlib import Path
from typing import Any

import pytest

from clusterxchange.management.command_line import MISUSE, NO, YES, main


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    code = main([*words, "--json"])
    written = capsys.readouterr().out
    return code, json.loads(written) if written else None


def test_the_amount_is_told_with_its_working(capsys: pytest.CaptureFixture[str]) -> None:
    words = "amount --edition demonstration --from ES --to PT --days 3 --km 600 --format physical"

    assert told(capsys, *words.split()) == (
        YES,
        {"cents": 39000, "full_cents": 78000, "halved": True, "reasons": ["under_five_working_days"], "refusal": None},
    )


def test_a_refused_amount_is_no(capsys: pytest.CaptureFixture[str]) -> None:
    words = "amount --edition pilot --from ES --to GB --days 3 --km 600 --format physical"

    assert told(capsys, *words.split()) == (
        NO,
        {"cents": 0, "full_cents": 0, "halved": False, "reasons": [], "refusal": "amount_not_published"},
    )


def test_the_amount_is_told_to_people_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["amount", "--from", "ES", "--to", "PT", "--days", "3", "--km", "600"]) == YES
    assert capsys.readouterr().out == "EUR 390.00 (half of EUR 780.00: under_five_working_days)\n"


@pytest.mark.parametrize(
    ("membership", "role", "expected"),
    [
        ("yes", "visit", (YES, {"allowed": True, "refusals": []})),
        ("unprofiled", "visit", (NO, {"allowed": False, "refusals": ["not_member_of_a_cluster"]})),
        ("business-network", "visit", (NO, {"allowed": False, "refusals": ["business_network_is_not_enough"]})),
        ("no", "host", (NO, {"allowed": False, "refusals": ["agency_approval_missing"]})),
    ],
)
def test_eligibility_is_told(capsys: pytest.CaptureFixture[str], membership: str, role: str, expected: object) -> None:
    words = f"eligible --edition demonstration --type sme --country ES --role {role} --cluster-member {membership}"

    assert told(capsys, *words.split()) == expected


def test_working_days_are_told_with_the_days_that_are_closed(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, *["working-days", "--from", "2027-03-25", "--to", "2027-03-29", "--country", "ES"]) == (
        YES,
        {"days": ["2027-03-25", "2027-03-29"], "count": 2, "closed": {"2027-03-26": "Good Friday"}},
    )


# Section 10: 15 working days after Monday 2 March 2026 end with Monday 23 March.
@pytest.mark.parametrize("start", ["2026-03-02T09:00:00+01:00", "2026-03-02T08:00:00Z", "2026-03-02T23:59:59+01:00"])
def test_the_end_of_a_term_is_told_in_the_zone_of_the_side_that_acts(
    capsys: pytest.CaptureFixture[str], start: str
) -> None:
    assert told(capsys, "due", "--term", "assessment", "--from", start, "--country", "PL") == (
        YES,
        {"due_at": "2026-03-24T00:00:00+01:00"},
    )


# Section 4, "Assignment": CLAMTEX has the sector, the cluster and the country.
def test_a_partnership_is_assigned_to_a_profile(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(
        json.dumps(
            {
                "edition": "demonstration",
                "role": "visit",
                "country": "ES",
                "ecosystems": ["textiles", "Digital"],
                "clusters": ["AEI Tèxtils"],
            }
        ),
        encoding="utf-8",
    )

    assert told(capsys, "assign-partnership", "--profile", str(profile)) == (
        YES,
        {"partnership": "CLAMTEX", "score": 6, "reasons": ["sector", "member", "country"]},
    )


def test_where_nothing_fits_no_partnership_is_assigned(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text('{"role": "host", "country": "AM", "ecosystems": ["retail"], "clusters": []}', encoding="utf-8")

    assert told(capsys, "assign-partnership", "--profile", str(profile)) == (
        NO,
        {"partnership": None, "score": 0, "reasons": []},
    )


@pytest.mark.parametrize(
    "content",
    [
        "no JSON",
        "[]",
        "{}",
        '{"role": "cook", "country": "ES", "ecosystems": [], "clusters": []}',
        '{"role": "visit", "country": "ES", "ecosystems": ["space"], "clusters": []}',
        '{"edition": "third", "role": "visit", "country": "ES", "ecosystems": [], "clusters": []}',
        '{"role": "visit", "country": "ES", "ecosystems": [], "clusters": [], "colour": "blue"}',
    ],
)
def test_a_profile_that_cannot_be_read_is_misuse(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str
) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(content, encoding="utf-8")

    assert told(capsys, "assign-partnership", "--profile", str(profile)) == (MISUSE, None)


@pytest.mark.parametrize(
    "words",
    [
        "amount --from ES --to PT --days -1 --km 600",
        "amount --from ES --to PT --days 3.5 --km 600",
        "amount --from ES --to PT --days 3 --km nan",
        "amount --from ES --to PT --days 3 --km -1",
        "amount --from ES --to PT --days 3 --km 600 --format postal",
        "amount --edition third --from ES --to PT --days 3 --km 600",
        "eligible --type circus --country ES --role visit",
        "eligible --type sme --country ES --role both",
        "working-days --from 2027-03-29 --to 2027-03-25 --country ES",
        "working-days --from 2027-02-30 --to 2027-03-25 --country ES",
        "working-days --from 2051-03-01 --to 2051-03-25 --country ES",
        "working-days --from 2027-03-01 --to 2027-03-25 --country ZZ",
        "due --term tea_break --from 2026-03-02T09:00:00+01:00 --country PL",
        "due --term report --from 2026-03-02T09:00:00 --country PL",
        "due --term report --from 2026-03-02T09:00:00+01:00 --country ZZ",
        "due --term assessment --from 2051-03-02T09:00:00+01:00 --country PL",
        "assign-partnership --profile nowhere.json",
    ],
)
def test_what_cannot_be_meant_is_misuse(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert told(capsys, *words.split()) == (MISUSE, None)
