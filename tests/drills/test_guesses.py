"""Guesses by the thousand: five an address in a quarter of an hour reach the password, and the owner still gets in.

A hundred guesses; with LONG=1 ten thousand.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from clusterxchange.foundation import clock
from clusterxchange.parties.accounts import guessing
from clusterxchange.parties.accounts.models import SignInTry

GUESSES = 10_000 if os.environ.get("LONG") == "1" else 100


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_of_all_guesses_five_a_quarter_of_an_hour_are_looked_at_and_the_owner_gets_in() -> None:
    address, looked_at, quarters = "owner@cast.example", 0, 4
    for quarter in range(quarters):
        looked_at += sum(guessing.begin_try(address, "") is not None for _guess in range(GUESSES // quarters))
        own = guessing.begin_try(address, "the owner's own browser")
        assert own is not None, f"quarter {quarter}"
        own.delete()
        SignInTry.objects.update(at=clock.real_now() - guessing.WITHIN - timedelta(seconds=1))

    print(f"\n{GUESSES} guesses in {quarters} quarters of an hour: {looked_at} looked at, the owner got in each time")
    assert looked_at == quarters * guessing.MOST_TRIES
