"""The sender's own pages behind a secret link: the receipt and the case. They tell nothing to whoever has no link."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consultations.case import sent_remarks, tell_case
from consultations.models import Attachment, Submission
from consultations.models.remarks import is_token
from consultations.reading import Clock
from consultations.services.receipts import canonical_remarks, content_hash
from lublin2030.lib.masking import mask_email, mask_words


@never_cache
@require_safe
def case(request: HttpRequest, token: str) -> HttpResponse:
    """Every step of a submission and of each of its remarks."""
    submission = _submission(token)
    steps, remarks = tell_case(submission)
    return _private(
        render(
            request,
            "consultations/tracking.html",
            _common(submission) | {"steps": steps, "remarks": remarks},
        )
    )


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was received and when: to be kept, printed, and reached again by the same link."""
    submission = _submission(token)
    remarks = sent_remarks(submission)
    sent = [one.remark for one in remarks]
    return _private(
        render(
            request,
            "consultations/receipt.html",
            _common(submission)
            | {
                "remarks": remarks,
                "content_hash": content_hash(sent),
                "canonical": canonical_remarks(sent),
                "tracking_url": request.build_absolute_uri(submission.tracking_path),
            },
        )
    )


def _submission(token: str) -> Submission:
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


def _common(submission: Submission) -> dict[str, object]:
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


def _private(response: HttpResponse) -> HttpResponse:
    """Not for search engines, and the secret address is told to no other page."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
