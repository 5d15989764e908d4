"""Puts a verification pack together: one ZIP file, sealed by the installation, with the script that checks it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from asn1crypto import pem

from clusterxchange.documents.verification import verify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from asn1crypto import x509

    from clusterxchange.documents.models import Document
    from clusterxchange.documents.signing.authority import Authority

ZIP: Final = "application/zip"
SEALS: Final = "Verification packs"
# The oldest moment that a ZIP file can name: the same content gives the same bytes.
NO_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
READ_ME: Final = """\
This pack shows what {reference} agreed on, who signed it, and that nothing of it was changed afterwards.
It is checked without the server that made it:

    pip install pyhanko=={pyhanko}
    python verify.py --root SHA256

That is the version of pyHanko with which the pack was made. SHA256 is the fingerprint of the installation's root
certificate. Take it from {installation}/check-document/, or from somebody whom you trust; without it everything is
checked but who the installation is. verify.py is the same in every pack and in the source of ClusterXchange: whoever
gave you a forged pack may have forged the script as well.

documents/     the signed PDF files, and each text as JSON: its SHA-256 is what was signed
journal.json   the entries of this case, each with its hash, and the heads of the days
certificates/  what the signatures, time stamps and the seal are checked with
manifest.json  the SHA-256 of each file, sealed in manifest.p7s
"""


@dataclass(frozen=True)
class Given:
    """One signature as it stands in the file; `given_by` and `text_sha256` are those of the consent behind it."""

    capacity: str
    person: str
    at: str
    level: str
    given_by: str
    text_sha256: str


@dataclass(frozen=True)
class SignedDocument:
    """A document that all its parties have signed, with the text that they read in its canonical form."""

    document: Document
    text: str
    text_sha256: str
    parties: int
    signatures: tuple[Given, ...]


def make_pack(
    reference: str,
    documents: Iterable[SignedDocument],
    journal: Mapping[str, Any],
    authority: Authority,
    *,
    stamp_roots: Iterable[x509.Certificate],
    installation: str,
    at: dt.datetime,
) -> bytes:
    """Return the ZIP file; `journal` is what journal.json holds, `stamp_roots` lead to a time stamp service outside."""
    files: dict[str, bytes] = {
        "README.txt": READ_ME.format(
            reference=reference, installation=installation, pyhanko=version("pyhanko")
        ).encode(),
        "verify.py": resources.files(verify.__package__ or "").joinpath("verify.py").read_bytes(),
        verify.ROOT: authority.certificate.encode(),
        "certificates/time-stamps.pem": authority.time_stamp_certificate.encode(),
        verify.STAMP_ROOTS: "".join(pem.armor("CERTIFICATE", one.dump()).decode() for one in stamp_roots).encode(),
        verify.JOURNAL: _written(journal),
    }
    told = []
    for one in documents:
        name = f"documents/{one.document.file.name}"
        files[name] = one.document.file.content.read()
        text = name.removesuffix(".pdf") + ".json"
        files[text] = one.text.encode()
        told.append(
            {
                "file": name,
                "text": text,
                "kind": one.document.kind,
                "version": one.document.version,
                "sha256": one.document.sha256,
                "text_sha256": one.text_sha256,
                "needed": one.parties,
                "signatures": [asdict(given) for given in one.signatures],
            }
        )
    manifest = _written(
        {
            "format": 1,
            "installation": installation,
            "reference": reference,
            "made_at": at.isoformat(),
            "entries": len(journal["entries"]),
            "documents": told,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        }
    )
    files |= {verify.MANIFEST: manifest, verify.SEAL: _seal(manifest, authority, at)}
    return _packed(files)


def _written(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _seal(manifest: bytes, authority: Authority, at: dt.datetime) -> bytes:
    signer = authority.signer_for(SEALS, "ClusterXchange", at)
    signed = asyncio.run(signer.async_sign_general_data(manifest, "sha256"))
    return bytes(signed.dump())


def _packed(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, NO_MOMENT), files[name], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
