"""The position of a remark beside its words. Rows that stand are filled by ``reindex``, which ``prepare`` runs.

Added as a column that may be null, SQLite does not make the table anew, so the triggers of its index stay.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0022_voices")]

    operations = [
        migrations.AddField("remarkwords", "position", models.PositiveBigIntegerField(null=True)),
        migrations.AddIndex(
            "remarkwords", models.Index(fields=["consultation", "position"], name="remarkwords_place")
        ),
    ]
