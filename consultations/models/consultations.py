"""A consultation, its rules, and the words it sorts by."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.querysets import ConsultationQuerySet
from lublin2030.lib.dates import WARSAW, warsaw_day
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.seeded import SeededModel
from lublin2030.lib.translations import TranslatedModel
from participation.models import Theme
from stages.models import Process, Stage


class IdentityField(models.TextChoices):
    """What a sender may be asked for. Each consultation says which of them it requires."""

    NAME = "name", _("Name and surname or the organisation's name")
    EMAIL = "email", _("E-mail address")
    REPRESENTATIVE = "representative", _("Who acts for the organisation")
    ADDRESS = "address", _("Postal address")
    PHONE = "phone", _("Phone")
    DISTRICT = "district", _("District")


def _default_required_fields() -> list[str]:
    return [IdentityField.NAME.value, IdentityField.EMAIL.value]


def _validate_required_fields(value: object) -> None:
    if not isinstance(value, list) or not set(value) <= set(IdentityField.values):
        raise ValidationError(_("Choose among the fields of the form."))


class Consultation(SeededModel, DemonstrationModel, TranslatedModel):
    """A time-limited call for remarks on a draft.

    Open from ``opens_at`` (inclusive) to ``closes_at`` (exclusive), both aware; the server's clock decides.
    ``last_number`` is the number of the latest submission; it is raised in the transaction that makes the
    submission, so numbers have no gaps. The other counters are kept in the transaction that changes them;
    ``manage.py recount`` proves them.
    """

    class Kind(models.TextChoices):
        DRAFT_DOCUMENT = "draft_document", _("consultation of a draft document")
        DIRECTIONS = "directions", _("consultation of development directions")
        OTHER = "other", _("other consultation")

    class Phase(models.TextChoices):
        UPCOMING = "upcoming", _("not open yet")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class AnswerPath(models.TextChoices):
        DIRECT = "direct", _("one person decides")
        STEPS = "steps", _("draft, review and approval; one person may do several of them")
        FOUR_EYES = "four_eyes", _("draft, review and approval by three different people")

    class RemarksShown(models.TextChoices):
        AT_ONCE = "at_once", _("as soon as they are received")
        AFTER_CLOSING = "after_closing", _("after the consultation has closed")

    translated_fields = ("title", "summary", "rules", "legal_basis", "privacy_notice", "contact")

    process = models.ForeignKey(Process, models.PROTECT, related_name="consultations", verbose_name=_("process"))
    stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, blank=True, related_name="consultations", verbose_name=_("stage")
    )
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.DRAFT_DOCUMENT)
    summary = models.TextField(_("summary"), blank=True)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(
        _("closes"),
        help_text=_("Warsaw time. From this moment no remark is taken; 0:00 of the day after the last day."),
    )
    report_days = models.PositiveSmallIntegerField(
        _("days to the report"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Calendar days from the end of the consultation to the published report."),
    )
    least_days_open = models.PositiveSmallIntegerField(
        _("days it must be open"),
        default=35,
        help_text=_("Calendar days that the law asks for, from the announcement. 0: none."),
    )
    answer_path = models.CharField(_("way of an answer"), max_length=10, choices=AnswerPath, default=AnswerPath.DIRECT)
    department_days = models.PositiveSmallIntegerField(
        _("days for a department"),
        default=14,
        validators=[MinValueValidator(1)],
        help_text=_("Calendar days that a department has to draft an answer, from the day of the assignment."),
    )
    warning_days = models.PositiveSmallIntegerField(
        _("days of warning"),
        default=3,
        help_text=_("So many days before its term a department is reminded by e-mail."),
    )
    rules = models.TextField(_("rules"), blank=True, help_text=_("Markdown."))
    legal_basis = models.TextField(_("legal basis"), blank=True, help_text=_("Markdown."))
    privacy_notice = models.TextField(_("personal-data notice"), blank=True, help_text=_("Markdown."))
    contact = models.TextField(_("contact"), blank=True, help_text=_("Markdown."))
    required_fields = models.JSONField(
        _("required fields"), default=_default_required_fields, validators=[_validate_required_fields], blank=True
    )
    remarks_shown = models.CharField(
        _("remarks are shown to the public"), max_length=15, choices=RemarksShown, default=RemarksShown.AT_ONCE
    )
    texts_need_approval = models.BooleanField(
        _("texts need approval"),
        default=False,
        help_text=_("No text of a remark is public before a person at the desk has looked for personal data in it."),
    )
    confirmation_hours = models.PositiveSmallIntegerField(
        _("hours to confirm the e-mail address"),
        default=0,
        help_text=_("A submission that is not confirmed by then is improper. 0: no confirmation is asked for."),
    )
    takes_attachments = models.BooleanField(_("takes attachments"), default=True)
    sends_per_hour = models.PositiveIntegerField(
        _("submissions an hour from one internet address"),
        default=60,
        help_text=_("A library or a school can share one address. 0: no limit."),
    )
    published_at = models.DateTimeField(_("public since"), null=True, blank=True)
    summary_published_at = models.DateTimeField(_("summary public since"), null=True, blank=True, editable=False)

    last_number = models.PositiveIntegerField(_("latest number"), default=0, editable=False)
    remark_count = models.PositiveIntegerField(_("remarks"), default=0, editable=False)
    proper_count = models.PositiveIntegerField(_("proper remarks"), default=0, editable=False)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="consultation_opens_before_closing"),
            models.CheckConstraint(
                condition=Q(proper_count__lte=F("remark_count")), name="consultation_proper_within_all"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:detail", args=[self.slug])

    @property
    def sender_count(self) -> int:
        """People and organisations: one submission is one sender."""
        return self.last_number

    @property
    def year(self) -> int:
        """The year in the public numbers: that of the opening, in Warsaw."""
        return self.opens_at.astimezone(WARSAW).year

    def phase(self, now: dt.datetime) -> Consultation.Phase:
        """Whether remarks are taken at the (aware) moment."""
        if now < self.opens_at:
            return Consultation.Phase.UPCOMING
        return Consultation.Phase.OPEN if now < self.closes_at else Consultation.Phase.CLOSED

    def is_open(self, now: dt.datetime) -> bool:
        return self.phase(now) == Consultation.Phase.OPEN

    @property
    def last_day(self) -> dt.date:
        """The last day, in Warsaw, on which a remark can be sent."""
        return warsaw_day(self.closes_at - dt.timedelta(microseconds=1))

    @property
    def last_minute(self) -> dt.datetime:
        """The end as people write it: 23:59 when the consultation closes at midnight."""
        return (self.closes_at - dt.timedelta(microseconds=1)).replace(second=0, microsecond=0)

    @property
    def report_due_on(self) -> dt.date:
        """The day by which the report must be public: ``report_days`` calendar days after the last day."""
        return self.last_day + dt.timedelta(days=self.report_days)

    @property
    def days_open(self) -> int:
        """Calendar days, in Warsaw, on which a remark can be sent, the first and the last included."""
        return (self.last_day - warsaw_day(self.opens_at)).days + 1

    @property
    def is_open_too_short(self) -> bool:
        """Whether it is open for fewer days than it must be (domain.md §2)."""
        return self.days_open < self.least_days_open

    def shows_remarks(self, now: dt.datetime) -> bool:
        """Whether the public may see remarks and their numbers at the (aware) moment, by this consultation's rules."""
        return self.remarks_shown == Consultation.RemarksShown.AT_ONCE or now >= self.closes_at

    @property
    def remarks_shown_from(self) -> dt.datetime:
        """From when the public may see remarks and their numbers."""
        return self.closes_at if self.remarks_shown == Consultation.RemarksShown.AFTER_CLOSING else self.opens_at

    def summary_is_public(self, now: dt.datetime) -> bool:
        """Whether everybody may read the summary: the city has opened it, and remarks may be shown at all."""
        return self.summary_published_at is not None and self.shows_remarks(now)

    @property
    def asks_confirmation(self) -> bool:
        """Whether a sender online has to confirm the e-mail address."""
        return self.confirmation_hours > 0

    def requires(self, field: IdentityField) -> bool:
        return field.value in self.required_fields

    def requires_online(self, field: IdentityField) -> bool:
        """Like ``requires``, of whoever sends by the form: who has to confirm an e-mail address must give one."""
        return self.requires(field) or (field == IdentityField.EMAIL and self.asks_confirmation)


class ImproperReason(TranslatedModel):
    """A reason for which this consultation's rules let a submission count as improper."""

    translated_fields = ("label",)

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="improper_reasons")
    code = models.SlugField(_("code"), max_length=40)
    label = models.CharField(_("reason"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("reason for being improper")
        verbose_name_plural = _("reasons for being improper")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["consultation", "code"], name="improper_reason_code_once")]

    def __str__(self) -> str:
        return self.label


class Topic(TranslatedModel):
    """A subject by which a consultation's remarks are sorted."""

    translated_fields = ("name",)

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="topics")
    slug = models.SlugField(_("address"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    theme = models.ForeignKey(
        Theme,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="topics",
        verbose_name=_("theme"),
        help_text=_("The subject of voices that this topic belongs to."),
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["consultation", "slug"], name="topic_slug_once")]

    def __str__(self) -> str:
        return self.name


class Department(SeededModel, DemonstrationModel, TranslatedModel):
    """A unit of the city that prepares answers; its members are department experts."""

    translated_fields = ("name",)

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=40)
    email = models.EmailField(_("e-mail address"), blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="departments", blank=True, verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
