"""The database refuses changes of the history, of earlier texts of remarks and of redactions.

An account that stands in the history cannot be deleted any more. What concerns no single consultation has none: the way
back works only while there is no such row, for none can be thrown away. No table may be altered after the guards are made.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from consultations.append_only import guard_rows, leave_rows_open


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0011_answering'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyentry',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='consultation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='history', to='consultations.consultation'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden'), ('add_scan', 'scan of the letter added'), ('resend', 'notice sent again'), ('start_version', 'next version of the draft begun'), ('bring_in_document', 'document brought in'), ('save_document', 'document saved as a version of the draft'), ('discard_document', 'document discarded'), ('bring_in_table', 'table of submissions brought in'), ('enter_table', 'table of submissions entered'), ('discard_table', 'table of submissions discarded'), ('change_rules', 'consultation changed in the records'), ('change_account', 'account changed'), ('export_history', 'history exported')], max_length=25, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='redaction',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['-at', '-id'], name='history_by_moment'),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['verb', '-at', '-id'], name='history_by_verb'),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(fields=['by', '-at', '-id'], name='history_by_person'),
        ),
        migrations.AddConstraint(
            model_name='historyentry',
            constraint=models.CheckConstraint(condition=models.Q(('consultation__isnull', False), models.Q(('remark__isnull', True), ('submission__isnull', True)), _connector='OR'), name='history_of_a_case_has_consultation'),
        ),
        migrations.RunPython(guard_rows, leave_rows_open),
    ]
