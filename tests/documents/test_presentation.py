"""Proofs that values are written as the readers of a language expect them."""

from __future__ import annotations

import datetime as dt

import pytest

from clusterxchange.documents.presentation import presented


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "1 working day"),
        ("en", 5, "5 working days"),
        ("pl", 1, "1 dzień roboczy"),
        ("pl", 2, "2 dni robocze"),
        ("pl", 5, "5 dni roboczych"),
        ("pl", 22, "22 dni robocze"),
    ],
)
def test_counted_days(language: str, count: int, expected: str) -> None:
    assert presented({"working_days": count}, language) == {"working_days": expected}


@pytest.mark.parametrize(
    ("language", "cents", "expected"),
    [("en", 39000, "EUR 390.00"), ("en", 110000, "EUR 1,100.00"), ("pl", 39000, "390,00 EUR"), ("pl", 5, "0,05 EUR")],
)
def test_amounts(language: str, cents: int, expected: str) -> None:
    assert presented({"amount_cents": cents}, language) == {"amount_cents": expected}


def test_days_and_moments() -> None:
    data = {
        "first_day": dt.date(2026, 4, 20),
        "plan": [{"day": "2026-04-20", "half": "morning"}],
        "signatures": [
            {"signed_at": dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)},
            {"signed_at": None},
        ],
    }
    assert presented(data, "en") == {
        "first_day": "20 April 2026",
        "plan": [{"day": "Monday, 20 April 2026", "half": "Morning"}],
        "signatures": [{"signed_at": "1 January 2027, 00:30"}, {"signed_at": None}],
    }
    assert presented(data, "pl")["plan"] == [{"day": "Poniedziałek, 20 kwietnia 2026", "half": "Rano"}]


def test_capacities_by_letter_and_by_word() -> None:
    rows = [{"capacity": "VP"}, {"capacity": "VISITOR_PARTNERSHIP"}]
    assert presented({"parties": rows}, "en") == {"parties": [{"capacity": "Visitor's partnership"}] * 2}


def test_what_a_person_wrote_stays() -> None:
    assert presented({"description": "2026-04-20 EUR 5", "distance_reason": ""}, "pl") == {
        "description": "2026-04-20 EUR 5",
        "distance_reason": None,
    }
