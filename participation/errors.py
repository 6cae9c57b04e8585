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


class VoiceChanged(ParticipationError):
    """A colleague has decided about the voice since the page was opened."""


class WhyMissing(ParticipationError):
    """A voice is hidden, or its text changed for the public, without a reason."""


class ForeignDirection(ParticipationError):
    """The direction or the theme belongs to another process than the voice."""


class TableUnreadable(ParticipationError):
    """The file is no table that can be read. ``code`` says why, ``detail`` names what of it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class RowsRefused(ParticipationError):
    """The whole table was to be entered, but a row of it is refused."""


class ImportNotReady(ParticipationError):
    """The table is not in the state that the verb needs."""
