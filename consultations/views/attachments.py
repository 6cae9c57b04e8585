"""Files that were sent: for the desk, for their sender, and for everybody once staff have said so."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import is_person
from consultations.errors import ConsultationError
from consultations.models import Attachment, Remark
from consultations.permissions import may_read_attachment, may_read_contact
from consultations.services.attachments import hide_attachment, ordinal_of, publish_attachment
from consultations.words import status_for, words_for
from lublin2030.lib.tokens import is_token

log = logging.getLogger(__name__)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_the_desk(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download a file that was sent (GET), or decide whether the public may (POST with ``action``)."""
    if not request.user.is_authenticated or not is_person(request.user):
        return redirect_to_login(request.get_full_path())
    attachment = Attachment.objects.select_related("submission__consultation").filter(pk=pk).first()
    if attachment is None or not may_read_attachment(request.user, attachment):
        # Whether there is such a file is told only to who may read it.
        raise PermissionDenied
    if request.method != "POST":
        return _download(attachment)
    verbs = {"publish": publish_attachment, "hide": hide_attachment}
    verb = verbs.get(request.POST.get("action", ""))
    if verb is None:
        raise BadRequest
    try:
        verb(attachment, by=request.user)
    except ConsultationError as refusal:
        if status_for(refusal) == 403:
            return render(request, "403.html", status=403)
        messages.warning(request, words_for(refusal))
    else:
        told = _("Everybody can open the file now.") if attachment.is_public else _("Only staff can open the file now.")
        messages.success(request, told)
    return redirect("desk:submission", attachment.submission_id)


@never_cache
@require_safe
def of_the_sender(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """The sender's own file, behind the secret of the case."""
    if not is_token(token):
        raise Http404
    sent = Attachment.objects.added_by_senders().select_related("submission__consultation")
    response = _download(get_object_or_404(sent, pk=pk, submission__tracking_token=token))
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
def of_the_public(request: HttpRequest, slug: str, token: str) -> HttpResponseBase:
    """A file that staff have made public."""
    if not is_token(token):
        raise Http404
    public = Attachment.objects.public(timezone.now()).select_related("submission__consultation")
    return _download(get_object_or_404(public, token=token, submission__consultation__slug=slug))


def readable_attachments(user: Any, remark: Remark) -> QuerySet[Attachment]:
    """The files of the remark's submission that this person may open, numbered."""
    sent = Attachment.objects.filter(submission=remark.submission_id).numbered()
    if may_read_contact(user):
        return sent
    first = Attachment.objects.filter(submission=remark.submission_id).added_by_senders().first()
    return sent.added_by_senders() if first is not None and may_read_attachment(user, first) else sent.none()


def _download(attachment: Attachment) -> FileResponse:
    """The file, to be saved, not shown in the portal's name; called by its number, not in its sender's words."""
    submission = attachment.submission
    if submission is None:
        raise Http404
    word = "skan" if attachment.is_scan else "zalacznik"
    number = submission.public_number.replace("/", "-")
    name = f"{word}-{number}-{ordinal_of(attachment)}.{attachment.extension}"
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        log.error("The file of attachment %s is missing.", attachment.pk)
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type=attachment.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Robots-Tag"] = "noindex"
    # Packed formats all of them: packing them again would only cost time, and hide how long they are.
    response["Content-Encoding"] = "identity"
    return response
