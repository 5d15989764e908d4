"""Reading the arguments that several commands on the rules share."""

import argparse
import math
from datetime import date, datetime

from clusterxchange.scheme.editions import DEFAULT_EDITION, EDITION_CODES


def edition_argument(parser: argparse.ArgumentParser) -> None:
    """Ask for the edition whose rules count."""
    parser.add_argument("--edition", default=DEFAULT_EDITION, choices=EDITION_CODES)


def whole_number(text: str) -> int:
    """Read a whole number that is not negative."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def kilometres(text: str) -> float:
    """Read a distance that is not negative."""
    number = float(text)
    if not math.isfinite(number) or number < 0:
        raise argparse.ArgumentTypeError("must be a distance that is not negative")
    return number


def day(text: str) -> date:
    """Read a date such as 2026-03-02."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """Read a moment in the form of ISO 8601 with its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("must have a time zone, such as 2026-03-02T09:00+01:00")
    return at
