"""Over random histories: what is paid is never above what was agreed, and the budget adds up.

Of one payment, and of three of one partnership with its bank: files, statements that say what they like, and money that
is asked back in part.
"""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clusterxchange.access.actor import SYSTEM
from clusterxchange.access.capacities import PO, PR, VP, V
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.banking import operations as banking
from clusterxchange.phases.finalisation.banking import queries
from clusterxchange.phases.finalisation.models import ActivityReport, Payment, PaymentBatch, StatementLine
from clusterxchange.workflow import obligations
from clusterxchange.workflow.engine import NotDone
from tests.bring import bring_exchange_to, bring_many_exchanges_to
from tests.cast import Cast
from tests.phases.finalisation.bank import Booking, statement
from tests.phases.finalisation.test_bank_file import give_account

# Section 6: EUR 780 for Portugal is the most that is ever paid; three days were agreed, so half of it.
CAP, AGREED, PLANNED = 78000, 39000, 1_000_000
EXAMPLES = 400 if os.environ.get("LONG") else 6
PAYMENTS, BANK_EXAMPLES = 3, (100 if os.environ.get("LONG") else 2)
ACCOUNT = {"account_holder": "Teixits Almarge, S.L.", "iban": "DE89370400440532013000"}


def moves(story: Story, cast: Cast) -> dict[str, Callable[[Payment], object]]:
    """Give everything that may happen to a payment, by whom it may be done."""

    chiara, cosima, edda = cast.chiara.actor, cast.cosima.actor, cast.edda.actor
    return {
        "order": lambda one: finalisation.order_payment(one, actor=chiara, at=story.at, capacity=PO),
        "release": lambda one: finalisation.release_payment(one, actor=cosima, at=story.at, capacity=PR),
        "pay": lambda one: finalisation.confirm_paid(one, actor=SYSTEM, at=story.at),
        "return": lambda one: finalisation.return_payment(one, reason="AC04", actor=SYSTEM, at=story.at),
        "receive": lambda one: finalisation.confirm_receipt(one, actor=story.visitor, at=story.at, capacity=V),
        "correct": lambda one: finalisation.correct_bank_details(
            one, actor=story.visitor, at=story.at, capacity=V, **ACCOUNT
        ),
        "block": lambda one: finalisation.block_payment(one, reason="A dispute.", actor=edda, at=story.at),
        "unblock": lambda one: finalisation.unblock_payment(one, reason="Settled.", actor=edda, at=story.at),
        "demand": lambda one: finalisation.demand_recovery(one, reason="Paid wrongly.", actor=edda, at=story.at),
        "recover": lambda one: finalisation.confirm_recovery(one, actor=edda, at=story.at),
    }


NAMES = ("order", "release", "pay", "return", "receive", "correct", "block", "unblock", "demand", "recover")
histories = st.lists(st.sampled_from(NAMES), min_size=5, max_size=25)


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_paid_is_at_most_agreed_and_the_budget_adds_up_whatever_happens(cast: Cast) -> None:
    story = bring_exchange_to(cast, "reported")
    items = ["outward", "return", "stay", "presence"]
    finalisation.accept_evidence_together(story.exchange, items=items, actor=cast.chiara.actor, at=story.at)
    reached: set[str] = set()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(days=st.integers(0, 31), force_majeure=st.booleans(), history=histories)
    # Drawn histories seldom go all the way, so these two always do.
    @example(days=3, force_majeure=False, history=["order", "release", "pay", "receive", "demand", "recover"])
    @example(days=3, force_majeure=False, history=["order", "release", "return", "correct", "order", "release", "pay"])
    def holds(*, days: int, force_majeure: bool, history: list[str]) -> None:
        begun = story.at
        with transaction.atomic():
            ActivityReport.objects.filter(exchange=story.exchange).update(actual_days=days)
            finalisation.validate_report(
                story.report("V"),
                actor=cast.chiara.actor,
                at=story.at,
                capacity=VP,
                force_majeure=force_majeure,
                force_majeure_reason="A strike." if force_majeure else "",
            )
            for name in history:
                story.at += timedelta(hours=1)
                try:
                    moves(story, cast)[name](story.payment)
                except NotDone:
                    continue
                reached.add(story.payment.state)
                money_is_right(story, cast)
            money_is_right(story, cast)
            assert obligations.differences(story.at) == []
            transaction.set_rollback(True)
        story.at = begun

    holds()

    assert {"ORDERED", "RELEASED", "PAID", "RETURNED"} <= reached


def money_is_right(story: Story, cast: Cast) -> None:
    """Compare the payment with the agreement, and the four parts of the budget with the whole."""
    payment, budget = story.payment, Budget.objects.get(partnership=cast.loom)
    parts = (budget.reserved_cents, budget.committed_cents, budget.paid_cents, budget.free_cents)
    assert 0 <= payment.amount_cents <= payment.agreed_cents == AGREED <= CAP
    assert budget.planned_cents == sum(parts) == PLANNED
    assert min(parts) >= 0
    is_paid = payment.state in {"PAID", "CONFIRMED", "RECOVERY"}
    assert budget.paid_cents == (payment.amount_cents if is_paid else 0)
    is_over = payment.state in {"WAIVED", "RECOVERED"} or is_paid
    assert budget.committed_cents == (0 if is_over else payment.amount_cents)


# Several payments and the bank

STEPS = (
    "order", "release", "file", "paid", "partly", "twice", "back", "correct", "receive", "demand", "recover", "block",
    "unblock",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, PAYMENTS - 1), st.integers(1, 500_00)), min_size=8, max_size=30
)
# Everybody ordered, released and written; the first is paid, received and asked back in part, the second comes back.
ALL_THE_WAY = [
    *((name, which, 1) for name in ("order", "release") for which in range(PAYMENTS)),
    ("file", 0, 1), ("partly", 0, 1), ("paid", 0, 1), ("twice", 1, 1), ("back", 1, 1), ("correct", 1, 1),
    ("order", 1, 1), ("receive", 0, 1), ("demand", 0, 100_00), ("recover", 0, 1),
]  # fmt: skip


class OnePartnership:
    """Three payments of one partnership, and what its people, its bank and the support office do with them."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.stories = cast, bring_many_exchanges_to(cast, "due", PAYMENTS)
        self.at, self.said = max(story.at for story in self.stories), 0
        give_account(cast, self.at)

    def payment(self, which: int) -> Payment:
        return self.stories[which].payment

    def bank_says(self, *bookings: Booking) -> None:
        """Keep what the bank says, look at it and import it."""
        self.said += 1
        content = statement(*bookings, message=f"S-{self.said}")
        chiara = self.cast.chiara.actor
        kept = banking.keep_statement(self.cast.loom, content=content, name="s.xml", actor=chiara, at=self.at)
        shown = queries.fingerprint_of(queries.verdicts_on(kept, self.at))
        banking.import_statement(kept, shown=shown, actor=chiara, at=self.at)

    def booking(self, which: int, **differing: str) -> Booking:
        day = timezone.localtime(self.at).date().isoformat()
        reference = str(self.stories[which].exchange.reference)
        return Booking(reference, **{"day": day, "bank_reference": f"B{self.said}-{which}", **differing})

    def take(self, name: str, which: int, cents: int) -> None:
        """Try one step; what may not be done is refused and changes nothing."""
        story, cast, payment, at = self.stories[which], self.cast, self.payment(which), self.at
        edda = cast.edda.actor
        if name == "file":
            for batch in PaymentBatch.objects.filter(file_made_at=None):
                banking.make_bank_file(batch, actor=cast.chiara.actor, at=at)
        elif name in {"paid", "partly", "twice", "back"}:
            differing = {"partly": {"amount": "100.00"}, "back": {"comes_back": "AC04"}}.get(name, {})
            own = self.booking(which, **differing)
            self.bank_says(*([own, own] if name == "twice" else [own]))
        elif name == "demand":
            finalisation.demand_recovery(payment, reason="Found.", recovery_cents=cents, actor=edda, at=at)
        else:
            story.at = at
            moves(story, cast)[name](payment)

    def money_is_right(self) -> None:
        """Work the budget out from what became of each payment, and compare."""
        budget, payments = Budget.objects.get(partnership=self.cast.loom), [self.payment(n) for n in range(PAYMENTS)]
        kept = {"PAID": 1, "CONFIRMED": 1, "RECOVERY": 1, "RECOVERED": 1}
        back = sum(one.recovery_cents for one in payments if one.state == "RECOVERED")
        paid = sum(one.amount_cents for one in payments if one.state in kept) - back
        committed = sum(one.amount_cents for one in payments if one.state not in kept)
        assert (budget.reserved_cents, budget.committed_cents, budget.paid_cents) == (0, committed, paid)
        assert budget.free_cents == PLANNED - committed - paid
        for one in payments:
            assert 0 <= one.recovery_cents <= one.amount_cents == one.agreed_cents == AGREED <= CAP
            counted = StatementLine.objects.filter(payment=one, outcome="paid").count()
            returned = StatementLine.objects.filter(payment=one, outcome="returned").count()
            # Each time the bank pays, it is after a release of its own; what came back was paid or on its way.
            assert counted <= 1 + returned


@pytest.mark.django_db
@pytest.mark.timeout(1800)
def test_the_budget_adds_up_whatever_becomes_of_several_payments_and_whatever_the_bank_says(cast: Cast) -> None:
    world, reached = OnePartnership(cast), set[str]()

    @settings(max_examples=BANK_EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(history=steps)
    @example(history=ALL_THE_WAY)
    def holds(history: list[tuple[str, int, int]]) -> None:
        begun = world.at
        with transaction.atomic():
            for name, which, cents in history:
                world.at += timedelta(hours=1)
                try:
                    with transaction.atomic():
                        world.take(name, which, cents)
                except NotDone:
                    continue
                reached.update(world.payment(n).state for n in range(PAYMENTS))
                world.money_is_right()
            world.money_is_right()
            assert obligations.differences(world.at) == []
            transaction.set_rollback(True)
        world.at = begun

    holds()

    assert {"ORDERED", "RELEASED", "PAID", "RETURNED", "CONFIRMED", "RECOVERED"} <= reached
