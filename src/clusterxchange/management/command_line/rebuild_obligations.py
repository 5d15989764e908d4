"""Derive who must do what anew from the tables of states; with --check only compare."""

import argparse

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask whether to look only."""
    parser.add_argument("--check", action="store_true", help="Change nothing; 1 where something differs.")


def run(options: argparse.Namespace) -> int:
    """Print each difference; without --check they are mended."""
    from clusterxchange.workflow import obligations  # noqa: PLC0415 -- models need settings

    at = clock.now()
    found = obligations.differences(at)
    if found and not options.check:
        obligations.rebuild(at)
    count = f"{len(found)} difference{'' if len(found) == 1 else 's'}"
    text = "\n".join([*found, count if options.check or not found else f"{count}, mended"])
    print_answer(options, {"ok": not found or not options.check, "differences": len(found), "found": found}, text)
    return NO if found and options.check else YES
