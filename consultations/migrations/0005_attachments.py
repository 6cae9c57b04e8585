import consultations.models.attachments
import consultations.models.remarks
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0004_kinds_and_revisions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=consultations.models.remarks.new_token, editable=False, max_length=64, unique=True)),
                ('kind', models.CharField(choices=[('sender', 'added by the sender'), ('scan', 'scan of the letter')], default='sender', max_length=10, verbose_name='kind')),
                ('file', models.FileField(storage=consultations.models.attachments.private_storage, upload_to=consultations.models.attachments.attachment_path)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('content_type', models.CharField(max_length=100, verbose_name='format')),
                ('size', models.PositiveIntegerField(verbose_name='bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='public since')),
            ],
            options={
                'verbose_name': 'attachment',
                'verbose_name_plural': 'attachments',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('window', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'rate count',
                'verbose_name_plural': 'rate counts',
            },
        ),
        migrations.AddField(
            model_name='attachment',
            name='added_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='basket',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='consultations.basket'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='published_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='attachment',
            name='submission',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='consultations.submission'),
        ),
        migrations.AddIndex(
            model_name='ratecount',
            index=models.Index(fields=['window'], name='rate_count_by_age'),
        ),
        migrations.AddConstraint(
            model_name='ratecount',
            constraint=models.UniqueConstraint(fields=('key', 'window'), name='rate_count_once'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('basket__isnull', False), ('submission__isnull', True)), models.Q(('basket__isnull', True), ('submission__isnull', False)), _connector='OR'), name='attachment_of_basket_or_submission'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('submission__isnull', False), _connector='OR'), name='attachment_public_only_when_sent'),
        ),
    ]
