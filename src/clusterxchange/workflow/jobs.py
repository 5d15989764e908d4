"""Work that is done after the answer: mails, and each minute what is due. Every job is safe to run twice."""

import logging
from datetime import datetime
from socket import gaierror

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from clusterxchange.foundation import clock
from clusterxchange.workflow import anchors, deadlines, journal
from clusterxchange.workflow.mails import digest_of, is_settled, mail_of
from clusterxchange.workflow.models import JournalCheck, Notice
from clusterxchange.workflow.undeliverable import hand_over

STALLED_AFTER_SECONDS = 20
# The mail server cannot be reached at all; what it answers to one mail is an SMTPException.
NOBODY_ANSWERS = (ConnectionError, TimeoutError, gaierror)

log = logging.getLogger(__name__)


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_notice(notice_id: int) -> None:
    """Send one notice unless it has been sent; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update(of=("self",)).select_related("account").filter(pk=notice_id).first()
        if notice is None or notice.sent_at is not None:
            return
        notice.sent_at = clock.now()
        notice.save(update_fields=["sent_at"])
        hand_over(mail_of(notice), notice.sent_at)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="run_due", lock="run_due")
def run_due(timestamp: int) -> None:  # noqa: ARG001 -- the queue hands it over; the scheme's clock decides
    """Carry out what is due at the clock's time, and keep the day's anchor of the journal."""
    at = clock.now()
    deadlines.run_due(at)
    anchors.write_anchor(at)
    send_held(at)


def send_held(at: datetime) -> int:
    """Send what has waited for a person's morning: one mail to each, however much there is; give how many mails.

    What cannot be sent to one person waits for the next minute and keeps nobody else's mail. What asks for something
    that is done by now is not sent, and not kept.
    """
    waiting = Notice.objects.filter(sent_at=None, held_until__lte=at)
    sent = 0
    for account_id in list(waiting.order_by("account_id").values_list("account_id", flat=True).distinct()):
        try:
            sent += _send_held_to(account_id, at)
        except NOBODY_ANSWERS:
            # Each further try would wait as long as this one, and the next minute's deadlines with it.
            log.exception("the mail server does not answer: what has waited stays until the next minute")
            break
        except Exception:
            log.exception("what has waited for account %d stays until the next minute", account_id)
    return sent


def _send_held_to(account_id: int, at: datetime) -> int:
    with transaction.atomic():
        rows = Notice.objects.filter(account_id=account_id, sent_at=None, held_until__lte=at)
        found = list(rows.select_for_update(of=("self",)).select_related("account").order_by("pk"))
        settled = {one.pk for one in found if is_settled(one)}
        # By their numbers: what has come since then was not looked at.
        Notice.objects.filter(pk__in=settled).delete()
        held = [one for one in found if one.pk not in settled]
        if not held:
            return 0
        Notice.objects.filter(pk__in=[one.pk for one in held]).update(sent_at=at)
        hand_over(mail_of(held[0]) if len(held) == 1 else digest_of(held), at)
    return 1


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
