"""What was published together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.querysets import PublicationBatchQuerySet


class PublicationBatch(models.Model):
    """Answers that one person made public at once; each sender gets one mail about the own remarks among them.

    Its answers are those with ``Decision.batch``: set when the batch is confirmed, so that a worker that is killed
    leaves behind which answers are still to be published. ``published_at`` is set when all are; until then nobody
    gets a mail. ``number`` has no gaps in its consultation. The counts are written with ``published_at``.
    """

    consultation = models.ForeignKey(
        Consultation, models.PROTECT, related_name="batches", verbose_name=_("consultation")
    )
    number = models.PositiveIntegerField(_("number"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    made_at = models.DateTimeField(_("confirmed"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    asked = models.PositiveIntegerField(_("answers to publish"), default=0)
    answers = models.PositiveIntegerField(_("answers published"), default=0)
    corrections = models.PositiveIntegerField(_("of which corrections"), default=0)
    senders = models.PositiveIntegerField(_("senders"), default=0)

    objects = PublicationBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication of answers")
        verbose_name_plural = _("publications of answers")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="batch_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="batch_number_from_one"),
            models.CheckConstraint(
                condition=Q(corrections__lte=models.F("answers")), name="batch_corrections_within_answers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}/{self.number}"

    @property
    def is_under_way(self) -> bool:
        return self.published_at is None

    @property
    def left_out(self) -> int:
        """How many of the confirmed answers were not published: returned or changed in the meantime."""
        return 0 if self.is_under_way else self.asked - self.answers
