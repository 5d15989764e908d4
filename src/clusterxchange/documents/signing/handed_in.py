"""Checks a copy that somebody signed elsewhere, with a certificate of their own: our file, and one signature more."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import ValidationInfoReadingError
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

from clusterxchange.documents.signing.checking import UNREADABLE, level_of_certificate
from clusterxchange.foundation.folding import fold

if TYPE_CHECKING:
    import datetime as dt

    from asn1crypto import x509
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

NOT_THIS, EXPIRED, ANOTHER_PERSON = "not_this_document", "certificate_expired", "certificate_of_another_person"
NAMES: Final = ("common_name", "given_name", "surname")


@dataclass(frozen=True)
class HandedIn:
    """What is found of a copy: a code that stands against it, or what its certificate claims."""

    refusal: str = ""
    level: str = ""


def check_copy(original: bytes, copy: bytes, *, field: str, person: str, at: dt.datetime) -> HandedIn:
    """Compare a copy with the file that was handed out; only the party's own field may have been signed.

    Whether the certificate's issuer deserves trust is not asked: the level says what the certificate claims.
    """
    if not copy.startswith(original) or len(copy) == len(original):
        return HandedIn(NOT_THIS)
    quiet = logging.getLogger("pyhanko.sign.diff_analysis")
    was_disabled, quiet.disabled = quiet.disabled, True
    try:
        return _checked(original, copy, field=field, person=person, at=at)
    except (*UNREADABLE, SigningError, ValidationInfoReadingError, PathError):
        return HandedIn(NOT_THIS)
    finally:
        quiet.disabled = was_disabled


def _checked(original: bytes, copy: bytes, *, field: str, person: str, at: dt.datetime) -> HandedIn:
    ours, theirs = PdfFileReader(io.BytesIO(original)), PdfFileReader(io.BytesIO(copy))
    known = {one.field_name for one in ours.embedded_regular_signatures}
    signatures = {one.field_name: one for one in theirs.embedded_regular_signatures}
    changed = DEFAULT_DIFF_POLICY.review_file(theirs, ours.xrefs.total_revisions - 1)
    if signatures.keys() - known != {field} or isinstance(changed, SuspiciousModification):
        return HandedIn(NOT_THIS)
    if not all(_holds(one, at) for one in signatures.values()):
        return HandedIn(NOT_THIS)
    certificate = signatures[field].signer_cert
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        return HandedIn(EXPIRED)
    if not names_person(certificate, person):
        return HandedIn(ANOTHER_PERSON)
    return HandedIn(level=level_of_certificate(certificate))


def _holds(signature: EmbeddedPdfSignature, at: dt.datetime) -> bool:
    context = ValidationContext(trust_roots=[], moment=at, allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=context, ts_validation_context=context)
    return bool(status.intact and status.valid and status.docmdp_ok is not False)


def names_person(certificate: x509.Certificate, person: str) -> bool:
    """Whether each word of the person's name stands in the certificate, in whatever order and beside whatever else."""
    subject: dict[str, Any] = certificate.subject.native
    told = set(_words(" ".join(str(subject.get(name, "")) for name in NAMES)))
    wanted = set(_words(person))
    return bool(wanted) and wanted <= told


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in fold(text)).split()
