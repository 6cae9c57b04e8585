"""What is told to whom when something happened below.

Runs inside the verb's transaction: fact and notice commit together. Demonstration senders do not exist, so nothing is
written to them.
"""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from consultations.models import Decision, Remark, Submission
from consultations.signals import decision_published, submission_received, submission_verified
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
