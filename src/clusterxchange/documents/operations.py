"""Make a document and keep it, and write signatures into it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction

from clusterxchange.documents.models import Document, SigningAuthority
from clusterxchange.documents.signing.fields import with_fields
from clusterxchange.documents.typesetting import typeset, typeset_for_signing
from clusterxchange.foundation.files import PDF, store

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from clusterxchange.documents.signing.authority import Authority
    from clusterxchange.documents.signing.revisions import Signature

FILE_NAMES: Final = {
    Document.Kind.COMMITMENT_TO_QUALITY: "commitment-to-quality",
    Document.Kind.FINANCIAL_AGREEMENT: "financial-agreement",
    Document.Kind.CERTIFICATE_OF_PARTICIPATION: "certificate-of-participation",
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
    """Set the document, store its file and record both; the same bytes are kept once, so it is safe to run twice.

    What is no draft gets an empty field for each signature.
    """
    if draft:
        content = typeset(kind.value, data, language=language, title=title, dated=dated, draft=True)
    else:
        content = with_fields(*typeset_for_signing(kind.value, data, language=language, title=title, dated=dated))
    name = f"{FILE_NAMES[kind]}-{data['reference']}-{version}.pdf"
    facts = {"kind": kind, "subject_id": subject_id, "version": version, "language": language}
    return _keep(content, name, at, **facts, is_draft=draft)


def write_signatures(document: Document, signatures: Iterable[Signature], at: dt.datetime) -> Document:
    """Add a revision for each signature that the file does not bear yet; the document itself where none is missing.

    The revision of the last party closes the file.
    """
    from clusterxchange.documents.signing.revisions import append_signature, close_file, fields_of  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file
    from clusterxchange.documents.signing.time_stamps import outside_stamps  # noqa: PLC0415 -- as above

    content, stamps = document.file.content.read(), outside_stamps()
    fields = fields_of(content)
    was_complete = all(one.is_signed for one in fields.values())
    for signature in signatures:
        if fields[signature.field].is_signed:
            continue
        is_last = all(one.is_signed for name, one in fields.items() if name != signature.field)
        content = append_signature(
            content,
            signature,
            signing_authority(at),
            size=fields[signature.field].size,
            is_last=is_last,
            stamps=stamps,
        )
        fields = fields_of(content)
    if was_complete and not document.is_complete:
        content = close_file(content, signing_authority(at), at, stamps)
    count = sum(one.is_signed for one in fields.values())
    if count == document.signatures and (document.is_complete or not was_complete):
        return document
    return _keep(
        content,
        document.file.name,
        at,
        kind=document.kind,
        subject_id=document.subject_id,
        version=document.version,
        language=document.language,
        is_draft=False,
        signatures=count,
        is_complete=count == len(fields),
    )


def keep_signed_copy(document: Document, content: bytes, at: dt.datetime) -> Document:
    """Keep a copy with one signature more that was given elsewhere; the caller has checked it."""
    return _keep(
        content,
        document.file.name,
        at,
        kind=document.kind,
        subject_id=document.subject_id,
        version=document.version,
        language=document.language,
        is_draft=False,
        signatures=document.signatures + 1,
    )


def signing_authority(at: dt.datetime) -> Authority:
    """Give what this installation signs with, made when it is first asked for."""
    from clusterxchange.documents.signing.authority import make_authority  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

    kept = SigningAuthority.objects.filter(pk=1).first()
    if kept is None:
        made = make_authority(urlsplit(settings.PUBLIC_URL).hostname or "localhost", at)
        try:
            with transaction.atomic():
                kept = SigningAuthority.objects.create(pk=1, made_at=at, **vars(made))
        except IntegrityError:
            kept = SigningAuthority.objects.get(pk=1)
    return kept.authority()


def _keep(content: bytes, name: str, at: dt.datetime, **facts: object) -> Document:
    digest = hashlib.sha256(content).hexdigest()
    identity = {key: facts[key] for key in ("kind", "subject_id", "version", "language")}
    kept = Document.objects.filter(**identity, sha256=digest).first()
    if kept is not None:
        return kept
    return Document.objects.create(**facts, sha256=digest, file=store(content, name, PDF, at, is_ours=True), made_at=at)
