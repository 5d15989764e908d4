"""More requests than a web process can work on: some wait, others are asked to come back, none fails."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, get_ident
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from clusterxchange.config.admission import BYTES_AT_A_TIME, IS_FULL, Admission
from tests.management.test_run import Installed, installed, prepared, until

__all__ = ["installed", "prepared"]  # the run of an installation, which this module borrows

SECONDS = 10
CROWD = 60


class Page:
    """An answer as Django gives one."""

    def __init__(self, parts: Iterable[bytes], *, streaming: bool, closed: Callable[[], None]) -> None:
        self.parts, self.streaming, self.closed = parts, streaming, closed

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        self.closed()


class Office:
    """An application that works on a request until it may go on, and tells who is one too many."""

    def __init__(self, parts: Callable[[], Iterable[bytes]] = lambda: [b"done"], *, streaming: bool = False) -> None:
        self.parts, self.streaming = parts, streaming
        self.may_go_on, self.begun = Event(), list[int]()
        self.told, self.threads = Counter[str](), set[int]()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Page:
        if environ.get(IS_FULL):
            self.told["turned away"] += 1
            return Page([b"later"], streaming=False, closed=lambda: None)
        self.begun.append(len(self.begun))
        self.threads.add(get_ident())
        assert self.may_go_on.wait(SECONDS)
        start_response("200 OK", [])
        return Page(self.parts(), streaming=self.streaming, closed=self.close)

    def close(self) -> None:
        self.told["closed"] += 1
        self.threads.add(get_ident())


def ask(admission: Admission) -> bytes:
    body = admission({"PATH_INFO": "/"}, lambda *_given: None)
    try:
        return b"".join(body)
    finally:
        if close := getattr(body, "close", None):
            close()


def test_as_many_as_there_is_room_for_are_worked_on_or_wait_and_the_others_hear_it_at_once() -> None:
    office = Office()
    admission = Admission(office, at_a_time=2, waiting=3)
    with ThreadPoolExecutor(5) as crowd:
        inside = [crowd.submit(ask, admission) for _number in range(5)]
        until(lambda: len(office.begun) == 2 and not admission.room._value)

        assert [ask(admission) for _number in range(4)] == [b"later"] * 4
        assert len(office.begun) == 2

        office.may_go_on.set()
        assert [one.result(SECONDS) for one in inside] == [b"done"] * 5

    assert office.told == {"turned away": 4, "closed": 5}
    assert ask(admission) == b"done"


def test_no_more_threads_touch_the_application_than_work_at_a_time() -> None:
    office = Office()
    office.may_go_on.set()
    admission = Admission(office, at_a_time=2, waiting=30)
    with ThreadPoolExecutor(16) as crowd:
        assert list(crowd.map(ask, [admission] * 32)) == [b"done"] * 32

    assert len(office.threads) <= 2


def test_what_comes_bit_by_bit_is_read_in_the_thread_that_began_and_keeps_its_place_until_it_is_closed() -> None:
    read_in = set[int]()

    def parts() -> Iterator[bytes]:
        for number in range(40):
            read_in.add(get_ident())
            yield bytes([number]) * 4096

    office = Office(parts, streaming=True)
    office.may_go_on.set()
    admission = Admission(office, at_a_time=1, waiting=0)
    body = admission({"PATH_INFO": "/"}, lambda *_given: None)
    pieces = list(body)

    assert b"".join(pieces) == b"".join(bytes([number]) * 4096 for number in range(40))
    assert max(len(piece) for piece in pieces) == BYTES_AT_A_TIME
    assert read_in == office.threads
    assert get_ident() not in read_in
    assert ask(admission) == b"later"

    body.close()  # type: ignore[attr-defined]  # -- what is given bit by bit can be closed
    body.close()  # type: ignore[attr-defined]  # -- as above
    assert office.told == {"turned away": 1, "closed": 1}
    assert ask(admission) == pieces[0][:4096] + b"".join(pieces)[4096:]


@pytest.mark.parametrize("streaming", [False, True])
def test_a_request_that_fails_leaves_its_place_to_the_next(streaming: bool) -> None:  # noqa: FBT001 -- a case of the test
    def parts() -> Iterator[bytes]:
        yield b"so far"
        message = "The rest is lost."
        raise ValueError(message)

    office = Office(parts, streaming=streaming)
    office.may_go_on.set()
    admission = Admission(office, at_a_time=1, waiting=0)
    for _number in range(3):
        with pytest.raises(ValueError, match="The rest is lost"):
            ask(admission)

    office.parts = lambda: [b"done"]
    assert ask(admission) == b"done"
    assert office.told["turned away"] == 0


def test_whoever_is_one_too_many_reads_when_to_come_back_in_their_language() -> None:
    answer = Client(HTTP_ACCEPT_LANGUAGE="pl").get("/partnerships/", **{IS_FULL: True})  # type: ignore[arg-type]  # -- no header, but what the server tells

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Content-Security-Policy" in answer
    page = answer.content.decode()
    assert '<html lang="pl"' in page
    assert "Spróbuj ponownie za minutę." in page


def test_a_process_with_much_to_do_still_says_that_it_lives_and_that_it_is_not_ready() -> None:
    full: dict[str, Any] = {IS_FULL: True}

    assert Client().get("/health/live", **full).json() == {"live": True}
    assert Client().get("/health/ready", **full).status_code == 503


def test_a_crowd_before_a_small_server_is_answered_or_asked_to_come_back(installed: Installed) -> None:
    installed.ready(WEB_PROCESSES="1", WEB_THREADS="1", WEB_WAITING="2")
    place = urlsplit(installed.note["url"]).netloc

    def look(_number: int) -> tuple[int, bool]:
        visitor = http.client.HTTPConnection(place, timeout=60)
        visitor.request("GET", "/partnerships/")
        answer = visitor.getresponse()
        answer.read()
        visitor.close()
        return answer.status, answer.getheader("Retry-After") == "30"

    with ThreadPoolExecutor(CROWD) as crowd:
        seen = Counter(crowd.map(look, range(CROWD)))

    assert set(seen) == {(200, False), (503, True)}
    assert look(0) == (200, False)
