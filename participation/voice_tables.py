"""The desk's pages on which a table of voices is brought in: the template, each row's verdict, the choice, progress."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.paging import read_key
from lublin2030.lib.table_templates import csv_of, safe_cell
from participation.errors import ParticipationError, TableUnreadable
from participation.models import VoiceImport
from participation.permissions import may_note_voices
from participation.services.voice_imports import bring_in, choose, discard, job_of, refused_rows
from participation.voice_forms import TableForm
from participation.voice_table import COLUMNS
from participation.voice_table_template import allowed_values, template_csv, template_xlsx
from participation.voice_words import (
    column_in_words,
    failure_in_words,
    kinds_in_words,
    problems_in_words,
    status_for,
    verdict_in_words,
    words_for,
)
from stages.models import Process

ROWS_ON_PAGE = 100
IMPORTS_SHOWN = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def _process() -> Process:
    """Tables hold voices of the main process. 404 while there is none."""
    process = Process.objects.main()
    if process is None:
        raise Http404
    return process


@desk_page(may_note_voices)
def voice_imports(request: HttpRequest) -> HttpResponseBase:
    """Bring a table in; and what was brought in lately."""
    process = _process()
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    problem, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                table = bring_in(process, upload=form.cleaned_data["file"], by=signed_in_person(request))
            except TableUnreadable as error:
                problem = failure_in_words(error.code)
            else:
                return redirect("desk:voice_import", table.pk)
    imports = process.voice_imports.defer("rows").select_related("by")[:IMPORTS_SHOWN]
    context = {"form": form, "problem": problem, "imports": imports, "queue_name": "voices"}
    return render(request, "desk/voices/imports.html", context, status=status)


@desk_page(may_note_voices)
def voice_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One table: how far the work on it is, its rows' verdicts, and the choice that its state allows."""
    table = get_object_or_404(VoiceImport.objects.select_related("process"), pk=pk)
    if request.method != "POST":
        return _table_page(request, table)
    action = request.POST.get("action")
    if action not in {"everything", "accepted", "discard"}:
        raise BadRequest
    try:
        if action == "discard":
            discard(table, by=signed_in_person(request))
            messages.success(request, _("The table is thrown away. Nothing of it was entered."))
            return redirect("desk:voice_imports")
        choose(table, everything=action == "everything", by=signed_in_person(request))
    except ParticipationError as refusal:
        table.refresh_from_db()
        return _table_page(request, table, problem=words_for(refusal), status=status_for(refusal))
    return redirect("desk:voice_import", pk)


def _table_page(request: HttpRequest, table: VoiceImport, *, problem: str = "", status: int = 200) -> HttpResponse:
    only_refused = "odrzucone" in request.GET
    header, rows = (table.rows[0], table.rows[1:]) if table.rows else ({}, [])
    after = read_key(request.GET.get("after")) or 0
    shown = [row for row in rows if row["row"] > after and (not only_refused or row["problems"])]
    page = [
        {
            "number": row["row"],
            "is_refused": bool(row["problems"]),
            "verdict": verdict_in_words(row["verdict"]),
            "problems": problems_in_words(row),
            "found": kinds_in_words(row["found"]),
        }
        for row in shown[:ROWS_ON_PAGE]
    ]
    job = job_of(table)
    has_failed = job is not None and job.state == "failed"
    context = {
        "table": table,
        "job": job,
        "failure": failure_in_words(table.failure) if table.failure else "",
        "unknown_columns": header.get("unknown_columns", []),
        "unknown_values": _unknown_values(table, rows),
        "with_found": sum(bool(row["found"]) for row in rows),
        "rows": page,
        "after": page[-1]["number"] if len(shown) > ROWS_ON_PAGE else None,
        "is_first": not after,
        "only_refused": only_refused,
        "is_working": table.state in {"waiting", "entering"} and not has_failed,
        "may_try_again": table.state == "entering" and has_failed,
        "could_not_check": table.state == "waiting" and has_failed,
        "problem": problem,
        "queue_name": "voices",
    }
    return render(request, "desk/voices/import.html", context, status=status)


def _unknown_values(table: VoiceImport, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each column with a list: the values nobody knows, how often each stands there, and those that are allowed."""
    unknown = Counter((column, value) for row in rows for column, code, value in row["problems"] if code == "unknown")
    if not unknown:
        return []
    allowed = allowed_values(table.process, timezone.now())
    by_column: dict[str, list[tuple[str, int]]] = {}
    for (column, value), times in unknown.most_common():
        by_column.setdefault(column, []).append((value, times))
    return [
        {"column": column_in_words(column), "values": values, "allowed": allowed[column]}
        for column, values in by_column.items()
    ]


@desk_page(may_note_voices)
def voice_template(request: HttpRequest, form: str) -> HttpResponseBase:
    """The template to fill in, as XLSX or CSV."""
    process, now = _process(), timezone.now()
    content = template_xlsx(process, now=now) if form == "xlsx" else template_csv(process, now=now)
    return _download(content, XLSX if form == "xlsx" else CSV, f"glosy.{form}")


@desk_page(may_note_voices)
def refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The refused rows of a checked table as a table of their own, to be mended and brought in again."""
    table = get_object_or_404(VoiceImport, pk=pk)
    try:
        rows = refused_rows(table)
    except (ParticipationError, FileNotFoundError):
        return redirect("desk:voice_import", pk)
    header = [names[0] for names in COLUMNS.values()]
    content = csv_of([header, *([safe_cell(row.text(key)) for key in COLUMNS] for row in rows)])
    return _download(content, CSV, f"glosy-odrzucone-{pk}.csv")


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
