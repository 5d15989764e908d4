"""Start everything: the database, its migrations, the web server and the worker, until told to stop."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping
from importlib import metadata
from types import FrameType

from clusterxchange.config import serving
from clusterxchange.management.command_line import NO, YES
from clusterxchange.management.installation import Installation

SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 2
SECONDS_TO_ASK_AGAIN = 0.1
THREADS_THAT_TURN_AWAY = 2
# A child that ends more often than this within a minute will not get better by itself.
RESTARTS_A_MINUTE = 5
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_libc = ctypes.CDLL(None)  # loaded here: between fork and exec nothing may be imported


class Stopped(BaseException):
    """Somebody asked us to stop during preparation. Like KeyboardInterrupt, nobody on the way catches it by chance."""


class Failed(Exception):
    """The tool can't go on; the sentence says why."""


class Restarts:
    """When something that should keep running was started again."""

    def __init__(self, name: str) -> None:
        """Begin with none."""
        self.name = name
        self.moments: deque[float] = deque(maxlen=RESTARTS_A_MINUTE)

    def note(self, how: str) -> None:
        """Tell of one more.

        :raises Failed: it ends all the time.
        """
        now = time.monotonic()
        if len(self.moments) == RESTARTS_A_MINUTE and now - self.moments[0] < 60:  # noqa: PLR2004 -- a minute
            message = f"The {self.name} ended {RESTARTS_A_MINUTE + 1} times within a minute."
            raise Failed(message)
        sys.stderr.write(f"The {self.name} ended{how} and is started again.\n")
        self.moments.append(now)


class Child:
    """One process with a group of its own, which ends when we do."""

    def __init__(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Start it."""
        self.name = name
        self.arguments = arguments
        self.environment = {**os.environ, **(environment or {})}
        self.restarts = Restarts(name)
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),  # our own standard output says READY and nothing else
            start_new_session=True,
            preexec_fn=lambda: _libc.prctl(DIE_WITH_PARENT, signal.SIGTERM),  # noqa: PLW1509 -- we have one thread
        )

    def keep_up(self) -> None:
        """Start it again if it ended, unless it ends all the time."""
        if self.process.poll() is None:
            return
        self.kill()
        self.restarts.note(f" with {self.process.returncode}")
        self.process = self._start()

    def kill(self) -> None:
        """End what is left of its group: the web server's own workers may outlive it and keep the port."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """What is running, and whether it should go on."""

    def __init__(self, installation: Installation) -> None:
        """Begin with nothing started."""
        self.installation = installation
        self.stopping = False
        self.may_interrupt = False
        self.children: list[Child] = []

    def listen(self) -> None:
        """Hear of the signals that end the run, and of the alarm that asks once more."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, self.handle_signal)

    def handle_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- the signature is Python's
        """Take note, or break off a preparation that may take long; what is being loaded is let be loaded first."""
        self.stopping = True
        if not self.may_interrupt:
            return
        if is_loading(frame):
            # Some extensions end the whole process when they are broken off.
            signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_ASK_AGAIN)
            return
        raise Stopped

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal break off what is done inside."""
        self.may_interrupt = True
        try:
            self.stop_if_asked()
            yield
        finally:
            self.may_interrupt = False

    def stop_if_asked(self) -> None:
        """Go no further if a signal has come."""
        if self.stopping:
            raise Stopped

    def run(self) -> None:
        """Prepare, start, wait, and take everything down."""
        port = choose_port(serving.HOST, serving.PORT)
        url = f"http://{serving.HOST}:{port}/"
        os.environ.setdefault("PUBLIC_URL", url.rstrip("/"))
        own_server = None if os.environ.get("DATABASE_URL") else self.installation.database_server()
        restarts = Restarts("database")
        with self.installation.database() as address:
            with self.interruptible():
                prepare()
            try:
                self.start_children(port)
                self.wait_for_answer(url)
                self.write_note(url, address)
                print(f"READY {url}", flush=True)  # noqa: T201 -- the line that scripts wait for
                while not self.stopping:
                    if own_server and own_server.keep_up():
                        restarts.note("")
                    for child in self.children:
                        child.keep_up()
                    time.sleep(0.1)
            finally:
                self.installation.note.unlink(missing_ok=True)
                self.stop_children()

    def start_children(self, port: int) -> None:
        """Start the web server and the worker."""
        self.stop_if_asked()
        web = [
            "granian",
            "--interface",
            "wsgi",
            "--host",
            serving.HOST,
            "--port",
            str(port),
            "--no-ws",
            "--log-level",
            "warning",
        ]
        threads = serving.WEB_THREADS + serving.WEB_WAITING + THREADS_THAT_TURN_AWAY
        web += ["--workers", str(serving.WEB_PROCESSES), "--blocking-threads", str(threads)]
        self.children.append(Child("web server", *web, "clusterxchange.config.wsgi:application"))
        direct = os.environ.get("JOBS_DATABASE_URL")
        environment = {"DATABASE_URL": direct, "BEHIND_POOLER": "no"} if direct else {}
        self.children.append(Child("worker", "django", "procrastinate", "worker", environment=environment))

    def wait_for_answer(self, url: str) -> None:
        """Wait until the web server answers; a child that ends meanwhile is a failure."""
        from django.conf import settings  # noqa: PLC0415 -- settings are read after the database is known

        known_host = next((host for host in settings.ALLOWED_HOSTS if not host.startswith((".", "*"))), "localhost")
        question = urllib.request.Request(f"{url}health/live", headers={"Host": known_host})  # noqa: S310 -- our own address
        until = time.monotonic() + SECONDS_TO_ANSWER
        while time.monotonic() < until:
            self.stop_if_asked()
            for child in self.children:
                if child.process.poll() is not None:
                    message = f"The {child.name} ended with {child.process.returncode} before it answered."
                    raise Failed(message)
            try:
                with urllib.request.urlopen(question, timeout=2):  # noqa: S310 -- our own address
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        message = f"The web server did not answer within {SECONDS_TO_ANSWER} seconds."
        raise Failed(message)

    def write_note(self, url: str, address: str) -> None:
        """Tell other commands where we are; the note may hold a password, so it is for the owner alone."""
        note = {
            "url": url,
            "pid": os.getpid(),
            "database_url": address,
            "mode": self.installation.mode,
            "version": metadata.version("clusterxchange"),
        }
        draft = self.installation.note.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(note, file)
        draft.replace(self.installation.note)

    def stop_children(self) -> None:
        """Ask each child to end, and end what is left."""
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + SECONDS_TO_STOP
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            child.kill()
            child.process.wait()


def choose_port(host: str, wanted: int) -> int:
    """Take the wanted port if it is free: the web server would share it with a stranger without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, wanted))
            trial.listen(1)
        except OSError as reason:
            message = f"Port {wanted} on {host} can't be used: {reason.strerror}. Choose another one with PORT."
            raise Failed(message) from reason
        port: int = trial.getsockname()[1]
        return port


def is_loading(frame: FrameType | None) -> bool:
    """Whether what runs there was called while a module is being imported."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def prepare() -> None:
    """Bring the database up to date; a new demonstration gets its people and its first morning."""
    import django  # noqa: PLC0415 -- settings are read after the database is known

    django.setup()
    from django.conf import settings  # noqa: PLC0415 -- as above
    from django.core.management import call_command, get_commands  # noqa: PLC0415 -- as above
    from django.db import connections  # noqa: PLC0415 -- as above

    from clusterxchange.foundation import clock  # noqa: PLC0415 -- as above

    call_command("migrate", verbosity=0, interactive=False)
    if settings.MODE == "production":
        call_command("collectstatic", verbosity=0, interactive=False)
    if settings.MODE == "demo":
        clock.start_demonstration_clock()
        # The command writes this file as its last step, so a broken-off start is made up for by the next.
        if "demo" in get_commands() and not (settings.DATA / "demo-accounts.json").exists():
            call_command("demo")
    connections.close_all()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing: PORT, DATA, MODE and DATABASE_URL come from the environment."""


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 -- every command takes its options
    """Run until a signal comes, and answer 0 then."""
    supervisor = Supervisor(Installation.of_environment())
    supervisor.listen()
    note = supervisor.installation.running()
    if note:
        sys.stderr.write(f"It runs already at {note['url']} (process {note['pid']}).\n")
        return NO
    supervisor.installation.prepare_environment()
    try:
        supervisor.run()
    except Stopped:
        pass
    except Failed as reason:
        sys.stderr.write(f"{reason}\n")
        return NO
    return YES
