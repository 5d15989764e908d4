"""Mails of what spans phases, and how the queue of jobs stands."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from psycopg.errors import UniqueViolation

from clusterxchange.foundation import clock
from clusterxchange.foundation.mail import one_line
from clusterxchange.parties.partnerships.models import PartnershipInvitation, PartnershipPerson
from clusterxchange.workflow.undeliverable import hand_over

OLDEST = """
select extract(epoch from now() - min(e.at))
from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id and e.type = 'deferred'
where j.status = 'todo' and coalesce(j.scheduled_at, e.at) <= now()
"""
HEARTBEAT = "select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers"
FAILED = """
select j.id, j.task_name, j.attempts, max(e.at)
from procrastinate_jobs j join procrastinate_events e on e.job_id = j.id
where j.status = 'failed' group by j.id order by max(e.at) desc limit 50
"""


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up."""

    number: int
    task: str
    attempts: int
    at: datetime


@dataclass(frozen=True)
class QueueState:
    """How the queue of jobs stands, by the clock of the database, which is the queue's own."""

    counts: dict[str, int]
    oldest_seconds: float | None
    heartbeat_seconds: float | None


def queue_state() -> QueueState:
    """Give how many jobs there are in each state, how long the oldest waits, and when a worker was last heard of."""
    with connection.cursor() as cursor:
        cursor.execute("select status::text, count(*) from procrastinate_jobs group by status")
        counts = dict(cursor.fetchall())
        cursor.execute(OLDEST)
        oldest = cursor.fetchone()[0]
        cursor.execute(HEARTBEAT)
        heartbeat = cursor.fetchone()[0]
    return QueueState(
        counts,
        None if oldest is None else float(oldest),
        None if heartbeat is None else float(heartbeat),
    )


def failed_jobs() -> list[FailedJob]:
    """Give the jobs that were given up, the latest first."""
    with connection.cursor() as cursor:
        cursor.execute(FAILED)
        return [FailedJob(*row) for row in cursor.fetchall()]


def retry_job(number: int) -> bool:
    """Put a job that was given up back into the queue; give whether there was one whose work does not wait already."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select id from procrastinate_jobs where id = %s and status = 'failed' for update", [number])
            if cursor.fetchone() is None:
                return False
            cursor.execute("select procrastinate_retry_job_v2(%s, now(), null, null, null)", [number])
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        # Of work that may wait only once, another job waits: it does what this one did not.
        return False
    return True


@app.task(queue="mail", retry=RetryStrategy(max_attempts=6, wait=0, exponential_wait=4))
def send_partnership_invitation(invitation_id: int) -> None:
    """Send an invitation once, unless it was withdrawn; the mark and the hand-over stand in one transaction."""
    with transaction.atomic():
        found = PartnershipInvitation.objects.select_for_update(of=("self",)).select_related("partnership")
        invitation = found.filter(pk=invitation_id, sent_at=None, withdrawn_at=None).first()
        if invitation is None:
            return
        invitation.sent_at = clock.now()
        invitation.save(update_fields=["sent_at"])
        hand_over(mail_of(invitation), invitation.sent_at)


def mail_of(invitation: PartnershipInvitation) -> EmailMessage:
    """Write the invitation in the language of whoever is invited, with one link."""
    with translation.override(invitation.language):
        names = {
            "partnership": invitation.partnership.acronym,
            "roles": ", ".join(str(PartnershipPerson.Role(role).label) for role in invitation.roles),
        }
        sentence = _("%(partnership)s invites you to work with it. Your role: %(roles)s.") % names
        text = render_to_string(
            "mail/notice.txt",
            {
                "sentence": sentence,
                "next": _("Open the link with this e-mail address; without an account, sign up first."),
                "link": urljoin(settings.PUBLIC_URL, f"/partnerships/invitations/{invitation.token}/"),
                "reason": _("You get this mail because somebody of the partnership wrote your address there."),
            },
        )
        subject = _("%(partnership)s invites you") % names
        headers = {"Content-Language": invitation.language}
        return EmailMessage(one_line(subject), text, to=[invitation.email], headers=headers)
