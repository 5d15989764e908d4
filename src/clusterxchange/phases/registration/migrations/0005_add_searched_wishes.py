"""The words of wishes that the catalogue searches are kept beside what they are made from."""

from django.db import migrations, models

from clusterxchange.phases.registration.models import Participation


def fill(apps, schema_editor):
    for one in apps.get_model("registration", "Participation").objects.iterator():
        Participation.fold_columns(one)
        one.save(update_fields=["searched_wishes"])


class Migration(migrations.Migration):

    dependencies = [
        ('registration', '0004_keep_answers_as_typed'),
    ]

    operations = [
        migrations.AddField(
            model_name='participation',
            name='searched_wishes',
            field=models.TextField(blank=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
