"""Claims about copies that were signed elsewhere: our file with exactly one more valid signature, or refused."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pikepdf
import pytest

from clusterxchange.documents.signing.authority import make_authority
from clusterxchange.documents.signing.checking import check_signatures
from clusterxchange.documents.signing.fields import with_fields
from clusterxchange.documents.signing.handed_in import HandedIn, check_copy
from clusterxchange.documents.signing.revisions import Signature, append_signature, close_file, fields_of
from clusterxchange.documents.typesetting import typeset_for_signing
from tests.documents.elsewhere import own_signer, sign_elsewhere
from tests.documents.examples import commitment
from tests.documents.test_signing import pdfsig

if TYPE_CHECKING:
    from pathlib import Path

AT = dt.datetime(2026, 3, 20, 9, 42, tzinfo=dt.UTC)
BEFORE = AT - dt.timedelta(days=30)
BRAM = "Duarte Sequeira"


@pytest.fixture(scope="module")
def handed_out() -> bytes:
    """A file that the visitor has signed here."""
    pdf, places = typeset_for_signing(
        "commitment_to_quality", commitment(), language="en", title="Commitment to Quality", dated=AT.date()
    )
    unsigned = with_fields(pdf, places)
    visitor = Signature("V", "Nerea Solbes Ridaura", "Hilaturas Verdemar, S.L.", ("Signed",), AT)
    authority = make_authority("clusterxchange.example", AT)
    return append_signature(unsigned, visitor, authority, size=fields_of(unsigned)["V"].size, is_last=False)


def checked(handed_out: bytes, copy: bytes, person: str = BRAM) -> HandedIn:
    return check_copy(handed_out, copy, field="H", person=person, at=AT)


@pytest.mark.parametrize(
    ("name", "qualified", "level"),
    [
        (BRAM, False, "advanced"),
        ("SEQUEIRA DUARTE - 12345678Z", True, "qualified_as_claimed"),
    ],
)
def test_one_more_signature_of_the_person_is_taken_and_its_level_is_what_the_certificate_claims(
    handed_out: bytes,
    name: str,
    qualified: bool,  # noqa: FBT001 -- a column of the table above
    level: str,
) -> None:
    copy = sign_elsewhere(handed_out, "H", own_signer(name, BEFORE, qualified=qualified))

    assert checked(handed_out, copy) == HandedIn(level=level)


def changed_byte(content: bytes) -> bytes:
    return content[:2000] + bytes([content[2000] ^ 1]) + content[2001:]


def saved_anew(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out)
    return out.getvalue()


def with_a_note(content: bytes) -> bytes:
    """Add an annotation after the signature, as a revision."""
    from pyhanko.pdf_utils import generic  # noqa: PLC0415 -- only here
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 -- as above

    buffer = io.BytesIO(content)
    writer = IncrementalPdfFileWriter(buffer)
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/UserUnit"] = generic.NumberObject(2)  # type: ignore[no-untyped-call]  # -- as below
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    writer.write_in_place()  # type: ignore[no-untyped-call]  # -- the package leaves it untyped
    return buffer.getvalue()


def test_whatever_else_is_handed_in_is_not_this_document(handed_out: bytes) -> None:
    bram = own_signer(BRAM, BEFORE)
    once = sign_elsewhere(handed_out, "H", bram)
    for name, copy in {
        "the file as it was": handed_out,
        "one byte of the text changed": changed_byte(once),
        "saved anew by another program": saved_anew(handed_out),
        "signed in another party's frame": sign_elsewhere(handed_out, "VP", bram),
        "signed twice": sign_elsewhere(once, "VP", bram),
        "a page changed, then signed": sign_elsewhere(with_a_note(handed_out), "H", bram),
        "changed after the signature": with_a_note(once),
        "something hung on": handed_out + b"\n% no signature\n",
        "cut off": once[:-400],
        "no PDF file": b"hello",
    }.items():
        assert checked(handed_out, copy).refusal == "not_this_document", name


def test_a_certificate_of_another_person_or_of_another_time_is_refused(handed_out: bytes) -> None:
    other = sign_elsewhere(handed_out, "H", own_signer("Zoe Krogsager", BEFORE))
    late = sign_elsewhere(handed_out, "H", own_signer(BRAM, BEFORE, lasts=dt.timedelta(days=20)))
    early = sign_elsewhere(handed_out, "H", own_signer(BRAM, AT + dt.timedelta(days=1)))

    assert checked(handed_out, other).refusal == "certificate_of_another_person"
    assert [checked(handed_out, one).refusal for one in (late, early)] == ["certificate_expired"] * 2


def test_a_file_whose_last_signature_came_from_elsewhere_is_closed_and_all_hold(
    handed_out: bytes, tmp_path: Path
) -> None:
    copy = sign_elsewhere(handed_out, "H", own_signer(BRAM, BEFORE))
    authority = make_authority("clusterxchange.example", AT)

    closed = close_file(copy, authority, AT)

    assert closed.startswith(copy)
    assert [(one.capacity, one.valid, one.covers_whole) for one in check_signatures(closed, authority)] == [
        ("V", True, True), ("H", True, True),
    ]  # fmt: skip
    assert pdfsig(closed, tmp_path).count("Signature is Valid.") == 2
