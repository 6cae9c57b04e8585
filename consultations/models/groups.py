"""Remarks that belong together or against each other, and topics that their texts suggest.

Nothing here changes a remark: each keeps its number, its sender, its text and its notice.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.consultations import Consultation, Topic
from consultations.models.drafts import Passage
from consultations.models.remarks import Remark
from consultations.querysets import ContradictionQuerySet, GroupMemberQuerySet, RemarkGroupQuerySet


class RemarkGroup(models.Model):
    """Remarks that one answer may serve. Found by the worker, confirmed or dismissed by a person.

    Changed by the verbs in ``services.groups`` only.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for confirmation")
        CONFIRMED = "confirmed", _("group confirmed")
        DISMISSED = "dismissed", _("group dismissed")

    class Kind(models.TextChoices):
        SAME_TEXT = "same_text", _("the same text")
        NEAR_COPY = "near_copy", _("near copies")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="remark_groups")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, editable=False)
    label = models.CharField(_("label"), max_length=200, blank=True)
    # The member the others are compared with.
    typical = models.ForeignKey(Remark, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found on"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("confirmed or dismissed"), null=True, blank=True)
    why = models.CharField(_("why dismissed"), max_length=500, blank=True)

    objects = RemarkGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group of remarks")
        verbose_name_plural = _("groups of remarks")
        ordering = ["consultation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at__isnull=True)
                | ~Q(state="proposed") & Q(decided_at__isnull=False),
                name="group_decided_at_some_time",
            ),
            models.CheckConstraint(condition=Q(state="dismissed") | Q(why=""), name="group_reason_when_dismissed"),
        ]
        indexes = [models.Index(fields=["consultation", "state", "id"], name="group_by_state")]

    def __str__(self) -> str:
        return self.label or str(self.pk)


class GroupMember(models.Model):
    """One remark in one group, from its proposal on. A row is never deleted, so every grouping leaves a trace."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed for the group")
        ACTIVE = "active", _("is in the group")
        REFUSED = "refused", _("not taken in")
        LEFT = "left", _("has left the group")

    group = models.ForeignKey(RemarkGroup, models.PROTECT, related_name="members")
    remark = models.ForeignKey(Remark, models.PROTECT, related_name="memberships")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED, editable=False)
    # How much of what the group shares the remark holds, in per cent; none for one that a person brought in.
    likeness = models.PositiveSmallIntegerField(_("likeness"), null=True, blank=True)
    # Which text of the remark was compared, or seen by the person who took it in.
    revision = models.PositiveSmallIntegerField(_("of revision"))
    proposed_at = models.DateTimeField(_("proposed on"))
    joined_at = models.DateTimeField(_("joined on"), null=True, blank=True)
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    left_at = models.DateTimeField(_("left on"), null=True, blank=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(_("why it left"), max_length=500, blank=True)

    objects = GroupMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        ordering = ["group", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "remark"], name="member_once_in_a_group"),
            models.UniqueConstraint(
                fields=["remark"], condition=Q(state="active"), name="member_of_one_confirmed_group"
            ),
            models.UniqueConstraint(fields=["remark"], condition=Q(state="proposed"), name="member_proposed_once"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"], joined_at__isnull=True)
                | Q(state__in=["active", "left"], joined_at__isnull=False),
                name="member_joined_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(state="left", left_at__isnull=False) & ~Q(why="")
                | ~Q(state="left") & Q(left_at__isnull=True, why=""),
                name="member_left_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(likeness__isnull=True) | Q(likeness__lte=100), name="member_likeness_in_per_cent"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "state", "id"], name="member_by_state"),
            models.Index(fields=["group"], condition=Q(state="proposed"), name="member_proposed"),
        ]

    def __str__(self) -> str:
        return f"{self.remark_id} in {self.group_id}: {self.state}"


class Contradiction(models.Model):
    """Demands on one passage that cannot both be met.

    Either two remarks that a person flagged, or, found by their kinds, all that want the passage out against all that
    want it changed or continued: one row for the passage, for hundreds on each side would be thousands of pairs.
    """

    class Found(models.TextChoices):
        BY_KINDS = "by_kinds", _("by the kinds of the remarks")
        BY_HAND = "by_hand", _("by hand")

    class State(models.TextChoices):
        OPEN = "open", _("contradiction flagged")
        DISMISSED = "dismissed", _("contradiction dismissed")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="contradictions")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="contradictions")
    found = models.CharField(_("how found"), max_length=10, choices=Found)
    first = models.ForeignKey(Remark, models.PROTECT, null=True, blank=True, related_name="contradictions")
    second = models.ForeignKey(Remark, models.PROTECT, null=True, blank=True, related_name="contradicted_by")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    note = models.CharField(_("what contradicts"), max_length=500, blank=True)
    found_at = models.DateTimeField(_("found on"))
    flagged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    dismissed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    dismissed_at = models.DateTimeField(_("dismissed on"), null=True, blank=True)
    why = models.CharField(_("why dismissed"), max_length=500, blank=True)

    objects = ContradictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contradiction")
        verbose_name_plural = _("contradictions")
        ordering = ["consultation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(found="by_hand", first__isnull=False, second__isnull=False, first__lt=F("second"))
                | Q(found="by_kinds", first__isnull=True, second__isnull=True),
                name="contradiction_of_two_remarks",
            ),
            models.UniqueConstraint(
                fields=["passage"], condition=Q(found="by_kinds"), name="contradiction_of_kinds_once"
            ),
            models.UniqueConstraint(
                fields=["first", "second"], condition=Q(found="by_hand"), name="contradiction_of_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(state="dismissed", dismissed_at__isnull=False) & ~Q(why="")
                | Q(state="open", dismissed_at__isnull=True, why=""),
                name="contradiction_dismissed_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["consultation", "state", "id"], name="contradiction_by_state")]

    def __str__(self) -> str:
        return f"{self.passage_id}: {self.found}"


class TopicSuggestion(models.Model):
    """A topic that the text of a remark without one speaks for. Kept, so that the list of them is a plain query.

    The latest of each remark only; which ones were refused ``TopicRefusal`` remembers.
    """

    class Source(models.TextChoices):
        WORDS = "words", _("words of the text")
        GROUP = "group", _("topic of similar remarks")

    class State(models.TextChoices):
        OPEN = "open", _("suggestion open")
        SET = "set", _("a topic is set")
        REFUSED = "refused", _("suggestion refused")

    remark = models.OneToOneField(Remark, models.CASCADE, primary_key=True, related_name="topic_suggestion")
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="suggestions")
    sure = models.PositiveSmallIntegerField(_("how sure, in per cent"))
    source = models.CharField(_("because of"), max_length=10, choices=Source)
    words = models.JSONField(_("words"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN, editable=False)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("suggested topic")
        verbose_name_plural = _("suggested topics")
        constraints = [
            models.CheckConstraint(condition=Q(sure__lte=100), name="suggestion_sure_in_per_cent"),
        ]
        indexes = [
            models.Index(fields=["consultation", "remark"], condition=Q(state="open"), name="suggestion_open"),
        ]

    def __str__(self) -> str:
        return f"{self.remark_id}: {self.topic_id}"


class TopicRefusal(models.Model):
    """A person has said that a suggested topic is not the remark's: it is suggested to it no more, for good."""

    remark = models.ForeignKey(Remark, models.CASCADE, related_name="topic_refusals")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("refused topic")
        verbose_name_plural = _("refused topics")
        constraints = [models.UniqueConstraint(fields=["remark", "topic"], name="topic_refused_once")]

    def __str__(self) -> str:
        return f"{self.remark_id}: not {self.topic_id}"
