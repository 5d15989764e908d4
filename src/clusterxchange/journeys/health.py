"""How the installation does: jobs, mail, scanner, storage, backup, journal; for the support office and for metrics."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Min, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from clusterxchange.foundation import clock, scanner, storage
from clusterxchange.foundation.models import BackupRecord, StoredFile
from clusterxchange.journeys.jobs import QueueState, failed_jobs, queue_state, retry_job
from clusterxchange.workflow import cases, journal
from clusterxchange.workflow.models import JournalCheck, Notice, Obligation, UndeliverableMail
from clusterxchange.workflow.pages import only_support_office, signed_in

MOST_SECONDS_WAITING = 300
MOST_SECONDS_SILENT = 120
LEAST_FREE = 1024**3
NEW_BACKUP_WITHIN, NEW_CHECK_WITHIN = timedelta(days=2), timedelta(days=2)
NEW_DRILL_WITHIN = timedelta(days=92)
MOST_BOUNCES = 50
# A mail server that is away is tried again for 23 minutes.
LONGEST_UNSENT = timedelta(minutes=30)
ANY_NAME = "00/health"


@dataclass(frozen=True)
class Sign:
    """One line of the page: what it is about, how it stands in words, and whether somebody must look after it."""

    name: str
    sentence: str
    is_well: bool
    note: str = ""

    @property
    def row(self) -> dict[str, str]:
        """The line as a row of a list."""
        return {
            "title": self.name,
            "when": _("In order") if self.is_well else _("Look at this"),
            "state": "done" if self.is_well else "late",
            "note": f"{self.sentence} {self.note}".strip(),
        }


def signs_at(at: datetime) -> list[Sign]:
    """Give every sign of health."""
    state = queue_state()
    return [
        _waiting(state),
        _worker(state),
        _failed(state),
        _mail(),
        _unsent(at),
        _scanner(),
        _storage(),
        *_backups(at),
        journal_sign(at),
    ]


def _waiting(state: QueueState) -> Sign:
    count, oldest = state.counts.get("todo", 0), state.oldest_seconds or 0
    sentence = ngettext("%(count)d job waits.", "%(count)d jobs wait.", count) % {"count": count}
    if count:
        sentence += " " + _("The oldest has waited for %(seconds)d seconds.") % {"seconds": oldest}
    return Sign(_("Queue of jobs"), sentence, oldest <= MOST_SECONDS_WAITING)


def _worker(state: QueueState) -> Sign:
    silent = state.heartbeat_seconds
    if silent is None:
        return Sign(_("Worker"), _("No worker runs."), is_well=False)
    seconds = max(int(silent), 0)
    sentence = ngettext(
        "A worker was heard of %(seconds)d second ago.", "A worker was heard of %(seconds)d seconds ago.", seconds
    ) % {"seconds": seconds}
    return Sign(_("Worker"), sentence, silent <= MOST_SECONDS_SILENT)


def _failed(state: QueueState) -> Sign:
    count = state.counts.get("failed", 0)
    sentence = ngettext("%(count)d job was given up.", "%(count)d jobs were given up.", count) % {"count": count}
    return Sign(_("Failed jobs"), sentence, count == 0)


def _mail() -> Sign:
    count = UndeliverableMail.objects.count()
    sentence = ngettext("Mail to %(count)d address comes back.", "Mail to %(count)d addresses comes back.", count)
    return Sign(_("Undeliverable mail"), sentence % {"count": count}, count == 0)


def _late_notices(at: datetime) -> tuple[int, timedelta]:
    """Give how many mails should have gone by now, and for how long the oldest should have."""
    should_go = Coalesce("held_until", "at")
    late = Notice.objects.filter(sent_at=None).annotate(should_go=should_go).filter(should_go__lte=at)
    found = late.aggregate(count=Count("pk"), oldest=Min("should_go"))
    return found["count"], at - (found["oldest"] or at)


def _unsent(at: datetime) -> Sign:
    count, age = _late_notices(at)
    if not count:
        return Sign(_("Mail that waits"), _("Every mail that should have gone by now has gone."), is_well=True)
    sentence = ngettext(
        "%(count)d mail should have gone by now.", "%(count)d mails should have gone by now.", count
    ) % {"count": count}
    oldest = _("The oldest has waited for %(time)s.") % {"time": timesince(at - age, at)}
    return Sign(_("Mail that waits"), f"{sentence} {oldest}", age <= LONGEST_UNSENT)


def _scanner_answers() -> bool:
    try:
        scanner.is_clean(b"")
    except scanner.ScannerNotReady:
        return False
    return True


def _scanner() -> Sign:
    if not scanner.is_configured():
        return Sign(
            _("Virus scanner"), _("No scanner is set up: files are not scanned."), is_well=not settings.IS_PRODUCTION
        )
    if not _scanner_answers():
        return Sign(_("Virus scanner"), _("The scanner does not answer: new files wait."), is_well=False)
    return Sign(_("Virus scanner"), _("The scanner answers."), is_well=True)


def _storage() -> Sign:
    held = StoredFile.objects.aggregate(total=Sum("size"))["total"] or 0
    free = _free_bytes()
    sentence = _("Files take %(held)s; %(free)s are free.") % {
        "held": filesizeformat(held),
        "free": filesizeformat(free),
    }
    fault = _storage_fault()
    return Sign(_("Storage"), sentence, free >= LEAST_FREE and not fault, fault)


def _free_bytes() -> int:
    return shutil.disk_usage(settings.DATA).free if settings.DATA.exists() else 0


def _storage_fault() -> str:
    """Ask the storage for the file that came last; a folder or a bucket that is another one has it not."""
    last = StoredFile.objects.order_by("-pk").values_list("content", flat=True).first()
    try:
        is_there = storage.keeps(last or ANY_NAME)
    except storage.StorageNotReady:
        return _("The place where files lie does not answer: no file can be opened or handed in.")
    if last is None or is_there:
        return ""
    return _("The file that came last is not where it should lie. Look whether files lie where the settings say.")


def _backups(at: datetime) -> list[Sign]:
    found = []
    for kind, name, within in (
        (BackupRecord.Kind.BACKUP, _("Last backup"), NEW_BACKUP_WITHIN),
        (BackupRecord.Kind.DRILL, _("Last trial of restoring"), NEW_DRILL_WITHIN),
    ):
        last = BackupRecord.last(kind)
        if last is None:
            nothing = _("No backup is known yet.") if kind == BackupRecord.Kind.BACKUP else _("None is known yet.")
            found.append(Sign(name, nothing, is_well=False))
        else:
            found.append(Sign(name, cases.date_in_words(last.at), at - last.at <= within))
    return found


def journal_sign(at: datetime) -> Sign:
    """Say when the whole journal was last checked, and what was found."""
    last = JournalCheck.objects.first()
    if last is None:
        return Sign(_("Journal"), _("It has not been checked yet; it is checked each night."), is_well=False)
    names = {"day": cases.date_in_words(last.at), "count": last.entries}
    if not last.holds:
        broken = _("Checked on %(day)s: entry %(first_bad)d does not fit.")
        return Sign(_("Journal"), broken % {**names, "first_bad": last.first_bad or 0}, is_well=False)
    whole = _("Checked on %(day)s: all %(count)d entries fit.") % names
    return Sign(_("Journal"), whole, at - last.at <= NEW_CHECK_WITHIN)


@require_safe
@signed_in
def health(request: HttpRequest) -> HttpResponse:
    """Show the support office how the installation does, with what was given up and what came back."""
    only_support_office(request)
    at = clock.now()
    signs = signs_at(at)
    ill = [one for one in signs if not one.is_well]
    context = {
        "title": _("Health of the installation"),
        "sentence": ngettext(
            "%(count)d thing needs somebody to look after it",
            "%(count)d things need somebody to look after them",
            len(ill),
        )
        % {"count": len(ill)}
        if ill
        else _("Everything is in order"),
        "is_well": not ill,
        "rows": [one.row for one in signs],
        "failed": failed_jobs(),
        "bounces": UndeliverableMail.objects.select_related("account")[:MOST_BOUNCES],
    }
    return render(request, "journeys/health.html", context)


@require_POST
@signed_in
def retry_failed_job(request: HttpRequest, number: int) -> HttpResponse:
    """Put a job that was given up back into the queue."""
    only_support_office(request)
    if retry_job(number):
        messages.success(request, _("The job is in the queue again."))
    else:
        messages.info(request, _("This job was taken up already."))
    return redirect("journeys:health")


def metrics_at(at: datetime) -> list[tuple[str, str, dict[str, str], float]]:
    """Give what a program that watches reads: name, what it is, labels, value."""
    state, (n, _hash), (_late, unsent_for) = queue_state(), journal.head(), _late_notices(at)
    open_ones = Obligation.objects.filter(closed_at=None, is_watch=False)
    found: list[tuple[str, str, dict[str, str], float]] = [
        ("jobs", "Jobs of the queue by their state", {"state": name}, count)
        for name, count in sorted(state.counts.items())
    ]
    found += [
        ("oldest_job_seconds", "How long the oldest job that could run has waited", {}, state.oldest_seconds or 0),
        ("open_obligations", "What somebody must do", {}, open_ones.count()),
        ("overdue_obligations", "What somebody should have done by now", {}, open_ones.filter(due_at__lte=at).count()),
        ("unsent_notices", "Mails that wait to be sent", {}, Notice.objects.filter(sent_at=None).count()),
        ("oldest_unsent_seconds", "How long a mail has waited that should have gone", {}, unsent_for.total_seconds()),
        ("undeliverable_addresses", "Addresses from which mail comes back", {}, UndeliverableMail.objects.count()),
        ("journal_entries", "Entries of the journal", {}, n),
        ("free_bytes", "What is free where the installation keeps its data", {}, _free_bytes()),
        ("storage_answers", "Whether the file that came last lies in storage", {}, not _storage_fault()),
    ]
    if scanner.is_configured():
        found.append(("scanner_answers", "Whether the virus scanner answers", {}, _scanner_answers()))
    if (checked := JournalCheck.objects.first()) is not None:
        age_of_check = (at - checked.at).total_seconds()
        found += [
            ("journal_holds", "Whether all entries of the journal fitted when last checked", {}, checked.holds),
            ("journal_check_age_seconds", "Since the journal was last checked", {}, age_of_check),
        ]
    if state.heartbeat_seconds is not None:
        found.append(("worker_silent_seconds", "Since when no worker was heard of", {}, state.heartbeat_seconds))
    for kind in (BackupRecord.Kind.BACKUP, BackupRecord.Kind.DRILL):
        if (last := BackupRecord.last(kind)) is not None:
            age = (at - last.at).total_seconds()
            found.append(("backup_age_seconds", "Since the last one that held", {"kind": kind.value.lower()}, age))
    return found
