"""Everybody reads public voices: by filters, page by page, at lasting addresses, with where each comes from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from participation.models import Voice
from participation.voice_views import PAGE
from tests.factories import DistrictFactory, ProcessFactory, WorkingGroupFactory
from tests.factories_participation import DirectionFactory, ThemeFactory, VoiceFactory, held_event, public_voice
from tests.participation.voices import queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

LIST = "/glosy/"


def shown(client: Client, query: str = "", address: str = LIST) -> list[int]:
    return [voice.pk for voice in client.get(f"{address}{query}").context["page"].rows]


def test_the_latest_noted_stand_first_and_others_nowhere(client: Client) -> None:
    first, second = public_voice(), public_voice()
    VoiceFactory()
    public_voice(event=held_event(state="draft"))
    VoiceFactory(state="hidden", state_at="2021-12-01T12:00Z", hidden_why="poza tematem")
    assert shown(client) == [second.pk, first.pk]


@pytest.mark.parametrize("query", ["?temat=zielen", "?dzielnica=rury", "?kanal=cafe", "?wydarzenie=punkt"])
def test_filters_narrow_the_list(client: Client, query: str) -> None:
    wanted: dict[str, Any] = {
        "?temat=zielen": {"theme": ThemeFactory(slug="zielen")},
        "?dzielnica=rury": {"district": DistrictFactory(slug="rury")},
        "?kanal=cafe": {"channel": Voice.Channel.CAFE},
        "?wydarzenie=punkt": {"event": held_event(slug="punkt")},
    }
    found = public_voice(**wanted[query])
    public_voice()
    assert shown(client, query) == [found.pk]


@pytest.mark.parametrize("value", ["nie-ma", "%00", "", "a" * 3000])
@pytest.mark.parametrize("name", ["temat", "dzielnica", "kanal", "wydarzenie", "after", "before"])
def test_what_is_unknown_does_not_narrow(client: Client, name: str, value: str) -> None:
    voice = public_voice()
    assert shown(client, f"?{name}={value}") == [voice.pk]


def test_a_hidden_event_is_no_filter(client: Client) -> None:
    held_event(slug="szkic", state="draft", title="Tajne spotkanie")
    assert "Tajne spotkanie" not in client.get(f"{LIST}?wydarzenie=szkic").content.decode()


def test_pages_lead_through_all_voices_with_the_filters_kept(client: Client) -> None:
    voices = [public_voice(channel="cafe") for _ in range(PAGE + 3)]
    html = client.get(f"{LIST}?kanal=cafe").content.decode()
    link = re.search(r'rel="next" href="([^"]+)"', html)
    assert link is not None
    query = link[1].replace("&amp;", "&")
    assert "kanal=cafe" in query
    assert shown(client, "?kanal=cafe") + shown(client, query) == [voice.pk for voice in reversed(voices)]


def test_a_voice_says_where_it_comes_from_and_in_what_language(client: Client) -> None:
    event = held_event(title="Punkt na Rurach", address="ul. Jasna 1")
    voice = public_voice(event=event, text="Більше дерев.", language="uk", wording="paraphrase", is_demonstration=True)
    for address in (LIST, voice.get_absolute_url()):
        html = client.get(address).content.decode()
        assert 'lang="uk">Більше дерев.</blockquote>' in html
        assert f'href="{event.get_absolute_url()}"' in html
        assert "ul. Jasna 1" in html
        assert 'datetime="2021-12-01"' in html
        assert 'class="demo"' in html
        assert str(Voice.Wording.PARAPHRASE.label) in html


def test_markup_in_a_voice_is_text(client: Client) -> None:
    voice = public_voice(text="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(voice.get_absolute_url()).content.decode()


def test_the_public_reads_the_changed_text_and_why_never_the_original(client: Client) -> None:
    event = held_event()
    voice = public_voice(event=event, text="Anna Nowak woła.", public_text="[…] woła.", public_why="dane osobowe")
    api = reverse("api-voices")
    for address in (LIST, voice.get_absolute_url(), event.get_absolute_url(), api):
        text = client.get(address).content.decode()
        assert "[…] woła." in text
        assert "Nowak" not in text
    assert "dane osobowe" in client.get(voice.get_absolute_url()).content.decode()


@pytest.mark.parametrize("fields", [{}, {"state": "hidden", "state_at": "2021-12-01T12:00Z", "hidden_why": "x"}])
def test_a_voice_that_is_not_public_has_no_page(client: Client, fields: dict[str, str]) -> None:
    assert client.get(VoiceFactory(**fields).get_absolute_url()).status_code == 404
    assert client.get("/glosy/999999999999999999999/").status_code == 404


def test_counts_per_theme_and_district_are_of_public_voices(client: Client) -> None:
    theme, district = ThemeFactory(), DistrictFactory()
    public_voice(theme=theme, district=district)
    public_voice(theme=theme)
    VoiceFactory(theme=theme)
    context = client.get(LIST).context
    assert [(line.record, line.count) for line in context["of_themes"]] == [(theme, 2)]
    assert [(line.record, line.count) for line in context["of_districts"]] == [(district, 1)]


def test_an_event_shows_its_first_voices_and_the_way_to_all(client: Client) -> None:
    event = held_event()
    voices = [public_voice(event=event) for _ in range(6)]
    VoiceFactory(event=event, text="Nikt tego nie czytał.")
    html = client.get(event.get_absolute_url()).content.decode()
    assert [voice.get_absolute_url() in html for voice in voices] == [False] + [True] * 5
    assert f'href="/glosy/?wydarzenie={event.slug}"' in html
    assert "Nikt tego nie czytał." not in html


def test_a_direction_shows_its_group_and_its_public_voices(client: Client) -> None:
    group = WorkingGroupFactory(name="Miasto zielone")
    direction = DirectionFactory(group=group, process=group.process)
    voice, waiting = public_voice(process=group.process), VoiceFactory(process=group.process)
    direction.voices.add(voice, waiting)
    answer = client.get(direction.get_absolute_url())
    assert shown(client, address=direction.get_absolute_url()) == [voice.pk]
    assert "Miasto zielone" in answer.content.decode()
    listed = client.get("/kierunki/").context["directions"]
    assert [(one, one.voice_count) for one in listed] == [(direction, 1)]
    assert direction.get_absolute_url() in client.get(voice.get_absolute_url()).content.decode()


@pytest.mark.parametrize("address", [LIST, "/kierunki/", "direction", "event", "/api/v1/voices/"])
def test_queries_do_not_grow_with_the_voices(client: Client, address: str) -> None:
    direction, event = DirectionFactory(), held_event()
    path = {"direction": direction.get_absolute_url(), "event": event.get_absolute_url()}.get(address, address)

    def more(count: int) -> int:
        for _ in range(count):
            of = event if address == "event" else held_event(process=ProcessFactory())
            voice = public_voice(event=of, theme=ThemeFactory(), district=DistrictFactory(), process=of.process)
            voice.directions.add(direction, DirectionFactory(group=WorkingGroupFactory()))
        return queries(lambda: client.get(path))

    assert more(1) == more(4)


def test_open_data_says_public_voices_by_filters_and_no_age(client: Client) -> None:
    theme = ThemeFactory(slug="zielen")
    voice = public_voice(theme=theme, age_band="75_over", channel="cafe")
    VoiceFactory(theme=theme)
    found = client.get("/api/v1/voices/?theme=zielen&channel=cafe").json()["results"]
    assert [one["id"] for one in found] == [voice.pk]
    assert "75_over" not in str(found)
    assert client.get("/api/v1/voices/?theme=nie-ma").status_code == 400
    assert client.get("/api/v1/voices/?channel=x").status_code == 400
