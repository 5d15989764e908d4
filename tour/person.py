"""Somebody who uses the tool from outside: signs in, follows links, fills in forms, reads mails."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import http.cookiejar
import json
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tour.page import Form, Page

SECONDS_TO_ANSWER = 60
UNCOUNTED = ("/sign-in/", "/sign-up/", "/sign-out/", "/account/", "/demo/")


@dataclass(frozen=True)
class File:
    """A file to send."""

    name: str
    content: bytes
    content_type: str = "application/pdf"


def one_time_code(secret: str, at: float) -> str:
    """Compute the code of a second factor (RFC 6238, six digits, 30 seconds)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class Person:
    """One person with a browser of their own."""

    def __init__(self, name: str, base: str, note: Callable[..., None]) -> None:
        """Begin signed out; `note` is told of each request that changes something."""
        self.name, self.base, self.note = name, base, note
        self.email = ""
        self.visited: set[str] = set()
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, address: str) -> Page:
        """Follow an address, as a link does."""
        return self._send(urllib.request.Request(urllib.parse.urljoin(self.base, address), headers=HEADERS))  # noqa: S310 -- an address of the server under test

    def send(
        self, form: Form, values: Mapping[str, Any] | None = None, files: Mapping[str, File] | None = None
    ) -> Page:
        """Send a form with other values; what is not named goes as it stands.

        :raises LookupError: a value for a field that the form does not have.
        """
        given = {name: list(one) for name, one in form.values.items()}
        for name, value in (values or {}).items():
            if name not in form.kinds:
                message = f"{form.action} has no field {name}; there are {sorted(form.kinds)}"
                raise LookupError(message)
            wanted = (
                [str(one) for one in value]
                if isinstance(value, Sequence) and not isinstance(value, str)
                else [str(value)]
            )
            given[name] = [] if value is False else [form.choices.get(name, ["on"])[0]] if value is True else wanted
        for name in files or {}:
            if name not in form.kinds:
                message = f"{form.action} has no file field {name}; there are {form.files}"
                raise LookupError(message)
        body, kind = multipart(given, files or {})
        headers = {**HEADERS, "Content-Type": kind, "Referer": form.url}
        request = urllib.request.Request(form.url, data=body, headers=headers)  # noqa: S310 -- an address of the server under test
        began = time.monotonic()
        page = self._send(request)
        counted = not urllib.parse.urlsplit(form.url).path.startswith(UNCOUNTED)
        self.note(self, form.action, page, time.monotonic() - began, counted=counted)
        return page

    def act(
        self, page: Page, action: str, values: Mapping[str, Any] | None = None, files: Mapping[str, File] | None = None
    ) -> Page:
        """Take a step that the page offers."""
        return self.send(page.form(action), values, files)

    def sign_in(self, email: str, password: str, totp_secret: str | None) -> Page:
        """Sign in, with the second factor where it is asked for."""
        self.email = email
        page = self.send(self.open("/sign-in/").form("sign-in"), {"login": email, "password": password})
        if totp_secret and "two-factor" in page.url:
            now = time.time()  # noqa: TID251 -- second factors use real time, never the demonstration's
            page = self.send(page.form("two-factor/authenticate"), {"code": one_time_code(totp_secret, now)})
        return page

    def mails(self) -> list[dict[str, Any]]:
        """Read the mails to this person, oldest first."""
        found = json.loads(self.open("/demo/mails/?format=json").body)
        return [one for one in found if one["to"] == self.email]

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self.opener.open(request, timeout=SECONDS_TO_ANSWER) as answer:
                page = _page(answer)
        except urllib.error.HTTPError as answer:
            page = _page(answer)
        self.visited.add(urllib.parse.urlsplit(page.url).path)
        return page


HEADERS = {"Accept": "text/html", "Accept-Language": "en", "User-Agent": "tour"}


def _page(answer: http.client.HTTPResponse | urllib.error.HTTPError) -> Page:
    return Page.read(answer.geturl(), answer.status or 0, answer.read(), answer.headers.get("Content-Type", ""))


def multipart(values: Mapping[str, Sequence[str]], files: Mapping[str, File]) -> tuple[bytes, str]:
    """Write a form's body as browsers do when files may be in it."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n'.encode()
        for name, several in values.items()
        for one in several
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
        f"Content-Type: {file.content_type}\r\n\r\n".encode()
        + file.content
        + b"\r\n"
        for name, file in files.items()
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


@dataclass
class Counts:
    """How many submissions each party has made."""

    by_party: dict[str, int] = field(default_factory=dict)

    def add(self, party: str) -> None:
        """Count one more."""
        self.by_party[party] = self.by_party.get(party, 0) + 1
