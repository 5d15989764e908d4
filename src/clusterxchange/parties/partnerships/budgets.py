"""The money of a partnership, moved between its four parts. A move locks the row: it is the last lock of a step.

Each move is kept with its moment and the exchange for which it was made, so that figures can be told as of a day.
"""

from datetime import datetime
from typing import Literal

from django.db.models import F

from clusterxchange.parties.partnerships.models import Budget, BudgetMove

Part = Literal["reserved", "committed"]


class NotEnough(Exception):
    """The part from which the money should come does not hold so much; nothing was moved."""


def reserve(partnership_id: int, cents: int, *, case: str, at: datetime) -> None:
    """Set free money aside for a stay that is being agreed.

    :raises NotEnough: when less is free, or the partnership has no budget.
    """
    _move(partnership_id, cents, "free", "reserved", case, at)


def commit(partnership_id: int, cents: int, *, case: str, at: datetime) -> None:
    """Turn what was reserved into what is owed under a signed agreement.

    :raises NotEnough: when less was reserved.
    """
    _move(partnership_id, cents, "reserved", "committed", case, at)


def free(partnership_id: int, cents: int, *, from_part: Part, case: str, at: datetime) -> None:
    """Give back what was reserved or committed.

    :raises NotEnough: when that part holds less.
    """
    _move(partnership_id, cents, from_part, "free", case, at)


def pay(partnership_id: int, cents: int, *, case: str, at: datetime) -> None:
    """Note that committed money has been paid.

    :raises NotEnough: when less was committed.
    """
    _move(partnership_id, cents, "committed", "paid", case, at)


def take_back(
    partnership_id: int, cents: int, *, to_part: Literal["committed", "free"], case: str, at: datetime
) -> None:
    """Note that paid money has come back: it is owed again, or free.

    :raises NotEnough: when less was paid.
    """
    _move(partnership_id, cents, "paid", to_part, case, at)


def plan(budget: Budget, planned_cents: int, at: datetime) -> None:
    """Plan another amount in a budget that is locked; what is used stays, the rest is free."""
    more = planned_cents - budget.planned_cents
    budget.planned_cents, budget.free_cents = planned_cents, budget.free_cents + more
    budget.save(update_fields=["planned_cents", "free_cents"])
    source, target = ("", "free") if more > 0 else ("free", "")
    BudgetMove.objects.create(
        partnership_id=budget.partnership_id, source=source, target=target, cents=abs(more), at=at
    )


def _move(partnership_id: int, cents: int, source: str, target: str, case: str, at: datetime) -> None:
    if cents < 0:
        raise ValueError("an amount is never below zero")
    budget = Budget.objects.select_for_update().filter(partnership_id=partnership_id).first()
    if cents == 0:
        return
    if budget is None or getattr(budget, f"{source}_cents") < cents:
        raise NotEnough(f"{source}_cents")
    moved = {f"{source}_cents": F(f"{source}_cents") - cents, f"{target}_cents": F(f"{target}_cents") + cents}
    Budget.objects.filter(pk=budget.pk).update(**moved)
    BudgetMove.objects.create(
        partnership_id=partnership_id, case=case, source=source, target=target, cents=cents, at=at
    )


def hand_over(from_id: int, to_id: int, *, reserved_cents: int, committed_cents: int, case: str, at: datetime) -> None:
    """Let another partnership answer for what one has reserved and committed: its own free money takes its place.

    :raises NotEnough: when the other has less free, or the first holds less.
    """
    # Both rows are locked in the order of their partnerships, as they would be by two steps at once.
    list(Budget.objects.select_for_update().filter(partnership_id__in=(from_id, to_id)).order_by("partnership_id"))
    free(from_id, reserved_cents, from_part="reserved", case=case, at=at)
    free(from_id, committed_cents, from_part="committed", case=case, at=at)
    reserve(to_id, reserved_cents + committed_cents, case=case, at=at)
    commit(to_id, committed_cents, case=case, at=at)
