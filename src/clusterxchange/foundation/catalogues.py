"""Translations compiled with Babel, since not every machine has gettext's own programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).resolve().parent.parent


def stale_catalogues() -> Iterator[Path]:
    """Find the catalogues that are newer than what was compiled from them."""
    for source in sorted(PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns:
            yield source


def compile_catalogues() -> int:
    """Compile what is stale; each file appears whole, so that a process reading it at this moment is not harmed."""
    count = 0
    for source in stale_catalogues():
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        draft = source.with_suffix(f".{os.getpid()}.mo")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(source.with_suffix(".mo"))
        count += 1
    return count


if __name__ == "__main__":
    compile_catalogues()
    sys.exit(0)
