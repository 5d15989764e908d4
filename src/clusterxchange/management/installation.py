"""Where an installation keeps its things, and how a command finds its database.

Nothing here imports Django: the environment must be complete before settings are read.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusterxchange.foundation.database_server import DatabaseServer

SETTINGS = "clusterxchange.config.settings"
DATABASE = "clusterxchange"


@dataclass(frozen=True)
class Installation:
    """A data folder and a mode."""

    data: Path
    mode: str

    @classmethod
    def of_environment(cls) -> Installation:
        """Read DATA and MODE as settings do."""
        return cls(Path(os.environ.get("DATA") or "var").absolute(), os.environ.get("MODE") or "demo")

    @property
    def note(self) -> Path:
        """Give the file in which a running server says where it is."""
        return self.data / "server.json"

    def running(self) -> dict[str, Any] | None:
        """Read the note of a server that is running now; a note left by a killed one does not count."""
        try:
            note: dict[str, Any] = json.loads(self.note.read_text(encoding="utf-8"))
            os.kill(int(note["pid"]), 0)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return note

    def prepare_environment(self) -> None:
        """Set what settings read, without the database."""
        self.data.mkdir(parents=True, exist_ok=True)
        os.environ["DATA"] = str(self.data)
        os.environ["MODE"] = self.mode
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        if self.mode != "production":
            self._keep_secrets()

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of the database: the one that was set, the running server's, else our own server's."""
        if address := os.environ.get("DATABASE_URL"):
            yield address
            return
        note = self.running()
        if note and note.get("database_url"):
            os.environ["DATABASE_URL"] = note["database_url"]
            yield note["database_url"]
            return
        with self.database_server() as server:
            os.environ["DATABASE_URL"] = server.ensure_database(DATABASE)
            try:
                yield os.environ["DATABASE_URL"]
            finally:
                _close_connections()
                del os.environ["DATABASE_URL"]

    def database_server(self) -> DatabaseServer:
        """Give our own server, which is used where no address is set."""
        return DatabaseServer(self.data / "database")

    def _keep_secrets(self) -> None:
        path = self.data / "secrets.json"
        if path.exists():
            return
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        # Written apart and linked into place: two first starts at once must not seal with different keys.
        draft = path.with_name(f"secrets.{os.getpid()}.json")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(made, file)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()


@contextlib.contextmanager
def prepared_django() -> Iterator[Installation]:
    """Prepare the environment, find the database and set Django up: for commands that need models."""
    installation = Installation.of_environment()
    installation.prepare_environment()
    with installation.database():
        import django  # noqa: PLC0415 -- settings must not be read before the database is known

        django.setup()
        yield installation


@contextlib.contextmanager
def prepared_settings() -> Iterator[Installation]:
    """Prepare the environment and set Django up without a database: for commands that read tables in the code."""
    installation = Installation.of_environment()
    installation.prepare_environment()
    import django  # noqa: PLC0415 -- settings must not be read before the environment is complete

    django.setup()
    yield installation


def django_command(arguments: Sequence[str]) -> int:
    """Carry out one of Django's own commands."""
    installation = Installation.of_environment()
    installation.prepare_environment()
    with installation.database():
        from django.core.management import execute_from_command_line  # noqa: PLC0415 -- as above

        execute_from_command_line(list(arguments))
    return 0


def _close_connections() -> None:
    # A pooled connection would hold the stop of the server up.
    from django.apps import apps  # noqa: PLC0415 -- as above

    if apps.ready:
        from django.db import connections  # noqa: PLC0415 -- as above

        connections.close_all()
