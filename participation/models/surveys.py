"""Surveys: what is asked, in versions that stand still once they are answered."""

from __future__ import annotations

import datetime as dt
import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.querysets import SurveyQuerySet
from stages.models import Process, Stage, refuse_stage_of_another_process

# A name that SPSS takes as the beginning of a variable's name (at most 64 characters in all, docs/adr/0030).
CODE = re.compile(r"[a-z](?:[a-z0-9_]{0,29}[a-z0-9])?")
# Words of SPSS's own language, and what the addresses and columns of the portal need.
RESERVED_CODES = frozenset(
    {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}
    | {"response", "version", "channel", "language", "sent", "sheet", "office", "invited", "district", "age"}
)
RESERVED_SLUGS = frozenset({"odpowiedz", "nowa", "papier"})
MOST_OPTIONS = 60


def validate_code(code: str) -> None:
    """ValidationError unless the code can name a column in every table we write."""
    if CODE.fullmatch(code) is None or code in RESERVED_CODES:
        raise ValidationError(
            _("Use small letters without accents, digits and underscores, beginning with a letter, for example q1.")
        )


def validate_slug(slug: str) -> None:
    """ValidationError for an address that the portal needs itself."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("The portal needs this address itself. Choose another."))


class Survey(SeededModel, DemonstrationModel, TranslatedModel):
    """A questionnaire that residents answer, without account, while it is open.

    Open from ``opens_at`` (inclusive) to ``closes_at`` (exclusive), both aware; the server's clock decides.
    ``answer_count`` is raised in the transaction that keeps an answer; ``manage.py recount_surveys`` proves it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("not public yet")
        PUBLISHED = "published", _("published")
        ARCHIVED = "archived", _("archived")

    translated_fields = ("title", "intro", "thanks")

    process = models.ForeignKey(Process, models.PROTECT, related_name="surveys", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="surveys", verbose_name=_("stage")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True, validators=[validate_slug])
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), blank=True, help_text=_("Markdown."))
    thanks = models.TextField(_("words after sending"), blank=True, help_text=_("Markdown."))
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("published on"), null=True, editable=False)
    by_invitation = models.BooleanField(_("only with an invitation code"), default=False)
    asks_district = models.BooleanField(_("ask for the district (nobody has to say it)"), default=False)
    asks_age = models.BooleanField(_("ask for the age in wide bands (nobody has to say it)"), default=False)
    results_public_at = models.DateTimeField(_("results published"), null=True, editable=False)
    answer_count = models.PositiveIntegerField(_("answers"), default=0, editable=False)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="survey_opens_before_closing"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="survey_public_has_time"
            ),
            models.CheckConstraint(
                condition=Q(results_public_at__isnull=True) | ~Q(state="draft"), name="survey_results_of_public"
            ),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="survey_by_closing")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("participation:survey", args=[self.slug])

    def clean(self) -> None:
        """The constraints in words, beside the field."""
        if self.opens_at and self.closes_at and self.opens_at >= self.closes_at:
            raise ValidationError({"closes_at": _("The survey has to close later than it opens.")})
        refuse_stage_of_another_process(self.process_id, self.stage)

    @property
    def is_public(self) -> bool:
        return self.state != self.State.DRAFT

    def is_open(self, now: dt.datetime) -> bool:
        """Whether an answer can be sent at the (aware) moment."""
        return self.state == self.State.PUBLISHED and self.opens_at <= now < self.closes_at

    def is_coming(self, now: dt.datetime) -> bool:
        return self.state == self.State.PUBLISHED and now < self.opens_at

    def is_over(self, now: dt.datetime) -> bool:
        """Whether no answer of a resident can come any more."""
        return self.state == self.State.ARCHIVED or (self.is_public and now >= self.closes_at)


class SurveyVersion(models.Model):
    """The questions of a survey as they stand together. Once somebody has begun to answer them they are locked.

    Answers stay with the version they were begun in; a change of a locked version makes the next one. ``revision``
    is raised with every change, so that a page opened before is told of it.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="versions", verbose_name=_("survey"))
    number = models.PositiveSmallIntegerField(_("number"))
    revision = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(_("made"))
    published_at = models.DateTimeField(_("published on"), null=True)
    locked_at = models.DateTimeField(_("first answered"), null=True)

    class Meta:
        verbose_name = _("version of a survey")
        verbose_name_plural = _("versions of surveys")
        ordering = ["survey", "number"]
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_number_unique"),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(published_at__isnull=False),
                name="survey_version_locked_is_public",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.survey} {self.number}"

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class Question(TranslatedModel):
    """A question of a version, or the heading of a page (``SECTION``).

    ``code`` names it in tables and from version to version. It is shown only if the earlier question
    ``show_if_question`` has one of the answers ``show_if_values``; a hidden section hides its questions.
    """

    class Kind(models.TextChoices):
        SECTION = "section", _("heading of a page")
        SINGLE = "single", _("one answer of several")
        MULTIPLE = "multiple", _("several answers")
        SCALE = "scale", _("scale")
        MATRIX = "matrix", _("table: one answer in each row")
        RANKING = "ranking", _("ranking")
        OPEN = "open", _("own words")

    translated_fields = ("wording", "help", "scale_from_label", "scale_to_label")

    version = models.ForeignKey(SurveyVersion, models.CASCADE, related_name="questions", verbose_name=_("version"))
    position = models.PositiveSmallIntegerField(_("position"))
    code = models.CharField(_("code"), max_length=31, validators=[validate_code])
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    wording = models.CharField(_("question"), max_length=500)
    help = models.TextField(_("explanation"), blank=True, max_length=1000)
    required = models.BooleanField(_("must be answered"), default=False)
    min_choices = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True)
    max_choices = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)
    scale_from = models.SmallIntegerField(_("from"), null=True, blank=True)
    scale_to = models.SmallIntegerField(_("to"), null=True, blank=True)
    scale_from_label = models.CharField(_("what the lowest means"), max_length=100, blank=True)
    scale_to_label = models.CharField(_("what the highest means"), max_length=100, blank=True)
    show_if_question = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="shows", verbose_name=_("shown only after")
    )
    show_if_values = models.JSONField(_("shown only if"), default=list, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="question_code_once_in_version"),
            models.CheckConstraint(condition=~Q(wording=""), name="question_has_wording"),
            models.CheckConstraint(
                condition=Q(min_choices__isnull=True, max_choices__isnull=True) | Q(kind="multiple"),
                name="question_choices_of_multiple",
            ),
            models.CheckConstraint(
                condition=Q(min_choices__isnull=True)
                | Q(max_choices__isnull=True)
                | Q(min_choices__lte=F("max_choices")),
                name="question_choices_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="scale", scale_from__isnull=False, scale_to__isnull=False, scale_from__lt=F("scale_to")
                )
                | ~Q(kind="scale") & Q(scale_from__isnull=True, scale_to__isnull=True),
                name="question_scale_has_ends",
            ),
            models.CheckConstraint(condition=~Q(kind="section", required=True), name="question_section_asks_nothing"),
            models.CheckConstraint(
                condition=Q(show_if_question__isnull=True) | ~Q(show_if_question=F("pk")),
                name="question_not_after_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.wording

    @property
    def asks(self) -> bool:
        """Whether it is a question and not only a heading."""
        return self.kind != self.Kind.SECTION


class QuestionOption(TranslatedModel):
    """An answer that can be chosen (the column of a table), or a row of a table. ``number`` is its code in tables."""

    class Axis(models.TextChoices):
        OPTION = "option", _("answer")
        ROW = "row", _("row")

    translated_fields = ("label",)

    question = models.ForeignKey(Question, models.CASCADE, related_name="options", verbose_name=_("question"))
    axis = models.CharField(max_length=6, choices=Axis, default=Axis.OPTION)
    number = models.PositiveSmallIntegerField(_("number"))
    label = models.CharField(_("text"), max_length=200)

    class Meta:
        verbose_name = _("answer to choose")
        verbose_name_plural = _("answers to choose")
        ordering = ["question", "axis", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "axis", "number"], name="option_number_once"),
            models.UniqueConstraint(fields=["question", "axis", "label"], name="option_label_once"),
            models.CheckConstraint(condition=Q(number__gte=1) & ~Q(label=""), name="option_has_number_and_label"),
        ]

    def __str__(self) -> str:
        return self.label
