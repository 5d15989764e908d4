"""The journal: nothing in it can be changed unseen, and nothing personal stands in its entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import override_settings

from clusterxchange.workflow import anchors, journal
from clusterxchange.workflow.models import DayHead, Entry, EntryPayload
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(cast: Cast) -> int:
    """A few entries, and how many."""
    bring_application_to(cast, cast.ana, "accepted", partnership=cast.loom, officer=cast.chiara.actor)
    return Entry.objects.count()


@contextmanager
def somebody_with_all_rights() -> Iterator[None]:
    """Let the rows be changed as only an owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("alter table workflow_entry disable trigger user")
        yield
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table workflow_entry enable trigger user")


@pytest.mark.database
def test_an_untouched_chain_fits_and_its_end_is_not_proven(entries: int) -> None:
    found = journal.check()
    assert (found.ok, found.entries, found.first_bad, found.end_proven) == (True, entries, None, False)
    assert found.head == Entry.objects.get(n=entries).hash


@pytest.mark.database
@pytest.mark.parametrize("order", ["update workflow_entry set actor = '9'", "delete from workflow_entry"])
def test_the_database_refuses_to_change_or_remove_an_entry(entries: int, order: str) -> None:
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(order)
    assert Entry.objects.count() == entries


@pytest.mark.database
@pytest.mark.parametrize(
    "column", ["actor", "capacity", "kind", "subject", "case", "action", "before", "after", "payload_digest", "at"]
)
def test_a_changed_entry_is_found(entries: int, column: str) -> None:
    with somebody_with_all_rights():
        value: object = MONDAY + timedelta(days=9) if column == "at" else "x"
        Entry.objects.filter(n=2).update(**{column: value})
    found = journal.check()
    assert (found.first_bad, found.entries) == (2, 1)
    assert entries > 2


@pytest.mark.database
def test_a_removed_entry_is_found(entries: int) -> None:
    assert entries > 3
    with somebody_with_all_rights():
        EntryPayload.objects.filter(entry_id=3).delete()
        Entry.objects.filter(n=3).delete()
    assert journal.check().first_bad == 3


@pytest.mark.database
def test_entries_in_another_order_are_found(entries: int) -> None:
    assert entries > 3
    with somebody_with_all_rights(), connection.cursor() as cursor:
        EntryPayload.objects.all().delete()
        cursor.execute("update workflow_entry set n = -2 where n = 2")
        cursor.execute("update workflow_entry set n = 2 where n = 3")
        cursor.execute("update workflow_entry set n = 3 where n = -2")
    assert journal.check().first_bad == 2


@pytest.mark.database
def test_a_cut_tail_is_found_with_an_anchor_alone(entries: int) -> None:
    anchor = journal.head()
    assert journal.check(anchor).end_proven
    with somebody_with_all_rights():
        EntryPayload.objects.filter(entry_id=entries).delete()
        Entry.objects.filter(n=entries).delete()
    assert journal.check().ok
    assert not journal.check().end_proven
    found = journal.check(anchor)
    assert (found.ok, found.first_bad, found.end_proven) == (False, entries, False)


@pytest.mark.database
def test_an_anchor_of_another_chain_does_not_fit(entries: int) -> None:
    assert journal.check((entries, "0" * 64)).first_bad == entries


@pytest.mark.database
def test_an_erased_payload_is_no_fault_and_a_changed_one_is(entries: int) -> None:
    EntryPayload.objects.filter(entry_id=1).delete()
    assert journal.check().ok
    payload = EntryPayload.objects.get(entry_id=2)
    payload.body = {"answers": ["otherwise"]}
    payload.save()
    assert journal.check().first_bad == 2
    assert entries > 2


def test_no_bank_details_stand_in_any_payload(cast: Cast) -> None:
    bring_exchange_to(cast, "ready", at_once=False)
    given = Entry.objects.get(action="give_bank_details")
    assert "ES91" not in str(EntryPayload.objects.get(entry=given).body)
    written = "".join(str(body) for body in EntryPayload.objects.values_list("body", flat=True))
    assert "ES9121000418450200051332" not in written


@pytest.mark.database
def test_the_head_of_a_day_is_noted_once(entries: int) -> None:
    first = journal.keep_day_head(MONDAY + timedelta(days=1))
    assert (first.n, first.hash) == journal.head()
    assert entries == first.n
    again = journal.keep_day_head(MONDAY + timedelta(days=1, hours=3))
    assert again == first
    assert DayHead.objects.count() == 1


@pytest.mark.database
def test_the_anchor_of_a_day_is_a_file_that_check_journal_reads(entries: int, tmp_path: Path) -> None:
    with override_settings(DATA=tmp_path):
        path = anchors.write_anchor(MONDAY + timedelta(days=1))
    assert path == tmp_path / "anchors" / "2026-03-03.txt"
    assert anchors.read_anchor(path) == journal.head()
    assert journal.check(anchors.read_anchor(path)).end_proven
    assert entries == anchors.read_anchor(path)[0]


@pytest.mark.database
def test_an_empty_journal_has_no_anchor(db: None, tmp_path: Path) -> None:  # noqa: ARG001 -- asks for the database
    with override_settings(DATA=tmp_path):
        assert anchors.write_anchor(MONDAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "3 abc\n7 def\n",
        '{"n": 3, "hash": "abc"}\n{"n": 7, "hash": "def"}\n',
        '{"ok": true, "entries": 7, "head": "def", "first_bad": null, "end_proven": false}',
        "7 def",
    ],
)
def test_an_anchor_is_read_in_each_form(tmp_path: Path, text: str) -> None:
    path = tmp_path / "anchor"
    path.write_text(text, encoding="utf-8")
    assert anchors.read_anchor(path) == (7, "def")


@pytest.mark.parametrize("text", ["", "soon", "[]", '{"n": "7"}', "seven def"])
def test_a_file_without_an_anchor_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "anchor"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(anchors.NoAnchor):
        anchors.read_anchor(path)
