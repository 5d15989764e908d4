"""`run` for real: it starts, says where it is, survives a killed child and goes down without leaving anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.foundation.test_database_server import pid_of

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from clusterxchange.management.command_line import main; sys.exit(main())",
]


class Installed:
    """A data folder of its own with what is running over it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CLUSTERXCHANGE_")}
        for name in ("DATABASE_URL", "SECRET_KEY", "FIELD_KEYS", "PUBLIC_URL"):
            kept.pop(name, None)
        self.environment = {**kept, "DATA": str(data), "MODE": "test", "PORT": "0"}
        self.started: list[subprocess.Popen[str]] = []

    def start(self, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*COMMAND, "run"],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def ready(self, **environment: str) -> subprocess.Popen[str]:
        process = self.start(**environment)
        assert process.stdout
        line = process.stdout.readline()
        if not line.startswith("READY "):
            pytest.fail(process.communicate(timeout=20)[1])
        assert line == f"READY {self.note['url']}\n"
        return process

    @property
    def note(self) -> dict[str, Any]:
        note: dict[str, Any] = json.loads((self.data / "server.json").read_text())
        return note

    def get(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(self.note["url"] + path, timeout=10) as answer:  # noqa: S310 -- our own address
            read: dict[str, object] = json.load(answer)
            return read

    def left(self) -> list[str]:
        """Find the processes that know this data folder by their environment or working folder."""
        mark = f"DATA={self.data}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                knows = mark in (process / "environ").read_bytes().split(b"\0")
                if knows or (process / "cwd").readlink().is_relative_to(self.data):
                    found.append((process / "cmdline").read_text())
            except OSError:
                continue
        return [line for line in found if line]


@pytest.fixture(scope="module")
def prepared() -> Iterator[Installed]:
    """Make the folder once: only the first start migrates everything."""
    parent = (
        Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp") / f"cx-run-{os.getpid()}-{time.monotonic_ns()}"
    )
    yield Installed(parent / "var")
    shutil.rmtree(parent)


@pytest.fixture
def installed(prepared: Installed) -> Iterator[Installed]:
    yield prepared
    for process in prepared.started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
    prepared.started.clear()


def children(pid: int) -> dict[str, int]:
    # Between the end of one child and the start of the next there is none, which ps calls a failure.
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    rows = [line.split(None, 1) for line in told.strip().splitlines()]
    return {
        "web" if "granian" in args else "worker" if "procrastinate" in args else args: int(number)
        for number, args in rows
    }


def listens_to_signals(pid: int) -> bool:
    caught = re.search(r"^SigCgt:\s*(\w+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return bool(caught and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def until(true: object, seconds: float = 20) -> None:
    assert callable(true)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.1)
    pytest.fail("It did not come true in time.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_is_answers_and_goes_down_with_zero(installed: Installed, number: signal.Signals) -> None:
    process = installed.ready()
    assert set(installed.note) == {"url", "pid", "database_url", "mode", "version"}
    assert installed.note["pid"] == process.pid
    assert (installed.data / "server.json").stat().st_mode & 0o077 == 0
    assert installed.get("health/ready") == {"ready": True}
    process.send_signal(number)
    assert process.wait(10) == 0
    assert installed.left() == []
    assert not (installed.data / "server.json").exists()


def test_a_second_one_over_the_same_folder_is_told_where_the_first_is(installed: Installed) -> None:
    installed.ready()
    second = installed.start()
    assert second.wait(20) == 1
    assert second.stderr
    assert installed.note["url"] in second.stderr.read()


def test_a_port_that_is_taken_is_refused(installed: Installed) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        process = installed.start(PORT=str(taken.getsockname()[1]))
        assert process.wait(20) == 1
    assert process.stderr
    assert "Choose another one with PORT" in process.stderr.read()


def test_a_killed_child_is_started_again(installed: Installed) -> None:
    process = installed.ready()
    before = children(process.pid)
    for child in before.values():
        os.kill(child, signal.SIGKILL)
    until(
        lambda: (
            set(children(process.pid)) == {"web", "worker"}
            and not set(children(process.pid).values()) & set(before.values())
        )
    )
    until(lambda: installed.get("health/ready") == {"ready": True})


def test_a_killed_database_is_started_again(installed: Installed) -> None:
    process = installed.ready()
    before = pid_of(installed.data / "database")
    os.kill(before, signal.SIGKILL)

    until(lambda: pid_of(installed.data / "database") != before)
    until(lambda: installed.get("health/ready") == {"ready": True})
    assert process.poll() is None


def test_when_the_supervisor_is_killed_the_rest_ends_and_the_next_start_takes_over(installed: Installed) -> None:
    process = installed.ready()
    time.sleep(1)
    process.kill()
    process.wait()
    until(lambda: all("postgres" in line for line in installed.left()), 10)
    again = installed.ready()
    assert installed.get("health/ready") == {"ready": True}
    again.send_signal(signal.SIGTERM)
    assert again.wait(10) == 0
    assert installed.left() == []


SIGNAL_WHILE_LOADING = """
import time
from clusterxchange.management.command_line.run import Stopped, Supervisor

supervisor = Supervisor(installation=None)
supervisor.listen()
try:
    with supervisor.interruptible():
        import sends_a_signal
        time.sleep(10)
except Stopped:
    print("stopped")
"""


def test_what_is_being_loaded_when_a_signal_comes_is_loaded_whole(tmp_path: Path) -> None:
    module = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nprint('loaded')\n"
    (tmp_path / "sends_a_signal.py").write_text(module)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", SIGNAL_WHILE_LOADING],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=8,
    )
    assert done.stdout.split() == ["loaded", "stopped"], done.stderr


@pytest.mark.parametrize("seconds", [0, 0.5, 1.1, 2.0])
def test_a_signal_at_any_moment_of_the_start_leaves_nothing_behind(installed: Installed, seconds: float) -> None:
    process = installed.start()
    until(lambda: listens_to_signals(process.pid))
    time.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=10)
    assert (process.returncode, installed.left()) == (0, []), told
