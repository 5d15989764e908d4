"""Claims about time stamps of a service outside, asked over the network as RFC 3161 says."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp
from django.conf import settings
from pyhanko.sign.timestamps import TimestampRequestError

from clusterxchange.documents.signing.authority import Authority, make_authority
from clusterxchange.documents.signing.checking import check_signatures
from clusterxchange.documents.signing.fields import with_fields
from clusterxchange.documents.signing.revisions import Signature, append_signature, fields_of
from clusterxchange.documents.signing.time_stamps import OutsideStamps, outside_stamps
from clusterxchange.documents.typesetting import typeset_for_signing
from tests.documents.examples import commitment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = dt.datetime(2026, 3, 20, 9, 42, tzinfo=dt.UTC)
SIGNATURE = Signature("V", "Nerea Solbes Ridaura", "Hilaturas Verdemar, S.L.", ("Signed",), AT)


@pytest.fixture
def elsewhere() -> Authority:
    return make_authority("stamps.example", AT)


@pytest.fixture
def service(elsewhere: Authority) -> Iterator[tuple[str, list[int]]]:
    """A small time stamp service on this machine, and how many stamps it gave."""
    given: list[int] = []

    class Stamps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = tsp.TimeStampReq.load(body)
            answer = asyncio.run(elsewhere.time_stamper(AT).async_request_tsa_response(asked)).dump()
            given.append(len(answer))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_words: Any) -> None:  # noqa: ANN401 -- as the library calls it
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Stamps)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", given
    server.shutdown()
    thread.join()
    server.server_close()


def signed_by(stamps: OutsideStamps | None, authority: Authority) -> bytes:
    pdf, places = typeset_for_signing(
        "commitment_to_quality", commitment(), language="en", title="Commitment to Quality", dated=AT.date()
    )
    unsigned = with_fields(pdf, places)
    size = fields_of(unsigned)["V"].size
    return append_signature(unsigned, SIGNATURE, authority, size=size, is_last=True, stamps=stamps)


def test_a_service_that_the_settings_name_stamps_the_signature_and_the_archive(
    service: tuple[str, list[int]], elsewhere: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, given = service
    roots = tmp_path / "roots.pem"
    roots.write_text(elsewhere.certificate)
    monkeypatch.setattr(settings, "TIME_STAMP_SERVICE", address)
    monkeypatch.setattr(settings, "TIME_STAMP_ROOTS", roots)
    ours = make_authority("clusterxchange.example", AT)

    pdf = signed_by(outside_stamps(), ours)

    # One for the signature, one for the archive; what fills the space of a stamp is asked for once as well.
    assert len(given) >= 2
    assert [(one.valid, one.level) for one in check_signatures(pdf, ours)] == [(True, "simple")]
    assert b"stamps.example" in pdf or b"stamps.example".hex().encode() in pdf.lower()


def test_without_a_service_the_installation_stamps_itself(service: tuple[str, list[int]]) -> None:
    assert outside_stamps() is None

    signed_by(None, make_authority("clusterxchange.example", AT))

    assert service[1] == []


def test_a_service_that_does_not_answer_fails_the_job_so_that_it_is_tried_again() -> None:
    nobody = OutsideStamps("http://127.0.0.1:9/", ())

    with pytest.raises((TimestampRequestError, OSError)):
        signed_by(nobody, make_authority("clusterxchange.example", AT))
