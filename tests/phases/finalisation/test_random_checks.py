"""Random checks: drawn by a published seed, found out, asked back."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation import rules
from clusterxchange.phases.finalisation.checking import operations
from clusterxchange.phases.finalisation.models import CheckedExchange, Finding, RandomCheck
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.engine import NotAllowed, Refused
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import bring_exchange_to, bring_many_exchanges_to
from tests.cast import Cast
from tests.journeys.test_funders_report import desk_of, table_of
from tests.phases.finalisation.conftest import Sign

SEED = "Lottery of 3 May 2026: 4 8 15 16 23 42"
# `printf '%s:%s' "$SEED" EXC-2026-000001 | sha256sum` and so on, sorted: 00e5…, 0f3f…, 2589…, 4d63…, 8484….
IN_ORDER = [f"EXC-2026-00000{number}" for number in (2, 5, 1, 4, 3)]
FIRST, LAST = date(2026, 4, 1), date(2026, 4, 30)
CHECKS = "/support/checks/"
QUERIES = 8


@pytest.mark.parametrize(("percent", "drawn"), [(1, 1), (20, 1), (21, 2), (40, 2), (60, 3), (100, 5)])
def test_the_seed_decides_who_is_drawn_and_the_number_is_rounded_up(percent: int, drawn: int) -> None:
    assert rules.drawn(SEED, sorted(IN_ORDER), percent) == IN_ORDER[:drawn]
    assert rules.drawn(SEED, reversed(IN_ORDER), percent) == IN_ORDER[:drawn]


def test_nothing_is_drawn_from_nothing() -> None:
    assert rules.drawn(SEED, [], 100) == []


@pytest.fixture
def closed(cast: Cast) -> Story:
    return bring_exchange_to(cast, "closed")


def in_may(story: Story) -> datetime:
    return story.at.replace(month=5, day=4)


def draw(
    cast: Cast, at: datetime, *, percent: int = 100, first_day: date = FIRST, last_day: date = LAST
) -> RandomCheck:
    return operations.draw_sample(
        cast.edition,
        first_day=first_day,
        last_day=last_day,
        percent=percent,
        seed=SEED,
        actor=cast.edda.actor,
        at=at,
    )


def test_a_part_of_what_was_closed_is_drawn_and_whom_it_concerns_is_told(cast: Cast) -> None:
    stories = bring_many_exchanges_to(cast, "closed", 3)
    at = in_may(stories[-1])

    check = draw(cast, at, percent=50)

    references = sorted(str(story.exchange.reference) for story in stories)
    assert check.drawn_from == references
    drawn = [str(one.exchange.reference) for one in check.exchanges.order_by("place")]
    assert drawn == rules.drawn(SEED, references, 50)
    assert len(drawn) == 2
    entries = Entry.objects.filter(action="draw_for_check")
    assert [entry.payload.body for entry in entries.order_by("n")] == [
        {"check": check.pk, "seed": SEED, "place": place} for place in (1, 2)
    ]
    told = Notice.objects.filter(action="draw_for_check").values_list("account__email", flat=True)
    assert cast.chiara.account.email in told
    assert len(told) > 2
    assert journal.check().ok
    assert obligations.differences(at) == []


def test_a_day_is_drawn_from_once_and_only_when_it_is_over(closed: Story, cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        draw(cast, closed.at, last_day=closed.at.date())
    assert refused.value.refusal.code == "day_is_ahead"
    draw(cast, in_may(closed))

    with pytest.raises(Refused) as refused:
        draw(cast, in_may(closed), first_day=LAST, last_day=LAST + timedelta(days=2))

    assert refused.value.refusal.code == "days_drawn_already"
    assert RandomCheck.objects.count() == 1


def test_what_was_not_closed_on_these_days_is_not_drawn_from(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")

    with pytest.raises(Refused) as refused:
        draw(cast, in_may(story))

    assert refused.value.refusal.code == "nothing_to_draw"
    assert not RandomCheck.objects.exists()


def test_only_the_support_office_draws_and_records(closed: Story, cast: Cast) -> None:
    at = in_may(closed)
    for person in (cast.aurel, cast.chiara, cast.ana):
        with pytest.raises(NotAllowed):
            operations.draw_sample(
                cast.edition, first_day=FIRST, last_day=LAST, percent=5, seed=SEED, actor=person.actor, at=at
            )
    one = draw(cast, at).exchanges.get()

    for person in (cast.aurel, cast.chiara, cast.ana):
        with pytest.raises(NotAllowed):
            operations.record_finding(one, finding=Finding.IN_ORDER, words="", actor=person.actor, at=at)
    assert CheckedExchange.objects.get().finding == ""


def test_what_is_to_be_paid_back_is_asked_back_and_free_again_once_it_came(closed: Story, cast: Cast) -> None:
    at, edda = in_may(closed), cast.edda.actor
    before = Budget.objects.get(partnership=cast.loom)
    one = draw(cast, at).exchanges.get()

    # scheme.md, section 6: EUR 390 were paid for three days; EUR 100 of them come back.
    operations.record_finding(
        one, finding=Finding.RECOVER, words="One night was not spent there.", recovery_cents=10_000, actor=edda, at=at
    )

    assert (closed.payment.state, closed.payment.recovery_cents) == ("RECOVERY", 10_000)
    assert closed.payment.reason == "One night was not spent there."
    finalisation.confirm_recovery(closed.payment, actor=edda, at=at)
    after = Budget.objects.get(partnership=cast.loom)
    assert (before.paid_cents - after.paid_cents, after.free_cents - before.free_cents) == (10_000, 10_000)
    assert journal.check().ok


@pytest.mark.parametrize(("finding", "words", "cents", "code"), [
    (Finding.REMARK, " ", None, "words_missing"),
    (Finding.RECOVER, "", 100, "words_missing"),
    (Finding.RECOVER, "Too short.", None, "recovery_missing"),
    (Finding.RECOVER, "Too short.", 0, "recovery_missing"),
    (Finding.RECOVER, "Too short.", 39_001, "recovery_above_payment"),
])  # fmt: skip
def test_a_finding_that_cannot_be_is_refused_and_nothing_is_kept(
    closed: Story, cast: Cast, finding: Finding, words: str, cents: int | None, code: str
) -> None:
    one = draw(cast, in_may(closed)).exchanges.get()

    with pytest.raises(Refused) as refused:
        operations.record_finding(
            one, finding=finding, words=words, recovery_cents=cents, actor=cast.edda.actor, at=in_may(closed)
        )

    assert refused.value.refusal.code == code
    assert (closed.payment.state, CheckedExchange.objects.get().finding) == ("CONFIRMED", "")
    assert not Entry.objects.filter(action="record_finding").exists()


def test_nothing_is_asked_back_where_nothing_was_paid(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed", format="virtual")
    one = draw(cast, in_may(story)).exchanges.get()

    with pytest.raises(Refused) as refused:
        operations.record_finding(
            one, finding=Finding.RECOVER, words="?", recovery_cents=1, actor=cast.edda.actor, at=in_may(story)
        )

    assert refused.value.refusal.code == "nothing_was_paid"


def test_the_funders_report_says_what_is_to_be_paid_back(closed: Story, cast: Cast) -> None:
    at = clock.set_clock(in_may(closed))
    one = draw(cast, at).exchanges.get()
    operations.record_finding(
        one, finding=Finding.RECOVER, words="A night less.", recovery_cents=10_000, actor=cast.edda.actor, at=at
    )

    (row,) = table_of(desk_of(cast.aurel))

    assert (float(row["Amount in EUR"]), float(row["To be paid back, in EUR"])) == (390, 100)


def test_a_finding_is_kept_once(closed: Story, cast: Cast) -> None:
    at, edda = in_may(closed), cast.edda.actor
    one = draw(cast, at).exchanges.get()
    operations.record_finding(one, finding=Finding.IN_ORDER, words="", actor=edda, at=at)

    with pytest.raises(Refused) as refused:
        operations.record_finding(one, finding=Finding.REMARK, words="Or not.", actor=edda, at=at)

    assert refused.value.refusal.code == "finding_is_kept"
    assert CheckedExchange.objects.get().finding == Finding.IN_ORDER


# Pages


def drawn_on_a_page(edda: Client) -> str:
    form = {"first_day": "2026-04-01", "last_day": "2026-04-30", "percent": "100", "seed": SEED}
    edition = edda.get(CHECKS).context["form"].fields["edition"].queryset.get(code="demonstration").pk
    answer = edda.post(CHECKS, {**form, "edition": edition})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_sample_is_drawn_and_looked_through_on_its_pages(closed: Story, cast: Cast, sign_in: Sign) -> None:
    clock.set_clock(in_may(closed))
    edda, aurel = sign_in(cast.edda), sign_in(cast.aurel)
    assert "No sample was drawn yet" in edda.get(CHECKS).content.decode()
    address = drawn_on_a_page(edda)

    record = f"{address}{closed.exchange.reference}/record-finding/"
    assert record in edda.get(address).content.decode()
    assert record not in aurel.get(address).content.decode()
    answer = edda.post(record, {"finding": "recover", "words": "A night less.", "recovery_eur": "390.01"})
    assert (answer.status_code, 'data-error="recovery_above_payment"' in answer.content.decode()) == (422, True)
    answer = edda.post(record, {"finding": "recover", "words": "A night less.", "recovery_eur": "100"})
    assert (answer.status_code, answer["Location"]) == (302, address)

    page = aurel.get(address).content.decode()
    for wanted in (SEED, "A night less.", "EUR 100.00", "Every exchange drawn is checked"):
        assert wanted in page
    listed = b"".join(aurel.get(f"{address}list.csv").streaming_content).decode()  # type: ignore[attr-defined]  # -- a streamed answer
    assert rules.place_in_draw(SEED, str(closed.exchange.reference)) in listed
    assert "EUR 100.00" in sign_in(cast.chiara).get(f"/exchanges/{closed.exchange.reference}/payment/").content.decode()


def test_a_draw_without_answers_is_said_at_each_field(cast: Cast, sign_in: Sign) -> None:
    answer = sign_in(cast.edda).post(CHECKS, {"first_day": "2026-04-30", "last_day": "2026-04-01", "percent": "101"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'data-error="end_before_start"' in page
    assert 'data-error="required"' in page
    assert 'value="101"' in page


def test_a_form_with_nothing_typed_is_asked_again(closed: Story, cast: Cast, sign_in: Sign) -> None:
    clock.set_clock(in_may(closed))
    edda = sign_in(cast.edda)
    record = f"{drawn_on_a_page(edda)}{closed.exchange.reference}/record-finding/"

    for address in (CHECKS, record):
        answer = edda.post(address)
        assert (answer.status_code, 'data-error="required"' in answer.content.decode()) == (422, True)


def test_a_check_is_for_those_who_look_over_all(closed: Story, cast: Cast, sign_in: Sign) -> None:
    clock.set_clock(in_may(closed))
    address = drawn_on_a_page(sign_in(cast.edda))
    record = f"{address}{closed.exchange.reference}/record-finding/"

    for end in (CHECKS, address, f"{address}list.xlsx"):
        for person in (cast.ana, cast.chiara, cast.cosima, cast.zoe):
            assert sign_in(person).get(end).status_code == 404
        assert sign_in(cast.aurel).get(end).status_code == 200
        assert Client().get(end).status_code == 302
    for person, status in ((cast.zoe, 404), (cast.chiara, 404), (cast.aurel, 403)):
        assert sign_in(person).post(record, {"finding": "in_order"}).status_code == status
    assert sign_in(cast.aurel).post(CHECKS, {}).status_code == 403
    assert CheckedExchange.objects.get().finding == ""


@pytest.mark.parametrize("count", [1, 3])
def test_a_check_of_three_takes_as_many_queries_as_one_of_one(cast: Cast, sign_in: Sign, count: int) -> None:
    stories = bring_many_exchanges_to(cast, "closed", count)
    clock.set_clock(in_may(stories[-1]))
    edda = sign_in(cast.edda)
    address = drawn_on_a_page(edda)
    edda.get(address)

    with CaptureQueriesContext(connection) as counted:
        page = edda.get(address).content.decode()

    assert page.count("data-ref=") == count
    assert len(counted) == QUERIES


def test_everybody_reads_rule_seed_and_references_and_comes_to_the_same_sample(cast: Cast) -> None:
    stories = bring_many_exchanges_to(cast, "closed", 3)
    at = in_may(stories[-1])
    check = draw(cast, at, percent=50)
    clock.set_clock(at)

    shown = Client().get("/random-checks/")

    page = shown.content.decode()
    assert shown.status_code == 200
    assert SEED in page
    assert "SHA-256 of seed, colon and reference" in page
    drawn = ", ".join(rules.drawn(SEED, [str(story.exchange.reference) for story in stories], 50))
    assert f'<p data-drawn="{check.pk}">{drawn}</p>' in page
    for story in stories:
        assert str(story.exchange.reference) in page
        assert story.exchange.visiting_organisation.legal_name not in page


def test_before_the_first_draw_the_public_page_says_so(cast: Cast) -> None:  # noqa: ARG001 -- the edition must be there
    assert "No sample was drawn yet." in Client().get("/random-checks/").content.decode()
