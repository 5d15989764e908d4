"""A small time stamp service on this machine, as one outside would be."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from asn1crypto import tsp

from clusterxchange.documents.signing.authority import Authority, make_authority

AT = datetime(2026, 3, 20, 9, 42, tzinfo=UTC)


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
