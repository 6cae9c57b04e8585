from django.db import migrations, models


class Migration(migrations.Migration):
    """The latest published answers are read by an index, however many remarks there are."""

    dependencies = [
        ("consultations", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="remark",
            index=models.Index(fields=["consultation", "state", "-changed_at"], name="remark_lately_answered"),
        ),
    ]
