"""Where people took part: districts, events, working groups, voices, surveys, and the
ledger of figures."""

from participation.models.attendance import Attendance
from participation.models.events import Event, EventPhoto
from participation.models.field import FieldCount, FieldDevice, FieldItem, FieldKey, FieldPhoto
from participation.models.figures import Figure, FigureRevision
from participation.models.groups import Direction, DiscussionTopic, Seats, WorkingGroup
from participation.models.people import AgeBand
from participation.models.places import BorderSet, District
from participation.models.programme import AgendaItem, CafeTable, EventDetails, EventDocument, Speaker
from participation.models.registrations import EventChange, RateCount, Registration
from participation.models.series import EventSeries
from participation.models.survey_answers import (
    Invitation,
    InvitationBatch,
    Kiosk,
    OpenAnswer,
    SurveyDraft,
    SurveyRateCount,
    SurveyResponse,
    SurveyTally,
)
from participation.models.surveys import Question, QuestionOption, Survey, SurveyVersion
from participation.models.voice_imports import VoiceImport
from participation.models.voices import Theme, Voice

__all__ = [
    "AgeBand",
    "AgendaItem",
    "Attendance",
    "BorderSet",
    "CafeTable",
    "Direction",
    "DiscussionTopic",
    "District",
    "Event",
    "EventChange",
    "EventDetails",
    "EventDocument",
    "EventPhoto",
    "EventSeries",
    "FieldCount",
    "FieldDevice",
    "FieldItem",
    "FieldKey",
    "FieldPhoto",
    "Figure",
    "FigureRevision",
    "Invitation",
    "InvitationBatch",
    "Kiosk",
    "OpenAnswer",
    "Question",
    "QuestionOption",
    "RateCount",
    "Registration",
    "Seats",
    "Speaker",
    "Survey",
    "SurveyDraft",
    "SurveyRateCount",
    "SurveyResponse",
    "SurveyTally",
    "SurveyVersion",
    "Theme",
    "Voice",
    "VoiceImport",
    "WorkingGroup",
]
