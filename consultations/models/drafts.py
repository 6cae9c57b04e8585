"""The document under consultation: versions, chapters, and passages with permanent ids.

A ``Passage`` and a ``Chapter`` are identities that last; ``PassageText`` and ``ChapterText`` are what they say in
one version. A remark points to the identity and to the version its author read, so it never drifts.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.querysets import DraftVersionQuerySet
from lublin2030.lib.translations import TranslatedModel


class Draft(TranslatedModel):
    """The document of one consultation, through all its versions."""

    translated_fields = ("title",)

    consultation = models.OneToOneField(Consultation, models.CASCADE, related_name="draft")
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("consultations:draft", args=[self.consultation.slug])


class DraftVersion(TranslatedModel):
    """One published state of the draft. Its texts do not change after ``published_at``."""

    translated_fields = ("label",)

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=120, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = DraftVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the draft")
        verbose_name_plural = _("versions of the draft")
        ordering = ["draft", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="draft_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="draft_version_number_from_one"),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.draft} {self.number}"


class Chapter(models.Model):
    """A chapter's lasting identity in its draft."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="chapters")
    code = models.SlugField(_("permanent id"), max_length=20)

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        constraints = [models.UniqueConstraint(fields=["draft", "code"], name="chapter_code_once_in_draft")]

    def __str__(self) -> str:
        return self.code


class ChapterText(TranslatedModel):
    """A chapter in one version: its number and its title."""

    translated_fields = ("title",)

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="chapters")
    chapter = models.ForeignKey(Chapter, models.PROTECT, related_name="texts")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)

    class Meta:
        verbose_name = _("chapter in a version")
        verbose_name_plural = _("chapters in versions")
        ordering = ["version", "number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="chapter_number_once_in_version"),
            models.UniqueConstraint(fields=["version", "chapter"], name="chapter_once_in_version"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class Passage(models.Model):
    """A passage's lasting identity in its draft; ``code`` (``f12``) stands in links and bookmarks for good."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="passages")
    code = models.SlugField(_("permanent id"), max_length=20)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [models.UniqueConstraint(fields=["draft", "code"], name="passage_code_once_in_draft")]

    def __str__(self) -> str:
        return self.code


class PassageText(TranslatedModel):
    """What a passage says in one version, and its number there (``3.2``)."""

    class Kind(models.TextChoices):
        PARAGRAPH = "paragraph", _("paragraph")
        ITEM = "item", _("list item")

    translated_fields = ("wording",)

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="passages")
    chapter = models.ForeignKey(ChapterText, models.CASCADE, related_name="passages")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="texts")
    position = models.PositiveIntegerField(_("position in the chapter"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARAGRAPH)
    wording = models.TextField(_("text"))

    class Meta:
        verbose_name = _("passage in a version")
        verbose_name_plural = _("passages in versions")
        ordering = ["version", "chapter__number", "position"]
        constraints = [
            models.UniqueConstraint(fields=["chapter", "position"], name="passage_position_once_in_chapter"),
            models.UniqueConstraint(fields=["version", "passage"], name="passage_once_in_version"),
            models.CheckConstraint(condition=~Q(wording=""), name="passage_has_text"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number people quote, like ``3.2``. Reads the chapter."""
        return f"{self.chapter.number}.{self.position}"
