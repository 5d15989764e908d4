"""Print a case as it stands: states, parties, consents, obligations, money, journal."""

import argparse
import json
import sys

from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the case."""
    parser.add_argument("reference", metavar="REFERENCE", help="Such as EXC-2026-000007; a payment shows its exchange.")


def run(options: argparse.Namespace) -> int:
    """Print the case; 1 where there is none with this reference."""
    from clusterxchange.management.inspection import case_as_it_stands  # noqa: PLC0415 -- models need settings

    answer = case_as_it_stands(options.reference)
    if answer is None:
        sys.stderr.write(f"There is no case {options.reference}.\n")
        return NO
    print_answer(options, answer, json.dumps(answer, ensure_ascii=False, indent=2))
    return YES
