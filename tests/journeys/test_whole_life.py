"""The whole life of an exchange, by the real operations."""

import pytest

from clusterxchange.phases.exchange_building.models import ExchangeState
from clusterxchange.phases.registration.models import Participation, Visit
from clusterxchange.workflow import journal, obligations
from clusterxchange.workflow.models import Obligation
from tests.bring import bring_exchange_to
from tests.cast import Cast


def test_a_physical_exchange_goes_from_registration_to_closed_and_pays_390_euros(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed", at_once=False)

    # scheme.md section 6: ES to PT, 3 days, over 200 km: 390.00
    assert story.payment.amount_cents == 39_000
    assert story.payment.state == "CONFIRMED"
    assert story.exchange.state == ExchangeState.CLOSED
    assert story.exchange.counted_for == cast.loom
    assert Participation.objects.get(pk=story.visitor_participation.pk).visit == Visit.USED
    cast.loom.budget.refresh_from_db()
    assert (cast.loom.budget.paid_cents, cast.loom.budget.free_cents) == (39_000, 961_000)


def test_a_virtual_exchange_is_closed_without_a_payment_and_leaves_the_visit_free(cast: Cast) -> None:
    story = bring_exchange_to(cast, "closed", format="virtual", at_once=False)

    assert story.exchange.state == ExchangeState.CLOSED
    assert story.payment.state == "WAIVED"
    assert Participation.objects.get(pk=story.visitor_participation.pk).visit == Visit.FREE


@pytest.mark.parametrize(
    "step", ["matched", "agreed", "validated", "commitment_signed", "ready", "running", "ended", "due", "paid"]
)
def test_what_is_open_can_be_derived_anew_at_each_step(cast: Cast, step: str) -> None:
    story = bring_exchange_to(cast, step, at_once=False)

    assert obligations.differences(story.at) == []
    assert Obligation.objects.filter(root_kind="exchange", closed_at__isnull=True).exists()
    assert journal.check().ok
