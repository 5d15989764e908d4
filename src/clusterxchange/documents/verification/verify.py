"""Checks a verification pack without the server that made it: `python verify.py [PACK] [FILE.pdf …]`.

It needs Python 3.10 or newer and pyHanko (README.txt names the version), and nothing of ClusterXchange. A pack is a ZIP
file or the folder into which it was unpacked; without a name it is the folder in which this script lies. PDF files that
are named as well are compared with those of the pack. The answer is 0 where everything fits, 1 where something does
not, 2 where the command was not understood.

Hashes are compared first: some bytes of a PDF file, such as padding, are covered by no signature.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import datetime as dt
import hashlib
import io
import json
import logging
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GENUINE, NOT_GENUINE, MISUSE = 0, 1, 2
MANIFEST, SEAL, JOURNAL = "manifest.json", "manifest.p7s", "journal.json"
ROOT, STAMP_ROOTS = "certificates/root.pem", "certificates/time-stamp-roots.pem"
OUTSIDE_THE_MANIFEST = frozenset({MANIFEST, SEAL})
SIMPLE = "simple"
LEVELS = {
    SIMPLE: "simple electronic signature",
    "advanced": "signed with a certificate of one's own, which was not checked against a list of trust",
    "qualified_as_claimed": "qualified, as its certificate claims; not checked against a list of trust",
}
LARGEST = 200 * 1024 * 1024
LONGEST_NAME = 64  # the bound that X.509 sets for a common name
COLUMNS = (
    "previous", "n", "at", "actor", "capacity", "kind", "subject", "case", "action", "before", "after",
    "payload_digest",
)  # fmt: skip


class DoesNotFit(Exception):
    """Something of the pack is not as it was made; the text says what."""


def main(arguments: list[str] | None = None) -> int:
    """Print the verdict on a pack, and on files that are compared with it."""
    parser = argparse.ArgumentParser(prog="verify.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("files", nargs="*", type=Path, help="PDF files to compare with those of the pack.")
    parser.add_argument("--root", default="", help="SHA-256 of the root certificate, as you know it from elsewhere.")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        return MISUSE if end.code else GENUINE
    logging.disable(logging.CRITICAL)  # the verdict is ours, not the reader's
    try:
        told = list(checked(options.pack, options.files, options.root))
    except DoesNotFit as reason:
        _say(f"NOT GENUINE: {reason}")
        return NOT_GENUINE
    except (KeyError, TypeError, AttributeError, IndexError) as reason:
        _say(f"NOT GENUINE: the pack does not hold what a pack holds ({reason!r})")
        return NOT_GENUINE
    except ImportError as reason:
        _say(f"Nothing was checked: {reason}. Install pyHanko first: pip install pyhanko")
        return MISUSE
    for line in told:
        _say(line)
    return GENUINE


def checked(place: Path, files: Iterable[Path], root: str) -> Iterator[str]:
    """Give the lines of the verdict.

    :raises DoesNotFit: with the first thing that is not as it was made.
    """
    pack = content_of(place)
    manifest = read_json(pack, MANIFEST)
    compare_hashes(pack, manifest)
    compare_files(files, manifest)
    certificate = hashlib.sha256(_der(pack[ROOT])).hexdigest()
    if root and root.replace(":", "").replace(" ", "").lower() != certificate:
        raise DoesNotFit(f"the root certificate has the SHA-256 {certificate}, not the one that you named")
    check_seal(pack, manifest)
    check_journal(pack, manifest)
    yield f"Case {manifest['reference']}, pack made at {manifest['made_at']} by {manifest['installation']}"
    for document in manifest["documents"]:
        check_text(pack, document)
        check_signatures(pack, document)
        yield f"{document['file']}: unchanged, {len(document['signatures'])} of {document['needed']} signatures hold"
        for one in document["signatures"]:
            yield f"  {one['capacity']}: {one['person']}, {one['at']}, {LEVELS.get(one['level'], one['level'])}"
    yield f"Journal: {manifest['entries']} entries of the case fit"
    yield f"Root certificate, SHA-256: {certificate}"
    if not root:
        yield "The root came with the pack. Compare it with the one that the installation shows, or name it by --root."
    yield "GENUINE: everything in the pack fits together."


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Tell of whatever is damaged as something that does not fit."""
    try:
        yield
    except (DoesNotFit, ImportError):
        raise
    except Exception as reason:
        # Damaged files fail in many ways inside the readers of ZIP, PDF and signatures.
        raise DoesNotFit(f"{what} cannot be read ({reason})") from reason


def content_of(place: Path) -> dict[str, bytes]:
    """Read every file of a pack, be it packed or unpacked."""
    with reading("the pack"):
        if place.is_dir():
            return {one.relative_to(place).as_posix(): one.read_bytes() for one in place.rglob("*") if one.is_file()}
        with zipfile.ZipFile(place) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise DoesNotFit("two files of the pack have the same name")
            if sum(one.file_size for one in archive.infolist()) > LARGEST:
                raise DoesNotFit("the pack is larger than any pack is")
            return {name: archive.read(name) for name in names}


def compare_hashes(pack: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Compare each file with its SHA-256 in the manifest; none may be missing, and none may be too many."""
    known: Mapping[str, str] = manifest.get("files", {})
    for name in sorted(pack.keys() - known.keys() - OUTSIDE_THE_MANIFEST):
        raise DoesNotFit(f"{name} does not belong to the pack")
    for name, digest in sorted(known.items()):
        if name not in pack:
            raise DoesNotFit(f"{name} is missing")
        if hashlib.sha256(pack[name]).hexdigest() != digest:
            raise DoesNotFit(f"{name} was changed: its SHA-256 is not the one in the manifest")


def compare_files(files: Iterable[Path], manifest: Mapping[str, Any]) -> None:
    """Compare files that somebody holds in hand with the documents of the pack, byte for byte."""
    known = {one["sha256"] for one in manifest["documents"]}
    for one in files:
        with reading(str(one)):
            digest = hashlib.sha256(one.read_bytes()).hexdigest()
        if digest not in known:
            raise DoesNotFit(f"{one} is none of the signed documents of the pack")


def check_seal(pack: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Check that the manifest is sealed by a certificate of the root in the pack."""
    from asn1crypto import cms  # noqa: PLC0415 -- hashes are compared without it
    from pyhanko.sign.validation import async_validate_detached_cms  # noqa: PLC0415 -- as above

    if SEAL not in pack:
        raise DoesNotFit("the seal of the manifest is missing")
    with reading("the seal of the manifest"):
        signed = cms.ContentInfo.load(pack[SEAL])["content"]
        context = _context(pack, dt.datetime.fromisoformat(manifest["made_at"]))
        status = _run(async_validate_detached_cms(pack[MANIFEST], signed, signer_validation_context=context))
    if not (status.intact and status.valid and status.trusted):
        raise DoesNotFit("the seal of the manifest does not hold")


def check_text(pack: Mapping[str, bytes], document: Mapping[str, Any]) -> None:
    """Check that the text is the one to which the parties said yes: its SHA-256 stands with each signature."""
    digest = hashlib.sha256(pack[document["text"]]).hexdigest()
    if digest != document["text_sha256"]:
        raise DoesNotFit(f"{document['text']} is not the text that was signed")
    text = read_json(pack, document["text"])
    parties = [party["capacity"] for party in text["parties"]]
    signers = [one["capacity"] for one in document["signatures"]]
    if len(signers) != document["needed"] or len(set(signers) & set(parties)) != len(signers):
        raise DoesNotFit(f"{document['file']} is not signed by each of its parties")
    for one in document["signatures"]:
        if one["text_sha256"] != digest:
            raise DoesNotFit(f"{one['person']} signed another text than {document['text']}")


def check_signatures(pack: Mapping[str, bytes], document: Mapping[str, Any]) -> None:
    """Check each signature in a PDF file: whose it is, that it holds, and that it covers all that was there."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 -- hashes are compared without it
    from pyhanko.sign.validation import async_validate_pdf_signature  # noqa: PLC0415 -- as above

    name, content = document["file"], pack[document["file"]]
    if hashlib.sha256(content).hexdigest() != document["sha256"]:
        raise DoesNotFit(f"{name} is not the file that the manifest tells of")
    found: dict[str, tuple[str, str]] = {}
    levels = {one["capacity"]: one["level"] for one in document["signatures"]}
    with reading(name):
        reader = PdfFileReader(io.BytesIO(content))
        check_closing_stamps(pack, name, reader)
        for signature in reader.embedded_regular_signatures:
            at = signature.self_reported_timestamp
            is_simple = levels.get(signature.field_name) == SIMPLE
            status = _run(async_validate_pdf_signature(signature, _context(pack, at), _context(pack, at, stamps=True)))
            trusted = status.trusted or not is_simple
            if not _is_stamped(status.timestamp_validity, is_simple=is_simple):
                raise DoesNotFit(f"the time stamp of the signature in the field {signature.field_name} does not hold")
            holds = status.intact and status.valid and trusted and _is_whole(status) and status.docmdp_ok is not False
            if not holds or signature.field_name in found:
                raise DoesNotFit(f"the signature in the field {signature.field_name} of {name} does not hold")
            person = str(signature.signer_cert.subject.native.get("common_name", ""))
            found[signature.field_name] = (person, at.isoformat() if at is not None else "")
    told = {one["capacity"]: (one["person"][:LONGEST_NAME], one["at"]) for one in document["signatures"]}
    if found != told:
        raise DoesNotFit(f"the signatures in {name} are not those that the manifest tells of")


def check_closing_stamps(pack: Mapping[str, bytes], name: str, reader: Any) -> None:  # noqa: ANN401 -- the package is loaded only where it is needed
    """Check that the file is closed by a time stamp, and that each of the whole file holds."""
    from pyhanko.sign.validation import async_validate_pdf_timestamp  # noqa: PLC0415 -- hashes are compared without it

    stamps = reader.embedded_timestamp_signatures
    for stamp in stamps:
        at = stamp.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        status = _run(async_validate_pdf_timestamp(stamp, _context(pack, at, stamps=True)))
        if not (status.intact and status.valid and status.trusted and _is_whole(status)):
            raise DoesNotFit(f"the time stamp that closes {name} does not hold")
    if not stamps:
        raise DoesNotFit(f"no time stamp closes {name}")


def _is_stamped(stamp: Any, *, is_simple: bool) -> bool:  # noqa: ANN401 -- as above
    # Whoever signs elsewhere may have no time stamp, or one of a service that nobody here knows.
    if stamp is None:
        return not is_simple
    return bool(stamp.intact and stamp.valid and (stamp.trusted or not is_simple))


def _is_whole(status: Any) -> bool:  # noqa: ANN401 -- as above
    from pyhanko.sign.validation import SignatureCoverageLevel  # noqa: PLC0415 -- as above

    return status.coverage in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}


def check_journal(pack: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Check each entry's hash, their order, and that the journal knows each file; heads of days fit where they meet."""
    journal = read_json(pack, JOURNAL)
    heads = {one["n"]: one["hash"] for one in journal["day_heads"]}
    before: Mapping[str, Any] = {"n": 0, "hash": ""}
    written: set[str] = set()
    for entry in journal["entries"]:
        number = entry["n"]
        told = "|".join(str(entry[column]) for column in COLUMNS)
        follows = number > before["n"] + 1 or not before["hash"] or entry["previous"] == before["hash"]
        fits = heads.get(number, entry["hash"]) == entry["hash"]
        fits_before = heads.get(number - 1, entry["previous"]) == entry["previous"]
        for holds, what in (
            (hashlib.sha256(told.encode()).hexdigest() == entry["hash"], "was changed"),
            (entry["case"] == manifest["reference"], "belongs to another case"),
            (number > before["n"] and follows, "is not in its place"),
            (fits and fits_before, "does not fit the head of a day"),
        ):
            if not holds:
                raise DoesNotFit(f"entry {number} of the journal {what}")
        written |= _files_named(entry)
        before = entry
    if len(journal["entries"]) != manifest["entries"]:
        raise DoesNotFit("entries of the journal are missing, or there are too many")
    for document in manifest["documents"]:
        if document["sha256"] not in written:
            raise DoesNotFit(f"the journal does not know {document['file']}")


def _files_named(entry: Mapping[str, Any]) -> set[str]:
    if "payload" not in entry:
        return set()
    body = json.dumps(entry["payload"]["body"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if hashlib.sha256(f"{entry['payload']['salt']}|{body}".encode()).hexdigest() != entry["payload_digest"]:
        raise DoesNotFit(f"what entry {entry['n']} of the journal was about was changed")
    return {str(entry["payload"]["body"].get("sha256", ""))}


def read_json(pack: Mapping[str, bytes], name: str) -> Any:  # noqa: ANN401 -- whatever JSON can say
    """Read a file of the pack that must be there."""
    if name not in pack:
        raise DoesNotFit(f"{name} is missing")
    with reading(name):
        return json.loads(pack[name])


def _context(pack: Mapping[str, bytes], at: dt.datetime | None, *, stamps: bool = False) -> Any:  # noqa: ANN401 -- the package is loaded only where it is needed
    from asn1crypto import x509  # noqa: PLC0415 -- hashes are compared without it
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 -- as above

    # Who gives time stamps from outside is trusted for them, and for no signature.
    trusted = [ROOT, STAMP_ROOTS] if stamps else [ROOT]
    roots = [x509.Certificate.load(one) for name in trusted for one in _certificates(pack.get(name, b""))]
    others = [
        x509.Certificate.load(one)
        for name in pack
        if name.startswith("certificates/") and name not in {ROOT, STAMP_ROOTS}
        for one in _certificates(pack[name])
    ]
    return ValidationContext(trust_roots=roots, other_certs=others, moment=at, allow_fetching=False)


def _der(text: bytes) -> bytes:
    with reading("a certificate of the pack"):
        return _certificates(text)[0]


def _certificates(text: bytes) -> list[bytes]:
    with reading("a certificate of the pack"):
        return [base64.b64decode(one.split(b"-----END")[0]) for one in text.split(b"-----BEGIN CERTIFICATE-----")[1:]]


def _run(coroutine: Any) -> Any:  # noqa: ANN401 -- as above
    return asyncio.run(coroutine)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
