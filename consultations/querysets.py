"""The words in which the portal asks for consultations, submissions and remarks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Left

from consultations.public_text import TEXTS, public_columns

if TYPE_CHECKING:
    from accounts.models import User

    # Ruff does not see names in quotes in the classes' bases; mypy needs them.
    from consultations.models import (  # noqa: F401
        Attachment,
        BulkItem,
        Consultation,
        Contradiction,
        Decision,
        Draft,
        DraftImage,
        DraftImport,
        DraftVersion,
        GroupMember,
        HistoryEntry,
        JustificationTemplate,
        PassageChange,
        Presence,
        PublicationBatch,
        Remark,
        RemarkGroup,
        Submission,
        VersionComparison,
    )


UNGROUPED = ["improper", "withdrawn"]  # states of remarks that get no answer, so can share none
FRESH_FOR = dt.timedelta(seconds=60)
NO_TERM = dt.date(9999, 12, 31)  # where a remark without a term stands among the others
REGISTER_OPENING = 400  # characters of a remark that a row of the register can show


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def hold(self, pk: int) -> Consultation:
        """Lock the consultation until the commit, before the remark, like every verb on a submission or a remark.

        So two verbs never wait for each other crosswise (a history row locks the consultation too), and what one of
        them has read of the remarks stays true until it is done.
        """
        return self.select_for_update().get(pk=pk)

    def public(self, now: dt.datetime) -> ConsultationQuerySet:
        """Consultations the city has published by the (aware) moment."""
        return self.filter(published_at__lte=now)

    def open(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations that take remarks at the moment; the one that closes first comes first."""
        return self.public(now).filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at")

    def upcoming(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations that are not open yet; the one that opens first comes first."""
        return self.public(now).filter(opens_at__gt=now).order_by("opens_at")

    def closed(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations that are over; the one that closed last comes first."""
        return self.public(now).filter(closes_at__lte=now).order_by("-closes_at")

    def under_way(self, now: dt.datetime) -> ConsultationQuerySet:
        """Consultations, public or in preparation, that are not over or have a proper remark without an answer."""
        from consultations.models import Tally

        unanswered = Tally.objects.filter(
            consultation=OuterRef("pk"), dimension="total", standing__in=["received", "in_progress"], remarks__gt=0
        )
        return self.filter(Q(closes_at__gt=now) | Exists(unanswered))

    def for_typing_in(self, now: dt.datetime) -> ConsultationQuerySet:
        """Consultations into which letters can come: those that have opened, the latest first, closed ones too."""
        return self.public(now).filter(opens_at__lte=now).select_related("draft").order_by("-opens_at", "-pk")

    def showing_remarks(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations whose remarks the public may see: see ``Consultation.shows_remarks``."""
        return self.public(now).filter(Q(remarks_shown="at_once") | Q(closes_at__lte=now))

    def for_reading(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations with what every page of one consultation shows of its process, stage and draft."""
        return self.public(now).select_related("process", "stage__process", "draft")

    def for_list(self, now: dt.datetime) -> ConsultationQuerySet:
        """Public consultations without the long texts that only a consultation's own page shows."""
        return self.public(now).select_related("process").defer("rules", "legal_basis", "privacy_notice", "contact")


class DraftVersionQuerySet(models.QuerySet["DraftVersion"]):
    def published(self, now: dt.datetime) -> DraftVersionQuerySet:
        """Versions readers may see at the moment, the newest first."""
        return self.filter(published_at__lte=now).order_by("-number")

    def showing_image(self, image: DraftImage, now: dt.datetime) -> DraftVersionQuerySet:
        """Published versions of public consultations that refer to the picture: in them the public sees it."""
        return self.published(now).filter(
            draft=image.draft_id,
            draft__consultation__published_at__lte=now,
            passages__html__contains=f"obraz:{image.sha256}",
        )


class VersionComparisonQuerySet(models.QuerySet["VersionComparison"]):
    def current(self) -> VersionComparisonQuerySet:
        """Comparisons of texts that have been published since before they were compared, so that they hold."""
        return self.filter(older__published_at__lte=F("made_at"), newer__published_at__lte=F("made_at"))

    def of_neighbours(self, now: dt.datetime) -> VersionComparisonQuerySet:
        """Current comparisons of a public version with the one published before it: of each version at most one."""
        from consultations.models import DraftVersion

        between = DraftVersion.objects.filter(
            draft=OuterRef("newer__draft"),
            number__gt=OuterRef("older__number"),
            number__lt=OuterRef("newer__number"),
            published_at__lte=now,
        )
        return self.current().filter(
            ~Exists(between),
            newer__number__gt=F("older__number"),
            older__published_at__lte=now,
            newer__published_at__lte=now,
        )


class PassageChangeQuerySet(models.QuerySet["PassageChange"]):
    def changed(self) -> PassageChangeQuerySet:
        """What differs between the two versions: words, place, or that it is there at all."""
        return self.exclude(kind="same", is_moved=False)

    def since_previous(self, now: dt.datetime) -> PassageChangeQuerySet:
        """What each public version changed of the one published before it."""
        from consultations.models import VersionComparison

        return self.changed().filter(comparison__in=VersionComparison.objects.of_neighbours(now))

    def without_source(self) -> PassageChangeQuerySet:
        """Changes of which nobody has said where they come from."""
        from consultations.models import ChangeSource

        said = ChangeSource.objects.filter(version=OuterRef("comparison__newer"), passage=OuterRef("passage"))
        return self.filter(~Exists(said))


class DraftQuerySet(models.QuerySet["Draft"]):
    def for_desk(self) -> DraftQuerySet:
        """All drafts, the latest consultation first, with their versions and the imports that nobody has ended.

        Each version has ``passage_total``, the draft ``imports_in_hand``. Three queries.
        """
        from consultations.models import DraftImport, DraftVersion

        versions = DraftVersion.objects.annotate(passage_total=Count("passages")).order_by("-number")
        imports = DraftImport.objects.in_hand().select_related("by")
        return (
            self.select_related("consultation")
            .prefetch_related(
                Prefetch("versions", queryset=versions, to_attr="all_versions"),
                Prefetch("imports", queryset=imports, to_attr="imports_in_hand"),
            )
            .order_by("-consultation__opens_at", "-pk")
        )


class DraftImportQuerySet(models.QuerySet["DraftImport"]):
    def without_texts(self) -> DraftImportQuerySet:
        """Without what was read, which can be megabytes."""
        return self.defer("document", "problems", "matches", "source")

    def in_hand(self) -> DraftImportQuerySet:
        """Imports that somebody still has to save or discard, the oldest first."""
        return self.without_texts().filter(state__in=["waiting", "ready", "failed"]).order_by("at", "pk")


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def waiting_for_verification(self) -> SubmissionQuerySet:
        """What a coordinator has to verify, oldest first. Without what its sender has withdrawn whole."""
        return (
            self.filter(verification="pending")
            .with_something_to_verify()
            .select_related("consultation")
            .order_by("received_at", "pk")
        )

    def with_something_to_verify(self) -> SubmissionQuerySet:
        """Submissions of which a remark waits for verification."""
        from consultations.models import Remark

        return self.filter(Exists(Remark.objects.filter(submission=OuterRef("pk"), state="received").order_by()))

    def unconfirmed_since(self, now: dt.datetime) -> SubmissionQuerySet:
        """Submissions whose e-mail address was to be confirmed by the (aware) moment and was not; oldest term first."""
        return (
            self.filter(verification="pending", confirmed_at__isnull=True, confirm_until__lte=now)
            .with_something_to_verify()
            .order_by("confirm_until", "pk")
        )

    def with_remark_totals(self) -> models.QuerySet[Any]:
        """With ``remark_total``, how many remarks each carries."""
        return self.annotate(remark_total=Count("remarks"))


class DecisionQuerySet(models.QuerySet["Decision"]):
    def published(self) -> DecisionQuerySet:
        """Decisions the public may read."""
        return self.filter(published_at__isnull=False)

    def corrections(self) -> DecisionQuerySet:
        """Published answers that replaced an earlier one, with what a line on them says, in their order."""
        return self.published().exclude(corrects_why="").order_by("revision")

    def current(self) -> DecisionQuerySet:
        """Decisions that were not sent back; per remark at most one is unpublished."""
        return self.filter(returned_at__isnull=True)

    def under_way(self) -> DecisionQuerySet:
        """Decisions that are neither public nor sent back; per remark at most one."""
        return self.current().filter(published_at__isnull=True)

    def publishable(self) -> DecisionQuerySet:
        """Approved answers and corrections that are not public and in no publication under way."""
        return self.under_way().filter(
            Q(remark__state="approved") | Q(remark__state="published", remark__correction="approved"),
            batch__isnull=True,
        )

    def returned(self) -> DecisionQuerySet:
        """Decisions that were sent back to the department, the latest first."""
        return self.filter(returned_at__isnull=False).order_by("-revision")


class PublicationBatchQuerySet(models.QuerySet["PublicationBatch"]):
    def for_desk(self) -> PublicationBatchQuerySet:
        """With what a row of the list shows, the latest first."""
        return self.select_related("consultation", "by").order_by("-made_at", "-pk")


class BroughtInQuerySet(models.QuerySet[Any]):
    """Tables of submissions, or sheets of answers."""

    def needing_file(self) -> BroughtInQuerySet:
        """Those that are still to be read: those entered, refused or thrown away need their file no more."""
        return self.filter(state__in=["waiting", "checked", "entering"])

    def with_old_verdicts(self, before: dt.datetime) -> BroughtInQuerySet:
        """Those dealt with, brought in before the (aware) moment, that still hold what was said of their rows."""
        return self.filter(state__in=["entered", "discarded", "failed"], at__lt=before).exclude(rows=[])


class JustificationTemplateQuerySet(models.QuerySet["JustificationTemplate"]):
    def fitting(self, remark: Remark) -> JustificationTemplateQuerySet:
        """Templates for the remark's consultation and department: their own, and those that are for all."""
        return self.filter(
            Q(consultation__isnull=True) | Q(consultation=remark.consultation_id),
            Q(department__isnull=True) | Q(department=remark.department_id),
        )


class PresenceQuerySet(models.QuerySet["Presence"]):
    def fresh(self, now: dt.datetime) -> PresenceQuerySet:
        """Whose page has reported within a minute of the (aware) moment: three reports may be lost, no more."""
        return self.filter(seen_at__gt=now - FRESH_FOR)


class BulkItemQuerySet(models.QuerySet["BulkItem"]):
    def waiting(self) -> BulkItemQuerySet:
        """Remarks to which nothing has been done yet, in the action's order."""
        return self.filter(state="waiting").order_by("pk")

    def refused(self) -> BulkItemQuerySet:
        """Remarks that the verb refused, in the action's order."""
        return self.filter(state="refused").order_by("pk")

    def by_reason(self) -> list[tuple[str, int]]:
        """How many remarks were refused for which reason, the most frequent first. One query."""
        counted = self.filter(state="refused").order_by().values_list("refusal").annotate(n=Count("pk"))
        return list(counted.order_by("-n", "refusal"))


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def numbered(self) -> AttachmentQuerySet:
        """With ``ordinal``: its number among the files of its kind in its submission, by which it is called."""
        from consultations.models import Attachment

        # Not a window function: it would count only what a filter leaves, and the number must stay the same.
        up_to_it = Attachment.objects.filter(
            submission=OuterRef("submission"), kind=OuterRef("kind"), pk__lte=OuterRef("pk")
        )
        counted = up_to_it.order_by().values("kind").annotate(files=Count("pk")).values("files")
        return self.annotate(ordinal=Subquery(counted)).order_by("kind", "pk")

    def added_by_senders(self) -> AttachmentQuerySet:
        """Without the scans of letters, which show who sent them."""
        return self.filter(kind="sender")

    def public(self, now: dt.datetime) -> AttachmentQuerySet:
        """Files the public may open at the moment: let go by staff, of a submission that is shown and not withdrawn."""
        from consultations.models import Remark

        standing = Remark.objects.filter(submission=OuterRef("submission")).exclude(state="withdrawn")
        return (
            self.added_by_senders()
            .filter(published_at__lte=now, submission__consultation__published_at__lte=now)
            .filter(
                Q(submission__consultation__remarks_shown="at_once") | Q(submission__consultation__closes_at__lte=now)
            )
            .filter(Exists(standing))
        )


class RemarkGroupQuerySet(models.QuerySet["RemarkGroup"]):
    def to_decide(self) -> RemarkGroupQuerySet:
        """Groups of which a person has to say who belongs: proposed ones, and confirmed ones with new copies."""
        from consultations.models import GroupMember

        proposed = GroupMember.objects.filter(state="proposed")
        return self.filter(pk__in=proposed.order_by().values("group"))

    def confirmed(self) -> RemarkGroupQuerySet:
        """Groups that share an answer."""
        return self.filter(state="confirmed")

    def dismissed(self) -> RemarkGroupQuerySet:
        """Proposals that a person has turned down."""
        return self.filter(state="dismissed")

    def with_sizes(self) -> models.QuerySet[Any]:
        """With ``active`` and ``waiting``: how many remarks are in the group, and how many are proposed to it."""
        from consultations.models import GroupMember

        def members(state: str) -> Coalesce:
            own = GroupMember.objects.filter(group=OuterRef("pk"), state=state).order_by().values("group")
            return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)

        return self.annotate(active=members("active"), waiting=members("proposed"))


class GroupMemberQuerySet(models.QuerySet["GroupMember"]):
    def active(self) -> GroupMemberQuerySet:
        """Remarks that are in a confirmed group."""
        return self.filter(state="active")

    def proposed(self) -> GroupMemberQuerySet:
        """Remarks of which a person has to say whether they belong."""
        return self.filter(state="proposed")

    def corrected_since(self) -> GroupMemberQuerySet:
        """Remarks in a confirmed group whose text is another than the one that was compared."""
        return self.active().exclude(revision=F("remark__revision"))


class ContradictionQuerySet(models.QuerySet["Contradiction"]):
    def open(self) -> ContradictionQuerySet:
        """Contradictions that nobody has dismissed."""
        return self.filter(state="open")


class RemarkQuerySet(models.QuerySet["Remark"]):
    def shown(self, now: dt.datetime) -> RemarkQuerySet:
        """Remarks of consultations that let the public see them: see ``Consultation.shows_remarks``."""
        return self.filter(Q(consultation__remarks_shown="at_once") | Q(consultation__closes_at__lte=now))

    def for_public_table(self, now: dt.datetime) -> RemarkQuerySet:
        """The one definition of what is public of remarks at the moment: page, API, exports and report read this.

        None of a consultation that hides its remarks until it has closed.
        Never a natural person's name or contact: ``organisation`` holds an organisation's name and is empty for a
        natural person; the submission's own name is not even loaded. ``public_change``, ``public_wording`` and
        ``public_reason`` hold the texts that may be read; the originals are not loaded. ``public_decisions`` holds
        the published decisions, the latest last.
        """
        return self.shown(now).as_public_will_read()

    def as_public_will_read(self) -> RemarkQuerySet:
        """What ``for_public_table`` gives of each, also while the consultation does not show it yet: for a preview."""
        return self._without_private_data().annotate(**public_columns())

    def _without_private_data(self) -> RemarkQuerySet:
        from consultations.models import Decision

        return (
            self.select_related("consultation", "submission__improper_reason", "topic", "district", "department")
            .annotate(
                organisation=Case(
                    When(submission__sender_kind="organisation", then=F("submission__name")), default=Value("")
                )
            )
            .defer(
                *TEXTS,
                *(f"shown_{name}" for name in TEXTS),
                "submission__name",
                "submission__email",
                "submission__phone",
                "submission__address",
                "submission__representative",
                "submission__tracking_token",
                "submission__form_token",
            )
            .prefetch_related(
                Prefetch(
                    "decisions",
                    queryset=Decision.objects.published().select_related("department").order_by("revision"),
                    to_attr="public_decisions",
                )
            )
        )

    def for_register(self, consultation: Consultation, now: dt.datetime) -> RemarkQuerySet:
        """The public table narrowed to one consultation and to what a row of its register shows.

        ``opening`` is the beginning of what the remark asks for, so that a page of long texts stays light;
        ``public_corrections`` are the published corrections of its answer, the latest last.
        """
        from consultations.models import Decision

        # A removal may say nothing but why.
        asks = Case(
            When(public_change="", public_wording="", then=F("public_reason")),
            When(public_change="", then=F("public_wording")),
            default=F("public_change"),
            output_field=models.TextField(),
        )
        # The rule that ``shown`` asks the database for, known here already: a condition less on a million rows.
        shown = self if consultation.shows_remarks(now) else self.none()
        return (
            shown._without_private_data()
            .alias(**public_columns())
            .filter(consultation=consultation)
            .select_related(None)
            .select_related("submission__improper_reason", "topic", "district")
            .prefetch_related(None)
            .prefetch_related(
                Prefetch(
                    "decisions",
                    queryset=Decision.objects.corrections().only("remark", "corrects_why", "published_at"),
                    to_attr="public_corrections",
                )
            )
            .annotate(opening=Left(asks, REGISTER_OPENING))
            .only(
                "is_demonstration",
                "kind",
                "ordinal",
                "position",
                "version",
                "chapter",
                "passage",
                "channel",
                "received_at",
                "standing",
                "text_state",
                "changed_at",
                "topic__name",
                "topic__translations",
                "district__name",
                "submission__language",
                "submission__improper_reason__label",
                "submission__improper_reason__translations",
            )
        )

    def demanding_change(self) -> RemarkQuerySet:
        """Remarks with an outcome that promises another text, by the list of their consultation.

        ``outcomes.outcomes_demanding_change`` says the same of one consultation.
        """
        from consultations.models import OfferedOutcome
        from consultations.outcomes import USUAL

        own = OfferedOutcome.objects.filter(consultation=OuterRef("consultation"))
        demanded = own.filter(outcome=OuterRef("outcome"), demands_change=True)
        usual = [offer.outcome.value for offer in USUAL if offer.demands_change]
        return self.filter(Exists(demanded) | Q(~Exists(own), outcome__in=usual))

    def accepted_but_unchanged(self) -> RemarkQuerySet:
        """Remarks whose approved or public answer promises another text, and that no changed words carry.

        None where there is no draft: without a text nothing can change.
        """
        from consultations.models import ChangeSource

        carried = ChangeSource.objects.filter(remark=OuterRef("pk"))
        promised = self.filter(state__in=["approved", "published"], consultation__draft__isnull=False)
        return promised.demanding_change().filter(~Exists(carried))

    def unexplained(self) -> RemarkQuerySet:
        """Without those of which somebody has said why nothing changed."""
        from consultations.models import UnchangedExplanation

        return self.filter(~Exists(UnchangedExplanation.objects.filter(remark=OuterRef("pk"))))

    def with_newer_version(self, now: dt.datetime) -> RemarkQuerySet:
        """Remarks on a text of which a newer version is public: it should carry them."""
        from consultations.models import DraftVersion

        newer = DraftVersion.objects.filter(
            draft=OuterRef("version__draft"), number__gt=OuterRef("version__number"), published_at__lte=now
        )
        return self.filter(Exists(newer))

    def with_changes(self, now: dt.datetime) -> RemarkQuerySet:
        """With ``public_changes``: the public links to the words that changed by it. One query more."""
        from consultations.models import ChangeSource

        links = ChangeSource.objects.public(now).select_related("passage", "version")
        ordered = links.order_by("version__number", "pk")
        return self.prefetch_related(Prefetch("changes", queryset=ordered, to_attr="public_changes"))

    def answered(self) -> RemarkQuerySet:
        """Remarks whose answer is public, whatever it says."""
        return self.filter(state="published")

    def with_public_text(self) -> RemarkQuerySet:
        """With the three public texts whole, where a row has to show the place of a hit."""
        return self.annotate(**public_columns())

    def waiting_for_approval(self) -> RemarkQuerySet:
        """Remarks whose text nobody has looked at for personal data yet, oldest first. A withdrawn one needs none."""
        return self._waiting().filter(text_state="waiting").exclude(state="withdrawn")

    def to_group(self) -> RemarkQuerySet:
        """Remarks that can share an answer: what stands and is proper or may still be found so."""
        return self.exclude(state__in=UNGROUPED)

    def contradicting_kinds(self) -> models.QuerySet[Any]:
        """The passages that some want out and others want changed or continued: rows of ``passage``, each once."""
        return (
            self.to_group()
            .filter(target="passage")
            .order_by()
            .values("passage")
            .filter(kind__in=["remove", "reword", "add"])
            .annotate(
                removing=Count("pk", filter=Q(kind="remove")),
                keeping=Count("pk", filter=Q(kind__in=["reword", "add"])),
            )
            .filter(removing__gt=0, keeping__gt=0)
        )

    def not_indexed(self) -> RemarkQuerySet:
        """Remarks that the search of the register does not know yet."""
        return self.filter(Q(search_words__isnull=True) | Q(search_words__position__isnull=True))

    def waiting_for_assignment(self) -> RemarkQuerySet:
        """Proper remarks without a department, oldest first."""
        return self._waiting().filter(state="proper")

    def waiting_for_decision(self, user: User | None = None) -> RemarkQuerySet:
        """Assigned remarks, oldest first; with a user, those of the user's departments."""
        waiting = self._waiting().filter(state="assigned")
        return waiting if user is None else waiting.filter(department__in=user.departments.all())

    def waiting_for_review(self, user: User | None = None) -> RemarkQuerySet:
        """Remarks with a drafted answer or correction, oldest first; with a user, those of the user's departments."""
        waiting = self._waiting().filter(Q(state="drafted") | Q(correction="drafted"))
        return waiting if user is None else waiting.filter(department__in=user.departments.all())

    def waiting_for_signature(self) -> RemarkQuerySet:
        """Remarks with a reviewed answer or correction that nobody has approved, oldest first."""
        return self._waiting().filter(Q(state="reviewed") | Q(correction="reviewed"))

    def waiting_for_publication(self) -> RemarkQuerySet:
        """Remarks with an approved answer or correction that is not public, oldest first.

        Without those whose publication is confirmed and under way.
        """
        from consultations.models import Decision

        confirmed = Decision.objects.under_way().filter(remark=OuterRef("pk"), batch__isnull=False).order_by()
        return self._waiting().filter(Q(state="approved") | Q(correction="approved")).exclude(Exists(confirmed))

    def pending(self, user: User, *, coordinates: bool) -> RemarkQuerySet:
        """What this person can take a step further now: of the own departments, or, coordinating, of all of them.

        Where different people are asked for, not what this person has had in hand already.
        """
        from consultations.models import Decision

        under_way = Decision.objects.current().filter(published_at__isnull=True, four_eyes=True)
        # A list of keys, not a question for each row: of that PostgreSQL thinks so dear that it compiles it first.
        wrote = Q(pk__in=under_way.filter(decided_by=user).values("remark"))
        reviewed = Q(pk__in=under_way.filter(reviewed_by=user).values("remark"))
        work = Q(state="assigned") | (Q(state="drafted") | Q(correction="drafted")) & ~wrote
        if not coordinates:
            return self.filter(work, department__in=user.departments.all())
        return self.filter(
            work
            | Q(state__in=["proper", "approved"])
            | Q(correction="approved")
            | (Q(state="reviewed") | Q(correction="reviewed")) & ~wrote & ~reviewed
        )

    def with_term(self) -> RemarkQuerySet:
        """With ``term``, the department's term; without one it stands after all others. An index is built like it."""
        return self.annotate(term=Coalesce("answer_due_on", Value(NO_TERM), output_field=models.DateField()))

    def with_current_decision(self) -> RemarkQuerySet:
        """With ``current_decisions``: those not sent back, published or not, the latest last. One query more."""
        from consultations.models import Decision

        current = Decision.objects.current().select_related("department", "decided_by", "reviewed_by", "approved_by")
        current = current.order_by("revision")
        return self.prefetch_related(Prefetch("decisions", queryset=current, to_attr="current_decisions"))

    def about_same_place(self, remark: Remark) -> RemarkQuerySet:
        """Other remarks on the same passage, or on the same chapter as a whole, in the register's order."""
        if remark.chapter_id is None:
            return self.none()
        return (
            self.filter(consultation=remark.consultation_id, target=remark.target)
            .filter(passage=remark.passage_id, chapter=remark.chapter_id)
            .exclude(pk=remark.pk)
            .select_related("consultation")
            .order_by("position")
        )

    def lately_answered(self, consultation: Consultation, now: dt.datetime) -> RemarkQuerySet:
        """The consultation's readable remarks whose answer is public, the one answered last first. Read by an index."""
        # No further key: the index would not help to sort by it, and thousands may be published in one moment.
        answered = self.for_public_table(now).filter(consultation=consultation, state="published")
        return answered.exclude(text_state="waiting").order_by("-changed_at")

    def _waiting(self) -> RemarkQuerySet:
        return self.select_related("consultation", "department", "passage", "submission").order_by("received_at", "pk")


class HistoryQuerySet(models.QuerySet["HistoryEntry"]):
    def in_words(self) -> HistoryQuerySet:
        """Only with what ``words.describe_history`` tells of an entry: nothing of a sender, no text of a remark."""
        return self.select_related("by", "consultation", "submission", "remark").only(
            *("verb", "at", "before", "after", "by__name", "by__email"),
            *("consultation__slug", "consultation__title", "consultation__translations", "consultation__opens_at"),
            *("submission__number", "remark__position", "remark__ordinal"),
        )
