"""The one door for files: what may come in, and how it is kept."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

import filetype
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

from clusterxchange.foundation.models import StoredFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JPEG, PNG = "image/jpeg", "image/png"
EXTENSIONS = {PDF: {".pdf"}, DOCX: {".docx"}, JPEG: {".jpg", ".jpeg"}, PNG: {".png"}}
LARGEST = 10 * 1024 * 1024
NAME_LENGTH = 120


@dataclass(frozen=True)
class FileRefused(Exception):
    """The file may not come in; the code says why."""

    code: str


def content_type_of(content: bytes) -> str | None:
    """Tell the type from the content alone; None where it is none that the door knows."""
    if content.startswith(b"%PDF-"):
        return PDF
    kind = filetype.guess(content[:8192])
    if kind is not None and kind.mime in {JPEG, PNG}:
        return str(kind.mime)
    if content.startswith(b"PK\x03\x04"):
        try:
            names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
        except zipfile.BadZipFile:
            return None
        if {"[Content_Types].xml", "word/document.xml"} <= names and not any("vbaProject" in name for name in names):
            return DOCX
    return None


def check(upload: "UploadedFile[bytes]", allowed: Iterable[str]) -> tuple[bytes, str, str]:
    """Give content, type and safe name of an upload.

    :raises FileRefused: file_empty, file_too_large, file_type_not_allowed, file_name_does_not_match.
    """
    if not upload.size:
        raise FileRefused("file_empty")
    if upload.size > LARGEST:
        raise FileRefused("file_too_large")
    content = upload.read()
    kind = content_type_of(content)
    if kind is None or kind not in set(allowed):
        raise FileRefused("file_type_not_allowed")
    name = get_valid_filename(PurePath(upload.name or "file").name)[-NAME_LENGTH:]
    if PurePath(name).suffix.lower() not in EXTENSIONS[kind]:
        raise FileRefused("file_name_does_not_match")
    return content, kind, name


def store(content: bytes, name: str, content_type: str, at: datetime) -> StoredFile:
    """Keep a file under its own hash; the row is made after the content lies in storage."""
    digest = hashlib.sha256(content).hexdigest()
    row = StoredFile(name=name, content_type=content_type, size=len(content), sha256=digest, stored_at=at)
    row.content.save(f"{digest[:2]}/{digest}", ContentFile(content), save=False)
    row.save()
    return row
