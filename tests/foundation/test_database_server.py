"""The server in a folder: who starts it, who stops it, and what is not believed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clusterxchange.foundation.database_server import DatabaseServer, DatabaseServerError

LIGHT = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}
ANOTHER_USER = """
import sys, time
from pathlib import Path
from clusterxchange.foundation.database_server import DatabaseServer
with DatabaseServer(Path(sys.argv[1]), tuning={"shared_buffers": "16MB", "max_connections": "20", "fsync": "off"}):
    print("in", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the server's own user may reach, even when tests run as root."""
    path = (
        Path("/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp")
        / f"cx-server-{os.getpid()}-{time.monotonic_ns()}"
    )
    path.mkdir()
    yield path
    stop(path / "data")
    subprocess.run(["rm", "-rf", path], check=True)


def stop(data: Path) -> None:
    """Take down whatever a test left."""
    pid = data / "postmaster.pid"
    if pid.exists():
        number = int(pid.read_text().split("\n")[0])
        program = Path(f"/proc/{number}/exe")
        if program.exists() and program.resolve().name.startswith("postgres"):
            os.kill(number, signal.SIGKILL)


def server(data: Path) -> DatabaseServer:
    return DatabaseServer(data, tuning=LIGHT)


def another_user(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_USER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "in\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=20)


def pid_of(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


def kill_server(data: Path) -> None:
    number = pid_of(data)
    os.kill(number, signal.SIGKILL)
    for _ in range(100):
        if not Path(f"/proc/{number}/cwd").exists() or not os.access(f"/proc/{number}/cwd", os.F_OK):
            break
        time.sleep(0.05)


def test_the_first_one_in_starts_it_and_the_last_one_out_stops_it(folder: Path) -> None:
    data = folder / "data"
    with server(data) as ours:
        other = another_user(data)
        assert ours.answers()
    assert ours.answers()
    leave(other)
    assert not ours.answers()
    assert not (data / "postmaster.pid").exists()


def test_a_killed_user_does_not_keep_the_server_up(folder: Path) -> None:
    data = folder / "data"
    killed = another_user(data)
    killed.kill()
    killed.wait()
    with server(data) as ours:
        assert not ours.started_here
    assert not ours.answers()


def test_rows_survive_when_the_server_is_killed(folder: Path) -> None:
    data = folder / "data"
    with server(data) as ours:
        with psycopg.connect(ours.ensure_database("things")) as connection:
            connection.execute("create table kept as select 42 as answer")
        kill_server(data)
    with server(data) as again, psycopg.connect(again.address("things")) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_stale_pid_file_that_names_a_stranger_is_not_believed_and_the_stranger_lives_on(folder: Path) -> None:
    data = folder / "data"
    with server(data):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n0\n5432\n{data}\n\n")
        with server(data) as ours:
            assert ours.started_here
            assert ours.answers()
        assert stranger.poll() is None
        stranger.kill()


def test_a_path_too_long_for_a_socket_works_and_leaves_no_folder(folder: Path) -> None:
    data = folder / ("long" * 25) / "data"
    data.parent.mkdir()
    with server(data) as ours:
        sockets = Path((data.parent / "data.socket").read_text())
        assert len(str(sockets)) < 30
        with psycopg.connect(ours.address()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        leave(another_user(data))
    assert not sockets.exists()


def test_a_first_start_that_was_killed_is_made_up_for(folder: Path) -> None:
    draft = folder / "data.draft"
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")
    with server(folder / "data") as ours:
        assert ours.answers()


def test_only_the_owner_may_enter_the_data_folder(folder: Path) -> None:
    with server(folder / "data"):
        assert (folder / "data").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as somebody else")
def test_as_root_a_closed_folder_on_the_way_is_named_in_a_sentence_and_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    (closed / "var").mkdir()
    with pytest.raises(DatabaseServerError, match=f"may not enter {closed}"):
        server(closed / "var" / "data").__enter__()
    assert closed.stat().st_mode & 0o777 == 0o700


AS_NOBODY = """
import os, sys
from pathlib import Path
from clusterxchange.foundation.database_server import DatabaseServer, DatabaseServerError
server = DatabaseServer(Path(sys.argv[1]))
os.setgid(65534), os.setuid(65534)
try:
    server.__enter__()
except DatabaseServerError as reason:
    print(reason)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_data_folder_of_somebody_else_is_refused_in_a_sentence(folder: Path) -> None:
    with server(folder / "data"):
        pass
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, folder / "data"], capture_output=True, text=True, check=True
    )
    assert "Choose another folder with DATA" in done.stdout
