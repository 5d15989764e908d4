"""Services of organisations by which people sign in, as an operator names them in one setting."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NAMES = ("id", "name", "issuer", "client_id", "client_secret")
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
LONGEST_NAME = 40


@dataclass(frozen=True)
class SignInService:
    """One OpenID Connect provider: what its button says, where it is, and what it knows this installation by."""

    id: str
    name: str
    issuer: str
    client_id: str
    client_secret: str


def read_sign_in_services(text: str, *, only_https: bool) -> tuple[SignInService, ...]:
    """Read the setting, a list in JSON; whatever is wrong in it stops the start with a sentence."""
    if not text:
        return ()
    try:
        listed = json.loads(text)
    except ValueError as unreadable:
        message = "SIGN_IN_SERVICES is no JSON."
        raise ImproperlyConfigured(message) from unreadable
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and set(one) == set(NAMES) and all(isinstance(one[name], str) for name in NAMES)
        for one in listed
    ):
        message = f"SIGN_IN_SERVICES must be a list of objects, each with the texts {', '.join(NAMES)}."
        raise ImproperlyConfigured(message)
    services = tuple(SignInService(**one) for one in listed)
    for service in services:
        if fault := _fault_of(service, only_https=only_https):
            message = f"SIGN_IN_SERVICES: {service.id or 'a service'} {fault}."
            raise ImproperlyConfigured(message)
    if len({service.id for service in services}) < len(services):
        message = "SIGN_IN_SERVICES names one id twice."
        raise ImproperlyConfigured(message)
    return services


def _fault_of(service: SignInService, *, only_https: bool) -> str:
    issuer = urlsplit(service.issuer)
    if not IDENTIFIER.fullmatch(service.id):
        return "needs an id of small letters, digits and hyphens"
    if not 0 < len(service.name) <= LONGEST_NAME:
        return f"needs a name of at most {LONGEST_NAME} characters"
    if not service.client_id:
        return "needs a client_id"
    if issuer.scheme not in {"https", "http"} or not issuer.hostname or issuer.query or issuer.fragment:
        return "needs the address of its issuer, without a question mark"
    if only_https and issuer.scheme != "https":
        return "needs an issuer with https:// in production"
    return ""
