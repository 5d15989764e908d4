"""Who must do what by when: derived from the tables, kept as rows, the same for one row and for lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F, QuerySet

from clusterxchange.access.capacities import PO, PR, Capacity
from clusterxchange.foundation.scoping import visible
from clusterxchange.journeys.demonstration.story import STEPS
from clusterxchange.phases.registration import operations as registration
from clusterxchange.workflow import obligations, registry
from clusterxchange.workflow.models import Obligation
from tests.bring import begin_story, bring_application_to, bring_exchange_to
from tests.cast import MONDAY, Cast, Person

pytestmark = pytest.mark.django_db
EVERYBODY = ("ana", "bram", "chiara", "cosima", "dov", "edda", "aurel", "zoe", "nuno")
# Whose turn it is after each step, by states.md.
TURNS = {
    "proposed": {"H"},
    "matched": {"V", "H"},
    "drafted": {"V", "H"},
    "agreed": {"VP", "HP"},
    "validated": {"V", "H", "VP", "HP"},
    "commitment_signed": {"V"},
    "ready": {"V", "H"},
    "running": {"V", "H"},
    "ended": {"V", "H"},
    "reported": {"VP", "HP"},
    "due": {"PO"},
    "ordered": {"PR"},
    "released": {"PO"},
    "paid": {"V"},
    "closed": set(),
}


def seen_by(person: Person) -> list[tuple[str, QuerySet[Any]]]:
    return [
        (one.name, visible(one.model._default_manager.all(), one.name, person.actor)) for one in registry.machines()
    ]


@pytest.mark.parametrize("format_of_exchange", ["physical", "virtual"])
def test_after_each_step_rows_are_what_the_tables_say_and_it_is_the_right_ones_turn(
    cast: Cast, format_of_exchange: str
) -> None:
    story = begin_story(cast, format=format_of_exchange)
    for step in STEPS:
        story.tell(step)
        assert obligations.differences(story.at) == [], step
        turn = set(Obligation.objects.filter(closed_at=None, is_watch=False).values_list("capacity", flat=True))
        if format_of_exchange == "physical":
            assert turn == TURNS[step], step


def test_one_row_and_the_list_agree_on_whose_it_is(cast: Cast) -> None:
    story = begin_story(cast)
    for step in STEPS:
        story.tell(step)
        for name in EVERYBODY:
            actor = getattr(cast, name).actor
            listed = set(obligations.mine(actor).values_list("pk", flat=True))
            rows = Obligation.objects.filter(closed_at=None, is_watch=False)
            assert {row.pk for row in rows if obligations.is_own(row, actor)} == listed, (step, name)


def test_the_tools_own_watches_are_nobodys(cast: Cast) -> None:
    bring_exchange_to(cast, "proposed", at_once=False)
    watch = Obligation.objects.get(capacity=Capacity.SYS, kind="proposal", closed_at=None)
    assert not any(obligations.is_own(watch, getattr(cast, name).actor) for name in EVERYBODY)


def test_nobody_waits_for_what_they_may_not_see(cast: Cast) -> None:
    story = bring_exchange_to(cast, "commitment_signed", at_once=False)
    assert obligations.awaited(cast.chiara.actor, seen_by(cast.chiara)).get().kind == "financial_agreement"
    assert not obligations.awaited(cast.bram.actor, seen_by(cast.bram)).exists()
    assert not obligations.awaited(cast.dov.actor, seen_by(cast.dov)).exists()
    story.tell("ordered")
    assert obligations.awaited(cast.ana.actor, seen_by(cast.ana)).get().capacity == PR
    assert not obligations.awaited(cast.bram.actor, seen_by(cast.bram)).exists()
    assert not obligations.awaited(cast.zoe.actor, seen_by(cast.zoe)).exists()


def test_whoever_ordered_a_payment_is_not_asked_to_release_it(cast: Cast) -> None:
    bring_exchange_to(cast, "due", at_once=False)
    assert obligations.mine(cast.chiara.actor).get().capacity == PO
    cast.loom.people.create(account=cast.chiara.account, role="payer")
    assert obligations.mine(cast.chiara.actor).get().capacity == PO


def test_whoever_ordered_is_barred_from_releasing(cast: Cast) -> None:
    cast.loom.people.create(account=cast.chiara.account, role="payer")
    bring_exchange_to(cast, "ordered", at_once=False)
    assert Obligation.objects.get(capacity=PR, closed_at=None).barred_account == cast.chiara.account
    assert not obligations.mine(cast.chiara.actor).exists()
    assert obligations.mine(cast.cosima.actor).get().capacity == PR


def test_a_term_runs_in_working_days_of_the_side_that_acts(cast: Cast) -> None:
    bring_application_to(cast, cast.ana, "submitted", partnership=cast.loom, officer=cast.chiara.actor)
    # 15 working days from Monday 2 March 2026 are Monday 23 March; it ends at midnight in Spain.
    assert obligations.mine(cast.chiara.actor).get().due_at == datetime(2026, 3, 23, 23, tzinfo=UTC)


@pytest.mark.database
def test_a_missing_a_needless_and_a_changed_row_are_found_and_mended(cast: Cast) -> None:
    story = bring_exchange_to(cast, "agreed", at_once=False)
    first, second = Obligation.objects.filter(action="validate_commitment", closed_at=None)
    first.delete()
    Obligation.objects.filter(pk=second.pk).update(due_at=F("due_at") + timedelta(days=1))
    Obligation.objects.filter(action="agree_commitment", capacity="V").update(closed_at=None)
    found = obligations.differences(story.at)
    assert sorted(one.partition(" (")[0] for one in found) == ["missing", "other", "too many"]
    obligations.rebuild(story.at)
    assert obligations.differences(story.at) == []


@pytest.mark.database
def test_a_deleted_draft_leaves_nothing_open(cast: Cast) -> None:

    draft = bring_application_to(cast, cast.ana, "draft", partnership=cast.loom, officer=cast.chiara.actor)
    assert obligations.mine(cast.ana.actor).get().action == "submit_application"
    registration.discard_application(draft, actor=cast.ana.actor, at=MONDAY + timedelta(hours=1))
    assert not Obligation.objects.filter(closed_at=None).exists()
