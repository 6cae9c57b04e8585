"""The queue of voices at the desk: read, decided about one by one or several at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from lublin2030.lib.desk import count_waiting, queues_for
from participation.models import Voice
from participation.voice_desk import PAGE
from tests.factories import DURING, DistrictFactory, ProcessFactory
from tests.factories_participation import DirectionFactory, ThemeFactory, VoiceFactory, held_event, public_voice
from tests.participation.voices import MODERATORS, NOTERS, ROLES, queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

QUEUE = "/biurko/glosy/"
SignIn = Callable[..., User]


@pytest.fixture
def editor(sign_in: SignIn) -> User:
    return sign_in(Role.EDITOR)


def page_of(voice: Voice) -> str:
    return reverse("desk:voice", args=[voice.pk])


def listed(client: Client, query: str = "") -> list[int]:
    return [reading.voice.pk for reading in client.get(f"{QUEUE}{query}").context["readings"]]


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_sees_what(client: Client, sign_in: SignIn, role: Role | None) -> None:
    voice = VoiceFactory()
    sign_in(*([role] if role else []))
    queue = client.get(QUEUE)
    assert queue.status_code == (200 if role in NOTERS else 403)
    assert ("readings" in (queue.context or {})) == (role in MODERATORS)
    for address in (page_of(voice), reverse("desk:voice_passages", args=[voice.pk])):
        assert client.get(address).status_code == (200 if role in MODERATORS else 403)
    for address, action, revision in ((QUEUE, "publish", 1), (page_of(voice), "return", 2)):
        sent = {"action": action, "checked": f"{voice.pk}-{revision}", "seen": str(revision)}
        assert client.post(address, sent).status_code == (302 if role in MODERATORS else 403)


def test_the_oldest_waits_first_and_others_by_their_state(client: Client, editor: User) -> None:
    first, second, public = VoiceFactory(), VoiceFactory(), public_voice()
    assert listed(client) == [first.pk, second.pk]
    assert listed(client, "?stan=public") == [public.pk]
    assert listed(client, "?stan=wszystkie") == [first.pk, second.pk, public.pk]


def test_filters_narrow_the_queue_also_by_a_hidden_event(client: Client, editor: User) -> None:
    event, theme, district = held_event(state="draft"), ThemeFactory(), DistrictFactory()
    one = VoiceFactory(event=event, theme=theme, district=district, channel="cafe")
    VoiceFactory()
    for query in (f"?wydarzenie={event.slug}", f"?temat={theme.slug}", f"?dzielnica={district.slug}", "?kanal=cafe"):
        assert listed(client, query) == [one.pk]


def test_pages_lead_through_the_queue(client: Client, editor: User) -> None:
    voices = [VoiceFactory() for _ in range(PAGE + 2)]
    after = client.get(QUEUE).context["page"].after
    assert listed(client) + listed(client, f"?after={after}") == [voice.pk for voice in voices]


@pytest.mark.parametrize(("action", "state"), [("publish", "public"), ("hide", "hidden")])
def test_several_are_decided_at_once_and_the_filter_stays(
    client: Client, editor: User, action: str, state: str
) -> None:
    voices = [VoiceFactory(channel="cafe") for _ in range(3)]
    sent = {"action": action, "why": "poza tematem", "checked": [f"{voice.pk}-1" for voice in voices[:2]]}
    answer = client.post(f"{QUEUE}?kanal=cafe", sent)
    assert answer.headers["Location"] == f"{QUEUE}?kanal=cafe"
    assert list(Voice.objects.order_by("pk").values_list("state", flat=True)) == [state, state, "new"]


def test_what_a_colleague_decided_meanwhile_is_left_and_told(client: Client, editor: User) -> None:
    voice = public_voice(revision=2)
    answer = client.post(QUEUE, {"action": "hide", "why": "x", "checked": f"{voice.pk}-1"}, follow=True)
    assert Voice.objects.get().state == "public"
    assert answer.content.decode().count("notice bad") == 1


def test_hiding_without_a_reason_keeps_what_was_checked(client: Client, editor: User) -> None:
    voice = VoiceFactory()
    answer = client.post(QUEUE, {"action": "hide", "why": " ", "checked": f"{voice.pk}-1"})
    assert answer.status_code == 422
    assert f'value="{voice.pk}-1" checked' in answer.content.decode()


@pytest.mark.parametrize("checked", ["", "x", "1", "1-x", "-1", "9" * 30 + "-1", "1-" + "9" * 18, "\x00-1"])
def test_forged_boxes_decide_nothing(client: Client, editor: User, checked: str) -> None:
    VoiceFactory()
    assert client.post(QUEUE, {"action": "publish", "checked": checked}).status_code == 302
    assert Voice.objects.get().state == "new"


@pytest.mark.parametrize("action", ["", "burn"])
def test_an_unknown_verb_is_a_bad_request(client: Client, editor: User, action: str) -> None:
    voice = VoiceFactory()
    for address in (QUEUE, page_of(voice)):
        assert client.post(address, {"action": action, "checked": f"{voice.pk}-1"}).status_code == 400


def test_a_decision_leads_to_the_next_that_waits(client: Client, editor: User) -> None:
    first, second = VoiceFactory(), VoiceFactory()
    sent = {"action": "publish", "seen": "1"}
    assert client.post(page_of(first), sent).headers["Location"] == page_of(second)
    assert client.post(page_of(second), sent).headers["Location"] == QUEUE


def test_another_text_is_published_with_its_reason(client: Client, editor: User) -> None:
    voice = VoiceFactory(text="Anna Nowak prosi o ławki.")
    html = client.get(page_of(voice)).content.decode()
    assert "<mark>Anna Nowak</mark>" in html
    sent = {"action": "publish_as", "seen": "1", "text": "[…] prosi o ławki.", "why": ""}
    assert client.post(page_of(voice), sent).status_code == 422
    client.post(page_of(voice), sent | {"why": "dane osobowe"})
    voice.refresh_from_db()
    assert (voice.shown_text, voice.state) == ("[…] prosi o ławki.", "public")


def test_behind_a_colleague_what_was_typed_stays_on_the_page(client: Client, editor: User) -> None:
    voice = public_voice(revision=2)
    sent = {"action": "publish_as", "seen": "1", "text": "Nie zgub mnie.", "why": "bo tak"}
    answer = client.post(page_of(voice), sent)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Nie zgub mnie." in html
    assert 'name="seen" value="2"' in html
    assert Voice.objects.get().public_text == ""


@pytest.mark.parametrize("text", ["", "x" * 5001, "a\x00b"])
def test_a_text_that_cannot_be_shown_is_refused(client: Client, editor: User, text: str) -> None:
    voice = VoiceFactory()
    sent = {"action": "publish_as", "seen": "1", "text": text, "why": "x"}
    assert client.post(page_of(voice), sent).status_code == 422
    assert Voice.objects.get().state == "new"


def test_directions_of_the_own_process_are_chosen(client: Client, editor: User) -> None:
    voice = VoiceFactory()
    own, foreign = DirectionFactory(process=voice.process), DirectionFactory()
    client.post(page_of(voice), {"action": "directions", "directions": [own.pk]})
    assert list(voice.directions.all()) == [own]
    assert client.post(page_of(voice), {"action": "directions", "directions": [foreign.pk]}).status_code == 422
    assert list(voice.directions.all()) == [own]


def test_the_desk_counts_and_lists_what_waits_for_moderators_only(sign_in: SignIn) -> None:
    VoiceFactory(text="Ławki " * 40)
    public_voice()
    counts = {}
    for role in (Role.EDITOR, Role.EXPERT):
        person = sign_in(role)
        queue = next(one for one in queues_for(person) if one.name == "voices")
        counts[role] = (count_waiting([queue], person)[queue.name], len(queue.oldest(person, 5)))
    assert counts == {Role.EDITOR: (1, 1), Role.EXPERT: (0, 0)}


@pytest.mark.parametrize("of", ["queue", "voice"])
def test_queries_do_not_grow(client: Client, editor: User, of: str) -> None:
    voice = VoiceFactory()
    address = f"{QUEUE}?stan=wszystkie" if of == "queue" else page_of(voice)

    def more(count: int) -> int:
        for _ in range(count):
            event = held_event(process=ProcessFactory())
            VoiceFactory(event=event, process=event.process, theme=ThemeFactory(), district=DistrictFactory(),
                         entered_by=editor, state="public", state_at=DURING)  # fmt: skip
            voice.directions.add(DirectionFactory(process=voice.process))
        return queries(lambda: client.get(address))

    assert more(1) == more(4)
