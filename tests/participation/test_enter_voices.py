"""Noting voices down at the desk: one at a time, or row after row; each once, and nothing typed is lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from participation.models import Voice
from participation.voice_entry import ROWS
from stages.models import Process
from tests.factories import DistrictFactory, EventFactory, ProcessFactory
from tests.factories_participation import ThemeFactory, held_event
from tests.participation.voices import NOTERS, ROLES, queries, row_of_grid, typed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

NEW, GRID, ROW = "/biurko/glosy/nowy/", "/biurko/glosy/siatka/", "/biurko/glosy/siatka/wiersz/"
SignIn = Callable[..., User]


@pytest.fixture
def main() -> Process:
    return ProcessFactory(is_main=True)


@pytest.fixture
def editor(sign_in: SignIn) -> User:
    return sign_in(Role.EDITOR)


@pytest.mark.parametrize("address", [NEW, GRID])
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_may_note_voices_down(client: Client, sign_in: SignIn, role: Role | None, address: str) -> None:
    sign_in(*([role] if role else []))
    assert client.get(address).status_code == (200 if role in NOTERS else 403)
    assert client.post(ROW, row_of_grid()).status_code == (422 if role in NOTERS else 403)


@pytest.mark.parametrize("address", [NEW, GRID])
def test_a_stranger_has_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"].startswith("/konto/login/")


# -- One voice -------------------------------------------------------------------------------------------------------


def test_a_voice_of_an_event_takes_channel_and_day_from_it(client: Client, editor: User) -> None:
    event, theme = held_event(), ThemeFactory()
    theme.process = event.process
    theme.save()
    client.post(NEW, typed(event, theme=str(theme.pk), age_band="60_74", wording="paraphrase", question="Czego brak?"))
    voice = Voice.objects.get()
    assert (voice.event, voice.channel, str(voice.spoken_on)) == (event, "mobile_point", "2021-11-30")
    assert (voice.theme, voice.age_band, voice.wording, voice.question) == (theme, "60_74", "paraphrase", "Czego brak?")
    assert (voice.entered_by, voice.state) == (editor, "new")


def test_without_an_event_it_belongs_to_the_main_process(client: Client, editor: User, main: Process) -> None:
    client.post(NEW, typed())
    assert (Voice.objects.get().process, Voice.objects.get().channel) == (main, "cafe")


def test_the_form_sent_twice_keeps_one_voice(client: Client, editor: User, main: Process) -> None:
    form = typed()
    client.post(NEW, form)
    client.post(NEW, form)
    assert Voice.objects.count() == 1


def test_the_next_voice_begins_where_this_one_came_from(client: Client, editor: User) -> None:
    event = held_event()
    client.post(NEW, typed(event, question="Czego brak?"))
    html = client.get(NEW).content.decode()
    assert f'<option value="{event.pk}" selected>' in html
    assert 'value="Czego brak?"' in html


def test_personal_data_is_shown_before_the_voice_is_kept(client: Client, editor: User, main: Process) -> None:
    form = typed(text="Proszę dzwonić: 600 700 800.")
    answer = client.post(NEW, form)
    assert (answer.status_code, Voice.objects.count()) == (422, 0)
    assert 'name="confirmed"' in answer.content.decode()
    assert "600 700 800" in answer.content.decode()
    client.post(NEW, form | {"confirmed": "1"})
    assert Voice.objects.count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"text": ""},
        {"text": " \n"},
        {"text": "x" * 5001},
        {"text": "a\x00b"},
        {"question": "x" * 301},
        {"capture": "nie-uuid"},
        {"wording": "cudze"},
        {"day": "31.02.2021"},
        {"day": "02.12.2021"},
        {"day": ""},
        {"channel": ""},
        {"channel": "gołąb"},
        {"event": "999999"},
        {"event": "x"},
        {"theme": "999999"},
        {"district": "x"},
        {"age_band": "120"},
        {"language": "tlh"},
    ],
    ids=str,
)
def test_a_fault_is_told_and_keeps_nothing(client: Client, editor: User, main: Process, fault: dict[str, str]) -> None:
    answer = client.post(NEW, typed(**{"text": "Nie zgub mnie.", **fault}))
    assert (answer.status_code, Voice.objects.count()) == (422, 0)
    if "text" not in fault:
        assert "Nie zgub mnie." in answer.content.decode()


def test_an_event_still_to_come_a_cancelled_one_and_a_foreign_theme_are_refused(client: Client, editor: User) -> None:
    coming, cancelled = EventFactory(starts_at="2022-01-01T10:00Z"), held_event(state="cancelled")
    forms = [typed(coming), typed(cancelled), typed(held_event(), theme=str(ThemeFactory().pk))]
    assert [client.post(NEW, form).status_code for form in forms] == [422] * 3
    assert not Voice.objects.exists()


def test_an_expired_form_comes_back_with_what_was_typed(editor: User, sign_in: SignIn, main: Process) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    answer = strict.post(NEW, typed(text="Nie zgub mnie."))
    assert answer.status_code == 403
    assert "Nie zgub mnie." in answer.content.decode()


# -- The grid --------------------------------------------------------------------------------------------------------


def test_without_a_script_the_form_brings_its_rows(client: Client, editor: User) -> None:
    event = held_event()
    html = client.get(GRID).content.decode()
    assert html.count("data-row>") == ROWS + 1  # and the one a script copies
    form = row_of_grid(event)
    sent = {name: value for name, value in form.items() if not name.startswith("r-")}
    for number, text in enumerate(["Pierwszy głos.", "", "Trzeci głos."]):
        sent |= {name.replace("r-", f"r-{number}-", 1): value for name, value in row_of_grid(event, text=text).items() if name.startswith("r-")}  # fmt: skip  # noqa: E501
    assert client.post(GRID, sent).status_code == 302
    client.post(GRID, sent)
    assert sorted(Voice.objects.values_list("text", flat=True)) == ["Pierwszy głos.", "Trzeci głos."]


def test_a_faulty_row_keeps_none_and_loses_none(client: Client, editor: User) -> None:
    event = held_event()
    sent = row_of_grid(event) | {"r-0-text": "Dobry.", "r-0-capture": str(uuid.uuid4()), "r-0-wording": "transcript"}
    sent |= {"r-1-text": "Zły.", "r-1-capture": "x", "r-1-wording": "transcript"}
    answer = client.post(GRID, sent)
    assert (answer.status_code, Voice.objects.count()) == (422, 0)
    assert "Dobry." in answer.content.decode()
    assert "Zły." in answer.content.decode()


def test_a_row_is_kept_once_and_says_what_is_kept(client: Client, editor: User) -> None:
    form = row_of_grid(held_event())
    first = client.post(ROW, form).json()
    again = client.post(ROW, form | {"r-text": "Zmieniony po drodze."}).json()
    assert first["voice"] == again["voice"] == Voice.objects.get().pk
    assert first["text"] == again["text"] == form["r-text"]


def test_a_row_with_personal_data_is_kept_and_says_so(client: Client, editor: User) -> None:
    said = client.post(ROW, row_of_grid(held_event(), text="Mój numer: 600 700 800.")).json()
    assert said["has_found"]
    assert Voice.objects.get().state == "new"


@pytest.mark.parametrize("fault", [{"text": ""}, {"text": "x" * 5001}, {"capture": "x"}, {"text": "a\x00"}], ids=str)
def test_a_faulty_row_is_told(client: Client, editor: User, fault: dict[str, str]) -> None:
    answer = client.post(ROW, row_of_grid(held_event(), **fault))
    assert answer.status_code == 422
    assert answer.json()["words"]
    assert not Voice.objects.exists()


def test_a_row_of_nobody_and_one_with_an_old_token_are_told_what_to_do(client: Client, editor: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ROW, row_of_grid()).status_code in {401, 403}
    strict.force_login(editor)
    assert strict.post(ROW, row_of_grid()).json()["token"]
    assert Client().post(ROW, row_of_grid()).json()["signed_out"]
    assert client.get(ROW).status_code == 405


def test_queries_do_not_grow_with_themes_districts_and_events(client: Client, editor: User) -> None:
    def more(count: int) -> int:
        for _ in range(count):
            held_event(), ThemeFactory(), DistrictFactory()
        return queries(lambda: client.get(GRID))

    more(1)
    assert more(1) == more(5)


def test_the_desk_leads_to_the_voices(client: Client, sign_in: SignIn) -> None:
    sign_in(Role.EXPERT)
    assert f'href="{NEW}"' in client.get(reverse("desk:voices")).content.decode()
