"""The desk's pages of what came from the field: cards that could not be kept, headcounts, photographs, devices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef, Prefetch
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.desk import Queue, Waiting, register_queue
from lublin2030.lib.paging import page_by_key, page_by_moment, read_key
from participation.errors import (
    AttendanceChanged,
    EventNotYetHeld,
    FieldItemSettled,
    FieldPhotoUndescribed,
    FieldReasonMissing,
    NotPermitted,
    ParticipationError,
    VoiceEmpty,
)
from participation.field.forms import CardForm, EventForm, PhotoForm, ReasonForm
from participation.models import Attendance, Event, FieldCount, FieldDevice, FieldItem, FieldPhoto
from participation.permissions import may_settle_field
from participation.services.field_desk import (
    accept_photo,
    assign_count,
    keep_card,
    record_headcount,
    throw_card,
    throw_count,
    throw_photo,
)

PAGE = 20

WORDS: dict[type[ParticipationError], Any] = {
    NotPermitted: gettext_lazy("Your role does not allow this."),
    FieldItemSettled: gettext_lazy("Nothing was changed: a colleague was here before you, or newer numbers arrived."),
    FieldReasonMissing: gettext_lazy("Give a reason: it stays in the records."),
    FieldPhotoUndescribed: gettext_lazy("Describe the photograph for those who cannot see it."),
    EventNotYetHeld: gettext_lazy("The event has not begun, was called off or is a draft: nobody can have come to it."),
    AttendanceChanged: gettext_lazy("A colleague has recorded another attendance. Look at it first."),
    VoiceEmpty: gettext_lazy("There is no text."),
}


def words_for(refusal: ParticipationError) -> str:
    """The refusal in words."""
    return str(WORDS[type(refusal)])


# -- Cards -----------------------------------------------------------------------------------------------------------


@desk_page(may_settle_field)
def cards(request: HttpRequest) -> HttpResponse:
    """Cards that could not be kept, the oldest first."""
    waiting = FieldItem.objects.waiting().for_list()
    page = page_by_key(waiting, key="pk", size=PAGE, after=read_key(request.GET.get("after")))
    return render(request, "desk/field/cards.html", {"part": "cards", "items": page.rows, "after": page.after})


@desk_page(may_settle_field)
def card(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One card: put it right and keep it, or throw it away with a reason."""
    item = get_object_or_404(FieldItem.objects.for_list(), pk=pk)
    if item.state != FieldItem.State.WAITING:
        messages.info(request, _("This card does not wait any more."))
        return redirect("desk:field")
    throws = request.method == "POST" and request.POST.get("action") == "throw"
    form = CardForm.of(item, request.POST if request.method == "POST" and not throws else None)
    reason = ReasonForm(request.POST if throws else None, auto_id="throw_%s")
    chosen = reason if throws else form
    if request.method == "POST" and chosen.is_valid():
        by = signed_in_person(request)
        try:
            if throws:
                throw_card(item, why=reason.cleaned_data["why"], by=by)
                messages.success(request, _("The card is thrown away."))
            else:
                keep_card(item, event=form.cleaned_data["event"], words=form.words(), by=by)
                messages.success(request, _("The card is kept. It waits to be read like every voice."))
        except ParticipationError as refusal:
            messages.warning(request, words_for(refusal))
        return redirect("desk:field")
    status = 200 if request.method != "POST" else 422
    return render(
        request,
        "desk/field/card.html",
        {"part": "cards", "item": item, "form": form, "reason": reason},
        status=status,
    )


# -- Headcounts ------------------------------------------------------------------------------------------------------


@desk_page(may_settle_field)
def counts(request: HttpRequest) -> HttpResponseBase:
    """What devices counted, by event; from here it becomes the event's attendance."""
    if request.method == "POST":
        return _settle_count(request)
    holding = FieldCount.objects.that_hold()
    page = page_by_moment(
        Event.objects.filter(Exists(holding.filter(event=OuterRef("pk")))).prefetch_related(
            Prefetch("field_counts", holding.select_related("device", "worker"), to_attr="counts"),
            Prefetch("attendances", Attendance.objects.that_hold(), to_attr="holding"),
        ),
        field="starts_at",
        newest_first=True,
        size=PAGE,
        after=read_key(request.GET.get("after")),
    )
    people = FieldCount.objects.people_by_event([event.pk for event in page.rows])
    lost = page_by_key(
        FieldCount.objects.waiting().select_related("device", "worker"),
        key="pk",
        size=PAGE,
        after=read_key(request.GET.get("lost_after")),
    )
    return render(
        request,
        "desk/field/counts.html",
        {
            "part": "counts",
            "rows": [(event, people.get(event.pk, 0), next(iter(event.holding), None)) for event in page.rows],  # type: ignore[attr-defined]
            "after": page.after,
            "lost": lost.rows,
            "lost_after": lost.after,
            "choices": list(EventForm().fields["event"].choices) if lost.rows else [],  # type: ignore[attr-defined]
        },
    )


def _settle_count(request: HttpRequest) -> HttpResponseBase:
    by, action = signed_in_person(request), request.POST.get("action", "")
    try:
        if action == "record":
            event = get_object_or_404(Event, pk=read_key(request.POST.get("event")))
            people = read_key(request.POST.get("people"))
            if people is None:
                raise BadRequest
            record_headcount(event, people=people, by=by)
            messages.success(request, _("Recorded as the attendance of the event."))
            return redirect("desk:field_counts")
        count = get_object_or_404(FieldCount, pk=read_key(request.POST.get("count")))
        if action == "assign":
            form = EventForm(request.POST)
            if form.is_valid():
                assign_count(count, event=form.cleaned_data["event"], by=by)
                messages.success(request, _("The headcount belongs to the event now."))
            else:
                messages.warning(request, _("Choose the event."))
        elif action == "throw":
            throw_count(count, why=request.POST.get("why", "")[:300], by=by)
            messages.success(request, _("The headcount is thrown away."))
        else:
            raise BadRequest
    except ParticipationError as refusal:
        messages.warning(request, words_for(refusal))
    return redirect("desk:field_counts")


# -- Photographs -----------------------------------------------------------------------------------------------------


@desk_page(may_settle_field)
def photos(request: HttpRequest) -> HttpResponseBase:
    """Photographs that wait to be accepted: each with its description and its event."""
    refused: tuple[int, PhotoForm] | None = None
    if request.method == "POST":
        photo = get_object_or_404(FieldPhoto, pk=read_key(request.POST.get("photo")))
        form = PhotoForm.of(photo, request.POST)
        action = request.POST.get("action", "")
        if action not in {"accept", "throw"}:
            raise BadRequest
        if action == "throw" or form.is_valid():
            _settle_photo(request, photo, form, action)
            return redirect("desk:field_photos")
        refused = (photo.pk, form)
    page = page_by_key(
        FieldPhoto.objects.waiting().for_list(), key="pk", size=PAGE, after=read_key(request.GET.get("after"))
    )
    # One query for all the lists of events on the page.
    choices = list(EventForm().fields["event"].choices) if page.rows else []  # type: ignore[attr-defined]
    rows = []
    for photo in page.rows:
        form = refused[1] if refused and refused[0] == photo.pk else PhotoForm.of(photo)
        form.fields["event"].widget.choices = choices
        rows.append((photo, form))
    status = 422 if refused else 200
    return render(
        request, "desk/field/photos.html", {"part": "photos", "rows": rows, "after": page.after}, status=status
    )


def _settle_photo(request: HttpRequest, photo: FieldPhoto, form: PhotoForm, action: str) -> None:
    by = signed_in_person(request)
    try:
        if action == "throw":
            throw_photo(photo, why=request.POST.get("why", "")[:300], by=by)
            messages.success(request, _("The photograph is thrown away."))
        else:
            accept_photo(photo, event=form.cleaned_data["event"], alt=form.cleaned_data["alt"], by=by)
            messages.success(request, _("The photograph stands on the page of the event."))
    except ParticipationError as refusal:
        messages.warning(request, words_for(refusal))
    except FileNotFoundError:
        messages.warning(request, words_for(FieldItemSettled()))


@desk_page(may_settle_field)
def photo_image(request: HttpRequest, pk: int) -> FileResponse:
    """The picture of a photograph that waits, for staff only."""
    photo = get_object_or_404(FieldPhoto.objects.waiting(), pk=pk)
    try:
        content = photo.image.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


# -- Devices ---------------------------------------------------------------------------------------------------------


@desk_page(may_settle_field)
def devices(request: HttpRequest) -> HttpResponse:
    """Which device sent when, by whom, and how far its clock is off."""
    page = page_by_moment(
        FieldDevice.objects.select_related("last_by"),
        field="last_seen_at",
        newest_first=True,
        size=PAGE,
        after=read_key(request.GET.get("after")),
    )
    wrong = FieldItem.objects.filter(device__in=page.rows).wrong_clocks_by_device()
    rows = [(device, wrong.get(device.pk, 0)) for device in page.rows]
    return render(request, "desk/field/devices.html", {"part": "devices", "rows": rows, "after": page.after})


# -- The queue -------------------------------------------------------------------------------------------------------


def _oldest(_user: Any, limit: int) -> list[Waiting]:
    waiting = [
        Waiting(
            label=_("Card"),
            detail=item.get_why_display(),
            url=reverse("desk:field_card", args=[item.pk]),
            since=item.received_at,
        )
        for item in FieldItem.objects.waiting().order_by("pk")[:limit]
    ]
    waiting += [
        Waiting(
            label=_("Headcount"),
            detail=_("the event does not exist any more"),
            url=reverse("desk:field_counts"),
            since=count.received_at,
        )
        for count in FieldCount.objects.waiting().order_by("pk")[:limit]
    ]
    waiting += [
        Waiting(label=_("Photograph"), detail=photo.alt, url=reverse("desk:field_photos"), since=photo.received_at)
        for photo in FieldPhoto.objects.waiting().order_by("pk")[:limit]
    ]
    return sorted(waiting, key=lambda one: one.since)[:limit]


def register_field_queue() -> None:
    """Called once when the app starts."""
    register_queue(
        Queue(
            name="field",
            label=gettext_lazy("From the field"),
            url_name="desk:field",
            may_see=may_settle_field,
            waits=lambda _user: [kind.objects.waiting() for kind in (FieldItem, FieldCount, FieldPhoto)],
            oldest=_oldest,
            order=58,
            empty=gettext_lazy("Everything that tablets brought in is kept."),
        )
    )
