"""The refusals of events and registrations in words: the one place where such an error becomes a sentence."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lublin2030.lib.dates import WARSAW
from participation import errors

_WORDS: dict[type[errors.ParticipationError], str | Promise] = {
    errors.NotPermitted: gettext_lazy("Your role does not allow this."),
    errors.AttendanceChanged: gettext_lazy(
        "A colleague has recorded another number in the meantime. Look at it and correct it if it is wrong."
    ),
    errors.EventNotYetHeld: gettext_lazy("Nobody can have come: the event has not begun, is cancelled or not public."),
    errors.TrapFilled: gettext_lazy(
        "A field that should stay empty was filled in, perhaps by your browser. It is empty again: press the button"
        " once more. Nothing is lost."
    ),
    errors.RegistrationNotTaken: gettext_lazy("You can come to this event without registering."),
    errors.RegistrationClosed: gettext_lazy("Registration is closed. We take no more people."),
    errors.EventCalledOff: gettext_lazy("This event is cancelled. It will not take place."),
    errors.EventBegun: gettext_lazy("This event has begun or is over, so registrations cannot be changed any more."),
    errors.RegistrationEnded: gettext_lazy(
        "This registration does not stand any more: it was cancelled, or not confirmed in time."
    ),
    errors.EmailRegistered: gettext_lazy("This e-mail address is registered already. Look for it in the list."),
    errors.EventNotPlanned: gettext_lazy("Only an announced event that is not over can be changed. Look at its state."),
    errors.ReasonMissing: gettext_lazy("Say why: people read it on the page and in the mail."),
    errors.NothingMoved: gettext_lazy("Time and place are the same as before. Nothing was changed."),
    errors.EventChanged: gettext_lazy(
        "A colleague has changed the event since you opened this page. Below stands how it is now; nothing was saved."
    ),
    errors.MovedToThePast: gettext_lazy("This time has passed. Choose a day and an hour that are to come."),
    errors.EndsBeforeStart: gettext_lazy("The event ends before it starts. Change one of the two."),
    errors.SeriesEmpty: gettext_lazy("Add at least one event."),
    errors.NotTheDayYet: gettext_lazy("People can be checked in from the day of the event on."),
}


def words_for(error: errors.ParticipationError) -> str:
    """What a person reads when the domain refuses, in the reader's language. KeyError for an error without words."""
    match error:
        case errors.TooOften():
            return _(
                "Too many registrations have come from your internet address lately. Please try again after %(time)s. "
                "What you typed is kept."
            ) % {"time": date_format(localtime(error.until, WARSAW), "H:i")}
        case errors.RegistrationNotOpenYet():
            return _("Registration is not open yet. It opens on %(moment)s.") % {
                "moment": date_format(localtime(error.opens_at, WARSAW), "DATETIME_FORMAT")
            }
    return str(_WORDS[type(error)])


def status_for(error: errors.ParticipationError) -> int:
    """The HTTP status of a refusal: 403 when the person may not, 429 when it is only too early.

    422 when what was sent is at fault, 409 when the event's or the registration's state does not allow it.
    """
    match error:
        case errors.NotPermitted():
            return 403
        case errors.TooOften():
            return 429
        case (
            errors.TrapFilled()
            | errors.ReasonMissing()
            | errors.NothingMoved()
            | errors.MovedToThePast()
            | errors.EndsBeforeStart()
        ):
            return 422
    return 409
