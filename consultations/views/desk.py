"""The desk: queues of what waits, and the page of one submission or remark with the verbs its state allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consultations.desk import (
    PAGE,
    answers_of,
    may_read_summaries,
    queue_around,
    read,
    read_corrections,
    readable_summaries,
    reviews_of,
)
from consultations.desk_forms import (
    ApproveForm,
    AssignCheckedForm,
    AssignForm,
    CheckedForm,
    CorrectForm,
    DecideForm,
    DeskForm,
    ImproperForm,
    ProperForm,
    PublishForm,
    RenewForm,
    ReopenForm,
    ReturnForm,
    ReviewForm,
)
from consultations.errors import ConsultationError, RemarkAlreadyDecided
from consultations.models import Attachment, Consultation, Decision, HistoryEntry, Remark, Submission
from consultations.models.remarks import ANSWERED_STATES
from consultations.outcomes import offered_outcomes
from consultations.permissions import (
    may_answer,
    may_approve,
    may_assign,
    may_decide,
    may_publish,
    may_read_contact,
    may_read_remarks,
    may_redact,
    may_review,
    may_verify,
)
from consultations.services.decisions import (
    approve_answer,
    assign_remark,
    correct_answer,
    decide_remark,
    publish_decision,
    return_decision,
    review_answer,
)
from consultations.services.duplicates import same_texts
from consultations.services.intake import proposed_reasons
from consultations.services.submissions import renew_tracking_link
from consultations.services.summaries import hide_summary, publish_summary
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from consultations.views.attachments import readable_attachments
from consultations.views.desk_pages import desk_page, do_to_checked, go_on, signed_in_person
from consultations.words import describe_history, status_for, words_for
from lublin2030.lib.paging import KeyPage, page_by_moment, read_key

SIMILAR_SHOWN = 10
State = Remark.State


# -- Verification ---------------------------------------------------------------------------------------------------


@desk_page(may_verify)
def verification(request: HttpRequest) -> HttpResponse:
    """Submissions that wait for verification, the oldest first."""
    queue = Submission.objects.waiting_for_verification().with_remark_totals()
    page = _page_of(queue, request)
    return render(request, "desk/verification.html", {"rows": page.rows, "after": page.after, "now": timezone.now()})


@desk_page(may_verify)
def submission(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One submission whole: who, how, when, every remark; and the verbs its state allows."""
    case = _find_submission(pk)
    if request.method != "POST":
        return _submission_page(request, case)
    form = _submission_form(case, request)
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
    request: HttpRequest, case: Submission, tried: DeskForm | None = None, error: ConsultationError | None = None
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
    return _page(
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
    )


def _submission_steps(case: Submission, remarks: list[Remark]) -> list[dict[str, Any]]:
    standing = [remark for remark in remarks if remark.state != State.WITHDRAWN]
    answered = sum(remark.state == State.PUBLISHED for remark in standing)
    if case.verification == Submission.Verification.IMPROPER:
        return _steps([_("received"), _("improper")], here=1)
    if not standing:
        return _steps([_("received"), _("withdrawn")], here=1)
    proper = case.verification == Submission.Verification.PROPER
    is_over = proper and answered == len(standing)
    return _steps([_("received"), _("verified"), _("answered")], here=3 if is_over else 1 if proper else 0)


# -- One remark -----------------------------------------------------------------------------------------------------


@desk_page(may_assign)
def assignment(request: HttpRequest) -> HttpResponse:
    """Proper remarks without a department; the checked ones go to one department at once."""
    form = AssignCheckedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        department, by = form.cleaned_data["department"], signed_in_person(request)
        do_to_checked(
            request,
            form,
            lambda remark, _revision: assign_remark(remark, department=department, by=by),
            lambda n: (
                ngettext(
                    "%(n)d remark was assigned to %(department)s.", "%(n)d remarks were assigned to %(department)s.", n
                )
                % {"n": n, "department": department.text("name").value}
            ),
        )
        return redirect("desk:assignment")
    return _remark_list(request, "desk/assignment.html", Remark.objects.waiting_for_assignment(), form)


@desk_page(may_answer)
def answers(request: HttpRequest) -> HttpResponse:
    """Remarks that wait for this person's answer."""
    return _remark_list(request, "desk/answers.html", answers_of(request.user), None)


@desk_page(may_answer)
def review(request: HttpRequest) -> HttpResponse:
    """Drafted answers that this person may review; the checked ones are reviewed at once."""
    return _answers_list(request, "review", reviews_of(request.user), review_answer)


@desk_page(may_approve)
def approval(request: HttpRequest) -> HttpResponse:
    """Reviewed answers; the checked ones are approved at once."""
    return _answers_list(request, "approval", Remark.objects.waiting_for_signature(), approve_answer)


def _answers_list(request: HttpRequest, name: str, queue: Any, verb: Callable[..., object]) -> HttpResponse:
    """A queue of answers under way, with one verb for the checked ones."""
    form = CheckedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        by = signed_in_person(request)
        do_to_checked(
            request,
            form,
            lambda remark, revision: verb(remark, revision=revision, by=by),
            lambda n: (
                ngettext("%(n)d answer was reviewed.", "%(n)d answers were reviewed.", n) % {"n": n}
                if name == "review"
                else ngettext("%(n)d answer was approved.", "%(n)d answers were approved.", n) % {"n": n}
            ),
        )
        return redirect(f"desk:{name}")
    return _remark_list(request, f"desk/{name}.html", queue.with_current_decision(), form)


def _page_of(queue: Any, request: HttpRequest) -> KeyPage[Any]:
    """The page of the queue, the oldest first, that the address asks for. At most two queries."""
    after = read_key(request.GET.get("after"))
    return page_by_moment(queue, field="received_at", newest_first=False, size=PAGE, after=after)


def _remark_list(request: HttpRequest, template: str, queue: Any, form: CheckedForm | None) -> HttpResponse:
    page = _page_of(queue, request)
    context = {
        "readings": read(page.rows),
        "after": page.after,
        "form": form,
        "checked": request.POST.getlist("checked"),
        "now": timezone.now(),
    }
    return render(request, template, context)


@desk_page(may_read_remarks)
def remark(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One remark beside the text it is about, and the verbs its state allows this person."""
    one = _find_remark(pk)
    if request.method != "POST":
        return _remark_page(request, one)
    form = _remark_form(request)
    if not form.is_valid():
        return _remark_page(request, one, form)
    name, queue = _queue_of(request.user, one)
    place = queue_around(queue, one)
    try:
        told = _do_with_remark(one, form, by=signed_in_person(request))
    except ConsultationError as error:
        return _remark_page(request, _find_remark(pk), form, error)
    messages.success(request, told)
    return go_on(place, queue, "remark", name)


def _find_remark(pk: int) -> Remark:
    return get_object_or_404(
        Remark.objects.select_related(
            "consultation", "submission", "version", "topic", "district", "department"
        ).with_current_decision(),
        pk=pk,
    )


def _queue_of(user: Any, one: Remark) -> tuple[str, Any]:
    """The queue in which the remark stands for this person, by its address's name."""
    if one.state == State.PROPER and may_assign(user):
        return "assignment", Remark.objects.waiting_for_assignment()
    step = one.correction or one.state
    if step == State.DRAFTED and may_review(user, one):
        return "review", reviews_of(user)
    if step == State.REVIEWED and may_approve(user):
        return "approval", Remark.objects.waiting_for_signature()
    if step in {State.APPROVED, State.PUBLISHED} and may_publish(user):
        return "publication", Remark.objects.waiting_for_publication()
    return "answers", answers_of(user)


def _remark_form(request: HttpRequest) -> DeskForm:
    kinds: tuple[type[DeskForm], ...] = (
        AssignForm, DecideForm, ReviewForm, ApproveForm, PublishForm, ReturnForm, CorrectForm,
    )  # fmt: skip
    forms = {form.action: form for form in kinds}
    form = forms.get(request.POST.get("action", ""))
    if form is None:
        raise BadRequest
    return form(request.POST)


def _do_with_remark(one: Remark, form: DeskForm, *, by: User) -> str:
    """Do what the form asks for; what to tell the person. Raises what the verb raises."""
    values = form.cleaned_data
    number = {"number": one.public_number}
    match form.action:
        case "assign":
            assign_remark(one, department=values["department"], by=by)
            return _("Remark %(number)s went to: %(department)s.") % {
                **number,
                "department": values["department"].text("name").value,
            }
        case "decide":
            if values["seen_department"] != one.department_id:
                raise RemarkAlreadyDecided
            outcome = Remark.Outcome(values["outcome"])
            decide_remark(
                one, outcome=outcome, justification=values["justification"], revision=values["seen_revision"], by=by
            )
            told = {**number, "outcome": outcome.label}
            if one.state == State.DRAFTED:
                return _("The answer to remark %(number)s waits for review: %(outcome)s.") % told
            return _("Remark %(number)s is decided: %(outcome)s. A coordinator publishes it.") % told
        case "correct":
            correct_answer(
                one,
                outcome=Remark.Outcome(values["outcome"]),
                justification=values["justification"],
                why=values["why"],
                by=by,
            )
            return _("The correction of the answer to remark %(number)s is drafted. It is not public yet.") % number
        case "review":
            review_answer(one, revision=values["revision"], by=by)
            return _("The answer to remark %(number)s is reviewed and waits for approval.") % number
        case "approve":
            approve_answer(one, revision=values["revision"], by=by)
            return _("The answer to remark %(number)s is approved and can be published.") % number
        case "publish":
            publish_decision(one, revision=values["revision"], by=by)
            return _("The answer to remark %(number)s is public.") % number
        case _:
            return_decision(one, reason=values["reason"], by=by)
            return _("Remark %(number)s went back to the department.") % number


def _remark_page(
    request: HttpRequest, one: Remark, tried: DeskForm | None = None, error: ConsultationError | None = None
) -> HttpResponse:
    user = request.user
    decision = _current_decision(one)
    allowed = _forms_for(user, one, decision)
    similar = Remark.objects.about_same_place(one)
    name, queue = _queue_of(user, one)
    entries = HistoryEntry.objects.filter(Q(remark=one) | Q(submission=one.submission_id))
    return _page(
        request,
        "desk/remark.html",
        tried,
        error,
        allowed,
        {
            "one": one,
            "reading": read([one])[0],
            "corrections": read_corrections(one),
            "decision": decision,
            "earlier": _returned_last(one),
            "similar": similar[:SIMILAR_SHOWN],
            "similar_total": similar.count(),
            "place": queue_around(queue, one),
            "history": describe_history(entries.select_related("by")),
            "may_verify": may_verify(user),
            "attachments": readable_attachments(user, one),
            "same_text": same_texts([one], submission=one.submission).get(one.pk),
            "may_redact": may_redact(user),
            "steps": _remark_steps(one),
            "step": one.correction or one.state,
            "queue_name": name,
        },
    )


def _forms_for(user: Any, one: Remark, decision: Decision | None) -> list[DeskForm]:
    """The verbs that the remark's state allows this person."""
    allowed: list[DeskForm] = []
    if one.state == State.ASSIGNED and may_decide(user, one):
        seen = {"seen_department": one.department_id, "seen_revision": one.revision}
        allowed.append(DecideForm(initial=seen, offers=offered_outcomes(one.consultation)))
    if one.state in {State.PROPER, State.ASSIGNED} and may_assign(user):
        allowed.append(AssignForm(initial={"department": one.department_id}))
    if decision is None:
        return allowed
    had_it = decision.four_eyes and user.pk in {decision.decided_by_id, decision.reviewed_by_id}
    read = {"revision": decision.revision}
    match one.correction or one.state:
        case State.DRAFTED if may_review(user, one):
            allowed += [ReturnForm()] if had_it else [ReviewForm(initial=read), ReturnForm()]
        case State.REVIEWED if may_approve(user):
            allowed += [ReturnForm()] if had_it else [ApproveForm(initial=read), ReturnForm()]
        case State.APPROVED if may_publish(user):
            allowed += [PublishForm(initial=read), ReturnForm()]
        case State.PUBLISHED if may_decide(user, one):
            said = {"outcome": decision.outcome, "justification": decision.justification}
            allowed.append(CorrectForm(initial=said, offers=offered_outcomes(one.consultation)))
    return allowed


def _current_decision(one: Remark) -> Decision | None:
    """The remark's latest decision that was not sent back."""
    decisions: list[Decision] = one.current_decisions  # type: ignore[attr-defined]
    return decisions[-1] if decisions else None


def _returned_last(one: Remark) -> dict[str, Any] | None:
    """The decision that was sent back last and why, while the remark waits for a new one."""
    if one.state != State.ASSIGNED:
        return None
    decision = one.decisions.returned().select_related("decided_by").first()
    entry = one.history.filter(verb=HistoryEntry.Verb.RETURN).last() if decision else None
    return {"decision": decision, "why": entry.after.get("why", "") if entry else ""} if decision else None


def _remark_steps(one: Remark) -> list[dict[str, Any]]:
    if one.state == State.IMPROPER:
        return _steps([_("received"), _("improper")], here=1)
    if one.state == State.WITHDRAWN:
        return _steps([_("received"), _("withdrawn")], here=1)
    order = [State.RECEIVED, State.PROPER, State.ASSIGNED]
    labels = [_("received"), _("verified"), _("assigned")]
    if one.consultation.answer_path != Consultation.AnswerPath.DIRECT or one.state in {State.DRAFTED, State.REVIEWED}:
        order += [State.DRAFTED, State.REVIEWED]
        labels += [_("drafted"), _("reviewed")]
    order += [State.APPROVED, State.PUBLISHED]
    labels += [_("approved"), _("published")]
    reached = order.index(State(one.state))
    return _steps(labels, here=reached if one.state != State.PUBLISHED else len(labels))


def _steps(labels: list[str], *, here: int) -> list[dict[str, Any]]:
    """The line of steps; all of them are done when ``here`` is past the last."""
    names = ["done" if at < here else "here" if at == here else "" for at in range(len(labels))]
    return [{"label": label, "name": name} for label, name in zip(labels, names, strict=True)]


# -- Summaries ------------------------------------------------------------------------------------------------------


@desk_page(may_read_summaries)
def summaries(request: HttpRequest) -> HttpResponseBase:
    """The summaries this person may read; coordinators open them to everybody or close them again."""
    if request.method == "POST":
        consultation = get_object_or_404(Consultation, pk=read_key(request.POST.get("consultation")))
        verbs = {"publish_summary": publish_summary, "hide_summary": hide_summary}
        verb = verbs.get(request.POST.get("action", ""))
        if verb is None:
            raise BadRequest
        try:
            verb(consultation, by=signed_in_person(request))
        except ConsultationError as error:
            return _summaries_page(request, error)
        told = (
            _("The summary is public: %(title)s.")
            if consultation.summary_published_at
            else _("Only councillors and staff can read the summary now: %(title)s.")
        )
        messages.success(request, told % {"title": consultation.text("title").value})
        return redirect("desk:summaries")
    return _summaries_page(request)


def _summaries_page(request: HttpRequest, error: ConsultationError | None = None) -> HttpResponse:
    context = {
        "consultations": readable_summaries(request.user),
        "may_publish": may_publish(request.user),
        "error": words_for(error) if error else "",
        "now": timezone.now(),
    }
    return render(request, "desk/summaries.html", context, status=status_for(error) if error else 200)


# -- What the pages share -------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    template: str,
    tried: DeskForm | None,
    error: ConsultationError | None,
    allowed: Iterable[DeskForm],
    context: dict[str, Any],
) -> HttpResponse:
    """The page with the forms that are allowed now. What was typed is kept, also when its form is allowed no more."""
    forms = {form.action: form for form in allowed}
    lost: list[tuple[str, str]] = []
    if tried is not None and error is None:
        forms[tried.action] = tried
    elif tried is not None and tried.action in forms:
        # The hidden fields must be those of the record as it is now, the texts those that were typed.
        fresh = forms[tried.action]
        typed = {name: value for name, value in tried.cleaned_data.items() if not fresh.fields[name].widget.is_hidden}
        fresh.initial = {**fresh.initial, **typed}
    elif tried is not None:
        lost = [(str(field.label), str(field.value())) for field in tried.visible_fields() if field.value()]
    context |= {
        "forms": forms,
        "lost": lost,
        "error": words_for(error) if error else "",
        "has_errors": bool(tried and tried.errors),
        "now": timezone.now(),
    }
    return render(request, template, context, status=status_for(error) if error else 200)
