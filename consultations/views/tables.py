"""Bringing in a table of submissions: the template, the verdict on every row, the choice, the progress."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy

from consultations.models import Consultation, RemarkImport
from consultations.permissions import may_type_in
from consultations.services.tables import TABLES
from consultations.table_judging import Verdict
from consultations.table_template import allowed_values, template_csv, template_xlsx
from consultations.table_words import column_in_words, failure_in_words, problems_in_words, verdict_in_words
from consultations.views.brought_in import XLSX, Pages, Row
from consultations.views.desk_pages import desk_page


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


def _more_of(table: RemarkImport) -> dict[str, Any]:
    header, rows = _read(table)
    return {
        "unknown_columns": header.get("unknown_columns", []),
        "unknown_values": _unknown_values(table, rows),
        "letters": _letters_to_enter(rows),
    }


def _read(table: RemarkImport) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is kept of the table's header, and of each of its rows."""
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


PAGES = Pages(
    way=TABLES,
    form=TableForm,
    list_page="desk:table_imports",
    page="desk:table_import",
    list_template="desk/intake/tables.html",
    template="desk/intake/table.html",
    failure_in_words=failure_in_words,
    label_name=gettext_lazy("Letter"),
    entered_name=gettext_lazy("Submissions entered"),
    throw_away=gettext_lazy("Throw the table away"),
    thrown_away=gettext_lazy("The table is thrown away. Nothing of it was entered."),
    rows=lambda table: _read(table)[1],
    is_refused=lambda row: bool(row["problems"]),
    in_words=lambda row: Row(row["row"], row["letter"], verdict_in_words(row["verdict"]), problems_in_words(row)),
    more=_more_of,
)


@desk_page(may_type_in)
def table_imports(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Bring a table in; and what was brought in lately."""
    return PAGES.bring_in(request, _consultation(slug), RemarkImport.objects.all())


@desk_page(may_type_in)
def table_import(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One table: its rows' verdicts, and the choice that its state allows."""
    tables = RemarkImport.objects.select_related("consultation")
    return PAGES.one(request, get_object_or_404(tables, pk=pk, consultation__slug=slug))


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
