"""The working days of a country, on the command line."""

import argparse
import sys

from clusterxchange.management.command_line import MISUSE, YES, print_answer
from clusterxchange.management.command_line.answers import day, edition_argument
from clusterxchange.scheme.calendars import CalendarUnknown, closed_days, working_days
from clusterxchange.scheme.editions import built_in

SUMMARY = "List the working days of a country between two days, both included."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for both days and the country."""
    edition_argument(parser)
    parser.add_argument("--from", dest="first", required=True, type=day)
    parser.add_argument("--to", dest="last", required=True, type=day)
    parser.add_argument("--country", required=True, type=str.upper)


def run(options: argparse.Namespace) -> int:
    """Print the days, their count and the public holidays."""
    if options.last < options.first:
        sys.stderr.write("The last day is before the first.\n")
        return MISUSE
    scheme = built_in(options.edition)
    try:
        days = working_days(scheme, options.country, options.first, options.last)
        closed = closed_days(scheme, options.country, options.first, options.last)
    except CalendarUnknown as unknown:
        sys.stderr.write(f"{unknown}\n")
        return MISUSE
    written = [each.isoformat() for each in days]
    answer = {
        "days": written,
        "count": len(days),
        "closed": {each.isoformat(): name for each, name in closed.items()},
    }
    lines = [*written, *(f"{each.isoformat()} closed: {name}" for each, name in closed.items())]
    print_answer(options, answer, "\n".join([*lines, f"{len(days)} working days"]))
    return YES
