"""One exchange lived by chance: people do as they are asked, or otherwise; the clock jumps; steps are sent twice.

After every step stand: four signatures before a start, the amount of the rules, one count, bank details before three
roles alone, a line of the journal for each change, somebody who has the ball, and a budget that adds up. The short form
lives two short lives from each of two beginnings, LONG=1 fifteen from each of four.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from clusterxchange.access import decide
from clusterxchange.access.actions import Action as A
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, PO, VP, Capacity, H, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Stay, Story
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations as building
from clusterxchange.phases.exchange_building.models import Exchange, FinancialAgreement
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.finalisation.models import Payment
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.workflow import deadlines, journal, obligations, registry
from clusterxchange.workflow.engine import NotAllowed, NotDone, WrongState
from clusterxchange.workflow.models import Consent, Entry, Obligation
from clusterxchange.workflow.tables import Refusal
from tests.bring import bring_exchange_to
from tests.cast import Cast
from tests.drills.programme import HOW, orphans
from tests.drills.test_requests import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]
IS_LONG = os.environ.get("LONG") == "1"
# The first life that is drawn is always the plainest one.
LIVES, STEPS = (15, 40) if IS_LONG else (2, 10)
BEGINNINGS = ("proposed", "validated", "ready", "ended") if IS_LONG else ("validated", "ended")
# Section 6: EUR 780 for Portugal, half of it for fewer than five days; more than 200 km in any case.
FULL, HALF, PLANNED = 78_000, 39_000, 1_000_000
IBANS = ("ES9121000418450200051332", "DE89370400440532013000")
ACCOUNT = {"account_holder": "Teixits Almarge, S.L.", "iban": IBANS[1]}
FIVE = ("ana", "bram", "chiara", "dov", "cosima")
EVERYBODY = (*FIVE, "edda", "aurel", "zoe", "nuno")
# The visitor, and the people of the visitor's partnership who order and release.
SEE_THE_ACCOUNT = {"ana", "chiara", "cosima"}
FOUR = {"V": "ana", "H": "bram", "VP": "chiara", "HP": "dov"}
# What may be done once more, since it leaves everything where it is.
MAY_BE_REPEATED = {A.GIVE_BANK_DETAILS, A.CONFIRM_INTEREST}
counted: Counter[str] = Counter()


class Life(RuleBasedStateMachine):
    """One exchange of Ana and Bram, with everybody who has to do with it."""

    def __init__(self, story: Story, cast: Cast) -> None:
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.story, self.cast, self.at, self.did = story, cast, story.at, "began"
        self.states, self.last = states(), journal.head()[0]
        counted["lives"] += 1

    @property
    def day(self) -> date:
        return self.at.date()

    def stay_ahead(self) -> Stay:
        """Choose Monday to Friday, five weeks ahead."""
        monday = self.day + timedelta(days=42 - self.day.weekday())
        return Stay(monday, monday + timedelta(days=4))

    def actor(self, name: str) -> Actor:
        actor: Actor = getattr(self.cast, name).actor
        return actor

    def teardown(self) -> None:
        try:
            self.look_at_the_end()
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    # What happens

    @rule(count=st.integers(1, 6), twice=st.booleans())
    def people_do_what_they_are_asked(self, *, count: int, twice: bool) -> None:
        waiting = Obligation.objects.filter(closed_at=None, is_watch=False).exclude(capacity="SYS").order_by("pk")
        for one in waiting[:count]:
            if Obligation.objects.filter(pk=one.pk, closed_at=None).exists():
                self.try_to(one.action, partial(self.act_on, one), twice=twice and A(one.action) not in MAY_BE_REPEATED)

    def act_on(self, one: Obligation) -> None:
        machine, capacity = registry.machine_named(one.kind), Capacity(one.capacity)
        subject = machine.model._default_manager.select_related(*machine.related).get(pk=one.subject_id)
        how = HOW.get(A(one.action)) or MORE[A(one.action)]
        how(self, subject, self.actor(self.who_is(one)), capacity, self.at)

    def who_is(self, one: Obligation) -> str:
        """Name the one who acts for the party that is asked."""
        if one.organisation_id is not None:
            return "ana" if one.organisation_id == self.story.visitor_participation.organisation_id else "bram"
        if one.partnership_id is None:
            return "edda"
        if one.partnership_id == self.cast.selvedge.pk:
            return "dov"
        return "cosima" if one.capacity == "PR" else "chiara"

    @rule(span=st.sampled_from([timedelta(seconds=1), *map(timedelta, (1, 2, 4, 9, 16, 40))]))
    def the_clock_jumps(self, span: timedelta) -> None:
        self.at += span
        for done in deadlines.run_due(self.at):
            counted[f"by the tool: {done.what}"] += 1
        self.did = f"the clock went on by {span}"

    @rule()
    def they_find_each_other_again(self) -> None:
        self.try_to("send_proposal", lambda: matching.send_proposal(
            sender=self.story.visitor_participation, partner=self.story.host_participation, message="May we come?",
            format="physical", actor=self.actor("ana"), at=self.at,
        ), twice=True)  # fmt: skip

    @rule(name=st.deferred(lambda: st.sampled_from(sorted(OTHERWISE))), twice=st.booleans())
    def somebody_does_something_else(self, *, name: str, twice: bool) -> None:
        who, how = OTHERWISE[name]
        self.try_to(name, lambda: how(self, self.actor(who)), twice=twice)

    @rule(name=st.deferred(lambda: st.sampled_from(sorted(OTHERWISE))), who=st.sampled_from(EVERYBODY))
    def somebody_does_what_is_anothers(self, name: str, who: str) -> None:
        right, how = OTHERWISE[name]
        if who == right or (who, right) in {("cosima", "chiara"), ("chiara", "cosima")}:
            return
        before = journal.head()
        with pytest.raises(NotDone) as refused, transaction.atomic():
            how(self, self.actor(who))
        assert journal.head() == before
        counted["refused to others"] += 1
        if refused.value.refusal.code != NOTHING_THERE:
            assert isinstance(refused.value, NotAllowed), (name, who, refused.value.refusal.code)

    def try_to(self, name: str, act: Callable[[], object], *, twice: bool) -> None:
        """Take a step, whose refusal changes nothing; sent once more, it must be refused."""
        self.did, before, is_done = name, journal.head(), False
        try:
            with transaction.atomic():
                act()
        except NotDone:
            counted["refused"] += 1
        else:
            # Whoever is asked to confirm a day that has not come waits.
            is_done = journal.head() != before
        assert is_done or journal.head() == before, name
        if not is_done:
            return
        counted["done"] += 1
        self.at += timedelta(minutes=11)
        if twice:
            done, stood = journal.head(), states()
            with pytest.raises(NotDone), transaction.atomic():
                act()
            assert (journal.head(), states()) == (done, stood)
            counted["sent twice"] += 1

    # What always holds

    @invariant()
    def each_change_has_its_line_in_the_journal(self) -> None:
        now, last = states(), journal.head()[0]
        lines: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for one in Entry.objects.filter(n__gt=self.last).order_by("n"):
            lines.setdefault((one.kind, one.subject), []).append((one.before, one.after))
        for key, state in now.items():
            before = self.states.get(key)
            if before is None:
                assert last > self.last, (self.did, key)
            elif before != state:
                told = [line for line in lines.get(key, []) if line[0] != line[1]]
                assert told, (self.did, key, before, state)
                assert (told[0][0], told[-1][1]) == (before, state), (self.did, key, told)
                assert all(one[1] == other[0] for one, other in pairwise(told)), (self.did, key, told)
                counted["changes"] += 1
        assert self.states.keys() <= now.keys(), self.did
        self.states, self.last = now, last

    @invariant()
    def nobody_starts_before_four_have_signed(self) -> None:
        for exchange in Exchange.objects.exclude(started_at=None):
            signed = exchange.commitments.filter(signed_at__lte=exchange.started_at).order_by("-version").first()
            assert signed is not None, (self.did, exchange.state)
            given = Consent.objects.filter(
                kind="commitment",
                subject_id=signed.pk,
                version=signed.version,
                action=A.SIGN_COMMITMENT,
                revoked_at=None,
            )
            people = {one.capacity: one.account_id for one in given}
            assert people == {party: getattr(self.cast, name).account.pk for party, name in FOUR.items()}, self.did

    @invariant()
    def the_amount_is_that_of_the_rules(self) -> None:
        for agreement in FinancialAgreement.objects.exclude(amount_cents=None):
            wanted = FULL if (agreement.working_days or 0) >= 5 else HALF
            assert agreement.amount_cents == wanted, (self.did, agreement.working_days)
        for payment in Payment.objects.all():
            assert 0 <= payment.amount_cents <= payment.agreed_cents <= FULL, (self.did, payment.state)

    @invariant()
    def the_budget_adds_up(self) -> None:
        budget = Budget.objects.get(partnership=self.cast.loom)
        parts = (budget.reserved_cents, budget.committed_cents, budget.paid_cents, budget.free_cents)
        assert sum(parts) == budget.planned_cents == PLANNED, (self.did, parts)
        assert min(parts) >= 0, (self.did, parts)

    @invariant()
    def what_is_paid_and_counted_is_so_once(self) -> None:
        for exchange in Exchange.objects.all():
            closings = Entry.objects.filter(
                kind="exchange", subject=exchange.reference, action=A.CLOSE_EXCHANGE
            ).count()
            assert closings == int(exchange.state == "CLOSED") == int(exchange.counted_for_id is not None), self.did
        for payment in Payment.objects.all():
            paid, back = (
                Entry.objects.filter(kind="payment", subject=key_of(payment), action=action).count()
                for action in (A.CONFIRM_PAID, A.RETURN_PAYMENT)
            )
            assert paid <= 1 + back, self.did
        going_on = Exchange.objects.exclude(state__in=["CANCELLED", "CLOSED", "ENDED"])
        assert going_on.count() <= 1, self.did

    @invariant()
    def somebody_has_the_ball(self) -> None:
        assert orphans() == [], self.did

    @invariant()
    def three_roles_may_open_the_account(self) -> None:
        for agreement in FinancialAgreement.objects.exclude(bank_details_given_at=None):
            may = {
                name
                for name in EVERYBODY
                if decide.denial(self.actor(name), "financial_agreement", A.OPEN_BANK_DETAILS, agreement) is None
            }
            assert may == SEE_THE_ACCOUNT, self.did

    def look_at_the_end(self) -> None:
        """Look at what takes longer: the journal's chain, what is asked of whom, and the pages of everybody else."""
        assert journal.check().ok
        assert obligations.differences(self.at) == []
        counted.update(f"at the end {state}" for state in Exchange.objects.values_list("state", flat=True))
        is_given = FinancialAgreement.objects.exclude(bank_details_given_at=None).exists()
        if not is_given or (counted["pages looked at"] and not IS_LONG):
            return
        clock.set_clock(self.at)
        one = f"/exchanges/{Exchange.objects.latest('pk').reference}/"
        for name in EVERYBODY:
            browser, has_seen = signed_in(getattr(self.cast, name)), False
            for end in ("", "financial-agreement/bank-details/", "payment/"):
                answer = browser.get(f"{one}{end}")
                assert answer.status_code < 500, (name, end)
                plain = re.sub(r"\s|&nbsp;", "", answer.content.decode())
                has_seen = has_seen or any(iban in plain for iban in IBANS)
                counted["pages looked at"] += 1
            assert has_seen <= (name in SEE_THE_ACCOUNT), name


Otherwise = Callable[[Life, Actor], object]
NOTHING_THERE = "nothing_is_there"


def key_of(subject: Any) -> str:  # noqa: ANN401 -- any row of a life
    return str(getattr(subject, "reference", "") or subject.pk)


def states() -> dict[tuple[str, str], str]:
    """Give the state of every subject of every life of the programme."""
    found: dict[tuple[str, str], str] = {}
    for machine in registry.machines():
        subjects: list[Any] = list(machine.model._default_manager.all())
        found |= {(machine.name, key_of(subject)): str(subject.state) for subject in subjects}
    return found


def latest(kind: str) -> Any:  # noqa: ANN401 -- any row of a life
    """Find the latest thing of a kind; where there is none, nobody can do anything to it."""
    found = registry.machine_named(kind).model._default_manager.order_by("pk").last()
    if found is None:
        raise WrongState(Refusal(NOTHING_THERE))
    return found


def step(kind: str, operation: Callable[..., object], capacity: Capacity | None = None, **inputs: object) -> Otherwise:
    """Give how an operation is called on the latest thing of its kind."""

    def take(life: Life, actor: Actor) -> object:
        more = inputs if capacity is None else {**inputs, "capacity": capacity}
        return operation(latest(kind), **more, actor=actor, at=life.at)

    return take


# What nobody is asked for, and who may do it.
OTHERWISE: Mapping[str, tuple[str, Otherwise]] = {
    "request_changes": ("dov", step("commitment", building.request_changes, HP, reason_code="other", reason="Later.")),
    "decline_signature": ("bram", step("commitment", building.decline_signature, H, reason_code="dates_changed")),
    "amend": ("ana", step("commitment", building.amend_commitment, V)),
    "decline_money": ("ana", step("financial_agreement", building.decline_agreement, V, reason="Too little.")),
    "cancel_as_visitor": ("ana", step("exchange", building.cancel_exchange, V, reason_code="illness")),
    "cancel_as_partnership": ("chiara", step("exchange", building.cancel_exchange, VP, reason_code="illness")),
    "interrupt": ("chiara", step("exchange", building.interrupt_exchange, VP, reason="A strike.")),
    "resume": ("chiara", step("exchange", building.resume_exchange, VP, reason="It is over.")),
    "report_no_show": ("bram", step("exchange", building.report_no_show, H, reason="Nobody came.")),
    "ask_again": ("chiara", step("evidence", finalisation.ask_again, reason="It can not be read.")),
    "waive_evidence": ("chiara", step("evidence", finalisation.waive_evidence, reason="It was lost.")),
    "block": ("edda", step("payment", finalisation.block_payment, reason="A dispute.")),
    "return_payment": ("chiara", step("payment", finalisation.return_payment, PO, reason="AC04")),
    "demand_recovery": ("edda", step("payment", finalisation.demand_recovery, reason="Paid wrongly.")),
}  # fmt: skip
# What is asked seldom, beside what a programme of many exchanges knows.
MORE: Mapping[A, Callable[[Any, Any, Actor, Capacity, datetime], object]] = {
    A.CORRECT_BANK_DETAILS: lambda _life, payment, actor, capacity, at: finalisation.correct_bank_details(
        payment, actor=actor, at=at, capacity=capacity, **ACCOUNT
    ),
    A.UNBLOCK_PAYMENT: lambda _life, payment, actor, _capacity, at: finalisation.unblock_payment(
        payment, reason="Settled.", actor=actor, at=at
    ),
    A.CONFIRM_RECOVERY: lambda _life, payment, actor, _capacity, at: finalisation.confirm_recovery(
        payment, actor=actor, at=at
    ),
}


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_whatever_happens_in_the_life_of_an_exchange_its_rules_hold(cast: Cast, beginning: str) -> None:
    story = bring_exchange_to(cast, beginning)
    counted.clear()

    run_state_machine_as_test(
        lambda: Life(story, cast),  # type: ignore[arg-type]  # -- whatever makes one will do
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=STEPS,
            derandomize=not IS_LONG,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if IS_LONG else (Phase.generate,),
        ),
    )

    print(f"\nfrom {beginning}: {', '.join(f'{number} {what}' for what, number in sorted(counted.items()))}")
    assert counted["lives"] >= LIVES
    assert counted["changes"] > 0
    assert Proposal.objects.count() == 1
