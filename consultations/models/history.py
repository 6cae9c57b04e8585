"""What happened to a submission or a remark, and the counters the pages show."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation
from consultations.models.remarks import Remark, Submission
from consultations.querysets import HistoryQuerySet


class HistoryEntry(models.Model):
    """One verb: who, when, what, before and after. No verb writes a sender's name or contact into it.

    Reasons and notes of staff stand in it as they were typed.

    Rows are added, never changed: the database refuses it (``consultations.append_only``, docs/adr/0020). Without a
    person it was the sender, or the clock. What concerns no single consultation has none.
    """

    class Verb(models.TextChoices):
        RECEIVE = "receive", _("received")
        MARK_PROPER = "mark_proper", _("found proper")
        MARK_IMPROPER = "mark_improper", _("found improper")
        REOPEN_VERIFICATION = "reopen_verification", _("verification reopened")
        ASSIGN = "assign", _("assigned to a department")
        DECIDE = "decide", _("decided")
        REVIEW = "review", _("answer reviewed")
        APPROVE = "approve", _("answer approved")
        RETURN = "return", _("returned to the department")
        CORRECT_ANSWER = "correct_answer", _("correction of the answer drafted")
        PUBLISH = "publish", _("answer published")
        RENEW_LINK = "renew_link", _("tracking link renewed")
        CONFIRM_EMAIL = "confirm_email", _("e-mail address confirmed")
        CORRECT = "correct", _("corrected by the sender")
        WITHDRAW = "withdraw", _("withdrawn by the sender")
        REDACT = "redact", _("public text decided")
        PUBLISH_ATTACHMENT = "publish_attachment", _("attachment made public")
        HIDE_ATTACHMENT = "hide_attachment", _("attachment made private")
        PUBLISH_VERSION = "publish_version", _("version of the draft published")
        PUBLISH_SUMMARY = "publish_summary", _("summary published")
        HIDE_SUMMARY = "hide_summary", _("summary hidden")
        ADD_SCAN = "add_scan", _("scan of the letter added")
        RESEND = "resend", _("notice sent again")
        START_VERSION = "start_version", _("next version of the draft begun")
        BRING_IN_DOCUMENT = "bring_in_document", _("document brought in")
        SAVE_DOCUMENT = "save_document", _("document saved as a version of the draft")
        DISCARD_DOCUMENT = "discard_document", _("document discarded")
        BRING_IN_TABLE = "bring_in_table", _("table of submissions brought in")
        ENTER_TABLE = "enter_table", _("table of submissions entered")
        DISCARD_TABLE = "discard_table", _("table of submissions discarded")
        CHANGE_RULES = "change_rules", _("consultation changed in the records")
        CHANGE_ACCOUNT = "change_account", _("account changed")
        SET_TOPIC = "set_topic", _("topic set")
        EXPORT_SHEET = "export_sheet", _("remarks exported as a sheet of answers")
        BRING_IN_SHEET = "bring_in_sheet", _("sheet of answers brought in")
        ENTER_SHEET = "enter_sheet", _("sheet of answers entered")
        DISCARD_SHEET = "discard_sheet", _("sheet of answers discarded")
        EXPORT_HISTORY = "export_history", _("history exported")
        LINK_CHANGE = "link_change", _("linked to changed words")
        UNLINK_CHANGE = "unlink_change", _("link to changed words removed")
        EXPLAIN_UNCHANGED = "explain_unchanged", _("explained why nothing changed")
        WITHDRAW_EXPLANATION = "withdraw_explanation", _("explanation why nothing changed withdrawn")
        LINK_VOICE = "link_voice", _("voice linked to a passage")
        UNLINK_VOICE = "unlink_voice", _("link of a voice to a passage removed")
        FREEZE_REPORT = "freeze_report", _("report frozen")
        WITHHOLD_REPORT = "withhold_report", _("report withheld")
        GROUP = "group", _("grouped with similar remarks")
        LEAVE_GROUP = "leave_group", _("left its group")
        DISMISS_GROUP = "dismiss_group", _("proposed group dismissed")
        FLAG_CONTRADICTION = "flag_contradiction", _("contradiction flagged")
        DISMISS_CONTRADICTION = "dismiss_contradiction", _("contradiction dismissed")

    consultation = models.ForeignKey(Consultation, models.PROTECT, null=True, related_name="history")
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, related_name="history")
    remark = models.ForeignKey(Remark, models.PROTECT, null=True, related_name="history")
    verb = models.CharField(_("what"), max_length=25, choices=Verb)
    # An account with history is closed, never deleted.
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    at = models.DateTimeField(_("when"))
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    objects = HistoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(consultation__isnull=False) | Q(submission__isnull=True, remark__isnull=True),
                name="history_of_a_case_has_consultation",
            )
        ]
        indexes = [
            models.Index(fields=["consultation", "-at"], name="history_by_consultation"),
            models.Index(fields=["-at", "-id"], name="history_by_moment"),
            models.Index(fields=["verb", "-at", "-id"], name="history_by_verb"),
            models.Index(fields=["by", "-at", "-id"], name="history_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class Tally(models.Model):
    """How many remarks of a consultation have one value of a dimension and one standing.

    Kept in the transaction that changes a remark; the pages read a few rows of it instead of all remarks.
    ``key`` is the id of the chapter, passage, topic or district, the channel's name, or empty for “none”.
    """

    class Dimension(models.TextChoices):
        TOTAL = "total"
        CHAPTER = "chapter"
        PASSAGE = "passage"
        TOPIC = "topic"
        DISTRICT = "district"
        CHANNEL = "channel"

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="tallies")
    dimension = models.CharField(max_length=10, choices=Dimension)
    key = models.CharField(max_length=20, blank=True)
    standing = models.CharField(max_length=20, choices=Remark.Standing)
    remarks = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "dimension", "key", "standing"], name="tally_once"),
            models.CheckConstraint(condition=Q(remarks__gte=0), name="tally_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key} {self.standing}: {self.remarks}"
