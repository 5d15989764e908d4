"""Both sides get a signed certificate of participation once the exchange is closed (scheme.md section 8)."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from clusterxchange.documents.models import Document
from clusterxchange.documents.verdicts import verdict_on
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.finalisation.jobs import make_certificates
from clusterxchange.phases.finalisation.operations import waive_report
from clusterxchange.phases.finalisation.queries import certificate_of
from tests.bring import bring_exchange_to
from tests.cast import Cast, Person

Sign = Callable[[Person], Client]


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "certificate.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(read.stdout.split())


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name like '%%make_certificates'")
        return int(cursor.fetchone()[0])


def content_of(story: Story, side: str) -> bytes:
    found = certificate_of(story.report(side))
    assert found is not None
    content: bytes = found.file.content.read()
    return content


def test_closing_an_exchange_lets_its_certificates_be_made(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")
    before = waiting_jobs()

    story.tell("closed")

    assert (before, waiting_jobs()) == (0, 1)


def test_the_certificate_says_who_was_where_when_and_for_how_long(cast: Cast, tmp_path: Path) -> None:
    story = bring_exchange_to(cast, "closed")
    make_certificates(story.exchange.pk)

    visitor = text_of(content_of(story, "V"), tmp_path)
    assert "Teixits Almarge, S.L. visited Tecelagem Orvalhinho, Lda." in visitor
    assert "Role in the exchange Visiting organisation" in visitor
    assert "14 April 2026" in visitor
    assert "16 April 2026" in visitor
    assert "3 working days" in visitor
    assert "EUR" not in visitor  # money is no matter of whoever is shown it
    assert "Role in the exchange Host organisation" in text_of(content_of(story, "H"), tmp_path)


def test_a_certificate_is_signed_and_known_as_genuine(cast: Cast, tmp_path: Path) -> None:
    story = bring_exchange_to(cast, "closed")
    make_certificates(story.exchange.pk)
    content = content_of(story, "V")

    verdict = verdict_on(content)
    assert (verdict.is_genuine, verdict.is_complete, verdict.kind) == (True, True, "certificate_of_participation")
    assert [(one.capacity, one.valid) for one in verdict.signatures if one.capacity] == [("VP", True)]
    path = tmp_path / "signed.pdf"
    path.write_bytes(content)
    judged = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in judged
    assert "Signature is Invalid" not in judged


def test_certificates_are_made_once_however_often_the_job_runs(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed")

    for _ in range(3):
        make_certificates(story.exchange.pk)

    certificates = Document.objects.filter(kind="certificate_of_participation", is_complete=True)
    assert sorted(certificates.values_list("subject_id", flat=True)) == sorted(
        [story.report("V").pk, story.report("H").pk]
    )


def test_nothing_is_certified_before_the_closing(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")
    make_certificates(story.exchange.pk)
    assert certificate_of(story.report("V")) is None


def test_nothing_is_certified_where_no_report_shows_the_meeting(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended", format="virtual")
    for side in ("V", "H"):
        waive_report(story.report(side), reason="Nobody answers.", actor=cast.edda.actor, at=story.at)
    assert story.exchange.state == "CLOSED"

    make_certificates(story.exchange.pk)

    assert certificate_of(story.report("V")) is None
    assert certificate_of(story.report("H")) is None


@pytest.mark.parametrize(("name", "visitor_side", "host_side"), [
    ("ana", 200, 404), ("bram", 404, 200), ("chiara", 200, 404), ("dov", 404, 200), ("edda", 200, 200),
    ("zoe", 404, 404),
])  # fmt: skip
def test_each_opens_the_certificate_of_the_own_side(
    cast: Cast, sign_in: Sign, name: str, visitor_side: int, host_side: int
) -> None:
    story = bring_exchange_to(cast, "closed")
    make_certificates(story.exchange.pk)
    client = sign_in(getattr(cast, name))
    base = f"/exchanges/{story.exchange.reference}/"

    answers = [client.get(f"{base}report/{side}/certificate/") for side in ("visitor", "host")]

    assert [one.status_code for one in answers] == [visitor_side, host_side]
    shown = client.get(base)
    for side, status in (("visitor", visitor_side), ("host", host_side)):
        link = f"{base}report/{side}/certificate/"
        assert (link in shown.content.decode()) == (status == 200), side


def test_nobody_opens_a_certificate_without_signing_in(cast: Cast, client: Client) -> None:
    story = bring_exchange_to(cast, "closed")
    make_certificates(story.exchange.pk)

    answer = client.get(f"/exchanges/{story.exchange.reference}/report/visitor/certificate/")

    assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)
