"""People who sign, decline, edit and cancel at the same moment: only what some order explains, one seal, one mail each.

A third of the trials is about the text of a virtual exchange, the rest about text and money of a physical one. Four in
all; with LONG=1 in the environment a thousand, in ten parts.
"""

import itertools
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.models import Document
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow import consents, engine, journal, obligations
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import begin_story
from tests.cast import Cast
from tests.operations.test_two_at_once import DONE, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(3600)]
PARTS, TRIALS = (10, 100) if os.environ.get("LONG") else (1, 4)
# To write signatures is most of the time of a trial: the short form does it in every second.
WRITES_EACH = 1 if os.environ.get("LONG") else 2
FOUR, TWO = (V, H, VP, HP), (V, VP)
SIGN, DECLINE, EDIT, CANCEL = "sign", "decline", "edit", "cancel"
SIGN_MONEY, DECLINE_MONEY = "sign the money", "decline the money"
CENTS = 39_000  # three days in Portugal (scheme.md section 6)


@dataclass(frozen=True)
class State:
    """All that the steps of a trial can change, as the rules on paper have it (states.md)."""

    commitment: str = "SIGNING"
    exchange: str = "PREPARING"
    version: int = 1
    signed: frozenset[Capacity] = frozenset()
    money: str = ""
    money_signed: frozenset[Capacity] = frozenset()

    @property
    def held(self) -> tuple[int, int]:
        """What of the budget is reserved and committed."""
        return CENTS * (self.money == "OFFERED"), CENTS * (self.money == "SIGNED")


Step = tuple[str, Capacity]


def after(state: State, step: Step) -> tuple[State, str]:
    """Say by hand what one step does, and what is answered."""
    what, who = step
    against = reason_against(state, what, who)
    if against or what == EDIT:
        return state, against or DONE
    if what == CANCEL:
        return replace(state, exchange="CANCELLED", money="CANCELLED" if state.money else ""), DONE
    if what == DECLINE:
        # The offer on that text is cancelled, and a draft begun.
        begun = replace(state, money="DRAFT" if state.money else "", money_signed=frozenset())
        return replace(begun, commitment="CHANGES_REQUESTED", version=state.version + 1, signed=frozenset()), DONE
    if what in (SIGN_MONEY, DECLINE_MONEY):
        return after_money(state, what, who), DONE
    signed = state.signed | {who}
    if signed == frozenset(FOUR):
        # Where nobody travels nothing is left to be agreed: the exchange is ready at once.
        reached = "AGREED" if state.money else "READY"
        return replace(state, commitment="SIGNED", exchange=reached, signed=signed), DONE
    return replace(state, signed=signed), DONE


def after_money(state: State, what: str, who: Capacity) -> State:
    """Say by hand what a step with the financial agreement does."""
    if what == DECLINE_MONEY:
        return replace(state, money="DRAFT", money_signed=frozenset())
    both = state.money_signed | {who}
    if both == frozenset(TWO):
        return replace(state, money="SIGNED", exchange="READY", money_signed=both)
    return replace(state, money_signed=both)


def reason_against(state: State, what: str, who: Capacity) -> str:
    """Say by hand why a step is refused; empty where it is done."""
    is_over = state.exchange == "CANCELLED"
    if what in (SIGN_MONEY, DECLINE_MONEY):
        return reason_against_money(state, what, who)
    if what == SIGN and state.commitment == "CHANGES_REQUESTED":
        return "not_agreed_by_both"
    if what == SIGN and state.commitment == "SIGNING" and who in state.signed:
        return "already_signed"
    wanted = {SIGN: "SIGNING", DECLINE: "SIGNING", EDIT: "CHANGES_REQUESTED", CANCEL: state.commitment}[what]
    return "wrong_state" if is_over or state.commitment != wanted else ""


def reason_against_money(state: State, what: str, who: Capacity) -> str:
    """Say by hand why a step with the financial agreement is refused."""
    if state.money != "OFFERED":
        return "wrong_state"
    if what == SIGN_MONEY and state.commitment != "SIGNED":
        return "commitment_not_signed"
    return "already_signed" if what == SIGN_MONEY and who in state.money_signed else ""


class SuggestedStory(Story):
    """An exchange that a contact point has suggested: the same two may be brought together again and again."""

    def _proposed(self) -> None:
        self.proposal = matching.suggest_match(
            participant=self.visitor_participation,
            partner=self.host_participation,
            message="You fit.",
            format=self.format,
            actor=self.visitor_contact,
            at=self.at,
        )

    def _matched(self) -> None:
        for actor, capacity in ((self.visitor, V), (self.host, H)):
            matching.accept_suggestion(self.proposal, actor=actor, at=self._later(hours=1), capacity=capacity)


def explained(begin: State, steps: list[Step]) -> set[tuple[State, tuple[str, ...]]]:
    """Give every end that some order of the steps leads to, with the answer to each step."""
    found = set()
    for order in itertools.permutations(range(len(steps))):
        state, answers = begin, [""] * len(steps)
        for number in order:
            state, answers[number] = after(state, steps[number])
        found.add((state, tuple(answers)))
    return found


def as_it_is(story: Story) -> State:
    commitment = story.commitment
    signed = consents.given(commitment, "commitment", Action.SIGN_COMMITMENT)
    text = State(commitment.state, story.exchange.state, commitment.version, signed)
    if not story.is_physical:
        return text
    agreement = story.agreement
    both = consents.given(agreement, "financial_agreement", Action.SIGN_AGREEMENT)
    return replace(text, money=agreement.state, money_signed=both)


def call_of(story: Story, step: Step) -> Callable[[], object]:
    what, who = step
    text, exchange, at = story.commitment, story.exchange, story.at
    actor = {V: story.visitor, H: story.host, VP: story.visitor_contact, HP: story.host_contact}[who]
    version, sha256 = str(text.version), text.text_sha256
    if what in (SIGN_MONEY, DECLINE_MONEY):
        money, seen_money = story.agreement, seen(story.agreement)
        if what == DECLINE_MONEY:
            return lambda: operations.decline_agreement(money, reason="Too little.", actor=actor, at=at, capacity=who)
        return lambda: operations.sign_agreement(
            money, **seen_money, is_authenticated=True, actor=actor, at=at, capacity=who
        )
    calls: dict[str, Callable[[], object]] = {
        SIGN: lambda: operations.sign_commitment(
            text, version=version, text_sha256=sha256, is_authenticated=True, actor=actor, at=at, capacity=who
        ),
        DECLINE: lambda: operations.decline_signature(
            text, reason_code="content_changed", actor=actor, at=at, capacity=who
        ),
        EDIT: lambda: operations.edit_commitment(
            text, values={"place": "Another room"}, actor=actor, at=at, capacity=who
        ),
        CANCEL: lambda: operations.cancel_exchange(exchange, reason_code="illness", actor=actor, at=at, capacity=who),
    }
    return calls[what]


def a_trial_of_money(draw: random.Random) -> tuple[list[Step], list[Step]]:
    """Choose who has signed what, and what two to four people do while the money is offered."""
    signed = draw.sample(FOUR, draw.choice((3, 4, 4)))
    before = [(SIGN, who) for who in signed]
    if len(signed) == len(FOUR):
        before += [(SIGN_MONEY, who) for who in draw.sample(TWO, draw.choice((0, 1)))]
    missing = [who for who in FOUR if who not in signed]
    steps: list[Step] = [(SIGN, who) for who in missing]
    while len(steps) < draw.choice((2, 2, 3, 4)):
        what = draw.choices((SIGN_MONEY, DECLINE_MONEY, DECLINE, CANCEL), (8, 2, 1, 1))[0]
        who = {SIGN_MONEY: draw.choice(TWO), DECLINE_MONEY: V}.get(what) or draw.choice(FOUR)
        steps.append((what, who))
    return before, steps


def a_trial(draw: random.Random) -> tuple[list[Step], list[Step]]:
    """Choose who has signed already and what two to four people do at the same moment."""
    before = [(SIGN, who) for who in draw.sample(FOUR, draw.choice((0, 1, 2, 2, 3)))]
    steps: list[Step] = []
    for _ in range(draw.choice((2, 2, 3, 4))):
        what = draw.choices((SIGN, DECLINE, EDIT, CANCEL), (7, 2, 1, 1))[0]
        who = draw.choice((V, H)) if what == EDIT else draw.choice(FOUR)
        steps.append((what, who))
    return before, steps


def sealed_once(story: Story, state: State) -> list[str]:
    """Say what is not as it has to be of the seals; an empty list where all is."""
    files = [("commitment", "commitment_to_quality", story.commitment.pk, state.signed == frozenset(FOUR))]
    is_ready = state.signed == frozenset(FOUR)
    if story.is_physical:
        is_ready = state.money_signed == frozenset(TWO)
        files.append(("financial_agreement", "financial_agreement", story.agreement.pk, is_ready))
    wrong = []
    for kind, document, pk, is_whole in files:
        if is_whole:
            at_once(*[partial(write_signatures, kind, pk)] * 2)
        seals = Document.objects.filter(kind=document, subject_id=pk, is_complete=True).count()
        if seals != int(is_whole):
            wrong.append(f"{seals} seals of {kind}")
    ready = Entry.objects.filter(case=story.exchange.reference, action="make_exchange_ready").count()
    return [*wrong, f"{ready} times ready"] if ready != int(is_ready) else wrong


def told_once(story: Story) -> list[str]:
    """Say what somebody was told twice: each person hears once of each thing that each side did or has to do."""
    rows = Notice.objects.filter(reference=story.exchange.reference, topic__in=("your_turn", "happened"))
    mails = Counter(
        (one.account.email, one.action, one.topic, one.params.get("capacity"), one.params.get("version"))
        for one in rows.select_related("account")
    )
    return [f"{count} mails {mail}" for mail, count in mails.items() if count > 1]


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_people_do_at_the_same_moment_some_order_explains_it(committed: Cast, part: int) -> None:
    draw, first, wrong = random.Random(2026 + part), begin_story(committed, format="virtual"), []  # noqa: S311 -- choices, no secret
    Participation.objects.update(places=100_000)
    given = {name: getattr(first, name) for name in GIVEN}
    for number in range(TRIALS):
        is_physical = number % 3 != 0
        story = SuggestedStory(**given, format="physical" if is_physical else "virtual", begins_at=first.begins_at)
        before, steps = a_trial_of_money(draw) if is_physical else a_trial(draw)
        with engine.unit_of_work(first.visitor, first.begins_at):
            story.tell("validated")
            if is_physical:
                story.give_bank_details()
                operations.offer_agreement(story.agreement, actor=story.visitor_contact, at=story.at, capacity=VP)
        for step in before:
            call_of(story, step)()
        begin = as_it_is(story)

        answers = at_once(*(call_of(story, step) for step in steps))

        end = as_it_is(story)
        if (end, tuple(answers)) not in explained(begin, steps):
            wrong.append(f"{number}: {before} {steps} {answers} {end}")
        budget = Budget.objects.get(partnership=committed.loom)
        if (budget.reserved_cents, budget.committed_cents) != end.held:
            wrong.append(f"{number}: {steps} {end} {budget.reserved_cents} {budget.committed_cents}")
        wrong += [f"{number}: {steps} {one}" for one in told_once(story)]
        if number % WRITES_EACH == 0:
            wrong += [f"{number}: {steps} {one}" for one in sealed_once(story, end)]
        if end.exchange != "CANCELLED":
            operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at, capacity=H)
    assert wrong == []
    assert obligations.differences(first.begins_at) == []
    assert journal.check().ok
    sys.stdout.write(f"\npart {part + 1} of {PARTS}: {TRIALS} trials of people who act at the same moment\n")


GIVEN = (
    "visitor_participation", "host_participation", "visitor", "host", "visitor_contact", "host_contact", "coordinator",
    "stay",
)  # fmt: skip
