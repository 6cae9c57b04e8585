"""Pages of events, the ledger and the working groups."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from lublin2030.lib.paging import KeyPage, page_by_moment, read_key
from participation.event_facts import facts_of
from participation.event_words import words_for
from participation.filters import COMING, PAST, EventFilters
from participation.ledger import LedgerRow, ledger_sections, totals_per_unit
from participation.models import Event, Figure, WorkingGroup
from participation.services.registrations import why_closed
from participation.working_groups import composition
from stages.models import Process

EVENTS_PAGE_SIZE = 20
COMING_SHOWN = 10


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
    }
    return render(request, "participation/event.html", context)


def ledger(request: HttpRequest) -> HttpResponse:
    """Everything that was counted in the main process, by stage, and what it adds up to."""
    process = Process.objects.main()
    estimate = Figure.objects.city_estimate(process) if process else None
    context = {
        "section": "figures",
        "process": process,
        "sections": ledger_sections(process) if process else [],
        "totals": totals_per_unit(process) if process else [],
        "estimate": LedgerRow(estimate) if estimate else None,
    }
    return render(request, "participation/ledger.html", context)


def groups(request: HttpRequest) -> HttpResponse:
    """The main process's working groups and who sits in them."""
    found = list(WorkingGroup.objects.filter(process__is_main=True).with_seats())
    context = {"section": "groups", "composition": composition(found)}
    return render(request, "participation/groups.html", context)
