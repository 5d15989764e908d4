"""Made-up requests as several people: through every form of every page, to every address, with made-up headers.

None ends in a fault, none leaves a traceback in the log, nothing hostile comes back unescaped, and a host that is not
ours is refused. A hundred requests; with LONG=1 ten thousand for each SEED, of which `make drills` plays three.
"""

from __future__ import annotations

import io
import logging
import os
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.cast import Person
from tests.drills.forms_of_pages import Field, Form, as_shown, forms_of
from tests.drills.world import World
from tests.matrices import test_routes as matrix
from tests.matrices.test_routes import Browser

IS_LONG = os.environ.get("LONG") == "1"
REQUESTS, PAGES = (10_000, 1_500) if IS_LONG else (100, 60)
SEED = int(os.environ.get("SEED") or 1)
# A session counts as lately proven for five minutes.
REQUESTS_OF_A_SESSION = 1_000
MARK = "<zq-planted>"
HOSTILE = (
    MARK,
    f'"><img src=x onerror=1>{MARK}', f"'{MARK}", "{{7*7}}", "{% debug %}", "=1+1", "@SUM(A1)", "' or 1=1 --", "%00",
    "\r\nBcc: x@y.example", "../../etc/passwd", "\u202ecod.exe", "ﷺ" * 50, "𝕬", "-1", "0", "999999999999999999999",
    "1e309", "NaN", "2026-02-30", "0001-01-01", "9999-12-31", "null", "[]", "true", "ES", "a" * 5000, "", " ",
    "é\u0301", "\ufffe", "a\x00b",
)  # fmt: skip
OF_KIND: Mapping[str, tuple[str, ...]] = {
    "number": ("-1", "0", "1e309", "NaN", "٣", "1,5", "1.5", "9" * 40, "0x10", "-0", "1_000", " 7 ", "inf"),
    "date": ("2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "14.4.2026", "2026-4-1", "0"),
    "time": ("24:00", "25:61", "-1:00", "9", "09:00:00.0000001"),
    "email": ("a@", "@b", "a@b@c.example", "a\r\nBcc: x@y.example", f"{'a' * 300}@b.example", '"<b>"@c.example'),
    "url": ("javascript:alert(1)", "http://[::1", "//evil.example", "https://" + "a" * 3000, "file:///etc/passwd"),
    "password": ("", " ", "a" * 5000, "\x00", "пароль пароль пароль"),
}
NAMES_OF_FILES = (
    "a.pdf",
    "../../a.pdf",
    "a\x00.pdf",
    "a\r\nX: y.pdf",
    "\u202efdp.exe",
    "a" * 300 + ".pdf",
    ".pdf",
    "a",
)
CONTENTS = (
    b"", b"%PDF-1.7\n", b"<svg onload=1>", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"a;b\n=1+1;\x00\n", b"\xff\xfe", b"{}",
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
)  # fmt: skip
# Beside the fields of a form: what others use, so that a page is sent what it does not ask for.
OTHER_FIELDS = (
    "email", "login", "password", "name", "text", "message", "reason", "title", "first_day", "last_day", "days", "km",
    "format", "country", "q", "page", "after", "sort", "role", "language", "next", "code", "iban", "account_holder",
    "successor", "item", "capacity", "version", "text_sha256", "position", "phone", "windows", "plan", "amount",
    "partnership", "edition", "confirmed", "csrfmiddlewaretoken", "_method", "id", "pk", "form-TOTAL_FORMS",
)  # fmt: skip
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
JUNK = ("", " ", "\x7f", "%00%0d%0a", "ł€𝕬", "a" * 20_000, "';--", "{{7*7}}", MARK, "-1", "null")
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Accept": ("*/*", "text/html;q=9", "application/json", "image/webp,*", "text/event-stream"),
    "Accept-Encoding": ("gzip;q=0", "br, zz", "identity;q=0, *;q=0"),
    "Accept-Language": ("pl", "de-CH-1901,*;q=0.5", "en;q=x", "../../en", "zz-ZZ", "en_US.UTF-8", "pl," * 2_000),
    "Authorization": ("Basic Og==", "Bearer ", "Bearer x", "Negotiate \x01"),
    "Content-Encoding": ("gzip", "br"),
    "Cookie": ("language=zz", "sessionid=x", "csrftoken=a", 'messages="[[', "a=b; a=c", "=;;=", "language=../../pl"),
    "HX-Request": ("true", "false", "yes"),
    "HX-Boosted": ("true",),
    "HX-Target": ("main", "#a", "../.."),
    "HX-Trigger": ("q",),
    "HX-Trigger-Name": ("q", "country"),
    "HX-Prompt": ("yes",),
    "HX-History-Restore-Request": ("true",),
    "HX-Current-URL": ("http://testserver/desk/", "javascript:alert(1)", "http://[::1", "//evil.example/"),
    "If-Match": ("*", '"a"'),
    "If-Modified-Since": ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday"),
    "If-None-Match": ("*", '"a"', 'W/"', "a,b" * 500),
    "If-Range": ('"a"', "yesterday"),
    "Origin": ("null", "https://evil.example", "http://[::1"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=5-1", "bytes=0-,0-", "bytes=99999999999999999999-", "lines=1"),
    "Referer": ("http://testserver/desk/", "http://[::1", "javascript:1", "//evil.example"),
    "Transfer-Encoding": ("chunked",),
    "User-Agent": ("", "Mozilla/5.0", MARK),
    "X-Forwarded-For": ("127.0.0.1", "::1, evil", "999.999.999.999"),
    "X-Forwarded-Host": ("evil.example",),
    "X-Forwarded-Proto": ("https", "gopher"),
    "X-HTTP-Method-Override": ("DELETE",),
    "X-Request-ID": ("a", "../../../etc", "a" * 65),
}
FOREIGN_HOSTS = (
    "evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80", "[::1", "a b", "<b>",
    "127.0.0.1.evil.example", "testserver\\evil.example", "a" * 5_000, "ł.example", "testserver:x",
)  # fmt: skip


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", tuple(pattern.pattern.converters)


def signed_in(person: Person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person.account)
    request = RequestFactory().get("/")
    request.session = client.session
    for method in ("password", "mfa"):
        record_authentication(request, person.account, method, reauthenticated=True)
    request.session.save()
    return client


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Give what the installation writes to its log."""
    (handler,) = (one for one in logging.getLogger().handlers if one.get_name() == "errors")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@dataclass
class Drill:
    """Who asks, what they were shown, and what was answered to what was made up."""

    world: World
    choose: random.Random
    people: dict[str, Browser] = field(default_factory=dict)
    forms: list[tuple[str, Form]] = field(default_factory=list)
    pages: int = 0
    asked: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let everybody sign in, and read the forms of the pages that they see."""
        self.sign_in()
        pages = self.choose.sample(self.world.pages, len(self.world.pages))
        for account, address in pages[:PAGES]:
            answer = matrix.answer_to(self.people[account], "get", address)
            self.pages += answer.status_code == 200
            if not answer.streaming and answer["Content-Type"].startswith("text/html"):
                found = forms_of(answer.content.decode(), address)
                self.forms += [(account, form) for form in found if (account, form) not in self.forms]
        self.routes = list(routes(get_resolver()))

    def sign_in(self) -> None:
        self.people = self.world.browsers()

    # What is made up

    def value(self) -> str:
        return self.choose.choice((*HOSTILE, self.choose.choice(self.world.names), "1"))

    def value_for(self, one: Field) -> Any:  # noqa: ANN401 -- words or a file
        if one.kind == "file":
            return SimpleUploadedFile(self.choose.choice(NAMES_OF_FILES), self.choose.choice(CONTENTS))
        own = (*OF_KIND.get(one.kind, ()), *one.options)
        return self.choose.choice(own) if own and self.choose.random() < 0.5 else self.value()

    def typed_into(self, form: Form) -> dict[str, Any]:
        """Leave some fields as they are shown, and put what is made up into others."""
        data = as_shown(form)
        for one in form.fields:
            drawn = self.choose.random()
            if drawn < 0.5:
                data[one.name] = self.value_for(one)
            elif drawn < 0.58:
                data.pop(one.name, None)
            elif drawn < 0.66 and one.kind != "file":
                data[one.name] = [self.value_for(one) for _number in range(self.choose.randint(2, 4))]
        return data | (self.other_fields() if self.choose.random() < 0.2 else {})

    def other_fields(self) -> dict[str, Any]:
        return {self.choose.choice(OTHER_FIELDS): self.value() for _number in range(self.choose.randint(0, 6))}

    def headers(self) -> dict[str, str]:
        """Give a few headers; a server hands their bytes on as letters of Latin-1."""
        if self.choose.random() < 0.5:
            return {}
        names = self.choose.sample(sorted(HEADERS), self.choose.randint(1, 4))
        drawn = {name: self.choose.choice((*HEADERS[name], self.choose.choice(JUNK))) for name in names}
        return {name: value.encode().decode("latin-1") for name, value in drawn.items()}

    # What is asked

    def ask(self) -> None:
        """Send one request that nobody would send by intention."""
        if self.asked % REQUESTS_OF_A_SESSION == 0:
            self.sign_in()
        cache.clear()  # whoever asks too often is not the question here
        way = self.choose.choice((self.through_a_form, self.through_a_form, self.to_a_thing, self.to_an_address))
        way()
        self.ways[way.__name__] += 1

    def through_a_form(self) -> None:
        account, form = self.choose.choice(self.forms)
        if self.choose.random() < 0.15:
            account = self.choose.choice(sorted(self.people))
        method = form.method if self.choose.random() < 0.9 else self.choose.choice(METHODS)
        self.send(account, method, form.address, self.typed_into(form))

    def to_a_thing(self) -> None:
        account, address = self.choose.choice(self.world.pages)
        self.send(account, self.choose.choice(METHODS), address, self.other_fields())

    def to_an_address(self) -> None:
        name, places = self.choose.choice(self.routes)
        try:
            address = reverse(name, kwargs={place: re.sub(r"[/\s]", "", self.value()) or "1" for place in places})
        except Exception:  # noqa: BLE001 -- the pattern takes no such value, so nobody can ask for it
            address = f"/{self.value()}/"
        account = self.choose.choice(sorted(self.people))
        self.send(account, self.choose.choice(METHODS), address, self.other_fields())

    def send(self, account: str, method: str, address: str, data: dict[str, Any]) -> None:
        headers, foreign = self.headers(), self.choose.random() < 0.03
        if foreign:
            headers["Host"] = self.choose.choice(FOREIGN_HOSTS).encode().decode("latin-1")
        told = f"{method} {address} as {account} {data} {headers}"
        # A file goes by post alone.
        sent = {name: one for name, one in data.items() if method == "post" or not isinstance(one, SimpleUploadedFile)}
        with transaction.atomic():
            try:
                answer = self.answer(self.people[account], method, address, sent, headers)
                content = b"".join(answer) if answer.streaming else answer.content
            except Exception as error:  # noqa: BLE001 -- whatever gets as far as the server is a fault
                answer, content = HttpResponse(status=599), b""
                told = f"{error!r} {told}"
            transaction.set_rollback(True)
        self.asked += 1
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append(f"{answer.status_code} {told}")
        elif foreign and answer.status_code not in {400, 405}:
            self.faults.append(f"{answer.status_code} for a host that is not ours: {told}")
        elif method == "trace" and answer.status_code == 200:
            self.faults.append(f"answered {told}")
        elif MARK.encode() in content and "text/html" in answer.headers.get("Content-Type", ""):
            self.faults.append(f"unescaped {told}")

    def answer(self, browser: Browser, method: str, address: str, data: Any, headers: dict[str, str]) -> HttpResponse:  # noqa: ANN401 -- as a form gives it
        if method == "trace":
            found: HttpResponse = browser.trace(address, headers=headers)  # type: ignore[assignment]  # -- the factory stops before the answer
            return found
        if method in {"get", "head", "post"}:
            answered: HttpResponse = getattr(browser, method)(address, data, headers=headers)
            return answered
        body = self.choose.choice(("", "x", "{}", "[" * 2_000, "a=b&" * 200, "\x00"))
        kind = self.choose.choice(
            ("application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")
        )
        other: HttpResponse = getattr(browser, method)(address, body, kind, headers=headers)
        return other


@pytest.mark.django_db
@pytest.mark.timeout(3600)
def test_no_made_up_request_ends_in_a_fault_or_brings_anything_hostile_back(world: World, log: io.StringIO) -> None:
    drill = Drill(world, random.Random(SEED))

    while drill.asked < REQUESTS:
        drill.ask()
    cache.clear()

    of_forms = len({form.address for _account, form in drill.forms})
    print(
        f"\n{drill.asked} requests ({dict(sorted(drill.ways.items()))}) to {len(drill.routes)} routes and {of_forms} "
        f"forms of {drill.pages} pages: {dict(sorted(drill.answers.items()))}, {len(drill.faults)} faults"
    )
    print("\n".join(drill.faults))
    assert drill.faults == []
    assert "Traceback" not in log.getvalue(), log.getvalue()
    assert min(drill.ways.values()) > REQUESTS // 10
