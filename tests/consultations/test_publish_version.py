"""Publishing a version of a draft: once, with a history row, and told to who listens."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.roles import Role
from consultations.errors import VersionAlreadyPublished, VersionEmpty
from consultations.models import Draft, DraftVersion, HistoryEntry, PassageText
from consultations.services.drafts import is_published, publish_version, start_next_version
from consultations.signals import draft_version_published
from consultations.words import describe_history
from tests.factories import DURING, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def version(consultation, coordinator):
    return start_next_version(Draft.objects.get(consultation=consultation), by=coordinator)


def test_readers_see_it_from_that_moment(version, coordinator):
    publish_version(version, by=coordinator, now=DURING)
    kept = DraftVersion.objects.get(pk=version.pk)
    assert kept.published_at == DURING
    assert is_published(kept, DURING)


def test_it_can_be_published_for_later(version, coordinator):
    later = DURING + dt.timedelta(days=3)
    publish_version(version, by=coordinator, at=later, now=DURING)
    assert not is_published(version, DURING)
    assert is_published(version, later)


def test_a_moment_in_the_past_means_now(version, coordinator):
    publish_version(version, by=coordinator, at=DURING - dt.timedelta(days=3), now=DURING)
    assert version.published_at == DURING


def test_the_history_says_which_version_and_who(version, coordinator):
    publish_version(version, by=coordinator, now=DURING)
    entry = HistoryEntry.objects.get(verb=HistoryEntry.Verb.PUBLISH_VERSION)
    assert (entry.by, entry.at, entry.after["version"]) == (coordinator, DURING, 2)
    (told,) = describe_history([entry])
    assert any("2" in phrase for phrase in told["after"])


def test_who_listens_is_told(version, coordinator):
    heard = []

    def hear(sender, version, **kwargs):
        heard.append(version)

    draft_version_published.connect(hear)
    try:
        publish_version(version, by=coordinator)
    finally:
        draft_version_published.disconnect(hear)
    assert heard == [version]


def test_publishing_twice_is_refused(version, coordinator):
    publish_version(version, by=coordinator, now=DURING)
    with pytest.raises(VersionAlreadyPublished):
        publish_version(version, by=coordinator, now=DURING + dt.timedelta(minutes=1))
    assert HistoryEntry.objects.filter(verb=HistoryEntry.Verb.PUBLISH_VERSION).count() == 1


def test_a_version_without_text_is_not_published(version, coordinator):
    PassageText.objects.filter(version=version).delete()
    with pytest.raises(VersionEmpty):
        publish_version(version, by=coordinator)


def test_the_next_version_begins_with_the_layout_of_the_latest(consultation, coordinator):
    draft = Draft.objects.get(consultation=consultation)
    notes = [{"number": "1", "html": "Przypis."}]
    PassageText.objects.filter(version__draft=draft, passage__code="f2").update(
        kind="item", level=3, marker="a)", html="<strong>Fragment</strong>", footnotes=notes
    )
    started = start_next_version(draft, by=coordinator)
    kept = started.passages.get(passage__code="f2")
    assert (kept.kind, kept.level, kept.marker, kept.html, kept.footnotes) == (
        "item", 3, "a)", "<strong>Fragment</strong>", notes,
    )  # fmt: skip


def test_a_text_typed_anew_in_the_record_loses_the_layout_that_said_the_old_text(version, coordinator, client):
    from django.urls import reverse

    text = version.passages.get(passage__code="f1")
    PassageText.objects.filter(pk=text.pk).update(html="<strong>Fragment</strong>", kind="table")
    client.force_login(coordinator)
    address = reverse("admin:consultations_chaptertext_change", args=[text.chapter_id])
    page = client.get(address)
    forms = page.context["inline_admin_formsets"][0].formset
    data = {"title": text.chapter.title, "number": text.chapter.number, "title_en": "", "title_uk": ""}
    for field in forms.management_form:
        data[field.html_name] = field.value()
    for form in forms.initial_forms:
        for field in form:
            data[field.html_name] = field.value() or ""
    data[f"{forms.initial_forms[0].prefix}-wording"] = "Nowa treść."
    assert client.post(address, data).status_code == 302
    changed = PassageText.objects.get(pk=text.pk)
    assert (changed.wording, changed.html, changed.kind) == ("Nowa treść.", "", "paragraph")
