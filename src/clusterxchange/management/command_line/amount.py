"""The lump sum of an exchange, on the command line."""

import argparse

from clusterxchange.foundation.money import format_cents
from clusterxchange.management.command_line import NO, YES, print_answer
from clusterxchange.management.command_line.answers import edition_argument, kilometres, whole_number
from clusterxchange.scheme.amounts import lump_sum
from clusterxchange.scheme.document import Format
from clusterxchange.scheme.editions import built_in

SUMMARY = "Compute the lump sum of an exchange, with its working."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for both countries, the days, the distance and the format."""
    edition_argument(parser)
    parser.add_argument("--from", dest="from_country", required=True, type=str.upper, help="Country of the visitor.")
    parser.add_argument("--to", dest="to_country", required=True, type=str.upper, help="Country of the host.")
    parser.add_argument("--days", required=True, type=whole_number, help="Full working days at the host.")
    parser.add_argument("--km", required=True, type=kilometres, help="Distance between the two places.")
    parser.add_argument("--format", default=Format.PHYSICAL.value, choices=[form.value for form in Format])


def run(options: argparse.Namespace) -> int:
    """Print the amount; 1 where it is refused."""
    working = lump_sum(
        built_in(options.edition),
        from_country=options.from_country,
        to_country=options.to_country,
        days=options.days,
        kilometres=options.km,
        format=options.format,
    )
    answer = {
        "cents": working.cents,
        "full_cents": working.full_cents,
        "halved": working.halved,
        "reasons": list(working.reasons),
        "refusal": working.refusal,
    }
    text = f"Refused: {working.refusal}" if working.refusal else format_cents(working.cents, "en")
    if working.halved:
        text += f" (half of {format_cents(working.full_cents, 'en')}: {', '.join(working.reasons)})"
    print_answer(options, answer, text)
    return NO if working.refusal else YES
