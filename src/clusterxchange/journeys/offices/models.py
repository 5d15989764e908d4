"""A change in who works for the support office or the agency."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.models import SubjectModel


class Role(models.TextChoices):
    """An office for which somebody works."""

    SUPPORT_OFFICE = "support_office", _("Support office")
    AGENCY = "agency", _("Agency")

    @property
    def column(self) -> str:
        """The column of an account that says that its person has this role."""
        return f"is_{self.value}"


class OfficeChangeState(models.TextChoices):
    """The states of a change in an office."""

    PROPOSED = "PROPOSED", _("Waits for a second person")
    CONFIRMED = "CONFIRMED", _("Confirmed")
    DECLINED = "DECLINED", _("Declined")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class OfficeChange(SubjectModel):
    """Somebody is to have a role, or to have it no longer. Without a proposer it came from the command line."""

    REFERENCE_LETTERS = "OFF"

    reference = models.CharField(max_length=20, unique=True, null=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="office_changes")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_end = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account",), condition=Q(state="PROPOSED"), name="one_open_office_change_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.account}, {self.role}"
