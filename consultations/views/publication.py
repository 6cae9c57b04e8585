"""The desk's pages of publication: what waits, what it will look like, the confirmation, and what was published."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Job
from consultations.desk import PAGE, read
from consultations.desk_forms import CheckedForm, PublishBatchForm
from consultations.errors import ConsultationError, SelectionChanged
from consultations.models import Consultation, Decision, PublicationBatch, Remark
from consultations.permissions import may_publish
from consultations.publishing import Selection, select_checked, waiting_consultations
from consultations.services.publication import Refusals, continue_batch, job_of, publish_batch
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import page_by_moment, read_key


@desk_page(may_publish)
def publication(request: HttpRequest) -> HttpResponse:
    """Approved answers that are not public yet: the checked ones, or all of a consultation, go to the preview."""
    return _waiting_page(request)


def _waiting_page(request: HttpRequest, form: CheckedForm | None = None) -> HttpResponse:
    queue = Remark.objects.waiting_for_publication().with_current_decision()
    after = read_key(request.GET.get("after"))
    page = page_by_moment(queue, field="received_at", newest_first=False, size=PAGE, after=after)
    context = {
        "readings": read(page.rows),
        "after": page.after,
        "form": form,
        "waiting": waiting_consultations(),
        "now": timezone.now(),
    }
    return render(request, "desk/publication.html", context)


@desk_page(may_publish)
def preview(request: HttpRequest) -> HttpResponseBase:
    """What the chosen answers will look like and who will be told; a POST confirms what was looked at."""
    data = request.POST if request.method == "POST" else request.GET
    slug = data.get("konsultacja", "")
    checked = CheckedForm(data) if data.getlist("checked") or not slug else None
    if checked is not None and not checked.is_valid():
        return _waiting_page(request, checked)
    if request.method == "POST":
        return _confirm(request, get_object_or_404(Consultation, slug=slug), checked)
    if checked is None:
        selections = [Selection(get_object_or_404(Consultation, slug=slug))]
    else:
        selections = select_checked(checked.cleaned_data["checked"])
    if not any(selection.remarks for selection in selections):
        messages.warning(request, _("These answers do not wait for publication any more."))
        return redirect("desk:publication")
    return _preview_page(request, selections)


def _confirm(request: HttpRequest, consultation: Consultation, checked: CheckedForm | None) -> HttpResponseBase:
    keys = None
    if checked is not None:
        keys = tuple(int(value.partition("-")[0]) for value in checked.cleaned_data["checked"])
    selection = Selection(consultation, keys)
    form = PublishBatchForm(request.POST)
    if not form.is_valid():
        return _preview_page(request, [selection], form=form)
    if form.cleaned_data["digest"] != selection.digest:
        return _preview_page(request, [selection], error=SelectionChanged(), form=form)
    try:
        done = publish_batch(
            consultation, remarks=selection.remarks, note=form.cleaned_data["note"], by=signed_in_person(request)
        )
    except ConsultationError as error:
        return _preview_page(request, [selection], error=error, form=form)
    _tell_refusals(request, done.refusals)
    if done.batch is None:
        return redirect("desk:publication")
    if not done.batch.is_under_way:
        n = done.batch.answers
        messages.success(
            request, ngettext("%(n)d answer was published.", "%(n)d answers were published.", n) % {"n": n}
        )
    return redirect("desk:batch", done.batch.pk)


def _tell_refusals(request: HttpRequest, refusals: Refusals) -> None:
    """Which were refused and why, each reason once."""
    numbers = {
        one.pk: one.public_number
        for one in Remark.objects.filter(pk__in=list(refusals)[:PAGE]).select_related("consultation")
    }
    by_reason: dict[str, list[str]] = {}
    for key, error in refusals.items():
        if key in numbers:
            by_reason.setdefault(words_for(error), []).append(numbers[key])
    for words, refused in by_reason.items():
        told = _("Not done: %(numbers)s. %(words)s") % {"numbers": ", ".join(refused), "words": words}
        messages.warning(request, told)


def _preview_page(
    request: HttpRequest,
    selections: list[Selection],
    *,
    error: ConsultationError | None = None,
    form: PublishBatchForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    after = read_key(request.GET.get("after"))
    parts: list[dict[str, Any]] = []
    for selection in selections:
        if not selection.remarks:
            continue
        rows, following = selection.rows(after=after, now=now)
        parts.append(
            {
                "selection": selection,
                "consultation": selection.consultation,
                "rows": rows,
                "after": following,
                "outcomes": selection.outcomes(),
                "signers": selection.signers(),
                "told": selection.told(),
                "shows_remarks": selection.consultation.shows_remarks(now),
                "form": PublishBatchForm(
                    initial={"digest": selection.digest, "note": form["note"].value() if form else ""},
                    auto_id=f"publish_{selection.consultation.pk}_%s",
                ),
            }
        )
    context = {
        "parts": parts,
        "error": words_for(error) if error else "",
        "has_errors": bool(form and form.errors),
        "queue_name": "publication",
    }
    return render(request, "desk/publication_preview.html", context, status=status_for(error) if error else 200)


@desk_page(may_publish)
def batches(request: HttpRequest) -> HttpResponse:
    """What was published when, by whom and how much, the latest first."""
    after = read_key(request.GET.get("after"))
    page = page_by_moment(
        PublicationBatch.objects.for_desk(), field="made_at", newest_first=True, size=PAGE, after=after
    )
    return render(request, "desk/batches.html", {"rows": page.rows, "after": page.after})


@desk_page(may_publish)
def batch(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One publication: how far it is, its numbers and its answers."""
    one = get_object_or_404(PublicationBatch.objects.for_desk(), pk=pk)
    error: ConsultationError | None = None
    if request.method == "POST":
        if request.POST.get("action") != "continue":
            raise BadRequest
        try:
            continue_batch(one, by=signed_in_person(request))
        except ConsultationError as refusal:
            error = refusal
        else:
            return redirect("desk:batch", pk)
    job = job_of(one) if one.is_under_way else None
    answers = Decision.objects.filter(batch=one).select_related("remark__consultation", "department")
    after = read_key(request.GET.get("after"))
    shown = list(answers.filter(pk__gt=after or 0).order_by("pk")[: PAGE + 1])
    context = {
        "batch": one,
        "job": job,
        "is_given_up": job is not None and job.state == Job.State.FAILED,
        "answers": shown[:PAGE],
        "after": shown[PAGE - 1].pk if len(shown) > PAGE else None,
        "error": words_for(error) if error else "",
    }
    return render(request, "desk/batch.html", context, status=status_for(error) if error else 200)
