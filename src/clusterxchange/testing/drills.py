"""All drills as one command: in their short form all at once, with LONG=1 part by part at their full counts.

The short form is over in a minute: it plays what depends on a moment or on chance, one test of what has several alike,
and no whole world. `make test` plays the others in their short form as well.

What was done stays done, so a broken-off run goes on where it was. What a part printed is kept beside its result.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path.cwd()
KEPT = ROOT / ".drills"


@dataclass(frozen=True)
class Part:
    """One drill, and where it is written; `short` names what of it the short form plays, if not all."""

    name: str
    files: tuple[str, ...]
    seed: str = ""
    workers: str = "0"
    short: tuple[str, ...] | None = None


MANY = "tests/phases/finalisation/test_many_at_once.py"
LIVES, BACKUPS = "tests/drills/test_stateful_life.py", "tests/drills/test_backup_and_restore.py"
PROCESSES, STALLED = "tests/management/test_run.py", "tests/workflow/test_stalled_jobs.py"
KILLING = (
    Part("killed while paying", ("tests/drills/test_killed_while_paying.py",)),
    Part("killed database", ("tests/drills/test_killed_database.py",)),
)
OTHERS = (
    Part("two at once", ("tests/operations/test_two_at_once.py",)),
    Part("signing at once", ("tests/operations/test_drill_of_signing.py",)),
    Part(
        "payments at once and killed",
        (MANY,),
        short=(f"{MANY}::test_each_of_many_payments_is_ordered_released_written_and_paid_once",),
    ),
    Part("money over histories", ("tests/phases/finalisation/test_money_over_histories.py",), short=()),
    Part("changed bytes in signatures", ("tests/management/test_check_document.py",), short=()),
    Part("changed bytes in packs", ("tests/phases/exchange_building/test_verification_pack.py",), short=()),
    Part("a whole life by chance", ("tests/drills/test_programme.py",), short=()),
    Part(
        "whatever happens to an exchange",
        (LIVES,),
        short=(f"{LIVES}::test_whatever_happens_in_the_life_of_an_exchange_its_rules_hold[ended]",),
    ),
    *(Part(f"made-up requests {seed}", ("tests/drills/test_requests.py",), seed) for seed in "123"),
    Part("strangers in every state", ("tests/matrices/test_strangers.py",), workers="2", short=()),
    Part("planted strings", ("tests/drills/test_planted_strings.py",), short=()),
    Part("hostile strings", ("tests/drills/test_hostile_strings.py",)),
    Part("removed checks", ("tests/drills/test_removed_checks.py",)),
    Part("guesses", ("tests/drills/test_guesses.py",)),
    Part("tampering with the journal", ("tests/drills/test_tampering.py",)),
    Part("hostile files", ("tests/foundation/test_hostile_files.py", "tests/foundation/test_scanner.py")),
    Part(
        "last days and clocks",
        ("tests/drills/test_last_seconds.py", "tests/workflow/test_last_day.py", "tests/foundation/test_clock.py"),
    ),
    Part("killed processes", (PROCESSES, STALLED), short=(STALLED,)),
    Part(
        "backup and restore",
        (BACKUPS,),
        short=(f"{BACKUPS}::test_what_was_wiped_comes_back_row_for_row_and_byte_for_byte",),
    ),
)
PARTS = (*KILLING, *OTHERS)


def short_form_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """Give what the short form plays of some parts, each once."""
    return tuple(dict.fromkeys(one for part in parts for one in (part.files if part.short is None else part.short)))


# Few starts, for each costs more than most parts take. Whoever kills waits most of the time, so others play meanwhile.
SHORT = (
    Part("the killing ones in their short form", short_form_of(KILLING), "1", "2"),
    Part("all others in their short form", short_form_of(OTHERS), "1", "2"),
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
        "--maxschedchunk=1",
        "-p",
        "no:randomly",
        "--color=no",
        *part.files,
    ]
    sys.stdout.write(f"-- {part.name}\n")
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
    left = [part for part in (PARTS if is_long else SHORT) if not held["parts"].get(part.name, {}).get("ok")]
    with ThreadPoolExecutor(len(SHORT)) as players:
        played = map(play, left) if is_long else players.map(play, left)
        for part, one in zip(left, played, strict=True):
            held["parts"][part.name] = one
            KEPT.mkdir(exist_ok=True)
            kept.write_text(json.dumps(held, indent=1), encoding="utf-8")
    for name, one in held["parts"].items():
        sys.stdout.write(f"{'holds' if one['ok'] else 'FAILS'}  {one['seconds']:>7.1f} s  {name}: {one['told'][-1:]}\n")
    return 0 if all(one["ok"] for one in held["parts"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
