"""Answering a survey, without account: page by page, with a break if need be, at home or at an office's kiosk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lublin2030.lib.addresses import client_address
from lublin2030.lib.limits import TRAP
from lublin2030.lib.tokens import is_token
from lublin2030.lib.translations import current_language
from lublin2030.views import expired_in_words, is_expired, keeps_typed_text
from participation import errors
from participation.models import AgeBand, District, Invitation, Kiosk, Survey, SurveyDraft
from participation.services.surveys.answering import (
    AGE,
    DISTRICT,
    abandon_draft,
    begin_answer,
    find_draft,
    follow_change,
    keep_answers,
    send_answer,
    version_to_answer,
)
from participation.services.surveys.invitations import find_invitation, find_kiosk
from participation.services.surveys.limits import count_beginning, count_wrong_code
from participation.survey_words import status_for, words_for
from participation.surveys.asking import AskedField, Walk
from participation.surveys.judging import Fault, Typed, can_be_kept, judge, read_typed
from participation.surveys.structure import Questionnaire

SENT = "wyslana"  # in place of a secret: this browser has sent an answer
CODE_COOKIE = "ankieta_kod"


def public_survey(slug: str) -> Survey:
    """The survey of that address if the city has published it; 404 otherwise."""
    return get_object_or_404(Survey.objects.public().for_list(), slug=slug)


def draft_cookie(survey: Survey) -> str:
    return f"ankieta_{survey.pk}"


def kiosk_cookie(survey: Survey) -> str:
    return f"kiosk_{survey.pk}"


def kiosk_of(request: HttpRequest, survey: Survey) -> Kiosk | None:
    """The kiosk that this browser is, if staff have opened it as one."""
    return find_kiosk(survey, token=request.COOKIES.get(kiosk_cookie(survey)))


def draft_of(request: HttpRequest, survey: Survey) -> SurveyDraft | None:
    """What this browser has begun of the survey."""
    draft = find_draft(request.COOKIES.get(draft_cookie(survey)))
    return draft if draft is not None and draft.survey_id == survey.pk else None


def keep_cookie(request: HttpRequest, response: HttpResponse, name: str, value: str, *, days: int | None) -> None:
    """Set a cookie that only the server reads; without ``days`` it ends with the browser."""
    response.set_cookie(
        name,
        value,
        max_age=None if days is None else days * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure() or settings.SESSION_COOKIE_SECURE,
    )


def private(response: HttpResponse) -> HttpResponse:
    """Not for search engines, and the address is told to no other page."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "strict-origin"
    return response


def begin_way(draft: SurveyDraft) -> HttpResponse:
    return redirect("participation:survey_page", draft.survey.slug, draft.page)


@never_cache
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """What the survey is about; begins an answer, with the code of an invitation where one is needed."""
    found = public_survey(slug)
    now = timezone.now()
    draft = draft_of(request, found)
    if request.method == "POST":
        return _begin(request, found, draft, now)
    return _intro(request, found, draft, now)


def _begin(request: HttpRequest, found: Survey, draft: SurveyDraft | None, now: dt.datetime) -> HttpResponse:
    code = request.POST.get("kod", "")[:60] or (request.COOKIES.get(CODE_COOKIE, "") if found.by_invitation else "")
    try:
        if request.POST.get(TRAP):
            raise errors.SurveyTrapFilled
        if draft is not None and "od_nowa" not in request.POST and not code:
            return begin_way(draft)
        count_beginning(found, address=client_address(request), now=now)
        invitation = _invitation(request, found, code, now) if found.by_invitation else None
        begun = begin_answer(found, language=current_language(), invitation=invitation, now=now)
    except errors.SurveyError as refusal:
        return _intro(request, found, draft, now, refusal=refusal, code=code)
    response = begin_way(begun)
    keep_cookie(request, response, draft_cookie(found), begun.token, days=30)
    response.delete_cookie(CODE_COOKIE)
    return response


def _invitation(request: HttpRequest, found: Survey, code: str, now: dt.datetime) -> Invitation:
    try:
        return find_invitation(found, code=code)
    except errors.CodeUnknown:
        count_wrong_code(found, address=client_address(request), now=now)
        raise


def _intro(
    request: HttpRequest,
    found: Survey,
    draft: SurveyDraft | None,
    now: dt.datetime,
    *,
    refusal: errors.SurveyError | None = None,
    code: str = "",
) -> HttpResponse:
    version = version_to_answer(found)
    questionnaire = None if version is None else Questionnaire(version)
    context = {
        "section": "surveys",
        "survey": found,
        "is_open": found.is_open(now),
        "is_coming": found.is_coming(now),
        "draft": draft,
        "unsent": unsent_words(draft) if draft is not None and not found.is_open(now) else [],
        "has_sent": request.COOKIES.get(draft_cookie(found)) == SENT,
        "questions": 0 if questionnaire is None else len(questionnaire.questions),
        "pages": 0 if questionnaire is None else len(Walk(found, questionnaire, {}).numbers),
        "code": code or request.COOKIES.get(CODE_COOKIE, ""),
        "problem": words_for(refusal) if refusal else "",
        "now": now,
    }
    response = render(
        request, "participation/surveys/intro.html", context, status=status_for(refusal) if refusal else 200
    )
    if isinstance(refusal, errors.SurveyAskedTooOften):
        response["Retry-After"] = str(refusal.seconds_from(now))
    return response


def unsent_words(draft: SurveyDraft) -> list[Any]:
    """What was typed and cannot be sent any more, to be read and copied."""
    return Walk(draft.survey, Questionnaire(draft.version), draft.typed).readable_answers()


@never_cache
@require_safe
def code_link(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The link of an invitation: the code leaves the address, and nothing is used up by opening it."""
    found = public_survey(slug)
    response = redirect(found.get_absolute_url())
    keep_cookie(request, response, CODE_COOKIE, code[:60], days=1)
    return private(response)


@never_cache
@require_safe
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The link by which somebody goes on, on any device."""
    draft = find_draft(token)
    if draft is None or draft.kiosk_id is not None:
        return private(render(request, "participation/surveys/not_found.html", {"section": "surveys"}, status=404))
    response = redirect(draft.survey.get_absolute_url()) if draft.survey.is_over(timezone.now()) else begin_way(draft)
    keep_cookie(request, response, draft_cookie(draft.survey), draft.token, days=30)
    return private(response)


@keeps_typed_text
@never_cache
def page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One page of questions, of an answer that this browser has begun."""
    found = public_survey(slug)
    now = timezone.now()
    draft = draft_of(request, found)
    if draft is None:
        return redirect(_start_of(request, found))
    return private(AnswerPage(request, found, draft, number, now).answer())


def _start_of(request: HttpRequest, found: Survey) -> str:
    if kiosk_of(request, found) is not None:
        return reverse("participation:survey_kiosk", args=[found.slug])
    return found.get_absolute_url()


class AnswerPage:
    """A page of one answer: shown, kept, left forwards or back, sent."""

    def __init__(self, request: HttpRequest, survey: Survey, draft: SurveyDraft, number: int, now: dt.datetime) -> None:
        self.request = request
        self.survey = survey
        self.draft = draft
        self.now = now
        self.questionnaire = Questionnaire(draft.version)
        self.walk = Walk(survey, self.questionnaire, draft.typed)
        self.number = number

    def answer(self) -> HttpResponse:
        if not self.survey.is_open(self.now):
            return self.closed()
        if self.walk.nearest(self.number) != self.number:
            return self.go(self.walk.nearest(self.number))
        if self.request.method != "POST":
            faults = self.walk.faults() if "braki" in self.request.GET else {}
            return self.show(faults=faults, status=200)
        return self.take()

    def take(self) -> HttpResponse:
        """Keep what was typed, then go where the button says."""
        shown_before = set(self.request.POST.getlist("pokazane"))
        typed = self.typed()
        action = self.request.POST.get("action", "next")
        self.walk = Walk(self.survey, self.questionnaire, {**self.draft.typed, **typed})
        if is_expired(self.request):
            return self.show(problem=expired_in_words(), status=403)
        if self.request.POST.get(TRAP):
            return self.refuse(errors.SurveyTrapFilled())
        try:
            keep_answers(self.draft, typed=typed, page=self.number, language=current_language(), now=self.now)
        except errors.SurveyChanged as refusal:
            follow_change(self.draft)
            self.questionnaire = Questionnaire(self.draft.version)
            self.walk = Walk(self.survey, self.questionnaire, {**self.draft.typed, **typed})
            self.number = self.walk.nearest(self.number)
            return self.refuse(refusal)
        except errors.NothingBegun:
            return self.sent_before()
        except errors.SurveyClosed:
            return self.closed()
        unkept = {
            code: self.fault_of(code, value)
            for code, value in typed.items()
            if code in self.questionnaire.by_code and not can_be_kept(value)
        }
        if unkept:
            return self.show(faults=unkept, status=422)
        before = self.walk.before(self.number)
        if action == "back":
            return self.go(before) if before is not None else redirect(_start_of(self.request, self.survey))
        if action == "save" and self.draft.kiosk_id is None:
            return redirect("participation:survey_saved", self.survey.slug)
        faults = self.walk.faults()
        asked = {one.code for one in self.walk.asked_on(self.number)}
        here = {code: fault for code, fault in faults.items() if code in asked}
        # What the answers just given have brought onto this page was not seen yet.
        appeared = [one for one in self.walk.fields(self.number) if one.asked.code not in shown_before]
        if appeared and shown_before:
            seen = {code: fault for code, fault in here.items() if code in shown_before}
            return self.show(faults=seen, appeared=appeared, status=422 if seen else 200)
        if here:
            return self.show(faults=here, status=422)
        following = self.walk.after(self.number)
        if following is not None:
            return self.go(following)
        return self.send()

    def typed(self) -> dict[str, Typed]:
        """What the form says of each question that stood on the page, and of the person."""
        data = self.request.POST
        survey_page = self.walk.page(self.number)
        if survey_page is None:
            return {DISTRICT: data.get("district", "")[:60], AGE: data.get("age", "")[:10]}
        seen = set(data.getlist("pokazane")) or {asked.code for asked in survey_page.questions}
        return {asked.code: read_typed(asked, data) for asked in survey_page.questions if asked.code in seen}

    def fault_of(self, code: str, value: Typed) -> str:
        try:
            judge(self.questionnaire.by_code[code], value)
        except Fault as fault:
            return str(fault)
        return _("This answer does not belong to this question. Choose one of the answers given here.")

    def send(self) -> HttpResponse:
        try:
            send_answer(self.draft, now=self.now)
        except errors.AnswersFaulty as refusal:
            first = min(self.walk.page_of(code) for code in refusal.faults)
            return redirect(reverse("participation:survey_page", args=[self.survey.slug, first]) + "?braki=1")
        except errors.NothingBegun:
            return self.sent_before()
        except errors.SurveyClosed:
            return self.closed()
        except errors.SurveyError as refusal:
            return self.refuse(refusal)
        return self.done()

    def done(self) -> HttpResponse:
        if self.draft.kiosk_id is not None:
            response = redirect(reverse("participation:survey_kiosk", args=[self.survey.slug]) + "?wyslane=1")
            response.delete_cookie(draft_cookie(self.survey))
            return response
        response = redirect("participation:survey_thanks", self.survey.slug)
        keep_cookie(self.request, response, draft_cookie(self.survey), SENT, days=90)
        return response

    def sent_before(self) -> HttpResponse:
        """Sent in another window or by the first of two clicks: the same end."""
        return self.done()

    def closed(self) -> HttpResponse:
        """The survey has closed while the answer was written: nothing is lost without a word."""
        if self.request.method == "POST":
            self.walk = Walk(self.survey, self.questionnaire, {**self.draft.typed, **self.typed()})
        context = {
            "section": "surveys",
            "survey": self.survey,
            "unsent": self.walk.readable_answers(),
            "bare": self.bare,
        }
        return render(self.request, "participation/surveys/closed.html", context, status=409)

    @property
    def bare(self) -> bool:
        """Whether the page is a kiosk's, from which nothing leads away."""
        return self.draft.kiosk_id is not None

    def go(self, number: int) -> HttpResponse:
        return redirect("participation:survey_page", self.survey.slug, number)

    def refuse(self, refusal: errors.SurveyError) -> HttpResponse:
        return self.show(problem=words_for(refusal), status=status_for(refusal))

    def show(
        self,
        *,
        faults: dict[str, str] | None = None,
        problem: str = "",
        appeared: list[AskedField] | None = None,
        status: int,
    ) -> HttpResponse:
        walk, number = self.walk, self.number
        fields = walk.fields(number, faults=faults)
        survey_page = walk.page(number)
        numbers = walk.numbers
        context = {
            "section": "surveys",
            "survey": self.survey,
            "draft": self.draft,
            "heading": survey_page.section.question if survey_page and survey_page.section else None,
            "fields": fields,
            "is_person": survey_page is None,
            "districts": District.objects.all() if survey_page is None and self.survey.asks_district else [],
            "bands": AgeBand.choices if survey_page is None and self.survey.asks_age else [],
            "typed": walk.typed,
            "wrong": [one for one in fields if one.error],
            "appeared": appeared or [],
            "problem": problem,
            "place": walk.place(number),
            "pages": len(numbers),
            "is_first": walk.before(number) is None,
            "is_last": walk.after(number) is None,
            "bare": self.bare,
            "link": self.request.build_absolute_uri(reverse("participation:survey_resume", args=[self.draft.token])),
        }
        return render(self.request, "participation/surveys/page.html", context, status=status)


@never_cache
@require_safe
def saved(request: HttpRequest, slug: str) -> HttpResponse:
    """The break: the link by which one goes on, on this device or another."""
    found = public_survey(slug)
    draft = draft_of(request, found)
    if draft is None or draft.kiosk_id is not None:
        return redirect(_start_of(request, found))
    link = request.build_absolute_uri(reverse("participation:survey_resume", args=[draft.token]))
    context = {"section": "surveys", "survey": found, "draft": draft, "link": link}
    return private(render(request, "participation/surveys/saved.html", context))


@never_cache
@require_safe
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """After sending."""
    found = public_survey(slug)
    if request.COOKIES.get(draft_cookie(found)) != SENT:
        return redirect(found.get_absolute_url())
    return private(render(request, "participation/surveys/thanks.html", {"section": "surveys", "survey": found}))


@never_cache
@require_safe
def open_as_kiosk(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The link made at the desk: from now on this browser is a kiosk. The secret leaves the address."""
    found = public_survey(slug)
    if not is_token(token) or find_kiosk(found, token=token) is None:
        return private(_no_kiosk(request, found))
    response = redirect("participation:survey_kiosk", found.slug)
    keep_cookie(request, response, kiosk_cookie(found), token, days=90)
    response.delete_cookie(draft_cookie(found))
    return private(response)


def _no_kiosk(request: HttpRequest, found: Survey) -> HttpResponse:
    context = {"survey": found, "problem": words_for(errors.KioskRevoked())}
    return render(request, "participation/surveys/kiosk.html", context, status=403)


@never_cache
def kiosk(request: HttpRequest, slug: str) -> HttpResponse:
    """The start at a kiosk: whatever the person before has left is thrown away, then the next one begins."""
    found = public_survey(slug)
    device = kiosk_of(request, found)
    if device is None:
        return private(_no_kiosk(request, found))
    left = draft_of(request, found)
    now = timezone.now()
    problem = ""
    if request.method == "POST":
        if left is not None:
            abandon_draft(left)
        if "od_nowa" in request.POST:
            response: HttpResponse = redirect("participation:survey_kiosk", found.slug)
            response.delete_cookie(draft_cookie(found))
            return private(response)
        try:
            begun = begin_answer(found, language=current_language(), kiosk=device, now=now)
        except errors.SurveyError as refusal:
            problem = words_for(refusal)
        else:
            response = begin_way(begun)
            keep_cookie(request, response, draft_cookie(found), begun.token, days=None)
            return private(response)
    context = {"survey": found, "kiosk": device, "is_open": found.is_open(now), "problem": problem,
               "has_sent": "wyslane" in request.GET, "is_left": left is not None}  # fmt: skip
    return private(render(request, "participation/surveys/kiosk.html", context))
