"""Sheets of answers: take a queue away as a workbook, bring it back, see the verdict on every row, choose."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.desk_filters import DeskFilterForm
from consultations.errors import ConsultationError, TableUnreadable
from consultations.models import AnswerSheet, Consultation
from consultations.permissions import may_answer, own_departments
from consultations.querysets import AnswerSheetQuerySet
from consultations.services.sheets import bring_in_sheet, choose_rows, discard_sheet, job_of_sheet
from consultations.sheet_words import sheet_failure_in_words, verdict_in_words, why_in_words
from consultations.sheet_writing import write_sheet
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.views.tables import IMPORTS_SHOWN, ROWS_ON_PAGE, XLSX
from consultations.words import status_for, words_for
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import read_key


class SheetForm(forms.Form):
    """The sheet that came back."""

    file = forms.FileField(
        label=gettext_lazy("Sheet with answers"),
        help_text=gettext_lazy("The XLSX file that was exported here and filled in. The check drafts nothing."),
        error_messages={
            "required": gettext_lazy("Choose the file with the answers."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )  # fmt: skip


@desk_page(may_answer)
def export(request: HttpRequest) -> HttpResponseBase:
    """The remarks of a filter as a workbook, without anything of their senders."""
    chosen = DeskFilterForm(request.GET.dict(), user=request.user).chosen(today=warsaw_day(timezone.now()))
    if chosen is None:
        raise BadRequest
    name = f"odpowiedzi-{chosen.consultation.slug}.xlsx"
    return FileResponse(
        write_sheet(chosen.consultation, chosen.remarks()), as_attachment=True, filename=name, content_type=XLSX
    )


@desk_page(may_answer)
def answer_sheets(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Bring a sheet in; and what was brought in lately."""
    consultation = get_object_or_404(Consultation, slug=slug)
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    problem, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                sheet = bring_in_sheet(consultation, upload=form.cleaned_data["file"], by=signed_in_person(request))
            except TableUnreadable as error:
                problem = sheet_failure_in_words(error.code)
            else:
                return redirect("desk:sheet", slug, sheet.pk)
    sheets = _sheets_of(request).filter(consultation=consultation).defer("rows").select_related("by")[:IMPORTS_SHOWN]
    context = {"consultation": consultation, "form": form, "problem": problem, "sheets": sheets}
    return render(request, "desk/bulk/sheets.html", context, status=status)


def _sheets_of(request: HttpRequest) -> AnswerSheetQuerySet:
    """A coordinator sees every sheet, an expert the own ones."""
    sheets = AnswerSheet.objects.all()
    return sheets if own_departments(request.user) is None else sheets.filter(by=signed_in_person(request))


@desk_page(may_answer)
def answer_sheet(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One sheet: how far the work on it is, its rows' verdicts, and the choice that its state allows."""
    sheet = get_object_or_404(_sheets_of(request).select_related("consultation"), pk=pk, consultation__slug=slug)
    if request.method != "POST":
        return _sheet_page(request, sheet)
    action = request.POST.get("action")
    if action not in {"everything", "accepted", "discard"}:
        raise BadRequest
    try:
        if action == "discard":
            discard_sheet(sheet, by=signed_in_person(request))
            messages.success(request, _("The sheet is thrown away. Nothing of it was drafted."))
            return redirect("desk:sheets", slug)
        choose_rows(sheet, everything=action == "everything", by=signed_in_person(request))
    except ConsultationError as refusal:
        sheet.refresh_from_db()
        return _sheet_page(request, sheet, problem=words_for(refusal), status=status_for(refusal))
    return redirect("desk:sheet", slug, pk)


def _sheet_page(request: HttpRequest, sheet: AnswerSheet, *, problem: str = "", status: int = 200) -> HttpResponse:
    only_refused = "odrzucone" in request.GET
    after = read_key(request.GET.get("after")) or 0
    shown = [row for row in sheet.rows if row["row"] > after and (not only_refused or row["verdict"] == "refused")]
    page = [
        {
            "number": row["row"],
            "label": row["label"],
            "is_refused": row["verdict"] == "refused",
            "verdict": verdict_in_words(row["verdict"]),
            "why": why_in_words(row),
        }
        for row in shown[:ROWS_ON_PAGE]
    ]
    job = job_of_sheet(sheet)
    has_failed = job is not None and job.state == "failed"
    context = {
        "consultation": sheet.consultation,
        "sheet": sheet,
        "job": job,
        "failure": sheet_failure_in_words(sheet.failure) if sheet.failure else "",
        "rows": page,
        "after": page[-1]["number"] if len(shown) > ROWS_ON_PAGE else None,
        "is_first": not after,
        "only_refused": only_refused,
        "is_working": sheet.state in {"waiting", "entering"} and not has_failed,
        "may_try_again": sheet.state == "entering" and has_failed,
        "could_not_check": sheet.state == "waiting" and has_failed,
        "problem": problem,
    }
    return render(request, "desk/bulk/sheet.html", context, status=status)
