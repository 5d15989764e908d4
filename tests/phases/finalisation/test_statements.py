"""What the bank says: each line is judged by itself, and an import changes all that it can or nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from clusterxchange.access.capacities import PO, PR, V
from clusterxchange.foundation.files import FileRefused
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.banking import operations, queries
from clusterxchange.phases.finalisation.banking.statement import (
    Kind,
    Known,
    Line,
    Outcome,
    cents_of,
    judge,
    read_statement,
)
from clusterxchange.phases.finalisation.models import BankStatement, StatementLine
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import bring_many_exchanges_to
from tests.cast import Cast
from tests.phases.finalisation.bank import Booking, refusal, report, statement, together
from tests.phases.finalisation.conftest import Sign
from tests.phases.finalisation.test_bank_file import SPANISH, batch_of, give_account
from tests.phases.finalisation.test_pages import Moved, page

MONDAY_EVENING = datetime(2026, 4, 27, 20, 0, tzinfo=ZoneInfo("Europe/Brussels"))
FRIDAY, MONDAY, TUESDAY = date(2026, 4, 24), date(2026, 4, 27), date(2026, 4, 28)
RELEASED = Known("RELEASED", 39000, "EUR", FRIDAY)


def line(kind: Kind = Kind.PAID, **changed: object) -> Line:
    given = {"number": 1, "kind": kind, "reference": "EXC-2026-000001", "cents": 39000, "currency": "EUR"}
    return Line(**{**given, "booked_on": MONDAY, **changed})  # type: ignore[arg-type]  # -- any column


@pytest.mark.parametrize(
    ("text", "cents"),
    [("390", 39000), ("390.5", 39050), ("390.05", 39005), ("390.0500", 39005), ("0.01", 1),
     ("390.005", None), ("-1", None), ("1e3", None), ("", None), ("1,5", None), ("٣", None)],
)  # fmt: skip
def test_an_amount_is_read_to_the_cent_or_not_at_all(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents


@pytest.mark.parametrize(
    ("said", "known", "outcome"),
    [
        (line(), RELEASED, Outcome.PAID),
        (line(Kind.RETURNED), RELEASED, Outcome.RETURNED),
        (line(Kind.RETURNED), Known("PAID", 39000, "EUR", FRIDAY), Outcome.RETURNED),
        (line(), Known("PAID", 39000, "EUR", FRIDAY), Outcome.DOUBLED),
        (line(Kind.RETURNED), Known("CONFIRMED", 39000, "EUR", FRIDAY), Outcome.CONFIRMED_ALREADY),
        (line(), None, Outcome.UNKNOWN_REFERENCE),
        (line(reference=""), None, Outcome.WITHOUT_REFERENCE),
        (line(currency="PLN"), RELEASED, Outcome.OTHER_CURRENCY),
        (line(cents=None), RELEASED, Outcome.AMOUNT_NOT_READABLE),
        (line(cents=38999), RELEASED, Outcome.PARTIAL),
        (line(cents=39001), RELEASED, Outcome.TOO_MUCH),
        (line(booked_on=date(2026, 4, 23)), RELEASED, Outcome.BEFORE_RELEASE),
        (line(booked_on=None), RELEASED, Outcome.BEFORE_RELEASE),
        (line(booked_on=date(2026, 4, 29)), RELEASED, Outcome.DAY_IS_AHEAD),
        (line(), Known("DUE", 39000, "EUR", None), Outcome.NOT_RELEASED),
        (line(), Known("BLOCKED", 39000, "EUR", None), Outcome.NOT_RELEASED),
        (line(Kind.NOT_BOOKED), RELEASED, Outcome.NOT_BOOKED),
        (line(Kind.CREDIT), RELEASED, Outcome.CREDIT),
        (line(Kind.ON_THE_WAY), RELEASED, Outcome.ON_THE_WAY),
        (line(cents=None, currency="", needs_amount=False), RELEASED, Outcome.PAID),
    ],
)
def test_each_line_counts_or_is_set_apart_with_its_code(said: Line, known: Known | None, outcome: Outcome) -> None:
    assert judge(said, known, TUESDAY) == outcome


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"  ", "file_empty"),
        (b"EXC-2026-000001;390,00", "statement_not_readable"),
        (b"<Document><BkToCstmrStmt>", "statement_not_readable"),
        (BOMB, "statement_not_readable"),
        (OUTSIDE, "statement_not_readable"),
        (b"<html/>", "statement_of_another_format"),
        (statement().replace(b"camt.053", b"camt.053").replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"),
         "statement_of_another_format"),
        (statement().replace(b"</BkToCstmrStmt>", b"<Stmt><Acct><Id><IBAN>X</IBAN></Id></Acct></Stmt></BkToCstmrStmt>"),
         "statement_of_several_accounts"),
        (statement(*[Booking("EXC-2026-000001")] * 2001), "statement_has_too_many_lines"),
        (b"<a>" + b" " * (5 * 1024 * 1024) + b"</a>", "file_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_before_anything_is_kept(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_statement(content)

    assert refused.value.code == code


def test_a_sum_booked_for_several_transfers_is_read_as_one_line_each() -> None:
    read = read_statement(together(["EXC-2026-000001", "EXC-2026-000002"], total="780.00"))

    assert [(one.number, one.reference, one.cents, one.kind) for one in read.lines] == [
        (1, "EXC-2026-000001", 39000, Kind.PAID),
        (2, "EXC-2026-000002", 39000, Kind.PAID),
    ]


def test_a_report_says_what_was_carried_out_what_came_back_and_what_is_on_its_way() -> None:
    read = read_statement(report(("E-1", "ACSC", ""), ("E-2", "RJCT", "AC04"), ("E-3", "ACSP", "")))

    assert [(one.reference, one.kind, one.reason) for one in read.lines] == [
        ("E-1", Kind.PAID, ""),
        ("E-2", Kind.RETURNED, "AC04"),
        ("E-3", Kind.ON_THE_WAY, ""),
    ]


# Imports


@pytest.fixture
def released(cast: Cast) -> list[Story]:
    stories = bring_many_exchanges_to(cast, "released", 3)
    give_account(cast, stories[0].at)
    operations.make_bank_file(batch_of(stories[0]), actor=cast.chiara.actor, at=stories[0].at)
    return stories


def references(stories: list[Story]) -> list[str]:
    return [str(story.exchange.reference) for story in stories]


def keep(cast: Cast, content: bytes, at: datetime = MONDAY_EVENING) -> BankStatement:
    return operations.keep_statement(cast.loom, content=content, name="s.xml", actor=cast.chiara.actor, at=at)


def bring_in(cast: Cast, content: bytes, at: datetime = MONDAY_EVENING) -> list[str]:
    kept = keep(cast, content, at)
    shown = queries.fingerprint_of(queries.verdicts_on(kept, at))
    return [one.outcome for one in operations.import_statement(kept, shown=shown, actor=cast.chiara.actor, at=at)]


def money(cast: Cast) -> tuple[int, int, int, int]:
    budget = Budget.objects.get(partnership=cast.loom)
    return budget.reserved_cents, budget.committed_cents, budget.paid_cents, budget.free_cents


def test_a_statement_marks_what_was_paid_and_what_came_back_and_sets_the_rest_apart(
    cast: Cast, released: list[Story]
) -> None:
    first, second, third = references(released)

    outcomes = bring_in(
        cast,
        statement(
            Booking(first, bank_reference="B1"),
            Booking(first, bank_reference="B2"),
            Booking(second, comes_back="AC04", bank_reference="B3"),
            Booking(third, amount="100.00", bank_reference="B4"),
            Booking(third, currency="PLN", bank_reference="B5"),
            Booking("EXC-2031-000009", bank_reference="B6"),
            Booking("", amount="4.50", bank_reference="B7"),
            Booking(third, status="PDNG", bank_reference="B8"),
        ),
    )

    assert outcomes == [
        "paid", "doubled", "returned", "partial", "other_currency", "unknown_reference", "without_reference",
        "not_booked",
    ]  # fmt: skip
    assert [story.payment.state for story in released] == ["PAID", "RETURNED", "RELEASED"]
    assert (released[0].payment.paid_on, released[0].payment.transfer_reference) == (MONDAY, "B1")
    assert released[1].payment.reason == "AC04"
    # EUR 390 paid, EUR 780 still owed, of EUR 10,000.
    assert money(cast) == (0, 78000, 39000, 883000)
    assert StatementLine.objects.count() == 8
    assert obligations.differences(MONDAY_EVENING) == []
    assert journal.check().ok


def test_paid_and_sent_back_in_the_same_file_ends_returned(cast: Cast, released: list[Story]) -> None:
    first = references(released)[0]

    outcomes = bring_in(cast, statement(Booking(first), Booking(first, comes_back="AC01", bank_reference="B2")))

    assert outcomes == ["paid", "returned"]
    assert released[0].payment.state == "RETURNED"
    assert money(cast) == (0, 117000, 0, 883000)


def test_the_same_file_counts_once(cast: Cast, released: list[Story]) -> None:
    content = statement(Booking(references(released)[0]))
    bring_in(cast, content)

    with pytest.raises(NotDone) as refused:
        bring_in(cast, content)

    assert refused.value.refusal.code == "statement_imported_already"
    assert BankStatement.objects.count() == 1
    assert Entry.objects.filter(action="confirm_paid").count() == 1


def test_a_return_that_the_bank_sends_again_in_another_file_does_not_return_the_next_try(
    cast: Cast, released: list[Story]
) -> None:
    story = released[0]
    back = Booking(references(released)[0], comes_back="AC04", bank_reference="B1")
    bring_in(cast, statement(back))
    at = MONDAY_EVENING + timedelta(minutes=1)
    finalisation.correct_bank_details(
        story.payment, account_holder="Teixits", iban="DE89370400440532013000", actor=story.visitor, at=at, capacity=V
    )
    finalisation.order_payment(story.payment, actor=cast.chiara.actor, at=at, capacity=PO)
    finalisation.release_payment(story.payment, actor=cast.cosima.actor, at=at, capacity=PR)

    kept = keep(cast, statement(back, message="S-2"))

    assert [one.outcome for one in queries.verdicts_on(kept, at)] == ["doubled"]
    with pytest.raises(NotDone) as refused:
        bring_in(cast, statement(back, message="S-2"))
    assert refused.value.refusal.code == "statement_changes_nothing"
    assert story.payment.state == "RELEASED"


def test_what_was_not_on_the_page_is_not_imported(cast: Cast, released: list[Story]) -> None:
    kept = keep(cast, statement(Booking(references(released)[0])))
    shown = queries.fingerprint_of(queries.verdicts_on(kept, MONDAY_EVENING))
    other = statement(Booking(references(released)[0]), Booking(references(released)[1], bank_reference="B2"))
    bring_in(cast, other)

    with pytest.raises(NotDone) as refused:
        operations.import_statement(kept, shown=shown, actor=cast.chiara.actor, at=MONDAY_EVENING)

    assert refused.value.refusal.code == "statement_changes_nothing"
    assert kept.lines.count() == 0


def test_a_statement_of_another_account_is_not_imported(cast: Cast, released: list[Story]) -> None:
    with pytest.raises(NotDone) as refused:
        bring_in(cast, statement(Booking(references(released)[0]), account="PT50000201231234567890154"))

    assert refused.value.refusal.code == "statement_of_another_account"
    assert released[0].payment.state == "RELEASED"


def test_a_batch_that_the_bank_refuses_as_a_whole_comes_back_payment_by_payment(
    cast: Cast, released: list[Story]
) -> None:
    outcomes = bring_in(cast, refusal(queries.message_of(batch_of(released[0]))))

    assert outcomes == ["returned"] * 3
    assert {story.payment.state for story in released} == {"RETURNED"}


def test_another_partnerships_payments_are_unknown(cast: Cast, released: list[Story]) -> None:
    content = statement(Booking(references(released)[0]))

    kept = operations.keep_statement(
        cast.selvedge, content=content, name="s.xml", actor=cast.dov.actor, at=MONDAY_EVENING
    )

    assert [one.outcome for one in queries.verdicts_on(kept, MONDAY_EVENING)] == ["unknown_reference"]


def test_a_statement_is_sealed_where_it_is_kept(cast: Cast, released: list[Story]) -> None:
    keep(cast, statement(Booking(references(released)[0])))

    with connection.cursor() as cursor:
        cursor.execute("select content from finalisation_bankstatement")
        (sealed,) = cursor.fetchone()
    assert SPANISH not in sealed
    assert sealed.startswith("gAAAA")


# Pages


def upload(content: bytes, name: str = "statement.xml") -> dict[str, object]:
    return {"file": SimpleUploadedFile(name, content, content_type="text/xml")}


def test_a_statement_is_shown_line_by_line_before_it_is_imported(
    cast: Cast, released: list[Story], sign_in: Sign, at_the_time_of: Moved
) -> None:
    at_the_time_of(released[2])
    day = released[2].at.date().isoformat()
    chiara = sign_in(cast.chiara)
    content = statement(Booking(references(released)[0], day=day), Booking("EXC-2031-000009", day=day))

    kept = chiara.post("/payments/statements/", upload(content))
    shown = page(chiara.get(kept["Location"]))

    assert 'data-outcome="paid"' in shown
    assert 'data-outcome="unknown_reference"' in shown
    assert released[0].payment.state == "RELEASED"

    value = shown.split('name="shown" value="')[1].split('"')[0]
    imported = chiara.post(f"{kept['Location']}import-statement/", {"shown": value})
    again = chiara.post(f"{kept['Location']}import-statement/", {"shown": value})

    assert (imported.status_code, again.status_code) == (302, 409)
    assert 'data-refusal="statement_imported_already"' in page(again)
    assert released[0].payment.state == "PAID"
    listed = b"".join(chiara.get(f"{kept['Location']}report.csv").streaming_content).decode()  # type: ignore[attr-defined]  # -- a streaming answer
    assert "EXC-2031-000009,39000,EUR" in listed


def test_a_stranger_finds_no_statement_and_the_offices_import_none(
    cast: Cast, released: list[Story], sign_in: Sign
) -> None:
    kept = keep(cast, statement(Booking(references(released)[0])))
    address = f"/payments/statements/{kept.pk}/"

    for person in (cast.ana, cast.bram, cast.zoe, cast.nuno, cast.dov):
        assert sign_in(person).get(address).status_code == 404
        assert sign_in(person).post(f"{address}import-statement/").status_code == 404
    for office in (cast.edda, cast.aurel):
        assert sign_in(office).get(address).status_code == 200
        assert sign_in(office).post(f"{address}import-statement/").status_code == 403
        assert sign_in(office).post("/payments/statements/", upload(statement())).status_code == 403


@pytest.mark.parametrize(
    ("content", "code"),
    [(OUTSIDE, "statement_not_readable"), (b"", "empty"), (b"<html/>", "statement_of_another_format")],
)
def test_a_file_that_is_no_statement_is_refused_at_its_field(
    cast: Cast, sign_in: Sign, content: bytes, code: str
) -> None:
    answered = sign_in(cast.chiara).post("/payments/statements/", upload(content))

    assert answered.status_code == 422
    assert f'data-error="{code}"' in page(answered)
    assert BankStatement.objects.count() == 0
