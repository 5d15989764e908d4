"""A pytest plugin: a database server for the run, and a migrated template that each test database is copied from.

It is a plugin and no conftest because settings are imported before a conftest is asked.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import hashlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from clusterxchange.foundation.catalogues import compile_catalogues
from clusterxchange.foundation.database_server import WITHOUT_SAFETY, DatabaseServer, find_binaries, version_of
from clusterxchange.foundation.garbage import collect_seldom

PACKAGE = Path(__file__).resolve().parent.parent
OF_A_RUN = re.compile(r"cx_test_(\d+)(_.*)?")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Start the server and make the template, once for all workers of the run: they inherit the variables."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    compile_catalogues()
    _set_environment()
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = _start_server().address()
    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as connection:
        _drop_leftovers(connection)
        os.environ["CLUSTERXCHANGE_TEST_TEMPLATE"] = _ensure_template(connection, address) or ""
    os.environ["CLUSTERXCHANGE_TEST_DATABASE"] = f"cx_test_{os.getpid()}"


def pytest_collection_finish() -> None:
    """Collect garbage as the web server does: what was loaded for the run stays until its end."""
    collect_seldom()


def _set_environment() -> None:
    os.environ["MODE"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "clusterxchange.config.settings"
    data = tempfile.mkdtemp(prefix="cx-test-data-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ["DATA"] = data
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
    os.environ["FIELD_KEYS"] = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _start_server() -> DatabaseServer:
    chosen = os.environ.get("TEST_DATABASE_BINARIES")
    binaries = Path(chosen) if chosen else find_binaries()
    memory = Path("/dev/shm")  # noqa: S108 -- the folder below it is for one user and entered by a lock
    parent = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    data = parent / f"cx-tests-{os.geteuid()}" / f"postgresql-{version_of(binaries)}"
    server = DatabaseServer(data, tuning=WITHOUT_SAFETY, binaries=binaries).__enter__()
    # Not in a hook at the end: a run whose settings can't be imported never gets there.
    atexit.register(server.__exit__, None, None, None)
    return server


def _drop_leftovers(connection: psycopg.Connection) -> None:
    """Drop what killed runs left: a run's database bears the number of its process."""
    for (name,) in connection.execute("select datname from pg_database where datname like 'cx_test_%'").fetchall():
        of_a_run = OF_A_RUN.fullmatch(name)
        if of_a_run and not Path("/proc", of_a_run[1]).exists():
            with contextlib.suppress(psycopg.Error):
                connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))


def _ensure_template(connection: psycopg.Connection, address: str) -> str | None:
    """Migrate an empty database once for this state of the migrations."""
    name = f"cx_template_{digest_of_migrations()}"
    connection.execute("select pg_advisory_lock(7002)")
    try:
        known = {row[0] for row in connection.execute("select datname from pg_database").fetchall()}
        if name not in known:
            draft = f"cx_template_draft_{os.getpid()}"
            connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(draft)))
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(draft)))
            if not _migrate(connection, address, draft):
                return None
            for old in known:
                if old.startswith("cx_template_"):
                    with contextlib.suppress(psycopg.Error):
                        connection.execute(sql.SQL("drop database {}").format(sql.Identifier(old)))
            connection.execute(
                sql.SQL("alter database {} rename to {}").format(sql.Identifier(draft), sql.Identifier(name))
            )
    finally:
        connection.execute("select pg_advisory_unlock(7002)")
    return name


def _migrate(connection: psycopg.Connection, address: str, database: str) -> bool:
    there = psycopg.conninfo.make_conninfo(address, dbname=database)
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": there},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        connection.execute(sql.SQL("drop database {}").format(sql.Identifier(database)))
        # Tests without a database still run; one with it tries the migrations anew and shows why they fail.
        last_line = done.stderr.strip().splitlines()[-1:]
        sys.stderr.write(f"No template database, the migrations fail: {' '.join(last_line)}\n")
    return done.returncode == 0


def digest_of_migrations() -> str:
    """Name a state of the schema: our migrations, what they read, and the versions of all that brings others."""
    digest = hashlib.sha256()
    # Migrations fill the rules in, so the package of the rules counts as well.
    sources = {
        *PACKAGE.glob("**/migrations/*.py"),
        *(PACKAGE / "scheme").rglob("*"),
        PACKAGE / "config" / "settings.py",
    }
    for path in sorted(sources):
        if path.is_file() and path.suffix in {".py", ".json"}:
            digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    for name in ("Django", "django-allauth", "procrastinate"):
        digest.update(f"{name} {metadata.version(name)}".encode())
    return digest.hexdigest()[:16]
