"""What proves the end of the journal from outside the database: one small file for each day (architecture.md)."""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from clusterxchange.workflow import journal


class NoAnchor(ValueError):
    """The file holds no number with its hash."""


def write_anchor(at: datetime) -> Path | None:
    """Write the head with which the day of this moment began; nothing while the journal is empty."""
    head = journal.keep_day_head(at)
    if head.n == 0:
        return None
    path = Path(settings.DATA) / "anchors" / f"{head.day.isoformat()}.txt"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head.n} {head.hash}\n", encoding="ascii")
    return path


def read_anchor(path: Path) -> tuple[int, str]:
    """Read the latest anchor of a file.

    Its lines are number and hash, JSON with `n` and `hash`, or what `check-journal --json` prints.

    :raises NoAnchor: when no line holds one.
    """
    found = [one for line in path.read_text(encoding="utf-8").splitlines() if (one := _anchor_in(line)) is not None]
    if not found:
        message = f"{path} holds no number of an entry with its hash."
        raise NoAnchor(message)
    return max(found)


def _anchor_in(line: str) -> tuple[int, str] | None:
    words = line.split()
    if len(words) == 2 and words[0].isdigit():  # noqa: PLR2004 -- number and hash
        return int(words[0]), words[1]
    try:
        read = json.loads(line)
    except ValueError:
        return None
    if not isinstance(read, dict):
        return None
    n, last = read.get("n", read.get("entries")), read.get("hash", read.get("head"))
    return (n, last) if isinstance(n, int) and isinstance(last, str) and last else None
