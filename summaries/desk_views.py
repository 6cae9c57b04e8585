"""The desk's pages of reports: which are due, and for one consultation what blocks, what is written, what is made."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.errors import ConsultationError
from consultations.models import Consultation
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from summaries.desk_forms import FreezeForm, TextsForm, WithholdForm
from summaries.models import ConsultationReport, ReportText
from summaries.report_views import frozen_report, report_file, report_page, rows_page
from summaries.reports import errors
from summaries.reports.blockers import blockers
from summaries.reports.exposed import exposing_reports
from summaries.reports.html import Addresses, files_of
from summaries.reports.permissions import may_make_reports, may_read_drafts_of_reports
from summaries.reports.services import (
    correct_report,
    freeze_report,
    job_of,
    make_draft,
    save_texts,
    withhold_report,
)

_WORDS: dict[type[errors.ReportError], str | Promise] = {
    errors.ReportBlocked: gettext_lazy("The report cannot be frozen yet. The reasons stand below."),
    errors.ReportUnderWay: gettext_lazy("A report of this consultation is being made already. Wait until it is done."),
    errors.AlreadyFrozen: gettext_lazy("This consultation has a frozen report. It can only be corrected by a new one."),
    errors.NothingToCorrect: gettext_lazy("Only the latest report can be corrected. Load the page again."),
    errors.WhatChangedMissing: gettext_lazy("Write what the new report changes."),
    errors.WithholdingUnexplained: gettext_lazy("Write why the report is withheld."),
    errors.NothingToWithhold: gettext_lazy("This report is withheld already. Nothing was changed."),
    errors.TextsChanged: gettext_lazy(
        "A colleague has saved these texts since you opened the page. Nothing of yours was saved; compare both."
    ),
}


def report_words(error: ConsultationError) -> str:
    """The refusal in words: the report's own, or those of consultations."""
    own = _WORDS.get(type(error))  # type: ignore[arg-type]
    return words_for(error) if own is None else str(own)


def report_status(error: ConsultationError) -> int:
    return 409 if isinstance(error, errors.ReportError) else status_for(error)


@desk_page(may_make_reports)
def reports(request: HttpRequest) -> HttpResponse:
    """Every public consultation with its report and its term. Three queries, however many there are."""
    now = timezone.now()
    consultations = list(Consultation.objects.for_list(now).order_by("-closes_at", "-pk"))
    latest: dict[int, ConsultationReport] = {}
    drafts: dict[int, ConsultationReport] = {}
    made = ConsultationReport.objects.filter(consultation__in=consultations).without_content().order_by("made_at", "pk")
    for one in made:
        (latest if one.is_frozen else drafts)[one.consultation_id] = one
    rows = [{"consultation": one, "frozen": latest.get(one.pk), "draft": drafts.get(one.pk)} for one in consultations]
    return render(request, "desk/reports.html", {"rows": rows, "now": now, "queue_name": "reports"})


@desk_page(may_make_reports)
def report(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One consultation's report: what blocks it, what staff write in it, its draft, its frozen reports."""
    consultation = _find(slug)
    if request.method != "POST":
        return _report_page(request, consultation)
    by = signed_in_person(request)
    match request.POST.get("action"):
        case "draft":
            try:
                make_draft(consultation, by=by)
            except ConsultationError as error:
                return _report_page(request, consultation, error=error)
            return redirect("desk:report", slug)
        case "save" | "preview" as action:
            form = TextsForm(request.POST)
            if not form.is_valid() or action == "preview":
                return _report_page(request, consultation, form=form, is_preview=action == "preview")
            try:
                save_texts(consultation, **form.cleaned_data, by=by)
            except ConsultationError as error:
                return _report_page(request, consultation, form=form, error=error)
            messages.success(request, _("The texts are saved. The next draft has them."))
            return redirect("desk:report", slug)
    raise BadRequest


def _find(slug: str) -> Consultation:
    return get_object_or_404(Consultation.objects.for_reading(timezone.now()), slug=slug)


def _report_page(
    request: HttpRequest,
    consultation: Consultation,
    *,
    form: TextsForm | None = None,
    is_preview: bool = False,
    error: ConsultationError | None = None,
) -> HttpResponse:
    now = timezone.now()
    texts = ReportText.objects.filter(consultation=consultation).first() or ReportText(consultation=consultation)
    own = ConsultationReport.objects.filter(consultation=consultation).without_content()
    under_way = own.under_way().first()
    job = job_of(under_way) if under_way else None
    draft = own.filter(state=ConsultationReport.State.DRAFT).order_by("-made_at", "-pk").first()
    frozen = list(own.frozen())
    for one in [draft, *frozen]:
        if one is not None:
            one.consultation = consultation
    exposing = exposing_reports(consultation)
    context: dict[str, Any] = {
        "consultation": consultation,
        "blockers": blockers(consultation, now),
        "form": form or TextsForm.of(texts),
        "texts": texts,
        "under_way": under_way,
        "job": job,
        "draft": draft,
        "draft_files": files_of(draft, Addresses(draft)) if draft else [],
        "frozen": frozen,
        "exposing": exposing,
        "frozen_files": files_of(frozen[0], Addresses(frozen[0])) if frozen else [],
        "error": report_words(error) if error else "",
        "has_errors": bool(form and form.errors),
        "is_outdated": isinstance(error, errors.TextsChanged),
        "now": now,
        "queue_name": "reports",
    }
    if is_preview and form is not None and form.is_valid():
        names = ("information", "summary", "annexes")
        context["preview"] = [(form.fields[name].label, form.cleaned_data[name]) for name in names]
    return render(request, "desk/report.html", context, status=report_status(error) if error else 200)


@desk_page(may_make_reports)
def freeze(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask once more, then freeze: the first report, or one that corrects the latest."""
    consultation = _find(slug)
    latest = ConsultationReport.objects.latest_of(consultation)
    if request.method != "POST":
        return _freeze_page(request, consultation, latest, FreezeForm(is_correction=latest is not None))
    form = FreezeForm(request.POST, is_correction=latest is not None)
    if not form.is_valid():
        return _freeze_page(request, consultation, latest, form)
    by = signed_in_person(request)
    try:
        if latest is None:
            freeze_report(consultation, office=form.cleaned_data["office"], by=by)
        else:
            correct_report(latest, **form.cleaned_data, by=by)
    except ConsultationError as error:
        return _freeze_page(request, consultation, latest, form, error)
    return redirect("desk:report", slug)


def _freeze_page(
    request: HttpRequest,
    consultation: Consultation,
    latest: ConsultationReport | None,
    form: FreezeForm,
    error: ConsultationError | None = None,
) -> HttpResponse:
    context = {
        "consultation": consultation,
        "latest": latest,
        "form": form,
        "blockers": blockers(consultation, timezone.now()),
        "error": report_words(error) if error else "",
        "has_errors": form.is_bound and bool(form.errors),
        "queue_name": "reports",
    }
    return render(request, "desk/freeze_report.html", context, status=report_status(error) if error else 200)


@desk_page(may_make_reports)
def withhold(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    """Ask once more and why, then take a frozen report off the web."""
    found = frozen_report(_find(slug), number)
    if request.method != "POST":
        return _withhold_page(request, found, WithholdForm())
    form = WithholdForm(request.POST)
    if not form.is_valid():
        return _withhold_page(request, found, form)
    try:
        withhold_report(found, **form.cleaned_data, by=signed_in_person(request))
    except ConsultationError as error:
        return _withhold_page(request, found, form, error)
    messages.success(request, _("Report no. %(number)s is withheld.") % {"number": found.number})
    return redirect("desk:report", slug)


def _withhold_page(
    request: HttpRequest, found: ConsultationReport, form: WithholdForm, error: ConsultationError | None = None
) -> HttpResponse:
    context = {
        "consultation": found.consultation,
        "report": found,
        "form": form,
        "error": report_words(error) if error else "",
        "has_errors": form.is_bound and bool(form.errors),
        "queue_name": "reports",
    }
    return render(request, "desk/withhold_report.html", context, status=report_status(error) if error else 200)


# -- What is not public: a withheld report, the draft -----------------------------------------------------------------


@desk_page(may_make_reports)
def withheld(request: HttpRequest, slug: str, number: str) -> HttpResponse:
    """A withheld report as a page."""
    return report_page(request, _withheld_of(slug, number))


@desk_page(may_make_reports)
def withheld_rows(request: HttpRequest, slug: str, number: str, part: int) -> HttpResponse:
    """A table of remarks of a withheld report."""
    return rows_page(request, _withheld_of(slug, number), part)


@desk_page(may_make_reports)
def withheld_file(request: HttpRequest, slug: str, number: str, name: str) -> HttpResponseBase:
    """A file of a withheld report."""
    return report_file(request, _withheld_of(slug, number), name)


def _withheld_of(slug: str, number: str) -> ConsultationReport:
    found = frozen_report(_find(slug), number)
    if not found.is_withheld:
        raise Http404
    return found


@desk_page(may_read_drafts_of_reports)
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft that was made last, as a page."""
    return report_page(request, _draft_of(slug))


@desk_page(may_read_drafts_of_reports)
def draft_rows(request: HttpRequest, slug: str, part: int) -> HttpResponse:
    """A table of remarks of the draft."""
    return rows_page(request, _draft_of(slug), part)


@desk_page(may_read_drafts_of_reports)
def draft_file(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """A file of the draft."""
    return report_file(request, _draft_of(slug), name)


def _draft_of(slug: str) -> ConsultationReport:
    consultation = _find(slug)
    found = ConsultationReport.objects.draft_of(consultation)
    if found is None:
        raise Http404
    found.consultation = consultation
    return found
