"""The records of consultations, split by the domain's nouns."""

from consultations.models.answering import Institution, OfferedOutcome, Opinion
from consultations.models.attachments import Attachment, RateCount
from consultations.models.baskets import Basket, BasketRemark
from consultations.models.batches import PublicationBatch
from consultations.models.bulk import AnswerSheet, BulkAction, BulkItem
from consultations.models.changes import ChangeSource, UnchangedExplanation
from consultations.models.consultations import Consultation, Department, ImproperReason, Topic
from consultations.models.desk import AnswerDraft, JustificationTemplate, Note, NoteFile, Presence
from consultations.models.drafts import (
    Chapter,
    ChapterText,
    Draft,
    DraftFile,
    DraftImage,
    DraftImport,
    DraftVersion,
    Passage,
    PassageChange,
    PassageText,
    PassageWords,
    VersionComparison,
)
from consultations.models.groups import Contradiction, GroupMember, RemarkGroup, TopicRefusal, TopicSuggestion
from consultations.models.history import HistoryEntry, Tally
from consultations.models.intake import ImportedLetter, LetterDraft, RemarkImport
from consultations.models.remarks import Decision, Redaction, Remark, RemarkRevision, RemarkWords, Submission
from consultations.models.voices import PassageVoice

__all__ = [
    "AnswerDraft",
    "AnswerSheet",
    "Attachment",
    "Basket",
    "BasketRemark",
    "BulkAction",
    "BulkItem",
    "ChangeSource",
    "Chapter",
    "ChapterText",
    "Consultation",
    "Contradiction",
    "Decision",
    "Department",
    "Draft",
    "DraftFile",
    "DraftImage",
    "DraftImport",
    "DraftVersion",
    "GroupMember",
    "HistoryEntry",
    "ImportedLetter",
    "ImproperReason",
    "Institution",
    "JustificationTemplate",
    "LetterDraft",
    "Note",
    "NoteFile",
    "OfferedOutcome",
    "Opinion",
    "Passage",
    "PassageChange",
    "PassageText",
    "PassageVoice",
    "PassageWords",
    "Presence",
    "PublicationBatch",
    "RateCount",
    "Redaction",
    "Remark",
    "RemarkGroup",
    "RemarkImport",
    "RemarkRevision",
    "RemarkWords",
    "Submission",
    "Tally",
    "Topic",
    "TopicRefusal",
    "TopicSuggestion",
    "UnchangedExplanation",
    "VersionComparison",
]
