# Themes, directions, attendances and voices.

import django.db.models.deletion
import lublin2030.lib.translations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0001_initial'),
        ('stages', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Direction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('translations', models.JSONField(blank=True, default=dict, editable=False, validators=[lublin2030.lib.translations._validate_translations], verbose_name='translations')),
                ('seed_key', models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True)),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='address')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='directions', to='participation.workinggroup', verbose_name='working group')),
                ('process', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='directions', to='stages.process', verbose_name='process')),
            ],
            options={
                'verbose_name': 'direction',
                'verbose_name_plural': 'directions',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translations', models.JSONField(blank=True, default=dict, editable=False, validators=[lublin2030.lib.translations._validate_translations], verbose_name='translations')),
                ('seed_key', models.CharField(blank=True, editable=False, max_length=120, null=True, unique=True)),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('process', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='themes', to='stages.process', verbose_name='process')),
            ],
            options={
                'verbose_name': 'theme',
                'verbose_name_plural': 'themes',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField(verbose_name='people')),
                ('method', models.CharField(choices=[('list', 'checked in by a list'), ('headcount', 'counted'), ('estimate', 'estimated')], max_length=10, verbose_name='how it is known')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('recorded_at', models.DateTimeField(verbose_name='recorded')),
                ('superseded_at', models.DateTimeField(blank=True, null=True, verbose_name='corrected')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='participation.event', verbose_name='event')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendances',
                'ordering': ['event', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_at__isnull', True)), fields=('event',), name='attendance_one_holds'), models.CheckConstraint(condition=models.Q(('superseded_at__isnull', True), ('superseded_at__gte', models.F('recorded_at')), _connector='OR'), name='attendance_superseded_after_recorded')],
            },
        ),
        migrations.CreateModel(
            name='Voice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('capture_id', models.UUIDField(editable=False, unique=True)),
                ('channel', models.CharField(choices=[('mobile_point', 'mobile point'), ('cafe', 'participatory café'), ('meeting', 'meeting'), ('interview', 'interview'), ('focus_group', 'focus group'), ('survey', 'survey'), ('letter', 'letter or card'), ('other', 'another way')], max_length=15, verbose_name='channel')),
                ('wording', models.CharField(choices=[('transcript', "in the person's own words"), ('paraphrase', 'as staff noted it')], max_length=10, verbose_name='whose words')),
                ('question', models.CharField(blank=True, max_length=300, verbose_name='question')),
                ('text', models.TextField(verbose_name='text')),
                ('public_text', models.TextField(blank=True, verbose_name='text as published')),
                ('age_band', models.CharField(blank=True, choices=[('under_15', 'under 15'), ('15_24', '15 to 24'), ('25_39', '25 to 39'), ('40_59', '40 to 59'), ('60_74', '60 to 74'), ('75_over', '75 and over')], max_length=10, verbose_name='age')),
                ('language', models.CharField(default='pl', max_length=5, verbose_name='language')),
                ('spoken_on', models.DateField(verbose_name='day')),
                ('entered_at', models.DateTimeField(verbose_name='entered')),
                ('state', models.CharField(choices=[('new', 'waits to be read'), ('public', 'public'), ('hidden', 'not published')], default='new', editable=False, max_length=10, verbose_name='state')),
                ('state_at', models.DateTimeField(editable=False, null=True, verbose_name='read')),
                ('hidden_why', models.CharField(blank=True, editable=False, max_length=300, verbose_name='why it is not published')),
                ('directions', models.ManyToManyField(blank=True, related_name='voices', to='participation.direction', verbose_name='directions')),
                ('district', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='participation.district', verbose_name='district')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='entered by')),
                ('event', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='participation.event', verbose_name='event')),
                ('process', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='stages.process', verbose_name='process')),
                ('state_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('theme', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='voices', to='participation.theme', verbose_name='theme')),
            ],
            options={
                'verbose_name': 'voice',
                'verbose_name_plural': 'voices',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'public')), fields=['process', '-id'], name='voice_public'), models.Index(condition=models.Q(('state', 'public')), fields=['theme', '-id'], name='voice_public_theme'), models.Index(condition=models.Q(('state', 'public')), fields=['district', '-id'], name='voice_public_district'), models.Index(condition=models.Q(('state', 'new')), fields=['id'], name='voice_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='voice_has_text'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'new'), ('state_at__isnull', True)), models.Q(models.Q(('state', 'new'), _negated=True), ('state_at__isnull', False)), _connector='OR'), name='voice_read_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'hidden'), models.Q(('hidden_why', ''), _negated=True)), models.Q(models.Q(('state', 'hidden'), _negated=True), ('hidden_why', '')), _connector='OR'), name='voice_hidden_has_reason')],
            },
        ),
    ]
