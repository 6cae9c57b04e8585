"""Record pages of consultations: what is published stays, what verbs write is only shown."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models.signals import pre_save
from django.forms import MultiWidget
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.errors import VersionEmpty, VersionInPreparation
from consultations.models import ChapterText, Consultation, Draft, DraftVersion, HistoryEntry, PassageText
from consultations.services.drafts import is_published, start_next_version
from consultations.services.tallies import recount
from consultations.words import words_for
from tests.factories import person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def page(name, record) -> str:
    return reverse(f"admin:consultations_{name}_change", args=[record.pk])


def test_a_consultation_with_submissions_cannot_be_deleted(consultation, client, coordinator):
    address = reverse("admin:consultations_consultation_delete", args=[consultation.pk])
    submission(consultation)
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Consultation.objects.exists()


def form_as_shown(client, address) -> dict[str, object]:
    """What a browser would send of a record's page if nothing were changed."""
    context = client.get(address).context
    sets = [inline.formset for inline in context["inline_admin_formsets"]]
    forms = [context["adminform"].form]
    forms += [form for one in sets for form in (one.management_form, *one.initial_forms)]
    sent: dict[str, object] = {}
    for field in (field for form in forms for field in form):
        widget, value = field.field.widget, field.value()
        if isinstance(widget, MultiWidget):
            for at, part in enumerate(widget.decompress(value)):
                sent[f"{field.html_name}_{at}"] = widget.widgets[at].format_value(part) or ""
        else:
            sent[field.html_name] = "" if value is None else value
    return sent


def test_a_submission_that_comes_while_a_consultation_is_edited_stays_counted(consultation, client, coordinator):
    sent = form_as_shown(client, page("consultation", consultation)) | {"title": "Nowy tytuł", "title_en": "New title"}

    def submission_comes(**_kwargs) -> None:
        pre_save.disconnect(sender=Consultation, dispatch_uid="meanwhile")
        submission(consultation, remarks=2)

    pre_save.connect(submission_comes, sender=Consultation, dispatch_uid="meanwhile", weak=False)
    try:
        answer = client.post(page("consultation", consultation), sent)
    finally:
        pre_save.disconnect(sender=Consultation, dispatch_uid="meanwhile")
    assert answer.status_code == 302, answer.context["errors"]
    now = Consultation.objects.get(pk=consultation.pk)
    assert (now.last_number, now.remark_count) == (1, 2)
    assert (now.title, now.text("title", "en").value) == ("Nowy tytuł", "New title")
    assert recount(now) == []


def test_a_topic_cannot_be_deleted_once_remarks_are_counted_under_it(consultation, client, coordinator):
    address = page("consultation", consultation)
    assert "topics-0-DELETE" in client.get(address).content.decode()
    submission(consultation)
    answer = client.post(address, form_as_shown(client, address) | {"topics-0-DELETE": "on"})
    assert answer.status_code == 302, answer.context["errors"]
    assert consultation.topics.exists()


def test_the_terms_say_that_they_are_in_warsaw_time(consultation, client, coordinator):
    text = client.get(page("consultation", consultation)).content.decode()
    assert text.count("Czas warszawski") >= 3


def test_a_published_versions_texts_are_only_shown(consultation, client, coordinator):
    chapter = ChapterText.objects.first()
    passage = chapter.passages.first()
    before = passage.wording
    text = client.get(page("chaptertext", chapter)).content.decode()
    assert before in text
    assert 'name="passages-0-wording"' not in text
    sent = {"number": chapter.number, "title": "Inny", "passages-TOTAL_FORMS": 0, "passages-INITIAL_FORMS": 0}
    assert client.post(page("chaptertext", chapter), sent).status_code == 403
    assert client.post(page("draftversion", chapter.version), {"label": "Inna"}).status_code == 403
    passage.refresh_from_db()
    assert passage.wording == before


def test_the_next_version_begins_with_the_latest_texts_and_keeps_their_ids(consultation, client, coordinator):
    draft = Draft.objects.get()
    client.post(reverse("admin:consultations_draft_next", args=[draft.pk]))
    one, two = DraftVersion.objects.order_by("number")
    assert two.published_at is None
    texts = [
        list(v.passages.values_list("passage__code", "wording", "chapter__number", "position")) for v in (one, two)
    ]
    assert texts[0] == texts[1]
    with pytest.raises(VersionInPreparation):
        start_next_version(draft, by=coordinator)


def version_form(client, version, day: str, time: str = "12:00") -> dict[str, object]:
    return form_as_shown(client, page("draftversion", version)) | {"published_at_0": day, "published_at_1": time}


def test_a_date_set_here_publishes_by_the_verb_with_its_history(consultation, client, coordinator):
    version = start_next_version(Draft.objects.get(), by=coordinator)
    sent = version_form(client, version, "2099-01-02")
    assert client.post(page("draftversion", version), sent).status_code == 302
    version.refresh_from_db()
    assert version.published_at is not None
    assert (version.published_at.year, is_published(version)) == (2099, False)
    entry = HistoryEntry.objects.get(verb="publish_version")
    assert (entry.by, entry.after["version"]) == (coordinator, 2)


def test_an_empty_version_is_not_published_here_either(consultation, client, coordinator):
    version = start_next_version(Draft.objects.get(), by=coordinator)
    version.passages.all().delete()
    answer = client.post(page("draftversion", version), version_form(client, version, "2021-12-01"), follow=True)
    version.refresh_from_db()
    assert version.published_at is None
    assert words_for(VersionEmpty()) in answer.content.decode()
    assert not HistoryEntry.objects.filter(verb="publish_version").exists()


def test_a_version_in_preparation_is_written_and_a_new_passage_gets_the_next_id(consultation, client, coordinator):
    version = start_next_version(Draft.objects.get(), by=coordinator)
    chapter = version.chapters.first()
    passages = list(chapter.passages.all())
    sent = {
        "number": chapter.number,
        "title": "Nowy tytuł",
        "title_en": "New title",
        "passages-TOTAL_FORMS": len(passages) + 1,
        "passages-INITIAL_FORMS": len(passages),
    }
    for at, passage in enumerate(passages):
        sent |= {f"passages-{at}-id": passage.pk, f"passages-{at}-chapter": chapter.pk}
        sent |= {f"passages-{at}-position": passage.position, f"passages-{at}-kind": "paragraph"}
        sent |= {f"passages-{at}-wording": passage.wording, f"passages-{at}-wording_uk": "Текст"}
    at = len(passages)
    sent |= {f"passages-{at}-id": "", f"passages-{at}-chapter": chapter.pk, f"passages-{at}-position": 99}
    sent |= {f"passages-{at}-kind": "paragraph", f"passages-{at}-wording": "Dopisany fragment."}
    answer = client.post(page("chaptertext", chapter), sent)
    assert answer.status_code == 302
    new = PassageText.objects.get(wording="Dopisany fragment.")
    assert (new.version, new.passage.code) == (version, "f7")
    assert ChapterText.objects.get(pk=chapter.pk).text("title", "en").value == "New title"
    assert PassageText.objects.get(pk=passages[0].pk).text("wording", "uk").value == "Текст"


def test_the_secret_addresses_of_a_submission_are_shown_to_nobody(consultation, client, coordinator):
    sent = submission(consultation)
    text = client.get(page("submission", sent)).content.decode()
    assert "Jan Przykładowy" in text
    assert sent.tracking_token not in text
    assert sent.form_token not in text
    assert reverse("desk:submission", args=[sent.pk]) in text


@pytest.mark.parametrize("name", ["submission", "remark", "decision", "historyentry", "consultation", "draft"])
def test_a_list_of_records_costs_the_same_queries_however_long_it_is(consultation, client, coordinator, name):
    address = reverse(f"admin:consultations_{name}_changelist")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    by = person(Role.COORDINATOR)
    remark_in_state(consultation, "approved", by=by)
    cost()
    few = cost()
    for _time in range(4):
        remark_in_state(consultation, "approved", by=by)
    assert cost() == few


def test_headings_and_relations_are_called_what_the_record_is_called_in_polish(consultation, client, coordinator):
    shown = client.get(page("submission", submission(consultation))).content.decode()
    assert "<h1>Zgłoszenie</h1>" in shown
    assert "Consultation" not in shown
    listed = client.get(reverse("admin:consultations_remark_changelist")).content.decode()
    assert "<h1>Uwagi</h1>" in listed
    assert "Consultation" not in listed
