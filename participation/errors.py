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


class FieldItemSettled(ParticipationError):
    """What came from the field was put right or thrown away already, by a colleague or a second click."""


class FieldReasonMissing(ParticipationError):
    """What people said or counted is not thrown away without a reason."""


class FieldPhotoUndescribed(ParticipationError):
    """A photograph that nobody has described for those who cannot see it."""
