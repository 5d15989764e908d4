import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnerships", "0005_suspend_and_end_partnerships"),
    ]

    operations = [
        migrations.CreateModel(
            name="BudgetMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.CharField(blank=True, max_length=20)),
                ("source", models.CharField(blank=True, max_length=9)),
                ("target", models.CharField(blank=True, max_length=9)),
                ("cents", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "partnership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_moves",
                        to="partnerships.partnership",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["partnership", "at"], name="moves_of_a_budget")],
            },
        ),
    ]
