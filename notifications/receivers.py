"""What is told to whom when something happened below.

Runs inside the verb's transaction: fact and notice commit together. Demonstration senders do not exist, so nothing is
written to them.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.dispatch import receiver
from django.utils.crypto import salted_hmac

from consultations.errors import LinkAskedTooOften
from consultations.models import Basket, Decision, Remark, Submission
from consultations.signals import basket_link_asked, decision_published, submission_received, submission_verified
from notifications.models import Message
from notifications.services import outbox


def _tell_sender(kind: Message.Kind, submission: Submission, *, key: str, **context: Any) -> None:
    if submission.is_demonstration or not submission.email:
        return
    outbox.write(
        kind,
        key=key,
        recipient=submission.email,
        language=submission.language,
        context=context,
        submission=submission,
        consultation=submission.consultation,
    )


@receiver(submission_received, dispatch_uid="notifications.receipt")
def write_receipt(submission: Submission, **_kwargs: Any) -> None:
    _tell_sender(Message.Kind.RECEIPT, submission, key=f"submission-received:{submission.pk}")


@receiver(submission_verified, dispatch_uid="notifications.verification")
def write_verification(submission: Submission, **_kwargs: Any) -> None:
    # Verification can be reopened and done again: each time is told, each once.
    times = submission.history.filter(verb__in=["mark_proper", "mark_improper"]).count()
    _tell_sender(Message.Kind.VERIFICATION, submission, key=f"submission-verified:{submission.pk}:{times}")


@receiver(decision_published, dispatch_uid="notifications.decision")
def write_decision(remark: Remark, decision: Decision, **_kwargs: Any) -> None:
    _tell_sender(
        Message.Kind.DECISION,
        remark.submission,
        key=f"remark-decided:{remark.pk}:{decision.revision}",
        remark=remark.pk,
        revision=decision.revision,
    )


MOST_LINKS_AN_HOUR = 3  # of one basket: the address need not be the asker's own


@receiver(basket_link_asked, dispatch_uid="notifications.basket_link")
def write_basket_link(basket: Basket, email: str, language: str, now: dt.datetime, **_kwargs: Any) -> None:
    # The basket's row is held by the verb: askers in two windows are counted one after the other.
    address = salted_hmac("notifications.basket_link", email.casefold(), algorithm="sha256").hexdigest()[:32]
    # A second click within the minute is the same wish.
    key = f"basket-link:{basket.pk}:{address}:{int(now.timestamp()) // 60}"
    lately = Message.objects.filter(
        kind=Message.Kind.BASKET_LINK,
        consultation=basket.consultation_id,
        key__startswith=f"basket-link:{basket.pk}:",
        created_at__gt=now - dt.timedelta(hours=1),
    )
    keys = set(lately.values_list("key", flat=True))
    if key not in keys and len(keys) >= MOST_LINKS_AN_HOUR:
        raise LinkAskedTooOften
    outbox.write(
        Message.Kind.BASKET_LINK,
        key=key,
        recipient=email,
        language=language,
        context={"basket": basket.pk},
        consultation=basket.consultation,
        now=now,
    )
