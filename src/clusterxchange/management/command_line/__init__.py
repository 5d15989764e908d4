"""The command line `clusterxchange`: a table of subcommands, each loaded only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured

from clusterxchange.foundation.database_server import DatabaseServerError
from clusterxchange.management.installation import prepared_django, prepared_settings

YES, NO, MISUSE = 0, 1, 2
HERE = "clusterxchange.management.command_line"


class Command(Protocol):
    """What a subcommand's module holds."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments; `--json` is there already."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it, and answer 0 for yes or 1 for no."""


# Name -> module. These need neither settings nor a database.
PURE = {
    "run": f"{HERE}.run",
    "amount": f"{HERE}.amount",
    "eligible": f"{HERE}.eligible",
    "working-days": f"{HERE}.working_days",
    "due": f"{HERE}.due",
    "assign-partnership": f"{HERE}.assign_partnership",
    "parts": f"{HERE}.parts",
}
# These read the tables in the code.
WITH_SETTINGS = {
    "states": f"{HERE}.states",
    "permissions": f"{HERE}.permissions",
    "refusals": f"{HERE}.refusals",
}
# These find or start the database first.
WITH_DATABASE = {
    "clock": f"{HERE}.clock",
    "run-due": f"{HERE}.run_due",
    "check-journal": f"{HERE}.check_journal",
    "rebuild-obligations": f"{HERE}.rebuild_obligations",
    "inspect": f"{HERE}.inspect",
    "check-document": f"{HERE}.check_document",
    "verification-pack": f"{HERE}.verification_pack",
    "backup": f"{HERE}.backup",
    "restore": f"{HERE}.restore",
    "rotate-keys": f"{HERE}.rotate_keys",
    "appoint": f"{HERE}.appoint",
}
COMMANDS = {**PURE, **WITH_SETTINGS, **WITH_DATABASE}


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one subcommand."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words[0] if words else ""
    if name not in available():
        return _explain(name)
    command = _load(name)
    parser = argparse.ArgumentParser(prog=f"clusterxchange {name}", description=command.__doc__)
    parser.add_argument("--json", action="store_true", help="Print one JSON document.")
    command.add_arguments(parser)
    try:
        options = parser.parse_args(words[1:])
        if name in PURE:
            return command.run(options)
        with prepared_settings() if name in WITH_SETTINGS else prepared_django():
            return command.run(options)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else MISUSE
    except (DatabaseServerError, ImproperlyConfigured) as reason:
        sys.stderr.write(f"{reason}\n")
        return NO


def available() -> list[str]:
    """List the subcommands that this installation has; time is not moved in production."""
    absent = {"clock"} if os.environ.get("MODE") == "production" else set()
    return [name for name, module in COMMANDS.items() if name not in absent and importlib.util.find_spec(module)]


def print_answer(options: argparse.Namespace, answer: Any, text: str) -> None:  # noqa: ANN401 -- whatever JSON can say
    """Print the answer as JSON if that was asked for, else as text for people."""
    sys.stdout.write(f"{json.dumps(answer, ensure_ascii=False) if options.json else text}\n")


def _load(name: str) -> Command:
    command: Command = importlib.import_module(COMMANDS[name])
    return command


def _summary(name: str) -> str:
    return (_load(name).__doc__ or "").partition("\n")[0]


def _explain(name: str) -> int:
    asked = name in {"-h", "--help", "help"}
    lines = [
        "Usage: clusterxchange COMMAND [--json] …",
        "",
        *(f"  {known:<20} {_summary(known)}" for known in available()),
    ]
    if name and not asked:
        lines.insert(0, f"There is no command {name}.")
    (sys.stdout if asked else sys.stderr).write("\n".join(lines) + "\n")
    return YES if asked else MISUSE
