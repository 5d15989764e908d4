"""What every move leaves: consents, obligations, the journal, notices, what was said."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class SubjectModel(models.Model):
    """A row that has a life. Only the engine changes its state."""

    state = models.CharField(max_length=30)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class Consent(models.Model):
    """What one side has said to one version: agreed, validated, signed, confirmed. Revoked, never deleted."""

    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    version = models.PositiveIntegerField(default=1)
    action = models.CharField(max_length=40)
    capacity = models.CharField(max_length=3)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    person = models.CharField(max_length=170)
    at = models.DateTimeField()
    text_sha256 = models.CharField(max_length=64, blank=True)
    scan = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(max_length=24, default="simple")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_id", "version", "action", "capacity"),
                condition=Q(revoked_at__isnull=True),
                name="one_consent_per_side_and_version",
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} by {self.capacity} to {self.kind} {self.subject_id} version {self.version}"


class Obligation(models.Model):
    """Who must do what by when. Desks, queues, banners and reminders are queries on this table.

    Derived from the tables of states: `rebuild-obligations --check` proves it. A watch is a term that asks nobody.
    `due_at` is the first instant that is too late, `then_at` the one at which the term's consequence comes.
    """

    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    root_kind = models.CharField(max_length=30)
    root_id = models.BigIntegerField()
    reference = models.CharField(max_length=20)
    action = models.CharField(max_length=40)
    capacity = models.CharField(max_length=3)
    term = models.CharField(max_length=40, blank=True)
    is_watch = models.BooleanField(default=False)
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, null=True, related_name="obligations"
    )
    partnership = models.ForeignKey("partnerships.Partnership", models.CASCADE, null=True, related_name="obligations")
    barred_account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    then_at = models.DateTimeField(null=True)
    reminders_sent = models.PositiveIntegerField(default=0)
    remind_next_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject_id", "action", "capacity", "term"),
                condition=Q(closed_at__isnull=True),
                name="one_open_obligation_each",
            ),
        )
        indexes = (
            models.Index(
                fields=("organisation", "due_at"), condition=Q(closed_at__isnull=True), name="open_of_organisation"
            ),
            models.Index(
                fields=("partnership", "due_at"), condition=Q(closed_at__isnull=True), name="open_of_partnership"
            ),
            models.Index(fields=("root_kind", "root_id"), condition=Q(closed_at__isnull=True), name="open_of_case"),
            models.Index(
                fields=("then_at",), condition=Q(closed_at__isnull=True, escalated_at__isnull=True), name="open_due"
            ),
            models.Index(fields=("remind_next_at",), condition=Q(closed_at__isnull=True), name="open_reminders"),
        )

    def __str__(self) -> str:
        return f"{self.capacity} {self.action} {self.reference}"


class Entry(models.Model):
    """One line of the journal: codes and numbers only, chained by hash. Nothing changes or removes it."""

    n = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=20)
    capacity = models.CharField(max_length=3)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    case = models.CharField(max_length=20, db_index=True)
    action = models.CharField(max_length=40)
    before = models.CharField(max_length=30)
    after = models.CharField(max_length=30)
    payload_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("n",)
        indexes = (
            models.Index(fields=("actor", "n"), name="entries_of_actor"),
            models.Index(fields=("kind", "action", "n"), name="entries_of_action"),
            models.Index(fields=("subject", "n"), name="entries_of_subject"),
            models.Index(fields=("at",), name="entries_by_moment"),
        )

    def __str__(self) -> str:
        return f"{self.n} {self.action} {self.subject}"


class EntryPayload(models.Model):
    """What an entry was about, in words. It can be erased; the digest in the entry stays."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=32)
    body = models.JSONField()

    def __str__(self) -> str:
        return f"of entry {self.entry_id}"


class DayHead(models.Model):
    """The last entry of a day: it goes into that day's mails and into an anchor file, so that a cut tail is found."""

    day = models.DateField(primary_key=True)
    n = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.day} {self.n} {self.hash}"


class Notice(models.Model):
    """Something a person is to be told: code and names, the sentence is made in their language when it is sent.

    One that had to wait until what it asks for was done is never sent, and goes.
    """

    class Topic(models.TextChoices):
        """Why the person is told."""

        YOUR_TURN = "your_turn"
        HAPPENED = "happened"
        REMINDER = "reminder"
        OVERDUE = "overdue"
        MESSAGE = "message"

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    topic = models.CharField(max_length=20, choices=Topic.choices)
    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    reference = models.CharField(max_length=20)
    action = models.CharField(max_length=40)
    asked = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict)
    path = models.CharField(max_length=200)
    due_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    # In whose name it goes, where that partnership wants to see its mails before they go.
    partnership = models.ForeignKey("partnerships.Partnership", models.CASCADE, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("held_until",), condition=Q(sent_at__isnull=True, held_until__isnull=False), name="held_notices"
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.action} {self.reference}"


class Message(models.Model):
    """Something said in the thread of a case, among those who may see it."""

    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages")
    capacity = models.CharField(max_length=3)
    text = models.TextField()
    attachment = models.ForeignKey("foundation.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("kind", "subject_id"), name="messages_of_case"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}, {self.at}"


class ThreadReading(models.Model):
    """How far a person has read the thread of a case."""

    kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_read = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "kind", "subject_id"), name="one_reading_of_each_thread"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} has read {self.kind} {self.subject_id} up to {self.last_read}"


class JournalCheck(models.Model):
    """That the whole journal was walked, and what was found."""

    at = models.DateTimeField()
    entries = models.BigIntegerField()
    holds = models.BooleanField()
    first_bad = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at.isoformat()} {'holds' if self.holds else f'broken at {self.first_bad}'}"


class UndeliverableMail(models.Model):
    """That mail to an address came back: since when, how often, and why; gone once the address works again."""

    address = models.EmailField(unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="undeliverable_mail")
    reason = models.CharField(max_length=300, blank=True)
    is_permanent = models.BooleanField(default=False)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_at", "-pk")

    def __str__(self) -> str:
        return f"{self.address} since {self.first_at.isoformat()}"


class MailPreferences(models.Model):
    """How a person wants to be written to. What they must do always comes; the rest as they like.

    Hours are those of the scheme's zone. Quiet hours from 22 to 7 go over midnight.
    """

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="mail_preferences"
    )
    wants_news = models.BooleanField(default=True)
    wants_messages = models.BooleanField(default=True)
    is_digest = models.BooleanField(default=False)
    digest_hour = models.PositiveSmallIntegerField(default=7)
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"of {self.account_id}"


class CalendarFeed(models.Model):
    """A secret address at which a calendar reads what is due, for a person or for a whole partnership."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds")
    partnership = models.ForeignKey(
        "partnerships.Partnership", models.CASCADE, null=True, blank=True, related_name="calendar_feeds"
    )
    token = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "partnership"), nulls_distinct=False, name="one_feed_of_each_kind"
            ),
        )

    def __str__(self) -> str:
        return f"of {self.account_id}"


class Outbox(models.Model):
    """For how long a partnership's mails to others wait, so that its people can still change or keep them."""

    partnership = models.OneToOneField(
        "partnerships.Partnership", models.CASCADE, primary_key=True, related_name="outbox"
    )
    minutes = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"of {self.partnership_id}, {self.minutes} minutes"
