"""Claims about the files that parties sign: one revision for each, and a change is noticed."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import subprocess
from typing import TYPE_CHECKING

import pikepdf
import pytest

from clusterxchange.documents.signing.authority import Authority, make_authority
from clusterxchange.documents.signing.checking import NotReadable, check_signatures
from clusterxchange.documents.signing.fields import with_fields
from clusterxchange.documents.signing.revisions import Signature, append_signature, fields_of
from clusterxchange.documents.typesetting import typeset_for_signing
from tests.documents.examples import PARTIES, commitment

if TYPE_CHECKING:
    from pathlib import Path

AT = dt.datetime(2026, 3, 20, 9, 42, tzinfo=dt.UTC)
# A list of objects is right, and the number behind it is none.
NO_NUMBER = b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer <</Root 1 0 R /Size 1..2>>\nstartxref\n9\n%%EOF\n"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority("clusterxchange.example", AT)


@pytest.fixture(scope="module")
def unsigned() -> bytes:
    pdf, places = typeset_for_signing(
        "commitment_to_quality", commitment(), language="en", title="Commitment to Quality", dated=AT.date()
    )
    return with_fields(pdf, places)


@pytest.fixture(scope="module")
def signed(unsigned: bytes, authority: Authority) -> bytes:
    pdf = unsigned
    for number, party in enumerate(PARTIES, start=1):
        capacity = str(party["capacity"])
        signature = Signature(
            capacity,
            str(party["person"]),
            str(party["organisation"]),
            ("Signed on 20 March 2026",),
            AT + dt.timedelta(hours=number),
        )
        size = fields_of(pdf)[capacity].size
        pdf = append_signature(pdf, signature, authority, size=size, is_last=number == len(PARTIES))
    return pdf


def pdfsig(pdf: bytes, folder: Path) -> str:
    path = folder / "signed.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout


def words_of_tags(pdf: bytes) -> list[tuple[str, str, str]]:
    """Give kind, spoken name and place in the tree of tags of each field, as a reader for the blind finds them."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert bool(document.Root.MarkInfo.Marked)
        parents, found = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree), []
        for page in document.pages:
            for widget in page.obj.get("/Annots", []):
                if widget.Subtype != pikepdf.Name.Widget:
                    continue
                element = parents[int(widget.StructParent)]
                assert element.K.Obj.objgen == widget.objgen
                assert any(one.objgen == element.objgen for one in element.P.K)
                found.append((str(widget.T), str(element.S), str(element.Alt)))
        return found


@pytest.mark.parametrize("name", ["unsigned", "signed"])
def test_tags_and_the_mark_of_an_accessible_file_are_there_before_and_after_signing(
    request: pytest.FixtureRequest, name: str
) -> None:
    pdf: bytes = request.getfixturevalue(name)

    assert words_of_tags(pdf) == [
        ("V", "/Form", "Signature of Visiting organisation: Hilaturas Verdemar, S.L."),
        ("H", "/Form", "Signature of Host organisation: Tecelagem Ribeira Alta, Lda."),
        ("VP", "/Form", "Signature of Visitor's partnership: CLAMTEX"),
        ("HP", "/Form", "Signature of Host's partnership: Hi-Tech-TEX"),
        ("archive", "/Form", "Time stamp of the archive"),
    ]
    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.open_metadata()
        assert (metadata["pdfuaid:part"], metadata["pdfaid:part"]) == ("1", "2")
        assert document.Root.Lang == "en"


def test_a_file_to_be_signed_has_a_named_field_for_each_of_the_four_and_no_signature(unsigned: bytes) -> None:
    fields = fields_of(unsigned)
    assert list(fields) == ["V", "H", "VP", "HP"]
    assert not any(field.is_signed for field in fields.values())


def test_the_same_text_gives_the_same_file_with_its_fields(unsigned: bytes) -> None:
    pdf, places = typeset_for_signing(
        "commitment_to_quality", commitment(), language="en", title="Commitment to Quality", dated=AT.date()
    )
    assert with_fields(pdf, places) == unsigned


def test_pdfsig_calls_each_of_the_four_signatures_valid(signed: bytes, tmp_path: Path) -> None:
    told = pdfsig(signed, tmp_path)
    entries = re.split(r"Signature #\d+:", told)[1:]
    ours = [entry for entry in entries if "ETSI.CAdES.detached" in entry]
    assert len(ours) == 4
    assert all("Signature is Valid." in entry for entry in ours)


def test_each_signature_bears_the_name_of_its_person_and_the_moment_of_the_consent(
    signed: bytes, authority: Authority
) -> None:
    found = check_signatures(signed, authority)
    assert [(one.capacity, one.person) for one in found] == [
        ("V", "Nerea Solbes Ridaura"),
        ("H", "Duarte Sequeira"),
        ("VP", "Mireia Calafell"),
        ("HP", "Ivo Bellandi"),
    ]
    assert [one.at for one in found] == [f"2026-03-20T{hour}:42:00+00:00" for hour in (10, 11, 12, 13)]
    assert all(one.valid and one.covers_whole and one.level == "simple" for one in found)


def test_every_later_signature_leaves_the_bytes_before_it_as_they_were(unsigned: bytes, signed: bytes) -> None:
    assert signed.startswith(unsigned)


def test_a_signature_of_another_installation_is_not_called_ours(signed: bytes) -> None:
    other = make_authority("elsewhere.example", AT)
    assert {one.level for one in check_signatures(signed, other)} == {"other"}


def test_a_byte_changed_in_what_was_signed_is_noticed_by_every_signature(
    unsigned: bytes, signed: bytes, authority: Authority
) -> None:
    places = random.Random(7).sample(range(len(unsigned)), 12)  # noqa: S311 -- places to change, no secret
    for place in places:
        changed = bytearray(signed)
        changed[place] ^= 1
        try:
            found = check_signatures(bytes(changed), authority)
        except NotReadable:
            continue
        assert not any(one.valid for one in found), place


def test_the_printed_file_says_who_signed_in_which_frame(signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    for party in PARTIES:
        assert str(party["person"]) in text.split("11. Signatures")[-1]


@pytest.mark.parametrize(
    "content",
    [b"", b"no file", b"%PDF-1.7\n" + b"\xff" * 500, b"%PDF-1.7\ntrailer <</Root 1 0 R>>", NO_NUMBER],
)
def test_what_is_no_readable_file_is_told_as_such(content: bytes, authority: Authority) -> None:
    with pytest.raises(NotReadable):
        check_signatures(content, authority)
