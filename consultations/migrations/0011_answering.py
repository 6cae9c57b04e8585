import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_states(apps, schema_editor):
    """What was decided by one person is approved; its one look was its approval."""
    apps.get_model('consultations', 'Remark').objects.filter(state='decided').update(state='approved')
    decisions = apps.get_model('consultations', 'Decision').objects
    decisions.filter(returned_at=None).update(approved_at=models.F('decided_at'))


def name_states_as_before(apps, schema_editor):
    remarks = apps.get_model('consultations', 'Remark').objects
    remarks.filter(state__in=['drafted', 'reviewed', 'approved']).update(state='decided')


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0010_text_hash'),
        ('participation', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='OfferedOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('in_text', 'already in the text'), ('forwarded', 'passed on to further work'), ('explained', 'explained'), ('out_of_scope', 'out of scope')], max_length=20, verbose_name='outcome')),
                ('demands_change', models.BooleanField(default=False, verbose_name='demands a change of the text')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'outcome on offer',
                'verbose_name_plural': 'outcomes on offer',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_on', models.DateField(verbose_name='asked')),
                ('term_days', models.PositiveSmallIntegerField(default=30, help_text='Calendar days.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='days to answer')),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='received')),
                ('stance', models.CharField(blank=True, choices=[('positive', 'positive'), ('with_remarks', 'positive with remarks'), ('negative', 'negative'), ('none', 'no remarks')], max_length=15, verbose_name='stance')),
                ('content', models.TextField(blank=True, help_text='Markdown. Public.', verbose_name='opinion')),
                ('answer', models.TextField(blank=True, help_text='Markdown. Public.', verbose_name="the city's stance")),
                ('silence_is_consent', models.BooleanField(default=True, help_text='No answer within the term counts as agreement.', verbose_name='silence is consent')),
            ],
            options={
                'verbose_name': "institution's opinion",
                'verbose_name_plural': "institutions' opinions",
                'ordering': ['asked_on', 'pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='remark',
            name='remark_outcome_when_decided',
        ),
        migrations.AddField(
            model_name='consultation',
            name='answer_path',
            field=models.CharField(choices=[('direct', 'one person decides'), ('steps', 'draft, review and approval; one person may do several of them'), ('four_eyes', 'draft, review and approval by three different people')], default='direct', max_length=10, verbose_name='way of an answer'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='department_days',
            field=models.PositiveSmallIntegerField(default=14, help_text='Calendar days that a department has to draft an answer, from the day of the assignment.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='days for a department'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='least_days_open',
            field=models.PositiveSmallIntegerField(default=35, help_text='Calendar days that the law asks for, from the announcement. 0: none.', verbose_name='days it must be open'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='warning_days',
            field=models.PositiveSmallIntegerField(default=3, help_text='So many days before its term a department is reminded by e-mail.', verbose_name='days of warning'),
        ),
        migrations.AddField(
            model_name='decision',
            name='approved_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='approved'),
        ),
        migrations.AddField(
            model_name='decision',
            name='approved_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by'),
        ),
        migrations.AddField(
            model_name='decision',
            name='corrects_why',
            field=models.CharField(blank=True, max_length=500, verbose_name='why it was corrected'),
        ),
        migrations.AddField(
            model_name='decision',
            name='four_eyes',
            field=models.BooleanField(default=False, verbose_name='four eyes'),
        ),
        migrations.AddField(
            model_name='decision',
            name='reviewed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='reviewed'),
        ),
        migrations.AddField(
            model_name='decision',
            name='reviewed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by'),
        ),
        migrations.AddField(
            model_name='remark',
            name='answer_due_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="department's term"),
        ),
        migrations.AddField(
            model_name='remark',
            name='correction',
            field=models.CharField(blank=True, choices=[('drafted', 'correction waits for review'), ('reviewed', 'correction waits for approval'), ('approved', 'correction is not published')], editable=False, max_length=10, verbose_name='correction'),
        ),
        migrations.AlterField(
            model_name='decision',
            name='outcome',
            field=models.CharField(choices=[('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('in_text', 'already in the text'), ('forwarded', 'passed on to further work'), ('explained', 'explained'), ('out_of_scope', 'out of scope')], max_length=20, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='verb',
            field=models.CharField(choices=[('receive', 'received'), ('mark_proper', 'found proper'), ('mark_improper', 'found improper'), ('reopen_verification', 'verification reopened'), ('assign', 'assigned to a department'), ('decide', 'decided'), ('review', 'answer reviewed'), ('approve', 'answer approved'), ('return', 'returned to the department'), ('correct_answer', 'correction of the answer drafted'), ('publish', 'answer published'), ('renew_link', 'tracking link renewed'), ('confirm_email', 'e-mail address confirmed'), ('correct', 'corrected by the sender'), ('withdraw', 'withdrawn by the sender'), ('redact', 'public text decided'), ('publish_attachment', 'attachment made public'), ('hide_attachment', 'attachment made private'), ('publish_version', 'version of the draft published'), ('publish_summary', 'summary published'), ('hide_summary', 'summary hidden')], max_length=25, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='remark',
            name='outcome',
            field=models.CharField(blank=True, choices=[('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('in_text', 'already in the text'), ('forwarded', 'passed on to further work'), ('explained', 'explained'), ('out_of_scope', 'out of scope')], editable=False, max_length=20, verbose_name='outcome'),
        ),
        # A computed column cannot be altered, and in the database nothing of it changes.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='remark',
                    name='standing',
                    field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(state='published', then=models.F('outcome')), models.When(state__in=['received', 'improper', 'withdrawn'], then=models.F('state')), default=models.Value('in_progress')), output_field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('withdrawn', 'withdrawn'), ('in_progress', 'in progress'), ('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('in_text', 'already in the text'), ('forwarded', 'passed on to further work'), ('explained', 'explained'), ('out_of_scope', 'out of scope')], max_length=20)),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='remark',
            name='state',
            field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('proper', 'verified'), ('assigned', 'assigned'), ('drafted', 'drafted, waits for review'), ('reviewed', 'reviewed, waits for approval'), ('approved', 'approved, not published'), ('published', 'answered'), ('withdrawn', 'withdrawn')], default='received', editable=False, max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='tally',
            name='standing',
            field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('withdrawn', 'withdrawn'), ('in_progress', 'in progress'), ('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('in_text', 'already in the text'), ('forwarded', 'passed on to further work'), ('explained', 'explained'), ('out_of_scope', 'out of scope')], max_length=20),
        ),
        migrations.RunPython(name_states, name_states_as_before),
        migrations.AddIndex(
            model_name='remark',
            index=models.Index(condition=models.Q(('state', 'assigned')), fields=['answer_due_on'], name='remark_by_term'),
        ),
        migrations.AddIndex(
            model_name='remark',
            index=models.Index(condition=models.Q(('correction', ''), _negated=True), fields=['correction', 'received_at'], name='remark_in_correction'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('approved_at__isnull', False), _connector='OR'), name='decision_published_when_approved'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('four_eyes', False), models.Q(models.Q(('decided_by', models.F('reviewed_by')), _negated=True), models.Q(('decided_by', models.F('approved_by')), _negated=True), models.Q(('reviewed_by', models.F('approved_by')), _negated=True)), _connector='OR'), name='decision_by_different_people'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('four_eyes', False), ('approved_at__isnull', True), ('reviewed_at__isnull', False), _connector='OR'), name='decision_reviewed_before_approved'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at__isnull', True), ('returned_at__isnull', True)), fields=('remark',), name='decision_one_under_way'),
        ),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('department__isnull', False), ('state__in', ['drafted', 'reviewed', 'approved', 'published']), models.Q(('outcome', ''), _negated=True)), models.Q(models.Q(('state__in', ['drafted', 'reviewed', 'approved', 'published']), _negated=True), ('outcome', '')), _connector='OR'), name='remark_outcome_when_answered'),
        ),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.CheckConstraint(condition=models.Q(('correction', ''), ('state', 'published'), _connector='OR'), name='remark_correction_of_published'),
        ),
        migrations.AddField(
            model_name='offeredoutcome',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offered_outcomes', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinions', to='consultations.institution'),
        ),
        migrations.AddConstraint(
            model_name='offeredoutcome',
            constraint=models.UniqueConstraint(fields=('consultation', 'outcome'), name='offered_outcome_once'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.UniqueConstraint(fields=('consultation', 'institution'), name='opinion_once'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('received_on__isnull', True), ('stance', '')), models.Q(('received_on__isnull', False), models.Q(('stance', ''), _negated=True)), _connector='OR'), name='opinion_received_has_stance'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(('received_on__isnull', True), ('received_on__gte', models.F('asked_on')), _connector='OR'), name='opinion_received_after_asked'),
        ),
    ]
