"""The scanner: until it has said that a file is clean, nobody opens it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from clusterxchange.foundation import files, scanner
from clusterxchange.foundation.files import PDF, NotToBeOpened
from clusterxchange.foundation.models import StoredFile
from tests.cast import CURRICULUM_VITAE, MONDAY
from tests.foundation.clamd import EICAR, address_of_silence, listening


@pytest.fixture
def clamd(settings: Settings) -> Iterator[str]:
    """Let a scanner listen on loopback, and name it in the settings."""
    with listening() as settings.SCANNER_ADDRESS:
        yield settings.SCANNER_ADDRESS


@pytest.fixture
def silence(settings: Settings) -> None:
    """Name a scanner that does not listen."""
    settings.SCANNER_ADDRESS = address_of_silence()


def kept(content: bytes = CURRICULUM_VITAE) -> StoredFile:
    return files.store(content, "cv.pdf", PDF, MONDAY)


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_open_at_once_and_nobody_says_that_it_was_scanned() -> None:
    row = kept()

    assert (row.may_be_opened, row.scanned_at) == (True, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_a_clean_file_is_open_at_once() -> None:
    row = kept(CURRICULUM_VITAE + b"%" * 200_000)

    assert (row.may_be_opened, row.scanned_at) == (True, MONDAY)


@pytest.mark.django_db
@pytest.mark.usefixtures("clamd")
def test_a_harmful_file_is_never_handed_out() -> None:
    row = kept(CURRICULUM_VITAE + EICAR)

    assert (row.state, row.reason_against_opening) == ("REJECTED", "file_is_harmful")
    with pytest.raises(NotToBeOpened):
        files.hand_out(row)


@pytest.mark.django_db
@pytest.mark.usefixtures("silence")
def test_a_file_waits_while_the_scanner_is_silent() -> None:
    row = kept()

    assert (row.state, row.reason_against_opening) == ("QUARANTINED", "file_waits_for_the_scanner")
    with pytest.raises(NotToBeOpened):
        files.hand_out(row)
    assert scanner.scan_waiting_files(MONDAY) == 0


@pytest.mark.django_db
def test_what_has_waited_gets_its_verdict_once_the_scanner_answers(
    silence: None,  # noqa: ARG001 -- sets the scene
    request: pytest.FixtureRequest,
) -> None:
    clean, harmful = kept(), kept(CURRICULUM_VITAE + EICAR)
    request.getfixturevalue("clamd")

    assert scanner.scan_waiting_files(MONDAY) == 2
    clean.refresh_from_db()
    harmful.refresh_from_db()
    assert (clean.state, harmful.state) == ("CLEAN", "REJECTED")
    assert scanner.scan_waiting_files(MONDAY) == 0


@pytest.mark.usefixtures("clamd")
def test_an_answer_that_is_no_verdict_counts_as_none() -> None:
    with pytest.raises(scanner.ScannerNotReady):
        scanner.is_clean(b"limit")


@pytest.mark.django_db
@pytest.mark.usefixtures("silence")
def test_what_the_tool_makes_itself_is_not_scanned() -> None:
    assert files.store(CURRICULUM_VITAE, "agreement.pdf", PDF, MONDAY, is_ours=True).may_be_opened
