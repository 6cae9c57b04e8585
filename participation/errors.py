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


class FigureChanged(ParticipationError):
    """The figure is not what its form was opened with: a colleague has corrected it."""


class FigureInItself(ParticipationError):
    """A figure would be a part of itself, if only by way of others."""


class ReasonMissing(ParticipationError):
    """What is corrected needs a reason."""


class BordersChanged(ParticipationError):
    """A colleague has published other borders at the same moment."""


class BordersUnusable(ParticipationError):
    """The file holds no borders that the map could show; ``fault`` says why, ``names`` of what, if of something."""

    def __init__(self, fault: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(fault)
        self.fault = fault
        self.names = names
