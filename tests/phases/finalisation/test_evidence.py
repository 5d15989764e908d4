"""What others see of evidence: the thing itself, upright, and nothing of place, camera, author or hidden files."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pytest_django import Settings

from clusterxchange.documents.preview import CannotBeShown, page_as_picture
from clusterxchange.foundation.files import JPEG, PDF
from clusterxchange.journeys.demonstration.story import PAPER, Story
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.cleaning import CannotBeRead, bare_jpeg, clean, clean_pdf
from clusterxchange.phases.finalisation.models import EvidenceItem
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.cast import Cast
from tests.foundation.clamd import address_of_silence
from tests.phases.finalisation.conftest import Sign
from tests.phases.finalisation.test_pages import GPS, Moved, page, photo

SECRET = b"Calle Secreta 7"


def pdf_that_tells(*, password: str = "") -> bytes:
    """Write a PDF with an author, a description, a hidden file, and a photo that says where it was taken."""
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300, 400))
        document.add_blank_page(page_size=(300, 400))
        document.docinfo["/Author"] = SECRET.decode()
        with document.open_metadata() as told:
            told["dc:creator"] = [SECRET.decode()]
        document.attachments["hidden.txt"] = SECRET
        picture = pikepdf.Stream(document, photo())
        picture.Type, picture.Subtype, picture.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
        picture.Width, picture.Height, picture.BitsPerComponent = 40, 20, 8
        picture.ColorSpace = pikepdf.Name.DeviceRGB
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=document.make_indirect(picture)))
        target = io.BytesIO()
        encryption = pikepdf.Encryption(owner=password, user=password) if password else False
        document.save(target, encryption=encryption, compress_streams=False)
    return target.getvalue()


def test_a_pdf_keeps_its_pages_and_loses_what_it_says_of_itself() -> None:
    before = pdf_that_tells()
    assert SECRET in before

    shown = clean_pdf(before)

    with pikepdf.open(io.BytesIO(shown)) as document:
        assert len(document.pages) == 2
        assert "/Info" not in document.trailer
        assert "/Metadata" not in document.Root
        assert not document.attachments
        inside = document.pages[0].Resources.XObject.P.read_raw_bytes()
        streams = [
            one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream) and "/Width" not in one
        ]
    assert not any(SECRET in one for one in (shown, *streams))
    with Image.open(io.BytesIO(inside)) as kept:
        assert GPS not in kept.getexif()
        assert kept.size == (40, 20)


def test_a_photo_inside_a_pdf_keeps_its_points() -> None:
    with Image.open(io.BytesIO(photo())) as before, Image.open(io.BytesIO(bare_jpeg(photo()))) as after:
        assert before.tobytes() == after.tobytes()
        assert not after.getexif()


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (pdf_that_tells(password="geheim"), PDF, "file_is_encrypted"),
        (b"%PDF-1.7\nnothing follows", PDF, "file_is_damaged"),
        (b"\xff\xd8\xff\xe0 no photo", JPEG, "file_is_damaged"),
        (photo()[:200], JPEG, "file_is_damaged"),
    ],
)
def test_what_cannot_be_read_is_not_taken(content: bytes, kind: str, code: str) -> None:
    with pytest.raises(CannotBeRead) as refused:
        clean(content, kind)

    assert refused.value.code == code


def test_the_original_is_kept_sealed_beside_what_others_see(ended: Story) -> None:
    item, content = EvidenceItem.objects.get(exchange=ended.exchange, item="outward"), pdf_that_tells()
    finalisation.upload_evidence(item, file=CheckedFile(content, PDF, "pass.pdf"), actor=ended.visitor, at=ended.at)

    item.refresh_from_db()
    assert item.file is not None
    assert item.original is not None
    with item.original.content.open("rb") as kept, item.file.content.open("rb") as shown:
        assert SECRET not in kept.read()
        assert SECRET not in shown.read()
    assert item.original.unsealed() == content


def test_a_file_that_cannot_be_read_leaves_nothing_behind(ended: Story) -> None:
    item = EvidenceItem.objects.get(exchange=ended.exchange, item="outward")

    with pytest.raises(NotDone) as refused:
        finalisation.upload_evidence(
            item, file=CheckedFile(b"%PDF-1.7\n", PDF, "pass.pdf"), actor=ended.visitor, at=ended.at
        )

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("file_is_damaged", "file")
    item.refresh_from_db()
    assert item.state == "WANTED"


# Pages


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("photo.heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "file_is_heic"),
        ("photo.jpg", b"\x00\x00\x00\x18ftypmif1" + b"\x00" * 40, "file_is_heic"),
        ("pass.pdf", pdf_that_tells(password="geheim"), "file_is_encrypted"),
    ],
)
def test_a_file_that_others_could_not_see_is_refused_at_its_field(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved, name: str, content: bytes, code: str
) -> None:
    at_the_time_of(ended)
    address = f"/exchanges/{ended.exchange.reference}/evidence/upload-evidence/"

    answered = sign_in(cast.ana).post(address, {"outward": SimpleUploadedFile(name, content)})

    assert answered.status_code == 422
    assert f'data-error="{code}"' in page(answered)
    assert 'id="id_outward_error"' in page(answered)


@pytest.mark.parametrize(("end", "name"), [("", "outward_camera"), ("outward/", "file_camera")])
def test_a_phone_photographs_evidence(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved, end: str, name: str
) -> None:
    at_the_time_of(ended)
    base, ana = f"/exchanges/{ended.exchange.reference}/evidence/", sign_in(cast.ana)
    taken = SimpleUploadedFile("IMG_1.jpg", photo(), content_type="image/jpeg")

    assert 'capture="environment"' in page(ana.get(f"{base}{end}"))
    answered = ana.post(f"{base}{end}upload-evidence/", {name: taken})

    assert answered.status_code == 302
    assert EvidenceItem.objects.get(exchange=ended.exchange, item="outward").state == "UPLOADED"


def test_whoever_photographs_evidence_reads_that_the_scanner_is_not_ready(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved, settings: Settings
) -> None:
    settings.SCANNER_ADDRESS = address_of_silence()
    at_the_time_of(ended)
    taken = SimpleUploadedFile("IMG_1.jpg", photo(), content_type="image/jpeg")
    address = f"/exchanges/{ended.exchange.reference}/evidence/upload-evidence/"

    answered = sign_in(cast.ana).post(address, {"outward_camera": taken}, follow=True)

    assert "Outward journey: The scanner is not ready" in page(answered)


def test_a_contact_point_looks_at_each_page_beside_the_decision(
    ended: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(ended)
    item = EvidenceItem.objects.get(exchange=ended.exchange, item="outward")
    finalisation.upload_evidence(
        item, file=CheckedFile(pdf_that_tells(), PDF, "pass.pdf"), actor=ended.visitor, at=ended.at
    )
    address, chiara = f"/exchanges/{ended.exchange.reference}/evidence/outward/", sign_in(cast.chiara)

    shown = page(chiara.get(f"{address}?page=2"))
    drawn = chiara.get(f"{address}picture/?page=2")

    assert f'src="{address}picture/?page=2"' in shown
    assert 'data-action="accept_evidence"' in shown
    assert drawn["Content-Type"] == "image/png"
    with Image.open(io.BytesIO(drawn.content)) as picture:
        # As many points for each of the 300 by 400 of the page.
        assert picture.width * 4 == picture.height * 3
    assert Entry.objects.filter(action="open_evidence").count() == 1
    assert chiara.get(f"{address}picture/?page=3").status_code == 404
    for person in (cast.edda, cast.aurel):
        assert sign_in(person).get(address).status_code == 200
        assert "picture/" not in page(sign_in(person).get(address))
        assert sign_in(person).get(f"{address}picture/").status_code == 403
    assert sign_in(cast.zoe).get(f"{address}picture/").status_code == 404
    assert sign_in(cast.bram).get(f"{address}picture/").status_code == 404


@pytest.mark.parametrize("content", [b"", b"no file", b"%PDF-1.7\n" + b"\xff" * 500, PAPER[:60]])
def test_what_cannot_be_drawn_takes_nothing_down(content: bytes) -> None:
    with pytest.raises(CannotBeShown):
        page_as_picture(content, 1)
