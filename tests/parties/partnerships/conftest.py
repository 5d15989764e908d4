"""What tests of a partnership's pages may ask for."""

from datetime import datetime

import pytest
from django.test import Client

from tests.cast import MONDAY, Person


@pytest.fixture(autouse=True)
def _on_a_monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clusterxchange.foundation.clock.now", lambda: MONDAY)


@pytest.fixture
def monday() -> datetime:
    return MONDAY


def browser_of(person: Person) -> Client:
    """Give a client as it is after signing in; the second factor has tests of its own."""
    client = Client()
    client.force_login(person.account)
    return client
