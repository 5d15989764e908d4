"""The scanner: until it has said that a file is clean, nobody opens it."""

import socketserver
import struct
import threading
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from clusterxchange.foundation import files, scanner
from clusterxchange.foundation.files import PDF, NotToBeOpened
from clusterxchange.foundation.models import StoredFile
from tests.cast import CURRICULUM_VITAE, MONDAY

# The harmless text by which every scanner is tried, in two pieces so that none finds it in this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """Answers on the wire as clamd does, with one signature of its own."""

    def handle(self) -> None:
        assert self.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.read(4))[0]:
            content += self.read(size)
        if b"limit" in content:
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            self.request.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    def read(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            found += self.request.recv(size - len(found))
        return found


@pytest.fixture
def clamd(settings: Settings) -> Iterator[str]:
    """Let a scanner listen on loopback, and name it in the settings."""
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host, port = server.server_address[:2]
        settings.SCANNER_ADDRESS = f"{host!s}:{port}"
        yield settings.SCANNER_ADDRESS
        server.shutdown()
        thread.join()


@pytest.fixture
def silence(settings: Settings) -> None:
    """Name a scanner that does not listen."""
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        settings.SCANNER_ADDRESS = f"127.0.0.1:{server.server_address[1]}"


def kept(content: bytes = CURRICULUM_VITAE) -> StoredFile:
    return files.store(content, "cv.pdf", PDF, MONDAY)


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_open_at_once_and_nobody_says_that_it_was_scanned() -> None:
    row = kept()

    assert (row.may_be_opened, row.scanned_at) == (True, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_a_clean_file_is_open_at_once() -> None:
    row = kept(CURRICULUM_VITAE + b"%" * 200_000)

    assert (row.may_be_opened, row.scanned_at) == (True, MONDAY)


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_a_harmful_file_is_never_handed_out() -> None:
    row = kept(CURRICULUM_VITAE + EICAR)

    assert (row.state, row.reason_against_opening) == ("REJECTED", "file_is_harmful")
    with pytest.raises(NotToBeOpened):
        files.hand_out(row)


@pytest.mark.django_db
@pytest.mark.usefixtures("silence")
def test_a_file_waits_while_the_scanner_is_silent() -> None:
    row = kept()

    assert (row.state, row.reason_against_opening) == ("QUARANTINED", "file_waits_for_the_scanner")
    with pytest.raises(NotToBeOpened):
        files.hand_out(row)
    assert scanner.scan_waiting_files(MONDAY) == 0


@pytest.mark.django_db
def test_what_has_waited_gets_its_verdict_once_the_scanner_answers(
    silence: None,  # noqa: ARG001 -- sets the scene
    request: pytest.FixtureRequest,
) -> None:
    clean, harmful = kept(), kept(CURRICULUM_VITAE + EICAR)
    request.getfixturevalue("clamd")

    assert scanner.scan_waiting_files(MONDAY) == 2
    clean.refresh_from_db()
    harmful.refresh_from_db()
    assert (clean.state, harmful.state) == ("CLEAN", "REJECTED")
    assert scanner.scan_waiting_files(MONDAY) == 0


@pytest.mark.usefixtures("clamd")
def test_an_answer_that_is_no_verdict_counts_as_none() -> None:
    with pytest.raises(scanner.ScannerNotReady):
        scanner.is_clean(b"limit")


@pytest.mark.django_db
@pytest.mark.usefixtures("silence")
def test_what_the_tool_makes_itself_is_not_scanned() -> None:
    assert files.store(CURRICULUM_VITAE, "agreement.pdf", PDF, MONDAY, is_ours=True).may_be_opened
