"""What may be said of a person whose name nobody asks for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgeBand(models.TextChoices):
    """Wide bands of age in years: with a district they must not point to a person."""

    CHILD = "under_15", _("under 15")
    YOUTH = "15_24", _("15 to 24")
    YOUNG = "25_39", _("25 to 39")
    MIDDLE = "40_59", _("40 to 59")
    OLDER = "60_74", _("60 to 74")
    OLDEST = "75_over", _("75 and over")
