"""Adds one party's signature to a file as a revision of its own, with a picture that says who signed and when."""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.stamp import StaticStampStyle

from clusterxchange.documents.signing.fields import ARCHIVE
from clusterxchange.documents.typesetting import picture, without_unseen

if TYPE_CHECKING:
    import datetime as dt

    from pyhanko.sign.signers.pdf_signer import PdfSigningSession

    from clusterxchange.documents.signing.authority import Authority
    from clusterxchange.documents.signing.time_stamps import OutsideStamps

# Room for the signature, its time stamp and what both are checked with
BYTES_RESERVED: Final = 32_768
FILLED: Final = SimpleBoxLayoutRule(x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID)


@dataclass(frozen=True)
class Signature:
    """Who signed in which field: the lines are what the picture in the field says."""

    field: str
    person: str
    organisation: str
    lines: tuple[str, ...]
    at: dt.datetime


class _SignerOfTheSchemesTime(PdfSigner):
    """Signs at the moment of the consent, which a demonstration's clock may have told."""

    def __init__(self, *arguments: Any, at: dt.datetime, **named: Any) -> None:  # noqa: ANN401 -- those of the signer
        super().__init__(*arguments, **named)
        self._at = at

    def init_signing_session(self, *arguments: Any, **named: Any) -> PdfSigningSession:  # noqa: ANN401 -- those of the signer
        session = super().init_signing_session(*arguments, **named)
        session.system_time = self._at
        return session


def append_signature(
    pdf: bytes,
    signature: Signature,
    authority: Authority,
    *,
    size: tuple[float, float],
    is_last: bool,
    stamps: OutsideStamps | None = None,
) -> bytes:
    """Return the file with one revision more; the last one closes the file with a time stamp for the archive."""
    metadata = PdfSignatureMetadata(
        field_name=signature.field,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=signature.person,
        embed_validation_info=True,
        use_pades_lta=is_last,
        timestamp_field_name=ARCHIVE,
        validation_context=authority.validation_context(signature.at, stamps.roots if stamps is not None else ()),
    )
    buffer = io.BytesIO(pdf)
    with tempfile.TemporaryDirectory() as folder:
        stamp = Path(folder, "stamp.pdf")
        stamp.write_bytes(_stamp(signature, size))
        signer = _SignerOfTheSchemesTime(
            metadata,
            authority.signer_for(signature.person, signature.organisation, signature.at),
            timestamper=stamps.service() if stamps is not None else authority.time_stamper(signature.at),
            stamp_style=StaticStampStyle.from_pdf_file(
                str(stamp), border_width=0, background_opacity=1, background_layout=FILLED
            ),
            at=signature.at,
        )
        writer = IncrementalPdfFileWriter(buffer, strict=True)
        asyncio.run(signer.async_sign_pdf(writer, in_place=True, bytes_reserved=BYTES_RESERVED))
    return buffer.getvalue()


def close_file(pdf: bytes, authority: Authority, at: dt.datetime, stamps: OutsideStamps | None = None) -> bytes:
    """Return the file with the time stamp for the archive, where its last signature was given elsewhere."""
    buffer = io.BytesIO(pdf)
    service = stamps.service() if stamps is not None else authority.time_stamper(at)
    context = authority.validation_context(at, stamps.roots if stamps is not None else ())
    closer = PdfTimeStamper(service, field_name=ARCHIVE)
    writer = IncrementalPdfFileWriter(buffer, strict=False)
    asyncio.run(closer.async_timestamp_pdf(writer, "sha256", context, in_place=True, bytes_reserved=BYTES_RESERVED))
    return buffer.getvalue()


@dataclass(frozen=True)
class Field:
    """A party's field: its size in points, and whether it bears a signature."""

    size: tuple[float, float]
    is_signed: bool


def fields_of(pdf: bytes) -> dict[str, Field]:
    """Give the parties' fields by name; the one of the closing time stamp is nobody's."""
    reader = PdfFileReader(io.BytesIO(pdf))
    found = {}
    for name, value, reference in enumerate_sig_fields(reader):
        if name == ARCHIVE:
            continue
        left, bottom, right, top = (float(corner) for corner in reference.get_object()["/Rect"])
        found[name] = Field((right - left, top - bottom), value is not None)
    return found


def _stamp(signature: Signature, size: tuple[float, float]) -> bytes:
    lines = [without_unseen(line) for line in (signature.person, *signature.lines)]
    width, height = size
    return picture(
        "signature", {"width": str(width), "height": str(height), "lines": json.dumps(lines, ensure_ascii=False)}
    )
