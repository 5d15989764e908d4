"""Claims about time stamps of a service outside, asked over the network as RFC 3161 says."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from pyhanko.sign.timestamps import TimestampRequestError

from clusterxchange.documents.signing.authority import Authority, make_authority
from clusterxchange.documents.signing.checking import check_signatures, closing_stamps_hold
from clusterxchange.documents.signing.fields import with_fields
from clusterxchange.documents.signing.revisions import Signature, append_signature, fields_of
from clusterxchange.documents.signing.time_stamps import OutsideStamps, outside_stamps, stamp_roots
from clusterxchange.documents.typesetting import typeset_for_signing
from tests.documents.examples import commitment

if TYPE_CHECKING:
    from pathlib import Path

AT = dt.datetime(2026, 3, 20, 9, 42, tzinfo=dt.UTC)
SIGNATURE = Signature("V", "Nerea Solbes Ridaura", "Hilaturas Verdemar, S.L.", ("Signed",), AT)


def signed_by(stamps: OutsideStamps | None, authority: Authority) -> bytes:
    pdf, places = typeset_for_signing(
        "commitment_to_quality", commitment(), language="en", title="Commitment to Quality", dated=AT.date()
    )
    unsigned = with_fields(pdf, places)
    size = fields_of(unsigned)["V"].size
    return append_signature(unsigned, SIGNATURE, authority, size=size, is_last=True, stamps=stamps)


def test_a_service_that_the_settings_name_stamps_the_signature_and_the_archive(
    service: tuple[str, list[int]], elsewhere: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, given = service
    roots = tmp_path / "roots.pem"
    roots.write_text(elsewhere.certificate)
    monkeypatch.setattr(settings, "TIME_STAMP_SERVICE", address)
    monkeypatch.setattr(settings, "TIME_STAMP_ROOTS", roots)
    ours = make_authority("clusterxchange.example", AT)

    pdf = signed_by(outside_stamps(), ours)

    # One for the signature, one for the archive; what fills the space of a stamp is asked for once as well.
    assert len(given) >= 2
    assert [(one.valid, one.level) for one in check_signatures(pdf, ours, stamp_roots())] == [(True, "simple")]
    assert closing_stamps_hold(pdf, ours, stamp_roots())
    assert b"stamps.example" in pdf or b"stamps.example".hex().encode() in pdf.lower()


def test_stamps_of_a_service_that_nobody_named_do_not_hold(
    service: tuple[str, list[int]], elsewhere: Authority
) -> None:
    ours = make_authority("clusterxchange.example", AT)
    pdf = signed_by(OutsideStamps(service[0], (elsewhere.root,)), ours)

    assert [(one.valid, one.level) for one in check_signatures(pdf, ours)] == [(False, "simple")]
    assert not closing_stamps_hold(pdf, ours)
    assert check_signatures(pdf, ours, (elsewhere.root,))[0].valid


def test_the_roots_are_known_also_once_the_service_is_not_used_any_more(
    elsewhere: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stamp_roots() == ()
    roots = tmp_path / "roots.pem"
    roots.write_text(elsewhere.certificate)
    monkeypatch.setattr(settings, "TIME_STAMP_ROOTS", roots)

    assert outside_stamps() is None
    assert [one.sha256 for one in stamp_roots()] == [elsewhere.root.sha256]


def test_without_a_service_the_installation_stamps_itself(service: tuple[str, list[int]]) -> None:
    assert outside_stamps() is None

    signed_by(None, make_authority("clusterxchange.example", AT))

    assert service[1] == []


def test_a_service_that_does_not_answer_fails_the_job_so_that_it_is_tried_again() -> None:
    nobody = OutsideStamps("http://127.0.0.1:9/", ())

    with pytest.raises((TimestampRequestError, OSError)):
        signed_by(nobody, make_authority("clusterxchange.example", AT))
