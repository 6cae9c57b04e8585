"""The history of everything: found by filters, read a page at a time, taken away as a file."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from consultations.audit import FORMATS, HistoryFilter, lines
from consultations.desk import PAGE
from consultations.models import HistoryEntry
from consultations.permissions import may_read_history
from consultations.services.audit import export_history
from consultations.views.desk_pages import desk_page, signed_in_person
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import page_by_moment, read_key


@desk_page(may_read_history)
def history(request: HttpRequest) -> HttpResponse:
    """The entries that the address asks for, newest first."""
    asked = HistoryFilter.read(request.GET.dict())
    page = page_by_moment(
        asked.apply(HistoryEntry.objects.in_words()),
        field="at",
        newest_first=True,
        size=PAGE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    context = {"filter": asked, "page": page, "lines": lines(page.rows), "formats": list(FORMATS)}
    return render(request, "desk/history.html", context)


@desk_page(may_read_history)
@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The same entries as a file. Sent, not followed: taking the history away is written down."""
    form = request.POST.get("format", "")
    if form not in FORMATS:
        raise BadRequest
    asked = HistoryFilter.read(request.GET.dict())
    if asked.faults:  # the page says what is wrong; a file could not
        return redirect(f"{reverse('desk:history')}?{request.GET.urlencode()}")
    pieces = export_history(asked, form=form, by=signed_in_person(request), language=get_language())
    day = warsaw_day(timezone.now())
    return StreamingHttpResponse(
        pieces,
        content_type=FORMATS[form][0],
        headers={"Content-Disposition": f'attachment; filename="historia-{day:%Y-%m-%d}.{form}"'},
    )
