"""Places of people can end; VAT number and web domain are kept as they are compared."""

from django.db import migrations, models

from clusterxchange.parties.organisations.sameness import folded_vat_number, web_domain


def fill(apps, schema_editor):
    organisations = apps.get_model("organisations", "Organisation")
    for one in organisations.objects.exclude(vat_number="", website="").iterator():
        one.folded_vat_number, one.web_domain = folded_vat_number(one.vat_number), web_domain(one.website)
        one.save(update_fields=["folded_vat_number", "web_domain"])


class Migration(migrations.Migration):

    dependencies = [
        ("organisations", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="folded_vat_number",
            field=models.CharField(blank=True, db_index=True, max_length=30),
        ),
        migrations.AddField(
            model_name="organisation",
            name="web_domain",
            field=models.CharField(blank=True, db_index=True, max_length=200),
        ),
        migrations.AddField(
            model_name="representative",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
