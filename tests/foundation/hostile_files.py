"""Sixty-odd hostile files, made here: what each is, at which door it is tried, and what must become of it.

Refused files bear the code of the refusal. Kept ones bear what must not be left in what others are handed.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from clusterxchange.foundation.files import LARGEST
from tests.cast import CURRICULUM_VITAE
from tests.foundation.clamd import EICAR

CV, LOGO, EVIDENCE = "curriculum vitae", "logo", "evidence"
TYPE, NAME, ACTIVE = "file_type_not_allowed", "file_name_does_not_match", "file_has_active_content"
UNPACKS, DAMAGED, LARGE, EMPTY = "file_unpacks_too_large", "file_is_damaged", "file_too_large", "file_empty"
KEPT = ""
CONTENT_TYPES = b'<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>'
TEXT = b'<?xml version="1.0"?><w:document><w:body><w:p>Weaver</w:p></w:body></w:document>'
SCRIPT = b"<script>alert(1)</script>"
SECRET = b"Rua da Fonte Escondida 7"
GPS, MAKE, DESCRIPTION, ORIENTATION = 34853, 271, 270, 274


@dataclass(frozen=True)
class Hostile:
    """One file that somebody hands in."""

    what: str
    door: str
    name: str
    make: Callable[[], bytes]
    outcome: str
    gone: tuple[bytes, ...] = ()


def document(more: Mapping[str, bytes] | None = None, *, types: bytes = CONTENT_TYPES, text: bytes = TEXT) -> bytes:
    """Give a text document with other parts in it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types, "word/document.xml": text, **(more or {})}.items():
            archive.writestr(name, content)
    return kept.getvalue()


def archive_of(parts: Mapping[str, bytes]) -> bytes:
    """Give an archive that is no text document."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def pdf(objects: bytes) -> bytes:
    """Give a PDF with an object in it."""
    return CURRICULUM_VITAE.replace(b"trailer", b"2 0 obj" + objects + b"endobj\ntrailer")


def packed(objects: bytes) -> bytes:
    """Give an object that stands in a compressed stream of objects."""
    return b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + zlib.compress(objects) + b"\nendstream\n"


def damaged_document() -> bytes:
    """Give a document one of whose parts was changed; its list of parts is whole."""
    whole = bytearray(document({"word/media.bin": bytes(range(256)) * 40}))
    whole[whole.index(b"word/media.bin") + 40] ^= 0xFF
    return bytes(whole)


def lying_document() -> bytes:
    """Give a document one of whose parts says that it unpacks to ten bytes and unpacks to megabytes."""
    large = bytes(5 * 1024 * 1024)
    return document({"word/media.bin": large}).replace(struct.pack("<I", len(large)), struct.pack("<I", 10))


def encrypted_document() -> bytes:
    """Give a document whose parts are marked as encrypted."""
    whole = bytearray(document())
    for begin, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = whole.index(begin)
        whole[at + place] |= 1
    return bytes(whole)


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), **beside: object) -> bytes:
    """Give a picture, with what stands beside its points."""
    kept = io.BytesIO()
    Image.new("RGB", size, (20, 120, 90)).save(kept, kind, **beside)
    return kept.getvalue()


def photo_with_a_place() -> bytes:
    """Give a photo that says where, with what and by whom it was taken."""
    exif = Image.Exif()
    exif[MAKE], exif[DESCRIPTION], exif[ORIENTATION] = "Telephone of Ana", SECRET.decode(), 6
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[2] = "N", (41.0, 26.0, 33.0)
    return picture("JPEG", exif=exif, comment=SECRET)


def picture_with_words() -> bytes:
    """Give a picture with a text beside its points."""
    words = PngInfo()
    words.add_text("Comment", SECRET.decode())
    words.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{SECRET.decode()}</x:xmpmeta>")
    return picture(pnginfo=words)


def huge_picture(width: int, height: int) -> bytes:
    """Give a picture of a few bytes that says it has billions of points."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


def paper(change: Callable[[pikepdf.Pdf], None], **saving: object) -> bytes:
    """Give a PDF that a program wrote, with something changed in it."""
    kept = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(200, 200))
        change(made)
        made.save(kept, **saving)  # type: ignore[arg-type]  # -- handed on as it is given
    return kept.getvalue()


def with_author(made: pikepdf.Pdf) -> None:
    made.docinfo["/Author"] = SECRET.decode()
    with made.open_metadata() as told:
        told["dc:creator"] = [SECRET.decode()]


def with_attachment(made: pikepdf.Pdf) -> None:
    made.attachments["ledger.txt"] = SECRET


def with_page_of_its_own(made: pikepdf.Pdf) -> None:
    made.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(
        Tool=pikepdf.Dictionary(Private=pikepdf.String(SECRET.decode()))
    )


def with_photo(made: pikepdf.Pdf) -> None:
    drawn = pikepdf.Stream(made, photo_with_a_place())
    drawn.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Filter": pikepdf.Name.DCTDecode,
            "/Width": 8,
            "/Height": 6,
            "/ColorSpace": pikepdf.Name.DeviceRGB,
            "/BitsPerComponent": 8,
        }
    )
    made.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=made.make_indirect(drawn)))


def nothing_more(_made: pikepdf.Pdf) -> None:
    """Leave the page empty."""


def given(content: bytes) -> Callable[[], bytes]:
    return lambda: content


TOO_MANY_PARTS = {f"word/part{number}.xml": b"x" for number in range(2001)}
RELATION = b'<R Type="x/attachedTemplate" TargetMode="External" Target="http://127.0.0.1:9/t.dotm"/>'
ENTITY = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
PROTECTED = pikepdf.Encryption(owner="owner", user="reader")

FILES = (
    # Something else than its name says
    Hostile("nothing at all", CV, "cv.pdf", given(b""), EMPTY),
    Hostile("more than ten megabytes", CV, "cv.pdf", lambda: CURRICULUM_VITAE + b" " * LARGEST, LARGE),
    Hostile("evidence of more than ten megabytes", EVIDENCE, "a.pdf", lambda: CURRICULUM_VITAE + b" " * LARGEST, LARGE),
    Hostile("a program", CV, "cv.pdf", given(b"MZ\x90\0 a program"), TYPE),
    Hostile("a program of Linux", CV, "cv.pdf", given(b"\x7fELF\2\1\1\0"), TYPE),
    Hostile("a script for a shell", CV, "cv.pdf", given(b"#!/bin/sh\nrm -rf /\n"), TYPE),
    Hostile("a page with a script", CV, "cv.pdf", given(b"<html>" + SCRIPT), TYPE),
    Hostile("a shortcut of Windows", CV, "cv.pdf", given(b"L\0\0\0\1\x14\2\0"), TYPE),
    Hostile("the text by which scanners are tried", CV, "cv.pdf", given(EICAR), TYPE),
    Hostile("a picture as a curriculum vitae", CV, "cv.pdf", picture, TYPE),
    Hostile("an archive", CV, "cv.docx", lambda: archive_of({"a.txt": b"a"}), TYPE),
    Hostile(
        "a workbook", CV, "cv.docx", lambda: archive_of({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), TYPE
    ),
    Hostile("a program of Java", CV, "cv.docx", lambda: archive_of({"META-INF/MANIFEST.MF": b"Main-Class: X"}), TYPE),
    Hostile("rich text that fetches a picture", CV, "cv.docx", given(b"{\\rtf1{\\field INCLUDEPICTURE}}"), TYPE),
    Hostile(
        "an old document with macros", CV, "cv.docx", given(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)), TYPE
    ),
    # Two things at once
    Hostile("a page before a PDF", CV, "cv.pdf", given(b"<html>" + SCRIPT + CURRICULUM_VITAE), TYPE),
    Hostile("a picture before a PDF", CV, "cv.pdf", given(b"GIF89a" + CURRICULUM_VITAE), TYPE),
    Hostile("a line before a PDF", CV, "cv.pdf", given(b"\n" + CURRICULUM_VITAE), TYPE),
    Hostile("an archive behind a PDF", CV, "cv.pdf", lambda: CURRICULUM_VITAE + document(), TYPE),
    Hostile(
        "a program of Java behind a PDF", CV, "cv.pdf", lambda: CURRICULUM_VITAE + archive_of({"A.class": b"x"}), TYPE
    ),
    Hostile(
        "an archive behind a picture",
        LOGO,
        "logo.png",
        lambda: picture() + archive_of({"a.php": SCRIPT}),
        KEPT,
        (b"PK\3\4", SCRIPT),
    ),
    Hostile("a page behind a picture", LOGO, "logo.jpg", lambda: picture("JPEG") + SCRIPT, KEPT, (SCRIPT,)),
    Hostile(
        "a script in the comment of a picture",
        LOGO,
        "logo.jpg",
        lambda: picture("JPEG", comment=SCRIPT),
        KEPT,
        (SCRIPT,),
    ),
    Hostile("a page behind a photo of evidence", EVIDENCE, "a.png", lambda: picture() + SCRIPT, KEPT, (SCRIPT,)),
    # Names
    Hostile("a document called a PDF", CV, "cv.pdf", document, NAME),
    Hostile("a PDF called a document", CV, "cv.docx", given(CURRICULUM_VITAE), NAME),
    Hostile("a second ending", CV, "cv.pdf.exe", given(CURRICULUM_VITAE), NAME),
    Hostile("an ending turned round", CV, "cv\u202efdp.exe", given(CURRICULUM_VITAE), NAME),
    Hostile("no ending", CV, "cv", given(CURRICULUM_VITAE), NAME),
    Hostile("an ending of a server", CV, "cv.php", given(CURRICULUM_VITAE), NAME),
    Hostile("an ending cut off by a zero", CV, "cv.php\0.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("a first ending before the right one", CV, "cv.exe.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("folders upwards in its name", CV, "../../etc/cron.d/cv.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("folders of Windows in its name", CV, "..\\..\\Startup\\cv.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("a header in its name", CV, "cv\r\nSet-Cookie: a=b.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("a quotation mark in its name", CV, 'cv"; filename="x.html.pdf', given(CURRICULUM_VITAE), KEPT),
    Hostile("a tag in its name", CV, "<img src=x onerror=alert(1)>.pdf", given(CURRICULUM_VITAE), KEPT),
    Hostile("a formula in its name", CV, "=cmd|'/c calc'!A1.pdf", given(CURRICULUM_VITAE), KEPT),
    # What carries something out
    Hostile("a script in a PDF", CV, "cv.pdf", partial(pdf, b"<</S/JavaScript/JS(app.alert(1))>>"), ACTIVE),
    Hostile("a script with letters as numbers", CV, "cv.pdf", partial(pdf, b"<</S/J#61vaScript>>"), ACTIVE),
    Hostile("a script in a packed object", CV, "cv.pdf", lambda: pdf(packed(b"3 0 <</S/JavaScript>>")), ACTIVE),
    Hostile("a PDF that starts a program", CV, "cv.pdf", partial(pdf, b"<</S/Launch/F(calc.exe)>>"), ACTIVE),
    Hostile("a PDF that plays something", CV, "cv.pdf", partial(pdf, b"<</Subtype/RichMedia>>"), ACTIVE),
    Hostile("a script in evidence", EVIDENCE, "a.pdf", partial(pdf, b"<</S/JavaScript/JS(app.alert(1))>>"), ACTIVE),
    Hostile("macros", CV, "cv.docx", lambda: document({"word/vbaProject.bin": b"Sub AutoOpen()"}), ACTIVE),
    Hostile(
        "macros told by the types alone", CV, "cv.docx", lambda: document(types=CONTENT_TYPES + b"macroEnabled"), ACTIVE
    ),
    Hostile("a control", CV, "cv.docx", lambda: document({"word/activeX/activeX1.bin": b"x"}), ACTIVE),
    Hostile("an object inside", CV, "cv.docx", lambda: document({"word/embeddings/oleObject1.bin": b"x"}), ACTIVE),
    Hostile(
        "a template from elsewhere", CV, "cv.docx", lambda: document({"word/_rels/settings.xml.rels": RELATION}), ACTIVE
    ),
    Hostile("an entity that reads a file", CV, "cv.docx", lambda: document({"word/x.xml": ENTITY}), ACTIVE),
    Hostile("entities that multiply", CV, "cv.docx", lambda: document(text=LAUGHS), ACTIVE),
    Hostile(
        "a script in a vector picture",
        LOGO,
        "logo.svg",
        given(b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT),
        TYPE,
    ),
    Hostile("a vector picture called PNG", LOGO, "logo.png", given(b"<svg onload='alert(1)'/>"), TYPE),
    Hostile(
        "a vector picture as evidence", EVIDENCE, "a.png", given(b"<?xml version='1.0'?><svg onload='alert(1)'/>"), TYPE
    ),
    # What grows, breaks or hides
    Hostile(
        "a part that unpacks to 101 megabytes",
        CV,
        "cv.docx",
        lambda: document({"word/bomb.bin": bytes(101 << 20)}),
        UNPACKS,
    ),
    Hostile("two thousand parts", CV, "cv.docx", lambda: document(TOO_MANY_PARTS), UNPACKS),
    Hostile("a part that lies of its size", CV, "cv.docx", lying_document, TYPE),
    Hostile("a part outside its folder", CV, "cv.docx", lambda: document({"../../etc/cron.d/x": b"x"}), TYPE),
    Hostile("a part at the root", CV, "cv.docx", lambda: document({"/etc/passwd": b"x"}), TYPE),
    Hostile("encrypted parts", CV, "cv.docx", encrypted_document, TYPE),
    Hostile("a changed part", CV, "cv.docx", damaged_document, TYPE),
    Hostile("half a document", CV, "cv.docx", lambda: document()[:-30], TYPE),
    Hostile("the first bytes of a document", CV, "cv.docx", given(b"PK\3\4 nothing more"), TYPE),
    Hostile("the first bytes of a picture", LOGO, "logo.png", lambda: picture()[:33], DAMAGED),
    Hostile("a picture of 900 million points", LOGO, "logo.png", partial(huge_picture, 30_000, 30_000), DAMAGED),
    Hostile("a photo of 4 billion points", EVIDENCE, "a.png", partial(huge_picture, 65_000, 65_000), DAMAGED),
    Hostile("a strip of 2 billion points", EVIDENCE, "a.png", partial(huge_picture, 2_000_000_000, 1), DAMAGED),
    Hostile("half a PDF", EVIDENCE, "a.pdf", given(b"%PDF-1.7\n1 0 obj<</Type"), DAMAGED),
    Hostile(
        "a PDF that asks for a password",
        EVIDENCE,
        "a.pdf",
        lambda: paper(nothing_more, encryption=PROTECTED),
        "file_is_encrypted",
    ),
    # What says more than it shows
    Hostile(
        "a photo with its place", EVIDENCE, "a.jpg", photo_with_a_place, KEPT, (SECRET, b"Telephone of Ana", b"Exif")
    ),
    Hostile(
        "a logo with its place", LOGO, "logo.jpg", photo_with_a_place, KEPT, (SECRET, b"Telephone of Ana", b"Exif")
    ),
    Hostile("a picture with a text beside", EVIDENCE, "a.png", picture_with_words, KEPT, (SECRET, b"xmpmeta")),
    Hostile("a PDF with its author", EVIDENCE, "a.pdf", lambda: paper(with_author), KEPT, (SECRET, b"/Author")),
    Hostile(
        "a PDF with a file inside", EVIDENCE, "a.pdf", lambda: paper(with_attachment), KEPT, (SECRET, b"ledger.txt")
    ),
    Hostile(
        "a PDF with a program's own notes", EVIDENCE, "a.pdf", lambda: paper(with_page_of_its_own), KEPT, (SECRET,)
    ),
    Hostile(
        "a PDF with a photo and its place",
        EVIDENCE,
        "a.pdf",
        lambda: paper(with_photo),
        KEPT,
        (SECRET, b"Telephone of Ana", b"Exif"),
    ),
)
