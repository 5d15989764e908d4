"""All tests as one command: what the system must have, the runs in their order, and one line that adds them up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OUTCOMES = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "error", "errors")
SUMMARY = re.compile(r"^=+ (?P<counts>.+?) in [\d.]+s(?: \([\d:]+\))? =+$")
NO_TESTS = 5


@dataclass(frozen=True)
class SystemPart:
    """A program that tests call and pip can't bring."""

    package: str
    is_there: Callable[[], bool]


def distribution_database() -> Path | None:
    """Find the programs of the oldest PostgreSQL that the distribution has put here."""
    folders = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    return min(folders, key=lambda path: int(path.parent.name), default=None)


# Where a distribution puts what a server starts.
PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
PARTS = (
    SystemPart("chromium", lambda: any(map(shutil.which, ("chromium", "chromium-browser")))),
    SystemPart("poppler-utils", lambda: all(map(shutil.which, ("pdftotext", "pdffonts", "pdfinfo", "pdfsig")))),
    SystemPart("nginx", lambda: shutil.which("nginx", path=PLACES) is not None),
    SystemPart("postgresql", lambda: distribution_database() is not None),
)


def missing_packages() -> list[str]:
    """Name the system packages that are not there."""
    return [part.package for part in PARTS if not part.is_there()]


def install(packages: Sequence[str]) -> None:
    """Let apt-get bring them, where we may."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    sys.stdout.write(f"Installing {', '.join(packages)} …\n")
    sys.stdout.flush()
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], env=quiet, check=False, stdout=subprocess.DEVNULL)
    order = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages]
    subprocess.run(order, env=quiet, check=False, stdout=subprocess.DEVNULL)


def run(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, Counter[str]]:
    """Run pytest, show what it prints, and read its last line."""
    order = [sys.executable, "-m", "pytest", "--color=no", *arguments]
    counts: Counter[str] = Counter()
    with subprocess.Popen(
        order, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            if found := SUMMARY.match(line.strip()):
                counts = read_counts(found["counts"])
    return process.returncode, counts


def read_counts(text: str) -> Counter[str]:
    """Read `3 failed, 512 passed`; a run that found nothing counts nothing."""
    counts: Counter[str] = Counter()
    for part in text.split(", "):
        number, _, word = part.partition(" ")
        if number.isdigit() and word in OUTCOMES:
            counts["errors" if word == "error" else word] += int(number)
    return counts


def main() -> int:
    """Run everything, even after a failure, so that one look shows all of it."""
    install(missing_packages())
    if missing := missing_packages():
        sys.stderr.write(f"Tests need these packages of the system, which are not here: {', '.join(missing)}.\n")
        return 1
    begin = time.monotonic()
    binaries = str(distribution_database())
    ends = [
        run("-n", "2", "-m", "not browser"),
        # Each worker has a demonstration of its own; a file stays with one worker, and their order stays.
        run("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "browser"),
        run("-n", "2", "-m", "database and not browser", environment={"TEST_DATABASE_BINARIES": binaries}),
    ]
    total: Counter[str] = sum((counts for _, counts in ends), Counter())
    del total["deselected"]  # what one run leaves out, another one takes
    told = ", ".join(f"{total[word]} {word}" for word in OUTCOMES if total[word])
    sys.stdout.write(f"== {told or 'no tests ran'} in {time.monotonic() - begin:.2f}s ==\n")
    return 0 if total["passed"] and all(code in {0, NO_TESTS} for code, _ in ends) else 1


if __name__ == "__main__":
    sys.exit(main())
