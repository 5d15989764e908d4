from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0006_hold_mail_in_outboxes'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['actor', 'n'], name='entries_of_actor'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['kind', 'action', 'n'], name='entries_of_action'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['subject', 'n'], name='entries_of_subject'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['at'], name='entries_by_moment'),
        ),
    ]
