"""What the scanner says of a file decides how things go on: evidence, curriculum vitae, and who is told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from clusterxchange.access.actions import Action
from clusterxchange.foundation import clock, files, scanner
from clusterxchange.foundation.files import PDF
from clusterxchange.foundation.models import StoredFile
from clusterxchange.journeys.demonstration.story import PAPER, Story
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import EvidenceItem
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import ActOnBehalf, Application
from clusterxchange.workflow.engine import Refused
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import bring_exchange_to
from tests.cast import CURRICULUM_VITAE, MONDAY, Cast
from tests.foundation.clamd import EICAR, address_of_silence, listening
from tests.phases.registration.conftest import DECLARATIONS, start

CLEAN = CheckedFile(PAPER, PDF, "boarding-pass.pdf")
HARMFUL = CheckedFile(PAPER + EICAR, PDF, "invoice.pdf")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clamd() -> Iterator[str]:
    """Let a scanner listen; nobody asks it yet."""
    with listening() as address:
        yield address


@pytest.fixture
def ended(cast: Cast) -> Story:
    """The exchange of Ana and Bram on the evening of its last day."""
    return bring_exchange_to(cast, "ended")


def upload(story: Story, item: str, file: CheckedFile) -> EvidenceItem:
    found = EvidenceItem.objects.get(exchange=story.exchange, item=item)
    return finalisation.upload_evidence(found, file=file, actor=story.visitor, at=story.at)


def scan(story_or_at: object) -> None:
    at = story_or_at.at + MINUTE if isinstance(story_or_at, Story) else MONDAY + MINUTE
    scanner.scan_waiting_files(at)
    scanner.follow_verdicts(at)


def told(story: Story, action: str) -> list[str]:
    return [one.account.email for one in Notice.objects.filter(action=action, kind="evidence", at=story.at + MINUTE)]


# Evidence


def test_without_a_scanner_evidence_is_uploaded_at_once(ended: Story) -> None:
    assert upload(ended, "outward", CLEAN).state == "UPLOADED"


def test_evidence_waits_while_the_scanner_is_silent_and_goes_on_once_it_has_spoken(
    cast: Cast, ended: Story, settings: Settings, clamd: str
) -> None:
    settings.SCANNER_ADDRESS = address_of_silence()
    clean, harmful = upload(ended, "outward", CLEAN), upload(ended, "return", HARMFUL)
    assert (clean.state, harmful.state) == ("QUARANTINED", "QUARANTINED")
    scan(ended)
    clean.refresh_from_db()
    assert clean.state == "QUARANTINED"

    settings.SCANNER_ADDRESS = clamd
    scan(ended)

    clean.refresh_from_db()
    harmful.refresh_from_db()
    assert (clean.state, harmful.state) == ("UPLOADED", "ASKED_AGAIN")
    assert told(ended, "reject_evidence") == [cast.ana.account.email]
    entries = Entry.objects.filter(action__in=("clear_evidence", "reject_evidence")).order_by("n")
    assert [(one.action, one.before, one.after) for one in entries] == [
        ("clear_evidence", "QUARANTINED", "UPLOADED"),
        ("reject_evidence", "QUARANTINED", "ASKED_AGAIN"),
    ]
    scan(ended)
    assert Entry.objects.filter(action="reject_evidence").count() == 1


def test_a_verdict_that_is_there_at_once_is_followed_at_once(ended: Story, settings: Settings, clamd: str) -> None:
    settings.SCANNER_ADDRESS = clamd

    assert upload(ended, "outward", CLEAN).state == "UPLOADED"
    assert upload(ended, "return", HARMFUL).state == "ASKED_AGAIN"
    assert upload(ended, "return", CLEAN).state == "UPLOADED"


def test_the_page_says_that_the_scanner_is_not_ready_and_what_it_found(
    cast: Cast, ended: Story, settings: Settings, clamd: str, client: Client
) -> None:
    clock.set_clock(ended.at)
    client.force_login(cast.ana.account)
    address = f"/exchanges/{ended.exchange.reference}/evidence/"
    settings.SCANNER_ADDRESS = address_of_silence()
    paper = SimpleUploadedFile("invoice.pdf", PAPER + EICAR)
    said = client.post(f"{address}upload-evidence/", {"stay": paper}, follow=True).content.decode()
    assert "The scanner is not ready: the file is checked as soon as it is" in said
    assert "Being checked for viruses" in client.get(f"{address}stay/").content.decode()
    refused = client.get(f"{address}stay/file/")
    assert (refused.status_code, 'data-refusal="file_waits_for_the_scanner"' in refused.content.decode()) == (409, True)

    settings.SCANNER_ADDRESS = clamd
    scan(ended)

    page = client.get(f"{address}stay/").content.decode()
    assert "The scanner has found something harmful in the file, so it is set aside" in page
    refused = client.get(f"{address}stay/file/")
    assert (refused.status_code, 'data-refusal="file_is_harmful"' in refused.content.decode()) == (409, True)


# Curriculum vitae


def draft_with(cast: Cast, content: bytes) -> Application:
    application = start(cast.ana)
    file = files.store(content, "cv.pdf", PDF, MONDAY)
    return registration.edit_application(
        application, answers={"curriculum_vitae": file}, actor=cast.ana.actor, at=MONDAY, section="you"
    )


def test_a_harmful_curriculum_vitae_does_not_count_and_its_owner_is_told_once(
    cast: Cast, settings: Settings, clamd: str
) -> None:
    settings.SCANNER_ADDRESS = address_of_silence()
    application = draft_with(cast, CURRICULUM_VITAE + EICAR)
    settings.SCANNER_ADDRESS = clamd
    scan(MONDAY)
    scan(MONDAY)

    application = Application.objects.get(pk=application.pk)
    with pytest.raises(Refused, match="cv_missing"):
        registration.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    notice = Notice.objects.get(action="set_file_aside")
    assert notice.account == cast.ana.account
    assert notice.path == f"/registration/applications/{application.reference}/sections/you/"


def test_one_that_still_waits_counts_and_a_clean_one_does(cast: Cast, settings: Settings, clamd: str) -> None:
    settings.SCANNER_ADDRESS = address_of_silence()
    application = draft_with(cast, CURRICULUM_VITAE)
    submitted = registration.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    assert submitted.state == "SUBMITTED"

    settings.SCANNER_ADDRESS = clamd
    scan(MONDAY)

    assert not Notice.objects.filter(action="set_file_aside").exists()


# Papers of others


def test_a_harmful_paper_is_no_record_of_an_act(cast: Cast, settings: Settings, clamd: str) -> None:
    application = start(cast.ana)
    submitted = registration.submit_application(application, actor=cast.ana.actor, at=MONDAY, **DECLARATIONS)
    settings.SCANNER_ADDRESS = clamd
    paper = files.store(PAPER + EICAR, "paper.pdf", PDF, MONDAY)
    record = registration.Record(
        act=Action.WITHDRAW_APPLICATION, channel="paper", done_on=MONDAY.date(), note="Signed here.", evidence=paper
    )

    with pytest.raises(Refused, match="file_is_harmful") as refused:
        registration.record_act(submitted, record=record, actor=cast.chiara.actor, at=MONDAY)
    assert (refused.value.refusal.field, ActOnBehalf.objects.count()) == ("evidence", 0)


def test_a_harmful_statement_is_no_proof_of_a_transfer(cast: Cast, settings: Settings, clamd: str) -> None:
    due = bring_exchange_to(cast, "due")
    finalisation.order_payment(due.payment, actor=cast.chiara.actor, at=due.at)
    finalisation.release_payment(due.payment, actor=cast.cosima.actor, at=due.at)
    settings.SCANNER_ADDRESS = clamd

    with pytest.raises(Refused, match="file_is_harmful") as refused:
        finalisation.confirm_paid(due.payment, actor=cast.chiara.actor, at=due.at, proof=HARMFUL)
    assert refused.value.refusal.field == "proof"
    assert (due.payment.state, StoredFile.objects.filter(name=HARMFUL.name).exists()) == ("RELEASED", False)
