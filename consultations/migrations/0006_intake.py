import consultations.models.attachments
import consultations.models.remarks
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0005_attachments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportedLetter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'imported letter',
                'verbose_name_plural': 'imported letters',
            },
        ),
        migrations.CreateModel(
            name='LetterDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form_token', models.CharField(default=consultations.models.remarks.new_token, max_length=64, unique=True)),
                ('content', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'letter being typed in',
                'verbose_name_plural': 'letters being typed in',
                'ordering': ['-updated_at'],
            },
        ),
        migrations.CreateModel(
            name='RemarkImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=consultations.models.attachments.private_storage, upload_to='importy-uwag/')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('checked', 'read, to be decided'), ('entering', 'being entered'), ('entered', 'entered'), ('failed', 'could not be read'), ('discarded', 'discarded')], default='waiting', max_length=10, verbose_name='state')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='why it failed')),
                ('rows', models.JSONField(default=list)),
                ('good_rows', models.PositiveIntegerField(default=0)),
                ('bad_rows', models.PositiveIntegerField(default=0)),
                ('known_rows', models.PositiveIntegerField(default=0)),
                ('entered_submissions', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(verbose_name='brought in')),
            ],
            options={
                'verbose_name': 'import of submissions',
                'verbose_name_plural': 'imports of submissions',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='importedletter',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='importedletter',
            name='submission',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='imported_as', to='consultations.submission'),
        ),
        migrations.AddField(
            model_name='letterdraft',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letter_drafts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='letterdraft',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letter_drafts', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='remarkimport',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='remarkimport',
            name='consultation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remark_imports', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='importedletter',
            name='of_import',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='consultations.remarkimport'),
        ),
        migrations.AddConstraint(
            model_name='importedletter',
            constraint=models.UniqueConstraint(fields=('consultation', 'digest'), name='imported_letter_once'),
        ),
    ]
