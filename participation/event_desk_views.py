"""The desk's pages of events: the list, one event with those who registered, moving and cancelling it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk_pages import desk_page, signed_in_person
from accounts.models import User
from lublin2030.lib.choices import Choice
from lublin2030.lib.paging import KeyPage, page_by_key, page_by_moment, read_key
from participation.errors import ParticipationError
from participation.event_forms import AddForm, AttendanceForm, CancelEventForm, CapacityForm, RescheduleForm
from participation.event_words import status_for, words_for
from participation.models import Attendance, Event, Registration
from participation.permissions import may_run_events
from participation.registration_sheet import write_sheet
from participation.services.attendance import record_attendance
from participation.services.events import cancel_event, change_capacity, reschedule_event
from participation.services.registrations import cancel_registration, check_in, register, undo_check_in

PAGE_SIZE = 50
PRINTED = 1000  # people on a printed list; larger lists are taken as a table
COMING, TO_CLOSE, PAST, DRAFTS = "nadchodzace", "do-uzupelnienia", "minione", "szkice"
PLACES, WAITING, ENDED = "miejsca", "rezerwowa", "zakonczone"


@desk_page(may_run_events)
def events(request: HttpRequest) -> HttpResponse:
    """Events that come, that are over and not finished with, all that are over, and drafts."""
    now = timezone.now()
    shown = request.GET.get("pokaz", "")
    shown = shown if shown in {TO_CLOSE, PAST, DRAFTS} else COMING
    kind = request.GET.get("rodzaj", "")
    kind = kind if kind in Event.Kind.values else ""
    every = Event.objects.all()
    chosen = {
        COMING: every.public().coming(now),
        TO_CLOSE: every.to_be_closed(now),
        PAST: every.public().past(now),
        DRAFTS: every.drafts(),
    }[shown]
    page: KeyPage[Event] = page_by_moment(
        chosen.matching(kind=kind).for_list().with_attendance(),
        field="starts_at",
        newest_first=shown == PAST,
        size=PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    context = {
        "page": page,
        "shown": shown,
        "shown_choices": [
            Choice(COMING, _("coming"), shown == COMING),
            Choice(TO_CLOSE, _("over, something is missing"), shown == TO_CLOSE),
            Choice(PAST, _("past"), shown == PAST),
            Choice(DRAFTS, _("not public yet"), shown == DRAFTS),
        ],
        "kind_choices": [Choice(one.value, str(one.label), one == kind) for one in Event.Kind],
        "query": f"{urlencode({'pokaz': shown, 'rodzaj': kind})}&",
        "now": now,
    }
    return render(request, "desk/events.html", context)


@desk_page(may_run_events)
def event(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One event: who registered and who waits, checking in, places, how many came."""
    found = get_object_or_404(Event.objects.for_list(), pk=pk)
    if request.method != "POST":
        return _event_page(request, found)
    verb = _VERBS.get(request.POST.get("co", ""))
    return redirect(_here(request, found)) if verb is None else verb(request, found, signed_in_person(request))


def _here(request: HttpRequest, found: Event, anchor: str = "") -> str:
    """The page as it was looked at, at the same place of the list."""
    query = request.GET.urlencode()
    return f"{reverse('desk:event', args=[found.pk])}{f'?{query}' if query else ''}{anchor}"


def _of_event(request: HttpRequest, found: Event) -> Registration:
    return get_object_or_404(found.registrations, pk=read_key(request.POST.get("kto")) or 0)


def _tap(verb: Callable[..., object]) -> Callable[[HttpRequest, Event, User], HttpResponseBase]:
    """One press at one person: the verb, and back to the same line. Pressed twice it is done once."""

    def done(request: HttpRequest, found: Event, by: User) -> HttpResponseBase:
        one = _of_event(request, found)
        try:
            verb(one, by=by)
        except ParticipationError as refusal:
            messages.warning(request, words_for(refusal))
        return redirect(_here(request, found, f"#z{one.number}"))

    return done


def _cancel_one(request: HttpRequest, found: Event, by: User) -> HttpResponseBase:
    one = _of_event(request, found)
    try:
        moved = cancel_registration(one, by=by)
    except ParticipationError as refusal:
        messages.warning(request, words_for(refusal))
    else:
        done = _("Registration %(number)s is cancelled.") % {"number": one.number}
        messages.success(request, f"{done} {_up(moved)}")
    return redirect(_here(request, found))


def _up(moved: list[Registration]) -> str:
    """Who has moved up, in words; nothing where nobody has."""
    if not moved:
        return ""
    words = ngettext(
        "%(n)d person moved up from the waiting list.", "%(n)d people moved up from the waiting list.", len(moved)
    )
    return words % {"n": len(moved)}


def _add(request: HttpRequest, found: Event, by: User) -> HttpResponseBase:
    form = AddForm(request.POST, event=found)
    if not form.is_valid():
        return _event_page(request, found, add=form)
    try:
        one = register(found, who=form.registrant(), by=by)
    except ParticipationError as refusal:
        return _event_page(request, found, add=form, refusal=refusal)
    if one.has_place:
        messages.success(request, _("Number %(number)s has a place.") % {"number": one.number})
    else:
        messages.warning(
            request, _("No place is free: number %(number)s is on the waiting list.") % {"number": one.number}
        )
    return redirect(_here(request, found))


def _change_capacity(request: HttpRequest, found: Event, by: User) -> HttpResponseBase:
    form = CapacityForm(request.POST)
    if not form.is_valid():
        return _event_page(request, found, places=form)
    try:
        moved = change_capacity(found, capacity=form.cleaned_data["capacity"], by=by)
    except ParticipationError as refusal:
        return _event_page(request, found, places=form, refusal=refusal)
    found.refresh_from_db()
    done = _("The number of places is saved.")
    messages.success(request, f"{done} {_up(moved)}")
    if found.capacity is not None and found.places_taken > found.capacity:
        over = found.places_taken - found.capacity
        words = ngettext(
            "%(n)d person more has a place than there are places. Nobody loses it; no more are given.",
            "%(n)d people more have a place than there are places. Nobody loses it; no more are given.",
            over,
        )
        messages.warning(request, words % {"n": over})
    return redirect(_here(request, found))


def _record_attendance(request: HttpRequest, found: Event, by: User) -> HttpResponseBase:
    form = AttendanceForm(request.POST)
    if not form.is_valid():
        return _event_page(request, found, came=form)
    data = form.cleaned_data
    corrects = found.attendances.filter(pk=data["corrects"]).first() if data["corrects"] else None
    try:
        record_attendance(
            found,
            count=data["count"],
            method=Attendance.Method(data["method"]),
            note=data["note"],
            by=by,
            corrects=corrects,
        )
    except ParticipationError as refusal:
        return _event_page(request, found, came=form, refusal=refusal)
    messages.success(request, _("The number of people is recorded."))
    return redirect(_here(request, found, "#obecnosc"))


_VERBS: dict[str, Callable[[HttpRequest, Event, User], HttpResponseBase]] = {
    "jest": _tap(check_in),
    "nie-ma": _tap(undo_check_in),
    "skresl": _cancel_one,
    "dopisz": _add,
    "miejsca": _change_capacity,
    "obecnosc": _record_attendance,
}


def _event_page(
    request: HttpRequest,
    found: Event,
    *,
    add: AddForm | None = None,
    places: CapacityForm | None = None,
    came: AttendanceForm | None = None,
    refusal: ParticipationError | None = None,
) -> HttpResponse:
    now = timezone.now()
    shown = request.GET.get("pokaz", "")
    shown = shown if shown in {WAITING, ENDED} else PLACES
    listed = {
        PLACES: found.registrations.with_place(),
        WAITING: found.registrations.waiting(),
        ENDED: found.registrations.ended(),
    }[shown]
    if wanted := request.GET.get("szukaj", "").strip()[:100]:
        listed = listed.found_by(wanted)
    page: KeyPage[Registration] = page_by_key(
        listed,
        key="number",
        size=PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    attendances = list(found.attendances.select_related("recorded_by").order_by("-pk"))
    holds = next((one for one in attendances if one.superseded_at is None), None)
    bound: list[forms.Form] = [form for form in (add, places, came) if form is not None]
    context = {
        "event": found,
        "is_past": found.is_past(now),
        "is_its_day": found.is_its_day(now) and found.state != Event.State.CANCELLED,
        "has_begun": found.starts_at <= now,
        "may_change": found.state == Event.State.PLANNED and not found.is_past(now),
        "page": page,
        "shown": shown,
        "wanted": wanted,
        "query": f"{urlencode({'pokaz': shown, 'szukaj': wanted})}&",
        "tabs": [
            (PLACES, _("Have a place"), found.places_taken),
            (WAITING, _("Waiting list"), found.waiting_count),
            (ENDED, _("Cancelled or lapsed"), None),
        ],
        "add": add or AddForm(event=found),
        "places": places or CapacityForm(initial={"capacity": found.capacity}),
        "came": came or _attendance_form(found, holds),
        "attendances": attendances,
        "holds": holds,
        "photos": found.photos.count(),
        "changes": list(found.changes.select_related("by").order_by("-pk")),
        "problem": words_for(refusal) if refusal is not None else "",
        "has_errors": any(form.errors for form in bound),
        "now": now,
    }
    status = status_for(refusal) if refusal is not None else 422 if context["has_errors"] else 200
    return render(request, "desk/event.html", context, status=status)


def _attendance_form(found: Event, holds: Attendance | None) -> AttendanceForm:
    """Begun with what holds, else with how many were checked in by the list."""
    if holds is not None:
        begun = {"count": holds.count, "method": holds.method, "note": holds.note, "corrects": holds.pk}
    elif found.came_count:
        begun = {"count": found.came_count, "method": Attendance.Method.LIST}
    else:
        begun = {"method": Attendance.Method.HEADCOUNT}
    return AttendanceForm(initial=begun)


@desk_page(may_run_events)
def counter(request: HttpRequest, pk: int) -> HttpResponse:
    """How many are here, for the page that stands open at the door."""
    return render(request, "desk/_event_counter.html", {"event": get_object_or_404(Event, pk=pk)})


@desk_page(may_run_events)
def move(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Another time or place: a page of its own, for everyone who registered is told."""
    found = get_object_or_404(Event.objects.for_list(), pk=pk)
    form = RescheduleForm(request.POST if request.method == "POST" else None, event=found)
    refusal: ParticipationError | None = None
    if form.is_bound and form.is_valid():
        by, why = signed_in_person(request), form.cleaned_data["why"]
        try:
            reschedule_event(found, to=form.occasion(), why=why, by=by, read=form.cleaned_data["read"] or None)
        except ParticipationError as error:
            refusal = error
            found.refresh_from_db()
        else:
            messages.success(request, _("The event is changed, and everyone who registered is told."))
            return redirect("desk:event", pk)
    return _verb_page(request, "desk/event_move.html", found, form, refusal)


@desk_page(may_run_events)
def cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Call the event off, with the reason that people read."""
    found = get_object_or_404(Event.objects.for_list(), pk=pk)
    form = CancelEventForm(request.POST if request.method == "POST" else None)
    refusal: ParticipationError | None = None
    if form.is_bound and form.is_valid():
        try:
            cancel_event(found, why=form.cleaned_data["why"], by=signed_in_person(request))
        except ParticipationError as error:
            refusal = error
        else:
            messages.success(request, _("The event is cancelled, and everyone who registered is told."))
            return redirect("desk:event", pk)
    return _verb_page(request, "desk/event_cancel.html", found, form, refusal)


def _verb_page(
    request: HttpRequest, template: str, found: Event, form: forms.Form, refusal: ParticipationError | None
) -> HttpResponse:
    now: dt.datetime = timezone.now()
    context = {
        "event": found,
        "form": form,
        "told": found.registrations.living().reached_by_mail().count(),
        "by_phone": found.registrations.living().filter(email="").count(),
        "may_change": found.state == Event.State.PLANNED and not found.is_past(now),
        "problem": words_for(refusal) if refusal is not None else "",
    }
    status = status_for(refusal) if refusal is not None else 422 if form.errors else 200
    return render(request, template, context, status=status)


@desk_page(may_run_events)
def print_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to print and tick off at the door, by name."""
    found = get_object_or_404(Event.objects.for_list(), pk=pk)
    people = list(found.registrations.living().order_by("state", "name", "number")[: PRINTED + 1])
    context = {"event": found, "people": people[:PRINTED], "has_more": len(people) > PRINTED}
    return render(request, "desk/event_list.html", context)


@desk_page(may_run_events)
def sheet(request: HttpRequest, pk: int) -> FileResponse:
    """Everyone who registered, as a table. It holds personal data: for staff only."""
    found = get_object_or_404(Event, pk=pk)
    return FileResponse(write_sheet(found), as_attachment=True, filename=f"zapisy-{found.slug}.xlsx")
