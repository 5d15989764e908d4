"""An operation happens whole or not at all: whichever of its writes fails, nothing of it is left behind."""

import copy
import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from psycopg import sql

from clusterxchange.workflow.models import Entry
from tests.bring import begin_story
from tests.cast import Cast
from tests.operations.scenes import BEGUN, NOTHING, ON_THE_WAY, STAGES, TRIED, Scene, Try

WRITES = ("INSERT", "UPDATE", "DELETE")
MOST_WRITES = 40
OF_A_TABLE = sql.SQL(
    "select {name}::text, count(*), coalesce(sum(hashtextextended(line::text, 0)), 0)::text from {table} as line"
)
# These take no actor: they are parts of a move, or go from one move to the next, each whole by itself.
PARTS_OF_A_MOVE = {
    "registration": {"claim_visit", "free_visit", "use_visit", "disclose"},
    "matching": {
        "new_proposal",
        "side_of",
        "release_place",
        "open_invitations_of",
        "note_shown_list",
        "note_whether_change_waits",
    },
    "exchange_building": {"settle_budget"},
    "finalisation": {"open_finalisation", "settle_payment", "close_if_settled", "follow_verdicts"},
}
# It asks what would be refused, and writes nothing.
ASKS_ONLY = {("matching", "refusal_against")}
# Nothing is quarantined where no scanner is configured.
NEED_A_SCANNER = {("finalisation", "clear_evidence"), ("finalisation", "reject_evidence")}


class WriteFails(Exception):
    """Stands for whatever may go wrong in the database."""


class Writes:
    """Counts the statements that write, and fails at the one that is named."""

    def __init__(self, failing: int = 0) -> None:
        self.count, self.failing = 0, failing

    def __call__(self, execute: Callable[..., Any], statement: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: ANN401, FBT001 -- as Django calls it
        if str(statement).lstrip().upper().startswith(WRITES):
            self.count += 1
            if self.count == self.failing:
                raise WriteFails
        return execute(statement, params, many, context)


def contents() -> dict[str, tuple[int, str]]:
    """Give how many rows each table holds, and what adds up to another sum when one of them changes."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        each = (OF_A_TABLE.format(name=table, table=sql.Identifier(table)) for table in tables)
        cursor.execute(sql.SQL(" union all ").join(each))
        return {table: (rows, digest) for table, rows, digest in cursor.fetchall()}


def operations_of(phase: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    module = import_module(f"clusterxchange.phases.{phase}.operations")
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


@pytest.mark.parametrize("phase", TRIED)
def test_every_operation_is_tried(phase: str) -> None:
    found = dict(operations_of(phase))
    acting = {name for name, one in found.items() if {"actor", "at"} <= set(inspect.signature(one).parameters)}
    elsewhere = {name for of, name in {*ON_THE_WAY, *ASKS_ONLY, *NEED_A_SCANNER} if of == phase}

    assert set(found) - acting == PARTS_OF_A_MOVE[phase]
    assert acting == set(TRIED[phase]) | elsewhere
    assert not set(TRIED[phase]) & elsewhere


def attempt(scene: Scene, tried: Try, failing: int = 0) -> int:
    """Call the operation on rows read anew; give the number of its writes."""
    writes = Writes(failing)
    with connection.execute_wrapper(writes):
        tried.call(Scene(scene.cast, copy.copy(scene.told)))
    return writes.count


def left_behind(scene: Scene, tried: Try) -> tuple[int, list[str]]:
    """Give the number of writes, and what each that fails leaves behind."""
    with transaction.atomic():
        count = attempt(scene, tried)
        transaction.set_rollback(True)
    before, found = contents(), []
    for number in range(1, min(count, MOST_WRITES) + 1):
        try:
            attempt(scene, tried, failing=number)
            found.append(f"write {number} of {count} did not fail")
        except WriteFails:
            after = contents()
            changed = [table for table, held in after.items() if held != before[table]]
            if changed:
                found.append(f"write {number} of {count} leaves {', '.join(changed)} changed")
    return count, found


@pytest.mark.django_db
@pytest.mark.timeout(300)
@pytest.mark.parametrize("stage", STAGES)
def test_an_operation_that_fails_at_any_write_leaves_nothing_behind(
    cast: Cast, stage: str, record_property: Callable[[str, object], None]
) -> None:
    writes, wrong = 0, []
    story = None if stage == NOTHING else begin_story(cast)
    if story is not None and stage != BEGUN:
        story.tell(stage)

    for phase, entries in TRIED.items():
        for name, tried in entries.items():
            if tried.stage != stage:
                continue
            with transaction.atomic():
                own = Scene(cast, copy.copy(story))
                for step in tried.before:
                    step(own)
                count, found = left_behind(own, tried)
                wrong += [f"{phase}.{name}: {one}" for one in found]
                if not count:
                    wrong.append(f"{phase}.{name}: writes nothing")
                attempt(own, tried)
                for nested, outer in ON_THE_WAY.items():
                    if outer == (phase, name) and not Entry.objects.filter(action=nested[1]).exists():
                        wrong.append(f"{phase}.{name}: {nested[1]} does not happen on the way")
                writes += count
                transaction.set_rollback(True)

    record_property("operation_writes", writes)
    assert not wrong, "\n".join(wrong)
