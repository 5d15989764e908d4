"""The engine: one transaction, one winner, nothing half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from clusterxchange.access.actions import Action
from clusterxchange.access.capacities import H, V
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.exchange_building import operations as exchange_building
from clusterxchange.phases.registration import operations as registration
from clusterxchange.phases.registration.models import Application
from clusterxchange.workflow import consents, engine, journal
from clusterxchange.workflow.engine import NotAllowed, NotDone, Refused, WrongState
from clusterxchange.workflow.models import Consent, Entry, EntryPayload, Notice, Obligation
from tests.bring import bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, Person, make_cast

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Entry, EntryPayload, Notice, Obligation, Consent))


def agree(story: Story, person: Person) -> None:
    commitment = story.commitment
    exchange_building.agree_commitment(
        commitment,
        version=str(commitment.version),
        text_sha256=commitment.text_sha256,
        actor=person.actor,
        at=story.at,
    )


def submitted(cast: Cast) -> Application:
    return bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)


@pytest.mark.parametrize("name", ["ana", "dov", "edda", "aurel", "zoe", "nuno"])
def test_whom_the_table_leaves_out_changes_nothing(cast: Cast, name: str) -> None:
    application, before = submitted(cast), counts()
    with pytest.raises(NotAllowed) as reason:
        engine.move(application, Action.OPEN_APPLICATION, actor=getattr(cast, name).actor, at=TUESDAY)
    assert reason.value.refusal.code == "not_allowed"
    application.refresh_from_db()
    assert application.state == "SUBMITTED"
    assert counts() == before


def test_a_capacity_that_is_not_the_actors_is_refused(cast: Cast) -> None:
    application = submitted(cast)
    with pytest.raises(NotAllowed):
        registration.recall_application(application, actor=cast.chiara.actor, at=TUESDAY, capacity=V)


def test_a_second_click_is_told_that_the_state_is_another_one(cast: Cast) -> None:
    application = submitted(cast)
    stale = Application.objects.get(pk=application.pk)
    registration.open_application(application, actor=cast.chiara.actor, at=TUESDAY)
    before = counts()
    with pytest.raises(WrongState) as reason:
        registration.open_application(stale, actor=cast.chiara.actor, at=TUESDAY)
    assert reason.value.refusal.code == "wrong_state"
    assert counts() == before


@pytest.mark.database
def test_a_move_writes_state_obligation_notice_and_journal_together(cast: Cast) -> None:
    application = submitted(cast)
    entry = Entry.objects.order_by("-n")[0]
    assert (entry.action, entry.before, entry.after, entry.capacity) == (
        "submit_application",
        "DRAFT",
        "SUBMITTED",
        "V",
    )
    assert Obligation.objects.get(closed_at=None, is_watch=False).action == "open_application"
    told = Notice.objects.filter(topic="your_turn", action="open_application").values_list("account_id", flat=True)
    assert set(told) == {cast.chiara.account.pk, cast.cosima.account.pk}
    assert application.state_since == entry.at


@pytest.mark.database
def test_what_fails_after_the_last_write_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    application, before = submitted(cast), counts()

    def fail(drafts: object) -> None:
        del drafts
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(journal, "write", fail)
    with pytest.raises(OSError, match="disk"):
        registration.open_application(application, actor=cast.chiara.actor, at=TUESDAY)
    monkeypatch.undo()
    application = Application.objects.get(pk=application.pk)
    assert (application.state, application.opened_at) == ("SUBMITTED", None)
    assert counts() == before
    registration.open_application(application, actor=cast.chiara.actor, at=TUESDAY)
    assert Application.objects.get(pk=application.pk).state == "UNDER_ASSESSMENT"


def test_only_the_last_consent_carries_the_subject_on(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    agree(story, cast.ana)
    assert story.commitment.state == "DRAFTING"
    assert consents.given(story.commitment, "commitment", Action.AGREE_COMMITMENT) == {V}
    agree(story, cast.bram)
    assert story.commitment.state == "SUBMITTED"


@pytest.mark.database
def test_the_same_side_consents_once(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    agree(story, cast.ana)
    with pytest.raises(Refused) as reason:
        agree(story, cast.ana)
    assert reason.value.refusal.code == "already_signed"
    assert Consent.objects.filter(action="agree_commitment", revoked_at=None).count() == 1


@pytest.mark.database
def test_an_edit_takes_consents_back_and_keeps_the_rows(cast: Cast) -> None:
    story = bring_exchange_to(cast, "drafted", at_once=False)
    agree(story, cast.ana)
    exchange_building.edit_commitment(
        story.commitment,
        values={"description": "Otherwise."},
        actor=cast.bram.actor,
        at=story.at + timedelta(hours=1),
        capacity=H,
    )
    assert consents.given(story.commitment, "commitment", Action.AGREE_COMMITMENT) == frozenset()
    assert Consent.objects.filter(action="agree_commitment").count() == 1
    open_ones = Obligation.objects.filter(kind="commitment", action="agree_commitment", closed_at=None)
    assert sorted(open_ones.values_list("capacity", flat=True)) == ["H", "V"]


@pytest.mark.database
def test_what_one_move_brings_about_is_journalled_in_its_order(cast: Cast) -> None:
    bring_exchange_to(cast, "validated", at_once=False)
    last = list(Entry.objects.order_by("-n")[:2].values_list("action", flat=True))
    assert last == ["open_signing", "validate_commitment"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_two_at_once_one_wins_and_the_other_is_told() -> None:
    cast = make_cast()
    application = submitted(cast)
    start = Barrier(2)

    def press(name: str) -> str:
        own = Application.objects.get(pk=application.pk)
        actor = getattr(cast, name).actor
        start.wait(10)
        return outcome_of(lambda: registration.open_application(own, actor=actor, at=TUESDAY))

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, ("chiara", "cosima")))
    assert outcomes == ["done", "wrong_state"]
    assert Entry.objects.filter(action="open_application").count() == 1


def outcome_of(act: Callable[[], object]) -> str:
    try:
        act()
    except NotDone as reason:
        return reason.refusal.code
    finally:
        connection.close()
    return "done"
