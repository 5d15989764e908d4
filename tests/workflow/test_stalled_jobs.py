"""Claims about jobs whose worker has died: each is done after all, and none stands in the way of the others."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from clusterxchange.workflow.jobs import rescue_stalled_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

STALLED = """
insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status) values ('default', %s, %s, 'doing')
returning id
"""
WAITING = """
insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status) values ('default', %s, %s, 'todo')
"""


def rows(statement: str, *arguments: str | int | None) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def no_jobs_of_others(transactional_db: None) -> None:  # noqa: ARG001 -- the table must be there
    # The flush after a test leaves the queue's tables alone.
    rows("delete from procrastinate_jobs")


def rescue() -> None:
    async def run() -> None:
        connector: Any = app.connector
        with app.replace_connector(connector.get_worker_connector()) as working:
            async with working.open_async():
                context: Any = SimpleNamespace(app=working)
                await rescue_stalled_jobs.func(context, 0)

    asyncio.run(run())


def status_of(number: Any) -> object:  # noqa: ANN401 -- a column
    return rows("select status from procrastinate_jobs where id = %s", number)[0][0]


def test_a_job_of_a_dead_worker_waits_to_be_done_again() -> None:
    ((number,),) = rows(STALLED, "clusterxchange.workflow.jobs.run_due", "run_due")
    rescue()
    assert status_of(number) == "todo"


def test_a_job_of_a_dead_worker_whose_work_waits_already_is_given_up_and_the_next_one_is_rescued() -> None:
    ((same,),) = rows(STALLED, "clusterxchange.workflow.jobs.run_due", "run_due")
    rows(WAITING, "clusterxchange.workflow.jobs.run_due", "run_due")
    ((other,),) = rows(STALLED, "clusterxchange.workflow.jobs.send_notice", None)
    rescue()
    assert status_of(same) == "aborted"
    assert status_of(other) == "todo"
