"""Answers at the desk: codes, kiosks, sheets of paper, own words, tables to take away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import page_by_key, read_key
from lublin2030.lib.tokens import is_token, new_token
from participation import errors
from participation.models import AgeBand, District, InvitationBatch, Kiosk, OpenAnswer, Question, Survey, Theme, Voice
from participation.permissions import may_build_surveys, may_type_in_surveys
from participation.services.surveys.answering import Person, type_in_sheet, version_to_answer
from participation.services.surveys.exporting import FORMS, export
from participation.services.surveys.invitations import (
    give_out_codes,
    make_invitations,
    open_kiosk,
    revoke_kiosk,
    void_batch,
)
from participation.services.surveys.words import capture_id, make_voices
from participation.survey_forms import InvitationsForm, KioskForm, SheetForm
from participation.survey_views.desk import desk_survey
from participation.survey_views.reading import public_questionnaires, written
from participation.survey_words import status_for, words_for
from participation.surveys.asking import AskedField
from participation.surveys.judging import Typed, judge_all, read_typed_digits
from participation.surveys.structure import Asked, Questionnaire

PAGE_SIZE = 50


@desk_page(may_build_surveys)
def invitations(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The batches of codes of a survey, and a form for the next."""
    survey = desk_survey(slug)
    form = InvitationsForm(request.POST if request.method == "POST" else None)
    token = request.POST.get("form_token", "")
    if form.is_valid() and is_token(token):
        batch = make_invitations(
            survey, label=form.cleaned_data["label"], count=form.cleaned_data["count"], form_token=token,
            by=signed_in_person(request),
        )  # fmt: skip
        return redirect("desk:survey_batch", slug, batch.pk)
    context = {
        "survey": survey,
        "form": form,
        "form_token": token if is_token(token) else new_token(),
        "batches": survey.batches.with_use(),
    }
    return render(request, "desk/surveys/invitations.html", context, status=422 if form.errors else 200)


@desk_page(may_build_surveys)
def batch(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """One batch: its codes given out once, to print or as a table; or made void."""
    survey = desk_survey(slug)
    found = get_object_or_404(survey.batches.with_use(), pk=pk)
    by, problem = signed_in_person(request), ""
    if request.method == "POST":
        action = request.POST.get("action")
        if action == "void":
            void_batch(found, by=by)
            messages.success(request, _("The unused codes are void."))
            return redirect("desk:survey_batch", slug, pk)
        try:
            codes = give_out_codes(found, by=by)
        except errors.SurveyError as refusal:
            problem = words_for(refusal)
        else:
            return _codes(request, survey, found, codes, as_table=action == "csv")
    context = {"survey": survey, "batch": found, "problem": problem}
    return render(request, "desk/surveys/batch.html", context, status=409 if problem else 200)


def _codes(
    request: HttpRequest, survey: Survey, found: InvitationBatch, codes: list[str], *, as_table: bool
) -> HttpResponseBase:
    links = [
        (code, request.build_absolute_uri(reverse("participation:survey_code", args=[survey.slug, code])))
        for code in codes
    ]
    if as_table:
        rows: Iterator[list[Any]] = iter([[_("Code"), _("Link")], *([code, link] for code, link in links)])
        return StreamingHttpResponse(
            written(rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="kody-{survey.slug}-{found.pk}.csv"'},
        )
    address = request.build_absolute_uri(survey.get_absolute_url())
    context = {"survey": survey, "batch": found, "codes": codes, "address": address}
    return render(request, "desk/surveys/codes.html", context)


@desk_page(may_build_surveys)
def kiosks(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The kiosks of a survey. The link of a new one is shown this once."""
    survey = desk_survey(slug)
    by, link, opened = signed_in_person(request), "", None
    form = KioskForm(request.POST if request.method == "POST" and "odwolaj" not in request.POST else None)
    revoked = read_key(request.POST.get("odwolaj"))
    if revoked is not None:
        revoke_kiosk(get_object_or_404(Kiosk, survey=survey, pk=revoked), by=by)
        messages.success(request, _("The kiosk's link does not work any more."))
        return redirect("desk:survey_kiosks", slug)
    if form.is_valid():
        opened, token = open_kiosk(survey, office=form.cleaned_data["office"], by=by)
        link = request.build_absolute_uri(reverse("participation:survey_open_kiosk", args=[slug, token]))
    context = {"survey": survey, "form": KioskForm() if link else form, "link": link, "opened": opened,
               "kiosks": survey.kiosks.all()}  # fmt: skip
    return render(request, "desk/surveys/kiosks.html", context, status=422 if form.errors else 200)


@desk_page(may_type_in_surveys)
def papers(request: HttpRequest) -> HttpResponseBase:
    """Into which survey? Those that were opened and are not put away."""
    now = timezone.now()
    found = Survey.objects.filter(state=Survey.State.PUBLISHED, opens_at__lte=now).for_list().order_by("-opens_at")
    return render(request, "desk/surveys/papers.html", {"surveys": found})


@desk_page(may_type_in_surveys)
def paper(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One sheet of paper after another, by the keyboard alone."""
    survey = desk_survey(slug)
    version = version_to_answer(survey)
    if version is None:
        raise Http404
    questionnaire = Questionnaire(version)
    now = timezone.now()
    if request.method != "POST":
        asked_day = request.GET.get("dzien", "")
        form = SheetForm(initial={"sheet_on": asked_day if len(asked_day) == 10 else warsaw_day(now)})
        return _sheet(request, survey, questionnaire, form, {}, {}, new_token())
    form = SheetForm(request.POST)
    typed = {asked.code: read_typed_digits(asked, request.POST) for asked in questionnaire.questions}
    token = request.POST.get("form_token", "")
    token = token if is_token(token) else new_token()
    answers, faults = judge_all(questionnaire, typed, required=False)
    if not form.is_valid() or faults:
        return _sheet(request, survey, questionnaire, form, typed, faults, token, status=422)
    missing = [
        asked for asked in questionnaire.questions
        if asked.question.required and asked.code not in answers and asked.code in questionnaire.visible(answers)
    ]  # fmt: skip
    # Enter pressed too early must not enter half a sheet; a sheet that is half empty is entered at the second time.
    if missing and request.POST.get("braki") != ",".join(asked.code for asked in missing):
        return _sheet(request, survey, questionnaire, form, typed, {}, token, missing=missing, status=409)
    person = Person(
        district=District.objects.filter(slug=request.POST.get("district", "")[:60]).first()
        if survey.asks_district
        else None,
        age_band=request.POST.get("age", "") if request.POST.get("age") in AgeBand.values and survey.asks_age else "",
    )
    day: dt.date = form.cleaned_data["sheet_on"]
    try:
        sent = type_in_sheet(
            survey, typed=typed, person=person, sheet_on=day, form_token=token, by=signed_in_person(request), now=now
        )
    except errors.SurveyError as refusal:
        return _sheet(
            request, survey, questionnaire, form, typed, {}, token, problem=words_for(refusal),
            status=status_for(refusal),
        )  # fmt: skip
    hidden = [str(asked.number) for asked in questionnaire.questions if typed[asked.code] and asked.code not in answers]
    words = _("Sheet %(n)d is entered. Here is the next one.") % {"n": sent.response.pk}
    if hidden:
        words += " " + _("Not counted, because by the other answers they were not asked: questions %(numbers)s.") % {
            "numbers": ", ".join(hidden)
        }
    messages.success(request, words)
    return redirect(f"{reverse('desk:survey_paper', args=[slug])}?dzien={day:%Y-%m-%d}")


def _sheet(
    request: HttpRequest,
    survey: Survey,
    questionnaire: Questionnaire,
    form: SheetForm,
    typed: dict[str, Typed],
    faults: dict[str, str],
    token: str,
    *,
    missing: list[Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = [AskedField(asked, typed.get(asked.code), faults.get(asked.code, "")) for asked in questionnaire.questions]
    context = {
        "survey": survey,
        "form": form,
        "fields": fields,
        "wrong": [one for one in fields if one.error],
        "missing": missing or [],
        "missing_codes": ",".join(asked.code for asked in missing or []),
        "problem": problem,
        "form_token": token,
        "districts": District.objects.all() if survey.asks_district else [],
        "bands": AgeBand.choices if survey.asks_age else [],
        "chosen": {"district": request.POST.get("district", ""), "age": request.POST.get("age", "")},
    }
    return render(request, "desk/surveys/paper.html", context, status=status)


@desk_page(may_build_surveys)
def words(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What was answered in own words, question by question; what is worth it becomes a voice."""
    survey = desk_survey(slug)
    open_questions = [
        asked
        for questionnaire in reversed(public_questionnaires(survey))
        for asked in questionnaire.questions
        if asked.kind == Question.Kind.OPEN
    ]
    by_code: dict[str, Asked] = {}  # of each the latest, in the order of the latest version
    for one in open_questions:
        by_code.setdefault(one.code, one)
    code = request.GET.get("pytanie", "") or next((asked.code for asked in open_questions), "")
    asked = by_code.get(code)
    rows = OpenAnswer.objects.of_question(survey, code)
    page = page_by_key(
        rows, key="pk", size=PAGE_SIZE, after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )  # fmt: skip
    if request.method == "POST" and asked is not None:
        checked = [key for key in map(read_key, request.POST.getlist("checked")) if key is not None][:PAGE_SIZE]
        theme = Theme.objects.filter(process=survey.process, pk=read_key(request.POST.get("theme")) or 0).first()
        made = make_voices(
            list(rows.filter(pk__in=checked)), question=asked.question, survey=survey, theme=theme,
            by=signed_in_person(request),
        )  # fmt: skip
        messages.success(request, _("Voices made: %(n)d. They wait to be read before they are public.") % {"n": made})
        return redirect(f"{reverse('desk:survey_words', args=[slug])}?{request.GET.urlencode()}")
    ids = {row.pk: capture_id(row) for row in page.rows}
    voiced = set(Voice.objects.filter(capture_id__in=ids.values()).values_list("capture_id", flat=True))
    context = {
        "survey": survey,
        "questions": list(by_code.values()),
        "asked": asked,
        "page": page,
        "rows": [(row, ids[row.pk] in voiced) for row in page.rows],
        "themes": Theme.objects.filter(process=survey.process),
        "query": f"pytanie={code}&",
    }
    return render(request, "desk/surveys/words.html", context)


@desk_page(may_build_surveys)
def take_away(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Every single answer as a table, or what SPSS needs to read it."""
    survey = desk_survey(slug)
    if form not in FORMS:
        raise BadRequest
    name, content_type, pieces = export(survey, form=form, by=signed_in_person(request))
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)
