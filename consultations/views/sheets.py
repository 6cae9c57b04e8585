"""Sheets of answers: take a queue away as a workbook, bring it back, see the verdict on every row, choose."""

from __future__ import annotations

from django import forms
from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from consultations.desk_filters import DeskFilterForm
from consultations.models import AnswerSheet, Consultation
from consultations.permissions import may_answer, own_departments
from consultations.querysets import BroughtInQuerySet
from consultations.services.sheets import SHEETS, export_sheet
from consultations.sheet_judging import REFUSED
from consultations.sheet_words import sheet_failure_in_words, verdict_in_words, why_in_words
from consultations.views.brought_in import XLSX, Pages, Row
from consultations.views.desk_pages import desk_page, signed_in_person
from lublin2030.lib.dates import warsaw_day


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
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The remarks of a filter as a workbook. Sent, not followed: taking them away is written down."""
    chosen = DeskFilterForm(request.GET.dict(), user=request.user).chosen(today=warsaw_day(timezone.now()))
    if chosen is None:
        raise BadRequest
    sheet = export_sheet(chosen, by=signed_in_person(request))
    name = f"odpowiedzi-{chosen.of_one.slug}.xlsx"
    return FileResponse(sheet, as_attachment=True, filename=name, content_type=XLSX)


PAGES = Pages(
    way=SHEETS,
    form=SheetForm,
    list_page="desk:sheets",
    page="desk:sheet",
    list_template="desk/bulk/sheets.html",
    template="desk/bulk/sheet.html",
    failure_in_words=sheet_failure_in_words,
    label_name=gettext_lazy("Remark"),
    entered_name=gettext_lazy("Answers drafted"),
    throw_away=gettext_lazy("Throw the sheet away"),
    thrown_away=gettext_lazy("The sheet is thrown away. Nothing of it was drafted."),
    rows=lambda sheet: list(sheet.rows),
    is_refused=lambda row: row["verdict"] == REFUSED,
    in_words=lambda row: Row(row["row"], row["label"], verdict_in_words(row["verdict"]), why_in_words(row)),
)


def _sheets_of(request: HttpRequest) -> BroughtInQuerySet:
    """A coordinator sees every sheet, an expert the own ones."""
    sheets = AnswerSheet.objects.all()
    return sheets if own_departments(request.user) is None else sheets.filter(by=signed_in_person(request))


@desk_page(may_answer)
def answer_sheets(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Bring a sheet in; and what was brought in lately."""
    return PAGES.bring_in(request, get_object_or_404(Consultation, slug=slug), _sheets_of(request))


@desk_page(may_answer)
def answer_sheet(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One sheet: its rows' verdicts, and the choice that its state allows."""
    sheets = _sheets_of(request).select_related("consultation")
    return PAGES.one(request, get_object_or_404(sheets, pk=pk, consultation__slug=slug))
