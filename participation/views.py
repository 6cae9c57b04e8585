"""Pages of events, the ledger and the working groups."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import conditional_page

from lublin2030.lib.paging import KeyPage, page_by_moment, read_key
from participation.calendar import MEDIA_TYPE, calendar_of
from participation.event_facts import facts_of
from participation.event_words import words_for
from participation.feeds import structured_data
from participation.figure_words import UNIT_ADDRESSES, attendance_in_words
from participation.filters import COMING, PAST, EventFilters
from participation.ledger import LedgerRow, read_ledger
from participation.models import Attendance, Event, EventSeries, Voice, WorkingGroup
from participation.services.registrations import why_closed
from participation.working_groups import composition
from stages.models import Process

EVENTS_PAGE_SIZE = 20
COMING_SHOWN = 10
KEPT_IN_CALENDAR = dt.timedelta(days=180)  # a program that fetches the calendar anew drops what is no longer in it
IN_CALENDAR = 500
VOICES_SHOWN = 5
EVENTS_OF_A_LINE = 100  # named one by one; the list of events has them all


def events(request: HttpRequest) -> HttpResponse:
    """Events that come and events that were; filtered, each list by pages of its own address."""
    now = timezone.now()
    filters = EventFilters.read(request.GET)
    chosen = filters.chosen()
    after, before = read_key(request.GET.get("after")), read_key(request.GET.get("before"))

    def page(of: str, size: int, after: int | None = None, before: int | None = None) -> KeyPage[Event]:
        queryset = chosen.coming(now) if of == COMING else chosen.past(now)
        return page_by_moment(
            queryset, field="starts_at", newest_first=of == PAST, size=size, after=after, before=before
        )

    context = {
        "section": "events",
        "filters": filters,
        "coming": None,
        "past": None,
        "coming_query": filters.query(when=COMING),
        "past_query": filters.query(when=PAST),
        "feed_query": filters.query(when="").rstrip("&"),
    }
    if filters.when:
        context["coming" if filters.when == COMING else "past"] = page(filters.when, EVENTS_PAGE_SIZE, after, before)
    else:
        context |= {"coming": page(COMING, COMING_SHOWN), "past": page(PAST, EVENTS_PAGE_SIZE)}
    return render(request, "participation/events.html", context)


def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One public event with everything that is known of it."""
    now = timezone.now()
    found = get_object_or_404(Event.objects.public().for_list().select_related("details"), slug=slug)
    refusal = why_closed(found, now=now) if found.takes_registration else None
    context = {
        "section": "events",
        "event": found,
        "is_past": found.is_past(now),
        "takes_registration": found.takes_registration and found.state == Event.State.PLANNED,
        "refusal": words_for(refusal) if refusal is not None else "",
        "changes": list(found.changes.told_to_all()),
        "facts": facts_of(found),
        "tables": list(found.tables.all()) if found.kind == Event.Kind.PARTICIPATORY_CAFE else [],
        "agenda": list(found.agenda.select_related("speaker")),
        "speakers": list(found.speakers.all()),
        "documents": list(found.documents.all()),
        "rows": [LedgerRow(figure) for figure in found.figures.select_related("part_of")],
        "photos": found.photos.all(),
        "structured_data": structured_data(found, now=now),
        "voices": Voice.objects.public().filter(event=found).for_list().order_by("-pk")[: VOICES_SHOWN + 1],
        "attendances": [said_of(attendance) for attendance in found.attendances.order_by("-pk")],
    }
    return render(request, "participation/event.html", context)


@conditional_page
def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """One public event for the reader's calendar."""
    found = get_object_or_404(Event.objects.public().for_list(), slug=slug)
    return _calendar([found], name=found.text("title").value, file=f"{found.slug}.ics")


@conditional_page
def events_ics(request: HttpRequest) -> HttpResponse:
    """The events of the last months and all coming ones, by the filters of the list, to be subscribed to."""
    since = timezone.now() - KEPT_IN_CALENDAR
    # The farthest in the future stay, should there ever be too many.
    found = list(EventFilters.read(request.GET).chosen().not_over(since).order_by("-starts_at", "-pk")[:IN_CALENDAR])
    return _calendar(found[::-1], name=gettext("Events of the Lublin 2030 Strategy"), file="wydarzenia.ics")


def _calendar(found: list[Event], *, name: str, file: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{file}"'}
    return HttpResponse(calendar_of(found, name=name), content_type=MEDIA_TYPE, headers=headers)


def series(request: HttpRequest, slug: str) -> HttpResponse:
    """The public events of one series, in the order of their days."""
    found = get_object_or_404(EventSeries, slug=slug)
    shown = list(Event.objects.public().filter(series=found).for_list().order_by("starts_at", "pk")[:IN_CALENDAR])
    if not shown:
        raise Http404
    return render(request, "participation/series.html", {"section": "events", "series": found, "events": shown})


def said_of(attendance: Attendance) -> dict[str, object]:
    """An attendance with its number in words."""
    return {"attendance": attendance, "words": attendance_in_words(attendance)}


def ledger(request: HttpRequest) -> HttpResponse:
    """Everything that was counted in the main process, by stage, and what it adds up to."""
    process = Process.objects.main()
    found = read_ledger(process, with_corrections=True) if process else None
    context = {
        "section": "figures",
        "process": process,
        "sections": found.sections() if found else [],
        "totals": found.totals() if found else [],
        "estimate": found.estimate() if found else None,
    }
    return render(request, "participation/ledger.html", context)


def ledger_unit(request: HttpRequest, unit: str) -> HttpResponse:
    """What one sum of the ledger is made of, down to single events, and what is not added to it and why."""
    process = Process.objects.main()
    found = read_ledger(process, with_corrections=True) if process else None
    codes = {address: code for code, address in UNIT_ADDRESSES.items()}
    total = next((one for one in found.totals() if one.unit == codes.get(unit)), None) if found else None
    if found is None or total is None:
        raise Http404
    context = {
        "section": "figures",
        "process": process,
        "total": total,
        "left_out": found.left_out(total.unit),
        "estimate": found.estimate(),
        "most_events": EVENTS_OF_A_LINE,
    }
    return render(request, "participation/ledger_unit.html", context)


def groups(request: HttpRequest) -> HttpResponse:
    """The main process's working groups and who sits in them."""
    found = list(WorkingGroup.objects.filter(process__is_main=True).with_seats())
    context = {"section": "groups", "composition": composition(found)}
    return render(request, "participation/groups.html", context)
