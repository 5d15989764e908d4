"""How many requests a web process works on, how many it lets wait, and who is asked to come back later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import LifoQueue
from threading import BoundedSemaphore
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

IS_FULL = "clusterxchange.is_full"
BYTES_AT_A_TIME = 1 << 16


class Admission:
    """Let requests into an application, a few at a time.

    Those few have threads of their own, since each thread of an application keeps a connection to the database. What
    finds neither a thread nor room to wait goes through at once, marked as one too many, and the application says so.
    """

    def __init__(self, application: Application, *, at_a_time: int, waiting: int) -> None:
        """Stand before the application."""
        self.application = application
        self.room = BoundedSemaphore(at_a_time + waiting)
        # Last in, first out: what was used last still has its connection.
        self.threads: LifoQueue[ThreadPoolExecutor] = LifoQueue()
        for _number in range(at_a_time):
            self.threads.put(ThreadPoolExecutor(1))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, wait, or turn away."""
        if not self.room.acquire(blocking=False):
            return self.application(environ | {IS_FULL: True}, start_response)
        thread = self.threads.get()
        let_in = LetIn(thread, leave=lambda: self._leave(thread))
        try:
            return let_in.answer(self.application, environ, start_response)
        except BaseException:
            let_in.close()
            raise

    def _leave(self, thread: ThreadPoolExecutor) -> None:
        self.threads.put(thread)
        self.room.release()


class LetIn:
    """A request that has its thread until its answer is read and closed."""

    def __init__(self, thread: ThreadPoolExecutor, *, leave: Callable[[], None]) -> None:
        """Begin with nothing answered."""
        self.thread = thread
        self.leave: Callable[[], None] | None = leave
        self.body: Iterable[bytes] = ()
        self.parts: Iterator[bytes] = iter(())

    def answer(
        self, application: Application, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Give the whole answer, or, where it comes bit by bit, something to read it from."""

        def ask() -> list[bytes] | None:
            self.body = application(environ, start_response)
            self.parts = iter(self.body)
            return None if getattr(self.body, "streaming", True) else list(self.parts)

        whole = self.thread.submit(ask).result()
        if whole is None:
            return self
        self.close()
        return whole

    def __iter__(self) -> Iterator[bytes]:
        """Read on in the thread that began, some bytes at a time."""
        return self

    def __next__(self) -> bytes:
        """Give what comes next.

        :raises StopIteration: there is no more.
        """
        if some := self.thread.submit(self._read_some).result():
            return some
        raise StopIteration

    def _read_some(self) -> bytes:
        some = bytearray()
        for part in self.parts:
            some += part
            if len(some) >= BYTES_AT_A_TIME:
                break
        return bytes(some)

    def close(self) -> None:
        """Let the application tidy up, and make room; a second time is too late and does nothing."""
        if self.leave is None:
            return
        leave, self.leave = self.leave, None
        try:
            if close := getattr(self.body, "close", None):
                self.thread.submit(close).result()
        finally:
            leave()
