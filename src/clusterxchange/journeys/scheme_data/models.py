"""A version of an edition's rules while it is written and decided on."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusterxchange.workflow.models import SubjectModel


class EditionDraftState(models.TextChoices):
    """The states of a drafted version."""

    DRAFT = "DRAFT", _("Being written")
    PROPOSED = "PROPOSED", _("Waits for approval")
    APPROVED = "APPROVED", _("Approved")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class EditionDraft(SubjectModel):
    """Rules that shall hold from a day on. Without an edition they are those of one that does not exist yet."""

    REFERENCE_LETTERS = "VER"

    reference = models.CharField(max_length=20, unique=True, null=True)
    edition = models.ForeignKey("scheme.Edition", models.PROTECT, null=True, blank=True, related_name="drafts")
    base = models.ForeignKey("scheme.EditionVersion", models.PROTECT, null=True, blank=True, related_name="+")
    document = models.JSONField()
    effective_on = models.DateField(_("Holds from"), null=True, blank=True)
    why = models.TextField(_("Why it changes"), blank=True)
    returned_why = models.TextField(blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made = models.ForeignKey("scheme.EditionVersion", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.reference or ""

    @property
    def names(self) -> dict[str, Any]:
        """The code, the name and the days of the edition as they are drafted."""
        found: dict[str, Any] = self.document["edition"]
        return found
