"""A person decides what of a voice the public reads; of two at once one is first; the original stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from participation.errors import ForeignDirection, NotPermitted, VoiceChanged, VoiceEmpty, WhyMissing
from participation.models import Voice
from participation.services.moderation import (
    hide_voices,
    publish_voice_as,
    publish_voices,
    return_voices,
    set_directions,
)
from tests.factories import DURING, person
from tests.factories_participation import DirectionFactory, VoiceFactory, held_event, public_voice
from tests.participation.voices import MODERATORS, ROLES, somebody

pytestmark = pytest.mark.django_db

VERBS: dict[str, Callable[[Voice, User], Any]] = {
    "publish": lambda voice, by: publish_voices({voice.pk: voice.revision}, by=by),
    "publish_as": lambda voice, by: publish_voice_as(voice, text="[…] ławki", why="x", seen=voice.revision, by=by),
    "hide": lambda voice, by: hide_voices({voice.pk: voice.revision}, why="poza tematem", by=by),
    "return": lambda voice, by: return_voices({voice.pk: voice.revision}, by=by),
    "directions": lambda voice, by: set_directions(voice, directions=[], by=by),
}


def state(voice: Voice) -> str:
    return Voice.objects.get(pk=voice.pk).state


@pytest.fixture
def editor() -> User:
    return person(Role.EDITOR)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_may_do_what(verb: str, role: Role | None) -> None:
    voice, by = VoiceFactory(), somebody(role)
    if role in MODERATORS:
        VERBS[verb](voice, by)
    else:
        with pytest.raises(NotPermitted):
            VERBS[verb](voice, by)
        assert Voice.objects.get().revision == 1


def test_several_are_published_at_once_with_who_and_when(editor: User) -> None:
    voices = [VoiceFactory(), VoiceFactory()]
    assert publish_voices({voice.pk: 1 for voice in voices}, by=editor, now=DURING) == 2
    assert set(Voice.objects.values_list("state", "state_by", "state_at")) == {("public", editor.pk, DURING)}


@pytest.mark.parametrize("verb", ["publish", "hide", "return"])
def test_what_a_colleague_decided_meanwhile_is_not_overwritten(verb: str, editor: User) -> None:
    voice = VoiceFactory()
    hide_voices({voice.pk: 1}, why="poza tematem", by=editor)
    assert VERBS[verb](voice, editor) == 0
    assert state(voice) == "hidden"


def test_a_changed_text_behind_a_colleagues_decision_is_refused(editor: User) -> None:
    voice = VoiceFactory()
    publish_voices({voice.pk: 1}, by=editor)
    with pytest.raises(VoiceChanged):
        publish_voice_as(voice, text="Inaczej", why="dane", seen=1, by=editor)
    assert Voice.objects.get().public_text == ""


def test_a_changed_text_is_public_and_the_original_stays(editor: User) -> None:
    voice = VoiceFactory(text="Mówi Anna Nowak: więcej ławek.")
    publish_voice_as(voice, text="Mówi […]: więcej ławek.", why="dane osobowe", seen=1, by=editor)
    voice.refresh_from_db()
    assert (voice.shown_text, voice.text, voice.public_why) == (
        "Mówi […]: więcej ławek.", "Mówi Anna Nowak: więcej ławek.", "dane osobowe",
    )  # fmt: skip


def test_the_original_as_the_text_takes_the_change_back(editor: User) -> None:
    voice = public_voice(public_text="Krócej", public_why="długie")
    publish_voice_as(voice, text=voice.text, why="zostaje", seen=1, by=editor)
    voice.refresh_from_db()
    assert (voice.is_changed, voice.public_why, voice.state) == (False, "", "public")


def test_a_changed_text_stays_changed_when_the_voice_is_hidden_and_published_again(editor: User) -> None:
    voice = public_voice(public_text="Krócej", public_why="długie")
    hide_voices({voice.pk: 1}, why="sprawdzić", by=editor)
    publish_voices({voice.pk: 2}, by=editor)
    voice.refresh_from_db()
    assert (voice.shown_text, voice.hidden_why) == ("Krócej", "")


def test_without_a_reason_nothing_is_hidden_and_no_text_changed(editor: User) -> None:
    voice = VoiceFactory()
    with pytest.raises(WhyMissing):
        hide_voices({voice.pk: 1}, why="  ", by=editor)
    with pytest.raises(WhyMissing):
        publish_voice_as(voice, text="Inaczej", why="", seen=1, by=editor)
    with pytest.raises(VoiceEmpty):
        publish_voice_as(voice, text=" \n", why="x", seen=1, by=editor)
    assert state(voice) == "new"


def test_a_returned_voice_waits_as_if_nobody_had_read_it(editor: User) -> None:
    voice = public_voice()
    assert return_voices({voice.pk: 1}, by=editor) == 1
    assert list(Voice.objects.waiting()) == [voice]
    assert Voice.objects.get().state_at is None


def test_a_public_voice_of_a_hidden_event_is_public_to_nobody() -> None:
    shown = public_voice()
    public_voice(event=held_event(state="draft"))
    assert list(Voice.objects.public()) == [shown]


def test_directions_are_those_named_and_of_the_own_process(editor: User) -> None:
    voice = VoiceFactory()
    own, other = DirectionFactory(process=voice.process), DirectionFactory()
    set_directions(voice, directions=[own], by=editor)
    with pytest.raises(ForeignDirection):
        set_directions(voice, directions=[own, other], by=editor)
    assert list(voice.directions.all()) == [own]
