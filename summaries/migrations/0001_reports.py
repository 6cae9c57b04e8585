"""Reports, and what keeps a frozen one as it is: triggers by vendor.

On SQLite a later migration that makes one of these tables anew drops its triggers and has to create them again
(``forward`` of this migration does it); the tests of ``tests/summaries/reports/test_immutable.py`` notice.
"""

import django.db.models.deletion
import lublin2030.lib.storage
import summaries.models
from django.conf import settings
from django.db import migrations, models


# Who made a report may be forgotten with the account; everything else of a frozen one stays.
COLUMNS = (
    "consultation_id, state, made_at, office_id, year, ordinal, number, slug, frozen_at, supersedes_id,"
    " what_changed, content, row_count, sha256, is_demonstration"
)
REFUSED = "A frozen report is never changed."
FROZEN = "(SELECT state FROM summaries_consultationreport WHERE id = {row}.report_id) = 'frozen'"

POSTGRESQL = [
    f"""CREATE FUNCTION summaries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"""CREATE FUNCTION summaries_refuse_part() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' AND {FROZEN.format(row="OLD")} OR TG_OP <> 'DELETE' AND {FROZEN.format(row="NEW")} THEN
            RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW; END $$""",
    f"""CREATE TRIGGER summaries_report_stays BEFORE UPDATE OF {COLUMNS} ON summaries_consultationreport
        FOR EACH ROW WHEN (OLD.state = 'frozen') EXECUTE FUNCTION summaries_refuse()""",
    """CREATE TRIGGER summaries_report_kept BEFORE DELETE ON summaries_consultationreport
        FOR EACH ROW WHEN (OLD.state = 'frozen') EXECUTE FUNCTION summaries_refuse()""",
    """CREATE TRIGGER summaries_row_stays BEFORE INSERT OR UPDATE OR DELETE ON summaries_reportrow
        FOR EACH ROW EXECUTE FUNCTION summaries_refuse_part()""",
    # Files of a frozen report may still be made: once.
    """CREATE TRIGGER summaries_file_stays BEFORE UPDATE OR DELETE ON summaries_reportfile
        FOR EACH ROW EXECUTE FUNCTION summaries_refuse_part()""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER summaries_report_stays ON summaries_consultationreport",
    "DROP TRIGGER summaries_report_kept ON summaries_consultationreport",
    "DROP TRIGGER summaries_row_stays ON summaries_reportrow",
    "DROP TRIGGER summaries_file_stays ON summaries_reportfile",
    "DROP FUNCTION summaries_refuse()",
    "DROP FUNCTION summaries_refuse_part()",
]


def _sqlite(name, when, table, condition):
    return f"""CREATE TRIGGER {name} BEFORE {when} ON {table} WHEN {condition}
        BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"""


SQLITE = [
    _sqlite("summaries_report_stays", f"UPDATE OF {COLUMNS}", "summaries_consultationreport", "OLD.state = 'frozen'"),
    _sqlite("summaries_report_kept", "DELETE", "summaries_consultationreport", "OLD.state = 'frozen'"),
    _sqlite("summaries_row_not_added", "INSERT", "summaries_reportrow", FROZEN.format(row="NEW")),
    _sqlite("summaries_row_stays", "UPDATE", "summaries_reportrow", f"{FROZEN.format(row='OLD')} OR {FROZEN.format(row='NEW')}"),
    _sqlite("summaries_row_kept", "DELETE", "summaries_reportrow", FROZEN.format(row="OLD")),
    _sqlite("summaries_file_stays", "UPDATE", "summaries_reportfile", f"{FROZEN.format(row='OLD')} OR {FROZEN.format(row='NEW')}"),
    _sqlite("summaries_file_kept", "DELETE", "summaries_reportfile", FROZEN.format(row="OLD")),
]
SQLITE_BACK = [
    f"DROP TRIGGER {name}"
    for name in (
        "summaries_report_stays", "summaries_report_kept", "summaries_row_not_added", "summaries_row_stays",
        "summaries_row_kept", "summaries_file_stays", "summaries_file_kept",
    )
]


def forward(apps, editor):
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[editor.connection.vendor]:
        editor.execute(statement)


def back(apps, editor):
    for statement in {"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK}[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('consultations', '0014_report_verb'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SigningOffice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('seed_key', models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True)),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                ('number_prefix', models.CharField(blank=True, help_text='For example “WS.” for WS.1/2022.', max_length=20, verbose_name='before the number')),
            ],
            options={
                'verbose_name': 'signing office',
                'verbose_name_plural': 'signing offices',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ConsultationReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('state', models.CharField(choices=[('making', 'being made'), ('freezing', 'being frozen'), ('draft', 'draft'), ('frozen', 'frozen')], default='making', max_length=10, verbose_name='state')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('year', models.PositiveSmallIntegerField(null=True)),
                ('ordinal', models.PositiveIntegerField(null=True)),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='number')),
                ('slug', models.SlugField(blank=True, max_length=80, verbose_name='address')),
                ('frozen_at', models.DateTimeField(null=True, verbose_name='frozen')),
                ('what_changed', models.TextField(blank=True, verbose_name='what changed')),
                ('content', models.TextField(default='{}')),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='consultations.consultation')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='summaries.consultationreport')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='summaries.signingoffice', verbose_name='signing office')),
            ],
            options={
                'verbose_name': 'report on a consultation',
                'verbose_name_plural': 'reports on consultations',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReportText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('information', models.TextField(blank=True, verbose_name='information actions')),
                ('summary', models.TextField(blank=True, verbose_name='conclusions')),
                ('annexes', models.TextField(blank=True, verbose_name='annexes')),
                ('revision', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField(null=True, verbose_name='last change')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('consultation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='report_text', to='consultations.consultation')),
            ],
            options={
                'verbose_name': 'texts of a report',
                'verbose_name_plural': 'texts of reports',
            },
        ),
        migrations.CreateModel(
            name='ReportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('docx', 'DOCX'), ('xlsx', 'XLSX'), ('csv', 'CSV'), ('json', 'JSON')], max_length=5, verbose_name='format')),
                ('volume', models.PositiveSmallIntegerField(default=1, verbose_name='volume')),
                ('file', models.FileField(max_length=200, storage=lublin2030.lib.storage.private_storage, upload_to=summaries.models.report_file_path)),
                ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='summaries.consultationreport')),
            ],
            options={
                'verbose_name': 'file of a report',
                'verbose_name_plural': 'files of reports',
                'constraints': [models.UniqueConstraint(fields=('report', 'format', 'volume'), name='report_file_once'), models.CheckConstraint(condition=models.Q(('volume__gte', 1)), name='report_volume_from_one')],
            },
        ),
        migrations.CreateModel(
            name='ReportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('part', models.PositiveSmallIntegerField()),
                ('position', models.BigIntegerField()),
                ('line', models.TextField()),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='summaries.consultationreport')),
            ],
            options={
                'verbose_name': 'row of a report',
                'verbose_name_plural': 'rows of reports',
                'indexes': [models.Index(fields=['report', 'part', 'position'], name='report_row_by_part')],
                'constraints': [models.UniqueConstraint(fields=('report', 'position'), name='report_row_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'frozen'), _negated=True), models.Q(('frozen_at__isnull', False), ('office__isnull', False), ('ordinal__isnull', False), ('year__isnull', False), models.Q(('number', ''), _negated=True), models.Q(('slug', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='report_frozen_has_number_and_hash'),
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('supersedes__isnull', True), ('what_changed', '')), models.Q(('supersedes__isnull', False), models.Q(('what_changed', ''), _negated=True)), _connector='OR'), name='report_correction_says_what_changed'),
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.UniqueConstraint(fields=('office', 'year', 'ordinal'), name='report_number_once'),
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.UniqueConstraint(condition=models.Q(('slug', ''), _negated=True), fields=('consultation', 'slug'), name='report_address_once'),
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'frozen'), ('supersedes__isnull', True)), fields=('consultation',), name='report_first_once'),
        ),
        migrations.AddConstraint(
            model_name='consultationreport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['making', 'freezing'])), fields=('consultation',), name='report_one_under_way'),
        ),
        migrations.RunPython(forward, back),
    ]
