from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registration', '0003_keep_assignment'),
    ]

    operations = [
        migrations.AddField(
            model_name='application',
            name='as_typed',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
