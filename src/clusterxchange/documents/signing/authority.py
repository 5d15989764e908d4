"""The installation's own certificates: a root, a time stamp service, and one certificate for each signature.

The key of a signature's certificate is made for this signature, used once and forgotten, so that nobody can sign again
in somebody's name. The root and the time stamp keep theirs, sealed, in the database (models.py).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asn1crypto import crl as asn1_crl
from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

ROOT_YEARS: Final = 40
SIGNATURE_YEARS: Final = 10
DAYS_IN_A_YEAR: Final = 365
# Exchanges that a demonstration tells of were signed before its first day.
BACKDATED: Final = dt.timedelta(days=DAYS_IN_A_YEAR)
KEY_BITS: Final = 2048
LONGEST_NAME: Final = 64  # the bound that X.509 sets for a common name


@dataclass(frozen=True)
class Authority:
    """What signs for this installation: certificates and keys as PEM."""

    certificate: str
    key: str
    time_stamp_certificate: str
    time_stamp_key: str

    @property
    def root(self) -> asn1_x509.Certificate:
        """The certificate that whoever checks must trust."""
        return certificate_of(self.certificate)

    def signer_for(self, person: str, organisation: str, at: dt.datetime) -> SimpleSigner:
        """Make a certificate for one signature of this person, with a key that lives no longer than the signer."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _certificate(
            subject=_name(person, organisation),
            public=key.public_key(),
            issuer=x509.load_pem_x509_certificate(self.certificate.encode()).subject,
            issuer_key=_private(self.key),
            span=(at - dt.timedelta(days=1), at + dt.timedelta(days=SIGNATURE_YEARS * DAYS_IN_A_YEAR)),
            extensions=[(x509.BasicConstraints(ca=False, path_length=None), True), (_usage(signs=True), True)],
        )
        return SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)),
            signing_key=_asn1_key(key),
            cert_registry=self._store(),
        )

    def time_stamper(self, at: dt.datetime) -> DummyTimeStamper:
        """Give the installation's own time stamp service, which tells the scheme's time."""
        return DummyTimeStamper(
            tsa_cert=certificate_of(self.time_stamp_certificate),
            tsa_key=_asn1_key(_private(self.time_stamp_key)),
            certs_to_embed=self._store(),
            fixed_dt=at,
        )

    def validation_context(self, at: dt.datetime, others: Iterable[asn1_x509.Certificate] = ()) -> ValidationContext:
        """Say what a signature is checked against at a moment: our root, and our empty list of what was revoked.

        `others` are roots of a time stamp service that is not ours.
        """
        return ValidationContext(
            trust_roots=[self.root, *others],
            crls=[self._revocations(at)],
            moment=at,
            allow_fetching=False,
            other_certs=[certificate_of(self.time_stamp_certificate)],
        )

    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # -- the package leaves it untyped
        store.register(self.root)
        return store

    def _revocations(self, at: dt.datetime) -> asn1_crl.CertificateList:
        issuer = x509.load_pem_x509_certificate(self.certificate.encode())
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(at - dt.timedelta(hours=1))
            .next_update(at + dt.timedelta(days=SIGNATURE_YEARS * DAYS_IN_A_YEAR))
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
            .sign(_private(self.key), hashes.SHA256())
        )
        return asn1_crl.CertificateList.load(made.public_bytes(serialization.Encoding.DER))


def make_authority(installation: str, at: dt.datetime) -> Authority:
    """Make the root and the time stamp service of an installation, named after it."""
    begins = at - BACKDATED
    span = (begins, begins + dt.timedelta(days=ROOT_YEARS * DAYS_IN_A_YEAR))
    key = ec.generate_private_key(ec.SECP256R1())
    stamp_key = rsa.generate_private_key(65537, KEY_BITS)  # the service of time stamps knows no other kind
    name = _name(f"ClusterXchange signatures, {installation}", "ClusterXchange")
    root = _certificate(
        subject=name,
        public=key.public_key(),
        issuer=name,
        issuer_key=key,
        span=span,
        extensions=[(x509.BasicConstraints(ca=True, path_length=0), True), (_usage(issues=True), True)],
    )
    stamp = _certificate(
        subject=_name(f"ClusterXchange time stamps, {installation}", "ClusterXchange"),
        public=stamp_key.public_key(),
        issuer=name,
        issuer_key=key,
        span=span,
        extensions=[
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
        ],
    )
    return Authority(_pem(root), _pem_key(key), _pem(stamp), _pem_key(stamp_key))


def certificate_of(text: str) -> asn1_x509.Certificate:
    """Read a certificate from PEM."""
    return asn1_x509.Certificate.load(asn1_pem.unarmor(text.encode())[2])


def _certificate(
    *,
    subject: x509.Name,
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: CertificateIssuerPrivateKeyTypes,
    span: tuple[dt.datetime, dt.datetime],
    extensions: Iterable[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:LONGEST_NAME]),
        ]
    )


def _usage(*, signs: bool = False, issues: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_cert_sign=issues,
        crl_sign=issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private(text: str) -> CertificateIssuerPrivateKeyTypes:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        message = "The authority of this installation has keys of another kind."
        raise TypeError(message)
    return key


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _pem_key(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def _asn1_key(key: CertificateIssuerPrivateKeyTypes) -> asn1_keys.PrivateKeyInfo:
    plain = serialization.NoEncryption()
    return asn1_keys.PrivateKeyInfo.load(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    )
