"""One verb for many remarks: the filter and its list, the confirmation, the progress, what became of each remark."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.bulk_forms import ConfirmForm, VerbForm, verb_form, verb_forms
from consultations.desk import first_words, read
from consultations.desk_filters import DeskFilter, DeskFilterForm
from consultations.errors import ConsultationError
from consultations.models import BulkAction, BulkItem
from consultations.permissions import may_answer, own_departments
from consultations.services.bulk import confirm, go_on, job_of, may_do, prepare
from consultations.table_template import safe_cell
from consultations.views.desk_pages import desk_page, expired_in_words, signed_in_person
from consultations.words import refusal_in_words, status_for, words_for
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import page_by_key, read_key
from lublin2030.views import keeps_typed_text

FIRST = 20  # of the list, shown before anything is done
ALL = 100  # on a page of the whole list
ACTIONS = 20
SHOWN_REFUSED = 50  # remarks of one reason that are named on the page; the file names all


@keeps_typed_text
@desk_page(may_answer)
def bulk(request: HttpRequest) -> HttpResponseBase:
    """Choose remarks and see them; then say what is to be done to all of them, and confirm it."""
    form = DeskFilterForm(request.GET.dict(), user=request.user)
    chosen = form.chosen(today=warsaw_day(timezone.now()))
    if request.method == "POST":
        if chosen is None:
            raise BadRequest
        return _confirm(request, form, chosen)
    return _list(request, form, chosen)


def _list(
    request: HttpRequest,
    form: DeskFilterForm,
    chosen: DeskFilter | None,
    tried: VerbForm | None = None,
    problem: str = "",
) -> HttpResponse:
    """The filter, the number, the remarks, and the verbs that the person may do to them."""
    is_whole = "wszystkie" in request.GET
    rows: list[Any] = []
    number, after = 0, None
    forms: list[VerbForm] = []
    if chosen is not None:
        number = chosen.total
        form.show_counts(chosen.counts)
        page = page_by_key(
            chosen.remarks().select_related("consultation", "submission", "department", "topic"),
            key="position",
            size=ALL if is_whole else FIRST,
            after=read_key(request.GET.get("po")),
        )
        rows, after = read(page.rows), page.after
        forms = verb_forms(request.user, chosen.of_one, initial=_parameters_again(chosen, request.user))
        if tried is not None:
            forms = [tried if one.verb == tried.verb else one for one in forms]
    asked = tried.verb.value if tried is not None else request.GET.get("czynnosc", "")
    context = {
        "filter": form,
        "chosen": chosen,
        "number": number,
        "readings": rows,
        "after": after,
        "is_whole": is_whole,
        "is_later": read_key(request.GET.get("po")) is not None,
        "forms": forms,
        "asked": asked,
        "tried": tried,
        "problem": problem,
        "is_narrowed": form.own is not None,
        "actions": _actions_of(request.user)[:ACTIONS],
    }
    # Of an expired form whoever called says the status.
    is_faulty = chosen is None or (tried is not None and not problem)
    return render(request, "desk/bulk/list.html", context, status=422 if is_faulty else 200)


def _parameters_again(chosen: DeskFilter, user: Any) -> dict[str, Any]:
    """What was chosen for the action whose refused remarks are to be tried again."""
    refused_by = dict(chosen.params).get("odrzucone")
    action = _actions_of(user).filter(pk=refused_by).first() if refused_by else None
    return dict(action.parameters) if action is not None else {}


def _confirm(request: HttpRequest, form: DeskFilterForm, chosen: DeskFilter) -> HttpResponseBase:
    """First the number and what will be done; with the fingerprint of the list that was shown there, the action."""
    verb = request.POST.get("verb", "")
    if verb not in BulkAction.Verb.values or not may_do(request.user, verb):
        raise BadRequest
    said = verb_form(verb, chosen.of_one, request.POST)
    problem = expired_in_words(request)
    if not said.is_valid() or problem:
        return _list(request, form, chosen, said, problem)
    prepared = prepare(chosen)
    is_typed = said.verb == BulkAction.Verb.PUBLISH
    is_asked = "fingerprint" in request.POST
    confirmation = ConfirmForm(request.POST if is_asked else None, prepared=prepared, is_typed=is_typed)
    status = 422 if is_asked else 200
    if is_asked and confirmation.is_valid():
        try:
            action = confirm(
                chosen,
                verb=said.verb,
                parameters=said.parameters(),
                fingerprint=confirmation.cleaned_data["fingerprint"],
                form_token=confirmation.cleaned_data["form_token"],
                by=signed_in_person(request),
            )
        except ConsultationError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
            prepared = prepare(chosen)
            confirmation = ConfirmForm(prepared=prepared, is_typed=is_typed)
        else:
            return redirect("desk:bulk_action", action.pk)
    page = page_by_key(chosen.remarks().select_related("consultation", "submission"), key="position", size=FIRST)
    context = {
        "chosen": chosen,
        "said": said,
        "sent": [(name, value) for name, value in request.POST.items() if name in said.fields],
        "words": said.in_words(),
        "prepared": prepared,
        "confirmation": confirmation,
        "readings": read(page.rows),
        "problem": problem,
        "first": FIRST,
    }
    return render(request, "desk/bulk/confirm.html", context, status=status)


def _actions_of(user: Any) -> Any:
    """The actions that the person may look at: a coordinator all, an expert the own ones; the latest first."""
    actions = BulkAction.objects.select_related("by", "consultation").order_by("-pk")
    return actions if own_departments(user) is None else actions.filter(by=user)


def _find(request: HttpRequest, pk: int) -> BulkAction:
    action: BulkAction = get_object_or_404(_actions_of(request.user), pk=pk)
    return action


@desk_page(may_answer)
def actions(request: HttpRequest) -> HttpResponse:
    """All actions that were ever confirmed, the latest first."""
    before = read_key(request.GET.get("przed"))
    rows = _actions_of(request.user)
    rows = list((rows.filter(pk__lt=before) if before else rows)[: ACTIONS + 1])
    context = {"actions": rows[:ACTIONS], "before": rows[ACTIONS - 1].pk if len(rows) > ACTIONS else None}
    return render(request, "desk/bulk/actions.html", context)


@desk_page(may_answer)
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one action is, and what became of its remarks: how many done, which refused and why."""
    one = _find(request, pk)
    if request.method == "POST":
        try:
            go_on(one, by=signed_in_person(request))
        except ConsultationError as error:
            messages.warning(request, words_for(error))
        return redirect("desk:bulk_action", one.pk)
    refused = []
    for reason, number in one.items.by_reason() if one.refused else []:
        items = one.items.refused().filter(refusal=reason).select_related("remark__consultation")
        refused.append(
            {
                "words": refusal_in_words(reason),
                "number": number,
                "remarks": [
                    {"remark": item.remark, "beginning": first_words(item.remark)} for item in items[:SHOWN_REFUSED]
                ],
                "more": max(number - SHOWN_REFUSED, 0),
            }
        )
    job = job_of(one)
    context = {"action": one, "job": job, "refused": refused, "is_working": one.state == BulkAction.State.WAITING}
    return render(request, "desk/bulk/action.html", context)


@desk_page(may_answer)
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of every remark, as CSV: its number, done or refused, and why."""
    one = _find(request, pk)
    if one.state != BulkAction.State.DONE:
        raise Http404
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_("Remark"), _("Result"), _("Why")])
    for item in one.items.select_related("remark__consultation").order_by("pk"):
        words = refusal_in_words(item.refusal) if item.refusal else ""
        writer.writerow([safe_cell(item.remark.public_number), BulkItem.State(item.state).label, safe_cell(words)])
    response = HttpResponse(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="zbiorczo-{one.pk}.csv"'
    return response
