"""All drills as one command: in their short form all at once, with LONG=1 part by part at their full counts.

What was done stays done, so a broken-off run goes on where it was. What a part printed is kept beside its result.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path.cwd()
KEPT = ROOT / ".drills"


@dataclass(frozen=True)
class Part:
    """One drill, and where it is written."""

    name: str
    files: tuple[str, ...]
    seed: str = ""
    workers: str = "0"


PARTS = (
    Part("signing at once", ("tests/operations/test_drill_of_signing.py",)),
    Part("two at once", ("tests/operations/test_two_at_once.py",)),
    Part("payments at once and killed", ("tests/phases/finalisation/test_many_at_once.py",)),
    Part("killed while paying", ("tests/drills/test_killed_while_paying.py",)),
    Part("killed database", ("tests/drills/test_killed_database.py",)),
    Part("money over histories", ("tests/phases/finalisation/test_money_over_histories.py",)),
    Part("changed bytes in signatures", ("tests/management/test_check_document.py",)),
    Part("changed bytes in packs", ("tests/phases/exchange_building/test_verification_pack.py",)),
    Part("a whole life by chance", ("tests/drills/test_programme.py",)),
    Part("whatever happens to an exchange", ("tests/drills/test_stateful_life.py",)),
    *(Part(f"made-up requests {seed}", ("tests/drills/test_requests.py",), seed) for seed in "123"),
    Part("strangers in every state", ("tests/matrices/test_strangers.py",), workers="2"),
    Part("planted strings", ("tests/drills/test_planted_strings.py",)),
    Part("hostile strings", ("tests/drills/test_hostile_strings.py",)),
    Part("removed checks", ("tests/drills/test_removed_checks.py",)),
    Part("guesses", ("tests/drills/test_guesses.py",)),
    Part("tampering with the journal", ("tests/drills/test_tampering.py",)),
    Part("hostile files", ("tests/foundation/test_hostile_files.py", "tests/foundation/test_scanner.py")),
    Part(
        "last days and clocks",
        ("tests/drills/test_last_seconds.py", "tests/workflow/test_last_day.py", "tests/foundation/test_clock.py"),
    ),
    Part("killed processes", ("tests/management/test_run.py", "tests/workflow/test_stalled_jobs.py")),
    Part("backup and restore", ("tests/drills/test_backup_and_restore.py",)),
)
# One start for all of them: each start costs more than most parts take.
SHORT = (
    Part("all in their short form", tuple(dict.fromkeys(file for part in PARTS for file in part.files)), "1", "2"),
)


def version() -> str:
    """Name the code that is drilled: its commit, where there is one."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False, cwd=ROOT)
    return done.stdout.strip() or "unknown"


def play(part: Part) -> dict[str, Any]:
    """Play one part, show what it prints, and give what became of it."""
    begin = time.monotonic()
    order = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-n",
        part.workers,
        "-p",
        "no:randomly",
        "--color=no",
        *part.files,
    ]
    lines: list[str] = []
    environment = {**os.environ, **({"SEED": part.seed} if part.seed else {})}
    with subprocess.Popen(
        order, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT, env=environment
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            lines.append(line.rstrip())
    told = [line for line in lines if line.strip(" .sFE[]%0123456789")]
    return {"ok": process.returncode == 0, "seconds": round(time.monotonic() - begin, 1), "told": told[-12:]}


def main() -> int:
    """Play every part that has not been played on this code, and say how each ended."""
    is_long = os.environ.get("LONG") == "1"
    kept = KEPT / ("long.json" if is_long else "short.json")
    held: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if held.get("version") != version():
        held = {"version": version(), "parts": {}}
    for part in PARTS if is_long else SHORT:
        if held["parts"].get(part.name, {}).get("ok"):
            continue
        sys.stdout.write(f"-- {part.name}\n")
        held["parts"][part.name] = play(part)
        KEPT.mkdir(exist_ok=True)
        kept.write_text(json.dumps(held, indent=1), encoding="utf-8")
    for name, one in held["parts"].items():
        sys.stdout.write(f"{'holds' if one['ok'] else 'FAILS'}  {one['seconds']:>7.1f} s  {name}: {one['told'][-1:]}\n")
    return 0 if all(one["ok"] for one in held["parts"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
