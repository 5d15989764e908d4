"""Say whether a PDF file was made by this installation, and whether its signatures hold."""

import argparse
import sys
from pathlib import Path

from clusterxchange.management.command_line import MISUSE, NO, YES, print_answer

SHOWN = ("capacity", "level", "valid", "covers_whole")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for the file."""
    parser.add_argument("file", type=Path, metavar="FILE.pdf", help="The file to check.")


def run(options: argparse.Namespace) -> int:
    """Print the verdict; 1 where the file is not ours, byte for byte, or a signature or time stamp does not hold."""
    from clusterxchange.documents.signing.checking import NotReadable  # noqa: PLC0415 -- models need settings
    from clusterxchange.documents.verdicts import verdict_on  # noqa: PLC0415 -- as above

    try:
        content = options.file.read_bytes()
    except OSError as reason:
        sys.stderr.write(f"{reason}\n")
        return MISUSE
    try:
        verdict = verdict_on(content)
    except NotReadable:
        print_answer(options, {"genuine": False, "signatures": []}, "Not genuine: it is no PDF file that can be read.")
        return NO
    signatures = [{name: getattr(one, name) for name in SHOWN} for one in verdict.signatures]
    genuine = verdict.is_genuine and verdict.stamps_hold and all(one.valid for one in verdict.signatures)
    answer = {"genuine": genuine, "signatures": signatures}
    lines = [
        "Genuine: this installation made the file." if genuine else "Not genuine: this is no file of this installation."
    ]
    lines += [
        f"{one.capacity}: {one.person}, {one.at}, {'holds' if one.valid else 'does not hold'}"
        for one in verdict.signatures
    ]
    if not verdict.stamps_hold:
        lines.append("The time stamp that closes the file does not hold.")
    print_answer(options, answer, "\n".join(lines))
    return YES if genuine else NO
