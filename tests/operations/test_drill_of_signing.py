"""People who sign, decline, edit and cancel at the same moment: only what some order explains, one seal, one mail each.

Twelve trials; with LONG=1 in the environment a thousand.
"""

import itertools
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.models import Document
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import install_editions
from clusterxchange.workflow import consents, engine, journal, obligations
from clusterxchange.workflow.models import Entry, Notice
from tests.bring import begin_story
from tests.cast import Cast, make_cast
from tests.operations.test_two_at_once import DONE, at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(3600)]
TRIALS = 1000 if os.environ.get("LONG") else 12
FOUR = (V, H, VP, HP)
SIGN, DECLINE, EDIT, CANCEL = "sign", "decline", "edit", "cancel"


@dataclass(frozen=True)
class State:
    """All that the steps of a trial can change, as the rules on paper have it (states.md)."""

    commitment: str = "SIGNING"
    exchange: str = "PREPARING"
    version: int = 1
    signed: frozenset[Capacity] = frozenset()


Step = tuple[str, Capacity]


def after(state: State, step: Step) -> tuple[State, str]:
    """Say by hand what one step does, and what is answered."""
    what, who = step
    against = reason_against(state, what, who)
    if against:
        return state, against
    if what == CANCEL:
        return replace(state, exchange="CANCELLED"), DONE
    if what == DECLINE:
        return replace(state, commitment="CHANGES_REQUESTED", version=state.version + 1, signed=frozenset()), DONE
    if what == EDIT:
        return state, DONE
    signed = state.signed | {who}
    if signed == frozenset(FOUR):
        # Nobody travels, so nothing is left to be agreed: the exchange is ready at once.
        return replace(state, commitment="SIGNED", exchange="READY", signed=signed), DONE
    return replace(state, signed=signed), DONE


def reason_against(state: State, what: str, who: Capacity) -> str:
    """Say by hand why a step is refused; empty where it is done."""
    is_over = state.exchange == "CANCELLED"
    if what == SIGN and state.commitment == "CHANGES_REQUESTED":
        return "not_agreed_by_both"
    if what == SIGN and state.commitment == "SIGNING" and who in state.signed:
        return "already_signed"
    wanted = {SIGN: "SIGNING", DECLINE: "SIGNING", EDIT: "CHANGES_REQUESTED", CANCEL: state.commitment}[what]
    return "wrong_state" if is_over or state.commitment != wanted else ""


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
    return State(commitment.state, story.exchange.state, commitment.version, signed)


def call_of(story: Story, step: Step) -> Callable[[], object]:
    what, who = step
    text, exchange, at = story.commitment, story.exchange, story.at
    actor = {V: story.visitor, H: story.host, VP: story.visitor_contact, HP: story.host_contact}[who]
    version, sha256 = str(text.version), text.text_sha256
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


def a_trial(draw: random.Random) -> tuple[list[Capacity], list[Step]]:
    """Choose who has signed already and what two to four people do at the same moment."""
    before = draw.sample(FOUR, draw.choice((0, 1, 2, 2, 3)))
    steps: list[Step] = []
    for _ in range(draw.choice((2, 2, 3, 4))):
        what = draw.choices((SIGN, DECLINE, EDIT, CANCEL), (7, 2, 1, 1))[0]
        who = draw.choice((V, H)) if what == EDIT else draw.choice(FOUR)
        steps.append((what, who))
    return before, steps


def sealed_once(story: Story, state: State) -> list[str]:
    """Say what is not as it has to be of the seal and of the mails; an empty list where all is."""
    pk, wrong = story.commitment.pk, []
    at_once(*[lambda: write_signatures("commitment", pk)] * 2)
    seals = Document.objects.filter(kind="commitment_to_quality", subject_id=pk, is_complete=True).count()
    ready = Entry.objects.filter(case=story.exchange.reference, action="make_exchange_ready").count()
    if seals != int(state.commitment == "SIGNED") or ready != seals:
        wrong.append(f"{seals} seals, {ready} times ready")
    mails = Counter(
        Notice.objects.filter(reference=story.exchange.reference, topic__in=("your_turn", "happened"))
        .exclude(action__in=("sign_commitment", "decline_signature", "edit_commitment", "agree_commitment"))
        .values_list("account__email", "action", "topic")
    )
    wrong += [f"{count} mails {mail}" for mail, count in mails.items() if count > 1]
    return wrong


@pytest.fixture
def committed(transactional_db: None) -> Cast:  # noqa: ARG001 -- asks for the database
    install_editions()
    return make_cast()


def test_whatever_people_do_at_the_same_moment_some_order_explains_it(committed: Cast) -> None:
    draw, first, wrong = random.Random(2026), begin_story(committed, format="virtual"), []  # noqa: S311 -- choices, no secret
    Participation.objects.update(places=100_000)
    for number in range(TRIALS):
        story = SuggestedStory(**{name: getattr(first, name) for name in GIVEN}, begins_at=first.begins_at)
        before, steps = a_trial(draw)
        with engine.unit_of_work(first.visitor, first.begins_at):
            story.tell("validated")
        for who in before:
            call_of(story, (SIGN, who))()
        begin = as_it_is(story)

        answers = at_once(*(call_of(story, step) for step in steps))

        end = as_it_is(story)
        if (end, tuple(answers)) not in explained(begin, steps):
            wrong.append(f"{number}: {before} {steps} {answers} {end}")
        wrong += [f"{number}: {steps} {one}" for one in sealed_once(story, end)]
        if end.exchange != "CANCELLED":
            operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at, capacity=H)
    assert wrong == []
    assert obligations.differences(first.begins_at) == []
    assert journal.check().ok


GIVEN = (
    "visitor_participation", "host_participation", "visitor", "host", "visitor_contact", "host_contact", "coordinator",
    "stay", "format",
)  # fmt: skip
