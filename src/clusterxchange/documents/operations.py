"""Make a document and keep it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from clusterxchange.documents.models import Document
from clusterxchange.documents.typesetting import typeset
from clusterxchange.foundation.files import PDF, store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

FILE_NAMES: Final = {
    Document.Kind.COMMITMENT_TO_QUALITY: "commitment-to-quality",
    Document.Kind.FINANCIAL_AGREEMENT: "financial-agreement",
}


def make_document(  # noqa: PLR0913 -- each argument is a fact of the document, and all but two are named
    kind: Document.Kind,
    data: Mapping[str, object],
    *,
    subject_id: int,
    version: int,
    language: str,
    title: str,
    dated: dt.date,
    draft: bool,
    at: dt.datetime,
) -> Document:
    """Set the document, store its file and record both; the same bytes are kept once, so it is safe to run twice."""
    content = typeset(kind.value, data, language=language, title=title, dated=dated, draft=draft)
    facts = {
        "kind": kind,
        "subject_id": subject_id,
        "version": version,
        "language": language,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    kept = Document.objects.filter(**facts).first()
    if kept is not None:
        return kept
    name = f"{FILE_NAMES[kind]}-{data['reference']}-{version}.pdf"
    return Document.objects.create(**facts, file=store(content, name, PDF, at, is_ours=True), made_at=at, is_draft=draft)
