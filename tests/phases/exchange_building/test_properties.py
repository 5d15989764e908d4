"""Properties that hold whatever people do: the amount, the money of a partnership, the one visit."""

import contextlib
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.foundation import clock
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.parties.partnerships.models import Budget
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import Exchange, FinancialAgreement
from clusterxchange.phases.matching import operations as matching
from clusterxchange.phases.matching.models import Proposal
from clusterxchange.phases.registration.models import Participation
from clusterxchange.scheme.amounts import lump_sum
from clusterxchange.scheme.current import scheme_of_edition
from clusterxchange.workflow.engine import NotDone
from tests.bring import begin_story, bring_participation
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
COUNTRIES = ("ES", "PT", "DK", "IT", "FR", "AT", "SK", "DE", "PL")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pair=st.tuples(st.sampled_from(COUNTRIES), st.sampled_from(COUNTRIES)),
    days=st.integers(min_value=0, max_value=31),
    kilometres=st.integers(min_value=0, max_value=6000),
    own=st.none() | st.integers(min_value=0, max_value=200_000),
)
def test_an_amount_is_never_above_the_cap_and_halved_at_most_once(
    cast: Cast, pair: tuple[str, str], days: int, kilometres: int, own: int | None
) -> None:
    scheme = scheme_of_edition(cast.edition.pk, clock.now())
    here, there = pair

    found = lump_sum(
        scheme, from_country=here, to_country=there, days=days, kilometres=kilometres, format="physical",
        partnership_full_cents=own,
    )  # fmt: skip

    cap = lump_sum(scheme, from_country="LU" if there != "LU" else "ES", to_country=there, days=5, kilometres=1000,
                   format="physical").full_cents  # fmt: skip
    assert 0 <= found.cents <= found.full_cents <= cap
    assert found.cents in ({0} if found.refusal else {found.full_cents, found.full_cents // 2})


def everything_of(story: Story, cast: Cast) -> None:
    """Compare the money of the partnership with what its agreements hold."""
    budget = Budget.objects.get(partnership=cast.loom)
    parts = (budget.reserved_cents, budget.committed_cents, budget.paid_cents, budget.free_cents)
    assert sum(parts) == budget.planned_cents == 1_000_000
    assert min(parts) >= 0
    agreements = FinancialAgreement.objects.filter(exchange__visitor_partnership=cast.loom)
    assert budget.reserved_cents == sum(one.reserved_cents for one in agreements)
    assert budget.committed_cents == sum(one.committed_cents for one in agreements)
    held = Exchange.objects.filter(visiting_organisation=cast.ana.organisation, format="physical").exclude(
        state="CANCELLED"
    )
    visit = Participation.objects.get(pk=story.visitor_participation.pk).visit
    assert held.count() <= 1
    assert (visit == "FREE") is (held.count() == 0)


STEPS = ("propose", "accept", "draft", "agree", "validate", "request", "sign", "decline", "money", "cancel", "amend")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1)), min_size=8, max_size=30))
def test_money_adds_up_and_the_visit_is_claimed_once_whatever_is_tried_in_which_order(
    cast: Cast, walk: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        walked(cast, walk)
        transaction.set_rollback(True)


def walked(cast: Cast, walk: list[tuple[str, int]]) -> None:
    story = begin_story(cast)
    other = bring_participation(cast, cast.zoe, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    hosts = {story.host_participation.pk: cast.bram.actor, other.pk: cast.zoe.actor}
    usual = [(step, 0) for step in ("propose", "accept", "draft", "agree", "validate", "sign", "money")]

    for step, which in (*usual[: len(walk) % len(usual)], *walk):
        story.at += timedelta(minutes=7)
        with contextlib.suppress(NotDone):
            take(step, story, hosts, list(hosts)[which])
        everything_of(story, cast)


def take(step: str, story: Story, hosts: dict[int, Actor], chosen: int) -> None:
    """Try one step: a proposal to a host, or what the two or four do with the latest exchange."""
    host = Participation.objects.get(pk=chosen)
    if step == "propose":
        matching.send_proposal(
            sender=story.visitor_participation, partner=host, message="May we come?", format="physical",
            actor=story.visitor, at=story.at,
        )  # fmt: skip
        return
    if step == "accept":
        for proposal in Proposal.objects.filter(host_participation=host, state="SENT"):
            matching.accept_proposal(proposal, actor=hosts[chosen], at=story.at)
        return
    exchange = Exchange.objects.last()
    if exchange is None:
        return
    story.proposal, story.host = exchange.proposal, hosts[exchange.host_participation_id]
    steps_of(story)[step]()


def steps_of(story: Story) -> dict[str, Callable[[], object]]:
    text, at = story.commitment, story.at
    both = ((story.visitor, V), (story.host, H))
    contacts = ((story.visitor_contact, VP), (story.host_contact, HP))

    def each(operation: Callable[..., object], who: Iterable[tuple[Actor, Capacity]], **more: object) -> None:
        for actor, capacity in who:
            operation(text, **seen(text), actor=actor, at=at, capacity=capacity, **more)

    def sign_the_money() -> None:
        if story.agreement.bank_details_given_at is None:
            story.give_bank_details()
        operations.offer_agreement(story.agreement, actor=story.visitor_contact, at=at, capacity=VP)
        agreement = story.agreement
        for actor, capacity in ((story.visitor, V), (story.visitor_contact, VP)):
            operations.sign_agreement(
                agreement, **seen(agreement), is_authenticated=True, actor=actor, at=at, capacity=capacity
            )

    return {
        "draft": lambda: operations.edit_commitment(text, values=story.text(), actor=story.visitor, at=at, capacity=V),
        "agree": lambda: each(operations.agree_commitment, both),
        "validate": lambda: each(operations.validate_commitment, contacts),
        "request": lambda: operations.request_changes(
            text, reason_code="other", reason="Later", actor=story.host_contact, at=at, capacity=HP
        ),
        "sign": lambda: each(operations.sign_commitment, (*both, *contacts), is_authenticated=True),
        "decline": lambda: operations.decline_signature(
            text, reason_code="content_changed", actor=story.host, at=at, capacity=H
        ),
        "money": sign_the_money,
        "cancel": lambda: operations.cancel_exchange(
            story.exchange, reason_code="illness", actor=story.host, at=at, capacity=H
        ),
        "amend": lambda: operations.amend_commitment(text, actor=story.visitor, at=at, capacity=V),
    }
