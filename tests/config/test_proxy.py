"""The proxy of one host, as it is handed out, in front of a server that tells what reached it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "clusterxchange.conf"
HOST = "exchange.example"
FAR = "http://127.0.0.1:8000"
# What stands around the file on a host of its own.
AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/errors warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/clusterxchange.conf;
}}
"""


class Teller(BaseHTTPRequestHandler):
    """Answers with the headers that it was sent."""

    def do_GET(self) -> None:
        told = json.dumps(dict(self.headers.items())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is the library's
        """Keep quiet."""


@dataclass(frozen=True)
class Proxy:
    """A running proxy, and the ports of its two doors."""

    plain: int
    secure: int

    def ask(
        self, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> http.client.HTTPResponse:
        """Ask as a browser that takes our certificate."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        browser = http.client.HTTPSConnection("127.0.0.1", self.secure, context=context, timeout=20)
        return self._asked(browser, path, headers or {}, body)

    def ask_plainly(self, path: str) -> http.client.HTTPResponse:
        return self._asked(http.client.HTTPConnection("127.0.0.1", self.plain, timeout=20), path, {}, None)

    def _asked(
        self, browser: http.client.HTTPConnection, path: str, headers: dict[str, str], body: bytes | None
    ) -> http.client.HTTPResponse:
        browser.request("POST" if body else "GET", path, body, {"Host": HOST, **headers})
        answer = browser.getresponse()
        answer.told = answer.read()  # type: ignore[attr-defined]  # -- read before the connection goes
        browser.close()
        return answer


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def write_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=9_000))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "nginx is missing"
    return found


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """Start nginx with our file; only ports and paths are others than on a host of its own."""
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Teller)
    Thread(target=behind.serve_forever, daemon=True).start()
    here = Proxy(free_port(), free_port())
    write_certificate(tmp_path)
    text = CONFIGURATION.read_text(encoding="utf-8")
    for there, instead in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{here.plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{here.secure} ssl http2;"),
        ("/etc/ssl/clusterxchange/", f"{tmp_path}/"),
        (FAR, f"http://127.0.0.1:{behind.server_port}"),
    ):
        assert there in text
        text = text.replace(there, instead)
    (tmp_path / "clusterxchange.conf").write_text(text, encoding="utf-8")
    around = tmp_path / "nginx.conf"
    around.write_text(AROUND.format(folder=tmp_path), encoding="utf-8")
    order = [nginx(), "-e", str(tmp_path / "errors"), "-c", str(around)]
    tried = subprocess.run([*order, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "test is successful" in tried.stderr
    with subprocess.Popen(order, stderr=subprocess.DEVNULL) as running:
        for _number in range(100):
            if running.poll() is not None:
                pytest.fail((tmp_path / "errors").read_text(encoding="utf-8"))
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", here.secure)) == 0:
                    break
            time.sleep(0.05)
        yield here
        running.terminate()
    behind.shutdown()
    behind.server_close()


def test_the_proxy_says_by_itself_where_a_request_comes_from(proxy: Proxy) -> None:
    stranger = {
        "X-Forwarded-For": "203.0.113.6", "X-Forwarded-Proto": "http", "Forwarded": "for=203.0.113.6;proto=http",
        "X-Request-ID": "a-name-of-a-stranger",
    }  # fmt: skip

    for path in ("/desk/", "/sign-in/"):
        answer = proxy.ask(path, stranger)

        told = json.loads(answer.told)  # type: ignore[attr-defined]  # -- as above
        assert answer.status == 200
        assert {name: told.get(name) for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")} == {
            "Host": HOST, "X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "Forwarded": None,
        }  # fmt: skip
        assert len(told["X-Request-ID"]) == 32
        assert answer.headers["Server"] == "nginx"


def test_the_proxy_leads_to_https_and_takes_no_more_than_a_file(proxy: Proxy) -> None:
    plain = proxy.ask_plainly("/exchanges/?show=mine")

    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/exchanges/?show=mine")
    assert proxy.ask("/desk/", body=b"a" * 11_000_000).status == 200
    assert proxy.ask("/desk/", {"Content-Length": "13000000"}, b"a").status == 413


def test_whoever_asks_to_sign_in_too_often_waits_and_others_pages_stay_open(proxy: Proxy) -> None:
    asked = Counter(proxy.ask("/sign-in/").status for _number in range(40))

    # 20 at once, and one every two seconds.
    assert asked.keys() == {200, 429}
    assert 20 <= asked[200] <= 30
    assert proxy.ask("/desk/").status == 200
