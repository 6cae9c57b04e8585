import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='consultation',
            name='confirmation_hours',
            field=models.PositiveSmallIntegerField(default=0, help_text='A submission that is not confirmed by then is improper. 0: no confirmation is asked for.', verbose_name='hours to confirm the e-mail address'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='remarks_shown',
            field=models.CharField(choices=[('at_once', 'as soon as they are received'), ('after_closing', 'after the consultation has closed')], default='at_once', max_length=15, verbose_name='remarks are shown to the public'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='sends_per_hour',
            field=models.PositiveIntegerField(default=60, help_text='A library or a school can share one address. 0: no limit.', verbose_name='submissions an hour from one internet address'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='takes_attachments',
            field=models.BooleanField(default=True, verbose_name='takes attachments'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='texts_need_approval',
            field=models.BooleanField(default=False, help_text='No text of a remark is public before a person at the desk has looked for personal data in it.', verbose_name='texts need approval'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('return', 'returned to the department'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden')], max_length=25, verbose_name='what'),
        ),
    ]
