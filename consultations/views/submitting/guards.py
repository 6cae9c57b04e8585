"""What stands between a resident's form and the verbs: files, the field that must stay empty, and patience."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from consultations.errors import ConsultationClosed, ConsultationError, NothingToSend, SentTooFast, TooOften, TrapFilled
from consultations.models import Basket
from consultations.services.attachments import MOST_ATTACHMENTS, add_attachment, remove_attachment
from consultations.services.limits import count_upload
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.lib.files import shown_name
from lublin2030.lib.limits import TRAP
from lublin2030.lib.paging import read_key

FILES = "pliki"


@dataclass
class FilesAnswer:
    """What became of the files of a form: which were refused and why, and whether the sender stays on the page."""

    stays: bool = False
    added: list[str] = field(default_factory=list)
    removed: str = ""
    refused: list[tuple[str, str]] = field(default_factory=list)
    status: int = 422
    too_often: TooOften | None = None


def take_files(request: HttpRequest, basket: Basket, now: dt.datetime) -> FilesAnswer:
    """Put the chosen files into the basket and take out the one whose button was pressed.

    Files are taken whichever button was pressed, so that nobody who chose one sends without it. Each that cannot be
    taken gets its own sentence; the others stay. Raises ConsultationClosed, and NothingToSend when the basket was sent
    in another window.
    """
    answer = FilesAnswer(stays="dolacz" in request.POST or "usun_zalacznik" in request.POST)
    unwanted = read_key(request.POST.get("usun_zalacznik"))
    if unwanted is not None:
        # Of this basket only: another browser's files are like those that do not exist.
        attachment = basket.attachments.filter(pk=unwanted).first()
        if attachment is not None:
            remove_attachment(attachment, now=now)
            answer.removed = attachment.name
    uploads = request.FILES.getlist(FILES)
    if "dolacz" in request.POST and not uploads:
        answer.refused.append(("", _("Choose a file first.")))
    if not uploads:
        return answer
    try:
        count_upload(address=client_address(request), files=len(uploads), now=now)
    except TooOften as refusal:
        answer.too_often, answer.status = refusal, status_for(refusal)
        answer.refused.append(("", words_for(refusal)))
        return answer
    # Looking into a file takes time: more than one submission can carry are not even looked at.
    for upload in uploads[: MOST_ATTACHMENTS * 2]:
        try:
            answer.added.append(add_attachment(basket, upload=upload, now=now).name)
        except (ConsultationClosed, NothingToSend):
            raise
        except ConsultationError as refusal:
            answer.refused.append((_typed_name(upload.name), words_for(refusal)))
    for upload in uploads[MOST_ATTACHMENTS * 2 :]:
        answer.refused.append((_typed_name(upload.name), _("Too many files at once. This one was not looked at.")))
    return answer


def _typed_name(name: str | None) -> str:
    """The file's name as its sender knows it, without what cannot be shown, and with the ending it had."""
    stem, dot, ending = (name or "").rpartition(".")
    return shown_name(name or "", ending[:10]) if dot and stem else shown_name(name or "", "").rstrip(".")


def refuse_filled_trap(request: HttpRequest) -> None:
    """TrapFilled when the field that people do not see holds anything."""
    if request.POST.get(TRAP):
        raise TrapFilled


def tell_when(response: HttpResponse, refusal: ConsultationError, now: dt.datetime) -> HttpResponse:
    """The page with ``Retry-After`` (seconds) where waiting helps."""
    if isinstance(refusal, TooOften):
        response["Retry-After"] = str(refusal.seconds_from(now))
    elif isinstance(refusal, SentTooFast):
        response["Retry-After"] = str(refusal.seconds)
    return response
