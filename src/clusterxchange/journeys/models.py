"""What stands beside the cases: what each person keeps of their desk, and what the support office has merged."""

from django.conf import settings
from django.db import models


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
