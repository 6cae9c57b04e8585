"""The department in a frozen list, refused topics for good, and the export of a sheet as an act."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from consultations.append_only import guard_rows, leave_rows_open


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0018_bulk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='bulkitem',
            name='department',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.department'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden'), ('add_scan', 'scan of the letter added'), ('resend', 'notice sent again'), ('start_version', 'next version of the draft begun'), ('bring_in_document', 'document brought in'), ('save_document', 'document saved as a version of the draft'), ('discard_document', 'document discarded'), ('bring_in_table', 'table of submissions brought in'), ('enter_table', 'table of submissions entered'), ('discard_table', 'table of submissions discarded'), ('change_rules', 'consultation changed in the records'), ('change_account', 'account changed'), ('set_topic', 'topic set'), ('export_sheet', 'remarks exported as a sheet of answers'), ('bring_in_sheet', 'sheet of answers brought in'), ('enter_sheet', 'sheet of answers entered'), ('discard_sheet', 'sheet of answers discarded'), ('export_history', 'history exported'), ('link_change', 'linked to changed words'), ('unlink_change', 'link to changed words removed'), ('explain_unchanged', 'explained why nothing changed'), ('withdraw_explanation', 'explanation why nothing changed withdrawn'), ('freeze_report', 'report frozen'), ('group', 'grouped with similar remarks'), ('leave_group', 'left its group'), ('dismiss_group', 'proposed group dismissed'), ('flag_contradiction', 'contradiction flagged'), ('dismiss_contradiction', 'contradiction dismissed')], max_length=25, verbose_name='what'),
        ),
        migrations.CreateModel(
            name='TopicRefusal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('remark', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='topic_refusals', to='consultations.remark')),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.topic')),
            ],
            options={
                'verbose_name': 'refused topic',
                'verbose_name_plural': 'refused topics',
                'constraints': [models.UniqueConstraint(fields=('remark', 'topic'), name='topic_refused_once')],
            },
        ),
        migrations.RunPython(guard_rows, leave_rows_open),
    ]
