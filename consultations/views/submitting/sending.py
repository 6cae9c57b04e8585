"""The basket: who sends the remarks, a last look at everything, and the sending, once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from consultations.errors import (
    ConsultationClosed,
    ConsultationError,
    NothingToSend,
    SenderChanged,
    SenderIncomplete,
)
from consultations.forms import BasketLinkForm, SenderForm
from consultations.models import Basket, BasketRemark, Consultation, Submission
from consultations.places import Placed
from consultations.services import baskets
from consultations.services.attachments import MOST_ATTACHMENTS
from consultations.services.duplicates import already_public
from consultations.services.limits import count_sending, refuse_haste
from consultations.services.senders import sender_fingerprint
from consultations.services.submissions import MOST_REMARKS, find_submission, missing_fields
from consultations.views.shared import context_of, public_consultation, renews_cookies
from consultations.views.submitting.common import (
    closed_page,
    current_basket,
    expired_in_words,
    is_expired,
    methods,
    placed_remarks,
    posted_token,
)
from consultations.views.submitting.guards import FilesAnswer, refuse_filled_trap, take_files, tell_when
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.views import keeps_typed_text


@never_cache
@keeps_typed_text
@methods
@renews_cookies
def basket(request: HttpRequest, slug: str) -> HttpResponse:
    """The unsent remarks, and who sends them."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    found = current_basket(request, consultation)
    # After the basket is read: if another window has sent it meanwhile, its submission is there by now.
    if (sent := _sent_before(request, consultation)) is not None:
        return _to_receipt(sent)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    if request.method != "POST":
        form = SenderForm(initial=SenderForm.values_of(found) if found else None, consultation=consultation)
        return show_basket(request, consultation, now, found, form)
    form = SenderForm(request.POST, consultation=consultation)
    if is_expired(request):
        return show_basket(request, consultation, now, found, form, problem=expired_in_words(), status=403)
    try:
        files = FilesAnswer() if found is None else take_files(request, found, now)
    except ConsultationClosed:
        return closed_page(request, consultation, now)
    except NothingToSend as refusal:
        sent = _sent_before(request, consultation)
        return _back_to_basket(request, consultation, refusal) if sent is None else _to_receipt(sent)
    if files.stays:
        # Who sends is not asked about yet: what is typed so far is shown again, and nothing of it is at fault.
        form = SenderForm(initial=SenderForm.typed_in(request.POST), consultation=consultation)
    if files.stays or files.refused or not form.is_valid():
        form_faulty = form.is_bound and not form.is_valid()
        status = files.status if files.refused else 422 if form_faulty else 200
        return show_basket(request, consultation, now, found, form, files=files, status=status)
    try:
        refuse_filled_trap(request)
        if found is None or not found.remarks.exists():
            raise NothingToSend
        read = request.POST.get("sender_read")
        baskets.keep_sender(found, sender=form.sender(), read=read, now=now)
    except SenderChanged as refusal:
        return show_basket(request, consultation, now, found, form, refusal=refusal, status=409)
    except ConsultationError as refusal:
        if (sent := _sent_before(request, consultation)) is not None:
            return _to_receipt(sent)
        problem, status = words_for(refusal), status_for(refusal)
        return show_basket(request, consultation, now, found, form, problem=problem, status=status)
    return redirect("consultations:review", slug)


@never_cache
@keeps_typed_text
@methods
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that would be sent, to be checked; then sent once, however often the button is pressed."""
    now = timezone.now()
    # Without what only pages show: at the end of a consultation this view has to be quick.
    consultation = get_object_or_404(Consultation.objects.public(now), slug=slug)
    found = current_basket(request, consultation)
    # After the basket is read: if the other click of a double click has sent it meanwhile, its submission is there.
    # While the basket of this very form is there, nothing can have come of it yet.
    if found is None or found.form_token != posted_token(request):
        sent = _sent_before(request, consultation)
        if sent is not None:
            return _to_receipt(sent)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    if found is None:
        return _back_to_basket(request, consultation, NothingToSend())
    problem, status = "", 200
    refused: ConsultationError | None = None
    if is_expired(request):
        problem, status = expired_in_words(), 403
    elif request.method == "POST":
        try:
            refuse_filled_trap(request)
            refuse_haste(found, now=now)
            count_sending(consultation, address=client_address(request), now=now)
            receipt = baskets.send_basket(found, reviewed=request.POST.get("reviewed", ""), now=now)
        except ConsultationClosed:
            return closed_page(request, consultation, now)
        except (NothingToSend, SenderIncomplete) as refusal:
            return _back_to_basket(request, consultation, refusal)
        except ConsultationError as refusal:
            refused, problem, status = refusal, words_for(refusal), status_for(refusal)
        else:
            return _to_receipt(receipt.submission)
    remarks = placed_remarks(found)
    if not remarks:
        return _back_to_basket(request, consultation, NothingToSend())
    if missing_fields(consultation, found):
        return _back_to_basket(request, consultation, SenderIncomplete())
    page = _show_review(request, consultation, now, found, remarks, problem=problem, status=status)
    return page if refused is None else tell_when(page, refused, now)


def _sent_before(request: HttpRequest, consultation: Consultation) -> Submission | None:
    """What came of this very form if it was sent already, also after closing: a retry ends at its receipt.

    None for a page that is only read: its basket's token came by no form.
    """
    token = posted_token(request)
    return None if token is None else find_submission(consultation, form_token=token)


def _back_to_basket(request: HttpRequest, consultation: Consultation, why: ConsultationError) -> HttpResponse:
    messages.warning(request, words_for(why))
    return redirect("consultations:basket", consultation.slug)


def _to_receipt(submission: Submission) -> HttpResponseRedirect:
    return redirect("consultations:receipt", submission.tracking_token)


@dataclass(frozen=True)
class Row:
    """A remark in the basket's list with the keys of its neighbours, beside which the arrows put it."""

    placed: Placed[BasketRemark]
    previous: int | None
    next: int | None


def _rows(remarks: list[Placed[BasketRemark]]) -> list[Row]:
    keys = [None, *(one.remark.pk for one in remarks), None]
    return [Row(placed, keys[place], keys[place + 2]) for place, placed in enumerate(remarks)]


def show_basket(
    request: HttpRequest,
    consultation: Consultation,
    now: dt.datetime,
    found: Basket | None,
    form: SenderForm,
    *,
    files: FilesAnswer | None = None,
    link_form: BasketLinkForm | None = None,
    problem: str = "",
    refusal: SenderChanged | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the basket with every form that stands on it, as they were sent or as they begin."""
    files = files or FilesAnswer()
    read = request.POST.get("sender_read", "")
    if refusal is not None:
        # Another window has changed who sends: show it, and let the next saving replace it deliberately.
        found = current_basket(request, consultation) or found
        problem = words_for(refusal)
    if found is not None and (refusal is not None or not read):
        read = sender_fingerprint(found)
    remarks = placed_remarks(found)
    context = context_of(consultation, now) | {
        "basket": found,
        "sender_read": read,
        "saved_sender": found if refusal is not None else None,
        "link_form": link_form or BasketLinkForm(initial={"link_email": found.email if found else ""}),
        "remarks": remarks,
        "rows": _rows(remarks),
        "attachments": [] if found is None else list(found.attachments.all()),
        "files": files,
        "most_attachments": MOST_ATTACHMENTS,
        "form": form,
        "problem": problem,
        "most_remarks": MOST_REMARKS,
    }
    page = render(request, "consultations/basket.html", context, status=status)
    return page if files.too_often is None else tell_when(page, files.too_often, now)


def _show_review(
    request: HttpRequest,
    consultation: Consultation,
    now: dt.datetime,
    found: Basket,
    remarks: list[Placed[BasketRemark]],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    if problem and (fresh := current_basket(request, consultation)):
        # Somebody has been at it in another window: show what there is now.
        found = fresh
        remarks = placed_remarks(found)
    context = context_of(consultation, now) | {
        "basket": found,
        "remarks": remarks,
        "attachments": list(found.attachments.all()),
        "known": already_public(consultation, [one.remark for one in remarks], now=now),
        "reviewed": baskets.fingerprint(found, [one.remark for one in remarks]),
        "problem": problem,
    }
    return render(request, "consultations/review.html", context, status=status)
