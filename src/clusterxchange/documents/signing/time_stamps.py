"""Time stamps of a service outside (RFC 3161), where the operator has named one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asn1crypto import pem, x509
from django.conf import settings
from pyhanko.sign.timestamps import HTTPTimeStamper

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 20


@dataclass(frozen=True)
class OutsideStamps:
    """Where time stamps come from, and the certificates to which they lead."""

    address: str
    roots: tuple[x509.Certificate, ...]

    def service(self) -> HTTPTimeStamper:
        """Give what asks the service; made anew each time, since it belongs to one event loop."""
        return HTTPTimeStamper(self.address, timeout=SECONDS)


def outside_stamps() -> OutsideStamps | None:
    """Give the service that the settings name, None where there is none."""
    if not settings.TIME_STAMP_SERVICE:
        return None
    return OutsideStamps(settings.TIME_STAMP_SERVICE, certificates_in(settings.TIME_STAMP_ROOTS))


def stamp_roots() -> tuple[x509.Certificate, ...]:
    """Give the roots that the settings name: files of earlier years lead to them, also once the service is not used."""
    return certificates_in(settings.TIME_STAMP_ROOTS) if settings.TIME_STAMP_ROOTS.is_file() else ()


def certificates_in(path: Path) -> tuple[x509.Certificate, ...]:
    """Read every certificate of a PEM file."""
    return tuple(
        x509.Certificate.load(content) for _kind, _head, content in pem.unarmor(path.read_bytes(), multiple=True)
    )
