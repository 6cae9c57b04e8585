"""What the domain refuses. These errors know nothing of HTTP; each surface turns them into words and a status."""

from __future__ import annotations

import datetime as dt

from lublin2030.lib.limits import WaitUntil


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


class TooOften(ParticipationError, WaitUntil):
    """From one internet address something was done more often than is allowed; ``until`` says when it works again."""


class TrapFilled(ParticipationError):
    """A field that people do not see was filled in: by a robot, or by a browser that fills in by itself."""


class RegistrationRefused(ParticipationError):
    """Nobody can register now."""


class RegistrationNotTaken(RegistrationRefused):
    """One comes to this event without registering, or it is not public."""


class RegistrationNotOpenYet(RegistrationRefused):
    """Registration opens ``opens_at``."""

    def __init__(self, opens_at: dt.datetime) -> None:
        super().__init__()
        self.opens_at = opens_at


class RegistrationClosed(RegistrationRefused):
    """Registration has closed, and the event has not begun yet."""


class EventCalledOff(RegistrationRefused):
    """The event is cancelled."""


class EventBegun(RegistrationRefused):
    """The event has begun or is over: its places are given."""


class RegistrationEnded(ParticipationError):
    """The registration was cancelled, or was not confirmed in time."""


class EmailRegistered(ParticipationError):
    """Staff register an address that is registered for the event already."""


class EventNotPlanned(ParticipationError):
    """Only what is announced and not over can be moved or cancelled; somebody may have cancelled it meanwhile."""


class ReasonMissing(ParticipationError):
    """An announced event is moved or cancelled, or a figure is corrected, for a reason that people are told."""


class NothingMoved(ParticipationError):
    """Time and place are what they were."""


class EventChanged(ParticipationError):
    """The event is not what its form was opened with: a colleague has changed it."""


class MovedToThePast(ParticipationError):
    """An event can only be moved to a time that is to come."""


class EndsBeforeStart(ParticipationError):
    """The event would end before it starts."""


class NotTheDayYet(ParticipationError):
    """Nobody can come to an event before its day."""


class SeriesEmpty(ParticipationError):
    """A series without a single event."""


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


class SurveyError(ParticipationError):
    """Any refusal about surveys."""


class SurveyClosed(SurveyError):
    """The survey cannot be answered now: not open yet, closed, or not public."""


class SurveyVersionLocked(SurveyError):
    """Somebody has begun to answer this version: its questions stand still. The next version can be changed."""


class SurveyChanged(SurveyError):
    """The questions are not what the page was opened with."""


class SurveyNotReady(SurveyError):
    """The survey cannot be published as it is; ``problems`` says why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self.problems = problems


class SurveyStateChanged(SurveyError):
    """The survey is not in a state that allows this: a colleague was quicker."""


class QuestionNeeded(SurveyError):
    """Another question is shown only after this one."""


class ConditionBroken(SurveyError):
    """A question would be shown after one that comes later, or by an answer that there is not."""


class AnswersFaulty(SurveyError):
    """Some answers cannot be taken; ``faults`` by question code."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


class NothingBegun(SurveyError):
    """There is no such answer being written, nor was it sent."""


class CodeUnknown(SurveyError):
    """No invitation of this survey has this code."""


class CodeUsed(SurveyError):
    """An answer was sent with this code already."""


class CodesGivenOut(SurveyError):
    """The codes were given out already and cannot be shown again."""


class KioskRevoked(SurveyError):
    """The kiosk's link does not work (any more)."""


class SheetOutsideTerm(SurveyError):
    """The sheet's day is not in the survey's term."""


class SurveyAskedTooOften(SurveyError, WaitUntil):
    """From one internet address too many answers were begun, or too many codes tried."""


class SurveyTrapFilled(SurveyError):
    """A field that people do not see was filled in."""


class FigureChanged(ParticipationError):
    """The figure is not what its form was opened with: a colleague has corrected it."""


class FigureInItself(ParticipationError):
    """A figure would be a part of itself, if only by way of others."""


class BordersChanged(ParticipationError):
    """A colleague has published other borders at the same moment."""


class BordersUnusable(ParticipationError):
    """The file holds no borders that the map could show; ``fault`` says why, ``names`` of what, if of something."""

    def __init__(self, fault: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(fault)
        self.fault = fault
        self.names = names


class FieldItemSettled(ParticipationError):
    """What came from the field was put right or thrown away already, by a colleague or a second click."""


class FieldReasonMissing(ParticipationError):
    """What people said or counted is not thrown away without a reason."""


class FieldPhotoUndescribed(ParticipationError):
    """A photograph that nobody has described for those who cannot see it."""
