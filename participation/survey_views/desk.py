"""The builder of surveys at the desk: questions, preview, publication, and how the survey runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, translate_url
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.paging import page_by_moment, read_key
from participation import errors
from participation.models import Question, Survey, SurveyTally
from participation.permissions import may_build_surveys
from participation.services.surveys.building import (
    add_question,
    archive_survey,
    change_question,
    change_survey,
    close_survey,
    content_of,
    copy_question,
    make_survey,
    move_question,
    next_version,
    problems_of,
    publish_results,
    publish_survey,
    remove_question,
    untranslated,
    version_to_edit,
)
from participation.survey_forms import QuestionForm, SurveyForm
from participation.survey_words import status_for, words_for
from participation.surveys.asking import AskedField
from participation.surveys.results import group_names
from participation.surveys.structure import Asked, Questionnaire

PAGE_SIZE = 30
Kind = Question.Kind


def desk_survey(slug: str) -> Survey:
    """The survey of that address, public or not; 404 otherwise."""
    return get_object_or_404(Survey.objects.for_list(), slug=slug)


@desk_page(may_build_surveys)
def surveys(request: HttpRequest) -> HttpResponseBase:
    """All surveys, those that open last first."""
    page = page_by_moment(
        Survey.objects.for_list(), field="opens_at", newest_first=True, size=PAGE_SIZE,
        after=read_key(request.GET.get("after")), before=read_key(request.GET.get("before")),
    )  # fmt: skip
    return render(request, "desk/surveys/list.html", {"page": page, "now": timezone.now()})


@desk_page(may_build_surveys)
def new(request: HttpRequest) -> HttpResponseBase:
    """A new survey."""
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = make_survey(by=signed_in_person(request), **form.fields_of_survey())
        messages.success(request, _("The survey is made. Now add its questions."))
        return redirect("desk:survey", made.slug)
    return render(request, "desk/surveys/settings.html", {"form": form, "survey": None}, status=_status(form))


@desk_page(may_build_surveys)
def settings_of(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What is said of a survey."""
    survey = desk_survey(slug)
    form = SurveyForm(
        request.POST if request.method == "POST" else None, survey=survey, initial=SurveyForm.initial_of(survey)
    )
    problem = ""
    status = _status(form)
    if form.is_valid():
        try:
            changed = change_survey(survey, by=signed_in_person(request), **form.fields_of_survey())
        except errors.SurveyError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
        else:
            messages.success(request, _("The survey is saved."))
            return redirect("desk:survey", changed.slug)
    context = {"form": form, "survey": survey, "problem": problem}
    return render(request, "desk/surveys/settings.html", context, status=status)


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


VERBS: dict[str, tuple[Callable[..., object], Any]] = {
    "close": (close_survey, lambda: _("The survey is closed.")),
    "archive": (archive_survey, lambda: _("The survey is put away.")),
    "next_version": (next_version, lambda: _("The next version is ready to be changed. It is not public yet.")),
    "show_results": (
        lambda survey, **who: publish_results(survey, public=True, **who),
        lambda: _("The results are public."),
    ),
    "hide_results": (
        lambda survey, **who: publish_results(survey, public=False, **who),
        lambda: _("Only staff see the results now."),
    ),
}


@desk_page(may_build_surveys)
def survey(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One survey: its questions, its state, what came in."""
    found = desk_survey(slug)
    problem, status = "", 200
    if request.method == "POST":
        verb, words = VERBS.get(request.POST.get("action", ""), (None, None))
        if verb is None or words is None:
            return redirect("desk:survey", slug)
        try:
            verb(found, by=signed_in_person(request))
        except errors.SurveyError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
            found.refresh_from_db()
        else:
            messages.success(request, words())
            return redirect("desk:survey", slug)
    return overview(request, found, problem=problem, status=status)


def overview(request: HttpRequest, found: Survey, *, problem: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    version = version_to_edit(found)
    questionnaire = Questionnaire(version)
    missing = {one.where for one in untranslated(found, questionnaire)}
    context = {
        "survey": found,
        "version": version,
        "items": [
            (item, item.code in missing, condition_in_words(item, questionnaire)) for item in questionnaire.items
        ],
        "kinds": Kind.choices,
        "problem": problem,
        "is_open": found.is_open(now),
        "is_coming": found.is_coming(now),
        "is_over": found.is_over(now),
        "waits": version.published_at is None,
        "statistics": statistics_of(found),
        "texts_missing": "" in missing,
    }
    return render(request, "desk/surveys/survey.html", context, status=status)


def condition_in_words(item: Asked, questionnaire: Questionnaire) -> str:
    """Who sees a question that not everybody sees."""
    if item.question.show_if_question_id is None:
        return ""
    before = questionnaire.by_key[item.question.show_if_question_id]
    labels = {option.number: option.text("label").value for option in before.options}
    answers = ", ".join(labels.get(number, str(number)) for number in item.question.show_if_values)
    return _("only after question %(number)d answered with: %(answers)s") % {
        "number": before.number,
        "answers": answers,
    }


def statistics_of(found: Survey) -> dict[str, Any]:
    """How the survey runs: answers by channel and by day, what is begun and not sent. Three queries."""
    counted = dict(
        SurveyTally.objects.filter(version__survey=found, dimension=SurveyTally.Dimension.CHANNEL, code="")
        .values_list("value")
        .annotate(n=Sum("count"))
    )
    names = group_names(SurveyTally.Dimension.CHANNEL, counted)
    days = list(found.responses.values_list("sent_at__date").annotate(n=Count("pk")).order_by("-sent_at__date")[:14])
    return {
        "channels": [(name, counted[value]) for value, name in names.items()],
        "days": days,
        "most": max((n for _day, n in days), default=0),
        "begun": found.drafts.count(),
    }


@desk_page(may_build_surveys)
def question(request: HttpRequest, slug: str, code: str | None = None) -> HttpResponseBase:
    """A question made or changed; and, asked by its buttons, moved, copied or removed."""
    found = desk_survey(slug)
    version = version_to_edit(found)
    questionnaire = Questionnaire(version)
    item = None if code is None else questionnaire.by_code.get(code)
    if code is not None and item is None:
        return redirect("desk:survey", slug)
    if item is not None and request.method == "POST" and request.POST.get("action") in ACTS:
        return _act(request, found, item)
    kind = Kind(item.kind) if item is not None else _kind(request)
    at = questionnaire.items.index(item) if item is not None else len(questionnaire.items)
    codes = {one.code for one in questionnaire.items if one is not item}
    initial = (
        QuestionForm.initial_of(content_of(item))
        if item
        else {"code": free_code(kind, codes), "scale_from": 1, "scale_to": 5}
    )
    form = QuestionForm(
        request.POST if request.method == "POST" else None,
        kind=kind, earlier=questionnaire.items[:at], codes=codes, initial=initial,
    )  # fmt: skip
    problem, status = "", _status(form)
    if form.is_valid():
        by = signed_in_person(request)
        try:
            if item is None:
                add_question(version, content=form.content(), by=by)
            else:
                change_question(item.question, content=form.content(), by=by)
        except errors.SurveyError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
        except IntegrityError:  # a colleague gave this code to another question at the same moment
            problem, status = _("Another question has this code. Choose another."), 409
        else:
            messages.success(request, _("The question is saved."))
            if "another" in request.POST:
                return redirect(f"{reverse('desk:survey_new_question', args=[slug])}?rodzaj={kind}")
            return redirect(reverse("desk:survey", args=[slug]) + f"#pytanie-{form.cleaned_data['code']}")
    context = {
        "survey": found, "version": version, "item": item, "form": form, "kind": kind, "problem": problem,
        "is_locked": version.is_locked,
    }  # fmt: skip
    return render(request, "desk/surveys/question.html", context, status=status)


def _kind(request: HttpRequest) -> Kind:
    wanted = request.GET.get("rodzaj", "")
    return Kind(wanted) if wanted in Kind.values else Kind.SINGLE


def free_code(kind: Kind, codes: set[str]) -> str:
    """The first code that is free: q1, q2, …; of headings s1, s2, …"""
    letter = "s" if kind == Kind.SECTION else "q"
    return next(f"{letter}{n}" for n in range(1, 1000) if f"{letter}{n}" not in codes)


ACTS: dict[str, Callable[..., object]] = {
    "up": lambda question, by: move_question(question, up=True, by=by),
    "down": lambda question, by: move_question(question, up=False, by=by),
    "copy": copy_question,
    "remove": remove_question,
}


def _act(request: HttpRequest, found: Survey, item: Asked) -> HttpResponseBase:
    try:
        ACTS[request.POST["action"]](item.question, by=signed_in_person(request))
    except errors.SurveyError as refusal:
        return overview(request, found, problem=words_for(refusal), status=status_for(refusal))
    return redirect(reverse("desk:survey", args=[found.slug]) + f"#pytanie-{item.code}")


@desk_page(may_build_surveys)
def preview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The questions as residents see them, in the language of the address; nothing can be sent from here."""
    found = desk_survey(slug)
    questionnaire = Questionnaire(version_to_edit(found))
    pages = [
        (page, [(AskedField(asked, None), condition_in_words(asked, questionnaire)) for asked in page.questions])
        for page in questionnaire.pages
    ]
    path = request.get_full_path()
    context = {
        "survey": found,
        "pages": pages,
        "is_phone": request.GET.get("szerokosc") == "telefon",
        "languages": [(code, name, translate_url(path, code)) for code, name in settings.LANGUAGES],
        "missing": [one for one in untranslated(found, questionnaire) if one.language == request.LANGUAGE_CODE],
    }
    return render(request, "desk/surveys/preview.html", context)


@desk_page(may_build_surveys)
def publish(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Before the questions become public: what stands against it, and what is not translated."""
    found = desk_survey(slug)
    problem, status = "", 200
    if request.method == "POST":
        try:
            publish_survey(found, by=signed_in_person(request))
        except errors.SurveyError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
            found.refresh_from_db()
        else:
            messages.success(request, _("The survey is public."))
            return redirect("desk:survey", slug)
    version = version_to_edit(found)
    questionnaire = Questionnaire(version)
    context = {
        "survey": found,
        "version": version,
        "problem": problem,
        "problems": problems_of(found, questionnaire, timezone.now()),
        "missing": untranslated(found, questionnaire),
        "questions": len(questionnaire.questions),
        "waits": version.published_at is None and found.state != Survey.State.ARCHIVED,
    }
    return render(request, "desk/surveys/publish.html", context, status=status)
