"""Files: under which name one is kept, and how it goes out again. What may come in: test_hostile_files.py."""

import pytest

from clusterxchange.foundation import files
from clusterxchange.foundation.files import PDF
from tests.cast import CURRICULUM_VITAE, MONDAY
from tests.foundation.hostile_files import document


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
