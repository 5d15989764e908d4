"""What each person keeps beside the cases: how far they have looked, and the filters of their queue."""

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
