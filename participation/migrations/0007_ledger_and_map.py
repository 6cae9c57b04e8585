"""Figures that know their events and what they said before; residents of districts, and their borders.

The content that came with the portal learns which events its figures are about, and which of them are parts of a whole
(domain.md §5); what staff have typed in since stays as it is.
"""

import django.db.models.deletion
import lublin2030.lib.translations
from django.conf import settings
from django.db import migrations, models

from participation.append_only import guard_rows, leave_rows_open

KINDS = {
    "ii-punkty-mobilne": "mobile_point",
    "ii-spotkania-otwarte": "open_meeting",
    "ii-future-game-warsztat-przyszlosci": "workshop",
    "ii-kafejka-partycypacyjna": "participatory_cafe",
    "ii-wywiady-indywidualne": "interview",
    "ii-wywiady-grupowe": "focus_group",
    "ii-konkurs-dzieciaki": "competition",
    "ii-kampania-ambientowa": "campaign",
    "iii-warsztaty": "workshop",
    "iii-konferencje": "conference",
    "iv-punkty-mobilne": "mobile_point",
    "iv-spotkania-otwarte-online": "open_meeting",
    "iv-konferencja-online": "conference",
    "iv-spotkania-srodowiskowe": "community_meeting",
    "vi-debaty": "debate",
    "vi-wysluchania": "hearing",
    "viii-spotkania-biznesowe": "business_meeting",
}
PARTS = {
    "iii-tgr": ["iii-warsztaty", "iii-konferencje"],
    "iv-pierwsza-tura": [
        "iv-punkty-mobilne", "iv-spotkania-otwarte-online", "iv-konferencja-online", "iv-spotkania-srodowiskowe",
    ],
}


def tell_events(apps, _editor):
    Figure = apps.get_model("participation", "Figure")
    for key, kind in KINDS.items():
        Figure.objects.filter(seed_key=f"figure:{key}", event__isnull=True).update(event_kind=kind)
    for whole, parts in PARTS.items():
        keys = [f"figure:{part}" for part in parts]
        for found in Figure.objects.filter(seed_key=f"figure:{whole}"):
            Figure.objects.filter(seed_key__in=keys, part_of__isnull=True, value__isnull=True).update(part_of=found)


def untell_events(_apps, _editor):
    """The column goes; a part of a whole stays one: nobody knows any more who said so."""


class Migration(migrations.Migration):

    dependencies = [
        ('participation', '0006_surveys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BorderSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('preview', 'preview'), ('public', 'public'), ('retired', 'not shown any more')], default='preview', editable=False, max_length=10, verbose_name='state')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
                ('outlines', models.JSONField(editable=False)),
                ('width', models.PositiveIntegerField(editable=False)),
                ('height', models.PositiveIntegerField(editable=False)),
                ('points_read', models.PositiveIntegerField(editable=False, verbose_name='points in the file')),
                ('points_kept', models.PositiveIntegerField(editable=False, verbose_name='points kept')),
                ('brought_at', models.DateTimeField(verbose_name='brought in')),
                ('published_at', models.DateTimeField(null=True, verbose_name='published')),
                ('retired_at', models.DateTimeField(null=True, verbose_name='taken away')),
            ],
            options={
                'verbose_name': 'borders of the districts',
                'verbose_name_plural': 'borders of the districts',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='FigureRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translations', models.JSONField(blank=True, default=dict, editable=False, validators=[lublin2030.lib.translations._validate_translations], verbose_name='translations')),
                ('number', models.PositiveIntegerField()),
                ('corrected_at', models.DateTimeField(verbose_name='corrected')),
                ('why', models.CharField(max_length=500, verbose_name='why')),
                ('events_count', models.PositiveIntegerField(null=True, verbose_name='number of events')),
                ('events_qualifier', models.CharField(blank=True, choices=[('exact', 'exactly'), ('over_ten', 'between ten and twenty'), ('planned', 'planned')], max_length=10, verbose_name='kind of that number')),
                ('value', models.PositiveIntegerField(null=True, verbose_name='value')),
                ('unit', models.CharField(blank=True, choices=[('people', 'people'), ('opinions', 'opinions'), ('replies', 'replies'), ('entities', 'entities'), ('experts', 'experts'), ('remarks', 'remarks'), ('senders', 'senders'), ('participants', 'participants'), ('pages', 'pages')], max_length=15, verbose_name='unit')),
                ('qualifier', models.CharField(blank=True, choices=[('exact', 'exactly'), ('about', 'about'), ('nearly', 'nearly'), ('over', 'over')], max_length=10, verbose_name='qualifier')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
                ('event_kind', models.CharField(blank=True, choices=[('mobile_point', 'mobile point'), ('open_meeting', 'open meeting'), ('participatory_cafe', 'participatory café'), ('workshop', 'workshop'), ('interview', 'interview'), ('focus_group', 'focus group'), ('debate', 'debate'), ('hearing', 'public hearing'), ('conference', 'conference'), ('competition', 'competition'), ('campaign', 'campaign'), ('council_meeting', 'meeting with councillors'), ('business_meeting', 'business meeting'), ('community_meeting', 'community meeting')], max_length=20, verbose_name='about all events of the kind')),
            ],
            options={
                'verbose_name': 'correction of a figure',
                'verbose_name_plural': 'corrections of figures',
                'ordering': ['figure', 'number'],
            },
        ),
        migrations.AddField(
            model_name='district',
            name='population',
            field=models.PositiveIntegerField(blank=True, help_text='Only with its day and its source; leave it empty else.', null=True, verbose_name='residents'),
        ),
        migrations.AddField(
            model_name='district',
            name='population_on',
            field=models.DateField(blank=True, null=True, verbose_name='residents: as of'),
        ),
        migrations.AddField(
            model_name='district',
            name='population_source',
            field=models.CharField(blank=True, max_length=200, verbose_name='residents: source'),
        ),
        migrations.AddField(
            model_name='figure',
            name='event_kind',
            field=models.CharField(blank=True, choices=[('mobile_point', 'mobile point'), ('open_meeting', 'open meeting'), ('participatory_cafe', 'participatory café'), ('workshop', 'workshop'), ('interview', 'interview'), ('focus_group', 'focus group'), ('debate', 'debate'), ('hearing', 'public hearing'), ('conference', 'conference'), ('competition', 'competition'), ('campaign', 'campaign'), ('council_meeting', 'meeting with councillors'), ('business_meeting', 'business meeting'), ('community_meeting', 'community meeting')], help_text="In the figure's stage. What was noted at these events stands with the figure.", max_length=20, verbose_name='about all events of the kind'),
        ),
        migrations.AddField(
            model_name='figure',
            name='revision',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name='district',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('population__isnull', True), ('population_on__isnull', True), ('population_source', '')), models.Q(('population__gt', 0), ('population_on__isnull', False), models.Q(('population_source', ''), _negated=True)), _connector='OR'), name='district_population_has_day_and_source'),
        ),
        migrations.AddField(
            model_name='borderset',
            name='brought_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='brought in by'),
        ),
        migrations.AddField(
            model_name='borderset',
            name='published_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by'),
        ),
        migrations.AddField(
            model_name='figurerevision',
            name='corrected_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='corrected by'),
        ),
        migrations.AddField(
            model_name='figurerevision',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='participation.event', verbose_name='event'),
        ),
        migrations.AddField(
            model_name='figurerevision',
            name='figure',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='participation.figure', verbose_name='figure'),
        ),
        migrations.AddField(
            model_name='figurerevision',
            name='part_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='participation.figure', verbose_name='part of'),
        ),
        migrations.AddConstraint(
            model_name='borderset',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'public')), fields=('state',), name='border_set_one_public'),
        ),
        migrations.AddConstraint(
            model_name='borderset',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('retired_at__isnull', True), ('state', 'preview')), models.Q(('published_at__isnull', False), ('retired_at__isnull', True), ('state', 'public')), models.Q(('published_at__isnull', False), ('retired_at__gte', models.F('published_at')), ('state', 'retired')), _connector='OR'), name='border_set_state_has_its_times'),
        ),
        migrations.AddConstraint(
            model_name='figurerevision',
            constraint=models.UniqueConstraint(fields=('figure', 'number'), name='figure_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='figurerevision',
            constraint=models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='figure_revision_has_reason'),
        ),
        migrations.RunPython(tell_events, untell_events),
        migrations.RunPython(guard_rows, leave_rows_open),
    ]
