"""The spine: a process, its ordered stages, and what each stage brought."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.languages import language_name
from lublin2030.lib.numbers import size_in_words
from lublin2030.lib.quarters import Quarter, QuarterField
from lublin2030.lib.roman import to_roman
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from stages.querysets import DocumentQuerySet, MilestoneQuerySet, NewsQuerySet, ProcessQuerySet, StageQuerySet


def _refuse_quarters_out_of_order(record: Process | Stage) -> None:
    quarters = (record.first_quarter, record.last_quarter)
    # What was typed and is no quarter is still a text here; its own field has told so.
    if all(isinstance(quarter, Quarter) for quarter in quarters) and record.last_quarter < record.first_quarter:
        raise ValidationError({"last_quarter": _("The last quarter is before the first one. Change one of them.")})


def refuse_stage_of_another_process(process_id: int | None, stage: Stage | None) -> None:
    """ValidationError at ``stage`` when the stage belongs to a process other than the record's."""
    if process_id and stage is not None and stage.process_id != process_id:
        raise ValidationError({"stage": _("This stage belongs to another process. Choose one of this process.")})


class Process(SeededModel, DemonstrationModel, TranslatedModel):
    """The whole undertaking of writing one strategy. At most one is the portal's main process."""

    translated_fields = ("name", "question", "summary", "estimate_explanation")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    question = models.CharField(_("leading question"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    first_quarter = QuarterField(_("first quarter"))
    last_quarter = QuarterField(_("last quarter"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of the process")
    )
    is_main = models.BooleanField(_("the portal's main process"), default=False)
    estimate_explanation = models.TextField(_("why the city's estimate differs from the ledger"), blank=True)

    objects = ProcessQuerySet.as_manager()

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        ordering = ["-is_main", "first_quarter", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_main"], condition=Q(is_main=True), name="process_one_main"),
            models.CheckConstraint(condition=Q(first_quarter__lte=F("last_quarter")), name="process_quarters_in_order"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="process_not_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The constraints in words, beside the field: quarters in order, one main process, no circle of parents."""
        _refuse_quarters_out_of_order(self)
        if self.is_main and Process.objects.filter(is_main=True).exclude(pk=self.pk).exists():
            raise ValidationError({"is_main": _("There is a main process already. Clear the mark there first.")})
        seen = {self.pk}
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.pk in seen:
                raise ValidationError({"parent": _("A process cannot be a part of itself.")})
            seen.add(ancestor.pk)
            ancestor = ancestor.parent

    def get_absolute_url(self) -> str:
        return reverse("stages:list") if self.is_main else reverse("stages:process", args=[self.slug])


class Stage(SeededModel, TranslatedModel):
    """One part of a process. Its state follows from the quarters unless staff set it; stages may overlap."""

    class State(models.TextChoices):
        UPCOMING = "upcoming", _("upcoming")
        CURRENT = "current", _("under way")
        DONE = "done", _("finished")

    translated_fields = ("title", "short_title", "summary", "body")

    process = models.ForeignKey(Process, models.PROTECT, related_name="stages", verbose_name=_("process"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1), MaxValueValidator(39)])
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=60)
    first_quarter = QuarterField(_("first quarter"))
    last_quarter = QuarterField(_("last quarter"))
    state_override = models.CharField(
        _("state set by hand"),
        max_length=10,
        choices=State,
        blank=True,
        help_text=_("Leave empty to let the dates decide."),
    )
    summary = models.TextField(_("summary"), blank=True)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["process", "number"]
        constraints = [
            models.UniqueConstraint(fields=["process", "number"], name="stage_number_unique_in_process"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=39), name="stage_number_has_roman_numeral"),
            models.CheckConstraint(condition=Q(first_quarter__lte=F("last_quarter")), name="stage_quarters_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.roman}. {self.title}"

    def clean(self) -> None:
        _refuse_quarters_out_of_order(self)

    def get_absolute_url(self) -> str:
        if self.process.is_main:
            return reverse("stages:detail", args=[self.number])
        return reverse("stages:process_stage", args=[self.process.slug, self.number])

    @property
    def roman(self) -> str:
        """The numeral people know the stage by; a number that has none is on its way to be refused, and stays as is."""
        return to_roman(self.number) if 1 <= self.number <= 39 else str(self.number)

    def state_on(self, day: dt.date) -> Stage.State:
        """The state on a day in Warsaw: what staff set, else by the first and the last quarter."""
        if self.state_override:
            return Stage.State(self.state_override)
        quarter = Quarter.of(day)
        if quarter < self.first_quarter:
            return Stage.State.UPCOMING
        return Stage.State.DONE if quarter > self.last_quarter else Stage.State.CURRENT

    @property
    def state(self) -> Stage.State:
        """The state today."""
        return self.state_on(warsaw_day(timezone.now()))


class Result(SeededModel, TranslatedModel):
    """What a stage produced: a report, a council, a resolution, a document."""

    translated_fields = ("title", "summary")

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="results", verbose_name=_("stage"))
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["stage", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class Milestone(SeededModel, TranslatedModel):
    """A dated fact of the process."""

    translated_fields = ("title", "summary")

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="milestones", verbose_name=_("stage"))
    date = models.DateField(_("date"))
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["date", "pk"]

    def __str__(self) -> str:
        return f"{self.date}: {self.title}"


class Document(SeededModel, TranslatedModel):
    """A file or a link, with a title that says what it is. Size (bytes) and format are shown beside the link."""

    translated_fields = ("title",)

    process = models.ForeignKey(Process, models.PROTECT, related_name="documents", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("stage")
    )
    title = models.CharField(_("title"), max_length=200, help_text=_("What the reader gets, not the file's name."))
    file = models.FileField(_("file"), upload_to="dokumenty/%Y/", blank=True)
    url = models.URLField(_("link"), blank=True)
    format = models.CharField(_("format"), max_length=10, help_text=_("For example PDF, DOCX, HTML."))
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=5, default="pl")
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["stage", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")), name="document_file_or_link"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.size = self.file.size if self.file else None
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        refuse_stage_of_another_process(self.process_id, self.stage)
        if bool(self.file) == bool(self.url):
            raise ValidationError({"url": _("Give a file or a link: one of the two, not both.")})

    @property
    def address(self) -> str:
        """Where the document is: the file's address or the link."""
        return self.file.url if self.file else self.url

    @property
    def size_in_words(self) -> str:
        """The file's size in kB (of 1,000 bytes, rounded up) or, from 1,000,000 bytes, in MB; empty for a link."""
        return "" if self.size is None else size_in_words(self.size)

    @property
    def language_name(self) -> str:
        """The document's language in the reader's language."""
        return language_name(self.language)


class News(SeededModel, DemonstrationModel, TranslatedModel):
    """A piece of news; public from its time of publication."""

    translated_fields = ("title", "lead", "body")

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    process = models.ForeignKey(Process, models.PROTECT, related_name="news", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="news", verbose_name=_("stage")
    )
    title = models.CharField(_("title"), max_length=200)
    lead = models.TextField(_("lead"), blank=True)
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    published_at = models.DateTimeField(_("published"), null=True, blank=True, db_index=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("news")
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        refuse_stage_of_another_process(self.process_id, self.stage)

    def get_absolute_url(self) -> str:
        return reverse("stages:news_detail", args=[self.slug])


class Page(SeededModel, TranslatedModel):
    """A page that staff write: the accessibility statement, the personal-data notice, contact."""

    class Format(models.TextChoices):
        MARKDOWN = "markdown", "Markdown"
        HTML = "html", "HTML"

    translated_fields = ("title", "body")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"))
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.MARKDOWN)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stages:page", args=[self.slug])
