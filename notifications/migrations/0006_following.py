import django.db.models.deletion
import notifications.models
from django.db import migrations, models
from django.utils.crypto import salted_hmac


BATCH = 1000
NEW_KINDS = ["happening", "digest", "following_link"]


def give_secrets(apps, schema_editor):
    """Each address gets its secret: the one that ``ReaderTokenField`` gives to later followings."""
    Subscription = apps.get_model("notifications", "Subscription")
    after = 0
    while rows := list(Subscription.objects.filter(pk__gt=after).only("pk", "email").order_by("pk")[:BATCH]):
        for row in rows:
            row.reader_token = salted_hmac("notifications.reader", row.email, algorithm="sha256").hexdigest()
        Subscription.objects.bulk_update(rows, ["reader_token"], batch_size=200)
        after = rows[-1].pk


def leave_consultations_only(apps, schema_editor):
    """The earlier portal knows followers of consultations only, and only their mails."""
    apps.get_model("notifications", "Subscription").objects.filter(consultation__isnull=True).delete()
    apps.get_model("notifications", "Message").objects.filter(kind__in=NEW_KINDS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0023_places_of_words'),
        ('notifications', '0005_registration'),
        ('participation', '0008_series'),
        ('stages', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Happening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_demonstration', models.BooleanField(default=False, editable=False, verbose_name='demonstration')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(choices=[('news', 'news'), ('event_announced', 'event announced'), ('event_moved', 'event moved'), ('event_cancelled', 'event cancelled'), ('event_restored', 'event takes place after all'), ('event_summarised', 'summary of an event'), ('stage_begun', 'stage begun'), ('stage_ended', 'stage finished'), ('stage_result', 'result of a stage'), ('consultation_opens', 'consultation opens'), ('consultation_closes', 'consultation closes soon'), ('consultation_closed', 'consultation closed'), ('draft_version', 'version of the draft published'), ('answers', 'answers published'), ('report', 'report published'), ('report_corrected', 'report corrected'), ('voices', 'voices published')], max_length=25, verbose_name='kind')),
                ('occurred_at', models.DateTimeField(verbose_name='when')),
                ('recorded_at', models.DateTimeField(db_index=True, verbose_name='noticed')),
                ('told_at', models.DateTimeField(null=True, verbose_name='told')),
                ('context', models.JSONField(default=dict)),
            ],
            options={
                'verbose_name': 'happening',
                'verbose_name_plural': 'happenings',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Sighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record', models.CharField(max_length=40, unique=True)),
                ('facts', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'sighting',
                'verbose_name_plural': 'sightings',
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField(null=True)),
                ('looked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'watch',
                'verbose_name_plural': 'watches',
            },
        ),
        migrations.AddField(
            model_name='subscription',
            name='cursor',
            field=models.BigIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='subscription',
            name='district',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='participation.district', verbose_name='district'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='event',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='participation.event', verbose_name='event'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='frequency',
            field=models.CharField(choices=[('at_once', 'at once'), ('daily', 'once a day, at 7 in the morning'), ('weekly', 'once a week, on Monday at 7 in the morning')], default='at_once', max_length=10, verbose_name='how often'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='next_digest_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next digest'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='process',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stages.process', verbose_name='process'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='reader_token',
            field=notifications.models.ReaderTokenField(db_index=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='subscription',
            name='stage',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='stages.stage', verbose_name='stage'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='theme',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='participation.theme', verbose_name='theme'),
        ),
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('receipt', 'receipt'), ('verification', 'result of verification'), ('decision', 'answers to remarks'), ('consultation_opens', 'consultation opens'), ('consultation_closes', 'consultation closes soon'), ('confirm_following', 'confirmation of following'), ('basket_link', 'link to unsent remarks'), ('confirm_submission', 'request to confirm the e-mail address'), ('confirm_reminder', 'reminder to confirm the e-mail address'), ('correction', 'copy of a corrected remark'), ('withdrawal', 'copy of a withdrawal'), ('department_term', 'term of a department'), ('mention', 'mention in a private note'), ('registration', 'registration for an event'), ('moved_up', 'a place from the waiting list'), ('registration_ended', 'registration cancelled by staff'), ('event_reminder', 'reminder of an event'), ('event_moved', 'event moved'), ('event_cancelled', 'event cancelled'), ('happening', 'news of what is followed'), ('digest', 'digest of what is followed'), ('following_link', 'link to everything that is followed')], max_length=25, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='consultation',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='consultations.consultation', verbose_name='consultation'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('kind__in', ['consultation_opens', 'consultation_closes', 'happening', 'digest'])), fields=['recipient', 'created_at'], name='message_told_to'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('next_digest_at__isnull', False)), fields=['frequency', 'email'], name='subscription_digests'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['email'], name='subscription_by_email'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('consultation__isnull', True), ('district__isnull', True), ('event__isnull', False), ('process__isnull', True), ('stage__isnull', True), ('theme__isnull', True)), models.Q(('consultation__isnull', False), ('district__isnull', True), ('event__isnull', True), ('process__isnull', True), ('stage__isnull', True), ('theme__isnull', True)), models.Q(('consultation__isnull', True), ('district__isnull', True), ('event__isnull', True), ('process__isnull', True), ('stage__isnull', True), ('theme__isnull', False)), models.Q(('consultation__isnull', True), ('district__isnull', False), ('event__isnull', True), ('process__isnull', True), ('stage__isnull', True), ('theme__isnull', True)), models.Q(('consultation__isnull', True), ('district__isnull', True), ('event__isnull', True), ('process__isnull', True), ('stage__isnull', False), ('theme__isnull', True)), models.Q(('consultation__isnull', True), ('district__isnull', True), ('event__isnull', True), ('process__isnull', False), ('stage__isnull', True), ('theme__isnull', True)), _connector='OR'), name='subscription_one_target'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('frequency', 'at_once'), ('next_digest_at__isnull', True)), models.Q(models.Q(('frequency', 'at_once'), _negated=True), ('confirmed_at__isnull', True), ('next_digest_at__isnull', True)), models.Q(models.Q(('frequency', 'at_once'), _negated=True), ('confirmed_at__isnull', False), ('next_digest_at__isnull', False)), _connector='OR'), name='subscription_digest_has_time'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('event__isnull', False)), fields=('event', 'email'), name='subscription_once_event'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('theme__isnull', False)), fields=('theme', 'email'), name='subscription_once_theme'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('district__isnull', False)), fields=('district', 'email'), name='subscription_once_district'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__isnull', False)), fields=('stage', 'email'), name='subscription_once_stage'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(condition=models.Q(('process__isnull', False)), fields=('process', 'email'), name='subscription_once_process'),
        ),
        migrations.AddField(
            model_name='happening',
            name='consultation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consultations.consultation'),
        ),
        migrations.AddField(
            model_name='happening',
            name='district',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='participation.district'),
        ),
        migrations.AddField(
            model_name='happening',
            name='event',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='participation.event'),
        ),
        migrations.AddField(
            model_name='happening',
            name='process',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='stages.process'),
        ),
        migrations.AddField(
            model_name='happening',
            name='stage',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='stages.stage'),
        ),
        migrations.AddField(
            model_name='happening',
            name='theme',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='participation.theme'),
        ),
        migrations.AddConstraint(
            model_name='watch',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='watch_one'),
        ),
        migrations.AddIndex(
            model_name='happening',
            index=models.Index(condition=models.Q(('told_at__isnull', True)), fields=['id'], name='happening_untold'),
        ),
        migrations.RunPython(give_secrets, leave_consultations_only),
    ]
