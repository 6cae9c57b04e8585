"""The pages of files that people fill in and bring in: those brought in lately, the verdict on each row, the choice.

Tables of submissions and sheets of answers share them; what is said of each kind stands in its templates, which fill in
``desk/brought_in/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from consultations.errors import ConsultationError, TableUnreadable
from consultations.models import Consultation
from consultations.services.brought_in import Kind, State, Way
from consultations.views.desk_pages import signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key

ROWS_ON_PAGE = 100
FILES_SHOWN = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Row:
    """One row's verdict in words; ``label`` says which letter or remark it is of."""

    number: int
    label: str
    verdict: str
    why: list[str]


@dataclass(frozen=True)
class Pages(Generic[Kind]):
    """The two pages of one kind: their names, their templates, and its words.

    ``rows`` gives the verdicts as they are kept, ``in_words`` tells one; ``more`` is what only this kind's page shows.
    """

    way: Way[Kind]
    form: type[forms.Form]
    list_page: str
    page: str
    list_template: str
    template: str
    failure_in_words: Callable[[str], str]
    label_name: str | Promise
    entered_name: str | Promise
    throw_away: str | Promise
    thrown_away: str | Promise
    rows: Callable[[Kind], list[dict[str, Any]]]
    is_refused: Callable[[dict[str, Any]], bool]
    in_words: Callable[[dict[str, Any]], Row]
    more: Callable[[Kind], dict[str, Any]] = lambda one: {}

    def bring_in(self, request: HttpRequest, consultation: Consultation, lately: QuerySet[Kind]) -> HttpResponseBase:
        """Bring a file in; and those that were brought in lately."""
        form = self.form(request.POST, request.FILES) if request.method == "POST" else self.form()
        problem, status = "", 200
        if form.is_bound:
            status = 422
            if form.is_valid():
                try:
                    one = self.way.bring_in(
                        consultation, upload=form.cleaned_data["file"], by=signed_in_person(request)
                    )
                except TableUnreadable as error:
                    problem = self.failure_in_words(error.code)
                else:
                    return redirect(self.page, consultation.slug, one.pk)
        lately = lately.filter(consultation=consultation).defer("rows").select_related("by")[:FILES_SHOWN]
        context = {"consultation": consultation, "form": form, "problem": problem, "files": lately}
        context |= {"page": self.page, "entered_name": self.entered_name}
        return render(request, self.list_template, context, status=status)

    def one(self, request: HttpRequest, one: Kind) -> HttpResponseBase:
        """How far the work on the file is, its rows' verdicts, and the choice that its state allows this person."""
        if request.method != "POST":
            return self._show(request, one)
        slug, by = one.consultation.slug, signed_in_person(request)
        action = request.POST.get("action")
        if action not in {"everything", "accepted", "discard"}:
            raise BadRequest
        try:
            if action == "discard":
                self.way.discard(one, by=by)
                messages.success(request, str(self.thrown_away))
                return redirect(self.list_page, slug)
            self.way.choose(one, everything=action == "everything", by=by)
        except ConsultationError as refusal:
            one.refresh_from_db()
            return self._show(request, one, problem=words_for(refusal), status=status_for(refusal))
        return redirect(self.page, slug, one.pk)

    def _show(self, request: HttpRequest, one: Kind, *, problem: str = "", status: int = 200) -> HttpResponse:
        only_refused = "odrzucone" in request.GET
        after = read_key(request.GET.get("after")) or 0
        shown = [row for row in self.rows(one) if row["row"] > after and (not only_refused or self.is_refused(row))]
        page = [(self.in_words(row), self.is_refused(row)) for row in shown[:ROWS_ON_PAGE]]
        job = self.way.job_of(one)
        has_failed = job is not None and job.state == "failed"
        context = {
            "consultation": one.consultation,
            "one": one,
            "job": job,
            "failure": self.failure_in_words(one.failure) if one.failure else "",
            "rows": page,
            "after": page[-1][0].number if len(shown) > ROWS_ON_PAGE else None,
            "is_first": not after,
            "only_refused": only_refused,
            "is_working": one.state in {State.WAITING, State.ENTERING} and not has_failed,
            "has_stopped": one.state == State.ENTERING and has_failed,
            "could_not_check": one.state == State.WAITING and has_failed,
            "may_enter": self.way.may_enter(request.user, one),
            "may_discard": self.way.may_discard(request.user, one),
            "label_name": self.label_name,
            "throw_away": self.throw_away,
            "list_page": self.list_page,
            "problem": problem,
            **self.more(one),
        }
        return render(request, self.template, context, status=status)
