"""The sender's own pages behind a secret link: the receipt and the case. They tell nothing to whoever has no link."""

from __future__ import annotations

from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultations.case import may_change_sender, revisions_of, sent_remarks, tell_case
from consultations.models import Attachment, Submission
from consultations.reading import Clock
from consultations.receipt_file import receipt_file
from consultations.services.corrections import earlier_hashes
from consultations.services.receipts import canonical_remarks, content_hash
from lublin2030.lib.masking import mask_email, mask_words
from lublin2030.lib.tokens import is_token


@never_cache
@require_safe
def case(request: HttpRequest, token: str) -> HttpResponse:
    """Every step of a submission and of each of its remarks."""
    submission = submission_of(token)
    steps, remarks = tell_case(submission)
    return private(
        render(
            request,
            "consultations/tracking.html",
            case_context(submission)
            | {
                "steps": steps,
                "remarks": remarks,
                "may_change_sender": may_change_sender(submission, timezone.now()),
                "may_withdraw": any(one.may_change for one in remarks),
            },
        )
    )


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was received and when: to be kept, printed, and reached again by the same link."""
    submission = submission_of(token)
    remarks = sent_remarks(submission)
    sent = [one.remark for one in remarks]
    return private(
        render(
            request,
            "consultations/receipt.html",
            case_context(submission)
            | {
                "remarks": remarks,
                "content_hash": content_hash(sent),
                "canonical": canonical_remarks(sent),
                "earlier": earlier_hashes(revisions_of(submission)),
                "tracking_url": request.build_absolute_uri(submission.tracking_path),
            },
        )
    )


@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt as a file to keep: tagged PDF in the reader's language."""
    submission = submission_of(token)
    name = f"potwierdzenie-{submission.number}-{submission.consultation.year}.pdf"
    return private(
        HttpResponse(
            receipt_file(submission),
            content_type="application/pdf",
            headers={"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"},
        )
    )


def submission_of(token: str) -> Submission:
    """The submission of a secret; a wrong, old or impossible one is like any address that does not exist."""
    if not is_token(token):
        raise Http404
    submission = (
        Submission.objects.filter(tracking_token=token)
        .select_related("consultation__process", "district", "improper_reason")
        .first()
    )
    if submission is None:
        raise Http404
    return submission


def case_context(submission: Submission) -> dict[str, Any]:
    """What every page of a sender's case shows: the consultation, and the sender masked."""
    return {
        "section": "consultations",
        "submission": submission,
        "consultation": submission.consultation,
        "attachments": Attachment.objects.filter(submission=submission).added_by_senders(),
        "clock": Clock.at(submission.consultation, timezone.now()),
        "masked_name": submission.name
        if submission.sender_kind == Submission.SenderKind.ORGANISATION
        else mask_words(submission.name),
        "masked_email": mask_email(submission.email),
    }


AnyResponse = TypeVar("AnyResponse", bound=HttpResponse)


def private(response: AnyResponse) -> AnyResponse:
    """Not for search engines, and the secret address is told to no other page.

    Of the address only the host is told: with “no-referrer” browsers would send forms from “null”, which are refused.
    """
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "strict-origin"
    return response
