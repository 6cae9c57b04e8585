"""A message as a mail in its reader's language.

What the mail says is read now, from the records, not from the message: so nobody's data lies twice in the database,
and nothing outdated is told. A message whose news is no longer so raises OutOfDate.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consultations.models import Basket, Consultation, Decision, Department, Note, Remark, Submission
from consultations.permissions import may_note
from consultations.places import Placed, with_places
from consultations.services.receipts import content_hash
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.portal_links import absolute
from lublin2030.lib.translations import ORIGINAL
from notifications import following_mail
from notifications.errors import OutOfDate
from notifications.mail_parts import Made, short
from notifications.models import Message
from participation.models import EventChange, Registration
from participation.services.registrations import place_in_queue

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LONGEST_SUBJECT = 150


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A mail's subject, its two bodies, its language and extra headers."""

    subject: str
    text: str
    html: str
    language: str
    headers: dict[str, str] = field(default_factory=dict)


def render(message: Message, *, now: dt.datetime | None = None) -> Rendered:
    """The message's mail at the (aware) moment. Raises OutOfDate when it must not be sent any more."""
    language = message.language if message.language in dict(settings.LANGUAGES) else ORIGINAL
    with translation.override(language):
        subject, context, headers = _MAKERS[Message.Kind(message.kind)](message, now or timezone.now())
        context |= {
            "subject": subject,
            "current_language": language,
            "portal_url": absolute(reverse("home")),
            "is_demonstration_portal": settings.DEMONSTRATION,
        }
        name = f"notifications/mail/{message.kind}"
        return Rendered(
            subject=_one_line(subject),
            text=_tidy(render_to_string(f"{name}.txt", context)),
            html=render_to_string(f"{name}.html", context),
            language=language,
            headers=headers,
        )


def _receipt(message: Message, now: dt.datetime) -> Made:
    submission = _submission(message)
    remarks = list(
        submission.remarks.select_related("consultation", "version", "chapter", "passage", "topic", "district")
    )
    if message.recipient != submission.email:
        raise OutOfDate
    subject = _("We have received your submission %(number)s") % {"number": submission.public_number}
    context = _case(submission) | {"placed": with_places(remarks), "digest": content_hash(remarks)}
    if submission.awaits_confirmation and submission.confirm_until is not None and submission.confirm_until > now:
        subject = _("Confirm your submission %(number)s by %(moment)s") % {
            "number": submission.public_number,
            "moment": _moment(submission.confirm_until),
        }
        context |= _confirmation(submission)
    return subject, context | {"is_open": submission.consultation.is_open(now)}, {}


def _confirm_submission(message: Message, now: dt.datetime) -> Made:
    submission = _unconfirmed(message, now)
    subject = _("Confirm your submission %(number)s") % {"number": submission.public_number}
    return subject, _case(submission) | _confirmation(submission), {}


def _confirm_reminder(message: Message, now: dt.datetime) -> Made:
    submission = _unconfirmed(message, now)
    subject = _("Reminder: confirm your submission %(number)s") % {"number": submission.public_number}
    return subject, _case(submission) | _confirmation(submission), {}


def _unconfirmed(message: Message, now: dt.datetime) -> Submission:
    """The message's submission while this very address waits for its confirmation within this very term."""
    submission = _submission(message)
    until = submission.confirm_until
    is_ours = until is not None and message.context["until"] == until.timestamp() and now < until
    # A submission withdrawn whole has nothing to confirm.
    remains = submission.remarks.filter(state=Remark.State.RECEIVED).exists()
    if not (submission.awaits_confirmation and is_ours and message.recipient == submission.email and remains):
        raise OutOfDate
    return submission


def _confirmation(submission: Submission) -> dict[str, Any]:
    path = reverse("consultations:confirm", args=[submission.confirmation_token])
    return {"confirm_url": absolute(path), "confirm_until": submission.confirm_until}


def _correction(message: Message, now: dt.datetime) -> Made:
    submission = _submission(message)
    number = {"number": submission.public_number}
    if message.context.get("left"):
        subject = _("The e-mail address of submission %(number)s was changed") % number
        # Whoever has this address now may be a stranger: no secret link, no text.
        return subject, _case(submission) | {"left": True, "case_url": ""}, {}
    remarks = list(
        submission.remarks.select_related("consultation", "version", "chapter", "passage", "topic", "district")
    )
    found = (one for one in remarks if one.pk == message.context["remark"])
    corrected = next((one for one in found if one.revision == message.context["revision"]), None)
    if corrected is None or corrected.state == Remark.State.WITHDRAWN:
        # A later correction is told by its own copy, a withdrawal by its own notice.
        raise OutOfDate
    (placed,) = with_places([corrected])
    subject = _("You have corrected remark %(number)s") % {"number": corrected.public_number}
    context = _case(submission) | {
        "placed": placed,
        "digest": content_hash(remarks),
        "is_open": submission.consultation.is_open(now),
    }
    return subject, context, {}


def _withdrawal(message: Message, now: dt.datetime) -> Made:
    submission = _submission(message)
    ids = message.context["remarks"]
    numbers = [
        one.public_number
        for one in submission.remarks.filter(pk__in=ids).select_related("consultation").order_by("ordinal")
    ]
    if len(numbers) == 1:
        subject = _("You have withdrawn remark %(number)s") % {"number": numbers[0]}
    else:
        subject = _("You have withdrawn remarks of submission %(number)s") % {"number": submission.public_number}
    context = _case(submission) | {"numbers": numbers, "is_open": submission.consultation.is_open(now)}
    return subject, context, {}


def _verification(message: Message, now: dt.datetime) -> Made:
    submission = _submission(message)
    later = submission.messages.filter(kind=Message.Kind.VERIFICATION, pk__gt=message.pk)
    if submission.verification == Submission.Verification.PENDING or later.exists():
        # It was reopened meanwhile: the next verification is told, with its own reason.
        raise OutOfDate
    proper = submission.verification == Submission.Verification.PROPER
    subject = (
        _("Your submission %(number)s meets the rules") if proper else _("Your submission %(number)s breaks a rule")
    ) % {"number": submission.public_number}
    return subject, _case(submission) | {"is_proper": proper}, {}


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One answer in the mail: where its remark belongs, and of a correction the answer that it replaces."""

    decision: Decision
    placed: Placed[Remark]
    url: str
    earlier: Decision | None


def _decision(message: Message, now: dt.datetime) -> Made:
    submission = _submission(message)
    told = _answers_told(message, submission)
    if not told:
        raise OutOfDate
    if len(told) > 1:
        subject = ngettext(
            "Answer to %(n)d of your remarks, submission %(number)s",
            "Answers to %(n)d of your remarks, submission %(number)s",
            len(told),
        ) % {"n": len(told), "number": submission.public_number}
    else:
        words = (
            _("Corrected answer to your remark %(number)s")
            if told[0].decision.is_correction
            else _("Answer to your remark %(number)s")
        )
        subject = words % {"number": told[0].placed.remark.public_number}
    return subject, _case(submission) | {"told": told, "only": told[0] if len(told) == 1 else None}, {}


def _answers_told(message: Message, submission: Submission) -> list[_Told]:
    """The submission's answers of the message's batch, in the register's order. Few queries, however many.

    What was corrected again in the meantime is left out: the later batch tells it.
    """
    published = (
        Decision.objects.published()
        .filter(remark__submission=submission)
        .select_related("remark__consultation", "remark__version", "department")
        .order_by("remark__position", "revision")
    )
    latest: dict[int, Decision] = {}
    replaced: dict[int, Decision] = {}
    for decision in published:
        if decision.remark_id in latest:
            replaced[decision.remark_id] = latest[decision.remark_id]
        latest[decision.remark_id] = decision
    ours = [decision for decision in latest.values() if _is_told_by(message, decision)]
    return [
        _Told(
            decision=decision,
            placed=placed,
            url=absolute(decision.remark.get_absolute_url()),
            earlier=replaced.get(decision.remark_id) if decision.is_correction else None,
        )
        for decision, placed in zip(ours, with_places([decision.remark for decision in ours]), strict=True)
    ]


def _is_told_by(message: Message, decision: Decision) -> bool:
    if "batch" in message.context:
        return bool(decision.batch_id == message.context["batch"])
    # Written before there were batches: of one remark each.
    return (decision.remark_id, decision.revision) == (message.context["remark"], message.context["revision"])


def _basket_link(message: Message, now: dt.datetime) -> Made:
    consultation = following_mail.running(message, now)
    basket = Basket.objects.filter(pk=message.context["basket"], consultation=consultation).first()
    if basket is None or basket.link_token is None:
        # It was sent or deleted meanwhile: the link would lead nowhere.
        raise OutOfDate
    subject = _("Continue your submission: %(title)s") % {"title": short(consultation.text("title").value)}
    context = {
        "consultation": consultation,
        "consultation_url": absolute(consultation.get_absolute_url()),
        "link_url": absolute(reverse("consultations:open_link", args=[consultation.slug, basket.link_token])),
    }
    return subject, context, {}


def _department_term(message: Message, now: dt.datetime) -> Made:
    """Numbers and a link: what residents wrote is read at the desk, not in a mailbox."""
    consultation = _consultation(message)
    department = Department.objects.filter(pk=message.context["department"]).first()
    due_on = dt.date.fromisoformat(message.context["due_on"])
    has_passed = warsaw_day(now) > due_on
    waiting = Remark.objects.filter(
        consultation=consultation, department=department, answer_due_on=due_on, state=Remark.State.ASSIGNED
    ).count()
    # Answered meanwhile, or the next stage is told by its own mail.
    if department is None or not waiting or has_passed != (message.context["stage"] == "passed"):
        raise OutOfDate
    user = message.context["user"]
    if user is not None and not User.objects.filter(pk=user, email=message.recipient, is_active=True).exists():
        raise OutOfDate
    words = (
        _("The term for answers has passed: %(department)s")
        if has_passed
        else _("The term for answers nears: %(department)s")
    )
    subject = words % {"department": department.short_name or department.text("name").value}
    context = {
        "consultation": consultation,
        "consultation_url": absolute(consultation.get_absolute_url()),
        "department": department,
        "due_on": due_on,
        "has_passed": has_passed,
        "waiting": waiting,
        "desk_url": absolute(reverse("desk:answers")),
        "terms_url": absolute(reverse("desk:terms")),
    }
    return subject, context, {}


def _mention(message: Message, now: dt.datetime) -> Made:
    note = Note.objects.select_related("remark__consultation", "by").filter(pk=message.context["note"]).first()
    reader = User.objects.filter(pk=message.context["user"], email=message.recipient).first()
    if note is None or not may_note(reader):
        # Who may not read notes any more hears of none.
        raise OutOfDate
    number = note.remark.public_number
    subject = _("You are mentioned in a note on remark %(number)s") % {"number": number}
    # Neither the note's words nor the remark's: a mailbox is no place for them.
    context = {
        "number": number,
        "by": str(note.by) if note.by else "",
        "consultation": note.remark.consultation,
        "note_url": absolute(f"{reverse('desk:remark', args=[note.remark_id])}#notatka-{note.pk}"),
    }
    return subject, context, {}


def _registration(message: Message, now: dt.datetime) -> Made:
    registration = _living(message, now)
    title = _event_title(registration)
    if registration.is_waiting:
        subject = _("You are on the waiting list: %(title)s") % {"title": title}
    elif registration.awaits_confirmation:
        subject = _("Confirm your place: %(title)s") % {"title": title}
    else:
        subject = _("You have a place: %(title)s") % {"title": title}
    queue = place_in_queue(registration) if registration.is_waiting else None
    return subject, _event_context(registration) | {"queue": queue}, {}


def _moved_up(message: Message, now: dt.datetime) -> Made:
    registration = _living(message, now)
    subject = _("A place has become free for you: %(title)s") % {"title": _event_title(registration)}
    return subject, _event_context(registration), {}


def _registration_ended(message: Message, now: dt.datetime) -> Made:
    registration = _registered(message)
    if registration.event.starts_at <= now:
        raise OutOfDate
    subject = _("Your registration is cancelled: %(title)s") % {"title": _event_title(registration)}
    return subject, _event_context(registration), {}


def _event_reminder(message: Message, now: dt.datetime) -> Made:
    registration = _living(message, now)
    event = registration.event
    # Moved meanwhile: people are reminded of the new time, by a message of its own.
    if not registration.has_place or event.starts_at.timestamp() != message.context["starts"]:
        raise OutOfDate
    when = date_format(timezone.localtime(event.starts_at), "DATE_FORMAT" if event.all_day else "DATETIME_FORMAT")
    subject = _("Reminder: %(title)s, %(when)s") % {"title": _event_title(registration), "when": when}
    return subject, _event_context(registration), {}


def _event_moved(message: Message, now: dt.datetime) -> Made:
    registration = _living(message, now)
    change = EventChange.objects.filter(pk=message.context["change"]).first()
    later = EventChange.objects.filter(event=registration.event_id, what="moved", pk__gt=message.context["change"])
    if change is None or later.exists():
        # The later move is told by its own message.
        raise OutOfDate
    subject = _("Changed: %(title)s") % {"title": _event_title(registration)}
    return subject, _event_context(registration) | {"change": change}, {}


def _event_cancelled(message: Message, now: dt.datetime) -> Made:
    registration = _registered(message)
    change = EventChange.objects.filter(pk=message.context["change"]).first()
    if change is None or not registration.lives:
        raise OutOfDate
    subject = _("Cancelled: %(title)s") % {"title": _event_title(registration)}
    return subject, _event_context(registration) | {"change": change}, {}


def _registered(message: Message) -> Registration:
    if message.registration is None or message.recipient != message.registration.email:
        raise OutOfDate
    return message.registration


def _living(message: Message, now: dt.datetime) -> Registration:
    """The message's registration while it stands and its event is still to come."""
    registration = _registered(message)
    event = registration.event
    if not registration.lives or event.state != event.State.PLANNED or event.is_past(now):
        raise OutOfDate
    return registration


def _event_title(registration: Registration) -> str:
    return short(registration.event.text("title").value)


def _event_context(registration: Registration) -> dict[str, Any]:
    return {
        "registration": registration,
        "event": registration.event,
        "event_url": absolute(registration.event.get_absolute_url()),
        "link_url": absolute(registration.link_path),
    }


_MAKERS: dict[Message.Kind, Callable[[Message, dt.datetime], Made]] = {
    Message.Kind.RECEIPT: _receipt,
    Message.Kind.VERIFICATION: _verification,
    Message.Kind.DECISION: _decision,
    Message.Kind.CONSULTATION_OPENS: following_mail.opens,
    Message.Kind.CONSULTATION_CLOSES: following_mail.closes,
    Message.Kind.CONFIRM_FOLLOWING: following_mail.confirm_following,
    Message.Kind.CONFIRM_SUBMISSION: _confirm_submission,
    Message.Kind.CONFIRM_REMINDER: _confirm_reminder,
    Message.Kind.CORRECTION: _correction,
    Message.Kind.WITHDRAWAL: _withdrawal,
    Message.Kind.BASKET_LINK: _basket_link,
    Message.Kind.DEPARTMENT_TERM: _department_term,
    Message.Kind.MENTION: _mention,
    Message.Kind.REGISTRATION: _registration,
    Message.Kind.MOVED_UP: _moved_up,
    Message.Kind.REGISTRATION_ENDED: _registration_ended,
    Message.Kind.EVENT_REMINDER: _event_reminder,
    Message.Kind.EVENT_MOVED: _event_moved,
    Message.Kind.EVENT_CANCELLED: _event_cancelled,
    Message.Kind.HAPPENING: following_mail.happening,
    Message.Kind.DIGEST: following_mail.digest,
    Message.Kind.FOLLOWING_LINK: following_mail.following_link,
}


def _case(submission: Submission) -> dict[str, Any]:
    return {
        "submission": submission,
        "consultation": submission.consultation,
        "consultation_url": absolute(submission.consultation.get_absolute_url()),
        "case_url": absolute(submission.tracking_path),
        "receipt_url": absolute(reverse("consultations:receipt_pdf", args=[submission.tracking_token])),
    }


def _submission(message: Message) -> Submission:
    if message.submission is None:
        raise OutOfDate
    return message.submission


def _consultation(message: Message) -> Consultation:
    if message.consultation is None:
        raise OutOfDate
    return message.consultation


def _moment(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")


def _one_line(subject: str) -> str:
    """The subject as one header line: a line feed in a title must not become a header of its own."""
    return " ".join(CONTROL.sub(" ", subject).split())[:LONGEST_SUBJECT]


def _tidy(text: str) -> str:
    """The text without the empty lines that template tags leave. “-- ” keeps its blank: a signature begins there."""
    lines = (line if line == "-- " else line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
