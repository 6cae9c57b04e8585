"""The records of consultations, split by the domain's nouns."""

from consultations.models.answering import Institution, OfferedOutcome, Opinion
from consultations.models.attachments import Attachment, RateCount
from consultations.models.baskets import Basket, BasketRemark
from consultations.models.bulk import AnswerSheet, BulkAction, BulkItem
from consultations.models.consultations import Consultation, Department, ImproperReason, Topic
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
from consultations.models.history import HistoryEntry, Tally
from consultations.models.intake import ImportedLetter, LetterDraft, RemarkImport
from consultations.models.remarks import Decision, Redaction, Remark, RemarkRevision, RemarkWords, Submission

__all__ = [
    "AnswerSheet",
    "Attachment",
    "Basket",
    "BasketRemark",
    "BulkAction",
    "BulkItem",
    "Chapter",
    "ChapterText",
    "Consultation",
    "Decision",
    "Department",
    "Draft",
    "DraftFile",
    "DraftImage",
    "DraftImport",
    "DraftVersion",
    "HistoryEntry",
    "ImportedLetter",
    "ImproperReason",
    "Institution",
    "LetterDraft",
    "OfferedOutcome",
    "Opinion",
    "Passage",
    "PassageChange",
    "PassageText",
    "PassageWords",
    "RateCount",
    "Redaction",
    "Remark",
    "RemarkImport",
    "RemarkRevision",
    "RemarkWords",
    "Submission",
    "Tally",
    "Topic",
    "VersionComparison",
]
