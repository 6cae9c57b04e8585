"""Demonstration voices: read, linked, marked as invented, and without a word that could point to a person."""

from __future__ import annotations

import pytest

from consultations.models import PassageVoice, Topic
from lublin2030.lib.redacting import propose
from participation.models import Direction, Event, Theme, Voice

pytestmark = pytest.mark.usefixtures("content")


def test_a_dozen_voices_are_public_and_each_is_marked():
    voices = Voice.objects.all()
    assert voices.count() >= 12
    assert set(voices.values_list("state", "is_demonstration")) == {("public", True)}
    assert not Direction.objects.filter(is_demonstration=False).exists()


def test_some_are_in_ukrainian_and_english_and_some_are_paraphrases():
    assert set(Voice.objects.values_list("language", flat=True)) == {"pl", "uk", "en"}
    assert set(Voice.objects.values_list("wording", flat=True)) == {"transcript", "paraphrase"}


def test_none_is_put_into_the_mouth_of_a_real_event():
    assert not Event.objects.filter(voices__isnull=False).exists()


def test_they_stand_behind_passages_and_speak_for_directions():
    assert PassageVoice.objects.public().values("voice").distinct().count() >= 12
    assert all(getattr(direction, "voice_count") >= 3 for direction in Direction.objects.for_list())  # noqa: B009  annotated


def test_each_theme_is_the_topic_of_the_consultation_of_2021():
    topics = Topic.objects.filter(consultation__slug="projekt-strategii-lublin-2030")
    assert set(topics.values_list("theme", flat=True)) == set(Theme.objects.values_list("pk", flat=True))


def test_no_text_looks_like_personal_data():
    assert [propose(voice.text) for voice in Voice.objects.all() if propose(voice.text)] == []
