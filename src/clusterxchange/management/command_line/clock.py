"""Tell the time of a demonstration, or move it forward."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import MISUSE, NO, YES, print_answer


def moment(word: str) -> datetime:
    """Read ISO 8601; without a zone it is Brussels time."""
    read = datetime.fromisoformat(word)
    return read if read.tzinfo else read.replace(tzinfo=clock.BRUSSELS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `get` and `set T`."""
    parser.add_argument("what", choices=("get", "set"))
    parser.add_argument("to", nargs="?", type=moment, metavar="T", help="A moment such as 2026-03-09T09:00:00+01:00.")


def run(options: argparse.Namespace) -> int:
    """Print the time after the move."""
    if (options.what == "set") != (options.to is not None):
        sys.stderr.write("Say `clock get` or `clock set T`.\n")
        return MISUSE
    if options.what == "set":
        try:
            clock.set_clock(options.to)
        except clock.ClockGoesBackwards as refused:
            print_answer(options, {"now": refused.now.isoformat(), "error": "clock_goes_backwards"}, str(refused))
            return NO
    now = clock.now().astimezone(clock.BRUSSELS).isoformat()
    print_answer(options, {"now": now}, now)
    return YES
