"""Answers to surveys: begun, sent, invited, at a kiosk, and the tallies that results are read from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.limits import RateCountModel
from lublin2030.lib.tokens import new_token
from participation.models.people import AgeBand
from participation.models.places import District
from participation.models.surveys import Survey, SurveyVersion
from participation.querysets import InvitationBatchQuerySet, OpenAnswerQuerySet


class InvitationBatch(models.Model):
    """Codes made at once for a group of a random sample. The codes themselves are given out once.

    Until then ``secret`` makes them; afterwards it is empty and only their hashes are left.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="batches", verbose_name=_("survey"))
    label = models.CharField(_("group"), max_length=100)
    count = models.PositiveIntegerField(_("codes"))
    secret = models.CharField(max_length=64, blank=True, editable=False)
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(_("given out"), null=True)
    voided_at = models.DateTimeField(_("made void"), null=True)

    objects = InvitationBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch of invitation codes")
        verbose_name_plural = _("batches of invitation codes")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) & ~Q(secret="") | Q(taken_at__isnull=False, secret=""),
                name="invitation_codes_given_once",
            )
        ]

    def __str__(self) -> str:
        return self.label


class Invitation(models.Model):
    """One code, kept as a hash. An answer uses it up; nothing tells which answer it was."""

    batch = models.ForeignKey(InvitationBatch, models.CASCADE, related_name="invitations")
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="invitations")
    code_hash = models.CharField(max_length=64)
    used_on = models.DateField(_("used"), null=True)

    class Meta:
        verbose_name = _("invitation code")
        verbose_name_plural = _("invitation codes")
        constraints = [models.UniqueConstraint(fields=["survey", "code_hash"], name="invitation_code_once_in_survey")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Kiosk(models.Model):
    """A device at an office on which one person after another answers. Its secret is kept as a hash."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="kiosks", verbose_name=_("survey"))
    office = models.CharField(_("office"), max_length=100)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("kiosk")
        verbose_name_plural = _("kiosks")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.office


class SurveyDraft(models.Model):
    """An answer somebody has begun, with what was typed as it was typed. It is gone once it is sent.

    ``token`` opens it (cookie and link). No internet address and nothing of a person is kept.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="drafts")
    version = models.ForeignKey(SurveyVersion, models.CASCADE, related_name="drafts")
    # Of the version when its pages were first read: a version that is not locked can still change.
    revision = models.PositiveIntegerField()
    token = models.CharField(max_length=64, unique=True, default=new_token)
    form_token = models.CharField(max_length=64, unique=True, default=new_token)
    invitation = models.OneToOneField(Invitation, models.CASCADE, null=True, related_name="draft")
    kiosk = models.ForeignKey(Kiosk, models.CASCADE, null=True, related_name="+")
    typed = models.JSONField(default=dict)
    page = models.PositiveSmallIntegerField(default=1)
    language = models.CharField(max_length=5)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer being written")
        verbose_name_plural = _("answers being written")
        indexes = [models.Index(fields=["updated_at"], name="survey_draft_by_age")]

    def __str__(self) -> str:
        return f"answer being written {self.pk}"


class SurveyResponse(DemonstrationModel):
    """One person's answers as they were sent. They do not change.

    ``answers`` by question code: a number for one choice or a scale, a list of numbers for several (in the order of
    preference for a ranking), ``{"row": number}`` for a table. Own words stand in ``OpenAnswer``.
    """

    class Channel(models.TextChoices):
        ONLINE = "online", _("online")
        PAPER = "paper", _("on paper")
        KIOSK = "kiosk", _("at an office's kiosk")

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="responses")
    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="responses")
    form_token = models.CharField(max_length=64, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    answers = models.JSONField(default=dict)
    district = models.ForeignKey(District, models.PROTECT, null=True, related_name="+")
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand, blank=True)
    language = models.CharField(max_length=5)
    sent_at = models.DateTimeField()
    sheet_on = models.DateField(_("day of the sheet"), null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    kiosk = models.ForeignKey(Kiosk, models.SET_NULL, null=True, related_name="+")
    batch = models.ForeignKey(InvitationBatch, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("answer to a survey")
        verbose_name_plural = _("answers to surveys")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="paper", sheet_on__isnull=False) | ~Q(channel="paper") & Q(sheet_on__isnull=True),
                name="survey_sheet_has_day",
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"


class OpenAnswer(models.Model):
    """What somebody answered in their own words. Nothing of it is public by itself."""

    response = models.ForeignKey(SurveyResponse, models.CASCADE, related_name="open_answers")
    survey = models.ForeignKey(Survey, models.PROTECT, related_name="open_answers")
    code = models.CharField(max_length=31)
    text = models.TextField()

    objects = OpenAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer in own words")
        verbose_name_plural = _("answers in own words")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["response", "code"], name="open_answer_once"),
            models.CheckConstraint(condition=~Q(text=""), name="open_answer_has_text"),
        ]
        indexes = [models.Index(fields=["survey", "code", "id"], name="open_answer_of_question")]

    def __str__(self) -> str:
        return f"answer in own words {self.pk}"


class SurveyTally(models.Model):
    """How many answers of a version chose an option, kept in the transaction that keeps the answer.

    ``code`` "" counts whole answers. ``option`` −1 counts who answered the question (the row) at all; of a ranking
    ``row`` is the place given to the option. ``value`` is the district's key, the age band or the channel.
    """

    ANSWERED = -1

    class Dimension(models.TextChoices):
        ALL = "all", _("all")
        DISTRICT = "district", _("district")
        AGE = "age", _("age")
        CHANNEL = "channel", _("channel")

    version = models.ForeignKey(SurveyVersion, models.CASCADE, related_name="tallies")
    dimension = models.CharField(max_length=10, choices=Dimension)
    value = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=31, blank=True)
    row = models.PositiveSmallIntegerField(default=0)
    option = models.SmallIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tally of a survey")
        verbose_name_plural = _("tallies of surveys")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "dimension", "value", "code", "row", "option"], name="survey_tally_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.row} {self.option}: {self.count}"


class SurveyRateCount(RateCountModel):
    """How often answers were begun and codes tried from one internet address, which is not kept itself."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="survey_rate_once_per_window")]
        indexes = [models.Index(fields=["window"], name="survey_rate_by_age")]
