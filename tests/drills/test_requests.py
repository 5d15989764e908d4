"""Made-up requests to every address as several people: none ends in a fault, nothing hostile comes back unescaped.

Two hundred; with LONG=1 ten thousand for each SEED, of which `make drills` plays three.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.bring import bring_exchange_to
from tests.cast import Cast, Person

REQUESTS = 10_000 if os.environ.get("LONG") == "1" else 200
SEED = int(os.environ.get("SEED") or 1)
MARK = "<zq-planted>"
HOSTILE = (
    MARK,
    f'"><img src=x onerror=1>{MARK}', f"'{MARK}", "{{7*7}}", "{% debug %}", "=1+1", "@SUM(A1)", "' or 1=1 --", "%00",
    "\r\nBcc: x@y.example", "../../etc/passwd", "\u202ecod.exe", "ﷺ" * 50, "𝕬", "-1", "0", "999999999999999999999",
    "1e309", "NaN", "2026-02-30", "0001-01-01", "9999-12-31", "null", "[]", "true", "ES", "a" * 5000, "", " ",
    "é\u0301", "\ufffe", "a\x00b",
)  # fmt: skip
FIELDS = (
    "email", "login", "password", "name", "text", "message", "reason", "title", "first_day", "last_day", "days", "km",
    "format", "country", "q", "page", "after", "sort", "role", "language", "next", "code", "iban", "account_holder",
    "successor", "item", "capacity", "version", "text_sha256", "position", "phone", "windows", "plan", "amount",
    "partnership", "edition", "confirmed",
)  # fmt: skip
SKIPPED = {"set_language", "account_logout"}


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


@pytest.mark.django_db
@pytest.mark.timeout(3600)
def test_no_made_up_request_ends_in_a_fault_or_brings_anything_hostile_back(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended")
    known = [str(story.exchange.reference), str(story.visitor_participation.reference), str(story.proposal.reference)]
    people = [signed_in(one) for one in (cast.ana, cast.bram, cast.chiara, cast.cosima, cast.edda, cast.zoe)]
    people.append(Client(raise_request_exception=False))
    choose, faults = random.Random(SEED), []
    ways, answers = [one for one in routes(get_resolver()) if one[0] not in SKIPPED], Counter[int]()
    asked = 0

    def value() -> str:
        return choose.choice((*HOSTILE, *known, "1", str(story.exchange.pk)))

    while asked < REQUESTS:
        name, places = choose.choice(ways)
        try:
            address = reverse(name, kwargs={place: re.sub(r"[/\s]", "", value()) or "1" for place in places})
        except Exception:  # noqa: BLE001, S112 -- the pattern takes no such value, so nobody can ask for it
            continue
        method, client = choose.choice(("get", "post", "post", "put", "delete")), choose.choice(people)
        data = {choose.choice(FIELDS): value() for _number in range(choose.randint(0, 6))}
        with transaction.atomic():
            answer = getattr(client, method)(address, data if method in {"get", "post"} else "x")
            transaction.set_rollback(True)
        asked += 1
        answers[answer.status_code] += 1
        if answer.status_code >= 500:
            faults.append(f"{answer.status_code} {method} {address} {data}")
        elif not answer.streaming and MARK.encode() in answer.content and "text/html" in answer["Content-Type"]:
            faults.append(f"unescaped {method} {address} {data}")

    print(f"\n{asked} requests to {len(ways)} routes: {dict(sorted(answers.items()))}, {len(faults)} faults")
    assert faults == []
