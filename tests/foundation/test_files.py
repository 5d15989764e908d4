"""The door for files: what may come in, under which name it is kept, and how it goes out again."""

import io
import zipfile
import zlib
from collections.abc import Mapping

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusterxchange.foundation import files
from clusterxchange.foundation.files import DOCX, JPEG, LARGEST, PDF, PNG, FileRefused, check
from tests.cast import CURRICULUM_VITAE, MONDAY

CONTENT_TYPES = b'<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/></Types>'
TEXT = b'<?xml version="1.0"?><w:document><w:body><w:p>Weaver</w:p></w:body></w:document>'
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0"


def document(more: Mapping[str, bytes] | None = None, **replaced: bytes) -> bytes:
    """Give a text document, with other parts in it."""
    parts = {"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": TEXT, **(more or {})}
    parts |= {"[Content_Types].xml": replaced["types"]} if "types" in replaced else {}
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


def half_a_document() -> bytes:
    """Give a document one of whose parts was damaged on the way; its list of parts is whole."""
    whole = bytearray(document({"word/media.bin": bytes(range(256)) * 40}))
    place = whole.index(b"word/media.bin") + 40
    whole[place] ^= 0xFF
    return bytes(whole)


def refusal_of(name: str, content: bytes, allowed: tuple[str, ...] = (PDF, DOCX)) -> str:
    """Give the code with which the door refuses a file, empty where it lets it in."""
    try:
        check(SimpleUploadedFile(name, content), allowed)
    except FileRefused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("cv.pdf", CURRICULUM_VITAE, ""),
        ("cv.docx", document(), ""),
        ("CV.PDF", CURRICULUM_VITAE, ""),
        ("cv.pdf", b"", "file_empty"),
        ("cv.pdf", CURRICULUM_VITAE + b" " * LARGEST, "file_too_large"),
        ("cv.pdf", b"\n" + CURRICULUM_VITAE, "file_type_not_allowed"),
        ("cv.pdf", b"GIF89a" + CURRICULUM_VITAE, "file_type_not_allowed"),
        ("cv.pdf", b"<html><script>alert(1)</script>" + CURRICULUM_VITAE, "file_type_not_allowed"),
        ("cv.pdf", b"MZ\x90\0 a program", "file_type_not_allowed"),
        ("cv.pdf", PICTURE, "file_type_not_allowed"),
        ("cv.pdf", CURRICULUM_VITAE + document(), "file_type_not_allowed"),
        ("cv.docx", CURRICULUM_VITAE, "file_name_does_not_match"),
        ("cv.pdf.exe", CURRICULUM_VITAE, "file_name_does_not_match"),
        ("cv.pdf ", CURRICULUM_VITAE, ""),
        ("cv\u202efdp.exe", CURRICULUM_VITAE, "file_name_does_not_match"),
        ("cv", CURRICULUM_VITAE, "file_name_does_not_match"),
        ("cv.pdf", pdf(b"<</S/JavaScript/JS(app.alert(1))>>"), "file_has_active_content"),
        ("cv.pdf", pdf(b"<</S/J#61vaScript>>"), "file_has_active_content"),
        ("cv.pdf", pdf(b"<</S/Launch/F(calc.exe)>>"), "file_has_active_content"),
        ("cv.pdf", pdf(packed(b"3 0 <</S/JavaScript>>")), "file_has_active_content"),
        ("cv.pdf", pdf(b"<</Length 4>>stream\n/JS \nendstream\n"), ""),
        ("cv.docx", document({"word/vbaProject.bin": b"Sub AutoOpen()"}), "file_has_active_content"),
        ("cv.docx", document({"word/activeX/activeX1.bin": b"x"}), "file_has_active_content"),
        ("cv.docx", document({"word/embeddings/oleObject1.bin": b"x"}), "file_has_active_content"),
        ("cv.docx", document(types=CONTENT_TYPES + b"ms-word.document.macroEnabled"), "file_has_active_content"),
        ("cv.docx", document({"word/x.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'}),
         "file_has_active_content"),
        ("cv.docx", document({"word/_rels/settings.xml.rels": b'<R Type="x/attachedTemplate" TargetMode="External"/>'}),
         "file_has_active_content"),
        ("cv.docx", document({"word/media/bomb.bin": bytes(101 * 1024 * 1024)}), "file_unpacks_too_large"),
        ("cv.docx", document({f"word/part{number}.xml": b"x" for number in range(2001)}), "file_unpacks_too_large"),
        ("cv.docx", document({"../../etc/cron.d/x": b"x"}), "file_type_not_allowed"),
        ("cv.docx", half_a_document(), "file_type_not_allowed"),
        ("cv.docx", document()[:-30], "file_type_not_allowed"),
        ("cv.docx", b"PK\3\4 nothing more", "file_type_not_allowed"),
    ],
)  # fmt: skip
def test_a_hostile_or_broken_file_is_refused_with_its_reason(name: str, content: bytes, code: str) -> None:
    assert refusal_of(name, content) == code


def test_a_picture_is_no_curriculum_vitae_but_may_be_a_logo() -> None:
    assert refusal_of("logo.png", PICTURE) == "file_type_not_allowed"
    assert refusal_of("logo.png", PICTURE, (PNG, JPEG)) == ""
    assert refusal_of("logo.svg", b"<svg onload='alert(1)'/>", (PNG, JPEG)) == "file_type_not_allowed"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cv.pdf", "cv.pdf"),
        ("Ana Sorribes.pdf", "Ana_Sorribes.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Documents\\cv.pdf", "cv.pdf"),
        ("cv.exe.pdf", "cv_exe.pdf"),
        ("cv\u202egpj\u200b.pdf", "cvgpj.pdf"),
        ("cv\0\r\nSet-Cookie: a.pdf", "cvSet-Cookie_a.pdf"),
        ('cv"; filename="x.pdf', "cv_filenamex.pdf"),
        ("Łódź Ελλάδα Київ.PDF", "Łódź_Ελλάδα_Київ.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ("\u202e.pdf", "file.pdf"),
        ("😀.pdf", "file.pdf"),
        ("n" * 300 + ".pdf", "n" * 116 + ".pdf"),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(given: str, kept: str) -> None:
    assert files.safe_name(given, {".pdf"}) == kept


@pytest.mark.django_db
def test_a_file_goes_out_to_be_saved_and_never_to_be_run() -> None:
    answer = files.hand_out(files.store(CURRICULUM_VITAE, "życiorys.pdf", PDF, MONDAY))

    assert answer.content == CURRICULUM_VITAE
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C5%BCyciorys.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_a_document_is_shown_as_its_bare_text_and_never_as_a_page() -> None:
    words = b"<w:p><w:r><w:t>Weaver since 2009</w:t></w:r></w:p><w:p><w:r><w:t>&lt;b&gt;Hemp</w:t></w:r></w:p>"
    text = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        + words
        + b"</w:document>"
    )
    row = files.store(document({"word/document.xml": text}), "cv.docx", files.DOCX, MONDAY)

    answer = files.show_inside(row)

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == "Weaver since 2009\n<b>Hemp"
    assert "sandbox" in files.hand_out(row)["Content-Security-Policy"]
