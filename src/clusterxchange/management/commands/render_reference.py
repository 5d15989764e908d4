"""Writes the reference pages from the code, or says which of them are not what the code says."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from clusterxchange.management.references import pages

REFERENCE = Path(__file__).resolve().parents[4] / "docs" / "reference"


class Command(BaseCommand):
    """Keeps docs/reference in step with the code."""

    help = "Write the reference pages from the code; with --check only compare."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Ask whether to look only, and where the pages are."""
        parser.add_argument("--check", action="store_true", help="Change nothing; fail where a page differs.")
        parser.add_argument("--folder", type=Path, default=REFERENCE, help="Where the pages are.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401, ARG002 -- the signature is Django's
        """Write or compare; the pages are in English whatever the reader's language is."""
        folder: Path = options["folder"]
        with translation.override("en"):
            written = pages()
        stale = [name for name, text in written.items() if _text_of(folder / name) != text]
        if options["check"]:
            if stale:
                message = (
                    f"{', '.join(stale)} in {folder} differ from the code. `manage.py render_reference` writes them."
                )
                raise CommandError(message)
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(written[name], encoding="utf-8")
        self.stdout.write(f"{len(stale)} of {len(written)} pages written.")


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
