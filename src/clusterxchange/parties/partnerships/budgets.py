"""The money of a partnership, moved between its four parts. A move locks the row: it is the last lock of a step."""

from typing import Literal

from django.db.models import F

from clusterxchange.parties.partnerships.models import Budget

Part = Literal["reserved", "committed"]


class NotEnough(Exception):
    """The part from which the money should come does not hold so much; nothing was moved."""


def reserve(partnership_id: int, cents: int) -> None:
    """Set free money aside for a stay that is being agreed.

    :raises NotEnough: when less is free, or the partnership has no budget.
    """
    _move(partnership_id, cents, "free_cents", "reserved_cents")


def commit(partnership_id: int, cents: int) -> None:
    """Turn what was reserved into what is owed under a signed agreement.

    :raises NotEnough: when less was reserved.
    """
    _move(partnership_id, cents, "reserved_cents", "committed_cents")


def free(partnership_id: int, cents: int, *, from_part: Part) -> None:
    """Give back what was reserved or committed.

    :raises NotEnough: when that part holds less.
    """
    _move(partnership_id, cents, f"{from_part}_cents", "free_cents")


def pay(partnership_id: int, cents: int) -> None:
    """Note that committed money has been paid.

    :raises NotEnough: when less was committed.
    """
    _move(partnership_id, cents, "committed_cents", "paid_cents")


def take_back(partnership_id: int, cents: int, *, to_part: Literal["committed", "free"]) -> None:
    """Note that paid money has come back: it is owed again, or free.

    :raises NotEnough: when less was paid.
    """
    _move(partnership_id, cents, "paid_cents", f"{to_part}_cents")


def _move(partnership_id: int, cents: int, source: str, target: str) -> None:
    if cents < 0:
        raise ValueError("an amount is never below zero")
    budget = Budget.objects.select_for_update().filter(partnership_id=partnership_id).first()
    if cents == 0:
        return
    if budget is None or getattr(budget, source) < cents:
        raise NotEnough(source)
    Budget.objects.filter(pk=budget.pk).update(**{source: F(source) - cents, target: F(target) + cents})


def hand_over(from_id: int, to_id: int, *, reserved_cents: int, committed_cents: int) -> None:
    """Let another partnership answer for what one has reserved and committed: its own free money takes its place.

    :raises NotEnough: when the other has less free, or the first holds less.
    """
    # Both rows are locked in the order of their partnerships, as they would be by two steps at once.
    list(Budget.objects.select_for_update().filter(partnership_id__in=(from_id, to_id)).order_by("partnership_id"))
    free(from_id, reserved_cents, from_part="reserved")
    free(from_id, committed_cents, from_part="committed")
    reserve(to_id, reserved_cents + committed_cents)
    commit(to_id, committed_cents)
