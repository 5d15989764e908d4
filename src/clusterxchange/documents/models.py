"""Record each file that was made of a text, so that a text and its file can be compared at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from clusterxchange.foundation.encrypted import EncryptedText
from clusterxchange.foundation.models import StoredFile

if TYPE_CHECKING:
    from clusterxchange.documents.signing.authority import Authority


class Document(models.Model):
    """Say which file shows which version of which thing, in which language.

    A signed text is never printed again over an older row: the row and its file stay as they are.
    """

    class Kind(models.TextChoices):
        """Name what is printed."""

        COMMITMENT_TO_QUALITY = "commitment_to_quality"
        FINANCIAL_AGREEMENT = "financial_agreement"
        CERTIFICATE_OF_PARTICIPATION = "certificate_of_participation"

    kind = models.CharField(max_length=40, choices=Kind.choices)
    subject_id = models.BigIntegerField()
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="documents")
    made_at = models.DateTimeField()
    is_draft = models.BooleanField()
    signatures = models.PositiveSmallIntegerField(default=0)
    is_complete = models.BooleanField(default=False)

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


class SigningAuthority(models.Model):
    """Keep what this installation signs with; the keys are sealed as bank details are."""

    certificate = models.TextField()
    key = EncryptedText()
    time_stamp_certificate = models.TextField()
    time_stamp_key = EncryptedText()
    made_at = models.DateTimeField()

    class Meta:
        """Allow one authority: files of years must be checked against the same root."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="documents_one_signing_authority"),
        ]

    def __str__(self) -> str:
        """Say since when it signs."""
        return self.made_at.isoformat()

    def authority(self) -> Authority:
        """Give certificates and keys to sign or check with."""
        from clusterxchange.documents.signing.authority import Authority  # noqa: PLC0415 -- slow to load, and most processes never sign or check a file

        return Authority(self.certificate, self.key, self.time_stamp_certificate, self.time_stamp_key)
