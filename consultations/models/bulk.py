"""What is done to many remarks at once: on the desk, and in a sheet that a department fills in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.batches import PublicationBatch
from consultations.models.brought_in import BroughtIn
from consultations.models.consultations import Consultation, Department
from consultations.models.remarks import Remark
from consultations.querysets import BroughtInQuerySet, BulkItemQuerySet
from lublin2030.lib.storage import private_storage
from lublin2030.lib.tokens import new_token


class BulkAction(models.Model):
    """One verb for exactly the remarks that a filter held when a person confirmed it; it stays as a record.

    ``form_token`` is the confirmation page's: confirming twice makes one action. ``filter`` and ``parameters`` are what
    was chosen, in the words of the addresses and forms. No text of a sender stands in it.
    """

    class Verb(models.TextChoices):
        ASSIGN = "assign", _("assign to a department")
        TAG = "tag", _("set the topic")
        DECIDE = "decide", _("answer with one text")
        REVIEW = "review", _("review the answers")
        APPROVE = "approve", _("approve the answers")
        RETURN = "return", _("return to the departments")
        PUBLISH = "publish", _("publish the answers")

    class State(models.TextChoices):
        WAITING = "waiting", _("under way")
        DONE = "done", _("carried out")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="bulk_actions")
    verb = models.CharField(_("what"), max_length=10, choices=Verb)
    filter = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    form_token = models.CharField(max_length=64, unique=True, default=new_token)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    asked_at = models.DateTimeField(_("when"))
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(_("remarks"))
    done = models.PositiveIntegerField(_("done"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    # Of a publication: the batch that its answers are in. Its senders are told when all of it is done.
    batch = models.ForeignKey(PublicationBatch, models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=models.F("done") + models.F("refused")), name="bulk_counts_within_total"
            )
        ]

    def __str__(self) -> str:
        return f"bulk action {self.pk}"


class BulkItem(models.Model):
    """One remark of a bulk action and what became of it.

    ``revision`` is the remark's text when the list was confirmed, ``answer`` the revision of its answer that was not
    public then, 0 without one, and ``department`` the one that had it: what came later nobody has seen, so it is
    refused. ``refusal`` names the error.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items")
    remark = models.ForeignKey(Remark, models.PROTECT, related_name="bulk_items")
    revision = models.PositiveSmallIntegerField()
    answer = models.PositiveSmallIntegerField(default=0)
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    refusal = models.CharField(max_length=40, blank=True)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark of a bulk action")
        verbose_name_plural = _("remarks of bulk actions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["action", "remark"], name="bulk_item_once"),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
                name="bulk_item_refused_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["action", "state", "id"], name="bulk_item_by_state")]

    def __str__(self) -> str:
        return f"{self.action_id}/{self.remark_id}: {self.state}"


class AnswerSheet(BroughtIn):
    """A sheet with answers that came back from a department. What is entered of it are drafted answers."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="answer_sheets")
    file = models.FileField(storage=private_storage, upload_to="arkusze/")
    same_rows = models.PositiveIntegerField(default=0)  # without an answer, or with the one that is there
    drafted_answers = models.PositiveIntegerField(default=0)

    objects = BroughtInQuerySet.as_manager()

    class Meta(BroughtIn.Meta):
        verbose_name = _("sheet of answers")
        verbose_name_plural = _("sheets of answers")

    def __str__(self) -> str:
        return f"sheet {self.pk}"
