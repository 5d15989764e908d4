"""What stands beside the cases: desks of people, merged entries, announcements."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DeskLook(models.Model):
    """How far a person had looked at the journal when their present visit to the desk began, and by now."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="desk_look")
    since_n = models.BigIntegerField()
    since_at = models.DateTimeField()
    last_n = models.BigIntegerField()
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id} since entry {self.since_n}"


class SavedFilter(models.Model):
    """A part of the work queue under a name of one's own; `query` is what stands in its address."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=200)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("account", "name"), name="one_filter_of_each_name"),)

    def __str__(self) -> str:
        return self.name


class OrganisationMerge(models.Model):
    """Two entries of one organisation were made one; `changes` is what each row held before, so that it can go back.

    A change is a table, a row, a column, what it held and what it holds since. No personal text stands in it.
    `references` are the cases that moved.
    """

    kept = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="merges")
    merged = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    changes = models.JSONField(default=list)
    references = models.JSONField(default=list)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("merged",), condition=models.Q(undone_at__isnull=True), name="an_entry_is_merged_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.merged} into {self.kept}"


class Announcement(models.Model):
    """What the support office says to an audience, on its desks from the first to the last day."""

    class Audience(models.TextChoices):
        """Who reads it."""

        EVERYBODY = "everybody", _("Everybody who signs in")
        ORGANISATIONS = "organisations", _("Visiting and host organisations")
        PARTNERSHIPS = "partnerships", _("People of partnerships")

    text_en = models.TextField()
    text_pl = models.TextField(blank=True)
    audience = models.CharField(max_length=13, choices=Audience.choices)
    first_day = models.DateField()
    last_day = models.DateField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="announcement_does_not_end_before"
            ),
        )

    def __str__(self) -> str:
        return self.text_en

    @property
    def state(self) -> str:
        """Whether it stands on desks on its days, as the journal writes it."""
        return "PUBLISHED" if self.withdrawn_at is None else "WITHDRAWN"


class AnnouncementRead(models.Model):
    """That a person has put an announcement away."""

    announcement = models.ForeignKey(Announcement, models.CASCADE, related_name="readings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("announcement", "account"), name="put_away_once"),)

    def __str__(self) -> str:
        return f"{self.account_id}, {self.announcement_id}"
