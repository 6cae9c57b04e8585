"""Reports on consultations: what staff write in them, the reports themselves, their rows and their files."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.storage import private_storage
from summaries.querysets import ConsultationReportQuerySet


class SigningOffice(SeededModel, DemonstrationModel):
    """An office that signs reports; each counts its own numbers, a year at a time: ``1/2022``, ``WS.2/2022``."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    number_prefix = models.CharField(
        _("before the number"), max_length=20, blank=True, help_text=_("For example “WS.” for WS.1/2022.")
    )

    class Meta:
        verbose_name = _("signing office")
        verbose_name_plural = _("signing offices")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def number(self, ordinal: int, year: int) -> str:
        return f"{self.number_prefix}{ordinal}/{year}"


class ReportText(models.Model):
    """What staff write for the report of one consultation, in Markdown. All of it becomes public with the report.

    ``revision`` is raised by each change, so that nobody writes over what a colleague has just saved.
    """

    consultation = models.OneToOneField(Consultation, models.CASCADE, related_name="report_text")
    information = models.TextField(_("information actions"), blank=True)
    summary = models.TextField(_("conclusions"), blank=True)
    annexes = models.TextField(_("annexes"), blank=True)
    revision = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("last change"), null=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("texts of a report")
        verbose_name_plural = _("texts of reports")

    def __str__(self) -> str:
        return f"{self.consultation_id}: {self.revision}"


class ConsultationReport(DemonstrationModel):
    """A report on the course and results of a consultation (domain.md §2): its content at one moment, in Polish.

    ``content`` is everything but the remarks, as canonical JSON; the remarks are its ``rows``. ``sha256`` is computed
    from both (docs/howto/report.md). A frozen report is never changed or deleted: the database refuses it. What has to
    be corrected is said by a new report, which ``supersedes`` this one and says what changed. One that says what the
    public may not read is withheld, once and for all: it stays here, and its addresses say that and why.
    """

    class State(models.TextChoices):
        MAKING = "making", _("being made")
        FREEZING = "freezing", _("being frozen")
        DRAFT = "draft", _("draft")
        FROZEN = "frozen", _("frozen")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="reports")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MAKING)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    office = models.ForeignKey(
        SigningOffice, models.PROTECT, null=True, related_name="reports", verbose_name=_("signing office")
    )
    year = models.PositiveSmallIntegerField(null=True)
    ordinal = models.PositiveIntegerField(null=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    slug = models.SlugField(_("address"), max_length=80, blank=True)
    frozen_at = models.DateTimeField(_("frozen"), null=True)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="superseded_by")
    what_changed = models.TextField(_("what changed"), blank=True)
    content = models.TextField(default="{}")
    row_count = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    withheld_at = models.DateTimeField(_("withheld"), null=True)
    withheld_why = models.TextField(_("why it is withheld"), blank=True)
    withheld_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ConsultationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report on a consultation")
        verbose_name_plural = _("reports on consultations")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="frozen")
                | Q(office__isnull=False, year__isnull=False, ordinal__isnull=False, frozen_at__isnull=False)
                & ~Q(number="")
                & ~Q(slug="")
                & ~Q(sha256=""),
                name="report_frozen_has_number_and_hash",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, what_changed="")
                | Q(supersedes__isnull=False) & ~Q(what_changed=""),
                name="report_correction_says_what_changed",
            ),
            models.CheckConstraint(
                condition=Q(withheld_at__isnull=True, withheld_why="", withheld_by__isnull=True)
                | Q(state="frozen", withheld_at__isnull=False, withheld_by__isnull=False) & ~Q(withheld_why=""),
                name="report_withheld_is_frozen_and_says_why",
            ),
            models.UniqueConstraint(fields=["office", "year", "ordinal"], name="report_number_once"),
            models.UniqueConstraint(fields=["consultation", "slug"], condition=~Q(slug=""), name="report_address_once"),
            models.UniqueConstraint(
                fields=["consultation"],
                condition=Q(state="frozen", supersedes__isnull=True),
                name="report_first_once",
            ),
            models.UniqueConstraint(
                fields=["consultation"], condition=Q(state__in=["making", "freezing"]), name="report_one_under_way"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.consultation_id}: {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.consultation.slug, self.slug])

    @property
    def signed_by(self) -> str:
        """The signing office as it was called when the report was frozen; it may have another name now."""
        return str(json.loads(self.content).get("office", ""))

    @property
    def is_frozen(self) -> bool:
        return self.state == ConsultationReport.State.FROZEN

    @property
    def is_withheld(self) -> bool:
        return self.withheld_at is not None

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it, once the consultation is public."""
        return self.is_frozen and not self.is_withheld

    @property
    def is_superseded(self) -> bool:
        """Whether another frozen report stands in its place. One query, if the other one is not loaded."""
        other = getattr(self, "superseded_by", None)
        return other is not None and other.is_frozen

    @property
    def is_under_way(self) -> bool:
        return self.state in {ConsultationReport.State.MAKING, ConsultationReport.State.FREEZING}

    @property
    def document(self) -> dict[str, Any]:
        """The content as plain data: see ``summaries.reports.content``."""
        read: dict[str, Any] = json.loads(self.content)
        return read


class ReportRow(models.Model):
    """One remark as a report says it: ``line`` is canonical JSON (see ``summaries.reports.rows``).

    ``part`` is the table it stands in (``parts`` of the content), ``position`` its place in the register.
    """

    report = models.ForeignKey(ConsultationReport, models.CASCADE, related_name="rows")
    part = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    line = models.TextField()

    class Meta:
        verbose_name = _("row of a report")
        verbose_name_plural = _("rows of reports")
        constraints = [models.UniqueConstraint(fields=["report", "position"], name="report_row_once")]
        indexes = [models.Index(fields=["report", "part", "position"], name="report_row_by_part")]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.position}"


def report_file_path(file: ReportFile, name: str) -> str:
    """In the report's own folder."""
    return f"sprawozdania/{file.report_id}/{name}"


class ReportFile(models.Model):
    """A report in one format, made once. A long one comes in ``volume`` 1, 2, …; all but documents have one volume."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"
        XLSX = "xlsx", "XLSX"
        CSV = "csv", "CSV"
        JSON = "json", "JSON"

    report = models.ForeignKey(ConsultationReport, models.CASCADE, related_name="files")
    format = models.CharField(_("format"), max_length=5, choices=Format)
    volume = models.PositiveSmallIntegerField(_("volume"), default=1)
    file = models.FileField(storage=private_storage, upload_to=report_file_path, max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "format", "volume"], name="report_file_once"),
            models.CheckConstraint(condition=Q(volume__gte=1), name="report_volume_from_one"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def file_name(self) -> str:
        """The last part of its address: ``sprawozdanie.pdf``, ``sprawozdanie-tom-2.pdf``."""
        return f"sprawozdanie.{self.format}" if self.volume == 1 else f"sprawozdanie-tom-{self.volume}.{self.format}"
