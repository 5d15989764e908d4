"""A participation from its acceptance to its end, and the one visit of an organisation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from clusterxchange.access.actor import SYSTEM
from clusterxchange.phases.registration import operations
from clusterxchange.phases.registration.models import Application, Participation
from clusterxchange.scheme.models import Edition
from clusterxchange.workflow.deadlines import run_due
from clusterxchange.workflow.engine import NotAllowed, Refused, WrongState
from clusterxchange.workflow.models import Obligation
from clusterxchange.workflow.obligations import differences
from tests.cast import MONDAY, PASSWORD, Cast
from tests.phases.registration.conftest import accept, open_by, submit


@pytest.fixture
def participation(cast: Cast, opened: Application) -> Participation:
    """Ana's participation as a visitor."""
    accept(cast.chiara, opened)
    return Participation.objects.get()


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.refusal.code


def test_a_participation_is_reserved_with_a_reason_and_released(cast: Cast, participation: Participation) -> None:
    with pytest.raises(Refused) as refused:
        operations.reserve_participation(participation, reason="", actor=cast.chiara.actor, at=MONDAY)
    assert code_of(refused) == "reason_missing"
    operations.reserve_participation(participation, reason="For a mill in Porto.", actor=cast.chiara.actor, at=MONDAY)
    assert (participation.state, participation.reason) == ("RESERVED", "For a mill in Porto.")
    assert operations.release_participation(participation, actor=cast.chiara.actor, at=MONDAY).state == "ACTIVE"
    with pytest.raises(NotAllowed):
        operations.reserve_participation(participation, reason="Mine.", actor=cast.dov.actor, at=MONDAY)


def test_silence_makes_it_low_active_and_then_inactive_until_somebody_comes_back(
    cast: Cast, participation: Participation
) -> None:
    run_due(datetime(2026, 9, 3, tzinfo=UTC))
    participation.refresh_from_db()
    assert participation.state == "LOW_ACTIVE"
    asked = Obligation.objects.get(kind="participation", closed_at__isnull=True, is_watch=False)
    assert (asked.action, asked.capacity) == ("confirm_interest", "V")

    run_due(datetime(2026, 12, 5, tzinfo=UTC))
    participation.refresh_from_db()
    assert participation.state == "INACTIVE"

    back = datetime(2026, 12, 6, tzinfo=UTC)
    operations.reactivate_participation(participation, actor=cast.ana.actor, at=back)
    assert (participation.state, participation.last_active_at) == ("ACTIVE", back)


def test_whoever_confirms_the_interest_is_active_again(cast: Cast, participation: Participation) -> None:
    at = datetime(2026, 9, 3, tzinfo=UTC)
    run_due(at)
    participation.refresh_from_db()

    assert operations.confirm_interest(participation, actor=cast.ana.actor, at=at).state == "ACTIVE"


def test_a_sign_in_lets_the_silence_begin_anew(cast: Cast, participation: Participation, client: Client) -> None:
    client.post("/sign-in/", {"login": cast.ana.account.email, "password": PASSWORD})

    participation.refresh_from_db()
    assert participation.last_active_at > MONDAY
    watch = Obligation.objects.get(kind="participation", action="mark_low_active", closed_at__isnull=True)
    assert watch.since == participation.last_active_at
    assert differences(participation.last_active_at) == []


def test_a_change_of_the_organisation_is_reviewed(cast: Cast, participation: Participation) -> None:
    application = operations.start_application(actor=cast.ana.actor, at=MONDAY, organisation=cast.ana.organisation)
    operations.edit_application(application, answers={"keywords": "linen"}, actor=cast.ana.actor, at=MONDAY)
    participation.refresh_from_db()
    assert participation.state == "ACTIVE"

    operations.edit_application(application, answers={"people": 180}, actor=cast.ana.actor, at=MONDAY)
    participation.refresh_from_db()
    assert participation.state == "UNDER_REVIEW"
    operations.confirm_participation(participation, reason="Still small enough.", actor=cast.chiara.actor, at=MONDAY)
    assert participation.state == "ACTIVE"


def test_a_review_can_end_it(cast: Cast, participation: Participation) -> None:
    operations.review_participation(participation, actor=SYSTEM, at=MONDAY)

    operations.end_participation(participation, reason="Too large now.", actor=cast.chiara.actor, at=MONDAY)
    assert participation.state == "WITHDRAWN"


def test_a_suspension_has_an_end_and_gives_the_state_before_back(cast: Cast, participation: Participation) -> None:
    operations.reserve_participation(participation, reason="For Porto.", actor=cast.chiara.actor, at=MONDAY)
    with pytest.raises(Refused) as refused:
        operations.suspend_participation(
            participation, reason="A complaint.", until=MONDAY, actor=cast.edda.actor, at=MONDAY
        )
    assert code_of(refused) == "until_not_ahead"
    until = MONDAY + timedelta(days=10)
    operations.suspend_participation(
        participation, reason="A complaint.", until=until, actor=cast.edda.actor, at=MONDAY
    )
    assert participation.state == "SUSPENDED"

    run_due(until - timedelta(minutes=1))
    participation.refresh_from_db()
    assert participation.state == "SUSPENDED"
    run_due(until)
    participation.refresh_from_db()
    assert participation.state == "RESERVED"


def test_withdrawing_ends_it_and_makes_room_for_a_new_one(cast: Cast, participation: Participation) -> None:
    operations.withdraw_participation(participation, actor=cast.ana.actor, at=MONDAY)
    assert participation.state == "WITHDRAWN"
    with pytest.raises(WrongState):
        operations.withdraw_participation(participation, actor=cast.ana.actor, at=MONDAY)

    accept(cast.chiara, open_by(cast.chiara, submit(cast.ana)))
    assert Participation.objects.exclude(state="WITHDRAWN").count() == 1


@pytest.mark.usefixtures("cast")
def test_the_visit_is_claimed_once_given_back_and_used(participation: Participation) -> None:
    operations.claim_visit(participation, MONDAY)
    with pytest.raises(Refused) as refused:
        operations.claim_visit(participation, MONDAY)
    assert code_of(refused) == "visit_already_used"
    operations.free_visit(participation, MONDAY)
    operations.claim_visit(participation, MONDAY)
    operations.use_visit(participation, MONDAY)

    participation.refresh_from_db()
    assert participation.visit == "USED"


def test_whoever_has_visited_is_not_accepted_as_a_visitor_again(cast: Cast, participation: Participation) -> None:
    operations.use_visit(participation, MONDAY)
    operations.withdraw_participation(participation, actor=cast.ana.actor, at=MONDAY)

    with pytest.raises(Refused) as refused:
        submit(cast.ana)
    assert code_of(refused) == "visit_already_used"


@pytest.mark.database
def test_the_database_holds_one_visit_for_an_organisation_over_all_editions(
    cast: Cast, participation: Participation
) -> None:
    operations.use_visit(participation, MONDAY)
    second = Edition.objects.get(code="second")

    with pytest.raises(IntegrityError), transaction.atomic():
        Participation.objects.create(
            edition=second, organisation=participation.organisation, application=participation.application,
            partnership=cast.loom, role="visit", visit="CLAIMED", last_active_at=MONDAY, state="ACTIVE",
            state_since=MONDAY, created_at=MONDAY,
        )  # fmt: skip


def test_the_page_shows_the_steps_of_its_reader(cast: Cast, participation: Participation, client: Client) -> None:
    there = f"/registration/participations/{participation.reference}/"
    seen = {}
    for name, person in (("ana", cast.ana), ("chiara", cast.chiara), ("edda", cast.edda)):
        client.force_login(person.account)
        seen[name] = client.get(there).content.decode()

    assert 'data-action="withdraw_participation"' in seen["ana"]
    assert 'data-action="reserve_participation"' in seen["chiara"]
    assert 'data-action="suspend_participation"' in seen["edda"]
    client.force_login(cast.zoe.account)
    assert client.get(there).status_code == 404


def test_the_page_refuses_a_suspension_without_an_end_at_its_field(
    cast: Cast, participation: Participation, client: Client
) -> None:
    client.force_login(cast.edda.account)

    answer = client.post(
        f"/registration/participations/{participation.reference}/suspend-participation/", {"reason": "A complaint."}
    )
    assert answer.status_code == 422
    assert 'id="id_until_error" data-error="until_not_ahead"' in answer.content.decode()
