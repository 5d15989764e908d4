"""What begins with the end of an exchange and what ends it, by the real operations."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, PO, PR, VP
from clusterxchange.foundation.files import PDF
from clusterxchange.journeys.demonstration.story import PAPER, Stay, Story
from clusterxchange.phases.finalisation import operations, queries
from clusterxchange.phases.finalisation.models import ActivityReport, EvidenceItem, Payment, PaymentBatch
from clusterxchange.phases.finalisation.operations import CheckedFile
from clusterxchange.phases.registration.models import Participation, Visit
from clusterxchange.workflow import deadlines, journal, obligations
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Entry, Obligation
from tests.bring import bring_exchange_to
from tests.cast import Cast

FILE = CheckedFile(PAPER, PDF, "boarding-pass.pdf")


def item(story: Story, name: str) -> EvidenceItem:
    return EvidenceItem.objects.get(exchange=story.exchange, item=name)


def submit_visitor(story: Story, *, days: int = 3, **changed: object) -> ActivityReport:
    answers: dict[str, Any] = {
        "actual_first_day": story.stay.first_day,
        "actual_last_day": story.stay.last_day,
        "actual_days": days,
        "activities_done": "Four lots were run.",
        "bank_details_are_right": True,
    } | changed
    return operations.submit_report(story.report("V"), actor=story.visitor, at=story.at + timedelta(days=2), **answers)


def submit_host(story: Story, *, days: int = 3, **changed: object) -> ActivityReport:
    answers: dict[str, Any] = {"actual_days": days, "presence_confirmed": True, "benefits": "Much."} | changed
    return operations.submit_report(story.report("H"), actor=story.host, at=story.at + timedelta(days=2), **answers)


def decide_all_evidence(story: Story) -> None:
    files = dict.fromkeys(("outward", "return", "stay", "presence"), FILE)
    at = story.at + timedelta(days=1)
    operations.upload_evidence_together(story.exchange, files=files, actor=story.visitor, at=at)
    operations.accept_evidence_together(story.exchange, items=files, actor=story.visitor_contact, at=at)


def finish_early(story: Story, *, days: int, force_majeure: bool = False, reason: str = "") -> Payment:
    decide_all_evidence(story)
    submit_visitor(story, days=days)
    operations.validate_report(
        story.report("V"),
        actor=story.visitor_contact,
        at=story.at + timedelta(days=3),
        capacity=VP,
        force_majeure=force_majeure,
        force_majeure_reason=reason,
    )
    return story.payment


def test_the_end_asks_both_sides_for_a_report_and_the_visitor_for_evidence(ended: Story) -> None:
    visitor, host = ended.report("V"), ended.report("H")

    assert (visitor.state, host.state) == ("OPEN", "OPEN")
    assert (visitor.host_organisation, visitor.host_partnership) == (None, None)
    assert (host.visiting_organisation, host.visitor_partnership) == (None, None)
    assert queries.states_of_evidence(ended.exchange) == ["WANTED"] * 4
    assert ended.payment.state == "NOT_DUE"
    assert (ended.payment.full_cents, ended.payment.agreed_cents) == (78_000, 39_000)
    open_ones = obligations.open_in_case("exchange", ended.exchange.pk)
    assert {(one.capacity, one.action) for one in open_ones} == {
        ("V", "submit_report"),
        ("H", "submit_report"),
        ("V", "upload_evidence"),
    }


def test_a_virtual_exchange_pays_nothing_from_the_first_moment(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ended", format="virtual")

    assert story.payment.state == "WAIVED"
    assert [one.item for one in EvidenceItem.objects.filter(exchange=story.exchange)] == ["attendance"]


def test_a_visitor_who_travelled_shows_a_journey_before_reporting(ended: Story) -> None:
    with pytest.raises(Refused) as refused:
        submit_visitor(ended)
    assert refused.value.refusal.code == "evidence_missing"

    operations.upload_evidence(item(ended, "return"), file=FILE, actor=ended.visitor, at=ended.at)

    assert submit_visitor(ended).state == "SUBMITTED"


def test_a_report_that_is_late_is_taken_all_the_same(ended: Story) -> None:
    operations.upload_evidence(item(ended, "return"), file=FILE, actor=ended.visitor, at=ended.at)
    late = ended.at + timedelta(days=20)
    operations.submit_report(
        ended.report("V"),
        actor=ended.visitor,
        at=late,
        actual_first_day=ended.stay.first_day,
        actual_last_day=ended.stay.last_day,
        actual_days=3,
        activities_done="Four lots were run.",
        bank_details_are_right=True,
    )

    assert ended.report("V").state == "SUBMITTED"
    assert queries.days_late(ended.report("V"), late) == 5


def test_each_partnership_decides_on_the_report_of_its_own_side(reported: Story) -> None:
    with pytest.raises(NotAllowed):
        operations.validate_report(reported.report("H"), actor=reported.visitor_contact, at=reported.at)
    with pytest.raises(NotAllowed):
        operations.validate_report(reported.report("V"), actor=reported.host_contact, at=reported.at)

    operations.validate_report(reported.report("H"), actor=reported.host_contact, at=reported.at, capacity=HP)

    assert reported.report("H").state == "VALIDATED"


def test_a_report_comes_back_with_questions_and_can_be_sent_again(reported: Story) -> None:
    operations.return_report(
        reported.report("V"), questions="Which lots?", actor=reported.visitor_contact, at=reported.at
    )
    assert (reported.report("V").state, reported.report("V").questions) == ("RETURNED", "Which lots?")

    submit_visitor(reported, activities_done="Lots 3 and 4.")

    assert reported.report("V").activities_done == "Lots 3 and 4."


def test_the_payment_becomes_due_once_report_and_evidence_are_decided_whichever_comes_last(ended: Story) -> None:
    operations.upload_evidence(item(ended, "outward"), file=FILE, actor=ended.visitor, at=ended.at)
    submit_visitor(ended)
    at = ended.at + timedelta(days=5)
    operations.validate_report(ended.report("V"), actor=ended.visitor_contact, at=at)
    assert ended.payment.state == "NOT_DUE"
    operations.accept_evidence(item(ended, "outward"), actor=ended.visitor_contact, at=at)
    for name in ("return", "stay"):
        operations.waive_evidence(item(ended, name), reason="Lost", actor=ended.visitor_contact, at=at)
    assert ended.payment.state == "NOT_DUE"

    last = ended.at + timedelta(days=6)
    operations.waive_evidence(item(ended, "presence"), reason="Seen", actor=ended.visitor_contact, at=last)

    assert (ended.payment.state, ended.payment.amount_cents) == ("DUE", 39_000)
    assert ended.payment.due_since == last


def test_a_stay_under_three_days_is_worth_nothing_and_gives_visit_and_money_back(ended: Story, cast: Cast) -> None:
    payment = finish_early(ended, days=2)

    assert (payment.state, payment.amount_cents, payment.reasons) == ("WAIVED", 0, ["under_three_working_days"])
    assert Participation.objects.get(pk=ended.visitor_participation.pk).visit == Visit.FREE
    cast.loom.budget.refresh_from_db()
    assert (cast.loom.budget.committed_cents, cast.loom.budget.free_cents) == (0, 1_000_000)


def test_force_majeure_lets_a_short_stay_be_paid_and_uses_up_the_visit(ended: Story) -> None:
    payment = finish_early(ended, days=1, force_majeure=True, reason="Airport closed by ash.")

    assert (payment.state, payment.amount_cents) == ("DUE", 39_000)
    assert Participation.objects.get(pk=ended.visitor_participation.pk).visit == Visit.USED


def test_force_majeure_needs_a_reason(reported: Story) -> None:
    with pytest.raises(Refused) as refused:
        operations.validate_report(
            reported.report("V"), actor=reported.visitor_contact, at=reported.at, force_majeure=True
        )

    assert (refused.value.refusal.code, refused.value.refusal.field) == ("reason_missing", "force_majeure_reason")


def test_the_host_can_lower_the_days_that_count(ended: Story) -> None:
    submit_host(ended, days=2, deviations="They left on Wednesday.")

    payment = finish_early(ended, days=3)

    assert (payment.state, payment.days_spent) == ("WAIVED", 2)


def due_for_five_days(cast: Cast) -> Story:
    """A stay of five days in Portugal, EUR 780, due by the visitor's report while the host says nothing yet."""
    story = bring_exchange_to(cast, "ended", stay=Stay(date(2026, 4, 13), date(2026, 4, 17)))
    finish_early(story, days=5)
    assert (story.payment.state, story.payment.amount_cents) == ("DUE", 78_000)
    return story


def test_what_the_host_says_later_lowers_the_amount_once_the_partnership_computes_it_again(cast: Cast) -> None:
    story = due_for_five_days(cast)
    at = story.at + timedelta(days=4)
    with pytest.raises(Refused) as same:
        operations.recompute_amount(story.payment, actor=story.visitor_contact, at=at)
    assert same.value.refusal.code == "amount_stays"

    submit_host(story, days=4, deviations="They left on Thursday.")
    assert story.payment.amount_cents == 78_000
    with pytest.raises(NotAllowed):
        operations.recompute_amount(story.payment, actor=story.visitor, at=at)
    operations.recompute_amount(story.payment, actor=story.visitor_contact, at=at)

    assert (story.payment.state, story.payment.amount_cents, story.payment.days_spent) == ("DUE", 39_000, 4)
    assert story.payment.reasons == ["under_five_working_days"]
    cast.loom.budget.refresh_from_db()
    assert (cast.loom.budget.committed_cents, cast.loom.budget.free_cents) == (39_000, 961_000)
    assert journal.check().ok


def test_what_is_ordered_is_not_computed_again(cast: Cast) -> None:
    story = due_for_five_days(cast)
    operations.order_payment(story.payment, actor=story.visitor_contact, at=story.at + timedelta(days=3), capacity=PO)
    submit_host(story, days=4, deviations="They left on Thursday.")

    with pytest.raises(WrongState):
        operations.recompute_amount(story.payment, actor=story.visitor_contact, at=story.at + timedelta(days=4))


def test_where_nothing_would_be_due_any_more_the_support_office_decides(cast: Cast) -> None:
    story = due_for_five_days(cast)
    submit_host(story, days=2, deviations="They left on Tuesday.")

    with pytest.raises(Refused) as refused:
        operations.recompute_amount(story.payment, actor=story.visitor_contact, at=story.at + timedelta(days=4))

    assert refused.value.refusal.code == "nothing_would_be_due"


def test_a_report_that_is_waived_leaves_the_agreed_days(ended: Story, cast: Cast) -> None:
    decide_all_evidence(ended)

    operations.waive_report(ended.report("V"), reason="The person has left.", actor=cast.edda.actor, at=ended.at)

    assert (ended.payment.state, ended.payment.days_spent) == ("DUE", 3)


def test_an_order_before_the_report_or_the_evidence_hears_what_is_missing(ended: Story) -> None:
    with pytest.raises(WrongState) as missing:
        operations.order_payment(ended.payment, actor=ended.visitor_contact, at=ended.at, capacity=PO)
    assert missing.value.refusal.code == "report_missing"

    operations.upload_evidence(item(ended, "outward"), file=FILE, actor=ended.visitor, at=ended.at)
    submit_visitor(ended)
    operations.validate_report(ended.report("V"), actor=ended.visitor_contact, at=ended.at)

    with pytest.raises(WrongState) as missing:
        operations.order_payment(ended.payment, actor=ended.visitor_contact, at=ended.at, capacity=PO)
    assert missing.value.refusal.code == "evidence_missing"


def test_an_amount_above_the_agreement_or_from_an_old_page_is_not_ordered(due: Story) -> None:
    with pytest.raises(Refused) as above:
        operations.order_payment(due.payment, amount_cents=39_001, actor=due.visitor_contact, at=due.at)
    with pytest.raises(Refused) as other:
        operations.order_payment(due.payment, amount_cents=19_500, actor=due.visitor_contact, at=due.at)

    assert above.value.refusal.code == "amount_above_agreement"
    assert other.value.refusal.code == "text_has_changed"


def test_whoever_ordered_does_not_release(due: Story, cast: Cast) -> None:
    cast.loom.people.create(account=cast.chiara.account, role="payer")
    operations.order_payment(due.payment, actor=cast.chiara.actor, at=due.at)

    with pytest.raises(NotAllowed) as refused:
        operations.release_payment(due.payment, actor=cast.chiara.actor, at=due.at)
    assert refused.value.refusal.code == "same_person_released"

    operations.release_payment(due.payment, actor=cast.cosima.actor, at=due.at, capacity=PR)

    assert due.payment.state == "RELEASED"


def test_a_released_payment_lies_in_the_batch_of_the_next_working_day(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")
    batch = story.payment.batch

    assert batch == PaymentBatch.objects.get()
    assert (batch.partnership, batch.number) == (cast.loom, 1)
    assert batch.execution_on > story.at.date()
    with pytest.raises(WrongState) as again:
        operations.release_payment(story.payment, actor=cast.cosima.actor, at=story.at, capacity=PR)
    assert (again.value.refusal.code, dict(again.value.refusal.params)) == ("already_in_batch", {"batch": 1})


def test_a_transfer_is_confirmed_with_a_reference_or_a_file_and_a_possible_day(cast: Cast) -> None:
    story = bring_exchange_to(cast, "released")
    at = story.at + timedelta(days=1)
    tried: list[tuple[dict[str, Any], str]] = [
        ({}, "proof_missing"),
        ({"transfer_reference": "0417", "paid_on": at.date() + timedelta(days=1)}, "day_is_ahead"),
        ({"transfer_reference": "0417", "paid_on": at.date() - timedelta(days=9)}, "paid_before_release"),
    ]
    for inputs, code in tried:
        with pytest.raises(Refused) as refused:
            operations.confirm_paid(story.payment, actor=story.visitor_contact, at=at, **inputs)
        assert refused.value.refusal.code == code

    operations.confirm_paid(story.payment, proof=FILE, actor=story.visitor_contact, at=at)

    assert story.payment.state == "PAID"
    cast.loom.budget.refresh_from_db()
    assert (cast.loom.budget.committed_cents, cast.loom.budget.paid_cents) == (0, 39_000)


def test_money_that_the_bank_sends_back_is_owed_again_and_goes_to_the_new_account(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")
    operations.return_payment(
        story.payment, reason="Account closed", transfer_reference="R 12", actor=story.visitor_contact, at=story.at
    )
    cast.loom.budget.refresh_from_db()
    assert (cast.loom.budget.committed_cents, cast.loom.budget.paid_cents) == (39_000, 0)
    with pytest.raises(Refused) as refused:
        operations.correct_bank_details(
            story.payment, account_holder="Teixits Almarge", iban="ES00 1234", actor=story.visitor, at=story.at
        )
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("iban_invalid", "iban")

    operations.correct_bank_details(
        story.payment,
        account_holder="Teixits Almarge",
        iban="DE89 3704 0044 0532 0130 00",
        actor=story.visitor,
        at=story.at,
    )
    operations.order_payment(story.payment, actor=story.visitor_contact, at=story.at, capacity=PO)
    operations.release_payment(story.payment, actor=story.coordinator, at=story.at, capacity=PR)

    assert queries.account_of(story.payment)["iban"] == "DE89370400440532013000"
    assert story.agreement.iban == "ES9121000418450200051332"
    assert story.payment.batch is not None
    assert "DE89" not in str(Entry.objects.filter(action="correct_bank_details").get().payload.body)


def test_a_dispute_stops_a_payment_and_lets_it_go_on_from_where_it_stood(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ordered")
    operations.block_payment(story.payment, reason="Whose account?", actor=cast.edda.actor, at=story.at)
    with pytest.raises(WrongState):
        operations.release_payment(story.payment, actor=story.coordinator, at=story.at)

    operations.unblock_payment(story.payment, reason="Shown", actor=cast.edda.actor, at=story.at)

    assert story.payment.state == "ORDERED"


def test_money_that_is_recovered_is_free_again(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed")
    operations.demand_recovery(story.payment, reason="Paid twice elsewhere", actor=cast.edda.actor, at=story.at)
    operations.confirm_recovery(story.payment, actor=cast.edda.actor, at=story.at)

    cast.loom.budget.refresh_from_db()
    assert (story.payment.state, cast.loom.budget.paid_cents, cast.loom.budget.free_cents) == (
        "RECOVERED",
        0,
        1_000_000,
    )


def test_a_receipt_that_nobody_confirms_counts_when_its_term_is_over(cast: Cast) -> None:
    story = bring_exchange_to(cast, "paid")

    deadlines.run_due(story.at + timedelta(days=14))
    assert story.payment.state == "PAID"
    done = deadlines.run_due(story.at + timedelta(days=16))

    assert "confirm_receipt" in [one.what for one in done]
    assert (story.payment.state, story.exchange.state) == ("CONFIRMED", "CLOSED")


def test_an_exchange_waits_for_the_report_of_the_host_before_it_is_closed(ended: Story, cast: Cast) -> None:
    payment = finish_early(ended, days=2)
    assert (payment.state, ended.exchange.state) == ("WAIVED", "ENDED")

    operations.waive_report(ended.report("H"), reason="No answer.", actor=cast.edda.actor, at=ended.at)

    assert (ended.exchange.state, ended.exchange.counted_for) == ("CLOSED", cast.loom)


def test_nobody_waits_for_anything_in_a_closed_exchange(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed", format="virtual")

    assert queries.states_of_evidence(story.exchange) == ["WANTED"]
    assert not Obligation.objects.filter(
        root_kind="exchange", root_id=story.exchange.pk, closed_at__isnull=True
    ).exists()
    assert obligations.differences(story.at) == []


def test_evidence_of_a_closed_exchange_is_neither_taken_nor_decided(cast: Cast) -> None:
    # Nothing is paid for a virtual exchange, so it closes with both reports, whatever its evidence.
    late = bring_exchange_to(cast, "closed", format="virtual")
    attendance, chiara = item(late, "attendance"), late.visitor_contact

    with pytest.raises(Refused) as taken:
        operations.upload_evidence(attendance, file=FILE, actor=late.visitor, at=late.at)
    with pytest.raises(Refused) as waived:
        operations.waive_evidence(attendance, reason="Late", actor=chiara, at=late.at)

    assert {one.value.refusal.code for one in (taken, waived)} == {"exchange_is_closed"}
    assert attendance.state == item(late, "attendance").state == "WANTED"


def test_what_was_uploaded_before_the_closing_is_not_decided_after_it(cast: Cast) -> None:
    story = bring_exchange_to(cast, "reported", format="virtual")
    operations.upload_evidence(item(story, "attendance"), file=FILE, actor=story.visitor, at=story.at)
    operations.validate_report(story.report("V"), actor=story.visitor_contact, at=story.at, capacity=VP)
    operations.validate_report(story.report("H"), actor=story.host_contact, at=story.at, capacity=HP)
    attendance, chiara = item(story, "attendance"), story.visitor_contact
    assert story.exchange.state == "CLOSED"

    with pytest.raises(Refused) as accepted:
        operations.accept_evidence(attendance, actor=chiara, at=story.at)
    with pytest.raises(Refused) as asked:
        operations.ask_again(attendance, reason="Blurred", actor=chiara, at=story.at)

    assert {one.value.refusal.code for one in (accepted, asked)} == {"exchange_is_closed"}
    assert item(story, "attendance").state == "UPLOADED"


def reminded_on(story: Story, kind: str, since: datetime) -> list[str]:
    """Give the days on which the visitor is reminded of one thing, and the one on which the support office is told."""
    found = []
    for number in range(35):
        at = since + timedelta(days=number)
        standing = Obligation.objects.filter(kind=kind, capacity="V", root_id=story.exchange.pk, closed_at=None)
        before = {one.pk: (one.reminders_sent, one.escalated_at) for one in standing}
        deadlines.run_due(at)
        for one in standing.all():
            sent, told = before[one.pk]
            if one.reminders_sent != sent:
                found.append(f"{at:%d.%m.}")
            if one.escalated_at != told:
                found.append("told")
    return found


def test_a_report_that_comes_back_late_is_reminded_of_from_that_day_on(reported: Story) -> None:
    # The stay ended on 16 April: with the old count the last reminder would have been on 16 May.
    returned = datetime(2026, 5, 20, 12, tzinfo=UTC)
    operations.return_report(reported.report("V"), questions="Which lots?", actor=reported.visitor_contact, at=returned)

    # Days 1, 10, 15 and 30; on day 30 the support office is told (scheme.md section 10, "report").
    assert reminded_on(reported, "activity_report", returned) == ["21.05.", "30.05.", "04.06.", "19.06.", "told"]


def test_evidence_that_is_asked_for_again_late_is_reminded_of_from_that_day_on(reported: Story) -> None:
    asked = datetime(2026, 5, 20, 12, tzinfo=UTC)
    operations.ask_again(item(reported, "stay"), reason="Blurred", actor=reported.visitor_contact, at=asked)

    assert reminded_on(reported, "evidence", asked) == ["21.05.", "30.05.", "04.06.", "19.06.", "told"]


def test_several_files_are_taken_together_or_not_at_all(ended: Story) -> None:
    operations.upload_evidence(item(ended, "outward"), file=FILE, actor=ended.visitor, at=ended.at)

    with pytest.raises(WrongState):
        operations.upload_evidence_together(
            ended.exchange, files={"outward": FILE, "return": FILE}, actor=ended.visitor, at=ended.at
        )

    assert item(ended, "return").state == "WANTED"


def test_every_step_after_the_end_is_in_a_journal_that_fits_together(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed")
    steps = list(journal.entries_of(str(story.exchange.reference)).values_list("action", flat=True))

    for action in (
        Action.SUBMIT_REPORT,
        Action.VALIDATE_REPORT,
        Action.UPLOAD_EVIDENCE,
        Action.ACCEPT_EVIDENCE,
        Action.MAKE_PAYMENT_DUE,
        Action.ORDER_PAYMENT,
        Action.RELEASE_PAYMENT,
        Action.CONFIRM_PAID,
        Action.CONFIRM_RECEIPT,
        Action.CLOSE_EXCHANGE,
    ):
        assert action in steps
    assert steps.count(Action.CLOSE_EXCHANGE) == 1
    assert journal.check().ok
