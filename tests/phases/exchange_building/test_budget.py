"""The money of a partnership: reserved + committed + paid + free = planned, whatever is done in which order."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterxchange.access.capacities import VP, V
from clusterxchange.journeys.demonstration.story import Story, seen
from clusterxchange.parties.partnerships import budgets
from clusterxchange.parties.partnerships.models import Budget, Partnership
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.models import FinancialAgreement
from clusterxchange.workflow.engine import NotDone, Refused
from tests.bring import bring_exchange_to
from tests.cast import MONDAY, Cast

pytestmark = pytest.mark.django_db
MOVES = ("reserve", "commit", "free_reserved", "free_committed", "pay")


def parts_of(partnership: Partnership) -> dict[str, int]:
    budget = Budget.objects.get(partnership=partnership)
    names = ("reserved", "committed", "paid", "free")
    return {name: getattr(budget, f"{name}_cents") for name in names}


def offer(story: Story) -> FinancialAgreement:
    return operations.offer_agreement(story.agreement, actor=story.visitor_contact, at=story.at, capacity=VP)


def do(move: str, partnership: Partnership, cents: int) -> None:
    match move:
        case "reserve":
            budgets.reserve(partnership.pk, cents, case="", at=MONDAY)
        case "commit":
            budgets.commit(partnership.pk, cents, case="", at=MONDAY)
        case "pay":
            budgets.pay(partnership.pk, cents, case="", at=MONDAY)
        case "free_reserved":
            budgets.free(partnership.pk, cents, from_part="reserved", case="", at=MONDAY)
        case _:
            budgets.free(partnership.pk, cents, from_part="committed", case="", at=MONDAY)


@pytest.mark.database
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(min_value=0, max_value=700_000)), max_size=12))
def test_the_parts_add_up_and_a_move_that_is_refused_moves_nothing(cast: Cast, moves: list[tuple[str, int]]) -> None:
    for move, cents in moves:
        before = parts_of(cast.loom)
        try:
            do(move, cast.loom, cents)
        except budgets.NotEnough:
            assert parts_of(cast.loom) == before
        after = parts_of(cast.loom)
        assert sum(after.values()) == 1_000_000
        assert min(after.values()) >= 0


@pytest.mark.database
def test_nothing_is_moved_backwards(cast: Cast) -> None:
    with pytest.raises(ValueError, match="below zero"):
        budgets.reserve(cast.loom.pk, -1, case="", at=MONDAY)


def test_a_partnership_without_a_budget_has_nothing_to_reserve(cast: Cast) -> None:
    Budget.objects.filter(partnership=cast.loom).delete()

    with pytest.raises(budgets.NotEnough):
        budgets.reserve(cast.loom.pk, 1, case="", at=MONDAY)


@pytest.mark.database
def test_the_validation_reserves_and_the_last_signature_commits(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed")
    assert parts_of(cast.loom)["free"] == 1_000_000

    story.tell("validated")
    assert parts_of(cast.loom) == {"reserved": 39_000, "committed": 0, "paid": 0, "free": 961_000}

    story.tell("ready")
    assert parts_of(cast.loom) == {"reserved": 0, "committed": 39_000, "paid": 0, "free": 961_000}


@pytest.mark.parametrize("step", ["agreed", "validated", "commitment_signed", "ready"])
def test_a_cancellation_frees_whatever_was_held(cast: Cast, step: str) -> None:
    story = bring_exchange_to(cast, step)

    operations.cancel_exchange(story.exchange, reason_code="illness", actor=story.host, at=story.at)

    assert parts_of(cast.loom)["free"] == 1_000_000
    assert set(story.exchange.financial_agreements.values_list("state", flat=True)) == {"CANCELLED"}
    story.visitor_participation.refresh_from_db()
    assert story.visitor_participation.visit == "FREE"
    story.proposal.refresh_from_db()
    assert story.proposal.releases_place


@pytest.mark.database
def test_without_free_money_the_visitors_partnership_cannot_validate(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed")
    Budget.objects.filter(partnership=cast.loom).update(planned_cents=38_999, free_cents=38_999)

    with pytest.raises(Refused) as caught:
        operations.validate_commitment(
            story.commitment, **seen(story.commitment), actor=story.visitor_contact, at=story.at, capacity=VP
        )

    assert caught.value.refusal.code == "no_free_budget"
    assert story.commitment.state == "SUBMITTED"


def test_a_request_for_changes_and_a_declined_signature_free_the_money(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed")
    operations.validate_commitment(
        story.commitment, **seen(story.commitment), actor=story.visitor_contact, at=story.at, capacity=VP
    )
    assert parts_of(cast.loom)["reserved"] == 39_000
    operations.request_changes(story.commitment, reason_code="dates", actor=story.host_contact, at=story.at)
    assert parts_of(cast.loom)["reserved"] == 0

    story.told.remove("agreed")
    story.tell("validated")
    assert parts_of(cast.loom)["reserved"] == 39_000
    operations.decline_signature(story.commitment, reason_code="dates_changed", actor=story.host, at=story.at)
    assert parts_of(cast.loom) == {"reserved": 0, "committed": 0, "paid": 0, "free": 1_000_000}


@pytest.mark.database
def test_a_declined_offer_frees_the_money_and_the_next_offer_sets_it_aside_anew(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    story.give_bank_details()
    agreement = offer(story)
    assert parts_of(cast.loom)["reserved"] == 39_000
    before = agreement.text_sha256

    with pytest.raises(NotDone) as caught:
        operations.decline_agreement(agreement, reason=" ", actor=story.visitor, at=story.at, capacity=V)
    assert caught.value.refusal.code == "reason_missing"
    assert parts_of(cast.loom)["reserved"] == 39_000
    operations.decline_agreement(
        agreement, reason="The account is another one.", actor=story.visitor, at=story.at, capacity=V
    )

    agreement = story.agreement
    assert (agreement.state, agreement.version, agreement.decline_reason) == ("DRAFT", 2, "The account is another one.")
    assert (agreement.reserved_cents, agreement.amount_cents, agreement.text_sha256) == (0, 39_000, "")
    assert parts_of(cast.loom) == {"reserved": 0, "committed": 0, "paid": 0, "free": 1_000_000}

    agreement = offer(story)
    assert (agreement.state, agreement.decline_reason) == ("OFFERED", "")
    assert agreement.text_sha256 not in {"", before}
    assert parts_of(cast.loom) == {"reserved": 39_000, "committed": 0, "paid": 0, "free": 961_000}
    for actor, capacity in ((story.visitor, V), (story.visitor_contact, VP)):
        operations.sign_agreement(
            story.agreement, **seen(story.agreement), is_authenticated=True, actor=actor, at=story.at, capacity=capacity
        )
    assert story.exchange.state == "READY"
    assert parts_of(cast.loom) == {"reserved": 0, "committed": 39_000, "paid": 0, "free": 961_000}


def test_what_a_declined_offer_freed_is_not_offered_again_once_it_is_spent(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed")
    story.give_bank_details()
    operations.decline_agreement(offer(story), reason="Too early.", actor=story.visitor, at=story.at, capacity=V)
    budgets.reserve(cast.loom.pk, 961_001, case="", at=MONDAY)

    with pytest.raises(Refused) as caught:
        offer(story)

    assert caught.value.refusal.code == "no_free_budget"
    assert story.agreement.state == "DRAFT"


def test_what_is_not_paid_of_the_committed_money_is_free_again(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")

    operations.settle_budget(story.exchange, paid_cents=30_000, at=story.at)

    assert parts_of(cast.loom) == {"reserved": 0, "committed": 0, "paid": 30_000, "free": 970_000}
    assert story.agreement.committed_cents == 0
    with pytest.raises(budgets.NotEnough):
        operations.settle_budget(story.exchange, paid_cents=1, at=story.at)


def test_a_virtual_exchange_moves_no_money(cast: Cast) -> None:
    bring_exchange_to(cast, "commitment_signed", format="virtual")

    assert parts_of(cast.loom)["free"] == 1_000_000
