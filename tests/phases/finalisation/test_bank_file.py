"""The bank file: what a bank would say of it, and of the same file made twice."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree  # type: ignore[import-untyped]  # -- the package brings no types

from clusterxchange.access.capacities import PO, PR
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.banking import operations
from clusterxchange.phases.finalisation.banking.bank_file import (
    NAMESPACE,
    BankFileIsNotValid,
    Payer,
    Transfer,
    bank_file,
    plain,
    schema,
)
from clusterxchange.phases.finalisation.models import Payment, PaymentBatch
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to, bring_many_exchanges_to
from tests.cast import Cast
from tests.phases.finalisation.conftest import Sign
from tests.phases.finalisation.test_pages import Moved, page

# Examples of the IBAN registry.
SPANISH, PORTUGUESE, TURKISH = "ES9121000418450200051332", "PT50000201231234567890154", "TR330006100519786457841326"
NOON = datetime(2026, 4, 27, 12, 0, tzinfo=ZoneInfo("Europe/Brussels"))
PAYER = Payer("Fils de Llevant", SPANISH, "CAIXESBB")


def transfer(number: int = 1, **changed: Any) -> Transfer:  # noqa: ANN401 -- any column
    given = {"reference": f"EXC-2026-{number:06d}", "name": "Łódź & Søn", "iban": PORTUGUESE, "cents": 39000}
    return Transfer(**{**given, "purpose": f"ClusterXchange {number}", **changed})


def written(*transfers: Transfer) -> bytes:
    return bank_file(PAYER, transfers, execution_on=date(2026, 4, 28), message="CX-1-12", at=NOON)


def found(content: bytes, path: str) -> list[str]:
    return [one.text or "" for one in etree.fromstring(content).iterfind(f".//p:{path}", NAMESPACE)]


def test_the_file_is_valid_and_adds_up() -> None:
    content = written(transfer(1), transfer(2, cents=100_05, bic="BBPIPTPL"))

    schema().assertValid(etree.fromstring(content))
    assert found(content, "GrpHdr/p:NbOfTxs") == ["2"]
    assert found(content, "GrpHdr/p:CtrlSum") == found(content, "PmtInf/p:CtrlSum") == ["490.05"]
    assert sum(Decimal(one) for one in found(content, "InstdAmt")) == Decimal("490.05")
    assert found(content, "EndToEndId") == ["EXC-2026-000001", "EXC-2026-000002"]
    assert found(content, "ReqdExctnDt/p:Dt") == ["2026-04-28"]
    assert found(content, "SvcLvl/p:Cd") == ["SEPA"]
    assert found(content, "Cdtr/p:Nm") == ["Lodz Son", "Lodz Son"]


def test_the_same_transfers_give_the_same_bytes() -> None:
    assert written(transfer(1), transfer(2)) == written(transfer(1), transfer(2))


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Tkalnia Żółw sp. z o.o.", "Tkalnia Zolw sp. z o.o."),
        ("Υφαντουργία", "Uphantourgia"),
        ("A//B /", "A/B /"),
        ("//A", "A"),
        ("=cmd|' /C calc'!A0", "cmd ' /C calc' A0"),
    ],
)
def test_names_are_written_in_letters_that_every_bank_takes(text: str, taken: str) -> None:
    assert plain(text, 70) == taken


@pytest.mark.parametrize(
    "wrong", [transfer(iban="no account"), transfer(name="***"), transfer(reference="E" * 36), transfer(cents=0)]
)
def test_what_no_bank_would_take_is_never_written(wrong: Transfer) -> None:
    with pytest.raises(BankFileIsNotValid):
        written(wrong)


# A batch


def give_account(cast: Cast, at: datetime) -> None:
    operations.give_paying_account(
        cast.loom, account_holder="Fils de Llevant", iban=SPANISH, bic="", actor=cast.cosima.actor, at=at
    )


def batch_of(story: Story) -> PaymentBatch:
    batch = story.payment.batch
    assert batch is not None
    return batch


def test_a_batch_is_written_once_with_all_that_was_released_into_it(cast: Cast) -> None:
    stories = bring_many_exchanges_to(cast, "released", 3)
    give_account(cast, NOON)
    batch = batch_of(stories[0])

    first = operations.make_bank_file(batch, actor=cast.chiara.actor, at=stories[0].at)
    again = operations.make_bank_file(batch, actor=cast.cosima.actor, at=stories[0].at + timedelta(days=1))

    assert found(first.file_text.encode(), "EndToEndId") == [story.exchange.reference for story in stories]
    # Three working days are fewer than five: half of the EUR 780 for Portugal, three times.
    assert found(first.file_text.encode(), "GrpHdr/p:CtrlSum") == ["1170.00"]
    assert again.file_text == first.file_text
    assert Entry.objects.filter(action="make_bank_file").count() == 1
    assert again.file_made_by == cast.chiara.account


def test_the_file_is_sealed_where_it_is_kept_and_its_journal_names_no_account(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")
    give_account(cast, NOON)
    operations.make_bank_file(batch_of(story), actor=cast.chiara.actor, at=story.at)

    with connection.cursor() as cursor:
        cursor.execute("select file_text, transfers::text from finalisation_paymentbatch")
        (sealed, transfers) = cursor.fetchone()
        cursor.execute("select string_agg(body::text, '') from workflow_entrypayload")
        (payloads,) = cursor.fetchone()

    for text in (sealed, transfers, payloads):
        assert "9121000418450200051332" not in text


def test_what_is_released_after_the_file_is_made_goes_into_the_next_batch(cast: Cast) -> None:
    first, second = bring_many_exchanges_to(cast, "ordered", 2)
    give_account(cast, NOON)
    at = max(first.at, second.at) + timedelta(hours=1)
    finalisation.release_payment(first.payment, actor=cast.cosima.actor, at=at, capacity=PR)
    operations.make_bank_file(batch_of(first), actor=cast.chiara.actor, at=at)
    finalisation.release_payment(second.payment, actor=cast.cosima.actor, at=at, capacity=PR)

    assert [batch_of(first).number, batch_of(second).number] == [1, 2]
    assert batch_of(first).execution_on == batch_of(second).execution_on


def test_a_payment_in_a_batch_is_released_no_second_time(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")

    with pytest.raises(NotDone) as refused:
        finalisation.release_payment(story.payment, actor=cast.cosima.actor, at=story.at, capacity=PR)

    assert (refused.value.refusal.code, refused.value.refusal.params) == ("already_in_batch", {"batch": 1})


def test_a_file_made_late_asks_for_a_day_that_is_still_ahead(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")
    give_account(cast, NOON)
    # A Thursday; the next day, 1 May, is a holiday in Spain.
    thursday = datetime(2026, 4, 30, 9, tzinfo=ZoneInfo("Europe/Brussels"))
    made = operations.make_bank_file(batch_of(story), actor=cast.chiara.actor, at=thursday)

    assert made.execution_on == date(2026, 5, 4)
    assert found(made.file_text.encode(), "ReqdExctnDt/p:Dt") == ["2026-05-04"]


def test_a_batch_waits_for_the_bank_until_it_has_answered_for_every_payment(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    story = bring_exchange_to(cast, "released")
    at_the_time_of(story)
    give_account(cast, story.at)
    address = (
        f"/payments/batches/{operations.make_bank_file(batch_of(story), actor=cast.chiara.actor, at=story.at).pk}/"
    )

    before = page(sign_in(cast.cosima).get(address))
    story.tell("paid")
    after = page(sign_in(cast.cosima).get(address))

    assert ("Waiting for the bank" in before, "Waiting for the bank" in after) == (True, False)
    assert "The bank has answered for every payment" in after


def test_without_an_account_of_the_partnership_no_file_is_made(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")

    with pytest.raises(NotDone) as refused:
        operations.make_bank_file(batch_of(story), actor=cast.chiara.actor, at=story.at)

    assert refused.value.refusal.code == "paying_account_missing"
    assert batch_of(story).file_made_at is None


def test_an_account_outside_sepa_stands_in_the_list_and_not_in_the_file(cast: Cast) -> None:
    first, second = bring_many_exchanges_to(cast, "released", 2)
    give_account(cast, NOON)
    payment = second.payment
    payment.iban, payment.account_holder = TURKISH, "Dokuma A.Ş."
    payment.save(update_fields=["iban", "account_holder"])

    made = operations.make_bank_file(batch_of(first), actor=cast.chiara.actor, at=first.at)

    assert found(made.file_text.encode(), "EndToEndId") == [first.exchange.reference]
    assert json.loads(made.rows_outside_sepa) == [
        [second.exchange.reference, payment.reference, 39000, "EUR", "Dokuma A.Ş.", TURKISH, "", "", ""]
    ]
    assert [one["listed"] for one in made.transfers] == [False, True]


# Pages


@pytest.fixture
def released(cast: Cast) -> Story:
    return bring_exchange_to(cast, "released")


def test_a_stranger_finds_neither_list_nor_batch(
    released: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(released)
    give_account(cast, released.at)
    batch = operations.make_bank_file(batch_of(released), actor=cast.chiara.actor, at=released.at)
    ends = ("", "file/", "outside-sepa.csv", "make-bank-file/")

    for person in (cast.ana, cast.bram, cast.zoe, cast.nuno):
        assert sign_in(person).get("/payments/").status_code == 404
        assert [sign_in(person).get(f"/payments/batches/{batch.pk}/{end}").status_code for end in ends] == [404] * 4
    # Another partnership's people have a list of their own, without this payment.
    dov = sign_in(cast.dov)
    assert str(released.payment.reference) not in page(dov.get("/payments/"))
    assert dov.get(f"/payments/batches/{batch.pk}/").status_code == 404


def test_those_who_pay_take_the_file_and_the_offices_only_see_that_there_is_one(
    released: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(released)
    give_account(cast, released.at)
    batch = operations.make_bank_file(batch_of(released), actor=cast.chiara.actor, at=released.at)
    address = f"/payments/batches/{batch.pk}/"

    taken = sign_in(cast.cosima).get(f"{address}file/")

    assert (taken.status_code, taken["Content-Type"]) == (200, "application/xml")
    assert taken["Content-Disposition"] == 'attachment; filename="batch-loom-1.xml"'
    assert taken.content.decode() == batch.file_text
    assert Entry.objects.filter(action="open_bank_file").count() == 1
    for office in (cast.edda, cast.aurel):
        assert sign_in(office).get(address).status_code == 200
        assert sign_in(office).get(f"{address}file/").status_code == 403
    assert Entry.objects.filter(action="open_bank_file").count() == 1


def test_chosen_payments_are_ordered_by_one_and_released_by_another(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    stories = bring_many_exchanges_to(cast, "due", 2)
    at_the_time_of(stories[1])
    chosen = {"pick": [story.payment.reference for story in stories]}

    ordered = sign_in(cast.chiara).post("/payments/order-payment/", chosen)
    by_a_contact_point = sign_in(cast.chiara).post("/payments/release-payment/", chosen)
    released = sign_in(cast.cosima).post("/payments/release-payment/", chosen)

    assert [ordered.status_code, by_a_contact_point.status_code, released.status_code] == [302, 403, 302]
    assert {(story.payment.state, batch_of(story).number) for story in stories} == {("RELEASED", 1)}


def test_whoever_ordered_does_not_release_and_then_none_is_released(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    mine, theirs = bring_many_exchanges_to(cast, "due", 2)
    at_the_time_of(theirs)
    cast.loom.people.create(account=cast.cosima.account, role="payer")
    finalisation.order_payment(theirs.payment, actor=cast.chiara.actor, at=theirs.at, capacity=PO)
    finalisation.order_payment(mine.payment, actor=cast.cosima.actor, at=theirs.at, capacity=PO)

    chosen = {"pick": [theirs.payment.reference, mine.payment.reference]}
    answered = sign_in(cast.cosima).post("/payments/release-payment/", chosen)

    assert answered.status_code == 409
    assert 'data-refusal="same_person_released"' in page(answered)
    assert {mine.payment.state, theirs.payment.state} == {"ORDERED"}


def test_choosing_nothing_is_answered_with_a_sentence(
    released: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(released)

    answered = sign_in(cast.chiara).post("/payments/order-payment/", {"pick": ["PAY-2031-000001"]})

    assert answered.status_code == 422
    assert 'data-refusal="items_missing"' in page(answered)


def test_the_list_takes_as_many_queries_for_one_payment_as_for_three(
    cast: Cast, sign_in: Sign, at_the_time_of: Moved
) -> None:
    def queries() -> int:
        client = sign_in(cast.chiara)
        client.get("/desk/")
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/payments/?show=to-order").status_code == 200
        return len(seen)

    stories = bring_many_exchanges_to(cast, "due", 3)
    at_the_time_of(stories[2])
    three = queries()
    Payment.objects.filter(pk__in=[story.payment.pk for story in stories[1:]]).update(state="NOT_DUE")

    assert queries() == three


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_on_screen_comes_as_a_file(
    released: Story, cast: Cast, sign_in: Sign, at_the_time_of: Moved, form: str
) -> None:
    at_the_time_of(released)

    answered = sign_in(cast.chiara).get(f"/payments/list.{form}?show=released")
    content = b"".join(answered.streaming_content)  # type: ignore[attr-defined]  # -- a streaming answer

    begins = {"csv": "\ufeffPayment,Exchange".encode(), "xlsx": b"PK\x03\x04"}[form]
    assert content.startswith(begins)
    assert form == "xlsx" or f"{released.payment.reference},{released.exchange.reference}".encode() in content


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        ({"iban": "ES00 0000"}, "iban", "iban_invalid"),
        ({"iban": TURKISH}, "iban", "account_outside_sepa"),
        ({"bic": "NOBIC"}, "bic", "bic_invalid"),
        ({"account_holder": ""}, "account_holder", "required"),
    ],
)
def test_an_account_that_cannot_pay_is_refused_at_its_field(
    cast: Cast, sign_in: Sign, typed: dict[str, str], field: str, code: str
) -> None:
    answers = {"account_holder": "Fils de Llevant", "iban": SPANISH, "bic": "", **typed}

    answered = sign_in(cast.cosima).post(f"/payments/accounts/{cast.loom.pk}/", answers)

    assert answered.status_code == 422
    assert f'data-error="{code}"' in page(answered)
    assert f'id="id_{field}_error"' in page(answered)


def test_only_the_coordinator_gives_the_account_that_pays(cast: Cast, sign_in: Sign) -> None:
    address = f"/payments/accounts/{cast.loom.pk}/"
    answers = {"account_holder": "Fils de Llevant", "iban": SPANISH, "bic": ""}
    posts: Callable[..., Any] = lambda person: sign_in(person).post(address, answers).status_code  # noqa: E731 -- said once

    assert [posts(one) for one in (cast.zoe, cast.dov, cast.chiara, cast.edda, cast.cosima)] == [
        404,
        404,
        403,
        403,
        302,
    ]
    assert cast.loom.paying_account.account_ending == "1332"
