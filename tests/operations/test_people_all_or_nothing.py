"""What people do with their organisations happens whole or not at all, whichever of its writes fails."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import connection, transaction

from clusterxchange.journeys.people import operations
from clusterxchange.journeys.people.models import Invitation, JoinRequest
from clusterxchange.parties.organisations.models import Organisation, Representative
from clusterxchange.phases.registration.models import Application
from tests.bring import bring_participation
from tests.cast import MONDAY, Cast
from tests.operations.test_all_or_nothing import WriteFails, Writes, contents

LATER = MONDAY + timedelta(days=1)


@dataclass
class Scene:
    """Ana's organisation takes part, Nuno begins a registration, and Bram, who takes part as well, stands by."""

    cast: Cast
    made: dict[str, object] = field(default_factory=dict)

    @property
    def organisation(self) -> Organisation:
        assert self.cast.ana.organisation is not None
        return Organisation.objects.get(pk=self.cast.ana.organisation.pk)

    @property
    def application(self) -> Application:
        return Application.objects.get(organisation=self.organisation)

    @property
    def ana(self) -> Representative:
        return Representative.objects.get(account=self.cast.ana.account, organisation=self.organisation)

    @property
    def nuno(self) -> Representative:
        return Representative.objects.get(account=self.cast.nuno.account, organisation=self.organisation)


Step = Callable[[Scene], object]


def invite(s: Scene) -> object:
    email = s.cast.nuno.account.email
    return operations.invite_person(s.organisation, email=email, actor=s.cast.ana.actor, at=MONDAY)


def accept(s: Scene) -> object:
    return operations.accept_invitation(Invitation.objects.get(), actor=s.cast.nuno.actor, at=LATER)


def ask(s: Scene) -> object:
    own = Application.objects.get(representative=s.cast.bram.representative)
    return operations.ask_to_join(own, organisation=s.organisation, matched="web", actor=s.cast.bram.actor, at=MONDAY)


TRIED: dict[str, tuple[tuple[Step, ...], Step]] = {
    "invite_person": ((), invite),
    "accept_invitation": ((invite,), accept),
    "decline_invitation": (
        (invite,),
        lambda s: operations.decline_invitation(Invitation.objects.get(), actor=s.cast.nuno.actor, at=LATER),
    ),
    "take_invitation_back": (
        (invite,),
        lambda s: operations.take_invitation_back(Invitation.objects.get(), actor=s.cast.ana.actor, at=LATER),
    ),
    "expire_invitation": (
        (invite,),
        lambda _s: operations.expire_invitation(Invitation.objects.get(), at=MONDAY + timedelta(days=14)),
    ),
    "ask_to_join": ((), ask),
    "confirm_join_request": (
        (ask,),
        lambda s: operations.confirm_join_request(JoinRequest.objects.get(), actor=s.cast.ana.actor, at=LATER),
    ),
    "decline_join_request": (
        (ask,),
        lambda s: operations.decline_join_request(
            JoinRequest.objects.get(), reason="No.", actor=s.cast.ana.actor, at=LATER
        ),
    ),
    "take_join_request_back": (
        (ask,),
        lambda s: operations.take_join_request_back(JoinRequest.objects.get(), actor=s.cast.bram.actor, at=LATER),
    ),
    "hand_join_request_on": ((ask,), lambda _s: operations.hand_join_request_on(JoinRequest.objects.get(), at=LATER)),
    "leave_organisation": (
        (invite, accept),
        lambda s: operations.leave_organisation(s.organisation, successor=s.nuno, actor=s.cast.ana.actor, at=LATER),
    ),
    "end_place": (
        (invite, accept),
        lambda s: operations.end_place(s.nuno, actor=s.cast.ana.actor, at=LATER),
    ),
    "hand_over": (
        (invite, accept),
        lambda s: operations.hand_over(s.application, successor=s.nuno, actor=s.cast.ana.actor, at=LATER),
    ),
    "edit_place": (
        (),
        lambda s: operations.edit_place(
            s.ana, answers={"based_in": "FR", "first_name": "Anna"}, actor=s.cast.ana.actor, at=LATER
        ),
    ),
    "open_own_curriculum_vitae": (
        (),
        lambda s: operations.open_own_curriculum_vitae(s.ana, actor=s.cast.ana.actor, at=LATER),
    ),
    "edit_organisation": (
        (),
        lambda s: operations.edit_organisation(
            s.organisation, answers={"people": 180}, actor=s.cast.ana.actor, at=LATER
        ),
    ),
}


def acting() -> Iterator[str]:
    for name, function in inspect.getmembers(operations, inspect.isfunction):
        own = function.__module__ == operations.__name__ and not name.startswith("_")
        if own and {"actor", "at"} <= set(inspect.signature(function).parameters):
            yield name


def attempt(scene: Scene, call: Step, failing: int = 0) -> int:
    writes = Writes(failing)
    with connection.execute_wrapper(writes):
        call(scene)
    return writes.count


def test_every_operation_of_people_is_tried() -> None:
    assert set(acting()) == set(TRIED)


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_an_operation_of_people_that_fails_at_any_write_leaves_nothing_behind(cast: Cast) -> None:
    bring_participation(cast, cast.ana, partnership=cast.loom, officer=cast.chiara.actor, role="visit")
    bring_participation(cast, cast.bram, partnership=cast.selvedge, officer=cast.dov.actor, role="host")
    scene, wrong = Scene(cast), []
    for name, (before, call) in TRIED.items():
        with transaction.atomic():
            for step in before:
                step(scene)
            standing = contents()
            with transaction.atomic():
                count = attempt(scene, call)
                transaction.set_rollback(True)
            if not count:
                wrong.append(f"{name}: writes nothing")
            for number in range(1, count + 1):
                try:
                    attempt(scene, call, failing=number)
                    wrong.append(f"{name}: write {number} of {count} did not fail")
                except WriteFails:
                    changed = [table for table, held in contents().items() if held != standing[table]]
                    if changed:
                        wrong.append(f"{name}: write {number} of {count} leaves {', '.join(changed)} changed")
            transaction.set_rollback(True)

    assert not wrong, "\n".join(wrong)
