"""Topics suggested from the text, and set or refused by a person."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from consultations.errors import NotPermitted, TopicChanged
from consultations.models import HistoryEntry, Remark, Tally, Topic, TopicSuggestion
from consultations.services.corrections import withdraw_remark
from consultations.services.groups import confirm_group
from consultations.services.tallies import recount
from consultations.services.topics import refuse_suggestion, set_topic, suggest_topics
from consultations.topics import TopicWords
from tests.consultations.similar import OTHER, proposed_group, sent
from tests.factories import DURING, consultation_with_draft, person

GREEN, ROADS = 1, 2


# -- The words (no database) ------------------------------------------------------------------------------------------


@pytest.fixture
def known():
    words = TopicWords({GREEN: "Zieleń", ROADS: "Drogi rowerowe"})
    for _time in range(4):
        words.learn(GREEN, "Więcej drzew i trawników w parku.")
        words.learn(ROADS, "Wyremontujcie jezdnię i chodnik.")
    return words


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Zieleń jest najważniejsza.", GREEN),
        ("Posadźcie drzewa.", GREEN),
        ("Chodnik jest krzywy.", ROADS),
        ("Rowerowe przejazdy.", ROADS),
    ],
)
def test_words_of_the_name_and_words_that_were_learnt_speak_for_a_topic(known, text, topic):
    assert known.suggest(text).topic == topic


@pytest.mark.parametrize("text", ["", "Proszę o poprawę literówki.", "Park obok jezdni.", "A i w na."])
def test_without_a_speaking_word_or_with_words_for_both_nothing_is_suggested(known, text):
    assert known.suggest(text) is None


def test_the_words_that_decided_are_named_as_they_stand_in_the_text(known):
    assert "chodnika" in known.suggest("Brakuje chodnika przy szkole.").words


def test_without_topics_nothing_is_suggested():
    assert TopicWords({}).suggest("Zieleń") is None


@given(st.lists(st.tuples(st.sampled_from([GREEN, ROADS]), st.text(max_size=30)), max_size=8), st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_a_suggestion_is_one_of_the_topics_and_its_words_stand_in_the_text(lessons, text):
    words = TopicWords({GREEN: "Zieleń", ROADS: "Drogi"})
    for topic, lesson in lessons:
        words.learn(topic, lesson)
    found = words.suggest(text)
    if found is not None:
        assert found.topic in {GREEN, ROADS}
        assert 0.6 <= found.sure <= 1
        assert found.words


# -- Suggested by the worker ------------------------------------------------------------------------------------------


@pytest.fixture
def topic(consultation) -> Topic:
    return Topic.objects.get(consultation=consultation)


@pytest.fixture
def roads(consultation) -> Topic:
    return Topic.objects.create(consultation=consultation, slug="drogi", name="Drogi i autobusy", position=1)


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


pytestmark = pytest.mark.usefixtures("during")


@pytest.mark.django_db
def test_a_remark_without_a_topic_gets_the_one_its_words_speak_for(consultation, topic, roads):
    remark = sent(consultation, OTHER)
    assert suggest_topics(consultation) == 1
    suggestion = TopicSuggestion.objects.get()
    assert (suggestion.remark, suggestion.topic, suggestion.source) == (remark, roads, "words")
    assert "autobusów" in suggestion.words


@pytest.mark.django_db
def test_topics_that_were_set_teach(consultation, topic, roads, coordinator):
    text = "Kosze na śmieci przepełniają się w każdą niedzielę."
    for _time in range(3):
        set_topic(sent(consultation, text), topic=topic, seen=None, by=coordinator)
    set_topic(sent(consultation, OTHER), topic=roads, seen=None, by=coordinator)
    remark = sent(consultation, "Przepełnione kosze!")
    suggest_topics(consultation)
    assert TopicSuggestion.objects.get(state="open").topic == topic
    assert TopicSuggestion.objects.get(state="open").remark == remark


@pytest.mark.django_db
def test_the_topic_of_a_groups_members_is_suggested_to_the_others(consultation, topic, roads, coordinator):
    group = proposed_group(consultation)
    confirm_group(group, joining=list(group.members.values_list("remark", flat=True)), by=coordinator)
    first, *others = Remark.objects.order_by("pk").select_related("consultation")
    set_topic(first, topic=roads, seen=None, by=coordinator)
    suggest_topics(consultation)
    found = TopicSuggestion.objects.filter(state="open")
    assert {(one.remark, one.topic, one.source) for one in found} == {(other, roads, "group") for other in others}


@pytest.mark.django_db
def test_looking_again_makes_the_same_suggestions_and_none_twice(consultation, topic, roads):
    sent(consultation, OTHER)
    suggest_topics(consultation)
    before = list(TopicSuggestion.objects.values_list("remark", "topic", "state"))
    assert suggest_topics(consultation) == 1
    assert list(TopicSuggestion.objects.values_list("remark", "topic", "state")) == before


@pytest.mark.django_db
def test_a_refused_suggestion_is_not_made_again(consultation, topic, roads, coordinator):
    sent(consultation, OTHER)
    suggest_topics(consultation)
    refuse_suggestion(TopicSuggestion.objects.get(), by=coordinator)
    assert suggest_topics(consultation) == 0
    assert TopicSuggestion.objects.get().state == "refused"


@pytest.mark.django_db
def test_a_refusal_is_remembered_after_another_topic_was_refused_too(consultation, topic, roads, coordinator):
    remark = sent(consultation, OTHER)
    suggest_topics(consultation)
    refuse_suggestion(TopicSuggestion.objects.get(topic=roads), by=coordinator)
    TopicSuggestion.objects.update(topic=topic, state="open")
    refuse_suggestion(TopicSuggestion.objects.get(), by=coordinator)
    assert suggest_topics(consultation) == 0
    assert set(remark.topic_refusals.values_list("topic", "by")) == {(one.pk, coordinator.pk) for one in (topic, roads)}


@pytest.mark.django_db
def test_a_refusal_is_of_one_remark_only(consultation, topic, roads, coordinator):
    sent(consultation, OTHER)
    suggest_topics(consultation)
    refuse_suggestion(TopicSuggestion.objects.get(), by=coordinator)
    other = sent(consultation, OTHER)
    suggest_topics(consultation)
    assert TopicSuggestion.objects.get(state="open").remark == other


@pytest.mark.django_db
def test_a_refused_topic_can_still_be_set_by_a_person(consultation, topic, roads, coordinator):
    remark = sent(consultation, OTHER)
    suggest_topics(consultation)
    refuse_suggestion(TopicSuggestion.objects.get(), by=coordinator)
    assert set_topic(remark, topic=roads, seen=None, by=coordinator).topic == roads


@pytest.mark.django_db
def test_a_withdrawn_remark_needs_no_topic_any_more(consultation, topic, roads):
    remark = sent(consultation, OTHER)
    suggest_topics(consultation)
    withdraw_remark(remark, now=DURING)
    suggest_topics(consultation)
    assert not TopicSuggestion.objects.filter(state="open").exists()


# -- Set by a person --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_setting_a_topic_keeps_the_counters_closes_the_suggestion_and_is_logged(consultation, roads, coordinator):
    remark = sent(consultation, OTHER)
    suggest_topics(consultation)
    set_topic(remark, topic=roads, seen=None, by=coordinator)
    entry = HistoryEntry.objects.get(verb="set_topic")
    assert Remark.objects.get().topic == roads
    assert TopicSuggestion.objects.get().state == "set"
    assert (entry.remark, entry.by, entry.before, entry.after) == (
        remark,
        coordinator,
        {"topic": None},
        {"topic": roads.pk},
    )
    assert Tally.objects.get(dimension="topic", key=str(roads.pk)).remarks == 1
    assert recount(consultation) == []


@pytest.mark.django_db
def test_a_topic_can_be_taken_away_again(consultation, topic, coordinator):
    remark = sent(consultation, OTHER, topic=topic)
    set_topic(remark, topic=None, seen=topic.pk, by=coordinator)
    assert Remark.objects.get().topic is None
    assert recount(consultation) == []


@pytest.mark.django_db
def test_a_topic_set_meanwhile_is_not_overwritten(consultation, topic, roads, coordinator):
    remark = sent(consultation, OTHER)
    set_topic(remark, topic=topic, seen=None, by=coordinator)
    with pytest.raises(TopicChanged):
        set_topic(remark, topic=roads, seen=None, by=coordinator)
    assert Remark.objects.get().topic == topic


@pytest.mark.django_db
def test_a_topic_of_another_consultation_is_refused(consultation, coordinator):
    foreign = consultation_with_draft().topics.get()
    with pytest.raises(TopicChanged):
        set_topic(sent(consultation, OTHER), topic=foreign, seen=None, by=coordinator)


@pytest.mark.django_db
def test_a_suggestion_that_changed_is_not_refused(consultation, topic, roads, coordinator):
    sent(consultation, OTHER)
    suggest_topics(consultation)
    read = TopicSuggestion.objects.get()
    TopicSuggestion.objects.update(topic=topic)
    with pytest.raises(TopicChanged):
        refuse_suggestion(read, by=coordinator)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR], ids=str)
def test_only_coordinators_set_topics_and_refuse_suggestions(consultation, roads, role):
    remark = sent(consultation, OTHER)
    suggest_topics(consultation)
    with pytest.raises(NotPermitted):
        set_topic(remark, topic=roads, seen=None, by=person(role))
    with pytest.raises(NotPermitted):
        refuse_suggestion(TopicSuggestion.objects.get(), by=person(role))
