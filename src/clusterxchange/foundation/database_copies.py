"""Copies of the database as PostgreSQL's own programs make them, and sums that show whether two are equal."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clusterxchange.foundation.database_server import find_binaries, own_environment

if TYPE_CHECKING:
    import psycopg

# The programs of the wheel know no TLS; a database that asks for it is dumped by the system's.
ASKS_FOR_TLS = {"require", "verify-ca", "verify-full"}
LONGEST_REASON = 500
EMPTY_IT = "drop schema public cascade; create schema public"
# The newest programs set what servers before 17 do not know. A comment of the same length takes its place.
NEW_SETTING = b"SET transaction_timeout = 0;"
HEAD = 4096


class CopyFailed(Exception):
    """The database could not be copied; the sentence says what its program said."""


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has, and the sum over all of them, whatever their order."""

    rows: int
    sha256: str


def dump(address: str, snapshot: str, path: Path) -> None:
    """Write the database as it is in a snapshot that somebody holds open.

    :raises CopyFailed: PostgreSQL's program failed.
    """
    order = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        _run(address, *order, output=out)


def load(address: str, path: Path) -> None:
    """Put a dump in the place of all that the database holds: wholly, or not at all.

    :raises CopyFailed: PostgreSQL's program failed.
    """
    script = path.with_suffix(".sql")
    script.touch(0o600)
    try:
        _run(None, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
        with script.open("r+b") as text:
            found = text.read(HEAD).find(NEW_SETTING)
            if found >= 0:
                text.seek(found)
                text.write(b"-" * len(NEW_SETTING))
        quiet = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        # One transaction: whoever fails on the way leaves what was there.
        _run(address, "psql", *quiet, "--single-transaction", f"--command={EMPTY_IT}", f"--file={script}")
    finally:
        script.unlink(missing_ok=True)


def sums(connection: psycopg.Connection) -> dict[str, TableSum]:
    """Add up each table. Two databases with the same rows have the same sums."""
    names = connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'public' and c.relkind = 'r' order by c.relname"
    ).fetchall()
    return {name: _sum(connection, name) for (name,) in names}


def _sum(connection: psycopg.Connection, table: str) -> TableSum:
    question = sql.SQL(
        "select count(*), encode(sha256(convert_to(coalesce(string_agg(one, '' order by one), ''), 'UTF8')), 'hex') "
        "from (select encode(sha256(convert_to(whole_row::text, 'UTF8')), 'hex') as one "
        "from public.{} as whole_row) as all_rows"
    ).format(sql.Identifier(table))
    found = connection.execute(question).fetchone()
    assert found is not None  # noqa: S101 -- an aggregate always answers
    return TableSum(*found)


def _programs(address: str | None) -> Path:
    asked = str(conninfo_to_dict(address or "").get("sslmode") or "")
    own = shutil.which("pg_dump") if asked in ASKS_FOR_TLS else None
    return Path(own).parent if own else find_binaries()


def _run(address: str | None, program: str, *arguments: str, output: IO[bytes] | None = None) -> None:
    """Run one program; a password goes by the environment, where other users can't read it."""
    environment = own_environment()
    where = []
    if address is not None:
        parts = conninfo_to_dict(address)
        if password := parts.pop("password", None):
            environment["PGPASSWORD"] = str(password)
        where = [
            f"--dbname={make_conninfo(**{name: str(value) for name, value in parts.items() if value is not None})}"
        ]
    done = subprocess.run(
        [_programs(address) / program, *where, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=output or subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
    )
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()[:LONGEST_REASON]
        raise CopyFailed(f"{program} failed: {reason}")
