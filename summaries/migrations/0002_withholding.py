"""Withholding a frozen report, and its guards by the mechanism of all apps: also against TRUNCATE.

The way back works only while no report is withheld: without these columns its text would be public again.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

from summaries.guards import REPORTS

first = import_module("summaries.migrations.0001_reports")


def refuse_while_any_is_withheld(apps, editor):
    reports = apps.get_model("summaries", "ConsultationReport").objects.using(editor.connection.alias)
    if reports.filter(withheld_at__isnull=False).exists():
        raise IrreversibleError("A report is withheld: without the columns that say so its text would be public again.")


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0021_withhold_report_verb'),
        ('summaries', '0001_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(first.back, first.forward),
        migrations.AddField(
            model_name='consultationreport',
            name='withheld_at',
            field=models.DateTimeField(null=True, verbose_name='withheld'),
        ),
        migrations.AddField(
            model_name='consultationreport',
            name='withheld_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consultationreport',
            name='withheld_why',
            field=models.TextField(blank=True, verbose_name='why it is withheld', default=''),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withheld_at__isnull', True), ('withheld_by__isnull', True), ('withheld_why', '')), models.Q(('state', 'frozen'), ('withheld_at__isnull', False), ('withheld_by__isnull', False), models.Q(('withheld_why', ''), _negated=True)), _connector='OR'), name='report_withheld_is_frozen_and_says_why'),
        ),
        migrations.RunPython(REPORTS.guard_rows, REPORTS.leave_rows_open),
        migrations.RunPython(migrations.RunPython.noop, refuse_while_any_is_withheld),
    ]
