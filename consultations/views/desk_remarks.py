"""One remark at the desk: beside the text it is about, with its notes, and the verbs its state allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consultations.desk import (
    BY_RECEIPT,
    DeskOrder,
    answers_of,
    neighbouring_passages,
    queue_around,
    read,
    read_corrections,
    reviews_of,
)
from consultations.desk_filters import IN_LIST, DeskFilterForm
from consultations.desk_forms import (
    ApproveForm,
    AssignForm,
    CorrectForm,
    DecideForm,
    DeskForm,
    NoteForm,
    PublishForm,
    ReturnForm,
    ReviewForm,
)
from consultations.desk_groups import similar_of_remark
from consultations.errors import AnswerDraftChanged, ConsultationError, RemarkAlreadyDecided
from consultations.models import AnswerDraft, Consultation, Decision, HistoryEntry, JustificationTemplate, Remark
from consultations.outcomes import offered_outcomes
from consultations.permissions import (
    may_approve,
    may_assign,
    may_decide,
    may_open_note_files,
    may_publish,
    may_read_remarks,
    may_redact,
    may_review,
    may_verify,
)
from consultations.services.answer_drafts import Seen, Typed, save_answer_draft, save_template
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
from consultations.services.group_answers import MOST_AT_ONCE, GroupAnswer, answer_group, waiting_with
from consultations.services.notes import mentionable_colleagues, write_note
from consultations.services.presence import others_at
from consultations.views.attachments import readable_attachments
from consultations.views.desk_pages import (
    desk_page,
    expired_in_words,
    form_page,
    go_on,
    line_of_steps,
    signed_in_person,
)
from consultations.words import describe_history
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.numbers import grouped
from lublin2030.lib.paging import read_key
from lublin2030.views import keeps_typed_text

SIMILAR_SHOWN = 10
WHILE_TYPING = {"keep", "insert_template", "save_template"}  # what the answer's form can ask for besides its verb
State = Remark.State


@dataclass(frozen=True)
class FromQueue:
    """The queue in which an open remark stands: its name among the desk's, its rows, and what its addresses end with.

    ``list_query``: the end of the list's own address.
    """

    name: str
    rows: Any
    order: DeskOrder = BY_RECEIPT
    query: str = ""
    list_query: str = ""


@keeps_typed_text
@desk_page(may_read_remarks)
def remark(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One remark beside the text it is about, and the verbs its state allows this person."""
    one = _find_remark(pk)
    if request.method != "POST":
        return _remark_page(request, one)
    form = _remark_form(request)
    if problem := expired_in_words(request):
        return _remark_page(request, one, form, problem=problem)
    if request.POST.get("action") in WHILE_TYPING:
        return _while_typing(request, one, form)
    if not form.is_valid():
        return _remark_page(request, one, form)
    queue = _queue_of(request, one)
    place = queue_around(queue.rows, one, queue.order)
    by = signed_in_person(request)
    try:
        if form.action == "note":
            note = write_note(one, text=form.cleaned_data["text"], files=request.FILES.getlist("files"), by=by)
            messages.success(request, _("The note is saved."), extra_tags=f"accepted:note-{one.pk}-{by.pk}")
            return redirect(f"{request.get_full_path()}#notatka-{note.pk}")
        told = _do_with_remark(one, form, by=by)
    except ConsultationError as error:
        return _remark_page(request, _find_remark(pk), form, error)
    handed_over = form.action in {"decide", "correct"}
    messages.success(request, told, extra_tags=f"accepted:{keep_key(one, by)}" if handed_over else "")
    return go_on(place, queue.rows, "remark", queue.name, query=queue.query, list_query=queue.list_query)


def keep_key(one: Remark, user: Any) -> str:
    """Under which name the browser keeps what this person types to the remark, until the portal has it."""
    return f"answer-{one.pk}-{user.pk}"


def _find_remark(pk: int) -> Remark:
    return get_object_or_404(
        Remark.objects.select_related(
            "consultation", "submission", "version", "topic", "district", "department"
        ).with_current_decision(),
        pk=pk,
    )


def _queue_of(request: HttpRequest, one: Remark) -> FromQueue:
    """The list from which the remark was opened, as its address says; else the queue where its state puts it."""
    user = request.user
    if request.GET.get(IN_LIST) == "1":
        form = DeskFilterForm(request.GET.dict(), user=user, reads_all=True)
        asked = form.chosen(today=warsaw_day(timezone.now()))
        if asked is not None:
            rows = asked.in_order().select_related("consultation", "department", "passage", "submission")
            return FromQueue("remarks", rows, asked.order, asked.opened, f"?{asked.address}".rstrip("?"))
    if one.state == State.PROPER and may_assign(user):
        return FromQueue("assignment", Remark.objects.waiting_for_assignment())
    step = one.correction or one.state
    if step == State.DRAFTED and may_review(user, one):
        return FromQueue("review", reviews_of(user))
    if step == State.REVIEWED and may_approve(user):
        return FromQueue("approval", Remark.objects.waiting_for_signature())
    if step in {State.APPROVED, State.PUBLISHED} and may_publish(user):
        return FromQueue("publication", Remark.objects.waiting_for_publication())
    return FromQueue("answers", answers_of(user))


def _remark_form(request: HttpRequest) -> DeskForm:
    kinds: tuple[type[DeskForm], ...] = (
        AssignForm, DecideForm, ReviewForm, ApproveForm, PublishForm, ReturnForm, CorrectForm, NoteForm,
    )  # fmt: skip
    forms = {form.action: form for form in kinds}
    # A button of the form that names another action comes after the form's own.
    asked = [action for action in request.POST.getlist("action") if action not in WHILE_TYPING]
    form = forms.get(asked[-1] if asked else "")
    if form is None:
        raise BadRequest
    return form(request.POST)


def _seen(values: dict[str, Any]) -> Seen:
    return Seen(values.get("draft_revision") or 0, (values.get("window") or "")[:64])


def _while_typing(request: HttpRequest, one: Remark, form: DeskForm) -> HttpResponseBase:
    """Keep what is typed; first put a template's words into it, or keep its words as a template, if that is asked."""
    by, action = signed_in_person(request), request.POST.get("action")
    typed = Typed(*(request.POST.get(name, "") for name in ("outcome", "justification", "why")))
    told = _("What you typed is saved. It is not handed over yet.")
    if action == "insert_template":
        fitting = JustificationTemplate.objects.fitting(one)
        template = get_object_or_404(fitting, pk=read_key(request.POST.get("template")))
        words = f"{typed.justification.rstrip()}\n\n{template.text}".strip()
        typed = replace(typed, justification=words, outcome=typed.outcome or template.outcome)
        told = _("The template is inserted. Read it once more.")
    form.is_valid()
    try:
        save_answer_draft(one, typed=typed, by=by, seen=_seen(form.cleaned_data))
        if action == "save_template":
            template = save_template(
                one,
                title=request.POST.get("template_title", ""),
                text=typed.justification,
                outcome=typed.outcome,
                only_here="template_here" in request.POST,
                by=by,
            )
            told = _("The template is saved: %(title)s.") % {"title": template.title}
    except ConsultationError as error:
        return _remark_page(request, _find_remark(one.pk), form, error)
    messages.success(request, told, extra_tags=f"accepted:{keep_key(one, by)}")
    return redirect(f"{request.get_full_path()}#odpowiedz")


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
            answer = (
                partial(answer_group, seen_others=values["seen_others"]) if values["whole_group"] else decide_remark
            )
            done = answer(
                one,
                outcome=outcome,
                justification=values["justification"],
                revision=values["seen_revision"],
                draft=_seen(values),
                by=by,
            )
            told = {**number, "outcome": outcome.label}
            if isinstance(done, GroupAnswer):
                return _told_of_group(done, told)
            if one.state == State.DRAFTED:
                return _("The answer to remark %(number)s waits for review: %(outcome)s.") % told
            return _("Remark %(number)s is decided: %(outcome)s. A coordinator publishes it.") % told
        case "correct":
            correct_answer(
                one,
                outcome=Remark.Outcome(values["outcome"]),
                justification=values["justification"],
                why=values["why"],
                seen=values["seen_answer"],
                draft=_seen(values),
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
            return_decision(one, reason=values["reason"], revision=values["revision"], by=by)
            return _("Remark %(number)s went back to the department.") % number


def _told_of_group(done: GroupAnswer, told: dict[str, Any]) -> str:
    """How many of the group got the answer, and how many did not."""
    words = ngettext(
        "Remark %(number)s and %(n)s other of its group have this answer: %(outcome)s.",
        "Remark %(number)s and %(n)s others of its group have this answer: %(outcome)s.",
        done.others,
    ) % {**told, "n": grouped(done.others)}
    if done.refusals:
        words += " " + ngettext(
            "%(n)s of the group did not get it: it is another department's, or was answered meanwhile.",
            "%(n)s of the group did not get it: they are another department's, or were answered meanwhile.",
            len(done.refusals),
        ) % {"n": grouped(len(done.refusals))}
    return words


def _remark_page(
    request: HttpRequest,
    one: Remark,
    tried: DeskForm | None = None,
    error: ConsultationError | None = None,
    *,
    problem: str = "",
) -> HttpResponse:
    user, now = signed_in_person(request), timezone.now()
    decision = _current_decision(one)
    draft = AnswerDraft.objects.select_related("by").filter(remark=one).first() if may_decide(user, one) else None
    allowed = _forms_for(user, one, decision, draft)
    types = any(form.action in {"decide", "correct"} for form in allowed)
    similar = Remark.objects.about_same_place(one)
    shown = list(similar.select_related("submission", "version").with_current_decision()[:SIMILAR_SHOWN])
    queue = _queue_of(request, one)
    entries = HistoryEntry.objects.filter(Q(remark=one) | Q(submission=one.submission_id))
    reading = read([one])[0]
    notes = one.notes.select_related("by").prefetch_related("files", "mentions")
    return form_page(
        request,
        "desk/remark.html",
        tried,
        error,
        allowed,
        {
            "one": one,
            "reading": reading,
            "neighbours": neighbouring_passages(reading["passage"]),
            "corrections": read_corrections(one),
            "decision": decision,
            "earlier": _returned_last(one),
            "similar": [{"remark": other, "decision": _current_decision(other)} for other in shown],
            "similar_total": similar.count(),
            "groups": similar_of_remark(one, user),
            "waiting_in_group": waiting_with(one).count() if types else 0,
            "most_at_once": MOST_AT_ONCE,
            "place": queue_around(queue.rows, one, queue.order),
            "history": describe_history(entries.select_related("by")),
            "may_verify": may_verify(user),
            "attachments": readable_attachments(user, one),
            "same_text": same_texts([one], submission=one.submission).get(one.pk),
            "may_redact": may_redact(user),
            "steps": _remark_steps(one),
            "step": one.correction or one.state,
            "queue_name": queue.name,
            "queue_query": queue.query,
            "queue_list": f"{reverse(f'desk:{queue.name}')}{queue.list_query}",
            "draft": draft,
            "is_other_draft": isinstance(error, AnswerDraftChanged),
            "keep_key": keep_key(one, user),
            "templates": JustificationTemplate.objects.fitting(one) if types else [],
            "others": others_at(one, than=user, now=now),
            "notes": notes,
            "opened": {note.pk for note in notes if may_open_note_files(user, note)},
            "colleagues": [one for one in mentionable_colleagues() if one.pk != user.pk],
        },
        problem,
    )


def _typed_words(draft: AnswerDraft | None) -> dict[str, Any]:
    """What the answer's form begins with: the words that were saved while typing."""
    if draft is None:
        return {}
    return {
        "outcome": draft.outcome,
        "justification": draft.justification,
        "why": draft.corrects_why,
        "draft_revision": draft.revision,
    }


def _forms_for(user: Any, one: Remark, decision: Decision | None, draft: AnswerDraft | None) -> list[DeskForm]:
    """The verbs that the remark's state allows this person."""
    allowed: list[DeskForm] = [NoteForm()]
    typed = _typed_words(draft)
    if one.state == State.ASSIGNED and may_decide(user, one):
        seen = {"seen_department": one.department_id, "seen_revision": one.revision}
        allowed.append(DecideForm(initial=seen | typed, offers=offered_outcomes(one.consultation)))
    if one.state in {State.PROPER, State.ASSIGNED} and may_assign(user):
        allowed.append(AssignForm(initial={"department": one.department_id}))
    if decision is None:
        return allowed
    had_it = decision.four_eyes and user.pk in {decision.decided_by_id, decision.reviewed_by_id}
    read = {"revision": decision.revision}
    match one.correction or one.state:
        case State.DRAFTED if may_review(user, one):
            allowed += [ReturnForm(initial=read)] if had_it else [ReviewForm(initial=read), ReturnForm(initial=read)]
        case State.REVIEWED if may_approve(user):
            allowed += [ReturnForm(initial=read)] if had_it else [ApproveForm(initial=read), ReturnForm(initial=read)]
        case State.APPROVED if may_publish(user):
            allowed += [PublishForm(initial=read), ReturnForm(initial=read)]
        case State.PUBLISHED if may_decide(user, one):
            said = {
                "outcome": decision.outcome,
                "justification": decision.justification,
                "seen_answer": decision.revision,
            }
            allowed.append(CorrectForm(initial=said | typed, offers=offered_outcomes(one.consultation)))
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
        return line_of_steps([_("received"), _("improper")], here=1)
    if one.state == State.WITHDRAWN:
        return line_of_steps([_("received"), _("withdrawn")], here=1)
    order = [State.RECEIVED, State.PROPER, State.ASSIGNED]
    labels = [_("received"), _("verified"), _("assigned")]
    if one.consultation.answer_path != Consultation.AnswerPath.DIRECT or one.state in {State.DRAFTED, State.REVIEWED}:
        order += [State.DRAFTED, State.REVIEWED]
        labels += [_("drafted"), _("reviewed")]
    order += [State.APPROVED, State.PUBLISHED]
    labels += [_("approved"), _("published")]
    reached = order.index(State(one.state))
    return line_of_steps(labels, here=reached if one.state != State.PUBLISHED else len(labels))
