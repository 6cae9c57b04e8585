"""What stood before: refusals that suggestions remember, and lists that were frozen and wait.

The department of a frozen list was not kept: those that still wait get the one that the remark has now.
"""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Copy the refusals, and say of each waiting item which department it is for. Twice is the same."""
    suggestions = apps.get_model("consultations", "TopicSuggestion").objects.filter(state="refused")
    refusal = apps.get_model("consultations", "TopicRefusal")
    refusal.objects.bulk_create(
        (
            refusal(remark_id=remark, topic_id=topic, at=at)
            for remark, topic, at in suggestions.values_list("remark", "topic", "made_at")
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )
    remark = apps.get_model("consultations", "Remark").objects.filter(pk=OuterRef("remark"))
    waiting = apps.get_model("consultations", "BulkItem").objects.filter(state="waiting", department=None)
    waiting.update(department=Subquery(remark.values("department")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ("consultations", "0019_desk_ends"),
    ]

    operations = [
        # The way back: the rows go with their table and their column.
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
