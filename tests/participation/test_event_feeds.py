"""Events for machines: the Atom feed, and the facts that search engines take from an event's page."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from lublin2030.lib.dates import warsaw
from participation.feeds import structured_data
from participation.models import Event, EventSeries
from tests.factories import DURING, DistrictFactory, EventFactory, ProcessFactory

ATOM = "{http://www.w3.org/2005/Atom}"
pytestmark = pytest.mark.django_db


def entries(client: Client, address: str = "/wydarzenia/atom.xml") -> list[ElementTree.Element]:
    return ElementTree.fromstring(client.get(address).content).findall(f"{ATOM}entry")  # noqa: S314  our own


def test_what_was_changed_last_comes_first(client: Client) -> None:
    first, second = EventFactory(), EventFactory()
    first.save()
    assert [entry.findtext(f"{ATOM}title") for entry in entries(client)] == [first.title, second.title]


def test_the_feed_has_the_filters_of_the_list(client: Client) -> None:
    event = EventFactory(district=DistrictFactory(slug="rury"))
    EventFactory()
    assert [entry.findtext(f"{ATOM}title") for entry in entries(client, "/wydarzenia/atom.xml?dzielnica=rury")] == [
        event.title
    ]


def test_drafts_are_not_in_the_feed(client: Client) -> None:
    EventFactory(state=Event.State.DRAFT)
    assert entries(client) == []


def test_every_entry_has_what_atom_requires(client: Client) -> None:
    EventFactory()
    (entry,) = entries(client)
    assert {f"{ATOM}{name}" for name in ("id", "title", "updated", "link")} <= {child.tag for child in entry}


def test_the_same_queries_for_one_event_and_for_many(client: Client, django_assert_num_queries: Any) -> None:
    EventFactory(district=DistrictFactory())
    for _ in range(2):
        with django_assert_num_queries(3):
            client.get("/wydarzenia/atom.xml")
        EventFactory.create_batch(5, district=DistrictFactory())


def test_the_page_holds_the_facts_and_no_text_ends_their_block(client: Client) -> None:
    event = EventFactory(title="</script><b>Debata</b> & co.", district=DistrictFactory(name="Rury"), capacity=30)
    html = client.get(event.get_absolute_url()).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    data = json.loads(block)
    assert data["name"] == event.title
    assert data["location"]["name"] == "Rury"
    assert data["maximumAttendeeCapacity"] == 30


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"all_day": True, "starts_at": warsaw(2021, 12, 9)}, {"startDate": "2021-12-09"}),
        ({"starts_at": DURING, "duration_hours": 3}, {"endDate": "2021-12-01T15:00:00+01:00"}),
        ({"state": Event.State.CANCELLED}, {"eventStatus": "https://schema.org/EventCancelled"}),
        ({"is_online": True}, {"eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode"}),
        (
            {"is_online": True, "address": "Ratusz"},
            {"eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode"},
        ),
    ],
)
def test_the_facts_in_the_words_of_schema_org(fields: dict[str, Any], expected: dict[str, str]) -> None:
    assert expected.items() <= structured_data(EventFactory(**fields), now=DURING).items()


class TestSeries:
    def make(self) -> EventSeries:
        return EventSeries.objects.create(
            process=ProcessFactory(), slug="punkty", title="Punkty mobilne", made_at=DURING, form_token="x"
        )

    def test_a_series_shows_its_public_events_in_order(self, client: Client) -> None:
        made = self.make()
        later = EventFactory(series=made, starts_at=warsaw(2021, 12, 9))
        sooner = EventFactory(series=made, starts_at=warsaw(2021, 12, 2))
        EventFactory(series=made, state=Event.State.DRAFT)
        assert client.get("/wydarzenia/seria/punkty/").context["events"] == [sooner, later]

    def test_a_series_of_drafts_is_not_there(self, client: Client) -> None:
        EventFactory(series=self.make(), state=Event.State.DRAFT)
        assert client.get("/wydarzenia/seria/punkty/").status_code == 404
