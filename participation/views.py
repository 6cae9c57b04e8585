"""Pages of events, the ledger and the working groups."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from lublin2030.lib.paging import KeyPage, page_by_moment, read_key
from participation.figure_words import UNIT_ADDRESSES, attendance_in_words
from participation.filters import COMING, PAST, EventFilters
from participation.ledger import LedgerRow, read_ledger
from participation.models import Attendance, Event, WorkingGroup
from participation.working_groups import composition
from stages.models import Process

EVENTS_PAGE_SIZE = 20
COMING_SHOWN = 10
EVENTS_OF_A_LINE = 100  # named one by one; the list of events has them all


def events(request: HttpRequest) -> HttpResponse:
    """Events that come and events that were; filtered, each list by pages of its own address."""
    now = timezone.now()
    filters = EventFilters.read(request.GET)
    chosen = (
        Event.objects.public().matching(kind=filters.kind, stage=filters.stage, district=filters.district).for_list()
    )
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
    }
    if filters.when:
        context["coming" if filters.when == COMING else "past"] = page(filters.when, EVENTS_PAGE_SIZE, after, before)
    else:
        context |= {"coming": page(COMING, COMING_SHOWN), "past": page(PAST, EVENTS_PAGE_SIZE)}
    return render(request, "participation/events.html", context)


def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One public event with everything that is known of it."""
    found = get_object_or_404(Event.objects.public().for_list(), slug=slug)
    context = {
        "section": "events",
        "event": found,
        "is_past": found.is_past(timezone.now()),
        "rows": [LedgerRow(figure) for figure in found.figures.select_related("part_of")],
        "photos": found.photos.all(),
        "attendances": [said_of(attendance) for attendance in found.attendances.order_by("-pk")],
    }
    return render(request, "participation/event.html", context)


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
