import consultations.models.drafts
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0002_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DraftImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('file', models.FileField(upload_to=consultations.models.drafts.draft_image_path)),
                ('content_type', models.CharField(max_length=40)),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('alt', models.TextField(blank=True, verbose_name='what the picture shows')),
            ],
            options={
                'verbose_name': 'picture in a draft',
                'verbose_name_plural': 'pictures in drafts',
            },
        ),
        migrations.CreateModel(
            name='DraftImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('docx', 'DOCX'), ('odt', 'ODT'), ('markdown', 'Markdown'), ('text', 'pasted text')], max_length=10, verbose_name='format')),
                ('file', models.FileField(blank=True, upload_to='importy/')),
                ('file_name', models.CharField(blank=True, max_length=200, verbose_name='file')),
                ('source', models.TextField(blank=True)),
                ('chapter_level', models.PositiveSmallIntegerField(default=0, verbose_name='chapters begin at heading level')),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('ready', 'read, to be checked'), ('failed', 'could not be read'), ('saved', 'saved as a version'), ('discarded', 'discarded')], default='waiting', max_length=10, verbose_name='state')),
                ('failure', models.CharField(blank=True, max_length=40, verbose_name='why it failed')),
                ('document', models.JSONField(default=dict)),
                ('problems', models.JSONField(default=list)),
                ('matches', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('at', models.DateTimeField(verbose_name='brought in')),
            ],
            options={
                'verbose_name': 'import of a draft',
                'verbose_name_plural': 'imports of drafts',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PassageChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('same', 'unchanged'), ('changed', 'changed'), ('added', 'added'), ('removed', 'removed')], max_length=10, verbose_name='what became of it')),
                ('is_moved', models.BooleanField(default=False, verbose_name='moved')),
                ('runs', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'change of a passage',
                'verbose_name_plural': 'changes of passages',
                'ordering': ['comparison', 'position'],
            },
        ),
        migrations.CreateModel(
            name='VersionComparison',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('counts', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'comparison of versions',
                'verbose_name_plural': 'comparisons of versions',
            },
        ),
        migrations.AddField(
            model_name='passagetext',
            name='footnotes',
            field=models.JSONField(blank=True, default=list, editable=False, verbose_name='footnotes'),
        ),
        migrations.AddField(
            model_name='passagetext',
            name='html',
            field=models.TextField(blank=True, editable=False, verbose_name='text with its layout'),
        ),
        migrations.AddField(
            model_name='passagetext',
            name='level',
            field=models.PositiveSmallIntegerField(default=1, verbose_name='level'),
        ),
        migrations.AddField(
            model_name='passagetext',
            name='marker',
            field=models.CharField(blank=True, max_length=20, verbose_name='sign of the list item'),
        ),
        migrations.AlterField(
            model_name='passagetext',
            name='kind',
            field=models.CharField(choices=[('paragraph', 'paragraph'), ('item', 'list item'), ('heading', 'heading inside a chapter'), ('table', 'table'), ('image', 'image')], default='paragraph', max_length=10, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='draftimage',
            name='draft',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='images', to='consultations.draft'),
        ),
        migrations.AddField(
            model_name='draftimport',
            name='base',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='consultations.draftversion'),
        ),
        migrations.AddField(
            model_name='draftimport',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draftimport',
            name='draft',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='consultations.draft'),
        ),
        migrations.AddField(
            model_name='draftimport',
            name='version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='consultations.draftversion'),
        ),
        migrations.AddField(
            model_name='passagechange',
            name='newer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.passagetext'),
        ),
        migrations.AddField(
            model_name='passagechange',
            name='older',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.passagetext'),
        ),
        migrations.AddField(
            model_name='passagechange',
            name='passage',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.passage'),
        ),
        migrations.AddField(
            model_name='versioncomparison',
            name='newer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.draftversion'),
        ),
        migrations.AddField(
            model_name='versioncomparison',
            name='older',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.draftversion'),
        ),
        migrations.AddField(
            model_name='passagechange',
            name='comparison',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='consultations.versioncomparison'),
        ),
        migrations.AddConstraint(
            model_name='draftimage',
            constraint=models.UniqueConstraint(fields=('draft', 'sha256'), name='draft_image_once'),
        ),
        migrations.AddConstraint(
            model_name='versioncomparison',
            constraint=models.UniqueConstraint(fields=('older', 'newer'), name='comparison_once'),
        ),
        migrations.AddConstraint(
            model_name='passagechange',
            constraint=models.UniqueConstraint(fields=('comparison', 'passage'), name='passage_change_once'),
        ),
        migrations.AddConstraint(
            model_name='passagechange',
            constraint=models.UniqueConstraint(fields=('comparison', 'position'), name='passage_change_position_once'),
        ),
    ]
