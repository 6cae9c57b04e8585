"""The document under consultation: versions, chapters, and passages with permanent ids.

A ``Passage`` and a ``Chapter`` are identities that last; ``PassageText`` and ``ChapterText`` are what they say in
one version. A remark points to the identity and to the version its author read, so it never drifts.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models.consultations import Consultation
from consultations.querysets import (
    DraftImportQuerySet,
    DraftQuerySet,
    DraftVersionQuerySet,
    PassageChangeQuerySet,
    VersionComparisonQuerySet,
)
from lublin2030.lib.storage import private_storage
from lublin2030.lib.translations import TranslatedModel


class Draft(TranslatedModel):
    """The document of one consultation, through all its versions."""

    translated_fields = ("title",)

    consultation = models.OneToOneField(Consultation, models.CASCADE, related_name="draft")
    title = models.CharField(_("title"), max_length=200)

    objects = DraftQuerySet.as_manager()

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
        HEADING = "heading", _("heading inside a chapter")
        TABLE = "table", _("table")
        IMAGE = "image", _("image")

    translated_fields = ("wording",)

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="passages")
    chapter = models.ForeignKey(ChapterText, models.CASCADE, related_name="passages")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="texts")
    position = models.PositiveIntegerField(_("position in the chapter"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PARAGRAPH)
    # Of a heading: 2 is the highest inside a chapter. Of a list item: how deep it stands, from 1.
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    # Of a list item: its sign as the document has it (“1.”, “a)”, “–”), empty for a plain bullet.
    marker = models.CharField(_("sign of the list item"), max_length=20, blank=True)
    wording = models.TextField(_("text"))
    # The wording with bold, links, footnote signs, a table or an image: clean HTML, empty where the text is plain.
    html = models.TextField(_("text with its layout"), blank=True, editable=False)
    # [{"number": "3", "html": "…"}]: the notes whose signs stand in this passage, clean HTML.
    footnotes = models.JSONField(_("footnotes"), default=list, blank=True, editable=False)

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


class PassageWords(models.Model):
    """The words by which the search in a draft finds a passage: lemmas and folded forms, a blank around each.

    Written once for a published version, see ``consultations.services.draft_search``.
    """

    text = models.OneToOneField(PassageText, models.CASCADE, primary_key=True, related_name="search_words")
    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="+")
    words = models.TextField()

    class Meta:
        verbose_name = _("words of a passage")
        verbose_name_plural = _("words of passages")

    def __str__(self) -> str:
        return f"words of {self.text_id}"


def draft_file_path(file: DraftFile, name: str) -> str:
    """In the version's own folder."""
    return f"projekty/{file.version_id}/{name}"


class DraftFile(models.Model):
    """A published version as a document to download, made once: what is published does not change.

    ``revision`` is that of the program that made it: see ``consultations.services.draft_files.REVISION``.
    """

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "DOCX"

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="files")
    format = models.CharField(_("format"), max_length=5, choices=Format)
    language = models.CharField(_("language"), max_length=5)
    revision = models.PositiveSmallIntegerField()
    file = models.FileField(storage=private_storage, upload_to=draft_file_path, max_length=200)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("file of a version")
        verbose_name_plural = _("files of versions")
        constraints = [
            models.UniqueConstraint(fields=["version", "format", "language", "revision"], name="draft_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.format}, {self.language}"


def draft_image_path(image: DraftImage, name: str) -> str:
    """Under the image's own digest: nothing of the uploaded file's name is kept."""
    return f"projekty/{image.sha256[:2]}/{image.sha256}.{name.rpartition('.')[2].lower()}"


class DraftImage(models.Model):
    """A picture in the text of a draft, re-encoded and without metadata; passages refer to it by ``sha256``."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="images")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(storage=private_storage, upload_to=draft_image_path)
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    alt = models.TextField(_("what the picture shows"), blank=True)

    class Meta:
        verbose_name = _("picture in a draft")
        verbose_name_plural = _("pictures in drafts")
        constraints = [models.UniqueConstraint(fields=["draft", "sha256"], name="draft_image_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


def draft_import_path(draft_import: DraftImport, _name: str) -> str:
    """A random name: nothing of the uploaded file's name is in it."""
    return f"importy/{uuid.uuid4().hex}.{draft_import.format}"


class DraftImport(models.Model):
    """A document that staff brought in as the next version: read in the worker, looked at, matched, then saved.

    ``document`` is what was read (see ``consultations.importing``), ``problems`` what could not be kept, each with its
    place, ``matches`` which passage of the latest version each new one continues. Nothing of it is public; saving
    makes a ``DraftVersion``.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        READY = "ready", _("read, to be checked")
        FAILED = "failed", _("could not be read")
        SAVED = "saved", _("saved as a version")
        DISCARDED = "discarded", _("discarded")

    class Format(models.TextChoices):
        DOCX = "docx", "DOCX"
        ODT = "odt", "ODT"
        MARKDOWN = "markdown", "Markdown"
        TEXT = "text", _("pasted text")

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="imports")
    format = models.CharField(_("format"), max_length=10, choices=Format)
    file = models.FileField(storage=private_storage, upload_to=draft_import_path, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    source = models.TextField(blank=True)  # pasted text
    # Headings down to this level begin chapters; 0 lets the reader of the document decide.
    chapter_level = models.PositiveSmallIntegerField(_("chapters begin at heading level"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    failure = models.CharField(_("why it failed"), max_length=40, blank=True)
    document = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    matches = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)  # raised with every change: two people do not overwrite
    base = models.ForeignKey(DraftVersion, models.SET_NULL, null=True, related_name="+")
    version = models.ForeignKey(DraftVersion, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("brought in"))

    objects = DraftImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a draft")
        verbose_name_plural = _("imports of drafts")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"import {self.pk}"


class VersionComparison(models.Model):
    """Two versions of a draft compared, once: ``older`` and ``newer`` do not change, so neither does this."""

    older = models.ForeignKey(DraftVersion, models.CASCADE, related_name="+")
    newer = models.ForeignKey(DraftVersion, models.CASCADE, related_name="+")
    # {"same": n, "changed": n, "added": n, "removed": n, "moved": n}: passages by what became of them.
    counts = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    objects = VersionComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison of versions")
        verbose_name_plural = _("comparisons of versions")
        constraints = [models.UniqueConstraint(fields=["older", "newer"], name="comparison_once")]

    def __str__(self) -> str:
        return f"{self.older_id} → {self.newer_id}"


class PassageChange(models.Model):
    """What became of one passage between two versions, with the word-level difference of its text.

    ``runs`` of a changed passage: ``[["equal"|"delete"|"insert", text], …]``; without ``insert`` they spell the old
    text, without ``delete`` the new one. Of others they are empty: ``older`` or ``newer`` says it all. ``position``
    orders the whole document, removed passages where they stood.
    """

    class Kind(models.TextChoices):
        SAME = "same", pgettext_lazy("passage", "unchanged")
        CHANGED = "changed", pgettext_lazy("passage", "changed")
        ADDED = "added", pgettext_lazy("passage", "added")
        REMOVED = "removed", pgettext_lazy("passage", "removed")

    comparison = models.ForeignKey(VersionComparison, models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField()
    kind = models.CharField(_("what became of it"), max_length=10, choices=Kind)
    is_moved = models.BooleanField(_("moved"), default=False)
    passage = models.ForeignKey(Passage, models.CASCADE, related_name="+")
    older = models.ForeignKey(PassageText, models.CASCADE, null=True, related_name="+")
    newer = models.ForeignKey(PassageText, models.CASCADE, null=True, related_name="+")
    runs = models.JSONField(default=list)

    objects = PassageChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a passage")
        verbose_name_plural = _("changes of passages")
        ordering = ["comparison", "position"]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "passage"], name="passage_change_once"),
            models.UniqueConstraint(fields=["comparison", "position"], name="passage_change_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.passage_id}: {self.kind}"
