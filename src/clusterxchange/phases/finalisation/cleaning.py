"""Copies of evidence that show what it shows and tell nothing else: no place, no camera, no author, no hidden file."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from clusterxchange.foundation import pictures
from clusterxchange.foundation.files import PDF
from clusterxchange.foundation.models import StoredFile

MOST_PDF_OBJECTS = 50_000
# The first bytes after the length of the first box of a HEIC or HEIF photo, as phones make them.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"})
# What a PDF says of itself beside its pages, and what it carries that no page shows.
TOLD_BY_A_PDF = ("/Metadata", "/PieceInfo", "/LastModified", "/AF")
CARRIED_BY_A_PDF = ("/EmbeddedFiles", "/JavaScript")
JPEG_BEGINS, MARKER = b"\xff\xd8", 0xFF
START_OF_SCAN, COMMENT, ADOBE = 0xDA, 0xFE, 0xEE
APPLICATION_MARKERS = range(0xE1, 0xF0)


class CannotBeRead(Exception):
    """The file is not what it seems to be; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_heic(begins: bytes) -> bool:
    """Whether a file is a photo in the format of which browsers show nothing."""
    return begins[4:8] == b"ftyp" and begins[8:12] in HEIC_BRANDS


def clean(content: bytes, content_type: str) -> bytes:
    """Make the copy that others see.

    :raises CannotBeRead: file_is_damaged, file_is_encrypted.
    """
    return clean_pdf(content) if content_type == PDF else clean_photo(content, content_type)


def clean_photo(content: bytes, content_type: str) -> bytes:
    """Copy the points of a photo, standing upright, and nothing that was written beside them.

    :raises CannotBeRead: file_is_damaged.
    """
    if not pictures.can_be_read(content):
        raise CannotBeRead("file_is_damaged")
    return pictures.drawn_anew(content, content_type)


def clean_pdf(content: bytes) -> bytes:
    """Write a PDF anew without its description, its attachments and what its photos say of themselves.

    :raises CannotBeRead: file_is_damaged, file_is_encrypted.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if len(document.objects) > MOST_PDF_OBJECTS:
                raise CannotBeRead("file_is_damaged")
            for entry in ("/Info", "/Encrypt"):
                if entry in document.trailer:
                    del document.trailer[entry]
            for one in _dictionaries(document):
                _forget(one)
            target = io.BytesIO()
            document.save(target, deterministic_id=True)
    except pikepdf.PasswordError:
        raise CannotBeRead("file_is_encrypted") from None
    except (pikepdf.PdfError, ValueError, RuntimeError):
        raise CannotBeRead("file_is_damaged") from None
    return target.getvalue()


def pages_of(file: StoredFile) -> int:
    """Count the pages of a file; a photo is one."""
    if file.content_type != PDF:
        return 1
    with file.content.open("rb") as content:
        try:
            with pikepdf.open(io.BytesIO(content.read())) as document:
                return len(document.pages)
        except (pikepdf.PdfError, ValueError, RuntimeError):
            return 1


def _dictionaries(document: pikepdf.Pdf) -> Iterator[Any]:
    for one in document.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one


def _forget(one: Any) -> None:  # noqa: ANN401 -- the package brings no types
    for name in TOLD_BY_A_PDF:
        if name in one:
            del one[name]
    if "/Names" in one and isinstance(one.Names, pikepdf.Dictionary):
        for name in CARRIED_BY_A_PDF:
            if name in one.Names:
                del one.Names[name]
    if one.get("/Subtype") == pikepdf.Name.FileAttachment and "/FS" in one:
        del one["/FS"]
    if isinstance(one, pikepdf.Stream) and _is_jpeg(one):
        filtered: Any = one.get("/Filter")
        parameters: Any = one.get("/DecodeParms")
        one.write(bare_jpeg(one.read_raw_bytes()), filter=filtered, decode_parms=parameters)


def _is_jpeg(stream: Any) -> bool:  # noqa: ANN401 -- as above
    given = stream.get("/Filter")
    return given == pikepdf.Name.DCTDecode or (
        isinstance(given, pikepdf.Array) and len(given) == 1 and given[0] == pikepdf.Name.DCTDecode
    )


def bare_jpeg(content: bytes) -> bytes:
    """Leave out of a JPEG what is written beside its points; the points stay as they are.

    The marker of Adobe stays: it says how colours are to be read.
    """
    if not content.startswith(JPEG_BEGINS):
        return content
    kept, place = bytearray(JPEG_BEGINS), len(JPEG_BEGINS)
    while place + 4 <= len(content) and content[place] == MARKER:
        marker = content[place + 1]
        if marker == START_OF_SCAN:
            break
        ends = place + 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == COMMENT or (marker in APPLICATION_MARKERS and marker != ADOBE):
            place = ends
            continue
        kept += content[place:ends]
        place = ends
    return bytes(kept + content[place:])
