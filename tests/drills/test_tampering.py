"""Whoever holds the database changes the journal: every single change is found. Forty; with LONG=1 a thousand."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from django.db import connection, transaction

from clusterxchange.workflow import journal
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import Cast

TAMPERINGS = 1000 if os.environ.get("LONG") == "1" else 40
COLUMNS = ("actor", "capacity", "kind", "subject", "case", "action", "before", "after", "payload_digest", "hash")


def edit(choose: random.Random, last: int) -> str:
    column, n = choose.choice(COLUMNS), choose.randint(1, last)
    other = f"case when left(\"{column}\", 1) = 'x' then 'y' else 'x' end || substr(\"{column}\", 2)"
    return f'update workflow_entry set "{column}" = {other} where n = {n}'


def move_in_time(choose: random.Random, last: int) -> str:
    return f"update workflow_entry set at = at + interval '1 second' where n = {choose.randint(1, last)}"


def delete(choose: random.Random, last: int) -> str:
    n = choose.randint(1, last - 1)
    return f"delete from workflow_entrypayload where entry_id = {n}; delete from workflow_entry where n = {n}"


def reorder(choose: random.Random, last: int) -> str:
    one, other = choose.sample(range(1, last + 1), 2)
    return (
        f"update workflow_entry set n = -1 where n = {one}; update workflow_entry set n = {one} where n = {other}; "
        f"update workflow_entry set n = {other} where n = -1"
    )


def cut(choose: random.Random, last: int) -> str:
    n = choose.randint(2, last)
    return f"delete from workflow_entrypayload where entry_id >= {n}; delete from workflow_entry where n >= {n}"


def rewrite_payload(choose: random.Random, last: int) -> str:
    return (
        "update workflow_entrypayload set body = body || '{\"made_up\": 1}' "
        f"where entry_id = {choose.randint(1, last)}"
    )


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_every_tampering_with_the_journal_is_found(cast: Cast) -> None:
    bring_exchange_to(cast, "matched", at_once=False)
    anchor, last = journal.head(), Entry.objects.count()
    choose, tried, missed = random.Random(2026), Counter[str](), []
    assert journal.check(anchor).ok

    for _number in range(TAMPERINGS):
        way = choose.choice((edit, move_in_time, delete, reorder, cut, rewrite_payload))
        order = way(choose, last)
        with transaction.atomic(), connection.cursor() as cursor:
            # What a superuser can do: no trigger refuses any more.
            cursor.execute("set local session_replication_role = replica")
            cursor.execute(order)
            tried[way.__name__] += 1
            if journal.check(anchor).ok:
                missed.append(order)
            transaction.set_rollback(True)

    print(
        f"\n{sum(tried.values())} tamperings with {last} entries: {dict(sorted(tried.items()))}, {len(missed)} missed"
    )
    assert missed == []
    assert journal.check(anchor).ok
