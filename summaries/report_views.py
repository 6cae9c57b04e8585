"""A frozen report for everybody: its page, its tables of remarks, its files. All of a withheld one are gone (410)."""

from __future__ import annotations

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from consultations.models import Consultation
from lublin2030.lib.paging import read_key
from summaries.models import ConsultationReport, ReportFile
from summaries.reports.content import LANGUAGE
from summaries.reports.files import CONTENT_TYPES, ask_for_files
from summaries.reports.html import chain_of, report_context, rows_context

FILE_NAME = re.compile(r"sprawozdanie(?:-tom-([1-9][0-9]{0,3}))?\.(pdf|docx|xlsx|csv|json)")


def find_report(slug: str, number: str | None) -> ConsultationReport:
    """The frozen report of that number, or the latest one, of a public consultation; 404 otherwise. Two queries."""
    return frozen_report(get_object_or_404(Consultation.objects.for_reading(timezone.now()), slug=slug), number)


def frozen_report(consultation: Consultation, number: str | None) -> ConsultationReport:
    """The frozen report of that number, or the latest one; 404 where there is none. One query."""
    frozen = ConsultationReport.objects.frozen().select_related("office", "supersedes", "superseded_by")
    frozen = frozen.defer("supersedes__content", "superseded_by__content")
    if number is None:
        report = frozen.standing().filter(consultation=consultation).first()
    else:
        report = frozen.filter(consultation=consultation, slug=number).first()
    if report is None:
        raise Http404
    report.consultation = consultation
    return report


@require_safe
def report(request: HttpRequest, slug: str, number: str | None = None) -> HttpResponse:
    """The report, the latest one where no number is given."""
    found = find_report(slug, number)
    return withheld_page(request, found) if found.is_withheld else report_page(request, found)


def withheld_page(request: HttpRequest, found: ConsultationReport) -> HttpResponse:
    """What stands at every address of a withheld report: when and why it is gone, and where a corrected one is."""
    latest = ConsultationReport.objects.without_content().latest_of(found.consultation)
    context = {
        "section": "consultations",
        "consultation": found.consultation,
        "report": found,
        "corrected": latest if latest is not None and latest.is_public else None,
    }
    response = render(request, "summaries/report_withheld.html", context, status=410)
    response.headers["Cache-Control"] = "no-store"
    return response


def report_page(request: HttpRequest, found: ConsultationReport) -> HttpResponse:
    """The page of a report, frozen or not."""
    with translation.override(LANGUAGE):
        context = report_context(found)
    context |= {"section": "consultations", "consultation": found.consultation, "chain": chain_of(found)}
    return render(request, "summaries/report.html", context)


@require_safe
def rows(request: HttpRequest, slug: str, number: str, part: int) -> HttpResponse:
    """One table of remarks of the report, a page at a time."""
    found = find_report(slug, number)
    return withheld_page(request, found) if found.is_withheld else rows_page(request, found, part)


def rows_page(request: HttpRequest, found: ConsultationReport, part: int) -> HttpResponse:
    """A page of a table of a report, frozen or not."""
    with translation.override(LANGUAGE):
        context = rows_context(
            found,
            part,
            now=timezone.now(),
            after=read_key(request.GET.get("after")),
            before=read_key(request.GET.get("before")),
        )
    if context is None:
        raise Http404
    context |= {"section": "consultations", "consultation": found.consultation}
    return render(request, "summaries/report_rows.html", context)


@require_safe
def file(request: HttpRequest, slug: str, name: str, number: str | None = None) -> HttpResponseBase:
    """A file of the report; while it is being made, a page that says so."""
    found = find_report(slug, number)
    return withheld_page(request, found) if found.is_withheld else report_file(request, found, name)


def report_file(request: HttpRequest, found: ConsultationReport, name: str) -> HttpResponseBase:
    """A file of a report, frozen or not, by its name."""
    match = FILE_NAME.fullmatch(name)
    if match is None or match[1] == "1":
        raise Http404
    made = ReportFile.objects.filter(report=found, format=match[2], volume=int(match[1] or 1)).first()
    if made is None:
        return _waiting(request, found, name)
    etag = quote_etag(made.sha256[:32])
    modified = int(made.made_at.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    response = unchanged or FileResponse(made.file.open("rb"), as_attachment=True, filename=_told_name(found, made))
    response.headers["Content-Type"] = CONTENT_TYPES[ReportFile.Format(made.format)]
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A report can be withheld: whoever keeps a file has to ask each time whether it still stands.
    response.headers["Cache-Control"] = "no-cache" if found.is_public else "private, no-store"
    if found.is_public and found.is_superseded:
        response.headers["X-Robots-Tag"] = "noindex"
    return response


def _waiting(request: HttpRequest, found: ConsultationReport, name: str) -> HttpResponse:
    if name not in {f"sprawozdanie.{format}" for format in ReportFile.Format.values}:
        raise Http404
    ask_for_files(found)
    context = {"section": "consultations", "consultation": found.consultation, "report": found, "name": name}
    response = render(request, "summaries/report_file_waits.html", context, status=202)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = "30"
    return response


def _told_name(found: ConsultationReport, made: ReportFile) -> str:
    """What the reader's computer calls the file: ``sprawozdanie-1-2022-projekt-strategii.pdf``, in plain letters."""
    number = found.slug or "projekt"
    volume = f"-tom-{made.volume}" if made.volume > 1 else ""
    return f"sprawozdanie-{number}-{slugify(found.consultation.slug)[:60]}{volume}.{made.format}"
