"""Which voices of residents stand behind which passages of a draft."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.models.drafts import Passage
from consultations.voice_querysets import PassageVoiceQuerySet
from participation.models import Voice


class PassageVoice(models.Model):
    """A voice that a person has found behind a passage. The link outlives versions; only public voices show."""

    passage = models.ForeignKey(Passage, models.CASCADE, related_name="voice_links")
    voice = models.ForeignKey(Voice, models.CASCADE, related_name="passage_links")
    linked_at = models.DateTimeField(_("linked"))
    linked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    objects = PassageVoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("voice behind a passage")
        verbose_name_plural = _("voices behind passages")
        constraints = [models.UniqueConstraint(fields=["passage", "voice"], name="passage_voice_once")]

    def __str__(self) -> str:
        return f"{self.passage_id}: {self.voice_id}"
