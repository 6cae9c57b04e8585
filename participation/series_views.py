"""The desk's page on which a series of events is entered at once."""

from __future__ import annotations

from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.paging import read_key
from lublin2030.lib.tokens import is_token, new_token
from participation.errors import ParticipationError
from participation.event_words import words_for
from participation.permissions import may_run_events
from participation.series_forms import USUAL_ROWS, MeetingForms, Rows, SeriesForm
from participation.services.series import MOST_IN_SERIES, plan_series

MORE_ROWS = 10


@desk_page(may_run_events)
def new_series(request: HttpRequest) -> HttpResponseBase:
    """Enter the events; “more rows” keeps what was typed. Sent twice, the series is made once."""
    rows_shown = min(read_key(request.GET.get("wiersze")) or USUAL_ROWS, MOST_IN_SERIES)
    if request.method != "POST":
        form = SeriesForm(initial={"form_token": new_token()})
        return _page(request, form, MeetingForms(initial=[{}] * rows_shown, prefix="e"))
    form, rows = SeriesForm(request.POST), MeetingForms(request.POST, prefix="e")
    if "wiecej" in request.POST:
        return _page(request, *_with_more_rows(request))
    # Both are asked, so that everything that is wrong shows at once.
    if not all([form.is_valid(), rows.is_valid()]) or not is_token(form.cleaned_data["form_token"]):
        return _page(request, form, rows)
    meetings = [one for one in (row.meeting() for row in rows) if one is not None]
    token, by = form.cleaned_data["form_token"], signed_in_person(request)
    try:
        series = plan_series(form.common(), meetings, form_token=token, by=by)
    except ParticipationError as refusal:
        return _page(request, form, rows, problem=words_for(refusal))
    made = series.events.count()
    said = ngettext("The series has %(count)s event now.", "The series has %(count)s events now.", made)
    messages.success(request, said % {"count": made})
    return redirect("desk:events")


def _with_more_rows(request: HttpRequest) -> tuple[SeriesForm, Rows]:
    """The forms as they were typed, with more empty rows and nothing said about mistakes yet."""
    data = request.POST.copy()
    typed = read_key(data.get("e-TOTAL_FORMS")) or 0
    data["e-TOTAL_FORMS"] = data["e-INITIAL_FORMS"] = str(min(typed + MORE_ROWS, MOST_IN_SERIES))
    form, rows = SeriesForm(data), MeetingForms(data, prefix="e")
    for one in (form, *rows.forms):
        one._errors = ErrorDict()  # type: ignore[attr-defined]  # full_clean fills it; so nothing is judged
    return form, rows


def _page(request: HttpRequest, form: SeriesForm, rows: Rows, problem: str = "") -> HttpResponseBase:
    context = {
        "form": form,
        "rows": rows,
        "error": problem,
        "has_errors": any(one.is_bound and one.errors for one in (form, *rows.forms)),
        "may_have_more": rows.total_form_count() < MOST_IN_SERIES,
    }
    return render(request, "desk/series.html", context)
