from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0012_ask_country_of_guests"),
    ]

    operations = [
        migrations.RenameField(model_name="abusereport", old_name="at", new_name="created_at"),
        migrations.AlterModelOptions(name="abusereport", options={"ordering": ("created_at", "pk")}),
        migrations.AddField(
            model_name="abusereport",
            name="state",
            field=models.CharField(default="OPEN", max_length=30),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="abusereport",
            name="state_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "update matching_abusereport set state_since = coalesce(closed_at, created_at),"
            " state = case when closed_at is null then 'OPEN' else 'CLOSED' end",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("set constraints all immediate", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="abusereport",
            name="state_since",
            field=models.DateTimeField(),
        ),
    ]
