"""Says of a file that somebody hands over whether it is one of ours; it tells nothing that the file does not say."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from clusterxchange.documents.models import Document, SigningAuthority

if TYPE_CHECKING:
    from clusterxchange.documents.signing.checking import CheckedSignature


@dataclass(frozen=True)
class Verdict:
    """What is known of a file: what kind it is, and whether all have signed, counts only where it is genuine."""

    is_genuine: bool
    sha256: str
    signatures: tuple[CheckedSignature, ...]
    stamps_hold: bool
    kind: str = ""
    version: int = 0
    is_complete: bool = False


def root_sha256() -> str:
    """Give the fingerprint of the certificate to which all that is signed here leads; empty before anything was."""
    row = SigningAuthority.objects.filter(pk=1).first()
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(row.certificate)).hexdigest() if row is not None else ""


def verdict_on(content: bytes) -> Verdict:
    """Compare the file's hash with those of the files that were made here, then check its signatures.

    :raises NotReadable: the file is damaged or no PDF file.
    """
    from clusterxchange.documents.signing.checking import (  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file
        ADVANCED,
        OTHER,
        check_signatures,
        closing_stamps_hold,
    )
    from clusterxchange.documents.signing.time_stamps import stamp_roots  # noqa: PLC0415 -- as above

    row, roots = SigningAuthority.objects.filter(pk=1).first(), stamp_roots()
    authority = row.authority() if row is not None else None
    signatures = check_signatures(content, authority, roots)
    stamps_hold = closing_stamps_hold(content, authority, roots)
    digest = hashlib.sha256(content).hexdigest()
    document = Document.objects.filter(is_draft=False, sha256=digest).first()
    if document is None:
        return Verdict(is_genuine=False, sha256=digest, signatures=signatures, stamps_hold=stamps_hold)
    # Whatever else stands in a file of ours was looked at when it was handed in.
    signatures = tuple(replace(one, level=ADVANCED) if one.level == OTHER else one for one in signatures)
    return Verdict(
        is_genuine=True,
        sha256=digest,
        signatures=signatures,
        stamps_hold=stamps_hold,
        kind=document.kind,
        version=document.version,
        is_complete=document.is_complete,
    )
