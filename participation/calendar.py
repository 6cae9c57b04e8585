"""Events as iCalendar (RFC 5545): one by itself, and many as a calendar that programs fetch again and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import icalendar
from django.utils.translation import gettext

from lublin2030.lib.dates import WARSAW, warsaw_day
from lublin2030.lib.portal_links import absolute, host_of_portal
from lublin2030.lib.translations import current_language
from participation.models import Event

MEDIA_TYPE = "text/calendar; charset=utf-8"
FETCH_AGAIN_AFTER = dt.timedelta(hours=6)
REVISIONS_SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def calendar_of(events: Iterable[Event], *, name: str) -> bytes:
    """The events in the reader's language as one calendar with the time zones it needs. Reads their districts."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", f"-//{host_of_portal()}//Lublin 2030//{current_language().upper()}")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    # RFC 7986, and the older name that programs still read.
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", FETCH_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(_component(event))
    calendar.add_missing_timezones()
    content: bytes = calendar.to_ical()
    return content


def end_of(event: Event) -> dt.datetime | None:
    """When the event ends, as far as that is known: by its end or by its length. Aware, in Warsaw."""
    if event.ends_at is not None:
        return event.ends_at.astimezone(WARSAW)
    if event.duration_hours and not event.all_day:
        # Hours pass by the clock of the world: over a change of the clocks they are as long as ever.
        return (event.starts_at.astimezone(dt.UTC) + dt.timedelta(hours=event.duration_hours)).astimezone(WARSAW)
    return None


def title_of(event: Event) -> str:
    """The title in the reader's language, marked where the event is invented or called off."""
    title = event.text("title").value
    if event.state == Event.State.CANCELLED:
        title = gettext("Cancelled: %(title)s") % {"title": title}
    return f"[{gettext('demonstration')}] {title}" if event.is_demonstration else title


def place_of(event: Event) -> str:
    """The address and the district, as far as they are known."""
    return ", ".join(filter(None, [event.address, event.district.name if event.district else ""]))


def _component(event: Event) -> icalendar.Event:
    url = absolute(event.get_absolute_url())
    component = icalendar.Event()
    component.add("UID", f"event-{event.pk}@{host_of_portal()}")
    component.add("DTSTAMP", event.changed_at.astimezone(dt.UTC))
    component.add("LAST-MODIFIED", event.changed_at.astimezone(dt.UTC))
    # It has to grow with every change: minutes do, and fit into its 31 bits for four thousand years.
    component.add("SEQUENCE", int((event.changed_at - REVISIONS_SINCE).total_seconds() // 60))
    component.add("SUMMARY", title_of(event))
    component.add("STATUS", "CANCELLED" if event.state == Event.State.CANCELLED else "CONFIRMED")
    component.add("CATEGORIES", [event.get_kind_display()])
    component.add("URL", url)
    component.add("DESCRIPTION", "\n\n".join(filter(None, [event.text("summary").value, url])))
    if place := place_of(event):
        component.add("LOCATION", place)
    # Where people register, the link is for those who have a place.
    if event.online_url and event.state != Event.State.CANCELLED and not event.takes_registration:
        component.add("CONFERENCE", event.online_url, parameters={"VALUE": "URI"})
    if event.all_day:
        component.add("DTSTART", warsaw_day(event.starts_at))
        component.add("DTEND", event.last_day + dt.timedelta(days=1))
        return component
    component.add("DTSTART", _by_the_clock(event.starts_at))
    if (end := end_of(event)) is not None:
        component.add("DTEND", _by_the_clock(end))
    return component


def _by_the_clock(moment: dt.datetime) -> dt.datetime:
    """The moment by Warsaw's clock; an hour's second coming in autumn by that of the world.

    RFC 5545 (3.3.5) takes an hour that comes twice for its first.
    """
    local = moment.astimezone(WARSAW)
    return moment.astimezone(dt.UTC) if local.fold else local
