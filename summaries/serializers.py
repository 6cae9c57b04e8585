"""What the API says of each record. No field of a natural person stands here: a field that is not listed is not said.

Texts come in Polish; ``translations`` holds what there is in other languages, per language and field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from consultations.models import (
    ChapterText,
    Consultation,
    Decision,
    Department,
    DraftVersion,
    ImproperReason,
    PassageText,
    Remark,
    Submission,
    Topic,
)
from consultations.places import Placed
from lublin2030.lib.translations import ORIGINAL, TranslatedModel
from participation.models import Direction, District, Event, Figure, Theme, Voice
from stages.models import Milestone, Process, Result, Stage
from summaries.counts import STANDINGS, Counts, Line, Summary, answers_of
from summaries.models import ConsultationReport, ReportFile

Translations = dict[str, dict[str, str]]


def translations_of(record: TranslatedModel, fields: list[str]) -> Translations:
    """The record's translations of these fields, as far as there are any."""
    kept = {
        language: {name: text for name, text in texts.items() if name in fields and text}
        for language, texts in record.translations.items()
    }
    return {language: texts for language, texts in kept.items() if texts}


TranslationsField = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))


class TranslatedSerializer(serializers.ModelSerializer[Any]):
    """A record with the translations of those of its texts that the API says."""

    translations = serializers.SerializerMethodField(help_text="Language → field → text. Missing where not translated.")

    @extend_schema_field(TranslationsField)
    def get_translations(self, record: TranslatedModel) -> Translations:
        return translations_of(record, list(self.fields))


class LinkedSerializer(TranslatedSerializer):
    """A record with a page of its own."""

    url = serializers.SerializerMethodField(help_text="The page for people.")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, record: Any) -> str:
        return absolute(self.context, record.get_absolute_url())


def absolute(context: Mapping[str, Any], path: str) -> str:
    """The path as a whole address of the portal that was asked."""
    return str(context["request"].build_absolute_uri(path))


# -- Stages ---------------------------------------------------------------------------------------------------------


class ProcessSerializer(LinkedSerializer):
    """One process of writing a strategy; periods are in quarters (``2018-4``)."""

    parent: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True, allow_null=True)
    first_quarter = serializers.CharField(help_text="Year and quarter: 2018-4.")
    last_quarter = serializers.CharField()

    class Meta:
        model = Process
        fields = [
            "slug", "name", "question", "summary", "first_quarter", "last_quarter", "parent", "is_main",
            "estimate_explanation", "translations", "is_demonstration", "url",
        ]  # fmt: skip


class PartOfStageSerializer(TranslatedSerializer):
    """Something that hangs on a stage and is invented where its process is."""

    is_demonstration = serializers.BooleanField(source="stage.process.is_demonstration")


class ResultSerializer(PartOfStageSerializer):
    """What a stage produced."""

    class Meta:
        model = Result
        fields = ["title", "summary", "translations", "is_demonstration"]


class MilestoneSerializer(PartOfStageSerializer):
    """A dated fact."""

    class Meta:
        model = Milestone
        fields = ["date", "title", "summary", "translations", "is_demonstration"]


class StageSerializer(LinkedSerializer):
    """One stage of a process with its results and milestones. ``state`` is that of today."""

    process = serializers.SlugRelatedField[Process](slug_field="slug", read_only=True)
    first_quarter = serializers.CharField(help_text="Year and quarter: 2018-4.")
    last_quarter = serializers.CharField()
    state = serializers.ChoiceField(choices=Stage.State.choices)
    results = ResultSerializer(many=True)
    milestones = MilestoneSerializer(many=True)
    is_demonstration = serializers.BooleanField(source="process.is_demonstration")

    class Meta:
        model = Stage
        fields = [
            "id", "process", "number", "roman", "title", "short_title", "first_quarter", "last_quarter", "state",
            "summary", "body", "results", "milestones", "translations", "is_demonstration", "url",
        ]  # fmt: skip


# -- Participation --------------------------------------------------------------------------------------------------


class DistrictSerializer(serializers.ModelSerializer[District]):
    """A district of Lublin."""

    class Meta:
        model = District
        fields = ["slug", "name"]


class EventSerializer(LinkedSerializer):
    """A public event. Where ``all_day`` is true only the day is known, and ``starts_at`` is its midnight in Warsaw."""

    process = serializers.SlugRelatedField[Process](slug_field="slug", read_only=True)
    stage = serializers.SlugRelatedField[Stage](slug_field="number", read_only=True, allow_null=True)
    district = DistrictSerializer(allow_null=True)
    languages = serializers.ListField(source="language_codes", child=serializers.CharField())

    class Meta:
        model = Event
        fields = [
            "id", "slug", "process", "stage", "kind", "state", "title", "summary", "starts_at", "ends_at", "all_day",
            "duration_hours", "is_online", "online_url", "district", "address", "languages", "has_sign_language",
            "is_step_free", "capacity", "after_summary", "translations", "is_demonstration", "url",
        ]  # fmt: skip


class FigureSerializer(TranslatedSerializer):
    """A line of the ledger. Values of different units must not be added, nor a figure to the one it is a part of."""

    process = serializers.SlugRelatedField[Process](slug_field="slug", read_only=True)
    stage = serializers.SlugRelatedField[Stage](slug_field="number", read_only=True, allow_null=True)
    event = serializers.SlugRelatedField[Event](
        slug_field="slug", read_only=True, allow_null=True, source="public_event"
    )
    part_of = serializers.IntegerField(source="part_of_id", allow_null=True, help_text="The id of the whole.")
    is_demonstration = serializers.BooleanField(source="process.is_demonstration")

    class Meta:
        model = Figure
        fields = [
            "id", "process", "stage", "event", "activity", "events_count", "events_qualifier", "value", "unit",
            "qualifier", "source", "note", "part_of", "is_city_estimate", "translations", "is_demonstration",
        ]  # fmt: skip


class ThemeSerializer(TranslatedSerializer):
    """A subject by which voices are sorted."""

    class Meta:
        model = Theme
        fields = ["slug", "name", "translations"]


class VoiceSerializer(serializers.ModelSerializer[Voice]):
    """What a person said, who is not named. ``text`` is what the public reads; ``is_changed``: not as it was noted."""

    process = serializers.SlugRelatedField[Process](slug_field="slug", read_only=True)
    event = serializers.SlugRelatedField[Event](slug_field="slug", read_only=True, allow_null=True)
    text = serializers.CharField(source="shown_text")
    is_changed = serializers.BooleanField()
    theme = ThemeSerializer(allow_null=True)
    district = DistrictSerializer(allow_null=True)
    directions = serializers.SlugRelatedField[Direction](slug_field="slug", read_only=True, many=True)
    url = serializers.SerializerMethodField(help_text="The page for people.")

    class Meta:
        model = Voice
        fields = [
            "id", "process", "event", "channel", "wording", "question", "text", "is_changed", "public_why", "language",
            "theme", "district", "spoken_on", "directions", "is_demonstration", "url",
        ]  # fmt: skip

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, voice: Voice) -> str:
        return absolute(self.context, voice.get_absolute_url())


# -- Consultations --------------------------------------------------------------------------------------------------


COUNT = serializers.IntegerField(
    allow_null=True, help_text="Null before remarks_shown_from. sender_count: people and organisations."
)


class ConsultationSerializer(LinkedSerializer):
    """A public consultation with its counters; open from ``opens_at`` to just before ``closes_at``."""

    process = serializers.SlugRelatedField[Process](slug_field="slug", read_only=True)
    stage = serializers.SlugRelatedField[Stage](slug_field="number", read_only=True, allow_null=True)
    phase = serializers.SerializerMethodField()
    remarks_shown_from = serializers.SerializerMethodField()
    remark_count = serializers.SerializerMethodField()
    proper_count = serializers.SerializerMethodField()
    sender_count = serializers.SerializerMethodField()
    days_open = serializers.IntegerField(help_text="Calendar days on which remarks are taken.")
    report_due_on = serializers.DateField()
    has_public_summary = serializers.SerializerMethodField()

    class Meta:
        model = Consultation
        fields = [
            "id", "slug", "process", "stage", "title", "kind", "summary", "rules", "legal_basis", "opens_at",
            "closes_at", "phase", "days_open", "least_days_open", "report_due_on", "remarks_shown_from",
            "remark_count", "proper_count", "sender_count", "has_public_summary", "translations", "is_demonstration",
            "url",
        ]  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=Consultation.Phase.choices))
    def get_phase(self, consultation: Consultation) -> str:
        return consultation.phase(self.context["now"]).value

    @extend_schema_field(serializers.DateTimeField(help_text="From when the public may see remarks and numbers."))
    def get_remarks_shown_from(self, consultation: Consultation) -> dt.datetime:
        return consultation.remarks_shown_from

    @extend_schema_field(COUNT)
    def get_remark_count(self, consultation: Consultation) -> int | None:
        return self._shown(consultation, consultation.remark_count)

    @extend_schema_field(COUNT)
    def get_proper_count(self, consultation: Consultation) -> int | None:
        return self._shown(consultation, consultation.proper_count)

    @extend_schema_field(COUNT)
    def get_sender_count(self, consultation: Consultation) -> int | None:
        return self._shown(consultation, consultation.sender_count)

    def _shown(self, consultation: Consultation, number: int) -> int | None:
        return number if consultation.shows_remarks(self.context["now"]) else None

    def get_has_public_summary(self, consultation: Consultation) -> bool:
        return consultation.summary_is_public(self.context["now"])


class PassageSerializer(TranslatedSerializer):
    """A passage: its lasting code, and its number and text in this version."""

    code = serializers.CharField(source="passage.code")
    is_demonstration = serializers.SerializerMethodField()

    class Meta:
        model = PassageText
        fields = ["code", "number", "kind", "wording", "translations", "is_demonstration"]

    def get_is_demonstration(self, _record: Any) -> bool:
        return bool(self.context["consultation"].is_demonstration)


class ChapterSerializer(TranslatedSerializer):
    """A chapter with its passages in order."""

    code = serializers.CharField(source="chapter.code")
    passages = PassageSerializer(many=True, source="read_passages")
    is_demonstration = serializers.SerializerMethodField()

    class Meta:
        model = ChapterText
        fields = ["code", "number", "title", "passages", "translations", "is_demonstration"]

    def get_is_demonstration(self, _record: Any) -> bool:
        return bool(self.context["consultation"].is_demonstration)


class DraftSerializer(serializers.ModelSerializer[DraftVersion]):
    """The latest published version of a draft."""

    consultation = serializers.SlugField(source="draft.consultation.slug")
    title = serializers.CharField(source="draft.title")
    version = serializers.IntegerField(source="number")
    chapters = ChapterSerializer(many=True, source="read_chapters")
    translations = serializers.SerializerMethodField()
    is_demonstration = serializers.BooleanField(source="draft.consultation.is_demonstration")
    url = serializers.SerializerMethodField()

    class Meta:
        model = DraftVersion
        fields = [
            "consultation", "title", "version", "label", "published_at", "chapters", "translations",
            "is_demonstration", "url",
        ]  # fmt: skip

    @extend_schema_field(TranslationsField)
    def get_translations(self, version: DraftVersion) -> Translations:
        title, label = translations_of(version.draft, ["title"]), translations_of(version, ["label"])
        return {language: title.get(language, {}) | label.get(language, {}) for language in title.keys() | label.keys()}

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, version: DraftVersion) -> str:
        return absolute(self.context, version.draft.get_absolute_url())


class TopicSerializer(TranslatedSerializer):
    """A subject by which remarks are sorted."""

    class Meta:
        model = Topic
        fields = ["slug", "name", "translations"]


class ReasonSerializer(TranslatedSerializer):
    """Why a submission counts as improper."""

    class Meta:
        model = ImproperReason
        fields = ["code", "label", "translations"]


class DepartmentSerializer(TranslatedSerializer):
    """A unit of the city."""

    class Meta:
        model = Department
        fields = ["slug", "name", "short_name", "translations", "is_demonstration"]


class AnswerSerializer(serializers.ModelSerializer[Decision]):
    """A published answer of the city; a correction is the next revision and says why, the earlier answers stay."""

    department = DepartmentSerializer()
    corrects_why = serializers.CharField(
        read_only=True, help_text="The public reason of a correction, published on ``published_at``; else empty."
    )

    class Meta:
        model = Decision
        fields = ["revision", "outcome", "justification", "department", "published_at", "corrects_why"]


class PlaceSerializer(serializers.Serializer[Any]):
    """A chapter or a passage: its lasting code and its number in the version that the sender read."""

    code = serializers.CharField()
    number = serializers.CharField()


class SenderSerializer(serializers.Serializer[Any]):
    """Who sent it: an organisation by its name, a natural person never."""

    kind = serializers.ChoiceField(choices=Submission.SenderKind.choices)
    name = serializers.CharField(allow_null=True, help_text="Of organisations only.")


class ChangedPassageSerializer(serializers.Serializer[Any]):
    """Where the text changed by a remark: a passage's lasting code and the number of the version that carries it."""

    passage = serializers.CharField()
    version = serializers.IntegerField()


class RemarkSerializer(serializers.Serializer[Placed[Remark]]):
    """A remark of the public register. Exactly what the page shows, from the same query."""

    number = serializers.CharField(source="remark.public_number", help_text="As people quote it: 12.3/2021.")
    address = serializers.CharField(source="remark.address", help_text="The number in addresses: 12.3.")
    submission_number = serializers.IntegerField(source="remark.submission_number")
    target = serializers.ChoiceField(source="remark.target", choices=Remark.Target.choices)
    chapter = serializers.SerializerMethodField()
    passage = serializers.SerializerMethodField()
    kind = serializers.ChoiceField(
        source="remark.kind",
        choices=Remark.Kind.choices,
        help_text="What the remark asks for; ``remove`` may have no text.",
    )
    text_state = serializers.ChoiceField(
        source="remark.text_state",
        choices=Remark.TextState.choices,
        help_text="“waiting”: the texts are empty until a person has checked them for personal data; “redacted”: […]"
        " stands where something was taken out.",
    )
    change = serializers.CharField(source="remark.public_change")
    wording = serializers.CharField(source="remark.public_wording", help_text="The proposed wording; may be empty.")
    reason = serializers.CharField(source="remark.public_reason")
    topic = TopicSerializer(source="remark.topic", allow_null=True)
    district = DistrictSerializer(source="remark.district", allow_null=True)
    channel = serializers.ChoiceField(source="remark.channel", choices=Submission.Channel.choices)
    received_at = serializers.DateTimeField(source="remark.received_at")
    sender = serializers.SerializerMethodField()
    standing = serializers.ChoiceField(source="remark.standing", choices=Remark.Standing.choices)
    improper_reason = ReasonSerializer(source="remark.submission.improper_reason", allow_null=True)
    answers = AnswerSerializer(source="remark.public_decisions", many=True)
    changes = serializers.SerializerMethodField(
        help_text="The passages whose words changed by it, once that is public."
    )
    is_demonstration = serializers.BooleanField(source="remark.is_demonstration")
    url = serializers.SerializerMethodField()

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_chapter(self, placed: Placed[Remark]) -> dict[str, str] | None:
        chapter, text = placed.remark.chapter, placed.chapter
        return None if chapter is None or text is None else {"code": chapter.code, "number": str(text.number)}

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_passage(self, placed: Placed[Remark]) -> dict[str, str] | None:
        passage, text = placed.remark.passage, placed.passage
        return None if passage is None or text is None else {"code": passage.code, "number": text.number}

    @extend_schema_field(ChangedPassageSerializer(many=True))
    def get_changes(self, placed: Placed[Remark]) -> list[dict[str, Any]]:
        links = getattr(placed.remark, "public_changes", [])
        return [{"passage": link.passage.code, "version": link.version.number} for link in links]

    @extend_schema_field(SenderSerializer)
    def get_sender(self, placed: Placed[Remark]) -> dict[str, str | None]:
        name = getattr(placed.remark, "organisation", "")
        return {"kind": placed.remark.submission.sender_kind, "name": name or None}

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, placed: Placed[Remark]) -> str:
        return absolute(self.context, placed.remark.get_absolute_url())


# -- The summary ----------------------------------------------------------------------------------------------------

StandingsField = serializers.DictField(
    child=serializers.IntegerField(), help_text=f"Standing → remarks: {', '.join(STANDINGS)}."
)


def standings_of(counts: Counts) -> dict[str, int]:
    """Every standing with its number, also those without a remark."""
    return {standing.value: number for standing, number in counts}


class LineSerializer(serializers.Serializer[Line]):
    """One value of a dimension: its key (empty for “none”), its name and its remarks."""

    key = serializers.CharField(allow_blank=True)
    number = serializers.CharField(allow_blank=True, help_text="The number in the draft, of chapters and passages.")
    name = serializers.SerializerMethodField()
    translations = serializers.SerializerMethodField()
    remarks = serializers.IntegerField(source="counts.total")
    standings = serializers.SerializerMethodField()

    def get_name(self, line: Line) -> str:
        return str(line.label) if line.record is None else line.record.text(line.field, ORIGINAL).value

    @extend_schema_field(TranslationsField)
    def get_translations(self, line: Line) -> Translations:
        found = {} if line.record is None else translations_of(line.record, [line.field])
        return {language: {"name": texts[line.field]} for language, texts in found.items()}

    @extend_schema_field(StandingsField)
    def get_standings(self, line: Line) -> dict[str, int]:
        return standings_of(line.counts)


class LatestSerializer(serializers.Serializer[Remark]):
    """A remark that was answered lately, with its latest answer."""

    number = serializers.CharField(source="public_number")
    answer = serializers.SerializerMethodField()
    is_demonstration = serializers.BooleanField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(AnswerSerializer)
    def get_answer(self, remark: Remark) -> Any:
        return AnswerSerializer(answers_of(remark)[-1], context=self.context).data

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, remark: Remark) -> str:
        return absolute(self.context, remark.get_absolute_url())


class SummarySerializer(serializers.Serializer[Summary]):
    """The numbers of one consultation, the same as on its summary page."""

    consultation = serializers.SlugField(source="consultation.slug")
    moment = serializers.DateTimeField()
    remarks = serializers.IntegerField()
    proper = serializers.IntegerField()
    senders = serializers.IntegerField()
    answered = serializers.IntegerField(source="total.answered")
    report_due_on = serializers.DateField(source="consultation.report_due_on")
    days_to_report = serializers.IntegerField(help_text="Calendar days; negative after the term.")
    standings = serializers.SerializerMethodField()
    chapters = LineSerializer(many=True)
    districts = LineSerializer(many=True)
    channels = LineSerializer(many=True)
    topics = LineSerializer(many=True)
    most_discussed_passages = LineSerializer(source="passages", many=True)
    latest_answers = LatestSerializer(source="latest", many=True)
    is_demonstration = serializers.BooleanField(source="consultation.is_demonstration")
    url = serializers.SerializerMethodField()

    @extend_schema_field(StandingsField)
    def get_standings(self, summary: Summary) -> dict[str, int]:
        return standings_of(summary.total)

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, summary: Summary) -> str:
        return absolute(self.context, reverse("summary", args=[summary.consultation.slug]))


# -- The report -----------------------------------------------------------------------------------------------------


class ReportFileSerializer(serializers.ModelSerializer[ReportFile]):
    """A file of a report with its own digest."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = ReportFile
        fields = ["format", "volume", "size", "sha256", "url"]

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, file: ReportFile) -> str:
        report: ConsultationReport = self.context["report"]
        path = reverse("report_file", args=[report.consultation.slug, report.slug, file.file_name])
        return absolute(self.context, path)


class WithheldReportSerializer(serializers.ModelSerializer[ConsultationReport]):
    """What is said of a report that was taken off the web: which it was, when and why it went."""

    consultation = serializers.SlugRelatedField[Consultation](slug_field="slug", read_only=True)
    withheld_why = serializers.CharField(help_text="In Polish.")
    url = serializers.SerializerMethodField(help_text="The page for people, which says the same.")

    class Meta:
        model = ConsultationReport
        fields = ["consultation", "number", "frozen_at", "sha256", "withheld_at", "withheld_why", "url"]

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, report: ConsultationReport) -> str:
        return absolute(self.context, report.get_absolute_url())


class ReportSerializer(serializers.ModelSerializer[ConsultationReport]):
    """A frozen report. ``sha256`` is the digest of its content, computed as docs/howto/report.md says."""

    consultation = serializers.SlugRelatedField[Consultation](slug_field="slug", read_only=True)
    office = serializers.CharField(source="signed_by", help_text="As it was called when the report was frozen.")
    corrects = serializers.CharField(source="supersedes.number", default="", help_text="The number of the earlier one.")
    what_changed = serializers.CharField(help_text="Markdown. Empty in a first report.")
    remarks = serializers.IntegerField(source="row_count")
    files = serializers.SerializerMethodField(help_text="Those that are made; a missing one is made when asked for.")
    earlier = serializers.SerializerMethodField(
        help_text="Addresses of the reports that this one has replaced and that can still be read."
    )
    withheld = serializers.SerializerMethodField(help_text="Those that it has replaced and that were withheld.")
    url = serializers.SerializerMethodField(help_text="The page for people.")

    class Meta:
        model = ConsultationReport
        fields = [
            "consultation", "number", "frozen_at", "office", "corrects", "what_changed", "remarks", "sha256", "files",
            "earlier", "withheld", "is_demonstration", "url",
        ]  # fmt: skip

    @extend_schema_field(ReportFileSerializer(many=True))
    def get_files(self, report: ConsultationReport) -> Any:
        made = sorted(report.files.all(), key=lambda file: (file.format, file.volume))
        return ReportFileSerializer(made, many=True, context={**self.context, "report": report}).data

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_earlier(self, report: ConsultationReport) -> list[str]:
        return [absolute(self.context, one.get_absolute_url()) for one in self.context["earlier"] if one.is_public]

    @extend_schema_field(WithheldReportSerializer(many=True))
    def get_withheld(self, report: ConsultationReport) -> Any:
        withheld = [one for one in self.context["earlier"] if one.is_withheld]
        return WithheldReportSerializer(withheld, many=True, context=self.context).data

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, report: ConsultationReport) -> str:
        return absolute(self.context, report.get_absolute_url())
