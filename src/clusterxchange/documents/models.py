"""Record each file that was made of a text, so that a text and its file can be compared at any time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clusterxchange.foundation.models import StoredFile


class Document(models.Model):
    """Say which file shows which version of which thing, in which language.

    A signed text is never printed again over an older row: the row and its file stay as they are.
    """

    class Kind(models.TextChoices):
        """Name what is printed."""

        COMMITMENT_TO_QUALITY = "commitment_to_quality"
        FINANCIAL_AGREEMENT = "financial_agreement"

    kind = models.CharField(max_length=40, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="documents")
    made_at = models.DateTimeField()
    is_draft = models.BooleanField()

    class Meta:
        """Keep one row for each file of a version."""

        ordering: ClassVar[list[str]] = ["kind", "subject_id", "version", "made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "subject_id", "version", "language", "sha256"],
                name="documents_one_row_for_each_file_of_a_version",
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="documents_version_starts_at_one"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="documents_sha256_is_hexadecimal"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "subject_id", "version"], name="documents_of_a_subject"),
        ]

    def __str__(self) -> str:
        """Name the document for whoever reads a log."""
        return f"{self.kind} {self.subject_id}, version {self.version}, {self.language}"
