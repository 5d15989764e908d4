"""Two at once, each on a connection of its own: one is done, the other is told why, and what is open fits."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections

from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, PR, VP, Capacity, H, V
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.journeys.offices import operations as offices
from clusterxchange.parties.accounts.models import Account
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.finalisation import operations as finalisation
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import begin_story, bring_exchange_to, bring_participation
from tests.cast import MONDAY, Cast, Person, make_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, pytest.mark.timeout(300)]
DONE = "done"


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Make the calls together; give "done" or the code of the refusal for each."""
    gate, outcomes = Barrier(len(calls)), [""] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        try:
            gate.wait(timeout=30)
            call()
            outcomes[place] = DONE
        except NotDone as reason:
            outcomes[place] = reason.refusal.code
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return outcomes


def happened(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_two_who_accept_the_last_place_get_one_exchange(committed: Cast) -> None:
    story = begin_story(committed)
    zoes = bring_participation(
        committed, committed.zoe, partnership=committed.loom, officer=committed.chiara.actor, role="visit"
    )
    Participation.objects.filter(pk=story.host_participation.pk).update(places=1)
    proposals = [
        matching.send_proposal(
            sender=visit,
            partner=story.host_participation,
            message="May we come?",
            format="physical",
            actor=person.actor,
            at=story.at,
        ).pk
        for visit, person in ((story.visitor_participation, committed.ana), (zoes, committed.zoe))
    ]

    def accept(number: int) -> Callable[[], object]:
        proposal = Proposal.objects.get(pk=proposals[number])
        return lambda: matching.accept_proposal(proposal, actor=story.host, at=story.at)

    outcomes = at_once(accept(0), accept(1))

    assert sorted(outcomes) == [DONE, "no_place_left"]
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["ACCEPTED", "SENT"]
    assert Exchange.objects.count() == 1
    assert happened("accept_proposal") == 1
    assert obligations.differences(story.at) == []
    assert journal.check().ok


def test_accepting_and_withdrawing_a_proposal_ends_it_once(committed: Cast) -> None:
    story = begin_story(committed).tell("proposed")
    first, second = (Proposal.objects.get(pk=story.proposal.pk) for _ in range(2))

    outcomes = at_once(
        lambda: matching.accept_proposal(first, actor=story.host, at=story.at),
        lambda: matching.withdraw_proposal(second, actor=story.visitor, at=story.at),
    )

    assert sorted(outcomes) == [DONE, "wrong_state"]
    accepted = outcomes[0] == DONE
    assert Proposal.objects.get().state == ("ACCEPTED" if accepted else "WITHDRAWN")
    assert Exchange.objects.count() == int(accepted)
    assert (happened("accept_proposal"), happened("withdraw_proposal")) == (int(accepted), int(not accepted))
    assert obligations.differences(story.at) == []
    assert journal.check().ok


def signature(story: Story, actor: Actor, capacity: Capacity) -> Callable[[], object]:
    text = story.commitment
    return lambda: exchange_building.sign_commitment(
        text,
        version=str(text.version),
        text_sha256=text.text_sha256,
        is_authenticated=True,
        actor=actor,
        at=story.at,
        capacity=capacity,
    )


def test_the_last_two_signatures_seal_the_text_once(committed: Cast) -> None:
    story = bring_exchange_to(committed, "validated")
    signature(story, story.visitor, V)()
    signature(story, story.host, H)()

    outcomes = at_once(signature(story, story.visitor_contact, VP), signature(story, story.host_contact, HP))

    assert outcomes == [DONE, DONE]
    assert (story.commitment.state, story.exchange.state) == ("SIGNED", "AGREED")
    assert (happened("sign_commitment"), happened("agree_exchange")) == (4, 1)
    assert obligations.differences(story.at) == []
    assert journal.check().ok


def test_the_same_signature_twice_counts_once(committed: Cast) -> None:
    story = bring_exchange_to(committed, "validated")
    for actor, capacity in ((story.visitor, V), (story.host, H), (story.visitor_contact, VP)):
        signature(story, actor, capacity)()

    outcomes = at_once(*(signature(story, story.host_contact, HP) for _ in range(2)))

    # Whoever comes second finds the text signed by all.
    assert sorted(outcomes) in ([DONE, "wrong_state"], ["already_signed", DONE])
    assert (story.commitment.state, story.exchange.state) == ("SIGNED", "AGREED")
    assert (happened("sign_commitment"), happened("agree_exchange")) == (4, 1)
    assert obligations.differences(story.at) == []


def test_a_payment_that_is_released_twice_is_released_once(committed: Cast) -> None:
    story = bring_exchange_to(committed, "ordered")

    def release() -> Callable[[], object]:
        payment = story.payment
        return lambda: finalisation.release_payment(payment, actor=story.coordinator, at=story.at, capacity=PR)

    outcomes = at_once(release(), release())

    assert sorted(outcomes) == ["already_in_batch", DONE]
    assert story.payment.state == "RELEASED"
    assert happened("release_payment") == 1
    assert obligations.differences(story.at) == []
    assert journal.check().ok


def test_two_who_leave_the_support_office_at_once_do_not_leave_it_empty(committed: Cast) -> None:
    ludo, edda = Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True)), committed.edda
    pairs = ((edda, ludo), (ludo, edda))
    changes = [
        offices.propose_removal(leaves.account, role="support_office", reason="Moves on.", actor=stays.actor, at=MONDAY)
        for stays, leaves in pairs
    ]

    def agree(number: int) -> Callable[[], object]:
        actor = pairs[number][1].actor
        return lambda: offices.confirm_office_change(changes[number], actor=actor, at=MONDAY)

    outcomes = at_once(agree(0), agree(1))

    assert sorted(outcomes) == [DONE, "last_of_support_office"]
    assert Account.objects.filter(is_support_office=True).count() == 1
