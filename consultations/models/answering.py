"""What an answer may say in a consultation, and the bodies that give their opinion on its draft."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.remarks import Remark
from lublin2030.lib.dates import warsaw_day


class OfferedOutcome(models.Model):
    """An outcome that this consultation's answers may have. Without any row the portal's own list holds.

    The words are the same in every consultation, so that their numbers can be compared (docs/adr/0021).
    ``demands_change``: an answer of this outcome promises other words in the next version.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="offered_outcomes")
    outcome = models.CharField(_("outcome"), max_length=20, choices=Remark.Outcome)
    demands_change = models.BooleanField(_("demands a change of the text"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("outcome on offer")
        verbose_name_plural = _("outcomes on offer")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["consultation", "outcome"], name="offered_outcome_once")]

    def __str__(self) -> str:
        return str(self.get_outcome_display())


class Institution(models.Model):
    """A body that is asked for its opinion on a draft: a voivodeship board, a neighbouring commune, a council."""

    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Opinion(models.Model):
    """What an institution said of a draft, or that it said nothing within its term (domain.md §2).

    ``content`` is what it said and ``answer`` the city's stance on it, both Markdown and public.
    """

    class Stance(models.TextChoices):
        POSITIVE = "positive", _("positive")
        WITH_REMARKS = "with_remarks", _("positive with remarks")
        NEGATIVE = "negative", _("negative")
        NONE = "none", _("no remarks")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="opinions")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="opinions")
    asked_on = models.DateField(_("asked"))
    term_days = models.PositiveSmallIntegerField(
        _("days to answer"), default=30, validators=[MinValueValidator(1)], help_text=_("Calendar days.")
    )
    received_on = models.DateField(_("received"), null=True, blank=True)
    stance = models.CharField(_("stance"), max_length=15, choices=Stance, blank=True)
    content = models.TextField(_("opinion"), blank=True, help_text=_("Markdown. Public."))
    answer = models.TextField(_("the city's stance"), blank=True, help_text=_("Markdown. Public."))
    silence_is_consent = models.BooleanField(
        _("silence is consent"), default=True, help_text=_("No answer within the term counts as agreement.")
    )

    class Meta:
        verbose_name = _("institution's opinion")
        verbose_name_plural = _("institutions' opinions")
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "institution"], name="opinion_once"),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True, stance="") | Q(received_on__isnull=False) & ~Q(stance=""),
                name="opinion_received_has_stance",
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True) | Q(received_on__gte=F("asked_on")),
                name="opinion_received_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.stance or '?'}"

    def clean(self) -> None:
        """The constraints in words, beside the field."""
        if self.received_on is not None and not self.stance:
            raise ValidationError({"stance": _("An opinion that was received has a stance. Choose it.")})
        if self.received_on is None and self.stance:
            raise ValidationError({"received_on": _("Say when the opinion was received, or clear its stance.")})
        if self.received_on is not None and self.asked_on and self.received_on < self.asked_on:
            raise ValidationError({"received_on": _("An opinion cannot come before it was asked for.")})

    @property
    def due_on(self) -> dt.date:
        """The last day of the institution's term."""
        return self.asked_on + dt.timedelta(days=self.term_days)

    def is_silent(self, now: dt.datetime) -> bool:
        """Whether the term has passed, at the (aware) moment, without an answer."""
        return self.received_on is None and warsaw_day(now) > self.due_on
