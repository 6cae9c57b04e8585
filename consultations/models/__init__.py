"""The records of consultations, split by the domain's nouns."""

from consultations.models.baskets import Basket, BasketRemark
from consultations.models.consultations import Consultation, Department, ImproperReason, Topic
from consultations.models.drafts import Chapter, ChapterText, Draft, DraftVersion, Passage, PassageText
from consultations.models.history import HistoryEntry, Tally
from consultations.models.remarks import Decision, Remark, Submission

__all__ = [
    "Basket",
    "BasketRemark",
    "Chapter",
    "ChapterText",
    "Consultation",
    "Decision",
    "Department",
    "Draft",
    "DraftVersion",
    "HistoryEntry",
    "ImproperReason",
    "Passage",
    "PassageText",
    "Remark",
    "Submission",
    "Tally",
    "Topic",
]
