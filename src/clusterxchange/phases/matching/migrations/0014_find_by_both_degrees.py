from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0013_give_abuse_reports_a_life"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="catalogueentry", name="catalogue_by_latitude"),
        migrations.AddIndex(
            model_name="catalogueentry",
            index=models.Index(
                condition=models.Q(is_listed=True), fields=["latitude", "longitude"], name="catalogue_by_place"
            ),
        ),
    ]
