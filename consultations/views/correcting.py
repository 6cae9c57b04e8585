"""What a sender does behind a secret link: confirm the address, correct, withdraw. No account, no JavaScript."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from consultations.errors import (
    ConfirmationTooLate,
    ConsultationClosed,
    ConsultationError,
    CorrectedMeanwhile,
    ImproperCannotChange,
    NothingCorrected,
    RemarkWithdrawn,
    SenderCorrectedMeanwhile,
)
from consultations.forms import RemarkForm, SenderForm
from consultations.models import Remark, Submission
from consultations.places import Placed, with_places
from consultations.reading import Clock
from consultations.services.confirmation import ask_again, confirm_email, find_by_confirmation
from consultations.services.corrections import (
    CHANGEABLE,
    correct_remark,
    correct_sender,
    refuse_unchangeable,
    sender_of,
    withdraw_remark,
    withdraw_submission,
)
from consultations.services.senders import sender_fingerprint
from consultations.views.submitting.common import expired_in_words, is_expired, methods, posted_token
from consultations.views.submitting.remarks import Where, remark_form
from consultations.views.tracking import case_context, private, submission_of
from consultations.words import status_for, words_for
from lublin2030.lib.masking import mask_email
from lublin2030.lib.paging import read_key
from lublin2030.lib.plaintext import PlainTextField
from lublin2030.lib.tokens import new_token
from lublin2030.views import keeps_typed_text


@never_cache
@methods
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm the e-mail address. Opening the link changes nothing: programs that check mail open it too."""
    submission = find_by_confirmation(token)
    if submission is None:
        raise Http404
    now = timezone.now()
    status = 200
    problem = ""
    if request.method == "POST":
        try:
            confirm_email(submission, now=now)
        except ConfirmationTooLate as refusal:
            problem, status = words_for(refusal), status_for(refusal)
        else:
            return private(redirect("consultations:confirm", token))
    is_late = (
        submission.awaits_confirmation and submission.confirm_until is not None and submission.confirm_until <= now
    )
    context = case_context(submission) | {
        "is_late": is_late or (submission.is_unconfirmed and submission.verification == "improper"),
        "problem": problem,
    }
    return private(render(request, "consultations/confirm.html", context, status=status))


@never_cache
@methods
def confirm_again(request: HttpRequest, token: str) -> HttpResponse:
    """Send the confirmation link once more. Only pressing the button does; the opened address leads to the case."""
    submission = submission_of(token)
    if request.method != "POST":
        return private(redirect("consultations:tracking", token))
    try:
        ask_again(submission)
    except ConfirmationTooLate:
        # Confirmed, verified or expired meanwhile: the page says which.
        pass
    else:
        words = _("We send the link once more to %(email)s. It can take some minutes.")
        messages.success(request, words % {"email": mask_email(submission.email)})
    return private(redirect("consultations:tracking", token))


@never_cache
@keeps_typed_text
@methods
def remark(request: HttpRequest, token: str, ordinal: int) -> HttpResponse:
    """Correct one remark: every field is filled with what was sent; number and place stay."""
    placed = _placed_remark(submission_of(token), ordinal)
    one = placed.remark
    where = Where(version=one.version, chapter=placed.chapter, passage=placed.passage)
    form = remark_form(request, one.consultation, where, RemarkForm.texts_of(one))
    form.fields.pop("place", None)  # it stays
    if (refusal := _refusal_of(one)) is not None:
        return _refused(request, one.submission, refusal, form)
    problem, status = "", 200
    saved_now = False
    if is_expired(request):
        problem, status = expired_in_words(), 403
    elif request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            correct_remark(
                one,
                content=form.remark(passage=one.passage, chapter=one.chapter),
                revision=read_key(request.GET.get("rewizja")) or one.revision,
            )
        except (CorrectedMeanwhile, NothingCorrected) as error:
            problem, status = _words_for_sender(error), status_for(error)
            saved_now = isinstance(error, CorrectedMeanwhile)
            placed = _placed_remark(one.submission, ordinal)
        except ConsultationError as error:
            return _refused(request, one.submission, error, form)
        else:
            words = _("Remark %(number)s is corrected. Its number stays.") % {"number": one.public_number}
            messages.success(request, words, extra_tags=f"accepted:{_keep_key(one)}")
            return private(redirect("consultations:tracking", token))
    address = reverse("consultations:correct_remark", args=[token, ordinal])
    context = case_context(one.submission) | {
        "placed": placed,
        "where": where,
        "form": form,
        "edited": placed.remark,
        "revision": placed.remark.revision,
        "action": f"{address}?rewizja={placed.remark.revision}",
        "form_token": posted_token(request) or new_token(),
        "keep_key": _keep_key(one),
        "cancel_url": one.submission.tracking_path,
        "problem": problem,
        "saved_now": saved_now,
    }
    return private(render(request, "consultations/correct_remark.html", context, status=status))


@never_cache
@keeps_typed_text
@methods
def sender(request: HttpRequest, token: str) -> HttpResponse:
    """Correct who sent the submission and how to reach them."""
    submission = submission_of(token)
    consultation = submission.consultation
    online = submission.channel == Submission.Channel.ONLINE
    form = SenderForm(
        request.POST if request.method == "POST" else None,
        initial=sender_of(submission),
        consultation=consultation,
        online=online,
    )
    if (refusal := _refusal_to_change(submission)) is not None:
        return _refused(request, submission, refusal, form)
    problem, status = "", 200
    if is_expired(request):
        problem, status = expired_in_words(), 403
    elif request.method == "POST" and not form.is_valid():
        status = 422
    elif request.method == "POST":
        try:
            changed = correct_sender(submission, sender=form.sender(), seen=request.POST.get("seen", ""))
        except (SenderCorrectedMeanwhile, NothingCorrected) as error:
            problem, status = words_for(error), status_for(error)
            submission = submission_of(token)
        except ConsultationError as error:
            return _refused(request, submission, error, form)
        else:
            if changed.tracking_token != token:
                told = _("Your data are corrected. The link of this page is new: save it, the old one no longer works.")
            else:
                told = _("Your data are corrected.")
            messages.success(request, told)
            return private(redirect("consultations:tracking", changed.tracking_token))
    context = case_context(submission) | {
        "form": form,
        "seen": sender_fingerprint(submission),
        "problem": problem,
    }
    return private(render(request, "consultations/correct_sender.html", context, status=status))


@never_cache
@keeps_typed_text
@methods
def withdraw(request: HttpRequest, token: str, ordinal: int | None = None) -> HttpResponse:
    """Withdraw one remark, or everything that still can be withdrawn, after a question."""
    submission = submission_of(token)
    placed = _placed_remarks(submission) if ordinal is None else [_placed_remark(submission, ordinal)]
    affected = [one for one in placed if one.remark.state in CHANGEABLE]
    refusal = _refusal_to_change(submission) or (None if affected else _refusal_of(placed[0].remark))
    if isinstance(refusal, RemarkWithdrawn) and request.method == "POST":
        # The second click of a double click: what it asks for is done.
        return private(redirect("consultations:tracking", token))
    if refusal is not None:
        return _refused(request, submission, refusal)
    problem, status = "", 200
    if is_expired(request):
        problem, status = expired_in_words(), 403
    elif request.method == "POST":
        try:
            done = [withdraw_remark(affected[0].remark)] if ordinal is not None else withdraw_submission(submission)
        except ConsultationError as error:
            return _refused(request, submission, error)
        told = ngettext("%(n)d remark is withdrawn.", "%(n)d remarks are withdrawn.", len(done)) % {"n": len(done)}
        messages.success(request, told)
        return private(redirect("consultations:tracking", token))
    context = case_context(submission) | {
        "remarks": affected,
        "kept": len(placed) - len(affected),
        "is_whole": ordinal is None,
        "problem": problem,
    }
    return private(render(request, "consultations/withdraw.html", context, status=status))


def _words_for_sender(error: ConsultationError) -> str:
    if isinstance(error, CorrectedMeanwhile):
        return _(
            "You have corrected this remark in another window. Compare both texts; if you save once more, the text"
            " below replaces the other."
        )
    return words_for(error)


def _keep_key(one: Remark) -> str:
    """Under which the browser keeps the typed text until it is accepted."""
    return f"{one.consultation.slug}/poprawka/{one.address}"


def _placed_remarks(submission: Submission) -> list[Placed[Remark]]:
    remarks = submission.remarks.select_related("version", "chapter", "passage", "topic", "district")
    placed = with_places(remarks.order_by("ordinal"))
    for one in placed:
        one.remark.submission = submission
        one.remark.consultation = submission.consultation
    return placed


def _placed_remark(submission: Submission, ordinal: int) -> Placed[Remark]:
    """One remark of the submission with its place; 404 when there is none."""
    remarks = submission.remarks.select_related("version", "chapter", "passage", "topic", "district")
    one = get_object_or_404(remarks, ordinal=ordinal)
    one.submission = submission
    one.consultation = submission.consultation
    return with_places([one])[0]


def _refusal_to_change(submission: Submission) -> ConsultationError | None:
    """Why nothing of the submission can be changed any more, or none."""
    if not submission.consultation.is_open(timezone.now()):
        return ConsultationClosed()
    if submission.verification == Submission.Verification.IMPROPER:
        return ImproperCannotChange()
    return None


def _refusal_of(one: Remark) -> ConsultationError | None:
    """Why the remark cannot be changed any more, or none."""
    if (refusal := _refusal_to_change(one.submission)) is not None:
        return refusal
    try:
        refuse_unchangeable(one)
    except ConsultationError as error:
        return error
    return None


def _refused(request: HttpRequest, submission: Submission, why: ConsultationError, form: Any = None) -> HttpResponse:
    """What is not possible, why, what still is, and every text that would be lost otherwise."""
    typed = []
    if form is not None and request.method == "POST":
        texts = [field for field in form if isinstance(field.field, PlainTextField)]
        typed = [(field.label, field.data) for field in texts if field.data]
    now = timezone.now()
    context = case_context(submission) | {
        "why": "" if isinstance(why, ConsultationClosed) else words_for(why),
        "clock": Clock.at(submission.consultation, now),
        "typed": typed,
    }
    status = status_for(why) if request.method == "POST" else 403
    return private(render(request, "consultations/not_changed.html", context, status=status))
