"""Where an installation keeps its things."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from clusterxchange.management.installation import Installation


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    for name in ("DATA", "MODE", "DATABASE_URL"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    return Installation(tmp_path / "var", "demo")


def test_a_demonstration_makes_its_secrets_once_and_for_its_owner_alone(installation: Installation) -> None:
    installation.prepare_environment()
    path = installation.data / "secrets.json"
    first = path.read_text()
    installation.prepare_environment()
    assert path.read_text() == first
    assert path.stat().st_mode & 0o777 == 0o600
    kept = json.loads(first)
    assert len(kept["SECRET_KEY"]) >= 50
    sealed = Fernet(kept["FIELD_KEYS"]).encrypt(b"IBAN")
    assert Fernet(kept["FIELD_KEYS"]).decrypt(sealed) == b"IBAN"


def test_production_keeps_no_secrets(installation: Installation) -> None:
    Installation(installation.data, "production").prepare_environment()
    assert not (installation.data / "secrets.json").exists()


@pytest.mark.parametrize("note", ["", "{}", '{"pid": 999999999}', '{"pid": "x"}', "[1]"])
def test_a_note_of_a_server_that_does_not_run_does_not_count(installation: Installation, note: str) -> None:
    installation.data.mkdir()
    installation.note.write_text(note)
    assert installation.running() is None


def test_a_running_server_s_database_is_used(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    installation.data.mkdir()
    installation.note.write_text(json.dumps({"pid": os.getpid(), "database_url": "postgresql://there/it"}))
    with installation.database() as address:
        assert address == "postgresql://there/it"


def test_a_database_that_was_set_wins(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/it")
    installation.data.mkdir()
    installation.note.write_text(json.dumps({"pid": os.getpid(), "database_url": "postgresql://there/it"}))
    with installation.database() as address:
        assert address == "postgresql://elsewhere/it"
