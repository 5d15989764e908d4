"""Hostile files at the door, one by one: refused with a reason, or kept without harm and handed out safely."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clusterxchange.foundation import files
from clusterxchange.foundation.files import DOCX, JPEG, PDF, NotToBeOpened
from clusterxchange.phases.finalisation.forms import EvidenceField
from clusterxchange.phases.registration.forms import CheckedFile, logo_drawn_anew, logo_field
from tests.cast import CURRICULUM_VITAE, MONDAY
from tests.foundation.clamd import EICAR, listening
from tests.foundation.hostile_files import CV, EVIDENCE, FILES, LOGO, Hostile, document, pdf

SAFE_NAME = re.compile(r"[\w\-()]+\.(pdf|docx|png|jpg)")


def handed_in(one: Hostile) -> tuple[str, bytes, str, str]:
    """Hand a file in at its door; give the refusal, or content, type and name of what others get."""
    upload = SimpleUploadedFile("x", one.make())
    # Django cuts folders off; the door is tried with the name as it was sent.
    upload.__dict__["_name"] = one.name
    try:
        if one.door == EVIDENCE:
            checked = EvidenceField().clean(upload)
            return "", checked.shown, checked.content_type, checked.name
        field = logo_field() if one.door == LOGO else CheckedFile(allowed=(PDF, DOCX))
        taken = field.clean(upload)
        content, kind, name = logo_drawn_anew(taken) if one.door == LOGO else taken
    except forms.ValidationError as refused:
        return str(refused.code), b"", "", ""
    return "", content, kind, name


def everything_in(content: bytes, kind: str) -> bytes:
    """Give what a file holds, unpacked as far as it can be."""
    if kind != PDF or not content.startswith(b"%PDF-1.") or content == CURRICULUM_VITAE:
        return content
    found = [content]
    with pikepdf.open(io.BytesIO(content)) as opened:
        for each in opened.objects:
            found.append(repr(each).encode())
            if isinstance(each, pikepdf.Stream):
                found.append(each.read_raw_bytes())
    return b"\n".join(found)


def test_the_set_holds_sixty_files_and_each_differs() -> None:
    assert len(FILES) >= 60
    assert len({one.what for one in FILES}) == len(FILES)
    assert {one.door for one in FILES} == {CV, LOGO, EVIDENCE}


@pytest.mark.django_db
@pytest.mark.parametrize("one", FILES, ids=lambda one: one.what)
def test_each_hostile_file_is_refused_with_its_reason_or_kept_without_harm(one: Hostile) -> None:
    refusal, content, kind, name = handed_in(one)

    assert refusal == one.outcome
    if refusal:
        return
    inside = everything_in(content, kind)
    assert [each for each in one.gone if each in inside] == []
    assert SAFE_NAME.fullmatch(name), name
    row = files.store(content, name, kind, MONDAY)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{64}(_\w{7})?", str(row.content.name))
    answer = files.hand_out(row)
    assert answer.content == content
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
def test_what_the_scanner_finds_in_a_good_pdf_is_kept_from_everybody(settings: object) -> None:
    with listening() as settings.SCANNER_ADDRESS:  # type: ignore[attr-defined]  # -- the fixture gives every setting
        row = files.store(CURRICULUM_VITAE + EICAR, "cv.pdf", PDF, MONDAY)

    for way in (files.hand_out, files.show_inside, files.show_picture):
        with pytest.raises(NotToBeOpened):
            way(row)


@pytest.mark.parametrize(
    ("door", "name", "content"),
    [
        (CV, "cv.pdf", CURRICULUM_VITAE),
        (CV, "CV.PDF", CURRICULUM_VITAE),
        (CV, "cv.pdf ", CURRICULUM_VITAE),
        (CV, "cv.docx", document()),
        (CV, "cv.pdf", pdf(b"<</Length 4>>stream\n/JS \nendstream\n")),
    ],
)
def test_a_good_file_comes_in_as_it_is(door: str, name: str, content: bytes) -> None:
    assert handed_in(Hostile("", door, name, lambda: content, ""))[:2] == ("", content)


def test_a_photo_is_turned_upright_before_what_says_so_is_gone() -> None:
    (one,) = [one for one in FILES if one.what == "a photo with its place"]
    _refusal, content, kind, _name = handed_in(one)

    with Image.open(io.BytesIO(content)) as upright:
        assert (upright.size, kind, dict(upright.getexif())) == ((6, 8), JPEG, {})
