# Voices behind passages, and themes that topics of consultations belong to.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from consultations.append_only import guard_rows, leave_rows_open


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0021_withhold_report_verb'),
        ('participation', '0002_ground'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='topic',
            name='theme',
            field=models.ForeignKey(blank=True, help_text='The subject of voices that this topic belongs to.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='topics', to='participation.theme', verbose_name='theme'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden'), ('add_scan', 'scan of the letter added'), ('resend', 'notice sent again'), ('start_version', 'next version of the draft begun'), ('bring_in_document', 'document brought in'), ('save_document', 'document saved as a version of the draft'), ('discard_document', 'document discarded'), ('bring_in_table', 'table of submissions brought in'), ('enter_table', 'table of submissions entered'), ('discard_table', 'table of submissions discarded'), ('change_rules', 'consultation changed in the records'), ('change_account', 'account changed'), ('set_topic', 'topic set'), ('export_sheet', 'remarks exported as a sheet of answers'), ('bring_in_sheet', 'sheet of answers brought in'), ('enter_sheet', 'sheet of answers entered'), ('discard_sheet', 'sheet of answers discarded'), ('export_history', 'history exported'), ('link_change', 'linked to changed words'), ('unlink_change', 'link to changed words removed'), ('explain_unchanged', 'explained why nothing changed'), ('withdraw_explanation', 'explanation why nothing changed withdrawn'), ('link_voice', 'voice linked to a passage'), ('unlink_voice', 'link of a voice to a passage removed'), ('freeze_report', 'report frozen'), ('withhold_report', 'report withheld'), ('group', 'grouped with similar remarks'), ('leave_group', 'left its group'), ('dismiss_group', 'proposed group dismissed'), ('flag_contradiction', 'contradiction flagged'), ('dismiss_contradiction', 'contradiction dismissed')], max_length=25, verbose_name='what'),
        ),
        migrations.CreateModel(
            name='PassageVoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('linked_at', models.DateTimeField(verbose_name='linked')),
                ('linked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('passage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voice_links', to='consultations.passage')),
                ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passage_links', to='participation.voice')),
            ],
            options={
                'verbose_name': 'voice behind a passage',
                'verbose_name_plural': 'voices behind passages',
                'constraints': [models.UniqueConstraint(fields=('passage', 'voice'), name='passage_voice_once')],
            },
        ),
        migrations.RunPython(guard_rows, leave_rows_open),
    ]
