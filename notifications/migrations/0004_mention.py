
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0003_batches'),
    ]

    operations = [
        migrations.AlterField(
            model_name='message',
            name='kind',
            field=models.CharField(choices=[('receipt', 'receipt'), ('verification', 'result of verification'), ('decision', 'answers to remarks'), ('consultation_opens', 'consultation opens'), ('consultation_closes', 'consultation closes soon'), ('confirm_following', 'confirmation of following'), ('basket_link', 'link to unsent remarks'), ('confirm_submission', 'request to confirm the e-mail address'), ('confirm_reminder', 'reminder to confirm the e-mail address'), ('correction', 'copy of a corrected remark'), ('withdrawal', 'copy of a withdrawal'), ('department_term', 'term of a department'), ('mention', 'mention in a private note')], max_length=25, verbose_name='kind'),
        ),
    ]
