"""Bringing in a table of submissions: the template, the verdict on every row, the choice, the progress."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.errors import ConsultationError, TableUnreadable
from consultations.models import Consultation, RemarkImport
from consultations.permissions import may_type_in
from consultations.services.tables import bring_in, choose, discard, job_of
from consultations.table_judging import Verdict
from consultations.table_template import allowed_values, template_csv, template_xlsx
from consultations.table_words import column_in_words, failure_in_words, problems_in_words, verdict_in_words
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key

ROWS_ON_PAGE = 100
IMPORTS_SHOWN = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TableForm(forms.Form):
    """The file to bring in."""

    file = forms.FileField(
        label=gettext_lazy("Table"),
        help_text=gettext_lazy("XLSX or CSV, at most 20 MB and 50 000 rows. The check enters nothing."),
        error_messages={
            "required": gettext_lazy("Choose the file with the table."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )  # fmt: skip


@desk_page(may_type_in)
def table_imports(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Bring a table in; and what was brought in lately."""
    consultation = _consultation(slug)
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    problem, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                table = bring_in(consultation, upload=form.cleaned_data["file"], by=signed_in_person(request))
            except TableUnreadable as error:
                problem = failure_in_words(error.code)
            else:
                return redirect("desk:table_import", slug, table.pk)
    imports = consultation.remark_imports.defer("rows").select_related("by")[:IMPORTS_SHOWN]
    context = {"consultation": consultation, "form": form, "problem": problem, "imports": imports}
    return render(request, "desk/intake/tables.html", context, status=status)


@desk_page(may_type_in)
def table_import(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One table: how far the work on it is, its rows' verdicts, and the choice that its state allows."""
    table = get_object_or_404(RemarkImport.objects.select_related("consultation"), pk=pk, consultation__slug=slug)
    if request.method != "POST":
        return _table_page(request, table)
    action = request.POST.get("action")
    if action not in {"everything", "accepted", "discard"}:
        raise BadRequest
    try:
        if action == "discard":
            discard(table, by=signed_in_person(request))
            messages.success(request, _("The table is thrown away. Nothing of it was entered."))
            return redirect("desk:table_imports", slug)
        choose(table, everything=action == "everything", by=signed_in_person(request))
    except ConsultationError as refusal:
        table.refresh_from_db()
        return _table_page(request, table, problem=words_for(refusal), status=status_for(refusal))
    return redirect("desk:table_import", slug, pk)


def _table_page(request: HttpRequest, table: RemarkImport, *, problem: str = "", status: int = 200) -> HttpResponse:
    only_refused = "odrzucone" in request.GET
    header, rows = _rows(table)
    after = read_key(request.GET.get("after")) or 0
    shown = [row for row in rows if row["row"] > after and (not only_refused or row["problems"])]
    page = [
        {
            "number": row["row"],
            "letter": row["letter"],
            "is_refused": bool(row["problems"]),
            "verdict": verdict_in_words(row["verdict"]),
            "problems": problems_in_words(row),
        }
        for row in shown[:ROWS_ON_PAGE]
    ]
    job = job_of(table)
    has_failed = job is not None and job.state == "failed"
    context = {
        "consultation": table.consultation,
        "table": table,
        "job": job,
        "failure": failure_in_words(table.failure) if table.failure else "",
        "unknown_columns": header.get("unknown_columns", []),
        "unknown_values": _unknown_values(table, rows),
        "rows": page,
        "after": page[-1]["number"] if len(shown) > ROWS_ON_PAGE else None,
        "is_first": not after,
        "only_refused": only_refused,
        "letters": _letters_to_enter(rows),
        "is_working": table.state in {"waiting", "entering"} and not has_failed,
        "may_try_again": table.state == "entering" and has_failed,
        "could_not_check": table.state == "waiting" and has_failed,
        "problem": problem,
    }
    return render(request, "desk/intake/table.html", context, status=status)


def _rows(table: RemarkImport) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    rows = list(table.rows)
    return (rows[0], rows[1:]) if rows else ({}, [])


def _letters_to_enter(rows: list[dict[str, Any]]) -> int:
    """How many letters the accepted rows are: by their label, and each row without one by itself."""
    good = [row["letter"] for row in rows if row["verdict"] == Verdict.GOOD]
    return len({label for label in good if label}) + sum(not label for label in good)


def _unknown_values(table: RemarkImport, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each column with a list: the values nobody knows, how often each stands there, and those that are allowed."""
    unknown = Counter((column, value) for row in rows for column, code, value in row["problems"] if code == "unknown")
    if not unknown:
        return []
    allowed = allowed_values(table.consultation)
    by_column: dict[str, list[tuple[str, int]]] = {}
    for (column, value), times in unknown.most_common():
        by_column.setdefault(column, []).append((value, times))
    return [
        {"column": column_in_words(column), "values": values, "allowed": allowed[column]}
        for column, values in by_column.items()
    ]


@desk_page(may_type_in)
def table_template(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """The template to fill in, as XLSX or CSV."""
    consultation = _consultation(slug)
    now = timezone.now()
    if form == "xlsx":
        content, content_type = template_xlsx(consultation, now=now), XLSX
    else:
        content, content_type = template_csv(consultation, now=now), "text/csv; charset=utf-8"
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="uwagi-{consultation.slug}.{form}"'
    return response


def _consultation(slug: str) -> Consultation:
    return get_object_or_404(Consultation.objects.for_typing_in(timezone.now()), slug=slug)
