"""The names of people are kept folded, as they are searched."""

from django.db import migrations, models

from clusterxchange.foundation.folding import fold


def fold_names(apps, schema_editor):
    for account in apps.get_model("accounts", "Account").objects.only("first_name", "last_name", "email").iterator():
        account.search_text = fold(f"{account.first_name} {account.last_name} {account.email}")
        account.save(update_fields=["search_text"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_know_devices_and_tries"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="search_text",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
    ]
