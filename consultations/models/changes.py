"""Why the text changed, and why it did not: each changed passage points to its sources, each promise to its words.

Both point to a version and a passage, whose ids last; never to a ``PassageChange``, which can be computed anew
(docs/adr/0023).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.change_querysets import ChangeSourceQuerySet, UnchangedExplanationQuerySet
from consultations.models.answering import Opinion
from consultations.models.drafts import DraftVersion, Passage
from consultations.models.remarks import Remark
from participation.models import WorkingGroup


class ChangeSource(models.Model):
    """One reason why a passage reads otherwise in ``version`` than in the one published before it. All of it is public.

    ``note`` says more: of an editorial change what was done, of a group its direction.
    """

    class Kind(models.TextChoices):
        REMARK = "remark", _("remark")
        OPINION = "opinion", _("institution's opinion")
        DIRECTION = "direction", _("working group's direction")
        EDITORIAL = "editorial", _("editorial change")

    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="change_sources")
    passage = models.ForeignKey(Passage, models.CASCADE, related_name="change_sources")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    remark = models.ForeignKey(Remark, models.PROTECT, null=True, blank=True, related_name="changes")
    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, blank=True, related_name="changes")
    working_group = models.ForeignKey(WorkingGroup, models.PROTECT, null=True, blank=True, related_name="changes")
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    objects = ChangeSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of a change")
        verbose_name_plural = _("sources of changes")
        ordering = ["version", "passage", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="remark", remark__isnull=False, opinion__isnull=True, working_group__isnull=True)
                | Q(kind="opinion", remark__isnull=True, opinion__isnull=False, working_group__isnull=True)
                | Q(kind="direction", remark__isnull=True, opinion__isnull=True, working_group__isnull=False)
                | Q(kind="editorial", remark__isnull=True, opinion__isnull=True, working_group__isnull=True),
                name="change_source_of_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="editorial") | ~Q(note=""), name="change_source_editorial_has_note"
            ),
            models.UniqueConstraint(
                fields=["version", "passage", "remark"],
                condition=Q(kind="remark"),
                name="change_source_remark_once",
            ),
            models.UniqueConstraint(
                fields=["version", "passage", "opinion"],
                condition=Q(kind="opinion"),
                name="change_source_opinion_once",
            ),
            models.UniqueConstraint(
                fields=["version", "passage", "working_group"],
                condition=Q(kind="direction"),
                name="change_source_direction_once",
            ),
            models.UniqueConstraint(
                fields=["version", "passage"], condition=Q(kind="editorial"), name="change_source_editorial_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.passage_id}: {self.kind}"


class UnchangedExplanation(models.Model):
    """Why an accepted remark has no changed words in ``version``, the newest when it was written. Public."""

    remark = models.OneToOneField(Remark, models.PROTECT, related_name="unchanged_explanation")
    version = models.ForeignKey(DraftVersion, models.CASCADE, related_name="+")
    text = models.TextField(_("why nothing changed"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    objects = UnchangedExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation why nothing changed")
        verbose_name_plural = _("explanations why nothing changed")
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="unchanged_explanation_has_text")]

    def __str__(self) -> str:
        return f"{self.remark_id}: {self.version_id}"
