"""Backup and restore: the database, the files and what lies beside them, each with its sum.

A backup is a folder. Its list is written last: a folder without one is no backup. The keys of a production
installation are not in it; the list says which ones open it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg.conninfo import make_conninfo

from clusterxchange.foundation import database_copies
from clusterxchange.foundation.database_copies import TableSum
from clusterxchange.foundation.database_server import WITHOUT_SAFETY, DatabaseServer
from clusterxchange.foundation.models import BackupRecord
from clusterxchange.foundation.storage import private_storage

FORMAT = 1
LIST, DUMP, FILES, BESIDE = "backup.json", "database.dump", "files", "beside"
# What an installation keeps beside database and files. Keys lie there only in a demonstration, which made its own.
KEPT_BESIDE = ("anchors/*.txt", "secrets.json", "demo-accounts.json")
ATTEMPTS = 3
CHUNK = 1024 * 1024


class BackupRefused(Exception):
    """It can't be done; the sentence says why."""


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Backup:
    """What a backup holds, as its list says."""

    format: int
    made_at: str
    version: str
    keys: list[str]
    migrations: list[list[str]]
    tables: dict[str, TableSum]
    parts: dict[str, Part]
    missing: list[str]

    @property
    def rows(self) -> int:
        """How many rows all tables have together."""
        return sum(one.rows for one in self.tables.values())

    @property
    def files(self) -> int:
        """How many of its parts are files that people have brought or been given."""
        return sum(1 for name in self.parts if name.startswith(f"{FILES}/"))

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return sum(one.size for one in self.parts.values())


def back_up(folder: Path, at: datetime) -> Backup:
    """Write a backup into an empty folder while the tool runs, and note it.

    :raises BackupRefused: the folder holds something already.
    :raises CopyFailed: the database can't be dumped.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefused(f"{folder} holds something already. Name an empty folder.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    begun = time.monotonic()
    # Files first and afterwards once more: what a row of the dump points to is there, however long the dump took.
    for _attempt in range(ATTEMPTS):
        _copy_files(folder, _names_of_files())
        backup = _dump(folder, at)
        if not backup.missing:
            break
    draft = folder / f"{LIST}.draft"
    draft.write_text(json.dumps(asdict(backup), indent=1, sort_keys=True), encoding="utf-8")
    draft.replace(folder / LIST)
    _note(BackupRecord.Kind.BACKUP, folder, backup, at, begun, holds=not backup.missing)
    return backup


def read(folder: Path) -> Backup:
    """Read the list of a backup and compare each part with its sum.

    :raises BackupRefused: there is none, it is of another kind, or a part differs.
    """
    try:
        told: dict[str, Any] = json.loads((folder / LIST).read_text(encoding="utf-8"))
        tables = {name: TableSum(**one) for name, one in told.pop("tables").items()}
        parts = {name: Part(**one) for name, one in told.pop("parts").items()}
        backup = Backup(tables=tables, parts=parts, **told)
    except FileNotFoundError:
        raise BackupRefused(f"{folder} holds no backup: {LIST} is not there.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as broken:
        raise BackupRefused(f"{folder / LIST} can't be read as the list of a backup.") from broken
    if backup.format != FORMAT:
        raise BackupRefused(f"This backup has format {backup.format}; this version reads format {FORMAT}.")
    for name, part in backup.parts.items():
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            raise BackupRefused(f"{name} is missing in the backup.")
        with path.open("rb") as file:
            if _copy(file, None) != part:
                raise BackupRefused(f"{name} differs from what was backed up.")
    return backup


def restore(folder: Path, at: datetime) -> tuple[Backup, Path | None]:
    """Put a backup in the place of what is there, and give the folder into which that was saved before.

    The moment names that folder; what was restored brings a clock of its own, so `note_restore` is told another one.

    :raises BackupRefused: the backup is damaged or does not fit, or somebody works with the database.
    :raises CopyFailed: the database can't be read or written; it is as it was.
    """
    backup = read(folder)
    _refuse_what_does_not_fit(backup, folder)
    with _direct() as direct:
        others = direct.execute(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and pid not in (pg_backend_pid(), %s) and backend_type = 'client backend'",
            [_own_number()],
        ).fetchone()
        held = direct.execute("select to_regclass('public.accounts_account') is not null").fetchone()
    if others and others[0]:
        raise BackupRefused("Somebody is connected to the database. Stop the tool first, and restore again.")
    aside = None
    if held and held[0]:
        aside = Path(settings.DATA) / "before-restore" / at.strftime("%Y-%m-%dT%H%M%S")
        back_up(aside, at)
    _bring_files(folder, backup)
    connections.close_all()
    database_copies.load(_direct_address(), folder / DUMP)
    with _direct() as direct:
        found = database_copies.sums(direct)
    _compare(found, backup.tables)
    _remove_other_files(backup)
    # A backup of an older version is brought to this one.
    call_command("migrate", verbosity=0, interactive=False)
    return backup, aside


def note_restore(folder: Path, backup: Backup, at: datetime, begun: float) -> None:
    """Note that the installation was restored, in what it is now."""
    _note(BackupRecord.Kind.RESTORE, folder, backup, at, begun, holds=True)


def try_out(folder: Path, at: datetime) -> Backup:
    """Restore into a scratch server of its own, compare all sums, and note that this drill was held.

    :raises BackupRefused: something differs; this is noted as well.
    """
    begun = time.monotonic()
    scratch = Path(settings.DATA) / f"trial-of-restore-{os.getpid()}"
    scratch.mkdir(parents=True, mode=0o711)
    try:
        backup = read(folder)
        with DatabaseServer(scratch / "database", tuning=WITHOUT_SAFETY) as server:
            address = server.ensure_database("trial")
            database_copies.load(address, folder / DUMP)
            with psycopg.connect(make_conninfo(address, options="-c timezone=UTC")) as trial:
                found = database_copies.sums(trial)
        _compare(found, backup.tables)
    except (BackupRefused, database_copies.CopyFailed):
        _note(BackupRecord.Kind.DRILL, folder, None, at, begun, holds=False)
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _note(BackupRecord.Kind.DRILL, folder, backup, at, begun, holds=True)
    return backup


# The database


def _direct_address() -> str:
    """Give an address of the database that leads through no pooler, with the name that Django uses now."""
    if settings.JOBS_DATABASE_URL:
        return str(settings.JOBS_DATABASE_URL)
    held = connections["default"].settings_dict
    parts = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    named = {name: str(held[key]) for name, key in parts.items() if held[key]}
    options = {name: value for name, value in held["OPTIONS"].items() if isinstance(value, str)}
    return make_conninfo("", **named, **options)


@contextmanager
def _direct() -> Iterator[psycopg.Connection]:
    # Moments are written in the session's zone; sums must not depend on whose session it is.
    with psycopg.connect(_direct_address()) as direct:
        direct.execute("set timezone = 'UTC'")
        yield direct


def _own_number() -> int:
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


def _dump(folder: Path, at: datetime) -> Backup:
    with _direct() as direct:
        direct.commit()
        direct.execute("set session characteristics as transaction isolation level repeatable read, read only")
        direct.commit()
        snapshot = direct.execute("select pg_export_snapshot()").fetchone()
        assert snapshot is not None  # noqa: S101 -- a function always answers
        tables = database_copies.sums(direct)
        names = [str(one) for (one,) in direct.execute("select content from foundation_storedfile").fetchall()]
        migrations = direct.execute("select app, name from django_migrations order by app, name").fetchall()
        database_copies.dump(_direct_address(), snapshot[0], folder / DUMP)
    _copy_files(folder, names)
    for path in _kept_beside(Path(settings.DATA)):
        target = folder / BESIDE / path.relative_to(settings.DATA)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(path, target)
        target.chmod(0o600)
    wanted = {f"{FILES}/{name}" for name in names}
    for path in [one for one in (folder / FILES).rglob("*") if one.is_file()]:
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()  # taken back between the copy and the dump
    parts = {str(path.relative_to(folder)): _part(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    return Backup(
        format=FORMAT,
        made_at=at.isoformat(),
        version=settings.VERSION,
        keys=fingerprints(settings.FIELD_KEYS),
        migrations=[list(one) for one in migrations],
        tables=tables,
        parts=parts,
        missing=sorted(wanted - parts.keys()),
    )


def fingerprints(keys: Iterable[str]) -> list[str]:
    """Name keys without telling them."""
    return [hashlib.sha256(b"clusterxchange key " + key.encode()).hexdigest()[:16] for key in keys]


def _refuse_what_does_not_fit(backup: Backup, folder: Path) -> None:
    brings_keys = (folder / BESIDE / "secrets.json").exists() and not settings.IS_PRODUCTION
    if not brings_keys and not set(backup.keys) <= set(fingerprints(settings.FIELD_KEYS)):
        raise BackupRefused(
            "FIELD_KEYS lacks a key that this backup was sealed with. Put it behind your own and try again."
        )
    known = MigrationLoader(None).disk_migrations
    if unknown := [f"{app}.{name}" for app, name in backup.migrations if (app, name) not in known]:
        raise BackupRefused(f"This backup is of a newer version ({backup.version}): {unknown[0]} is not known here.")


def _compare(found: dict[str, TableSum], wanted: dict[str, TableSum]) -> None:
    names = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if names:
        raise BackupRefused(f"The rows differ from the backup: {', '.join(names)}.")


# Files


def _names_of_files() -> list[str]:
    with _direct() as direct:
        return [str(one) for (one,) in direct.execute("select content from foundation_storedfile").fetchall()]


def _copy_files(folder: Path, names: Iterable[str]) -> None:
    storage = private_storage()
    for name in names:
        target = folder / FILES / name
        if target.exists() or not storage.exists(name):
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with storage.open(name) as source, _private(target) as out:
            _copy(source, out)


def _bring_files(folder: Path, backup: Backup) -> None:
    storage = private_storage()
    for name, part in backup.parts.items():
        kind, _, rest = name.partition("/")
        if kind == FILES:
            if storage.exists(rest):
                with storage.open(rest) as there:
                    if _copy(there, None) == part:
                        continue
                storage.delete(rest)
            with (folder / name).open("rb") as source:
                storage.save(rest, File(source))
        elif kind == BESIDE:
            target = Path(settings.DATA) / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f"{target.name}.draft")
            with (folder / name).open("rb") as source, _private(draft) as out:
                _copy(source, out)
            draft.replace(target)


def _remove_other_files(backup: Backup) -> None:
    """Remove the files to which no row points any more: they are in the backup that was made before."""
    storage = private_storage()
    wanted = {name.partition("/")[2] for name in backup.parts if name.startswith(f"{FILES}/")}
    for name in list(_files_in(storage, "")):
        if name not in wanted:
            storage.delete(name)


def _files_in(storage: Any, folder: str) -> Iterator[str]:  # noqa: ANN401 -- whatever kind of storage is set
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        yield f"{folder}/{name}" if folder else name
    for one in folders:
        yield from _files_in(storage, f"{folder}/{one}" if folder else one)


def _kept_beside(data: Path) -> list[Path]:
    kept = [path for pattern in KEPT_BESIDE for path in sorted(data.glob(pattern))]
    return [path for path in kept if path.name != "secrets.json" or not settings.IS_PRODUCTION]


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _part(path: Path) -> Part:
    with path.open("rb") as file:
        return _copy(file, None)


def _copy(source: Any, out: IO[bytes] | None) -> Part:  # noqa: ANN401 -- Python's file or Django's
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if out is not None:
            out.write(chunk)
    return Part(size, digest.hexdigest())


def _note(
    kind: BackupRecord.Kind, folder: Path, backup: Backup | None, at: datetime, begun: float, *, holds: bool
) -> None:
    BackupRecord.objects.create(
        kind=kind,
        at=at,
        folder=str(folder.absolute()),
        holds=holds,
        rows=backup.rows if backup else 0,
        files=backup.files if backup else 0,
        size=backup.size if backup else 0,
        seconds=round(time.monotonic() - begun, 1),
    )
