# Series of events, and when an event was last changed.

import django.db.models.deletion
import lublin2030.lib.translations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0007_ledger_and_map'),
        ('stages', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='changed_at',
            field=models.DateTimeField(auto_now=True),
        ),
        migrations.CreateModel(
            name='EventSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('translations', models.JSONField(blank=True, default=dict, editable=False, validators=[lublin2030.lib.translations._validate_translations], verbose_name='translations')),
                ('slug', models.SlugField(max_length=120, unique=True, verbose_name='address')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='what it is about')),
                ('made_at', models.DateTimeField(editable=False, verbose_name='made')),
                ('form_token', models.CharField(editable=False, max_length=64, unique=True)),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('process', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='stages.process', verbose_name='process')),
            ],
            options={
                'verbose_name': 'series of events',
                'verbose_name_plural': 'series of events',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='event',
            name='series',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='events', to='participation.eventseries', verbose_name='series'),
        ),
    ]
