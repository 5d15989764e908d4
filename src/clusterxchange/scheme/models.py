"""Editions of the scheme and the versions of their rules."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext, gettext_lazy


class Edition(models.Model):
    """One funding generation of the scheme; both ends of its validity are inside it."""

    code = models.SlugField(gettext_lazy("code"), max_length=40, unique=True)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    valid_from = models.DateField(gettext_lazy("valid from"))
    valid_to = models.DateField(gettext_lazy("valid to"))
    is_open = models.BooleanField(gettext_lazy("open"), default=False)

    class Meta:
        """Keep the newest edition first."""

        verbose_name = gettext_lazy("edition")
        verbose_name_plural = gettext_lazy("editions")
        ordering: ClassVar = ["-valid_from"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lte=models.F("valid_to")), name="edition_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        """Show the name that people know the edition by."""
        return self.name


class EditionVersion(models.Model):
    """The rules of an edition from a moment on, as one document that is never changed once a case points to it."""

    edition = models.ForeignKey(
        Edition, verbose_name=gettext_lazy("edition"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(gettext_lazy("number"))
    effective_from = models.DateTimeField(gettext_lazy("effective from"))
    document = models.JSONField(gettext_lazy("document"))
    sha256 = models.CharField(gettext_lazy("SHA-256"), max_length=64)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("drafted by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("approved by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(gettext_lazy("created at"))
    in_force_at = models.DateTimeField(gettext_lazy("in force since"), null=True, blank=True)

    class Meta:
        """Number the versions of an edition."""

        verbose_name = gettext_lazy("version of an edition")
        verbose_name_plural = gettext_lazy("versions of editions")
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="edition_version_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="edition_version_number_from_one"),
        ]

    def __str__(self) -> str:
        """Show the edition and the number."""
        return gettext("%(edition)s, version %(number)d") % {"edition": self.edition, "number": self.number}
