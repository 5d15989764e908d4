"""Proofs that a document is kept with its fingerprint, and once."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final

import pytest

from clusterxchange.documents.models import Document
from clusterxchange.documents.operations import make_document
from tests.documents.examples import commitment

AT: Final = dt.datetime(2026, 3, 19, 9, 0, tzinfo=dt.UTC)


def made(*, draft: bool, **changes: object) -> Document:
    """Make the example for version 2 of exchange 7."""
    return make_document(
        Document.Kind.COMMITMENT_TO_QUALITY,
        commitment(**changes),
        subject_id=7,
        version=2,
        language="en",
        title="Commitment to Quality EXC-2026-000007",
        dated=AT.date(),
        draft=draft,
        at=AT,
    )


@pytest.mark.django_db
def test_document_carries_the_fingerprint_of_its_file() -> None:
    document = made(draft=False)
    with document.file.content.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == document.sha256 == document.file.sha256
    assert document.file.name == "commitment-to-quality-EXC-2026-000007-2.pdf"
    assert document.file.content_type == "application/pdf"


@pytest.mark.database
@pytest.mark.django_db
def test_same_document_is_kept_once() -> None:
    assert made(draft=True) == made(draft=True)
    assert made(draft=True) != made(draft=False)
    assert made(draft=False) != made(draft=False, place="Another hall")
    assert Document.objects.count() == 3
