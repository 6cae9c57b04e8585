"""Where people took part: districts, events, working groups, voices, and the ledger of figures."""

from participation.models.attendance import Attendance
from participation.models.events import Event, EventPhoto
from participation.models.figures import Figure, FigureRevision
from participation.models.groups import Direction, DiscussionTopic, Seats, WorkingGroup
from participation.models.people import AgeBand
from participation.models.places import BorderSet, District
from participation.models.voices import Theme, Voice

__all__ = [
    "AgeBand",
    "Attendance",
    "BorderSet",
    "Direction",
    "DiscussionTopic",
    "District",
    "Event",
    "EventPhoto",
    "Figure",
    "FigureRevision",
    "Seats",
    "Theme",
    "Voice",
    "WorkingGroup",
]
