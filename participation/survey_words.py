"""What people read when a verb of surveys refuses, and the status of such an answer."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lublin2030.lib.dates import WARSAW
from participation import errors

_WORDS: dict[type[errors.ParticipationError], str | Promise] = {
    errors.NotPermitted: gettext_lazy(
        "Your account may not do this. If you need it for your work, ask an administrator."
    ),
    errors.SurveyClosed: gettext_lazy("This survey cannot be answered now. Nothing was sent."),
    errors.SurveyVersionLocked: gettext_lazy(
        "Somebody has begun to answer these questions, so they stand still. Make the next version to change them."
    ),
    errors.SurveyChanged: gettext_lazy(
        "We have changed the questions since you opened them. What you answered is kept where it still fits: please"
        " look through the pages once more."
    ),
    errors.SurveyStateChanged: gettext_lazy(
        "This cannot be done now: perhaps a colleague was quicker. The page shows how things stand."
    ),
    errors.QuestionNeeded: gettext_lazy("Another question is shown only after this one. Change that condition first."),
    errors.ConditionBroken: gettext_lazy(
        "A question can be shown only after an earlier one, and by answers that there are. Nothing was saved."
    ),
    errors.NothingBegun: gettext_lazy("This answer was sent or thrown away in another window."),
    errors.CodeUnknown: gettext_lazy("There is no such code. Look at it once more: it has twelve letters and digits."),
    errors.CodeUsed: gettext_lazy("An answer was sent with this code already. Each code can be used once."),
    errors.CodesGivenOut: gettext_lazy(
        "These codes were given out already and cannot be shown again. If lost, make them void and make others."
    ),
    errors.KioskRevoked: gettext_lazy("This device is not connected to the survey. Ask the staff to open it anew."),
    errors.SheetOutsideTerm: gettext_lazy("The day of the sheet is not in the term of the survey. Check the date."),
    errors.SurveyTrapFilled: gettext_lazy(
        "A field that should stay empty was filled in, perhaps by your browser. It is empty again: press the button"
        " once more. Nothing is lost."
    ),
}


def words_for(error: errors.ParticipationError) -> str:
    """What a person reads when the domain refuses, in the reader's language. KeyError for an error without words."""
    match error:
        case errors.SurveyNotReady():
            return " ".join(error.problems)
        case errors.AnswersFaulty():
            return _("Some answers are missing or cannot be taken.")
        case errors.SurveyAskedTooOften():
            return _(
                "Too much has come from your internet address lately. Please try again after %(time)s. What you"
                " wrote is kept."
            ) % {"time": date_format(localtime(error.until, WARSAW), "H:i")}
    return str(_WORDS[type(error)])


def status_for(error: errors.ParticipationError) -> int:
    """The HTTP status of a refusal."""
    match error:
        case errors.NotPermitted():
            return 403
        case errors.SurveyAskedTooOften():
            return 429
        case errors.AnswersFaulty() | errors.CodeUnknown() | errors.SurveyTrapFilled() | errors.SurveyNotReady():
            return 422
    return 409
