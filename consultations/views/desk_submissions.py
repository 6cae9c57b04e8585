"""The desk's pages of submissions: what waits for verification, and one submission whole."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.desk import queue_around, read
from consultations.desk_forms import DeskForm, ImproperForm, ProperForm, RenewForm, ReopenForm
from consultations.errors import ConsultationError
from consultations.models import Attachment, HistoryEntry, Remark, Submission
from consultations.models.remarks import ANSWERED_STATES
from consultations.permissions import may_read_contact, may_verify
from consultations.services.duplicates import same_texts
from consultations.services.intake import proposed_reasons
from consultations.services.submissions import renew_tracking_link
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from consultations.views.desk_pages import (
    desk_page,
    expired_in_words,
    form_page,
    go_on,
    line_of_steps,
    page_of,
    signed_in_person,
)
from consultations.words import describe_history
from lublin2030.views import keeps_typed_text

State = Remark.State


@desk_page(may_verify)
def verification(request: HttpRequest) -> HttpResponse:
    """Submissions that wait for verification, the oldest first."""
    queue = Submission.objects.waiting_for_verification().with_remark_totals()
    page = page_of(queue, request)
    return render(request, "desk/verification.html", {"rows": page.rows, "after": page.after, "now": timezone.now()})


@keeps_typed_text
@desk_page(may_verify)
def submission(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One submission whole: who, how, when, every remark; and the verbs its state allows."""
    case = _find_submission(pk)
    if request.method != "POST":
        return _submission_page(request, case)
    form = _submission_form(case, request)
    if problem := expired_in_words(request):
        return _submission_page(request, case, form, problem=problem)
    if not form.is_valid():
        return _submission_page(request, case, form)
    place = queue_around(Submission.objects.waiting_for_verification(), case)
    try:
        told = _do_with_submission(case, form, by=signed_in_person(request))
    except ConsultationError as error:
        return _submission_page(request, _find_submission(pk), form, error)
    messages.success(request, told)
    if form.action in {"proper", "improper"}:
        return go_on(place, Submission.objects.waiting_for_verification(), "submission", "verification")
    return redirect("desk:submission", pk)


def _find_submission(pk: int) -> Submission:
    return get_object_or_404(Submission.objects.select_related("consultation", "district", "improper_reason"), pk=pk)


def _submission_form(case: Submission, request: HttpRequest) -> DeskForm:
    match request.POST.get("action"):
        case "proper":
            return ProperForm(request.POST)
        case "improper":
            return ImproperForm(request.POST, consultation=case.consultation)
        case "reopen":
            return ReopenForm(request.POST)
        case "renew":
            return RenewForm(request.POST)
    raise BadRequest


def _do_with_submission(case: Submission, form: DeskForm, *, by: User) -> str:
    """Do what the form asks for; what to tell the person. Raises what the verb raises."""
    values = form.cleaned_data
    number = {"number": case.public_number}
    match form.action:
        case "proper":
            mark_proper(case, by=by)
            return _("Submission %(number)s is proper. Its remarks wait for a department.") % number
        case "improper":
            mark_improper(case, reason=values["reason"], note=values["note"], by=by)
            return _("Submission %(number)s is improper. It stays in the register with its reason.") % number
        case "reopen":
            reopen_verification(case, reason=values["reason"], by=by)
            return _("The verification of submission %(number)s is open again.") % number
        case _:
            renew_tracking_link(case, by=by)
            return _("Submission %(number)s has a new tracking link. The old one does not work any more.") % number


def _submission_page(
    request: HttpRequest,
    case: Submission,
    tried: DeskForm | None = None,
    error: ConsultationError | None = None,
    *,
    problem: str = "",
) -> HttpResponse:
    is_pending = case.verification == Submission.Verification.PENDING
    remarks = list(
        case.remarks.select_related(
            "consultation", "submission", "version", "topic", "district", "department"
        ).order_by("ordinal")
    )
    is_in_use = any(remark.state in ANSWERED_STATES for remark in remarks)
    allowed: list[DeskForm] = [RenewForm()]
    proposed = proposed_reasons(case) if is_pending else []
    if is_pending and any(remark.state == State.RECEIVED for remark in remarks):
        initial = {"reason": proposed[0].pk} if proposed else {}
        allowed += [ProperForm(), ImproperForm(consultation=case.consultation, initial=initial)]
    elif not is_pending and not is_in_use:
        allowed.append(ReopenForm())
    return form_page(
        request,
        "desk/submission.html",
        tried,
        error,
        allowed,
        {
            "case": case,
            "readings": read(remarks),
            "place": queue_around(Submission.objects.waiting_for_verification(), case),
            "history": describe_history(HistoryEntry.objects.filter(submission=case).select_related("by")),
            "may_read_contact": may_read_contact(request.user),
            "attachments": Attachment.objects.filter(submission=case).numbered(),
            "same_texts": same_texts(remarks, submission=case),
            "steps": _submission_steps(case, remarks),
            "proposed_reasons": proposed,
            "queue_name": "verification",
        },
        problem,
    )


def _submission_steps(case: Submission, remarks: list[Remark]) -> list[dict[str, Any]]:
    standing = [remark for remark in remarks if remark.state != State.WITHDRAWN]
    answered = sum(remark.state == State.PUBLISHED for remark in standing)
    if case.verification == Submission.Verification.IMPROPER:
        return line_of_steps([_("received"), _("improper")], here=1)
    if not standing:
        return line_of_steps([_("received"), _("withdrawn")], here=1)
    proper = case.verification == Submission.Verification.PROPER
    is_over = proper and answered == len(standing)
    return line_of_steps([_("received"), _("verified"), _("answered")], here=3 if is_over else 1 if proper else 0)
