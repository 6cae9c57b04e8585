"""Where people took part: districts, events, working groups, voices, and the ledger of figures."""

from participation.models.attendance import Attendance
from participation.models.events import Event, EventPhoto
from participation.models.field import FieldCount, FieldDevice, FieldItem, FieldKey, FieldPhoto
from participation.models.figures import Figure
from participation.models.groups import Direction, DiscussionTopic, Seats, WorkingGroup
from participation.models.people import AgeBand
from participation.models.places import District
from participation.models.voices import Theme, Voice

__all__ = [
    "AgeBand",
    "Attendance",
    "Direction",
    "DiscussionTopic",
    "District",
    "Event",
    "EventPhoto",
    "FieldCount",
    "FieldDevice",
    "FieldItem",
    "FieldKey",
    "FieldPhoto",
    "Figure",
    "Seats",
    "Theme",
    "Voice",
    "WorkingGroup",
]
