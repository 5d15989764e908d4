"""A scanner for tests: it answers on the wire as clamd does, with one signature of its own."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The harmless text by which every scanner is tried, in two pieces so that none finds it in this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """Reads one content and gives its verdict."""

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


@contextmanager
def listening() -> Iterator[str]:
    """Let a scanner listen on loopback; give its address."""
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host, port = server.server_address[:2]
        yield f"{host!s}:{port}"
        server.shutdown()
        thread.join()


def address_of_silence() -> str:
    """Give an address at which nothing listens."""
    with socketserver.TCPServer(("127.0.0.1", 0), Clamd) as server:
        return f"127.0.0.1:{server.server_address[1]}"
