"""Backup and restore: what comes back is what was saved, to the row and to the byte; a damaged one is refused.

Afterwards screens open as they did before: 80 of them, and with LONG=1 each for everybody.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import override_settings

from clusterxchange.foundation import backups, clock
from clusterxchange.foundation.models import BackupRecord, StoredFile
from clusterxchange.foundation.storage import private_storage
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.journeys.personal_data.export import export_of
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.workflow import journal
from tests.bring import bring_exchange_to
from tests.cast import MONDAY, Cast, Person, make_cast
from tests.drills.test_requests import signed_in
from tests.drills.world import screens_of

pytestmark = pytest.mark.django_db(transaction=True)
IS_LONG = os.environ.get("LONG") == "1"
SCREENS = 80


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Cast, Path]]:
    """Give the cast with its curricula vitae, and a folder for a backup.

    A restore removes every file that it does not know, and a backup takes what lies beside the database with it: what
    other tests keep must lie elsewhere.
    """
    for name in ("base_location", "location"):
        monkeypatch.setitem(vars(private_storage()), name, str(tmp_path / "files"))
    with tempfile.TemporaryDirectory() as data:
        # The server of a trial is another user where tests run as root.
        Path(data).chmod(0o711)
        with override_settings(DATA=Path(data)):
            yield make_cast(), tmp_path / "backup"


def files_in_storage() -> dict[str, bytes]:
    storage = private_storage()
    found = {}
    for row in StoredFile.objects.all():
        with storage.open(str(row.content.name)) as content:
            found[row.sha256] = content.read()
    return found


def opened(story: Story, cast: Cast) -> dict[tuple[str, str], int]:
    """Open the screens, one after the other by another person, or all of them by everybody; give what was answered."""
    people: list[Person] = [cast.ana, cast.bram, cast.chiara, cast.cosima, cast.dov, cast.edda, cast.aurel, cast.zoe]
    browsers = [(one.account.email, signed_in(one)) for one in people]
    answers, screens = {}, screens_of(story, cast)
    for number, address in enumerate(screens if IS_LONG else screens[:: len(screens) // SCREENS]):
        for name, browser in browsers if IS_LONG else (browsers[number % len(browsers)],):
            answer = browser.get(address)
            answers[name, address] = answer.status_code
            answer.close()
    return answers


@pytest.mark.database
@pytest.mark.timeout(600)
def test_what_was_wiped_comes_back_row_for_row_and_byte_for_byte(told: tuple[Cast, Path]) -> None:
    cast, folder = told
    story = bring_exchange_to(cast, "ready")
    answers = opened(story, cast)
    made = backups.back_up(folder, MONDAY)
    files = files_in_storage()
    before = Exchange.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")
    for digest in files:
        private_storage().delete(f"{digest[:2]}/{digest}")

    restored, aside = backups.restore(folder, MONDAY)

    assert (aside, made.missing) == (None, [])
    assert len(files) >= 3
    assert restored.tables == made.tables
    assert files_in_storage() == files
    assert Exchange.objects.get() == before
    assert journal.check().ok
    assert opened(story, cast) == answers
    assert max(answers.values()) < 500
    assert list(answers.values()).count(200) >= len(answers) // 4
    begun = time.monotonic()
    copy = export_of(Account.objects.get(pk=cast.ana.account.pk), MONDAY)
    took = time.monotonic() - begun
    print(
        f"\n{sum(one.rows for one in made.tables.values())} rows of {len(made.tables)} tables and {len(files)} files "
        f"are equal, {len(answers)} screens open as before; a copy of one's data of {len(copy):,} bytes in {took:.2f} s"
    )


def test_what_came_after_the_backup_is_saved_before_it_goes(told: tuple[Cast, Path]) -> None:
    cast, folder = told
    made = backups.back_up(folder, MONDAY)
    Account.objects.filter(pk=cast.ana.account.pk).update(first_name="Anita")

    _, aside = backups.restore(folder, MONDAY + timedelta(hours=1))

    assert Account.objects.get(pk=cast.ana.account.pk).first_name == "Ana"
    assert aside is not None
    saved = backups.read(aside)
    different = {name for name, one in saved.tables.items() if made.tables[name] != one}
    assert different == {"accounts_account", "foundation_backuprecord"}


def test_a_trial_compares_everything_and_is_noted_and_leaves_all_as_it_is(told: tuple[Cast, Path]) -> None:
    _, folder = told
    backups.back_up(folder, MONDAY)
    Account.objects.update(last_name="Changed")

    tried = backups.try_out(folder, clock.now())

    assert set(Account.objects.values_list("last_name", flat=True)) == {"Changed"}
    kinds = [(one.kind, one.holds, one.rows == tried.rows) for one in BackupRecord.objects.order_by("pk")]
    assert kinds == [("BACKUP", True, True), ("DRILL", True, True)]
    drill = BackupRecord.last(BackupRecord.Kind.DRILL)
    assert drill is not None
    assert drill.files == tried.files

    listed = json.loads((folder / backups.LIST).read_text())
    listed["tables"]["accounts_account"]["sha256"] = "0" * 64
    (folder / backups.LIST).write_text(json.dumps(listed))
    with pytest.raises(backups.BackupRefused, match="The rows differ from the backup: accounts_account"):
        backups.try_out(folder, MONDAY)
    assert BackupRecord.objects.filter(kind="DRILL", holds=False).count() == 1


def test_what_can_not_be_trusted_or_overwritten_is_refused_and_nothing_changes(told: tuple[Cast, Path]) -> None:
    _, folder = told
    made = backups.back_up(folder, MONDAY)
    people = Account.objects.count()
    file = next(name for name in made.parts if name.startswith("files/"))
    whole = (folder / file).read_bytes()

    (folder / file).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(backups.BackupRefused, match="differs from what was backed up"):
        backups.restore(folder, MONDAY)
    (folder / file).unlink()
    with pytest.raises(backups.BackupRefused, match="is missing in the backup"):
        backups.restore(folder, MONDAY)
    (folder / file).write_bytes(whole)
    with (
        override_settings(FIELD_KEYS=["another"]),
        pytest.raises(backups.BackupRefused, match="FIELD_KEYS lacks a key"),
    ):
        backups.restore(folder, MONDAY)
    with backups._direct(), pytest.raises(backups.BackupRefused, match="Stop the tool first"):
        backups.restore(folder, MONDAY)
    with pytest.raises(backups.BackupRefused, match="holds something already"):
        backups.back_up(folder, MONDAY)
    with pytest.raises(backups.BackupRefused, match="holds no backup"):
        backups.read(folder / "files")

    assert Account.objects.count() == people
    assert list(BackupRecord.objects.values_list("kind", flat=True)) == ["BACKUP"]


def test_a_file_that_is_missing_in_storage_is_named(told: tuple[Cast, Path]) -> None:
    _, folder = told
    row = StoredFile.objects.earliest("pk")
    name = str(row.content.name)
    with private_storage().open(name) as content:
        kept = content.read()
    private_storage().delete(name)

    made = backups.back_up(folder, MONDAY)

    private_storage().save(name, ContentFile(kept))
    assert made.missing == [f"files/{name}"]
    assert BackupRecord.last(BackupRecord.Kind.BACKUP) is None
