"""Events for machines that read the portal: the Atom feed, and what search engines take from an event's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext, gettext_lazy

from lublin2030.lib.dates import WARSAW, warsaw_day
from lublin2030.lib.portal_links import absolute
from participation.calendar import end_of, place_of, title_of
from participation.filters import EventFilters
from participation.models import Event

ENTRIES = 50


class EventFeed(Feed[Event, EventFilters]):
    """The events that were made public or changed last, by the filters of the list of events. Three queries."""

    feed_type = Atom1Feed
    title = gettext_lazy("Events of the Lublin 2030 Strategy")
    subtitle = gettext_lazy("Where you could and can meet us: in the districts, at workshops, debates and hearings.")

    def get_object(self, request: HttpRequest) -> EventFilters:
        return EventFilters.read(request.GET)

    def link(self, filters: EventFilters) -> str:
        return f"{reverse('participation:events')}?{filters.query()}".rstrip("?&")

    def items(self, filters: EventFilters) -> QuerySet[Event]:
        return filters.chosen().order_by("-changed_at", "-pk")[:ENTRIES]

    def item_title(self, event: Event) -> str:
        return title_of(event)

    def item_description(self, event: Event) -> str:
        return event.text("summary").value

    def item_updateddate(self, event: Event) -> dt.datetime:
        return event.changed_at

    def item_categories(self, event: Event) -> list[str]:
        return [str(event.get_kind_display())]


def structured_data(event: Event, *, now: dt.datetime) -> dict[str, Any]:
    """The event in the words of schema.org, in the reader's language. Reads the district.

    The link to an online meeting is in it only as long as anybody can join without having registered.
    """
    can_join = event.state != Event.State.CANCELLED and not event.takes_registration and not event.is_past(now)
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": title_of(event),
        "url": absolute(event.get_absolute_url()),
        "startDate": _moment(event, event.starts_at),
        "eventStatus": f"https://schema.org/{_status(event)}",
        "eventAttendanceMode": f"https://schema.org/{_attendance(event)}",
        "isAccessibleForFree": True,
        "inLanguage": event.language_codes,
        "organizer": {"@type": "GovernmentOrganization", "name": gettext("City of Lublin")},
    }
    if summary := event.text("summary").value:
        data["description"] = summary
    if event.all_day and event.ends_at:
        data["endDate"] = _moment(event, event.ends_at)
    elif (end := end_of(event)) is not None:
        data["endDate"] = end.isoformat()
    if event.capacity:
        data["maximumAttendeeCapacity"] = event.capacity
    places: list[dict[str, Any]] = []
    if place := place_of(event):
        address = {"@type": "PostalAddress", "addressLocality": "Lublin", "addressCountry": "PL"}
        if event.address:
            address["streetAddress"] = event.address
        places.append({"@type": "Place", "name": place, "address": address})
    if event.is_online:
        places.append({"@type": "VirtualLocation", "url": (can_join and event.online_url) or data["url"]})
    if places:
        data["location"] = places[0] if len(places) == 1 else places
    return data


def _moment(event: Event, moment: dt.datetime) -> str:
    return warsaw_day(moment).isoformat() if event.all_day else moment.astimezone(WARSAW).isoformat()


def _status(event: Event) -> str:
    return "EventCancelled" if event.state == Event.State.CANCELLED else "EventScheduled"


def _attendance(event: Event) -> str:
    if not event.is_online:
        return "OfflineEventAttendanceMode"
    return "MixedEventAttendanceMode" if event.address else "OnlineEventAttendanceMode"
