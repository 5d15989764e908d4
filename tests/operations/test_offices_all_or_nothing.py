"""What changes in the offices happens whole or not at all, whichever of its writes fails."""

import inspect
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from clusterxchange.journeys.offices import operations
from clusterxchange.journeys.offices.models import OfficeChange
from tests.cast import MONDAY, Cast, Person, make_account
from tests.operations.test_all_or_nothing import WriteFails, Writes, contents

Call = Callable[[Cast, Person], object]


def propose(cast: Cast, _ludo: Person) -> OfficeChange:
    email = cast.nuno.account.email
    return operations.propose_appointment(
        email=email, role="agency", reason="Kim retires.", actor=cast.edda.actor, at=MONDAY
    )


def nothing(_cast: Cast, _ludo: Person) -> None:
    """Leave everything as it is."""


TRIED: dict[str, tuple[Call, Call]] = {
    "propose_appointment": (nothing, propose),
    "appoint_person": (
        nothing,
        lambda cast, _ludo: operations.appoint_person(email=cast.nuno.account.email, role="agency", at=MONDAY),
    ),
    "propose_removal": (
        nothing,
        lambda cast, ludo: operations.propose_removal(
            ludo.account, role="support_office", reason="Moves on.", actor=cast.edda.actor, at=MONDAY
        ),
    ),
    "confirm_office_change": (
        propose,
        lambda _cast, ludo: operations.confirm_office_change(OfficeChange.objects.get(), actor=ludo.actor, at=MONDAY),
    ),
    "decline_office_change": (
        propose,
        lambda _cast, ludo: operations.decline_office_change(
            OfficeChange.objects.get(), reason="No.", actor=ludo.actor, at=MONDAY
        ),
    ),
    "withdraw_office_change": (
        propose,
        lambda cast, _ludo: operations.withdraw_office_change(
            OfficeChange.objects.get(), actor=cast.edda.actor, at=MONDAY
        ),
    ),
}


def test_every_operation_of_the_offices_is_tried() -> None:
    own = inspect.getmembers(operations, inspect.isfunction)
    assert {name for name, one in own if one.__module__ == operations.__name__ and name[0] != "_"} == set(TRIED)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TRIED)
def test_an_operation_of_the_offices_that_fails_at_any_write_leaves_nothing_behind(cast: Cast, name: str) -> None:
    ludo = Person(make_account("ludo", "Ludo", "Marchetti", is_support_office=True))
    before, call = TRIED[name]
    before(cast, ludo)
    standing, counted = contents(), Writes()
    with transaction.atomic(), connection.execute_wrapper(counted):
        call(cast, ludo)
        transaction.set_rollback(True)

    assert counted.count > 1
    for number in range(1, counted.count + 1):
        with pytest.raises(WriteFails), connection.execute_wrapper(Writes(number)):
            call(cast, ludo)
        assert contents() == standing
