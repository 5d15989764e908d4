"""What the top layer answers by itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from clusterxchange.config import environment
from clusterxchange.config.database import database_from_address

if TYPE_CHECKING:
    from django.test import Client


@pytest.mark.django_db
def test_whoever_watches_is_told_that_it_lives_and_is_ready(client: Client) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True}


@pytest.mark.django_db
def test_the_addresses_for_signing_in_are_ours_and_there_is_no_second_one() -> None:
    assert [reverse(f"account_{name}") for name in ("login", "logout", "signup")] == [
        "/sign-in/",
        "/sign-out/",
        "/sign-up/",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/account/login/", "/account/logout/", "/account/signup/", "/nowhere/"])
def test_an_unknown_address_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
def test_each_answer_forbids_what_is_not_ours(client: Client) -> None:
    answer = client.get("/sign-in/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")


@pytest.mark.django_db
def test_the_clock_of_a_demonstration_is_moved_through_its_address(client: Client) -> None:
    moved = client.post("/demo/clock/", {"now": "2026-03-02T09:00:00+01:00"})
    assert moved.json()["now"].startswith("2026-03-02T08:00:0")
    assert client.get("/demo/clock/").json()["now"].startswith("2026-03-02T08:00:0")
    assert client.post("/demo/clock/", {"now": "2026-03-01"}).status_code == HTTPStatus.CONFLICT
    assert client.post("/demo/clock/", {"now": "soon"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_database_address_is_read_and_what_only_the_driver_knows_goes_on_to_it() -> None:
    read = database_from_address("postgresql://me:secret@there:6432/things?sslmode=require")
    assert (read["NAME"], read["USER"], read["PASSWORD"], read["HOST"], read["PORT"]) == (
        "things",
        "me",
        "secret",
        "there",
        "6432",
    )
    assert read["OPTIONS"] == {"sslmode": "require"}


def test_behind_a_pooler_nothing_relies_on_the_same_connection() -> None:
    read = database_from_address("postgresql://there/things", behind_pooler=True)
    assert read["DISABLE_SERVER_SIDE_CURSORS"]
    assert read["CONN_MAX_AGE"] == 0
    assert read["OPTIONS"]["prepare_threshold"] is None


def test_each_setting_has_its_sentence() -> None:
    assert {"MODE", "DATA", "PORT", "DATABASE_URL", "SECRET_KEY", "FIELD_KEYS"} <= set(environment.REGISTERED)
    assert [one.name for one in environment.REGISTERED.values() if not one.description.endswith(".")] == []


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (lambda: environment.number("A_SETTING", 1, "x"), "many", "whole number"),
        (lambda: environment.flag("A_SETTING", "x", default=False), "perhaps", "yes or no"),
        (lambda: environment.choice("A_SETTING", "a", ("a", "b"), "x"), "c", "one of a, b"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, read: object, value: str, said: str
) -> None:
    monkeypatch.setenv("A_SETTING", value)
    monkeypatch.setattr(environment, "REGISTERED", {})
    assert callable(read)
    with pytest.raises(Exception, match=f"A_SETTING must be .*{said}"):
        read()
