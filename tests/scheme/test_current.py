"""Which version of an edition holds: architecture.md, section 5, "Scheme data is a document per version"."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from clusterxchange.scheme.current import (
    DocumentChanged,
    NoRulesInForce,
    install_editions,
    open_edition,
    scheme_for,
    scheme_version,
    version_in_force,
)
from clusterxchange.scheme.document import sha256_of
from clusterxchange.scheme.editions import built_in
from clusterxchange.scheme.models import Edition, EditionVersion
from tests.scheme.changed import changed_document

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def editions() -> None:
    install_editions()


def add_version(path: str, value: object, *, effective_from: datetime = APRIL, number: int = 2) -> EditionVersion:
    document = changed_document(path, value)
    return EditionVersion.objects.create(
        edition=Edition.objects.get(code="demonstration"),
        number=number,
        effective_from=effective_from,
        document=document,
        sha256=sha256_of(document),
        created_at=MARCH,
    )


@pytest.mark.database
def test_the_editions_are_installed_once() -> None:
    assert install_editions() == []
    assert sorted(EditionVersion.objects.values_list("edition__code", "number")) == [
        ("demonstration", 1),
        ("pilot", 1),
        ("second", 1),
    ]


@pytest.mark.database
def test_an_edition_that_is_missing_is_installed_again() -> None:
    EditionVersion.objects.filter(edition__code="pilot").delete()

    assert install_editions() == ["pilot"]


@pytest.mark.database
def test_the_stored_rules_are_those_that_come_with_the_tool() -> None:
    assert scheme_for("demonstration", MARCH) == built_in("demonstration")


@pytest.mark.database
def test_a_further_version_holds_from_its_moment_on_and_a_case_keeps_its_own() -> None:
    kept = version_in_force("demonstration", MARCH)
    add_version("halving.working_days_under", 6)

    assert scheme_for("demonstration", datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)).halving.working_days_under == 5
    assert scheme_for("demonstration", APRIL).halving.working_days_under == 6
    assert scheme_version(kept.pk).halving.working_days_under == 5


def test_of_two_versions_from_one_moment_the_later_number_holds() -> None:
    add_version("halving.working_days_under", 6)
    later = add_version("halving.working_days_under", 7, number=3)

    assert version_in_force("demonstration", APRIL) == later


def test_rules_are_read_once() -> None:
    assert scheme_for("demonstration", MARCH) is scheme_for("demonstration", APRIL)


def test_before_an_edition_begins_it_has_no_rules() -> None:
    # 1 January 2026 begins in Brussels at 23:00 UTC of the day before.
    with pytest.raises(NoRulesInForce):
        scheme_for("demonstration", datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC))

    assert scheme_for("demonstration", datetime(2025, 12, 31, 23, 0, tzinfo=UTC)).edition.code == "demonstration"


def test_an_unknown_edition_and_an_unknown_version_have_no_rules() -> None:
    with pytest.raises(NoRulesInForce):
        scheme_for("third", MARCH)
    with pytest.raises(EditionVersion.DoesNotExist):
        scheme_version(0)


def test_a_document_that_was_changed_behind_its_hash_is_not_used() -> None:
    # A figure that no other test stores, since rules that were read once are not read again.
    version = add_version("halving.working_days_under", 11)
    EditionVersion.objects.filter(pk=version.pk).update(document=changed_document("halving.working_days_under", 12))

    with pytest.raises(DocumentChanged):
        scheme_version(version.pk)


# Section 2: only the demonstration edition is open, until 31 December 2030 in Brussels.
@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (MARCH, "demonstration"),
        (datetime(2030, 12, 31, 22, 59, 59, tzinfo=UTC), "demonstration"),
        (datetime(2030, 12, 31, 23, 0, tzinfo=UTC), None),
        (datetime(2023, 6, 1, tzinfo=UTC), None),
    ],
)
def test_the_open_edition_is_found_by_the_day(at: datetime, expected: str | None) -> None:
    edition = open_edition(at)

    assert (edition.code if edition else None) == expected


@pytest.mark.database
def test_a_version_is_numbered_once() -> None:
    first = EditionVersion.objects.get(edition__code="demonstration")

    with pytest.raises(IntegrityError), transaction.atomic():
        add_version("halving.working_days_under", 6, number=1)
    assert EditionVersion.objects.get(edition__code="demonstration") == first


@pytest.mark.database
def test_an_edition_does_not_end_before_it_begins() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(
            code="third", name="Third", valid_from=MARCH.date(), valid_to=MARCH.date().replace(day=1)
        )


def test_editions_and_versions_are_named() -> None:
    version = EditionVersion.objects.get(edition__code="pilot")

    assert str(version.edition) == "Pilot edition"
    assert str(version) == "Pilot edition, version 1"
