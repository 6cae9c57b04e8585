"""Surveys for everybody: the list, and the results once they are public."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lublin2030.lib.choices import Choice
from lublin2030.lib.paging import page_by_moment, read_key
from lublin2030.lib.table_templates import safe_cell
from participation.models import Survey, SurveyTally
from participation.permissions import may_type_in_surveys
from participation.survey_views.answering import public_survey
from participation.surveys.results import Result, results_of
from participation.surveys.structure import Questionnaire
from participation.surveys.suppression import LEAST

PAGE_SIZE = 20
Dimension = SurveyTally.Dimension
BY = {"dzielnica": Dimension.DISTRICT, "wiek": Dimension.AGE, "kanal": Dimension.CHANNEL}


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """Surveys that can be answered, those that will open, and those that were."""
    now = timezone.now()
    after, before = read_key(request.GET.get("after")), read_key(request.GET.get("before"))
    past = page_by_moment(
        Survey.objects.over(now).for_list(), field="closes_at", newest_first=True, size=PAGE_SIZE, after=after,
        before=before,
    )  # fmt: skip
    context = {
        "section": "surveys",
        "open": Survey.objects.open(now).for_list(),
        "coming": Survey.objects.coming(now).for_list(),
        "past": past,
    }
    return render(request, "participation/surveys/list.html", context)


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The results of a survey: for everybody once they are published, for staff always."""
    found = public_survey(slug)
    is_staff = may_type_in_surveys(request.user)
    if found.results_public_at is None and not is_staff:
        raise Http404
    return results_page(request, found, is_staff=is_staff)


def results_page(request: HttpRequest, found: Survey, *, is_staff: bool) -> HttpResponse:
    """The page of results. Groups of people only after closing: two looks at a running count would tell of one."""
    by = _dimension(request, found, is_staff=is_staff)
    context = {
        "section": "surveys",
        "survey": found,
        "results": results_of(found, public_questionnaires(found), by=by),
        "by": by,
        "choices": [Choice(name, str(label), BY[name] == by) for name, label in _names(found)],
        "is_over": found.is_over(timezone.now()),
        "may_cross": _may_cross(found, is_staff=is_staff),
        "least": LEAST,
    }
    response = render(request, "participation/surveys/results.html", context)
    if found.results_public_at is None:
        response["Cache-Control"] = "private, no-store"
    return response


def public_questionnaires(found: Survey) -> list[Questionnaire]:
    """The versions that were public, the oldest first. Three queries for one version."""
    return [Questionnaire(one) for one in found.versions.filter(published_at__isnull=False).order_by("number")]


def _names(found: Survey) -> list[tuple[str, str]]:
    names = [("dzielnica", _("by district"))] if found.asks_district else []
    names += [("wiek", _("by age"))] if found.asks_age else []
    return [*names, ("kanal", _("by channel"))]


def _may_cross(found: Survey, *, is_staff: bool) -> bool:
    return is_staff or found.is_over(timezone.now())


def _dimension(request: HttpRequest, found: Survey, *, is_staff: bool) -> Dimension | None:
    """By which groups the reader wants to see the results; what is unknown is none."""
    wanted = request.GET.get("przekroj", "")
    known = {name for name, _label in _names(found)}
    return BY[wanted] if wanted in known and _may_cross(found, is_staff=is_staff) else None


@require_safe
def open_data(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The public results as a table: counts only, with the same cells left out as on the page."""
    found = public_survey(slug)
    is_staff = may_type_in_surveys(request.user)
    if found.results_public_at is None and not is_staff:
        raise Http404
    by = _dimension(request, found, is_staff=is_staff)
    rows = table_rows(results_of(found, public_questionnaires(found), by=by))
    response = StreamingHttpResponse(
        written(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="ankieta-{found.slug}-wyniki.csv"'},
    )
    if found.results_public_at is None:
        response["Cache-Control"] = "private, no-store"
    return response


def table_rows(results: list[Result]) -> Iterator[list[Any]]:
    """The results line by line; a number that is not shown is empty."""
    yield [_("Code"), _("Version"), _("Question"), _("Row"), _("Answer"), _("Group"), _("Answers")]
    for result in results:
        versions = ", ".join(map(str, result.group.numbers))
        head = [result.asked.code, versions, result.asked.question.text("wording").value]
        yield [*head, "", _("answered"), "", result.answered]
        for block in result.blocks:
            for line in block.lines:
                yield [*head, block.title or "", line.label.value, "", line.count]
        for table in result.cross:
            for label, cells in table.rows:
                for group, cell in zip(table.groups, cells, strict=True):
                    yield [*head, table.title or "", label.value, group, "" if cell is None else cell]


def written(rows: Iterator[list[Any]]) -> Iterator[bytes]:
    """Rows as CSV with semicolons, piece by piece, with the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    yield "\ufeff".encode()
    for row in rows:
        writer.writerow([safe_cell(str(cell)) if isinstance(cell, str) else cell for cell in row])
        if out.tell() > 30_000:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()
