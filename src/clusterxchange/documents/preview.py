"""Pages of a PDF as pictures, so that a file from outside is looked at without being opened by anybody's reader.

The file is drawn by a process of its own, which is allowed little memory and little time.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

WORKER = Path(__file__).with_name("preview_worker.py")
PATIENCE_SECONDS = 20


class CannotBeShown(Exception):
    """The file has no such page, or none that could be drawn within bounds."""


@dataclass(frozen=True)
class Picture:
    """One page as PNG, and how many pages there are."""

    content: bytes
    pages: int


def page_as_picture(pdf: bytes, number: int) -> Picture:
    """Draw one page, counted from 1.

    :raises CannotBeShown: as said.
    """
    try:
        drawn = subprocess.run(
            [sys.executable, "-I", str(WORKER), str(number)],
            input=pdf,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotBeShown from None
    count, _line_end, content = drawn.stdout.partition(b"\n")
    if drawn.returncode or not count.isdigit():
        raise CannotBeShown
    return Picture(content, int(count))
