"""What staff type in or bring in from tables: letters, e-mails, protocols."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from consultations.models.brought_in import BroughtIn
from consultations.models.consultations import Consultation
from consultations.models.remarks import Submission
from consultations.querysets import BroughtInQuerySet
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


class RemarkImport(BroughtIn):
    """A table of submissions brought in by staff."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="remark_imports")
    file = models.FileField(storage=private_storage, upload_to="importy-uwag/")
    known_rows = models.PositiveIntegerField(default=0)  # entered by an earlier import already
    entered_submissions = models.PositiveIntegerField(default=0)

    objects = BroughtInQuerySet.as_manager()

    class Meta(BroughtIn.Meta):
        verbose_name = _("import of submissions")
        verbose_name_plural = _("imports of submissions")

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
