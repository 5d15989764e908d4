"""Put a backup in the place of what is there, with the tool stopped; what was there is backed up before."""

import argparse
import sys
import time
from pathlib import Path

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the folder, and whether it is a trial only."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="A folder that `backup` has written.")
    parser.add_argument(
        "--trial",
        action="store_true",
        help="Restore beside the installation, compare all sums, and leave all as it is.",
    )


def run(options: argparse.Namespace) -> int:
    """Print what was brought back; 1 where the backup does not hold."""
    from clusterxchange.foundation import backups  # noqa: PLC0415 -- models need settings
    from clusterxchange.foundation.database_copies import CopyFailed  # noqa: PLC0415 -- as above
    from clusterxchange.workflow import journal  # noqa: PLC0415 -- as above

    aside, begun = None, time.monotonic()
    try:
        if options.trial:
            backup = backups.try_out(options.folder, clock.now())
        else:
            backup, aside = backups.restore(options.folder, clock.real_now())
            backups.note_restore(options.folder, backup, clock.now(), begun)
    except (backups.BackupRefused, CopyFailed, OSError) as reason:
        sys.stderr.write(f"{reason}\n")
        return NO
    whole = options.trial or journal.check().ok
    answer = {
        "ok": whole,
        "trial": options.trial,
        "tables": len(backup.tables),
        "rows": backup.rows,
        "files": backup.files,
        "journal": None if options.trial else whole,
        "before": str(aside) if aside else None,
    }
    text = f"{backup.rows} rows of {len(backup.tables)} tables and {backup.files} files are as they were backed up."
    if not whole:
        text += " The chain of the journal does not fit: see check-journal."
    if aside:
        text += f" What was there before lies in {aside}."
    print_answer(options, answer, text)
    return YES if whole else NO
