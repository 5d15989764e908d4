"""Guesses by the thousand: five an address in a quarter of an hour reach the password, and the owner still gets in.

Each guess comes from another address of the network. A hundred guesses; with LONG=1 ten thousand.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts import guessing
from clusterxchange.parties.accounts.models import SignInTry
from tests.cast import PASSWORD, Cast
from tests.counted_passwords import HASHERS, LOOKED_AT

GUESSES = 10_000 if os.environ.get("LONG") == "1" else 100
QUARTERS = 4


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_of_all_guesses_five_a_quarter_of_an_hour_are_looked_at_and_the_owner_gets_in(
    cast: Cast,
    settings: Any,  # noqa: ANN401 -- the fixture gives every setting
) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    account, own = cast.nuno.account, Client()
    account.set_password(PASSWORD)
    account.save()

    def typed(client: Client, password: str, **headers: str) -> int:
        answer = client.post("/sign-in/", {"login": account.email, "password": password}, **headers)  # type: ignore[arg-type]  # -- what the server is told
        return answer.status_code

    def forget_a_quarter_of_an_hour() -> None:
        SignInTry.objects.update(at=clock.real_now() - guessing.WITHIN - timedelta(seconds=1))
        cache.clear()

    cache.clear()
    assert typed(own, PASSWORD) == 302, "the owner's own device is known from here on"
    guessed = 0
    for quarter in range(QUARTERS):
        forget_a_quarter_of_an_hour()
        LOOKED_AT.clear()
        stranger = Client()
        for number in range(GUESSES // QUARTERS):
            where = f"10.{number % 250}.{number // 250 % 250}.{quarter + 1}"
            assert typed(stranger, f"guess {quarter} {number}", REMOTE_ADDR=where) == 422
            guessed += 1
        assert [f"guess {quarter} {number}" for number in range(guessing.MOST_TRIES)] == LOOKED_AT
        own.post("/sign-out/")
        assert typed(own, PASSWORD) == 302, f"quarter {quarter}"
    cache.clear()

    looked_at = QUARTERS * guessing.MOST_TRIES
    print(f"\n{guessed} guesses in {QUARTERS} quarters of an hour: {looked_at} looked at, the owner got in each time")
