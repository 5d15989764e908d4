"""Carry out what is due: ends of terms, reminders, the day's head of the journal."""

import argparse

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import YES, print_answer
from clusterxchange.management.command_line.answers import moment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the moment; the clock's where none is given."""
    parser.add_argument("--at", type=moment, metavar="T", help="A moment such as 2026-03-09T09:00:00+01:00.")


def run(options: argparse.Namespace) -> int:
    """Print what was done, in its order."""
    from clusterxchange.workflow import anchors, deadlines  # noqa: PLC0415 -- models need settings

    at = options.at or clock.now()
    done = deadlines.run_due(at)
    anchors.write_anchor(at)
    answer = {"done": [{"term": one.term, "ref": one.ref, "what": one.what} for one in done]}
    lines = [f"{one.ref}  {one.term or '-'}  {one.what}" for one in done]
    print_answer(options, answer, "\n".join(lines) or "Nothing was due.")
    return YES
