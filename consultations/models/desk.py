"""What the desk keeps beside an answer: words not handed over yet, private notes, templates, and who is there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation, Department
from consultations.models.remarks import Remark
from consultations.querysets import JustificationTemplateQuerySet, PresenceQuerySet
from lublin2030.lib.files import EXTENSIONS
from lublin2030.lib.storage import private_storage
from lublin2030.lib.tokens import new_token


class AnswerDraft(models.Model):
    """The answer to a remark as it is typed, until it is handed over; one a remark, whoever types.

    ``by`` typed it last. ``revision`` is raised by each save: a window that has read an older one overwrites nothing.
    ``window`` and ``save`` (its counter) tell the window that did not hear our last answer from another one.
    ``earlier`` are the words that somebody knowingly replaced: ``by`` (name), ``at``, ``outcome``, ``justification``,
    ``why``.
    """

    remark = models.OneToOneField(Remark, models.CASCADE, related_name="answer_draft")
    outcome = models.CharField(_("outcome"), max_length=20, choices=Remark.Outcome, blank=True)
    justification = models.TextField(_("justification"), blank=True)
    corrects_why = models.TextField(_("why it is corrected"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    window = models.CharField(max_length=64, blank=True)
    save_number = models.PositiveBigIntegerField(default=0)
    earlier = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer being typed")
        verbose_name_plural = _("answers being typed")

    def __str__(self) -> str:
        return f"answer draft of {self.remark_id}"


class Note(models.Model):
    """A private note on a remark: colleagues who may read the remark at the desk read it, nobody else. Never public.

    Its files are for fewer of them: ``permissions.may_open_note_files`` (docs/adr/0026).
    """

    remark = models.ForeignKey(Remark, models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    text = models.TextField(_("note"))
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("mentioned"))

    class Meta:
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return f"note {self.pk}"


def note_file_path(note_file: NoteFile, _name: str) -> str:
    """A random name: nothing of what the colleague called the file is in it."""
    return f"notatki/{note_file.token[:2]}/{note_file.token}"


class NoteFile(models.Model):
    """A file of a private note, kept privately for good. ``content_type`` was told from the content."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="files")
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    file = models.FileField(storage=private_storage, upload_to=note_file_path)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(_("format"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField(_("added"))

    class Meta:
        verbose_name = _("file of a note")
        verbose_name_plural = _("files of notes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"file of note {self.pk}"

    @property
    def extension(self) -> str:
        """The ending that belongs to the real format: ``pdf``."""
        return EXTENSIONS[self.content_type]


class JustificationTemplate(models.Model):
    """Words that many answers share. Without a consultation or a department it is for all of them."""

    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), help_text=_("Put into the justification, where it can be changed."))
    outcome = models.CharField(
        _("outcome"), max_length=20, choices=Remark.Outcome, blank=True, help_text=_("Empty: for any outcome.")
    )
    consultation = models.ForeignKey(
        Consultation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("consultation"),
        help_text=_("Empty: for all consultations."),
    )  # fmt: skip
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department"),
        help_text=_("Empty: for all departments."),
    )  # fmt: skip

    objects = JustificationTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of a justification")
        verbose_name_plural = _("templates of justifications")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="justification_template_says_something")
        ]

    def __str__(self) -> str:
        return self.title


class Presence(models.Model):
    """Somebody has a remark open at the desk: since when, and seen last when the page reported."""

    remark = models.ForeignKey(Remark, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence at a remark")
        verbose_name_plural = _("presences at remarks")
        constraints = [models.UniqueConstraint(fields=["remark", "user"], name="presence_once")]
        indexes = [models.Index(fields=["seen_at"], name="presence_by_age")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.remark_id}"
