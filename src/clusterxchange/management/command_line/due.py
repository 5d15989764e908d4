"""When a term ends, on the command line."""

import argparse
import sys

from clusterxchange.management.command_line import MISUSE, YES, print_answer
from clusterxchange.management.command_line.answers import edition_argument, moment
from clusterxchange.scheme.calendars import CalendarUnknown
from clusterxchange.scheme.document import TERM_NAMES, UnknownCountry
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.terms import acting_country, due_at

SUMMARY = "Tell when a term ends: the first instant that is too late."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the term, its event and the country of the side that acts."""
    edition_argument(parser)
    parser.add_argument("--term", required=True, choices=TERM_NAMES)
    parser.add_argument("--from", dest="start", required=True, type=moment)
    parser.add_argument("--country", type=str.upper, help="Without it, that of the support office.")


def run(options: argparse.Namespace) -> int:
    """Print the instant in the zone of the side that acts."""
    scheme = built_in(options.edition)
    country = acting_country(scheme, options.country)
    try:
        due = due_at(scheme, options.term, options.start, country).astimezone(scheme.country(country).zone)
    except UnknownCountry:
        sys.stderr.write(f"The edition does not know the country {country}.\n")
        return MISUSE
    except CalendarUnknown as unknown:
        sys.stderr.write(f"{unknown}\n")
        return MISUSE
    print_answer(options, {"due_at": due.isoformat()}, due.isoformat())
    return YES
