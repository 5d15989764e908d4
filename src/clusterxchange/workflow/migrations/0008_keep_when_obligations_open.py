from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflow", "0007_find_entries"),
    ]

    operations = [
        migrations.AddField(
            model_name="obligation",
            name="opened_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "update workflow_obligation set opened_at = since",
            migrations.RunSQL.noop,
        ),
        # Constraints that the update has deferred are checked before the column changes.
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="obligation",
            name="opened_at",
            field=models.DateTimeField(),
        ),
    ]
