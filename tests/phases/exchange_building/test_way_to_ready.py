"""The way of one exchange from the match to ready, told by real operations."""

import pytest

from tests.bring import bring_exchange_to
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_physical_exchange_is_ready_once_all_four_and_then_both_have_signed(cast: Cast) -> None:
    story = bring_exchange_to(cast, "ready")

    assert story.exchange.state == "READY"
    assert story.commitment.state == "SIGNED"
    assert story.agreement.state == "SIGNED"


def test_a_virtual_exchange_is_ready_at_once_without_a_financial_agreement(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed", format="virtual")

    assert story.exchange.state == "READY"
    assert not story.exchange.financial_agreements.exists()
