"""Where people took part: districts, events, working groups, voices, and the ledger of figures."""

from participation.models.attendance import Attendance
from participation.models.events import Event, EventPhoto
from participation.models.figures import Figure
from participation.models.groups import Direction, DiscussionTopic, Seats, WorkingGroup
from participation.models.people import AgeBand
from participation.models.places import District
from participation.models.programme import AgendaItem, CafeTable, EventDetails, EventDocument, Speaker
from participation.models.registrations import EventChange, RateCount, Registration
from participation.models.series import EventSeries
from participation.models.voice_imports import VoiceImport
from participation.models.voices import Theme, Voice

__all__ = [
    "AgeBand",
    "AgendaItem",
    "Attendance",
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
    "Figure",
    "RateCount",
    "Registration",
    "Seats",
    "Speaker",
    "Theme",
    "Voice",
    "VoiceImport",
    "WorkingGroup",
]
