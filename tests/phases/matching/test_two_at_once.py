"""Two who act in the same moment: one wins, the other is told why."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections

from clusterxchange.access.actor import SYSTEM
from clusterxchange.phases.exchange_building.models import Exchange
from clusterxchange.phases.matching import operations
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.current import install_editions
from clusterxchange.workflow import engine
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.notices import nobody_is_told
from tests.cast import make_cast
from tests.phases.matching.conftest import TUESDAY, Match, bring_host, make_match
from tests.phases.matching.group import ask, bring_visitor, confirm, publish

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Run the calls together, each on its own connection; give "done" or the code for each."""
    gate, outcomes = Barrier(len(calls)), [""] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            call()
            outcomes[place] = "done"
        except NotDone as reason:
            outcomes[place] = reason.refusal.code
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(place, call)) for place, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def together(transactional_db: None) -> Match:  # noqa: ARG001 -- asks for the database
    install_editions()  # a flush has removed them
    return make_match(make_cast())


def test_one_place_left_goes_to_one_of_two(together: Match) -> None:
    cast = together.cast
    Participation.objects.filter(pk=together.host.pk).update(places=1)
    proposals = [
        operations.send_proposal(
            sender=side,
            partner=together.host,
            message="May we come?",
            format="physical",
            actor=person.actor,
            at=TUESDAY,
        )
        for side, person in ((together.visit, cast.ana), (together.zoes_visit, cast.zoe))
    ]

    outcomes = at_once(
        *(
            lambda one=one: operations.accept_proposal(
                Proposal.objects.get(pk=one.pk), actor=cast.bram.actor, at=TUESDAY
            )
            for one in proposals
        )
    )

    assert sorted(outcomes) == ["done", "no_place_left"]
    assert Proposal.objects.filter(state="ACCEPTED").count() == 1


def test_one_visit_goes_to_one_of_two_hosts(together: Match) -> None:
    cast = together.cast
    boris, borises = bring_host(cast, "boris")
    proposals = [
        operations.send_proposal(
            sender=together.visit,
            partner=partner,
            message="May we come?",
            format="physical",
            actor=cast.ana.actor,
            at=TUESDAY,
        )
        for partner in (together.host, borises)
    ]

    outcomes = at_once(
        lambda: operations.accept_proposal(Proposal.objects.get(pk=proposals[0].pk), actor=cast.bram.actor, at=TUESDAY),
        lambda: operations.accept_proposal(Proposal.objects.get(pk=proposals[1].pk), actor=boris.actor, at=TUESDAY),
    )

    # The winner's match has closed the other proposal, so it is no longer in a state to be accepted.
    assert sorted(outcomes) == ["done", "wrong_state"]
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["ACCEPTED", "CLOSED"]


def test_two_clicks_send_one_proposal(together: Match) -> None:
    cast = together.cast

    def send() -> object:
        return operations.send_proposal(
            sender=Participation.objects.get(pk=together.visit.pk),
            partner=Participation.objects.get(pk=together.host.pk),
            message="May we come?",
            format="physical",
            actor=cast.ana.actor,
            at=TUESDAY,
        )

    assert sorted(at_once(send, send)) == ["done", "same_partner_asked_lately"]
    assert Proposal.objects.count() == 1


@pytest.mark.timeout(300)
def test_the_30th_place_of_a_group_goes_to_one_of_two(together: Match) -> None:
    cast = together.cast
    programme = publish(together, TUESDAY, places=30)
    with nobody_is_told(), engine.unit_of_work(SYSTEM, TUESDAY):
        visitors = [bring_visitor(cast, f"visitor{number}") for number in range(29)]
        for person, visit in visitors:
            confirm(cast, ask(programme, person, visit, TUESDAY), TUESDAY)
    last = [
        ask(programme, person, visit, TUESDAY)
        for person, visit in ((cast.ana, together.visit), (cast.zoe, together.zoes_visit))
    ]

    outcomes = at_once(*(lambda one=one: confirm(cast, Proposal.objects.get(pk=one.pk), TUESDAY) for one in last))

    assert sorted(outcomes) == ["done", "no_place_left"]
    assert Proposal.objects.filter(programme=programme, state="ACCEPTED").count() == 30
    assert Exchange.objects.filter(programme=programme).count() == 30
