# Decisions about voices, and tables of voices that are brought in.

import django.db.models.deletion
import lublin2030.lib.storage
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0003_registration'),
        ('stages', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='VoiceImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(storage=lublin2030.lib.storage.private_storage, upload_to='importy-glosow/')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'waits to be read'), ('checked', 'read, to be decided'), ('entering', 'being entered'), ('entered', 'entered'), ('failed', 'could not be read'), ('discarded', 'discarded')], default='waiting', max_length=10, verbose_name='state')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='why it failed')),
                ('rows', models.JSONField(default=list)),
                ('good_rows', models.PositiveIntegerField(default=0)),
                ('bad_rows', models.PositiveIntegerField(default=0)),
                ('known_rows', models.PositiveIntegerField(default=0)),
                ('entered_voices', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(verbose_name='brought in')),
            ],
            options={
                'verbose_name': 'import of voices',
                'verbose_name_plural': 'imports of voices',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='voice',
            name='public_why',
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name='why the public reads another text'),
        ),
        migrations.AddField(
            model_name='voice',
            name='revision',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('public_text', ''), ('public_why', '')), models.Q(models.Q(('public_text', ''), _negated=True), models.Q(('public_why', ''), _negated=True)), _connector='OR'), name='voice_public_text_has_reason'),
        ),
        migrations.AddField(
            model_name='voiceimport',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='voiceimport',
            name='process',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voice_imports', to='stages.process'),
        ),
    ]
