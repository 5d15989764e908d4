"""A demonstration of the tour's own: started on a free port in a scratch folder, and taken down again."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SECONDS_TO_START = 300
SECONDS_TO_STOP = 15
OF_ANOTHER = frozenset({"DATABASE_URL", "SECRET_KEY", "FIELD_KEYS"})


def own_environment(data: Path) -> dict[str, str]:
    """Give the environment of a demonstration whose database and secrets are those of its data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_ANOTHER}
    return {**kept, "DATA": str(data), "MODE": "demo"}


@contextlib.contextmanager
def own_demonstration() -> Iterator[tuple[str, Path]]:
    """Give address and data folder of a fresh demonstration.

    :raises RuntimeError: it did not start, or did not stop by itself.
    """
    with tempfile.TemporaryDirectory(prefix="clusterxchange-tour-", ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        Path(folder).chmod(0o755)
        environment = {**own_environment(data), "PORT": "0"}
        command = [str(Path(sys.executable).with_name("clusterxchange")), "run"]
        log = (Path(folder) / "server.log").open("w")
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            yield _address(process, Path(folder) / "server.log"), data
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
            log.close()
        if code:
            message = f"The demonstration ended with {code}."
            raise RuntimeError(message)


def _address(process: subprocess.Popen[str], log: Path) -> str:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None and process.stdout is not None:
        if select.select([process.stdout], [], [], 0.2)[0]:
            line = process.stdout.readline()
            if line.startswith("READY "):
                return line.split()[1]
    message = f"The demonstration did not start.\n{log.read_text()[-4000:]}"
    raise RuntimeError(message)


def accounts(data: Path) -> dict[str, dict[str, Any]]:
    """Read the demonstration's accounts by address."""
    found: list[dict[str, Any]] = json.loads((data / "demo-accounts.json").read_text(encoding="utf-8"))
    return {one["email"]: one for one in found}
