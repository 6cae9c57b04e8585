"""Events in the reader's own calendar: valid iCalendar, right over the change of clocks, cancelled where they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lublin2030.lib.dates import WARSAW, warsaw
from participation.calendar import calendar_of
from participation.models import Event
from tests.factories import DURING, DistrictFactory, EventFactory


def read(content: bytes) -> list[Any]:
    return icalendar.Calendar.from_ical(content).walk("VEVENT")


def made(**fields: Any) -> Event:
    """An event that is not saved."""
    known = {"starts_at": DURING, "title": "Debata", "slug": "debata", "changed_at": DURING}
    return Event(pk=7, **{"kind": Event.Kind.DEBATE, "state": Event.State.PLANNED, **known, **fields})


def component(**fields: Any) -> Any:
    (one,) = read(calendar_of([made(**fields)], name="x"))
    return one


def test_every_line_is_as_the_standard_wants() -> None:
    """RFC 5545, 3.1: lines end with CRLF and are at most 75 octets long."""
    lines = calendar_of([made(title="Zażółć gęślą jaźń, " * 20)], name="x").split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


def test_what_the_standard_requires_is_there() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_of([made()], name="Wydarzenia"))
    assert {"PRODID", "VERSION"} <= calendar.keys()
    (one,) = calendar.walk("VEVENT")
    assert {"UID", "DTSTAMP", "DTSTART"} <= one.keys()
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Warsaw"]


@given(st.text(max_size=200))
def test_any_title_comes_back_as_it_was(title: str) -> None:
    title = "".join(sign for sign in title if sign.isprintable())
    assert component(title=title)["SUMMARY"] == title


def test_a_day_without_hours_ends_before_the_next_day() -> None:
    one = component(all_day=True, starts_at=warsaw(2021, 12, 9), ends_at=warsaw(2021, 12, 11))
    assert (one.decoded("DTSTART"), one.decoded("DTEND")) == (dt.date(2021, 12, 9), dt.date(2021, 12, 12))


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [
        (warsaw(2022, 3, 27, 1, 30), warsaw(2022, 3, 27, 4, 30)),  # 2:00 to 3:00 does not exist
        (warsaw(2022, 10, 30, 1, 30), warsaw(2022, 10, 30, 3, 30).replace(fold=0) - dt.timedelta(hours=1)),
    ],
)
def test_two_hours_are_two_hours_over_the_change_of_clocks(starts_at: dt.datetime, ends_at: dt.datetime) -> None:
    one = component(starts_at=starts_at, duration_hours=2)
    begins, ends = one.decoded("DTSTART"), one.decoded("DTEND")
    assert ends.astimezone(dt.UTC) - begins.astimezone(dt.UTC) == dt.timedelta(hours=2)
    assert ends.astimezone(WARSAW).replace(tzinfo=None) == ends_at.replace(tzinfo=None)


def test_a_cancelled_event_says_so_and_takes_nobody_online() -> None:
    one = component(state=Event.State.CANCELLED, is_online=True, online_url="https://example.org/spotkanie")
    assert one["STATUS"] == "CANCELLED"
    assert "CONFERENCE" not in one
    assert one["SUMMARY"] != "Debata"


def test_a_change_is_taken_by_calendars_that_have_the_event() -> None:
    before, after = component(), component(changed_at=DURING + dt.timedelta(minutes=1))
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_an_invented_event_is_marked() -> None:
    assert component(is_demonstration=True)["SUMMARY"].startswith("[")


@pytest.mark.django_db
class TestAddresses:
    def test_one_event(self, client: Client) -> None:
        event = EventFactory(district=DistrictFactory(name="Rury"), address="Szkoła nr 6")
        answer = client.get(f"/wydarzenia/{event.slug}.ics")
        (one,) = read(answer.content)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert one["LOCATION"] == "Szkoła nr 6, Rury"
        assert one["URL"] == f"https://portal.test/wydarzenia/{event.slug}/"

    def test_the_language_is_that_of_the_address(self, client: Client) -> None:
        event = EventFactory(translations={"en": {"title": "A debate"}})
        (one,) = read(client.get(f"/en/wydarzenia/{event.slug}.ics").content)
        assert one["SUMMARY"] == "A debate"

    def test_a_draft_is_nobodys(self, client: Client) -> None:
        event = EventFactory(state=Event.State.DRAFT)
        assert client.get(f"/wydarzenia/{event.slug}.ics").status_code == 404

    @pytest.mark.usefixtures("during")
    def test_the_calendar_holds_what_the_filters_leave_and_no_old_events(self, client: Client) -> None:
        rury = DistrictFactory(slug="rury")
        wanted = EventFactory(district=rury)
        EventFactory()
        EventFactory(district=rury, starts_at=DURING - dt.timedelta(days=400))
        EventFactory(district=rury, state=Event.State.DRAFT)
        found = read(client.get("/wydarzenia/kalendarz.ics?dzielnica=rury").content)
        assert [one["UID"].split("@")[0] for one in found] == [f"event-{wanted.pk}"]

    @pytest.mark.usefixtures("during")
    def test_what_has_not_changed_is_not_sent_again(self, client: Client) -> None:
        EventFactory()
        tag = client.get("/wydarzenia/kalendarz.ics")["ETag"]
        assert client.get("/wydarzenia/kalendarz.ics", headers={"if-none-match": tag}).status_code == 304

    @pytest.mark.usefixtures("during")
    def test_the_same_queries_for_one_event_and_for_many(self, client: Client, django_assert_num_queries: Any) -> None:
        EventFactory(district=DistrictFactory())
        for _ in range(2):
            with django_assert_num_queries(3):
                client.get("/wydarzenia/kalendarz.ics")
            EventFactory.create_batch(5, district=DistrictFactory())

    def test_an_empty_calendar_is_a_calendar(self, client: Client) -> None:
        with translation.override("en"):
            assert read(client.get("/en/wydarzenia/kalendarz.ics").content) == []
