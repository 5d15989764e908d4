"""Write the verification pack of an exchange: its signed documents with all that they are checked with."""

import argparse
import sys
from pathlib import Path

from clusterxchange.management.command_line import NO, YES, print_answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the exchange and the place of the file."""
    parser.add_argument("reference", metavar="REFERENCE", help="Such as EXC-2026-000007.")
    parser.add_argument("--to", type=Path, metavar="FILE.zip", help="Where to write it; else into this folder.")


def run(options: argparse.Namespace) -> int:
    """Write the file and print where it is; 1 where nothing is signed yet."""
    from clusterxchange.access.actor import SYSTEM  # noqa: PLC0415 -- the actor that stands for the operator
    from clusterxchange.foundation import clock  # noqa: PLC0415 -- models need settings
    from clusterxchange.phases.exchange_building import operations  # noqa: PLC0415 -- as above
    from clusterxchange.phases.exchange_building.models import Exchange  # noqa: PLC0415 -- as above
    from clusterxchange.workflow.engine import NotDone  # noqa: PLC0415 -- as above

    exchange = Exchange.objects.filter(reference=options.reference).first()
    if exchange is None:
        sys.stderr.write(f"There is no exchange {options.reference}.\n")
        return NO
    try:
        content = operations.open_verification_pack(exchange, actor=SYSTEM, at=clock.now())
    except NotDone as reason:
        print_answer(options, {"file": None, "refusal": reason.refusal.code}, f"No pack: {reason.refusal.code}.")
        return NO
    path = options.to or Path(f"verification-pack-{options.reference}.zip")
    path.write_bytes(content)
    print_answer(options, {"file": str(path), "refusal": None}, f"Written to {path}.")
    return YES
