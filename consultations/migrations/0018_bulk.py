"""Verbs on many remarks at once, and sheets of answers that departments fill in."""

import consultations.models.remarks
import django.db.models.deletion
import django.db.models.expressions
import lublin2030.lib.storage
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0017_desk'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden'), ('add_scan', 'scan of the letter added'), ('resend', 'notice sent again'), ('start_version', 'next version of the draft begun'), ('bring_in_document', 'document brought in'), ('save_document', 'document saved as a version of the draft'), ('discard_document', 'document discarded'), ('bring_in_table', 'table of submissions brought in'), ('enter_table', 'table of submissions entered'), ('discard_table', 'table of submissions discarded'), ('change_rules', 'consultation changed in the records'), ('change_account', 'account changed'), ('set_topic', 'topic set'), ('bring_in_sheet', 'sheet of answers brought in'), ('enter_sheet', 'sheet of answers entered'), ('discard_sheet', 'sheet of answers discarded'), ('export_history', 'history exported'), ('link_change', 'linked to changed words'), ('unlink_change', 'link to changed words removed'), ('explain_unchanged', 'explained why nothing changed'), ('withdraw_explanation', 'explanation why nothing changed withdrawn'), ('freeze_report', 'report frozen'), ('group', 'grouped with similar remarks'), ('leave_group', 'left its group'), ('dismiss_group', 'proposed group dismissed'), ('flag_contradiction', 'contradiction flagged'), ('dismiss_contradiction', 'contradiction dismissed')], max_length=25, verbose_name='what'),
        ),
        migrations.CreateModel(
            name='AnswerSheet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=lublin2030.lib.storage.private_storage, upload_to='arkusze/')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('checked', 'read, to be decided'), ('entering', 'being entered'), ('entered', 'entered'), ('failed', 'could not be read'), ('discarded', 'discarded')], default='waiting', max_length=10, verbose_name='state')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='why it failed')),
                ('rows', models.JSONField(default=list)),
                ('good_rows', models.PositiveIntegerField(default=0)),
                ('bad_rows', models.PositiveIntegerField(default=0)),
                ('same_rows', models.PositiveIntegerField(default=0)),
                ('drafted_answers', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(verbose_name='brought in')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answer_sheets', to='consultations.consultation')),
            ],
            options={
                'verbose_name': 'sheet of answers',
                'verbose_name_plural': 'sheets of answers',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='BulkAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consultations.publicationbatch')),
                ('verb', models.CharField(choices=[('assign', 'assign to a department'), ('tag', 'set the topic'), ('decide', 'answer with one text'), ('review', 'review the answers'), ('approve', 'approve the answers'), ('return', 'return to the departments'), ('publish', 'publish the answers')], max_length=10, verbose_name='what')),
                ('filter', models.JSONField(default=dict)),
                ('parameters', models.JSONField(default=dict)),
                ('form_token', models.CharField(default=consultations.models.remarks.new_token, max_length=64, unique=True)),
                ('asked_at', models.DateTimeField(verbose_name='when')),
                ('finished_at', models.DateTimeField(null=True)),
                ('total', models.PositiveIntegerField(verbose_name='remarks')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                ('state', models.CharField(choices=[('waiting', 'under way'), ('done', 'carried out')], default='waiting', max_length=10, verbose_name='state')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_actions', to='consultations.consultation')),
            ],
            options={
                'verbose_name': 'bulk action',
                'verbose_name_plural': 'bulk actions',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='BulkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('answer', models.PositiveSmallIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'waits'), ('done', 'done'), ('refused', 'refused')], default='waiting', max_length=10)),
                ('refusal', models.CharField(blank=True, max_length=40)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='consultations.bulkaction')),
                ('remark', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulk_items', to='consultations.remark')),
            ],
            options={
                'verbose_name': 'remark of a bulk action',
                'verbose_name_plural': 'remarks of bulk actions',
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='bulkaction',
            constraint=models.CheckConstraint(condition=models.Q(('total__gte', django.db.models.expressions.CombinedExpression(models.F('done'), '+', models.F('refused')))), name='bulk_counts_within_total'),
        ),
        migrations.AddIndex(
            model_name='bulkitem',
            index=models.Index(fields=['action', 'state', 'id'], name='bulk_item_by_state'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.UniqueConstraint(fields=('action', 'remark'), name='bulk_item_once'),
        ),
        migrations.AddConstraint(
            model_name='bulkitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), models.Q(('refusal', ''), _negated=True)), models.Q(models.Q(('state', 'refused'), _negated=True), ('refusal', '')), _connector='OR'), name='bulk_item_refused_with_reason'),
        ),
    ]
