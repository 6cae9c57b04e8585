import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def name_kinds(apps, schema_editor):
    """Who proposed a new wording of a passage asked to change it; all others made a remark."""
    for name in ('Remark', 'BasketRemark'):
        rows = apps.get_model('consultations', name).objects.filter(target='passage').exclude(wording='')
        rows.update(kind='reword')
    # A basket from before lists its remarks by their age.
    apps.get_model('consultations', 'BasketRemark').objects.update(position=models.F('id'))


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0003_documents'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Redaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='of revision')),
                ('text_state', models.CharField(choices=[('waiting', 'waits to be looked at'), ('open', 'public as written'), ('redacted', 'public with redactions')], max_length=10, verbose_name='text')),
                ('change', models.TextField(blank=True, verbose_name='what to change')),
                ('wording', models.TextField(blank=True, verbose_name='proposed wording')),
                ('reason', models.TextField(blank=True, verbose_name='why')),
                ('grounds', models.CharField(blank=True, max_length=500, verbose_name='reason of the redaction')),
                ('at', models.DateTimeField(verbose_name='when')),
            ],
            options={
                'verbose_name': 'redaction',
                'verbose_name_plural': 'redactions',
                'ordering': ['remark', 'at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='RemarkRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(verbose_name='revision')),
                ('content', models.JSONField()),
                ('replaced_at', models.DateTimeField(verbose_name='replaced')),
            ],
            options={
                'verbose_name': 'earlier text of a remark',
                'verbose_name_plural': 'earlier texts of remarks',
                'ordering': ['remark', 'revision'],
            },
        ),
        migrations.CreateModel(
            name='RemarkWords',
            fields=[
                ('remark', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_words', serialize=False, to='consultations.remark')),
                ('words', models.TextField()),
            ],
            options={
                'verbose_name': 'words of a remark',
                'verbose_name_plural': 'words of remarks',
            },
        ),
        migrations.AlterModelOptions(
            name='basketremark',
            options={'ordering': ['position', 'pk'], 'verbose_name': 'remark in a basket', 'verbose_name_plural': 'remarks in baskets'},
        ),
        migrations.RemoveConstraint(
            model_name='remark',
            name='remark_says_something',
        ),
        migrations.AddField(
            model_name='basket',
            name='created_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='basket',
            name='link_token',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='basketremark',
            name='kind',
            field=models.CharField(choices=[('reword', 'change the wording'), ('remove', 'remove this passage'), ('add', 'add after this passage'), ('general', 'remark'), ('question', 'question')], default='general', max_length=10),
        ),
        migrations.AddField(
            model_name='basketremark',
            name='position',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='basketremark',
            name='revision',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='remark',
            name='kind',
            field=models.CharField(choices=[('reword', 'change the wording'), ('remove', 'remove this passage'), ('add', 'add after this passage'), ('general', 'remark'), ('question', 'question')], default='general', max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='remark',
            name='revision',
            field=models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='revision'),
        ),
        migrations.AddField(
            model_name='remark',
            name='shown_change',
            field=models.TextField(blank=True, editable=False, verbose_name='what to change, as the public reads it'),
        ),
        migrations.AddField(
            model_name='remark',
            name='shown_reason',
            field=models.TextField(blank=True, editable=False, verbose_name='why, as the public reads it'),
        ),
        migrations.AddField(
            model_name='remark',
            name='shown_wording',
            field=models.TextField(blank=True, editable=False, verbose_name='proposed wording, as the public reads it'),
        ),
        migrations.AddField(
            model_name='remark',
            name='text_state',
            field=models.CharField(choices=[('waiting', 'waits to be looked at'), ('open', 'public as written'), ('redacted', 'public with redactions')], default='open', editable=False, max_length=10, verbose_name='text'),
        ),
        migrations.AddField(
            model_name='submission',
            name='confirm_until',
            field=models.DateTimeField(editable=False, null=True, verbose_name='to be confirmed by'),
        ),
        migrations.AddField(
            model_name='submission',
            name='confirmation_token',
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='submission',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='e-mail address confirmed'),
        ),
        migrations.AddField(
            model_name='submission',
            name='lodged_on',
            field=models.DateField(blank=True, null=True, verbose_name='lodged'),
        ),
        migrations.AlterField(
            model_name='remark',
            name='change',
            field=models.TextField(blank=True, verbose_name='what to change'),
        ),
        migrations.AlterField(
            model_name='remark',
            name='state',
            field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('proper', 'verified'), ('assigned', 'assigned'), ('decided', 'decided, not published'), ('published', 'answered'), ('withdrawn', 'withdrawn')], default='received', editable=False, max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='tally',
            name='standing',
            field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('withdrawn', 'withdrawn'), ('in_progress', 'in progress'), ('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('forwarded', 'passed on to further work'), ('explained', 'explained')], max_length=20),
        ),
        migrations.AddIndex(
            model_name='remark',
            index=models.Index(condition=models.Q(('text_state', 'waiting')), fields=['received_at', 'id'], name='remark_text_waiting'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(condition=models.Q(('confirm_until__isnull', False), ('confirmed_at__isnull', True), ('verification', 'pending')), fields=['confirm_until'], name='submission_unconfirmed'),
        ),
        migrations.AddField(
            model_name='redaction',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='redaction',
            name='remark',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redactions', to='consultations.remark'),
        ),
        migrations.AddField(
            model_name='remarkrevision',
            name='remark',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='consultations.remark'),
        ),
        migrations.AddField(
            model_name='remarkwords',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.consultation'),
        ),
        migrations.AddConstraint(
            model_name='redaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text_state', 'redacted'), _negated=True), models.Q(('grounds', ''), _negated=True), _connector='OR'), name='redaction_has_grounds'),
        ),
        migrations.AddConstraint(
            model_name='remarkrevision',
            constraint=models.UniqueConstraint(fields=('remark', 'revision'), name='remark_revision_once'),
        ),
        # A computed column cannot be altered: it is made anew, with its index.
        migrations.RemoveIndex(model_name='remark', name='remark_by_standing'),
        migrations.RemoveField(model_name='remark', name='standing'),
        migrations.AddField(
            model_name='remark',
            name='standing',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(state='published', then=models.F('outcome')), models.When(state__in=['received', 'improper', 'withdrawn'], then=models.F('state')), default=models.Value('in_progress')), output_field=models.CharField(choices=[('received', 'received'), ('improper', 'improper'), ('withdrawn', 'withdrawn'), ('in_progress', 'in progress'), ('accepted', 'accepted'), ('partly_accepted', 'partly accepted'), ('not_accepted', 'not accepted'), ('forwarded', 'passed on to further work'), ('explained', 'explained')], max_length=20)),
        ),
        migrations.AddIndex(
            model_name='remark',
            index=models.Index(fields=['consultation', 'standing', 'position'], name='remark_by_standing'),
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('change', ''), _negated=True), models.Q(('wording', ''), _negated=True), ('kind', 'remove'), _connector='OR'), name='remark_says_something'),
        ),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['general', 'question']), models.Q(('kind', 'remove'), ('target', 'passage')), models.Q(('kind__in', ['reword', 'add']), ('target', 'passage'), models.Q(('wording', ''), _negated=True)), _connector='OR'), name='remark_kind_fits_its_place'),
        ),
    ]
