"""Whoever sends by the form proves to own the e-mail address, where the consultation asks for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from consultations.errors import AlreadyVerified, ConfirmationTooLate, SubmissionWithdrawn
from consultations.models import Consultation, HistoryEntry, ImproperReason, Submission
from consultations.services.history import record
from consultations.services.verification import verify
from consultations.signals import confirmation_asked_again
from lublin2030.lib.tokens import is_token

REASON = "unconfirmed-email"
LABELS = {
    "pl": "adres e-mail nie został potwierdzony w terminie",
    "en": "the e-mail address was not confirmed in time",
    "uk": "адресу електронної пошти не підтверджено вчасно",
}
SHORT_TERM = dt.timedelta(hours=12)
LEAST_WARNING = dt.timedelta(hours=6)
BATCH = 200


def find_by_confirmation(token: str) -> Submission | None:
    """The submission of a confirmation link, or none; the token may be anything that stands in an address."""
    if not is_token(token):
        return None
    return (
        Submission.objects.filter(confirmation_token=token)
        .select_related("consultation__process", "improper_reason")
        .first()
    )


def reminder_at(asked_at: dt.datetime, until: dt.datetime) -> dt.datetime:
    """When to remind: with a quarter of the time left, of a term of twelve hours or more at least six hours before."""
    term = until - asked_at
    left = term / 4
    if term >= SHORT_TERM:
        left = max(left, LEAST_WARNING)
    return until - left


@transaction.atomic
def confirm_email(submission: Submission, *, now: dt.datetime | None = None) -> Submission:
    """The sender owns the address. Confirming twice changes nothing; ConfirmationTooLate after the term.

    No term runs any more for a submission that a person has verified or whose verification was reopened.
    """
    now = now or timezone.now()
    consultation = Consultation.objects.hold(submission.consultation_id)
    waits = Q(verification=Submission.Verification.PROPER) | Q(verification=Submission.Verification.PENDING) & (
        Q(confirm_until__isnull=True) | Q(confirm_until__gt=now)
    )
    # The token is in the condition: an address that was corrected meanwhile is not the one that was proved.
    changed = Submission.objects.filter(
        waits,
        pk=submission.pk,
        confirmation_token=submission.confirmation_token,
        confirmation_token__isnull=False,
        confirmed_at__isnull=True,
    ).update(confirmed_at=now)
    token = submission.confirmation_token
    submission.refresh_from_db()
    if changed:
        record(HistoryEntry.Verb.CONFIRM_EMAIL, consultation=consultation, submission=submission, by=None, at=now)
    elif submission.confirmed_at is None or submission.confirmation_token != token:
        raise ConfirmationTooLate
    return submission


@transaction.atomic
def ask_again(submission: Submission, *, now: dt.datetime | None = None) -> Submission:
    """Send the link once more, at most once an hour. ConfirmationTooLate when the address waits for it no more."""
    now = now or timezone.now()
    Consultation.objects.hold(submission.consultation_id)
    submission.refresh_from_db()
    if not submission.awaits_confirmation or submission.confirm_until is None or submission.confirm_until <= now:
        raise ConfirmationTooLate
    confirmation_asked_again.send(Submission, submission=submission, now=now)
    return submission


def expire_unconfirmed(*, now: dt.datetime | None = None, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Find improper what was not confirmed in time; how many. Each in a transaction of its own, so that any number of
    workers may do it at once, and one that is killed leaves nothing half done.
    """
    now = now or timezone.now()
    done = 0
    last = 0
    while not should_stop():
        batch = list(Submission.objects.unconfirmed_since(now).order_by("pk").filter(pk__gt=last)[:BATCH])
        if not batch:
            break
        for submission in batch:
            if should_stop():
                break
            last = submission.pk
            done += _expire(submission, now)
    return done


def _expire(submission: Submission, now: dt.datetime) -> bool:
    try:
        with transaction.atomic():
            # Held before the reason is made, like every verb on a submission: nobody waits crosswise.
            Consultation.objects.hold(submission.consultation_id)
            verify(
                submission,
                Submission.Verification.IMPROPER,
                reason=reason_of(submission.consultation_id),
                note="",
                by=None,
                now=now,
                while_true=Q(confirmed_at__isnull=True, confirm_until__lte=now),
            )
    except (AlreadyVerified, SubmissionWithdrawn):
        # Confirmed, verified or withdrawn since it was read.
        return False
    return True


def reason_of(consultation_id: int) -> ImproperReason:
    """The consultation's reason for an address that was not confirmed; made when it is needed first."""
    reason, _new = ImproperReason.objects.get_or_create(
        consultation_id=consultation_id,
        code=REASON,
        defaults={
            "label": LABELS["pl"],
            "translations": {language: {"label": LABELS[language]} for language in ("en", "uk")},
            "position": 100,
        },
    )
    return reason
