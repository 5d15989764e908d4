"""Who may take part, on the command line."""

import argparse

from clusterxchange.management.command_line import NO, YES, print_answer
from clusterxchange.management.command_line.answers import edition_argument
from clusterxchange.scheme.document import ORGANISATION_TYPES, Membership, Role
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.eligibility import eligible

SUMMARY = "Tell whether an organisation may visit or host, and which rules forbid it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the organisation and the role."""
    edition_argument(parser)
    parser.add_argument("--type", dest="organisation_type", required=True, choices=ORGANISATION_TYPES)
    parser.add_argument("--country", required=True, type=str.upper)
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])
    parser.add_argument(
        "--cluster-member",
        dest="membership",
        default=Membership.NONE.value,
        choices=[membership.value for membership in Membership],
    )


def run(options: argparse.Namespace) -> int:
    """Print the verdict; 1 where something forbids it."""
    verdict = eligible(
        built_in(options.edition),
        organisation_type=options.organisation_type,
        country=options.country,
        role=options.role,
        membership=options.membership,
    )
    answer = {"allowed": verdict.allowed, "refusals": list(verdict.refusals)}
    print_answer(options, answer, "Allowed" if verdict.allowed else f"Refused: {', '.join(verdict.refusals)}")
    return YES if verdict.allowed else NO
