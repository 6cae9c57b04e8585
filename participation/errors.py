"""What the domain refuses. These errors know nothing of HTTP; each surface turns them into words and a status."""

from __future__ import annotations


class ParticipationError(Exception):
    """Any refusal of this app."""


class NotPermitted(ParticipationError):
    """The person's role does not allow the verb."""


class AttendanceChanged(ParticipationError):
    """The attendance is not what its form was opened with: a colleague has recorded another."""


class EventNotYetHeld(ParticipationError):
    """Nobody can have come to an event that has not begun, was called off or is a draft."""


class VoiceEmpty(ParticipationError):
    """A voice without a word."""
