"""What staff type in or bring in from tables: letters, e-mails, protocols."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.remarks import Submission
from consultations.querysets import RemarkImportQuerySet
from lublin2030.lib.storage import private_storage
from lublin2030.lib.tokens import new_token


class LetterDraft(models.Model):
    """A letter that a clerk is typing in, saved as it is typed. One clerk's letter is nobody else's.

    ``content`` holds the form's fields as they stand. ``form_token`` becomes the submission's: entering it twice makes
    one submission.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="letter_drafts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="letter_drafts")
    form_token = models.CharField(max_length=64, unique=True, default=new_token)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("letter being typed in")
        verbose_name_plural = _("letters being typed in")
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return f"letter draft {self.pk}"


class RemarkImport(models.Model):
    """A table of submissions brought in by staff: read and judged first, row by row, then entered.

    ``rows`` holds each row's verdict; nothing is entered before somebody has chosen to.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        CHECKED = "checked", _("read, to be decided")
        ENTERING = "entering", _("being entered")
        ENTERED = "entered", _("entered")
        FAILED = "failed", _("could not be read")
        DISCARDED = "discarded", _("discarded")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="remark_imports")
    file = models.FileField(storage=private_storage, upload_to="importy-uwag/")
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True)
    rows = models.JSONField(default=list)
    good_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    known_rows = models.PositiveIntegerField(default=0)  # entered by an earlier import already
    entered_submissions = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("brought in"))

    objects = RemarkImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of submissions")
        verbose_name_plural = _("imports of submissions")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportedLetter(models.Model):
    """A letter of a table that was entered: the same letter in another import is known and adds nothing.

    ``digest`` is of all that the table says of the letter.
    """

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    submission = models.OneToOneField(Submission, models.PROTECT, related_name="imported_as")
    of_import = models.ForeignKey(RemarkImport, models.PROTECT, related_name="letters")

    class Meta:
        verbose_name = _("imported letter")
        verbose_name_plural = _("imported letters")
        constraints = [models.UniqueConstraint(fields=["consultation", "digest"], name="imported_letter_once")]

    def __str__(self) -> str:
        return self.digest[:12]
