"""The auditor's group."""

from django.db import migrations


def add_role(apps, schema_editor):
    apps.get_model("auth", "Group").objects.get_or_create(name="auditor")


def remove_role(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name="auditor").delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_job"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(add_role, remove_role)]
