"""That somebody took a copy of their data or asked to be forgotten, and that a case was."""

from django.conf import settings
from django.db import models


class Erasure(models.Model):
    """A person was erased on their own request; what the law keeps of them goes on the day named."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure")
    at = models.DateTimeField()
    kept_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id}, {self.at}"


class DataCopy(models.Model):
    """A person took a copy of all that is held of them."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="data_copies")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.account_id}, {self.at}"


class ForgottenCase(models.Model):
    """An exchange that was over for so long that nothing personal is kept of it any more."""

    exchange = models.OneToOneField("exchange_building.Exchange", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.exchange_id}, {self.at}"
