"""A voice stands behind passages of a draft: linked at the desk, shown to everybody once the voice is public."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import LinkGone, NotPermitted, VoiceNotOfThisProcess
from consultations.models import Consultation, HistoryEntry, Passage, PassageVoice
from consultations.services.voice_links import link_voice, unlink_voice
from tests.consultations.versions import changed_version
from tests.factories import DURING, ConsultationFactory, ProcessFactory, consultation_with_draft, person
from tests.factories_participation import DirectionFactory, ThemeFactory, VoiceFactory, held_event, public_voice
from tests.participation.voices import MODERATORS, ROLES, queries, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def passage_of(consultation: Consultation, code: str = "f1") -> Passage:
    return Passage.objects.get(draft__consultation=consultation, code=code)


def linked(consultation: Consultation, code: str = "f1", **fields):
    """A public voice behind the passage."""
    voice = public_voice(process=consultation.process, **fields)
    link_voice(passage_of(consultation, code), voice, by=person(Role.EDITOR), now=DURING)
    return voice


def page_of(consultation: Consultation, code: str = "f1", name: str = "passage") -> str:
    return reverse(f"consultations:{name}", args=[consultation.slug, code])


# -- The verbs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["link", "unlink"])
@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_may_link(consultation, role, verb):
    voice, passage, by = VoiceFactory(process=consultation.process), passage_of(consultation), somebody(role)
    link = PassageVoice.objects.create(passage=passage, voice=voice, linked_at=DURING) if verb == "unlink" else None

    def do():
        return link_voice(passage, voice, by=by) if link is None else unlink_voice(link, by=by)

    if role in MODERATORS:
        do()
    else:
        with pytest.raises(NotPermitted):
            do()
    assert PassageVoice.objects.exists() == ((role in MODERATORS) is (verb == "link"))


def test_linking_twice_is_one_link_and_one_row_of_history(consultation):
    voice, passage, by = VoiceFactory(process=consultation.process), passage_of(consultation), person(Role.EDITOR)
    first = link_voice(passage, voice, by=by, now=DURING)
    assert link_voice(passage, voice, by=person(Role.EDITOR)) == first
    row = HistoryEntry.objects.get()
    assert (row.verb, row.by, row.at, row.consultation) == ("link_voice", by, DURING, consultation)
    assert row.after == {"passage": "f1", "voice": voice.pk}


def test_unlinking_leaves_a_row_and_cannot_be_done_twice(consultation):
    voice, by = linked(consultation), person(Role.COORDINATOR)
    link = PassageVoice.objects.get()
    unlink_voice(link, by=by)
    with pytest.raises(LinkGone):
        unlink_voice(PassageVoice(pk=link.pk or 1, passage=passage_of(consultation), voice=voice), by=by)
    assert HistoryEntry.objects.get(verb="unlink_voice").before == {"passage": "f1", "voice": voice.pk}


def test_voices_of_the_process_above_can_be_linked_and_others_not(consultation):
    parent = ProcessFactory()
    child = consultation_with_draft(process=ProcessFactory(parent=parent))
    by = person(Role.EDITOR)
    link_voice(passage_of(child), VoiceFactory(process=parent), by=by)
    with pytest.raises(VoiceNotOfThisProcess):
        link_voice(passage_of(child), VoiceFactory(process=consultation.process), by=by)


# -- The public ------------------------------------------------------------------------------------------------------


def test_the_reader_says_how_many_voices_stand_behind_a_passage(client: Client, consultation):
    linked(consultation, "f2")
    linked(consultation, "f2")
    hidden = VoiceFactory(process=consultation.process)
    link_voice(passage_of(consultation, "f2"), hidden, by=person(Role.EDITOR))
    linked(consultation, "f2", event=held_event(state="draft"))
    answer = client.get(reverse("consultations:chapter", args=[consultation.slug, 1]))
    assert [item.voices for item in answer.context["passages"]] == [0, 2, 0]
    assert f'href="{page_of(consultation, "f2", "passage_voices")}"' in answer.content.decode()


def test_the_passages_page_shows_the_first_and_leads_to_all(client: Client, consultation):
    voices = [linked(consultation) for _ in range(4)]
    html = client.get(page_of(consultation)).content.decode()
    assert [voice.get_absolute_url() in html for voice in voices] == [False, True, True, True]
    everything = client.get(page_of(consultation, name="passage_voices"))
    assert [voice.pk for voice in everything.context["page"].rows] == [voice.pk for voice in reversed(voices)]


def test_links_outlive_versions_and_removed_passages_keep_theirs(client: Client, consultation):
    voice = linked(consultation, "f3")
    changed_version(consultation)
    assert voice.text in client.get(page_of(consultation, "f3", "passage_voices")).content.decode()


def test_voices_of_a_hidden_consultation_or_of_no_passage_have_no_page(client: Client, consultation):
    hidden = consultation_with_draft(published_at=None)
    assert client.get(page_of(hidden, name="passage_voices")).status_code == 404
    assert client.get(page_of(consultation, "f99", "passage_voices")).status_code == 404


def test_a_voice_and_a_direction_lead_to_the_passages_of_public_drafts(client: Client, consultation):
    voice, direction = linked(consultation), DirectionFactory(process=consultation.process)
    voice.directions.add(direction)
    secret = consultation_with_draft(process=consultation.process, published_at=None)
    link_voice(passage_of(secret), voice, by=person(Role.EDITOR))
    for address in (voice.get_absolute_url(), direction.get_absolute_url()):
        html = client.get(address).content.decode()
        assert f'href="{page_of(consultation)}"' in html
        assert secret.slug not in html


@pytest.mark.parametrize("name", ["passage", "passage_voices", "chapter", "voice"])
def test_queries_do_not_grow_with_the_links(client: Client, consultation, name):
    voice = linked(consultation)
    address = {
        "chapter": reverse("consultations:chapter", args=[consultation.slug, 1]),
        "voice": voice.get_absolute_url(),
    }.get(name) or page_of(consultation, name=name)
    few = queries(lambda: client.get(address))
    for code in ("f2", "f3", "f4"):
        link_voice(passage_of(consultation, code), voice, by=person(Role.EDITOR))
        linked(consultation, code, event=held_event(process=consultation.process))
        linked(consultation, theme=ThemeFactory(), event=held_event())
    assert queries(lambda: client.get(address)) == few


# -- The desk --------------------------------------------------------------------------------------------------------


def desk(name: str, pk: int) -> str:
    return reverse(f"desk:{name}", args=[pk])


@pytest.fixture
def editor(sign_in):
    return sign_in(Role.EDITOR)


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_who_opens_the_pages(client: Client, sign_in, consultation, role):
    voice = linked(consultation)
    sign_in(*([role] if role else []))
    for address in (
        desk("voice_passages", voice.pk), desk("voices_of_passage", passage_of(consultation).pk),
        reverse("desk:passage_place"),
    ):  # fmt: skip
        assert client.get(address).status_code == (200 if role in MODERATORS else 403)


@pytest.mark.parametrize("written", ["1.2", "1,2", " f2 ", "f2"])
def test_from_a_voice_a_passage_is_named_by_number_or_by_its_id(client: Client, editor, consultation, written):
    voice = VoiceFactory(process=consultation.process)
    client.post(
        desk("voice_passages", voice.pk), {"action": "link", "konsultacja": consultation.slug, "numer": written}
    )
    assert PassageVoice.objects.get().passage.code == "f2"


@pytest.mark.parametrize("written", ["9.9", "", "1", "0", "x\x00", "f99", "1" * 500])
@pytest.mark.parametrize("slug", [None, "nie-ma"])
def test_a_place_that_is_no_passage_is_told_and_kept(client: Client, editor, consultation, written, slug):
    voice = VoiceFactory(process=consultation.process)
    sent = {"action": "link", "konsultacja": slug or consultation.slug, "numer": written}
    answer = client.post(desk("voice_passages", voice.pk), sent)
    assert (answer.status_code, PassageVoice.objects.count()) == (422, 0)
    assert 'role="alert"' in answer.content.decode()


def test_a_passage_of_another_process_is_no_choice(client: Client, editor, consultation):
    other = consultation_with_draft()
    voice = VoiceFactory(process=consultation.process)
    sent = {"action": "link", "konsultacja": other.slug, "numer": "1.1"}
    assert client.post(desk("voice_passages", voice.pk), sent).status_code == 422
    assert other.slug not in client.get(desk("voice_passages", voice.pk)).content.decode()


def test_the_text_of_the_place_is_shown_as_it_is_typed(client: Client, editor, consultation):
    place = reverse("desk:passage_place")
    asked = {"konsultacja": consultation.slug, "numer": "1.2"}
    assert "Fragment 1.2" in client.get(place, asked).content.decode()
    assert "urgent" in client.get(place, asked | {"numer": "9.9"}).content.decode()
    assert client.get(place, asked | {"numer": " "}).content == b""


def test_links_are_removed_from_both_sides_and_twice_is_no_harm(client: Client, editor, consultation):
    for name in ("voice_passages", "voices_of_passage"):
        voice = linked(consultation)
        link = PassageVoice.objects.get()
        address = desk(name, voice.pk if name == "voice_passages" else link.passage_id)
        for _ in range(2):
            assert client.post(address, {"action": "unlink", "link": link.pk}).status_code == 302
        assert not PassageVoice.objects.exists()


def test_a_link_of_another_voice_is_not_removed_through_this_one(client: Client, editor, consultation):
    linked(consultation)
    other = VoiceFactory(process=consultation.process)
    client.post(desk("voice_passages", other.pk), {"action": "unlink", "link": PassageVoice.objects.get().pk})
    assert PassageVoice.objects.count() == 1


def test_from_a_passage_checked_voices_are_linked(client: Client, editor, consultation):
    passage = passage_of(consultation)
    theme = ThemeFactory(slug="zielen")
    wanted = VoiceFactory(process=consultation.process, theme=theme)
    other = public_voice(process=consultation.process)
    foreign = VoiceFactory()
    address = desk("voices_of_passage", passage.pk)
    assert [voice.pk for voice in client.get(address).context["page"].rows] == [wanted.pk, other.pk]
    assert [voice.pk for voice in client.get(f"{address}?temat=zielen").context["page"].rows] == [wanted.pk]
    client.post(address, {"action": "link", "checked": [wanted.pk, foreign.pk, "x", "9" * 30]})
    assert list(PassageVoice.objects.values_list("voice", flat=True)) == [wanted.pk]
    assert [voice.pk for voice in client.get(address).context["page"].rows] == [other.pk]


def test_queries_of_the_desk_do_not_grow(client: Client, editor, consultation):
    voice = linked(consultation)
    addresses = [desk("voice_passages", voice.pk), desk("voices_of_passage", passage_of(consultation).pk)]
    few = [queries(partial(client.get, address)) for address in addresses]
    for code in ("f2", "f3", "f4"):
        link_voice(passage_of(consultation, code), voice, by=editor)
        linked(consultation)
        VoiceFactory(process=consultation.process, theme=ThemeFactory(), event=held_event())
    ConsultationFactory(process=consultation.process)
    assert [queries(partial(client.get, address)) for address in addresses] == few
