"""The words that the catalogue searches are kept beside what they are made from."""

from django.db import migrations, models

from clusterxchange.parties.organisations.models import Organisation


def fill(apps, schema_editor):
    for one in apps.get_model("organisations", "Organisation").objects.iterator():
        Organisation.fold_columns(one)
        one.save(update_fields=["searched_names", "searched_profile", "folded_keywords"])


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0002_add_ended_places_and_sameness'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='folded_keywords',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='searched_names',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='organisation',
            name='searched_profile',
            field=models.TextField(blank=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
