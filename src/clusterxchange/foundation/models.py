"""Rows that know no word of the programme: files, the demonstration's mailbox and clock."""

from django.db import models

from clusterxchange.foundation.encrypted import box
from clusterxchange.foundation.storage import private_storage

# The type of what is kept sealed: nobody is shown it.
SEALED = "application/octet-stream"


class StoredFile(models.Model):
    """A file in private storage. It is opened only through a view that asks the permission table."""

    class State(models.TextChoices):
        """Whether a scanner has said that the file does no harm."""

        CLEAN = "CLEAN"
        QUARANTINED = "QUARANTINED"
        REJECTED = "REJECTED"

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CLEAN)
    scanned_at = models.DateTimeField(null=True, blank=True)
    content = models.FileField(storage=private_storage, max_length=200)
    stored_at = models.DateTimeField()
    # When whoever handed in a harmful file was told that it does not count.
    set_aside_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where its content lies in storage: under its own hash."""
        return f"{self.sha256[:2]}/{self.sha256}"

    def unsealed(self) -> bytes:
        """Give the content as it came, of a sealed file as well; whoever calls it has asked the permission table."""
        with self.content.open("rb") as content:
            kept: bytes = content.read()
        return box().decrypt(kept) if self.content_type == SEALED else kept

    @property
    def may_be_opened(self) -> bool:
        """Whether it may leave storage: not while it waits for the scanner, and not once that has found harm."""
        return self.state == self.State.CLEAN

    @property
    def is_waiting(self) -> bool:
        """Whether the scanner has not given its verdict yet."""
        return self.state == self.State.QUARANTINED

    @property
    def is_rejected(self) -> bool:
        """Whether the scanner has found harm in it."""
        return self.state == self.State.REJECTED

    @property
    def reason_against_opening(self) -> str:
        """Give the code that says why it stays closed, empty where it may be opened."""
        codes = {self.State.QUARANTINED: "file_waits_for_the_scanner", self.State.REJECTED: "file_is_harmful"}
        return codes.get(self.State(self.state), "")


class BackupRecord(models.Model):
    """That a backup was made, was restored, or was restored for trial beside the installation."""

    class Kind(models.TextChoices):
        """What was done."""

        BACKUP = "BACKUP"
        RESTORE = "RESTORE"
        DRILL = "DRILL"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    folder = models.CharField(max_length=500)
    holds = models.BooleanField()
    rows = models.PositiveBigIntegerField()
    files = models.PositiveBigIntegerField()
    size = models.PositiveBigIntegerField()
    seconds = models.FloatField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("kind", "-at"), name="backup_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at.isoformat()}"

    @classmethod
    def last(cls, kind: "BackupRecord.Kind") -> "BackupRecord | None":
        """Give the latest of a kind that held."""
        return cls.objects.filter(kind=kind, holds=True).first()


class DemonstrationMail(models.Model):
    """A mail that a demonstration shows at /demo/mails/ instead of sending it."""

    to = models.EmailField()
    subject = models.CharField(max_length=300)
    language = models.CharField(max_length=10)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"


class ClockSetting(models.Model):
    """Where a demonstration's clock stood at one real moment; it runs on with real time from there."""

    real_time = models.DateTimeField()
    shown_time = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_clock"),)

    def __str__(self) -> str:
        return self.shown_time.isoformat()
