"""Catalogues are compiled when they are stale, and only then."""

from __future__ import annotations

import gettext
import os
from typing import TYPE_CHECKING

import pytest

from clusterxchange.foundation import catalogues

if TYPE_CHECKING:
    from pathlib import Path

TEXT = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Desk"\nmsgstr "Pulpit"\n'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogues, "PACKAGE", tmp_path)
    path = tmp_path / "locale" / "pl" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_new_catalogue_is_compiled_and_says_what_it_says(source: Path) -> None:
    assert catalogues.compile_catalogues() == 1
    with source.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Desk") == "Pulpit"


@pytest.mark.usefixtures("source")
def test_a_compiled_catalogue_is_left_alone() -> None:
    catalogues.compile_catalogues()
    assert catalogues.compile_catalogues() == 0


def test_a_changed_catalogue_is_compiled_anew(source: Path) -> None:
    catalogues.compile_catalogues()
    later = source.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert catalogues.compile_catalogues() == 1
