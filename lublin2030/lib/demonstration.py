"""What we invented to show the portal, and what nobody may mistake for the city's own."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DemonstrationModel(models.Model):
    """A record that says whether it was invented for the demonstration. Pages and exports must show it."""

    is_demonstration = models.BooleanField(_("demonstration"), default=False, editable=False)

    class Meta:
        abstract = True
