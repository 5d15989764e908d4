"""Back everything up into an empty folder, while the tool runs: database, files, and what lies beside them."""

import argparse
import sys
from pathlib import Path

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the folder."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="An empty folder, or one to be made.")


def run(options: argparse.Namespace) -> int:
    """Print what was saved; 1 where a file was missing or nothing could be saved."""
    from clusterxchange.foundation import backups  # noqa: PLC0415 -- models need settings
    from clusterxchange.foundation.database_copies import CopyFailed  # noqa: PLC0415 -- as above

    try:
        made = backups.back_up(options.folder, clock.now())
    except (backups.BackupRefused, CopyFailed, OSError) as reason:
        sys.stderr.write(f"{reason}\n")
        return NO
    answer = {
        "ok": not made.missing,
        "tables": len(made.tables),
        "rows": made.rows,
        "files": made.files,
        "bytes": made.size,
        "missing": made.missing,
    }
    text = (
        f"{made.rows} rows of {len(made.tables)} tables and {made.files} files, {made.size} bytes, in {options.folder}."
    )
    if made.missing:
        text += f" {len(made.missing)} files are missing in storage: {made.missing[0]} and so on."
    print_answer(options, answer, text)
    return NO if made.missing else YES
