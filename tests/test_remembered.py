"""What a test is given back is what the operations had written."""

import pytest
from django.db import connection
from django.test import override_settings

from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building.models import Commitment, Exchange
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow.models import Consent, Obligation
from tests import remembered
from tests.bring import bring_exchange_to
from tests.cast import Cast

MODELS = (Exchange, Commitment, Consent, Obligation, Participation, Budget)
TABLES = [model._meta.db_table for model in MODELS]


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_same_rows_stand_there_each_time(cast: Cast, time: str, request: pytest.FixtureRequest) -> None:
    story = bring_exchange_to(cast, "validated")

    rows = remembered.rows_of(TABLES)
    known = request.config.stash.setdefault(KNOWN, rows)
    assert all(rows.values()), time
    assert rows == known
    assert story.commitment.state == "SIGNING"
    story.tell("commitment_signed")  # and it goes on from there
    assert story.commitment.state == "SIGNED"


KNOWN = pytest.StashKey[dict[str, bytes]]()


def all_rows() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"select of_it::text from {table} of_it")  # noqa: S608 -- names that Django gives
            found[table] = sorted(row for (row,) in cursor.fetchall())
    return found


def test_rows_replace_all_that_stood_in_their_tables(cast: Cast) -> None:
    story = bring_exchange_to(cast, "proposed")
    before = all_rows()
    rows = remembered.rows_of(list(before))
    story.tell("agreed")
    assert all_rows() != before

    remembered.put_back(rows)

    assert all_rows() == before


def test_after_a_write_of_the_test_and_with_other_settings_the_operations_go_the_way(cast: Cast) -> None:
    with override_settings(LANGUAGE_CODE="pl"):
        assert remembered.remembered("place", lambda: "by settings") == "by settings"
    assert remembered.remembered("place", lambda: "reached") == "reached"
    assert remembered.remembered("place", lambda: "from there") == "from there"  # a second step on the same way
    cast.loom.title = "Another"
    cast.loom.save()
    assert remembered.remembered("place", lambda: "anew") == "anew"
