from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('foundation', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='storedfile',
            name='scanned_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
