"""Check the chain of the journal; with an anchor, a cut tail is found as well."""

import argparse
import sys
from pathlib import Path

from clusterxchange.management.command_line import MISUSE, NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for an anchor: a file that was kept outside the database."""
    parser.add_argument("--anchor", type=Path, metavar="FILE", help="Lines of number and hash, or of JSON with both.")


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 where an entry does not fit."""
    from clusterxchange.workflow import anchors, journal  # noqa: PLC0415 -- models need settings

    anchor = None
    if options.anchor is not None:
        try:
            anchor = anchors.read_anchor(options.anchor)
        except (OSError, anchors.NoAnchor) as reason:
            sys.stderr.write(f"{reason}\n")
            return MISUSE
    finding = journal.check(anchor)
    answer = {
        "ok": finding.ok,
        "entries": finding.entries,
        "head": finding.head,
        "first_bad": finding.first_bad,
        "end_proven": finding.end_proven,
    }
    if not finding.ok:
        text = f"Entry {finding.first_bad} does not fit; {finding.entries} before it do."
    elif finding.end_proven:
        text = f"All {finding.entries} entries fit, and the anchored one is there."
    else:
        text = f"All {finding.entries} entries fit. Without an anchor nothing proves that none is missing at the end."
    print_answer(options, answer, text)
    return YES if finding.ok else NO
