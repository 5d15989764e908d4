"""What people hand in that is wrong: each is refused by its code, and nothing is half done."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusterxchange.access.capacities import H, V
from clusterxchange.documents.verdicts import verdict_on
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.parties.organisations.models import Organisation
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.phases.exchange_building.rules import plan_between
from clusterxchange.workflow.engine import NotDone
from tests.bring import bring_exchange_to
from tests.cast import PASSWORD, Cast
from tests.documents.elsewhere import own_signer, sign_elsewhere
from tests.documents.test_handed_in import with_a_note
from tests.phases.exchange_building.browsing import Browser

pytestmark = pytest.mark.django_db
Moment = Callable[[Story], str]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(NotDone) as caught:
        call()
    return caught.value.refusal.code


# The examples of the IBAN registry; the last of a line is wrong in one place.
@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000", "FR14 2004 1010 0505 0001 3M02 606", "nl91abna0417164300", "IE29AIBK93115212345678",
        "PL61109010140000071219812874", "NO9386011117947",
    ],
)  # fmt: skip
def test_an_account_of_another_country_is_taken(cast: Cast, iban: str) -> None:
    story = bring_exchange_to(cast, "validated")

    operations.give_bank_details(
        story.agreement, account_holder="Teixits Almarge, S.L.", tax_status="registered_for_vat", iban=iban,
        actor=story.visitor, at=story.at,
    )  # fmt: skip

    assert story.agreement.iban == iban.replace(" ", "").upper()


def test_an_account_outside_sepa_is_taken_in_the_organisations_own_country(cast: Cast) -> None:
    story = bring_exchange_to(cast, "validated")
    Organisation.objects.filter(pk=story.exchange.visiting_organisation_id).update(country="TR")

    operations.give_bank_details(
        story.agreement, account_holder="Teixits Almarge, S.L.", tax_status="registered_for_vat",
        iban="TR330006100519786457841326", actor=story.visitor, at=story.at,
    )  # fmt: skip

    assert story.agreement.iban == "TR330006100519786457841326"


@pytest.mark.parametrize(
    ("account", "code"),
    [
        ({"iban": "ES9121000418450200051333"}, "iban_invalid"),
        ({"iban": "ES91210004184502000513"}, "iban_invalid"),
        ({"iban": "DE89370400440532013000 0"}, "iban_invalid"),
        ({"iban": "XX9121000418450200051332"}, "iban_invalid"),
        ({"iban": "0049 89 123456"}, "iban_invalid"),
        ({"iban": ""}, "iban_invalid"),
        # A country outside SEPA that is not the organisation's own: examples of Türkiye, Ukraine and Brazil.
        ({"iban": "TR330006100519786457841326"}, "iban_of_another_country"),
        ({"iban": "UA213223130000026007233566001"}, "iban_of_another_country"),
        ({"iban": "BR1800360305000010009795493C1"}, "iban_of_another_country"),
        ({"iban": "ES9121000418450200051332", "bic": "NOBANK"}, "bic_invalid"),
        ({"iban": "ES9121000418450200051332", "account_holder": " "}, "account_incomplete"),
    ],
)
def test_an_account_that_no_bank_knows_is_refused_and_nothing_is_kept(
    cast: Cast, account: dict[str, Any], code: str
) -> None:
    story = bring_exchange_to(cast, "validated")
    details = {"account_holder": "Teixits Almarge, S.L.", "tax_status": "registered_for_vat", **account}

    assert (
        code_of(lambda: operations.give_bank_details(story.agreement, **details, actor=story.visitor, at=story.at))
        == code
    )
    assert (story.agreement.iban, story.agreement.bank_details_given_at) == ("", None)


# Corpus Christi, Thursday 4 June 2026, is closed in all of Portugal.
@pytest.mark.parametrize(
    ("first", "last", "empty", "code"),
    [
        (date(2026, 6, 2), date(2026, 6, 4), (), "under_three_working_days"),
        (date(2026, 6, 3), date(2026, 6, 4), (), "under_three_working_days"),
        (date(2026, 6, 1), date(2026, 6, 5), (date(2026, 6, 2),), "days_not_consecutive"),
        (date(2026, 6, 1), date(2026, 7, 1), (), "over_one_month"),
    ],
)
def test_a_stay_that_the_scheme_does_not_know_cannot_be_agreed(
    cast: Cast, first: date, last: date, empty: tuple[date, ...], code: str
) -> None:
    story = bring_exchange_to(cast, "drafted")
    plan = plan_between(first, last, ())
    for row in plan:
        day = date.fromisoformat(row["day"])
        row["activity"] = "Trials" if day.weekday() < 5 and day not in empty else ""
    values = {"first_day": first, "last_day": last, "plan": plan}
    operations.edit_commitment(story.commitment, values=values, actor=story.visitor, at=story.at, capacity=V)
    text = story.commitment

    assert (
        code_of(lambda: operations.agree_commitment(text, **seen(text), actor=story.host, at=story.at, capacity=H))
        == code
    )


def test_a_holiday_in_the_plan_is_not_counted(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted")
    first, last = date(2026, 6, 1), date(2026, 6, 5)
    plan = plan_between(first, last, ())
    for row in plan:
        row["activity"] = "Trials"

    operations.edit_commitment(
        story.commitment, values={"first_day": first, "last_day": last, "plan": plan}, actor=story.visitor,
        at=story.at, capacity=V,
    )  # fmt: skip

    assert story.commitment.working_days == 4


def test_files_that_are_not_this_document_are_refused_at_the_field_and_the_signature_is_still_wanted(
    cast: Cast, browser: Browser, at_the_moment_of: Moment
) -> None:
    story = bring_exchange_to(cast, "validated")
    base = f"{at_the_moment_of(story)}commitment/"
    file = bytes(browser.send(cast.bram, base, "take_pen").response.content)
    begins = story.at - timedelta(days=30)
    bram, zoe = own_signer("Bram Teixeira", begins), own_signer("Zoe Krogsager", begins)
    late = own_signer("Bram Teixeira", begins, lasts=timedelta(days=10))
    foreign = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

    def handed_in(content: bytes) -> list[str]:
        upload = SimpleUploadedFile("signed.pdf", content, "application/pdf")
        page = browser.send(cast.bram, base, "hand_in_signed_copy", password=PASSWORD, copy=upload)
        assert page.status == 422
        return page.marks("data-error")

    assert handed_in(foreign) == ["not_this_document"]
    assert handed_in(with_a_note(sign_elsewhere(file, "H", bram))) == ["not_this_document"]
    assert handed_in(sign_elsewhere(with_a_note(file), "H", bram)) == ["not_this_document"]
    assert handed_in(sign_elsewhere(file, "H", zoe)) == ["certificate_of_another_person"]
    assert handed_in(sign_elsewhere(file, "H", late)) == ["certificate_expired"]
    assert story.commitment.state == "SIGNING"
    assert story.commitment.document is not None
    assert story.commitment.document.signatures == 0


def test_a_change_after_the_last_signature_is_not_called_genuine(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    write_signatures("commitment", story.commitment.pk)
    document = story.commitment.document
    assert document is not None

    changed = verdict_on(with_a_note(document.file.content.read()))

    assert not changed.is_genuine
    assert not all(one.valid for one in changed.signatures)
