"""Two who act at the same moment: one after the other, nothing twice, nothing lost."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from clusterxchange.access.actions import Action
from clusterxchange.access.actor import Actor
from clusterxchange.access.capacities import HP, VP, Capacity, H, V
from clusterxchange.documents.models import Document
from clusterxchange.journeys.demonstration.story import Story
from clusterxchange.phases.exchange_building import operations
from clusterxchange.phases.exchange_building.jobs import write_signatures
from clusterxchange.phases.exchange_building.models import Commitment
from clusterxchange.scheme.current import install_editions
from clusterxchange.workflow import consents, engine, obligations
from clusterxchange.workflow.engine import NotDone
from clusterxchange.workflow.models import Entry
from tests.bring import bring_exchange_to
from tests.cast import make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def together(*steps: Callable[[], object]) -> list[str]:
    """Take the steps at the same moment, each on a connection of its own; give their refusals, "" for none."""
    found = [""] * len(steps)
    barrier = threading.Barrier(len(steps))

    def take(number: int, step: Callable[[], object]) -> None:
        barrier.wait(timeout=10)
        try:
            step()
        except NotDone as reason:
            found[number] = reason.refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(number, step)) for number, step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


def signature(story: Story, actor: Actor, capacity: Capacity) -> Callable[[], Commitment]:
    text = story.commitment

    def sign() -> Commitment:
        return operations.sign_commitment(
            text,
            version=str(text.version),
            text_sha256=text.text_sha256,
            is_authenticated=True,
            actor=actor,
            at=story.at,
            capacity=capacity,
        )

    return sign


@pytest.fixture
def story() -> Story:
    install_editions()
    return bring_exchange_to(make_cast(), "validated")


def test_whoever_opens_the_file_while_the_last_one_signs_asks_nobody_anew(story: Story) -> None:
    for actor, capacity in ((story.visitor, V), (story.host, H), (story.visitor_contact, VP)):
        signature(story, actor, capacity)()
    text, signed, opened = story.commitment, threading.Event(), threading.Event()

    def sign_slowly() -> None:
        with transaction.atomic():
            signature(story, story.host_contact, HP)()
            signed.set()
            opened.wait(timeout=1)

    def open_meanwhile() -> None:
        signed.wait(timeout=10)
        engine.record(text, Action.OPEN_DOCUMENT, actor=story.visitor, at=story.at)
        opened.set()

    assert together(sign_slowly, open_meanwhile) == ["", ""]
    assert story.exchange.state == "AGREED"
    assert obligations.differences(story.at) == []


def test_two_who_sign_last_at_once_seal_the_text_once(story: Story) -> None:
    for actor, capacity in ((story.visitor, V), (story.host, H)):
        signature(story, actor, capacity)()

    refusals = together(signature(story, story.visitor_contact, VP), signature(story, story.host_contact, HP))

    assert refusals == ["", ""]
    assert story.commitment.state == "SIGNED"
    assert story.exchange.state == "AGREED"
    assert Entry.objects.filter(action="agree_exchange").count() == 1
    refusals = together(*[lambda: write_signatures("commitment", story.commitment.pk)] * 2)
    assert refusals == ["", ""]
    files = Document.objects.filter(subject_id=story.commitment.pk, kind="commitment_to_quality")
    assert [file.signatures for file in files] == [0, 4]


def test_a_double_click_signs_once(story: Story) -> None:
    refusals = together(signature(story, story.visitor, V), signature(story, story.visitor, V))

    assert sorted(refusals) == ["", "already_signed"]
    assert len(consents.standing(story.commitment, "commitment", Action.SIGN_COMMITMENT)) == 1


def test_a_signature_and_a_cancellation_at_once_leave_one_of_them(story: Story) -> None:
    exchange = story.exchange

    def cancel() -> object:
        return operations.cancel_exchange(exchange, reason_code="illness", actor=story.host, at=story.at, capacity=H)

    refusals = together(signature(story, story.visitor, V), cancel)

    assert refusals[1] == ""
    assert refusals[0] in {"", "wrong_state"}
    assert story.exchange.state == "CANCELLED"
    assert story.exchange.visitor_partnership.budget.free_cents == 1_000_000
