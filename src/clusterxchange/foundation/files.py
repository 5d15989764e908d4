"""The one door for files: what may come in, how it is kept, and how it is handed out."""

import hashlib
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from xml.etree import ElementTree as ET

import filetype
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from clusterxchange.foundation import scanner
from clusterxchange.foundation.encrypted import box
from clusterxchange.foundation.models import SEALED, StoredFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG, PNG = "image/jpeg", "image/png"
EXTENSIONS = {PDF: {".pdf"}, DOCX: {".docx"}, JPEG: {".jpg", ".jpeg"}, PNG: {".png"}}
LARGEST = 10 * 1024 * 1024
NAME_LENGTH = 120

# What a document may become once it is unpacked, and of how many parts it may be made.
LARGEST_UNPACKED, MOST_PARTS = 100 * 1024 * 1024, 2000
DOCUMENT_PARTS = {"[Content_Types].xml", "word/document.xml"}
MACRO_PARTS = ("vbaproject", "vbadata", "/activex/", "/embeddings/")
# Another document from which this one takes what it carries out.
OUTSIDE_TEMPLATE = re.compile(rb"attachedTemplate[^>]*External|External[^>]*attachedTemplate", re.IGNORECASE)
MACRO_TYPE, OWN_ENTITIES = re.compile(rb"macroEnabled", re.IGNORECASE), re.compile(rb"<!(?:DOCTYPE|ENTITY)")
ENCRYPTED_PART = 0x1
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

# What a PDF carries out by itself. A name may be written with its letters as numbers: /J#53 is /JS.
ACTIVE_NAMES = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)(?=[\s/<>()\[\]]|$)")
NUMBERED_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
OBJECT_STREAM, DICTIONARY_LENGTH = b"/ObjStm", 400
LARGEST_OBJECT_STREAM = 20 * 1024 * 1024

SEPARATORS = re.compile(r"[\\/]")
NOT_IN_A_NAME = re.compile(r"[^\w\-() ]")


@dataclass(frozen=True)
class FileRefused(Exception):
    """The file may not come in; the code says why."""

    code: str


class NotToBeOpened(Exception):
    """The file waits for the scanner, or the scanner has found something in it."""


def content_type_of(content: bytes) -> str | None:
    """Tell the type from the content alone; None where it is none that the door knows."""
    if content.startswith(b"%PDF-"):
        # A file that is two things at once is opened as the other one by somebody.
        return None if zipfile.is_zipfile(io.BytesIO(content)) else PDF
    kind = filetype.guess(content[:8192])
    if kind is not None and kind.mime in {JPEG, PNG}:
        return str(kind.mime)
    if content.startswith(b"PK\x03\x04"):
        try:
            names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return None
        return DOCX if names >= DOCUMENT_PARTS else None
    return None


def check(upload: "UploadedFile[bytes]", allowed: Iterable[str]) -> tuple[bytes, str, str]:
    """Give content, type and safe name of an upload.

    :raises FileRefused: file_empty, file_too_large, file_type_not_allowed, file_name_does_not_match,
        file_has_active_content, file_unpacks_too_large.
    """
    if not upload.size:
        raise FileRefused("file_empty")
    if upload.size > LARGEST:
        raise FileRefused("file_too_large")
    content = upload.read()
    kind = content_type_of(content)
    if kind is None or kind not in set(allowed):
        raise FileRefused("file_type_not_allowed")
    name = safe_name(upload.name or "", EXTENSIONS[kind])
    if kind == DOCX:
        _check_document(content)
    if kind == PDF and any(ACTIVE_NAMES.search(_plain(part)) for part in _readable_parts(content)):
        raise FileRefused("file_has_active_content")
    return content, kind, name


def safe_name(given: str, endings: Iterable[str]) -> str:
    """Give a name that is a name everywhere: no folder, one ending, no letter that hides or turns others.

    :raises FileRefused: file_name_does_not_match, where the ending is none of those named.
    """
    name = PurePath(SEPARATORS.split(unicodedata.normalize("NFC", given))[-1].strip())
    ending = name.suffix.lower()
    if ending not in set(endings):
        raise FileRefused("file_name_does_not_match")
    stem = NOT_IN_A_NAME.sub("", name.stem.replace(".", "_")).strip().replace(" ", "_")
    return f"{stem[: NAME_LENGTH - len(ending)] or 'file'}{ending}"


def _check_document(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise FileRefused("file_unpacks_too_large")
        for part in parts:
            path = part.filename.lower()
            if path.startswith("/") or ".." in path.split("/") or part.flag_bits & ENCRYPTED_PART:
                raise FileRefused("file_type_not_allowed")
            if any(word in f"/{path}" for word in MACRO_PARTS):
                raise FileRefused("file_has_active_content")
        try:
            for part in parts:
                # A part that says less of its size than is true fails its own sum here.
                text = archive.read(part)
                if part.filename.endswith((".xml", ".rels")) and any(
                    rule.search(text) for rule in (MACRO_TYPE, OWN_ENTITIES, OUTSIDE_TEMPLATE)
                ):
                    raise FileRefused("file_has_active_content")
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as broken:
            raise FileRefused("file_type_not_allowed") from broken


def _readable_parts(content: bytes) -> Iterator[bytes]:
    """Give what a reader of the PDF acts on: what stands outside its streams, and the objects packed into some."""
    yield STREAM.sub(b"", content)
    for found in STREAM.finditer(content):
        if OBJECT_STREAM in _plain(content[max(0, found.start() - DICTIONARY_LENGTH) : found.start()]):
            try:
                yield zlib.decompressobj().decompress(found[1], LARGEST_OBJECT_STREAM)
            except zlib.error:
                yield found[1]


def _plain(part: bytes) -> bytes:
    return NUMBERED_LETTER.sub(lambda found: bytes([int(found[1], 16)]), part)


def store(
    content: bytes, name: str, content_type: str, at: datetime, *, is_ours: bool = False, came_as: bytes | None = None
) -> StoredFile:
    """Keep a file under its own hash; the row is made after the content lies in storage.

    What comes from outside waits in quarantine where a scanner is configured, until it has said that it is clean.
    `came_as` is what was handed in where it is kept drawn anew: the scanner is asked about that.
    """
    digest = hashlib.sha256(content).hexdigest()
    row = StoredFile(name=name, content_type=content_type, size=len(content), sha256=digest, stored_at=at)
    return _keep(row, content, None if is_ours else came_as or content, at)


def _keep(row: StoredFile, kept: bytes, from_outside: bytes | None, at: datetime) -> StoredFile:
    if scanner.is_configured() and from_outside is not None:
        row.state = StoredFile.State.QUARANTINED
        scanner.judge(row, from_outside, at)
    row.content.save(row.place, ContentFile(kept), save=False)
    row.save()
    return row


def store_sealed(content: bytes, name: str, at: datetime) -> StoredFile:
    """Keep what nobody is shown, sealed with the keys of the installation; the scanner is asked about the content."""
    sealed = box().encrypt(content)
    digest = hashlib.sha256(sealed).hexdigest()
    row = StoredFile(name=f"{name}.sealed", content_type=SEALED, size=len(sealed), sha256=digest, stored_at=at)
    return _keep(row, sealed, content, at)


def discard(stored: StoredFile) -> None:
    """Remove a file that was replaced or taken back, unless something else still needs it."""
    name, storage = str(stored.content.name), stored.content.storage
    try:
        stored.delete()
    except ProtectedError:
        return
    # What the transaction takes back must not be gone from storage.
    transaction.on_commit(lambda: storage.delete(name))


def show_inside(stored: StoredFile) -> HttpResponse:
    """Hand out a private file to be looked at inside a page of ours: a PDF as it is, a document as its bare text.

    Whoever calls it has asked the permission table. The browser's own viewer draws a PDF, and the door has let none in
    that carries something out.

    :raises NotToBeOpened: the file is not clean.
    """
    answer = hand_out(stored)
    answer["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; frame-ancestors 'self'"
    answer["X-Frame-Options"] = "SAMEORIGIN"
    if stored.content_type == DOCX:
        answer.content = "\n".join(paragraphs_of(answer.content))
        answer["Content-Type"] = "text/plain; charset=utf-8"
        answer["Content-Disposition"] = "inline"
        return answer
    answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=stored.name) or "inline"
    return answer


def show_picture(stored: StoredFile) -> HttpResponse:
    """Hand out a picture that everybody who sees its page may see, to stand in that page.

    :raises NotToBeOpened: the file is not clean.
    """
    answer = hand_out(stored)
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


def paragraphs_of(document: bytes) -> list[str]:
    """Give the text of a document that has come through the door, a paragraph each, without its layout."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        # The door lets no document in that names entities of its own.
        body = ET.fromstring(archive.read("word/document.xml"))  # noqa: S314 -- as said
    return ["".join(piece.text or "" for piece in one.iter(f"{WORDS}t")) for one in body.iter(f"{WORDS}p")]


def hand_out(stored: StoredFile) -> HttpResponse:
    """Hand out a private file: to be saved, never to be run. Whoever calls it has asked the permission table.

    :raises NotToBeOpened: the file is not clean.
    """
    if stored.state != StoredFile.State.CLEAN:
        raise NotToBeOpened
    with stored.content.open("rb") as content:
        return as_attachment(content.read(), stored.name, stored.content_type)


def as_attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Answer with something private that is to be saved, never to be run."""
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer
