"""An OpenID Connect provider of others' making, in a process of its own on this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from urllib.parse import parse_qs, urlsplit

import requests
from django.test import Client

from clusterxchange.foundation.sign_in_services import SignInService

WAY = "/account/services/mill-login/"


@contextmanager
def foreign_service(*persons: dict[str, object]) -> Iterator[SignInService]:
    """Run the provider with these persons in it, each with a `sub`, and end it."""
    known = [argument for person in persons for argument in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0", *known]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = next(found for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            yield SignInService("mill-login", "Mill Login", found.group(), "clusterxchange", "a secret of the two")
        finally:
            process.terminate()


def set_out(client: Client, **given: str) -> str:
    """Press the button of the service; give the address to which the page leads."""
    page = client.post(f"{WAY}sign-in/", given)
    assert page.status_code == 200, page.status_code
    (target,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', page.content.decode())
    return unescape(target)


def agree_there(target: str, sub: str) -> str:
    """Sign in at the service as this person and agree that it tells who that is; give the way back."""
    assert requests.get(target, timeout=10).status_code == 200
    back = requests.post(target, {"sub": sub}, allow_redirects=False, timeout=10)
    assert back.status_code == 302
    return _own_part(back.headers["Location"])


def refuse_there(target: str) -> str:
    """Refuse at the service to tell who one is; give the way back."""
    back = requests.post(target, {"action": "deny"}, allow_redirects=False, timeout=10)
    return _own_part(back.headers["Location"]) + "&state=" + parse_qs(urlsplit(target).query)["state"][0]


def _own_part(address: str) -> str:
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("testserver", f"{WAY}back/")
    return f"{parts.path}?{parts.query}"
