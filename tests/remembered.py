"""Reaches each place of a story by its real operations once, and gives its rows back to whoever begins there again.

Most tests begin where others begin: with the cast, an accepted pair, an exchange under way. The way there costs a
second or two. A process goes it once, keeps the rows that were written, and puts them back for the next test in a
small part of that time. What is given back is what the operations wrote, number for number. Nothing is given back
where the way could have been another one: outside a transaction, after a flush, with settings of the test's own, or
after any write of its own.
"""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from django.conf import UserSettingsHolder, settings
from django.core.files.base import ContentFile
from django.db import connection

from clusterxchange.foundation.models import StoredFile
from clusterxchange.scheme.models import Edition

Made = TypeVar("Made")
Counts = dict[str, int]
Way = tuple[Hashable, ...]


@dataclass(frozen=True)
class Kept:
    """What a place consists of: its rows by table as COPY writes them, its files, and what the way there gave."""

    rows: dict[str, bytes]
    files: dict[str, bytes]
    made: bytes


@dataclass(frozen=True)
class Standing:
    """Where a transaction stands, as long as nothing else is written in it."""

    transaction: int
    before: Counts
    counts: Counts
    way: Way


def _view(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# What an actor may do stands in one, and pickle knows none.
copyreg.pickle(MappingProxyType, lambda view: (_view, (dict(view),)))

_kept: dict[Way, Kept] = {}
_standing: Standing | None = None


def remembered(place: Hashable, reach: Callable[[], Made]) -> Made:
    """Give what `reach` gives, and have the database as it leaves it; the place names all that the way depends on."""
    global _standing  # noqa: PLW0603 -- where this process stands; a test runs alone in it
    here = _where_we_stand()
    if here is None:
        return reach()
    way = (*here.way, place)
    if way not in _kept:
        made = reach()
        changed = [table for table, count in _counts().items() if count > here.before.get(table, 0)]
        _kept[way] = Kept(rows_of(changed), _files(), pickle.dumps(made))
    else:
        made = pickle.loads(_kept[way].made)  # noqa: S301 -- pickled a few lines above
        put_back(_kept[way].rows)
        _put_files_back(_kept[way].files)
    _standing = Standing(_transaction() or 0, here.before, _counts(), way)
    return made


def _where_we_stand() -> Standing | None:
    """Say which way this transaction has come, or nothing if that is not known for certain."""
    if not connection.in_atomic_block or isinstance(getattr(settings, "_wrapped", None), UserSettingsHolder):
        return None
    number = _transaction()
    if number is None:
        counts = _counts()
        return Standing(0, counts, counts, ()) if Edition.objects.exists() else None
    if _standing is not None and _standing.transaction == number and _standing.counts == _counts():
        return _standing
    return None


def _transaction() -> int | None:
    """Give the number of this transaction, which it has from its first write."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id_if_assigned()::text::bigint")
        number: int | None = cursor.fetchone()[0]
    return number


def _counts() -> Counts:
    """Count what has been written to each table; what earlier transactions have written may be among it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select quote_ident(schemaname) || '.' || quote_ident(relname), n_tup_ins + n_tup_upd + n_tup_del"
            " from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return dict(cursor.fetchall())


def rows_of(tables: list[str]) -> dict[str, bytes]:
    """Give all rows of some tables, whose names are quoted already."""
    rows: dict[str, bytes] = {}
    with connection.cursor() as cursor:
        for table in tables:
            with cursor.copy(f"copy {table} to stdout (format binary)") as parts:
                rows[table] = b"".join(bytes(part) for part in parts)
    return rows


def put_back(rows: dict[str, bytes]) -> None:
    """Make rows the only ones of their tables, without what triggers would do with them a second time."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("; ".join(f"delete from {table}" for table in rows))  # noqa: S608 -- quoted by the server
        for table, content in rows.items():
            with cursor.copy(f"copy {table} from stdin (format binary)") as parts:
                parts.write(content)
        cursor.execute("set session_replication_role = origin")


def _files() -> dict[str, bytes]:
    found = {}
    for stored in StoredFile.objects.all():
        with stored.content.open("rb") as content:
            found[str(stored.content.name)] = content.read()
    return found


def _put_files_back(files: dict[str, bytes]) -> None:
    storage: Any = StoredFile._meta.get_field("content").storage
    for name, content in files.items():
        if not storage.exists(name):
            storage.save(name, ContentFile(content))
