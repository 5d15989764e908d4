"""Work that is done after the answer: mails, and each minute what is due. Every job is safe to run twice."""

from datetime import datetime

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from clusterxchange.foundation import clock
from clusterxchange.workflow import anchors, deadlines, journal
from clusterxchange.workflow.mails import digest_of, mail_of
from clusterxchange.workflow.models import JournalCheck, Notice

STALLED_AFTER_SECONDS = 20


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_notice(notice_id: int) -> None:
    """Send one notice unless it has been sent; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).select_related("account").filter(pk=notice_id).first()
        if notice is None or notice.sent_at is not None:
            return
        notice.sent_at = clock.now()
        notice.save(update_fields=["sent_at"])
        mail_of(notice).send()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="run_due", lock="run_due")
def run_due(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over; the scheme's clock decides
    """Carry out what is due at the clock's time, and keep the day's anchor of the journal."""
    at = clock.now()
    deadlines.run_due(at)
    send_held(at)
    anchors.write_anchor(at)


def send_held(at: datetime) -> int:
    """Send what has waited for a person's morning: one mail to each, however much there is; give how many mails."""
    waiting = Notice.objects.filter(sent_at=None, held_until__lte=at)
    accounts = list(waiting.order_by("account_id").values_list("account_id", flat=True).distinct())
    for account_id in accounts:
        with transaction.atomic():
            rows = waiting.filter(account_id=account_id).select_for_update(of=("self",)).select_related("account")
            held = list(rows.order_by("pk"))
            if held:
                Notice.objects.filter(pk__in=[one.pk for one in held]).update(sent_at=at)
                (mail_of(held[0]) if len(held) == 1 else digest_of(held)).send()
    return len(accounts)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="check_journal", lock="check_journal")
def check_journal(timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Walk the whole journal once a night, and keep what was found for the health page."""
    found = journal.check()
    JournalCheck.objects.create(at=clock.now(), entries=found.entries, holds=found.ok, first_bad=found.first_bad)


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="rescue", pass_context=True)
async def rescue_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 -- as above
    """Put jobs of a worker that has died back into the queue."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # The same work waits already, so nothing is lost with this one.
            await manager.finish_job(job, Status.ABORTED, delete_job=False)
