"""A series: events that belong together and were entered at once, such as thirteen mobile points."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.translations import TranslatedModel
from stages.models import Process


class EventSeries(DemonstrationModel, TranslatedModel):
    """What the events of a series have in common. ``form_token`` is the secret of the form that made it."""

    translated_fields = ("title", "summary")

    process = models.ForeignKey(Process, models.PROTECT, related_name="series", verbose_name=_("process"))
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("what it is about"), blank=True)
    made_at = models.DateTimeField(_("made"), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("made by"),
    )
    form_token = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("series of events")
        verbose_name_plural = _("series of events")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("participation:series", args=[self.slug])
