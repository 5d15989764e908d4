"""Signs a file as somebody does at home: another program, another certificate, in the frame of the party."""

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from clusterxchange.documents.signing.authority import _asn1_key
from clusterxchange.foundation.files import PDF
from clusterxchange.phases.exchange_building.models import Commitment, FinancialAgreement
from clusterxchange.phases.exchange_building.operations import Upload

A_YEAR = timedelta(days=365)
# SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 0.4.0.1862.1.1 } }: "this is a qualified certificate" (ETSI EN 319 412-5).
CLAIMS_TO_BE_QUALIFIED = bytes.fromhex("300a3008060604008e460101")


def own_signer(person: str, begins: datetime, *, qualified: bool = False, lasts: timedelta = A_YEAR) -> SimpleSigner:
    """Make a certificate such as an office of a country issues, here by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, person)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
    )
    if qualified:
        statements = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3"), CLAIMS_TO_BE_QUALIFIED)
        builder = builder.add_extension(statements, critical=False)
    made = builder.sign(key, hashes.SHA256())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
        signing_key=_asn1_key(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # -- the package leaves it untyped
    )


def sign_elsewhere(content: bytes, field: str, signer: SimpleSigner) -> bytes:
    buffer = io.BytesIO(content)
    metadata = PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    signing = PdfSigner(metadata, signer).async_sign_pdf(IncrementalPdfFileWriter(buffer), in_place=True)
    # Whoever drives a browser has an event loop already, so this one gets a thread of its own.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, signing).result()
    return buffer.getvalue()


def signed_elsewhere(
    subject: Commitment | FinancialAgreement, field: str, person: str, at: datetime, *, qualified: bool = False
) -> Upload:
    """Give the present file of a text with one signature more, as an upload."""
    assert subject.document is not None
    content = subject.document.file.content.read()
    signer = own_signer(person, at - timedelta(days=30), qualified=qualified)
    return Upload(sign_elsewhere(content, field, signer), PDF, "signed.pdf")
