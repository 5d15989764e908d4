from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registration", "0005_add_searched_wishes"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="first_submitted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(
            "update registration_application set first_submitted_at = submitted_at",
            migrations.RunSQL.noop,
        ),
    ]
