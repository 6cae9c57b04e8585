"""What the domain refuses. These errors know nothing of HTTP; each surface turns them into words and a status."""

from __future__ import annotations

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
