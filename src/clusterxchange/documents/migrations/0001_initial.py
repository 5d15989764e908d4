"""Make the table of documents."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Make the table of documents."""

    initial = True

    dependencies = [("foundation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("commitment_to_quality", "Commitment To Quality"),
                            ("financial_agreement", "Financial Agreement"),
                        ],
                        max_length=40,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=8)),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("is_draft", models.BooleanField()),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="foundation.storedfile",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "subject_id", "version", "made_at", "id"],
                "indexes": [
                    models.Index(fields=["kind", "subject_id", "version"], name="documents_of_a_subject"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject_id", "version", "language", "sha256"),
                        name="documents_one_row_for_each_file_of_a_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="documents_version_starts_at_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="documents_sha256_is_hexadecimal"
                    ),
                ],
            },
        ),
    ]
