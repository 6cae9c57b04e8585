"""A verb more; and the guards as they are made now, each with its own function: the old common one goes."""

from django.db import migrations, models

from consultations.append_only import guard_rows


def forget_common_function(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION IF EXISTS portal_append_only()")


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0020_desk_ends_of_before'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden'), ('add_scan', 'scan of the letter added'), ('resend', 'notice sent again'), ('start_version', 'next version of the draft begun'), ('bring_in_document', 'document brought in'), ('save_document', 'document saved as a version of the draft'), ('discard_document', 'document discarded'), ('bring_in_table', 'table of submissions brought in'), ('enter_table', 'table of submissions entered'), ('discard_table', 'table of submissions discarded'), ('change_rules', 'consultation changed in the records'), ('change_account', 'account changed'), ('set_topic', 'topic set'), ('export_sheet', 'remarks exported as a sheet of answers'), ('bring_in_sheet', 'sheet of answers brought in'), ('enter_sheet', 'sheet of answers entered'), ('discard_sheet', 'sheet of answers discarded'), ('export_history', 'history exported'), ('link_change', 'linked to changed words'), ('unlink_change', 'link to changed words removed'), ('explain_unchanged', 'explained why nothing changed'), ('withdraw_explanation', 'explanation why nothing changed withdrawn'), ('freeze_report', 'report frozen'), ('withhold_report', 'report withheld'), ('group', 'grouped with similar remarks'), ('leave_group', 'left its group'), ('dismiss_group', 'proposed group dismissed'), ('flag_contradiction', 'contradiction flagged'), ('dismiss_contradiction', 'contradiction dismissed')], max_length=25, verbose_name='what'),
        ),
        # The way back leaves the rows guarded, as they were.
        migrations.RunPython(guard_rows, migrations.RunPython.noop),
        migrations.RunPython(forget_common_function, migrations.RunPython.noop),
    ]
