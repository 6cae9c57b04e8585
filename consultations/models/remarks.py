"""Submissions, their remarks, and the decisions on them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from consultations.models.batches import PublicationBatch
from consultations.models.consultations import Consultation, Department, ImproperReason, Topic
from consultations.models.drafts import Chapter, DraftVersion, Passage
from consultations.querysets import NO_TERM, DecisionQuerySet, RemarkQuerySet, SubmissionQuerySet
from lublin2030.lib.demonstration import DemonstrationModel
from lublin2030.lib.tokens import new_token
from participation.models import District

POSITION_STEP = 1000  # a remark's position is its submission's number times this, plus its ordinal
ANSWERED_STATES = ["drafted", "reviewed", "approved", "published"]  # there is an answer, public or not


class Submission(DemonstrationModel):
    """What one person or organisation sent at once: who, how, when; the remarks hang on it.

    ``number`` is public and has no gaps in its consultation. ``form_token`` is the secret of the form that was sent:
    sending it twice finds this submission instead of making another. ``tracking_token`` opens the sender's own page.
    Name and contact are for the city's coordinators only, never for a public page; an organisation's name is public.
    """

    class Channel(models.TextChoices):
        ONLINE = "online", _("online form")
        PAPER = "paper", _("letter")
        EMAIL = "email", _("e-mail")
        SERVICE_DESK = "service_desk", _("service desk")
        MEETING = "meeting", _("meeting")
        PROTOCOL = "protocol", _("orally, to a protocol")
        EPUAP = "epuap", _("ePUAP or e-Doręczenia")

    class SenderKind(models.TextChoices):
        PERSON = "person", _("natural person")
        ORGANISATION = "organisation", _("organisation")

    class Verification(models.TextChoices):
        PENDING = "pending", _("waiting for verification")
        PROPER = "proper", _("proper")
        IMPROPER = "improper", _("improper")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(_("number"))
    channel = models.CharField(_("channel"), max_length=15, choices=Channel, default=Channel.ONLINE)
    sender_kind = models.CharField(_("sender"), max_length=15, choices=SenderKind, default=SenderKind.PERSON)
    name = models.CharField(_("name"), max_length=200, blank=True)
    representative = models.CharField(_("who acts for the organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    address = models.CharField(_("postal address"), max_length=300, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="submissions", verbose_name=_("district")
    )
    language = models.CharField(_("language of notices"), max_length=5, default="pl")
    received_at = models.DateTimeField(_("received"))
    # The day a letter was handed in or posted, where that is known: by it the term is judged.
    lodged_on = models.DateField(_("lodged"), null=True, blank=True)
    # Of a sender who has to confirm the e-mail address: until when, and when it was done.
    confirmation_token = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  unique where there is one
    confirm_until = models.DateTimeField(_("to be confirmed by"), null=True, editable=False)
    confirmed_at = models.DateTimeField(_("e-mail address confirmed"), null=True, editable=False)
    verification = models.CharField(
        _("verification"), max_length=10, choices=Verification, default=Verification.PENDING, editable=False
    )
    improper_reason = models.ForeignKey(
        ImproperReason, models.PROTECT, null=True, blank=True, editable=False, related_name="submissions"
    )
    improper_note = models.TextField(_("explanation to the sender"), blank=True, editable=False)
    form_token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    tracking_token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["consultation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="submission_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="submission_number_from_one"),
            models.CheckConstraint(
                condition=Q(verification="improper", improper_reason__isnull=False)
                | (~Q(verification="improper") & Q(improper_reason__isnull=True)),
                name="submission_improper_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["verification", "received_at"], name="submission_waiting"),
            models.Index(
                fields=["confirm_until"],
                condition=Q(confirmed_at__isnull=True, verification="pending", confirm_until__isnull=False),
                name="submission_unconfirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.public_number

    @property
    def public_number(self) -> str:
        """The number as people quote it: ``12/2021``. Reads the consultation."""
        return f"{self.number}/{self.consultation.year}"

    @property
    def tracking_path(self) -> str:
        return reverse("consultations:tracking", args=[self.tracking_token])

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the sender was asked to confirm the e-mail address and has not done so."""
        return self.confirmation_token is not None and self.confirmed_at is None

    @property
    def awaits_confirmation(self) -> bool:
        """Whether the submission becomes improper when the address is not confirmed by ``confirm_until``."""
        is_pending = self.verification == Submission.Verification.PENDING
        return self.is_unconfirmed and is_pending and self.confirm_until is not None


class Remark(DemonstrationModel):
    """One proposal of change to one place of the draft.

    ``state`` is changed by the verbs in ``services`` only. ``standing`` is what the public may know of it: the
    database computes it, so that an unpublished outcome can never show. ``position`` orders the register.
    """

    class Target(models.TextChoices):
        PASSAGE = "passage", _("passage")
        CHAPTER = "chapter", _("chapter")
        DOCUMENT = "document", _("the whole document")

    class Kind(models.TextChoices):
        REWORD = "reword", _("change the wording")
        REMOVE = "remove", _("remove this passage")
        ADD = "add", _("add after this passage")
        GENERAL = "general", _("remark")
        QUESTION = "question", _("question")

    class TextState(models.TextChoices):
        WAITING = "waiting", _("waits to be looked at")
        OPEN = "open", _("public as written")
        REDACTED = "redacted", _("public with redactions")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        IMPROPER = "improper", _("improper")
        PROPER = "proper", _("verified")
        ASSIGNED = "assigned", _("assigned")
        DRAFTED = "drafted", _("drafted, waits for review")
        REVIEWED = "reviewed", _("reviewed, waits for approval")
        APPROVED = "approved", _("approved, not published")
        PUBLISHED = "published", _("answered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Correction(models.TextChoices):
        DRAFTED = "drafted", _("correction waits for review")
        REVIEWED = "reviewed", _("correction waits for approval")
        APPROVED = "approved", _("correction is not published")

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        PARTLY_ACCEPTED = "partly_accepted", _("partly accepted")
        NOT_ACCEPTED = "not_accepted", _("not accepted")
        IN_TEXT = "in_text", _("already in the text")
        FORWARDED = "forwarded", _("passed on to further work")
        EXPLAINED = "explained", _("explained")
        OUT_OF_SCOPE = "out_of_scope", _("out of scope")

    class Standing(models.TextChoices):
        RECEIVED = "received", _("received")
        IMPROPER = "improper", _("improper")
        WITHDRAWN = "withdrawn", _("withdrawn")
        IN_PROGRESS = "in_progress", _("in progress")
        ACCEPTED = "accepted", _("accepted")
        PARTLY_ACCEPTED = "partly_accepted", _("partly accepted")
        NOT_ACCEPTED = "not_accepted", _("not accepted")
        IN_TEXT = "in_text", _("already in the text")
        FORWARDED = "forwarded", _("passed on to further work")
        EXPLAINED = "explained", _("explained")
        OUT_OF_SCOPE = "out_of_scope", _("out of scope")

    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="remarks")
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="remarks")
    ordinal = models.PositiveSmallIntegerField(_("number in the submission"))
    position = models.BigIntegerField(editable=False)
    version = models.ForeignKey(
        DraftVersion, models.PROTECT, null=True, blank=True, related_name="remarks", verbose_name=_("version")
    )
    target = models.CharField(_("concerns"), max_length=10, choices=Target)
    chapter = models.ForeignKey(
        Chapter, models.PROTECT, null=True, blank=True, related_name="remarks", verbose_name=_("chapter")
    )
    passage = models.ForeignKey(
        Passage, models.PROTECT, null=True, blank=True, related_name="remarks", verbose_name=_("passage")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.GENERAL)
    # Raised by each correction of the sender; what it said before stands in ``RemarkRevision``.
    revision = models.PositiveSmallIntegerField(_("revision"), default=1, editable=False)
    change = models.TextField(_("what to change"), blank=True)
    wording = models.TextField(_("proposed wording"), blank=True)
    reason = models.TextField(_("why"), blank=True)
    # Digest of change, wording and reason without regard to case, blanks and punctuation; empty without any text.
    # By it the same text is found again: a second sending, or a campaign (``services.duplicates``).
    text_hash = models.CharField(max_length=32, blank=True, editable=False)
    # What the public reads instead of change, wording and reason while ``text_state`` is “redacted”.
    text_state = models.CharField(_("text"), max_length=10, choices=TextState, default=TextState.OPEN, editable=False)
    shown_change = models.TextField(_("what to change, as the public reads it"), blank=True, editable=False)
    shown_wording = models.TextField(_("proposed wording, as the public reads it"), blank=True, editable=False)
    shown_reason = models.TextField(_("why, as the public reads it"), blank=True, editable=False)
    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="remarks", verbose_name=_("topic")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="remarks", verbose_name=_("district")
    )
    # Copied from the submission, so that the register and its filters read one table.
    channel = models.CharField(_("channel"), max_length=15, choices=Submission.Channel)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED, editable=False)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="remarks", verbose_name=_("department"),
        editable=False,
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True, editable=False)
    # How far the correction of a published answer is; the answer that stands is public until then.
    correction = models.CharField(_("correction"), max_length=10, choices=Correction, blank=True, editable=False)
    answer_due_on = models.DateField(_("department's term"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("last step"), editable=False)
    standing = models.GeneratedField(
        expression=Case(
            When(state="published", then=F("outcome")),
            When(state__in=["received", "improper", "withdrawn"], then=F("state")),
            default=Value("in_progress"),
        ),
        output_field=models.CharField(max_length=20, choices=Standing),
        db_persist=True,
    )

    objects = RemarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["consultation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "ordinal"], name="remark_ordinal_once"),
            models.UniqueConstraint(fields=["consultation", "position"], name="remark_position_once"),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ordinal__lt=POSITION_STEP), name="remark_ordinal_within_step"
            ),
            models.CheckConstraint(
                condition=Q(target="passage", passage__isnull=False, chapter__isnull=False)
                | Q(target="chapter", passage__isnull=True, chapter__isnull=False)
                | Q(target="document", passage__isnull=True, chapter__isnull=True),
                name="remark_points_to_its_target",
            ),
            models.CheckConstraint(
                condition=~Q(change="") | ~Q(wording="") | Q(kind="remove"), name="remark_says_something"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["general", "question"])
                | Q(kind="remove", target="passage")
                | Q(kind__in=["reword", "add"], target="passage") & ~Q(wording=""),
                name="remark_kind_fits_its_place",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ANSWERED_STATES, department__isnull=False) & ~Q(outcome="")
                | ~Q(state__in=ANSWERED_STATES) & Q(outcome=""),
                name="remark_outcome_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(correction="") | Q(state="published"), name="remark_correction_of_published"
            ),
        ]
        indexes = [
            models.Index(fields=["consultation", "chapter", "position"], name="remark_by_chapter"),
            models.Index(fields=["consultation", "passage", "position"], name="remark_by_passage"),
            models.Index(fields=["consultation", "standing", "position"], name="remark_by_standing"),
            models.Index(fields=["consultation", "district", "position"], name="remark_by_district"),
            models.Index(fields=["consultation", "topic", "position"], name="remark_by_topic"),
            models.Index(fields=["consultation", "channel", "position"], name="remark_by_channel"),
            models.Index(fields=["consultation", "text_hash"], name="remark_by_text"),
            models.Index(fields=["state", "received_at"], name="remark_waiting"),
            models.Index(fields=["received_at", "id"], condition=Q(text_state="waiting"), name="remark_text_waiting"),
            models.Index(fields=["department", "state", "received_at"], name="remark_waiting_department"),
            models.Index(fields=["answer_due_on"], condition=Q(state="assigned"), name="remark_by_term"),
            models.Index(
                fields=["correction", "received_at"], condition=~Q(correction=""), name="remark_in_correction"
            ),
            models.Index(fields=["consultation", "state", "-changed_at"], name="remark_lately_answered"),
            # The desk's list of all remarks, by receipt and by term.
            models.Index(fields=["received_at", "id"], name="remark_by_receipt"),
            models.Index(fields=["consultation", "received_at", "id"], name="remark_by_receipt_in"),
            models.Index(fields=["department", "received_at", "id"], name="remark_by_receipt_of"),
            models.Index(
                Coalesce("answer_due_on", Value(NO_TERM), output_field=models.DateField()),
                "received_at",
                "id",
                name="remark_by_any_term",
            ),
        ]

    def __str__(self) -> str:
        return self.public_number

    def get_absolute_url(self) -> str:
        return reverse("consultations:remark", args=[self.consultation.slug, self.address])

    def get_standing_display(self) -> str:
        """The standing in words. Django writes this method for plain fields only, not for computed ones."""
        return str(Remark.Standing(self.standing).label)

    @property
    def submission_number(self) -> int:
        return self.position // POSITION_STEP

    @property
    def address(self) -> str:
        """The number in an address: ``12.3``."""
        return f"{self.submission_number}.{self.ordinal}"

    @property
    def public_number(self) -> str:
        """The number as people quote it: ``12.3/2021``. Reads the consultation."""
        return f"{self.address}/{self.consultation.year}"


class Decision(models.Model):
    """What the city decided on a remark, and why. A later correction is a new revision; the old one stays.

    ``decided_by`` drafted it, others review and approve it as the consultation's ``answer_path`` was at that time:
    ``four_eyes`` keeps whether the three had to be different people, which the database enforces.
    ``corrects_why`` is the public reason of a correction, empty in a first answer.
    """

    remark = models.ForeignKey(Remark, models.PROTECT, related_name="decisions")
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Remark.Outcome)
    justification = models.TextField(_("justification"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="decisions")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="decisions"
    )
    decided_at = models.DateTimeField(_("decided"))
    four_eyes = models.BooleanField(_("four eyes"), default=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    corrects_why = models.CharField(_("why it was corrected"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # The publication it belongs to, from its confirmation on; what was public before there were batches has none.
    batch = models.ForeignKey(
        PublicationBatch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("publication of answers"),
        editable=False,
    )
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["remark", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["remark", "revision"], name="decision_revision_once"),
            models.CheckConstraint(condition=~Q(justification=""), name="decision_has_justification"),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(returned_at__isnull=True),
                name="decision_published_or_returned",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(approved_at__isnull=False),
                name="decision_published_when_approved",
            ),
            # Nobody looks twice at what they have written or seen (an account that is gone is nobody).
            models.CheckConstraint(
                condition=Q(four_eyes=False)
                | ~Q(decided_by=F("reviewed_by")) & ~Q(decided_by=F("approved_by")) & ~Q(reviewed_by=F("approved_by")),
                name="decision_by_different_people",
            ),
            models.CheckConstraint(
                condition=Q(four_eyes=False) | Q(approved_at__isnull=True) | Q(reviewed_at__isnull=False),
                name="decision_reviewed_before_approved",
            ),
            # One answer at a time is under way on a remark.
            models.UniqueConstraint(
                fields=["remark"],
                condition=Q(published_at__isnull=True, returned_at__isnull=True),
                name="decision_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remark_id}/{self.revision}: {self.outcome}"

    @property
    def is_correction(self) -> bool:
        """Whether it stands in place of an answer that was public already."""
        return bool(self.corrects_why)


class RemarkRevision(models.Model):
    """What a remark said before its sender corrected it. Rows are added, never changed: see ``append_only``."""

    remark = models.ForeignKey(Remark, models.PROTECT, related_name="revisions")
    revision = models.PositiveSmallIntegerField(_("revision"))
    # The sender's own words and their place: the keys of ``receipts.canonical_remarks`` and the kind.
    content = models.JSONField()
    replaced_at = models.DateTimeField(_("replaced"))

    class Meta:
        verbose_name = _("earlier text of a remark")
        verbose_name_plural = _("earlier texts of remarks")
        ordering = ["remark", "revision"]
        constraints = [models.UniqueConstraint(fields=["remark", "revision"], name="remark_revision_once")]

    def __str__(self) -> str:
        return f"{self.remark_id}/{self.revision}"


class Redaction(models.Model):
    """One decision on how much of a remark's text the public reads: who, when, why, which text resulted.

    Rows are added, never changed (see ``append_only``); the remark's own columns hold the latest.
    """

    remark = models.ForeignKey(Remark, models.PROTECT, related_name="redactions")
    revision = models.PositiveSmallIntegerField(_("of revision"))
    text_state = models.CharField(_("text"), max_length=10, choices=Remark.TextState)
    change = models.TextField(_("what to change"), blank=True)
    wording = models.TextField(_("proposed wording"), blank=True)
    reason = models.TextField(_("why"), blank=True)
    grounds = models.CharField(_("reason of the redaction"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("redaction")
        verbose_name_plural = _("redactions")
        ordering = ["remark", "at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text_state="redacted") | ~Q(grounds=""), name="redaction_has_grounds")
        ]

    def __str__(self) -> str:
        return f"{self.remark_id}: {self.text_state}"


class RemarkWords(models.Model):
    """The words by which the register finds a remark: lemmas and folded forms of its public text, by spaces.

    Written in the transaction that changes the text; ``manage.py reindex`` writes all of them anew.
    """

    remark = models.OneToOneField(Remark, models.CASCADE, primary_key=True, related_name="search_words")
    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="+")
    # The remark's own: beside the words, so that the database finds words in a stretch of the register at once.
    # Null only until rows of an earlier release are indexed anew, which ``prepare`` does.
    position = models.PositiveBigIntegerField(null=True)
    words = models.TextField()

    class Meta:
        verbose_name = _("words of a remark")
        verbose_name_plural = _("words of remarks")
        indexes = [models.Index(fields=["consultation", "position"], name="remarkwords_place")]

    def __str__(self) -> str:
        return f"words of {self.remark_id}"
