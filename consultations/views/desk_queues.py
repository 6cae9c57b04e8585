"""The desk's queues of remarks, the list of all of them, and the load of departments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext

from consultations.desk import PAGE, answers_of, read, reviews_of
from consultations.desk_filters import DeskFilterForm
from consultations.desk_forms import AssignCheckedForm, CheckedForm
from consultations.desk_load import load_of_departments
from consultations.models import Consultation, Remark
from consultations.permissions import may_answer, may_approve, may_assign, may_read_remarks
from consultations.services.decisions import approve_answer, assign_remark, review_answer
from consultations.views.desk_pages import desk_page, do_to_checked, page_of, signed_in_person
from lublin2030.lib.dates import warsaw_day


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


def _remark_list(request: HttpRequest, template: str, queue: Any, form: CheckedForm | None) -> HttpResponse:
    page = page_of(queue, request)
    context = {
        "readings": read(page.rows),
        "after": page.after,
        "form": form,
        "checked": request.POST.getlist("checked"),
        "now": timezone.now(),
    }
    return render(request, template, context)


@desk_page(may_read_remarks)
def remarks(request: HttpRequest) -> HttpResponse:
    """Every remark, narrowed by the address; what is opened from here keeps previous and next within the list."""
    now = timezone.now()
    form = DeskFilterForm(request.GET.dict(), user=request.user, reads_all=True)
    chosen = form.chosen(today=warsaw_day(now))
    readings, after = [], None
    if chosen is not None:
        page = chosen.page(after=request.GET.get("after"), size=PAGE)
        readings, after = read(page.rows), page.after
        form.show_counts(chosen.counts)
    context = {
        "filter": form,
        "chosen": chosen,
        "readings": readings,
        "after": after,
        "may_do_in_bulk": may_answer(request.user),
        "now": now,
    }
    return render(request, "desk/remarks.html", context, status=200 if chosen else 422)


@desk_page(may_read_remarks)
def load(request: HttpRequest) -> HttpResponse:
    """How much each department has to answer, and how long its answers take."""
    now = timezone.now()
    consultations = list(Consultation.objects.order_by("-opens_at", "-pk"))
    consultation = next((one for one in consultations if one.slug == request.GET.get("konsultacja")), None)
    loads = load_of_departments(now=now, consultation=consultation)
    context = {"loads": loads, "consultations": consultations, "consultation": consultation, "now": now}
    return render(request, "desk/load.html", context)
