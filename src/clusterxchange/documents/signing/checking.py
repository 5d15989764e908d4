"""Says of a PDF file whether this installation made it, which revision it is, and whether its signatures hold.

The file's own hash is compared first: some bytes of a PDF file, such as padding, are covered by no signature.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.qualified_asn1 import get_qc_statements
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.errors import ValidationInfoReadingError
from pyhanko_certvalidator.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asn1crypto import x509
    from pyhanko.sign.validation import PdfSignatureStatus
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    from clusterxchange.documents.signing.authority import Authority

SIMPLE, OTHER = "simple", "other"
# What a certificate of somebody else claims; nobody here has looked into a list of trust.
ADVANCED, QUALIFIED_AS_CLAIMED = "advanced", "qualified_as_claimed"
IS_QUALIFIED = "0.4.0.1862.1.1"  # ETSI EN 319 412-5, section 4.2.1
WHOLE: Final = frozenset({SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION})
# A broken file fails in many ways inside the reader; each of them means that it cannot be read.
UNREADABLE: Final = (
    PdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    EOFError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class CheckedSignature:
    """What is true of one signature: the capacity is the name of its field, the level what this tool can vouch for.

    One of ours is valid only with its time stamp.
    """

    capacity: str
    person: str
    at: str
    level: str
    valid: bool
    covers_whole: bool

    @property
    def is_ours(self) -> bool:
        """Whether this installation issued the certificate."""
        return self.level == SIMPLE


class NotReadable(Exception):
    """It is no PDF file that can be read."""


def check_signatures(
    pdf: bytes, authority: Authority | None, stamp_roots: Iterable[x509.Certificate] = ()
) -> tuple[CheckedSignature, ...]:
    """Check each signature in the file; without an authority none can be traced to this installation.

    `stamp_roots` are those of a time stamp service that is not ours.

    :raises NotReadable: the file is damaged or no PDF file.
    """
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        return tuple(_checked(one, authority, stamp_roots) for one in reader.embedded_regular_signatures)
    except (*UNREADABLE, SigningError) as reason:
        raise NotReadable(str(reason)) from reason


def closing_stamps_hold(pdf: bytes, authority: Authority | None, stamp_roots: Iterable[x509.Certificate] = ()) -> bool:
    """Whether each time stamp of the whole file holds and leads to a service that is known; true where there is none.

    :raises NotReadable: the file is damaged or no PDF file.
    """
    try:
        stamps = PdfFileReader(io.BytesIO(pdf), strict=False).embedded_timestamp_signatures
        return all(_stamp_holds(one, authority, stamp_roots) for one in stamps)
    except (*UNREADABLE, SigningError) as reason:
        raise NotReadable(str(reason)) from reason


def _stamp_holds(
    stamp: EmbeddedPdfSignature, authority: Authority | None, stamp_roots: Iterable[x509.Certificate]
) -> bool:
    if authority is None:
        return False
    at = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
    try:
        status = validate_pdf_timestamp(stamp, authority.validation_context(at, stamp_roots))
    except (SigningError, ValidationInfoReadingError, PathError):
        return False
    return bool(status.intact and status.valid and status.trusted and status.coverage in WHOLE)


def _is_stamped(status: PdfSignatureStatus, *, ours: bool) -> bool:
    # Whoever signs elsewhere may have no time stamp, or one of a service that nobody here knows.
    stamp = status.timestamp_validity
    if stamp is None:
        return not ours
    return bool(stamp.intact and stamp.valid and (stamp.trusted or not ours))


def level_of_certificate(certificate: x509.Certificate) -> str:
    """Say what a certificate of another issuer claims of its signatures."""
    claims = {one["statement_id"].dotted for one in get_qc_statements(certificate)}
    return QUALIFIED_AS_CLAIMED if IS_QUALIFIED in claims else ADVANCED


def _checked(
    signature: EmbeddedPdfSignature, authority: Authority | None, stamp_roots: Iterable[x509.Certificate]
) -> CheckedSignature:
    at, context, stamps = signature.self_reported_timestamp, None, None
    if authority is not None and at is not None:
        context, stamps = authority.validation_context(at), authority.validation_context(at, stamp_roots)
    try:
        status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=stamps)
        ours, covers = status.trusted, status.coverage in WHOLE
        valid = status.intact and status.valid and status.docmdp_ok is not False and _is_stamped(status, ours=ours)
    except (SigningError, ValidationInfoReadingError, PathError):
        valid, ours, covers = False, False, False
    return CheckedSignature(
        # What the package gives as text holds on to its whole file.
        capacity=str(signature.field_name),
        person=str(signature.signer_cert.subject.native.get("common_name", "")),
        at=at.isoformat() if at is not None else "",
        level=SIMPLE
        if ours
        else OTHER
        if (claimed := level_of_certificate(signature.signer_cert)) == ADVANCED
        else claimed,
        valid=valid,
        covers_whole=covers,
    )
