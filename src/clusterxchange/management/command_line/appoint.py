"""Give somebody a role in an office at once: for the first people of an installation, and in an emergency."""

import argparse

from clusterxchange.foundation import clock
from clusterxchange.management.command_line import NO, YES, print_answer

ROLES = ("support-office", "agency")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for whom and which role."""
    parser.add_argument("email", help="The address of an account, confirmed by its person.")
    parser.add_argument("--role", required=True, choices=ROLES, help="support-office or agency.")


def run(options: argparse.Namespace) -> int:
    """Print what was done; 1 where the person cannot be appointed."""
    from clusterxchange.journeys.offices.operations import appoint_person  # noqa: PLC0415 -- models need settings
    from clusterxchange.workflow import sentences  # noqa: PLC0415 -- as above
    from clusterxchange.workflow.engine import NotDone  # noqa: PLC0415 -- as above

    try:
        made = appoint_person(email=options.email, role=options.role.replace("-", "_"), at=clock.now())
    except NotDone as error:
        refusal = error.refusal
        print_answer(
            options, {"ok": False, "error": refusal.code}, sentences.refusal_sentence(refusal.code, refusal.params)
        )
        return NO
    answer = {"ok": True, "reference": made.reference, "email": made.account.email, "role": options.role}
    text = f"{made.account.email} has the role {options.role} now ({made.reference}). The second factor comes next."
    print_answer(options, answer, text)
    return YES
