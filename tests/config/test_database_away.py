"""While the database does not answer, or takes no changes, people read when to come back, and nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client

from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import Cast, signed_in

COME_BACK = "ClusterXchange cannot answer just now"


def asking(visitor: Client) -> Client:
    """Let a fault be answered as people see it."""
    visitor.raise_request_exception = False
    return visitor


@pytest.fixture
def ana(committed: Cast) -> Client:
    return asking(signed_in(committed.ana))


@pytest.fixture
def away(ana: Client) -> Iterator[None]:
    """Nobody listens where the database was."""
    del ana
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.close()
    connection.settings_dict.clear()
    connection.settings_dict.update(before)


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_pages_and_steps_ask_to_come_back_while_the_database_is_away(
    committed: Cast, request: pytest.FixtureRequest
) -> None:
    ana = asking(signed_in(committed.ana))
    request.getfixturevalue("away")

    for answer in (ana.get("/desk/"), ana.post("/desk/put-first-steps-away/"), asking(Client()).get("/partnerships/")):
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
        page = answer.content.decode()
        assert COME_BACK in page
        assert "Sign in" not in page
    assert Client().get("/health/ready").status_code == 503
    assert Client().get("/health/live").status_code == 200


def test_a_step_while_the_database_takes_no_changes_asks_to_come_back_and_changes_nothing(cast: Cast) -> None:
    exchange = bring_exchange_to(cast, "matched").exchange
    ana = asking(signed_in(cast.ana))
    before = Entry.objects.count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction read only")
        answer = ana.post(f"/exchanges/{exchange.reference}/thread/", {"text": "Hello"})
        transaction.set_rollback(True)

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert COME_BACK in answer.content.decode()
    assert Entry.objects.count() == before


def test_a_fault_of_our_own_is_still_called_one(cast: Cast) -> None:
    owner = asking(signed_in(cast.nuno))
    with connection.cursor() as cursor:
        cursor.execute("drop table journeys_announcement cascade")

    answer = owner.get("/desk/")

    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
