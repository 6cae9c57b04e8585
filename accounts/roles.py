"""The six roles of the back office. A person can have several; each is a Django group of the same name."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person does for the city. What each may do stands in the apps' ``permissions.py``."""

    EDITOR = "editor", _("editor")
    COORDINATOR = "coordinator", _("coordinator")
    EXPERT = "expert", _("department expert")
    COUNCILLOR = "councillor", _("councillor")
    ADMINISTRATOR = "administrator", _("administrator")
    AUDITOR = "auditor", _("auditor")


STAFF_ROLES = frozenset({Role.EDITOR, Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR})
