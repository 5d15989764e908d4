"""What a production installation refuses to start with. Each reason says what to change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

SHORTEST_KEY, FEWEST_LETTERS = 50, 8
ONLY_HERE = {"127.0.0.1", "localhost", "[::1]"}


def faults(settings: Mapping[str, Any]) -> Iterator[str]:  # noqa: C901 -- a list of refusals, one after the other
    """Give what is unsafe in the settings of a production installation."""
    if settings["DEBUG"]:
        yield "DEBUG must not be on in production: it shows an error's details to everybody."
    key = settings["SECRET_KEY"]
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS:
        yield f"SECRET_KEY must be set in production, to at least {SHORTEST_KEY} random characters."
    if not settings["FIELD_KEYS"]:
        yield "FIELD_KEYS must be set in production: bank details are sealed with it."
    for one in settings["FIELD_KEYS"]:
        try:
            Fernet(one)
        except ValueError:
            yield "FIELD_KEYS holds something that is no key."
    hosts = set(settings["ALLOWED_HOSTS"])
    if "*" in hosts:
        yield "HOSTS must name hosts in production: with * anybody chooses where links in mails lead."
    if not hosts - ONLY_HERE:
        yield "HOSTS must name the host under which people reach the installation."
    public = urlsplit(settings["PUBLIC_URL"])
    if public.scheme != "https":
        yield "PUBLIC_URL must begin with https:// in production."
    elif public.hostname and not _is_named(public.hostname, hosts):
        yield f"PUBLIC_URL leads to {public.hostname}, which HOSTS does not name."
    if any(urlsplit(origin).scheme != "https" for origin in settings["CSRF_TRUSTED_ORIGINS"]):
        yield "ORIGINS must hold addresses with https:// only in production."
    if not settings["SECURE_PROXY_SSL_HEADER"]:
        yield "BEHIND_PROXY must be yes in production: a proxy in front ends TLS and sets X-Forwarded-Proto itself."
    if settings["EMAIL_USE_TLS"] and settings["EMAIL_USE_SSL"]:
        yield "Set MAIL_STARTTLS or MAIL_TLS, not both."


def _is_named(host: str, hosts: set[str]) -> bool:
    return host in hosts or any(one.startswith(".") and host.endswith(one) for one in hosts)
