"""Claims about what is signed: after each consent the file gets one signature more, and anybody can have it checked."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from clusterxchange.access.capacities import H, V
from clusterxchange.documents.models import Document
from clusterxchange.documents.verdicts import verdict_on
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: Cast) -> Story:
    return bring_exchange_to(cast, "validated")


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name like '%%write_signatures'")
        return int(cursor.fetchone()[0])


def sign(story: Story) -> None:
    operations.sign_commitment(
        story.commitment, **seen(story.commitment), is_authenticated=True, actor=story.visitor, at=story.at, capacity=V
    )


def file_of(story: Story) -> bytes:
    document = story.commitment.document
    assert document is not None
    return bytes(document.file.content.read())


def said_of(content: bytes) -> str:
    page = Client().post("/check-document/", {"file": SimpleUploadedFile("agreement.pdf", content, "application/pdf")})
    return re.sub(r'"[A-Za-z0-9]{64}"', "", page.content.decode())


def test_each_consent_asks_for_its_signature_in_the_same_transaction(story: Story) -> None:
    sign(story)
    assert waiting_jobs() == 1


def test_a_mail_never_waits_for_signatures_to_be_written(story: Story) -> None:
    sign(story)
    with connection.cursor() as cursor:
        cursor.execute(
            "select queue_name, max(priority), min(priority) from procrastinate_jobs "
            "where queue_name in ('mail', 'documents') group by queue_name"
        )
        priorities = {queue: (highest, lowest) for queue, highest, lowest in cursor.fetchall()}
    assert priorities["documents"][0] < priorities["mail"][1]


def test_the_file_bears_one_signature_after_the_visitor_has_signed_and_is_not_called_complete(story: Story) -> None:
    sign(story)
    write_signatures("commitment", story.commitment.pk)

    verdict = verdict_on(file_of(story))
    assert [(one.capacity, one.person, one.valid) for one in verdict.signatures] == [("V", "Ana Sorribes", True)]
    assert verdict.is_genuine
    assert not verdict.is_complete


def test_a_job_that_runs_twice_writes_a_signature_once(story: Story) -> None:
    sign(story)
    for _ in range(2):
        write_signatures("commitment", story.commitment.pk)

    files = Document.objects.filter(kind="commitment_to_quality", subject_id=story.commitment.pk)
    assert [file.signatures for file in files] == [0, 1]
    assert Entry.objects.filter(action="write_signature").count() == 1


def test_the_journal_holds_the_fingerprint_of_each_file(story: Story) -> None:
    sign(story)
    write_signatures("commitment", story.commitment.pk)

    entry = Entry.objects.get(action="write_signature")
    document = story.commitment.document
    assert document is not None
    assert entry.payload.body["sha256"] == document.sha256


def test_four_signatures_close_the_commitment_and_two_the_financial_agreement(story: Story) -> None:
    story.tell("ready")
    write_signatures("commitment", story.commitment.pk)
    write_signatures("financial_agreement", story.agreement.pk)

    verdict = verdict_on(file_of(story))
    assert [one.capacity for one in verdict.signatures] == ["V", "H", "VP", "HP"]
    assert all(one.valid and one.level == "simple" for one in verdict.signatures)
    assert verdict.is_complete
    money = story.agreement.document
    assert money is not None
    assert money.is_complete
    assert [one.capacity for one in verdict_on(money.file.content.read()).signatures] == ["V", "VP"]


def test_a_declined_text_gets_no_signature_any_more(story: Story) -> None:
    sign(story)
    commitment = story.commitment
    operations.decline_signature(
        commitment,
        reason_code="other",
        reason="Our hall is closed in that week.",
        actor=story.host,
        at=story.at,
        capacity=H,
    )
    write_signatures("commitment", commitment.pk)
    assert Document.objects.filter(subject_id=commitment.pk, signatures__gt=0).count() == 0


def test_anybody_is_told_on_a_page_that_a_file_is_genuine_and_who_signed_it(story: Story, client: Client) -> None:
    sign(story)
    write_signatures("commitment", story.commitment.pk)
    upload = SimpleUploadedFile("agreement.pdf", file_of(story), "application/pdf")

    page = client.post("/check-document/", {"file": upload})

    assert page.status_code == 200
    told = page.content.decode()
    assert "The file is genuine" in told
    assert "Ana Sorribes" in told
    assert "Not signed by all in this file." in told


def test_the_page_says_the_same_of_a_file_whatever_has_become_of_its_case(story: Story) -> None:
    sign(story)
    write_signatures("commitment", story.commitment.pk)
    content = file_of(story)

    before = said_of(content)
    story.at += timedelta(hours=1)
    operations.sign_commitment(
        story.commitment, **seen(story.commitment), is_authenticated=True, actor=story.host, at=story.at, capacity=H
    )
    write_signatures("commitment", story.commitment.pk)
    operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at)

    assert said_of(content) == before


def test_a_changed_file_is_told_to_be_not_genuine(story: Story, client: Client) -> None:
    content = file_of(story)
    upload = SimpleUploadedFile("agreement.pdf", content + b"\n% one line more\n", "application/pdf")

    page = client.post("/check-document/", {"file": upload})

    assert page.status_code == 200
    assert "The file is not genuine" in page.content.decode()


def test_what_is_no_pdf_file_is_told_at_the_field(client: Client) -> None:
    page = client.post("/check-document/", {"file": SimpleUploadedFile("agreement.pdf", b"hello", "application/pdf")})

    assert page.status_code == 422
    assert 'data-error="file_type_not_allowed"' in page.content.decode()
