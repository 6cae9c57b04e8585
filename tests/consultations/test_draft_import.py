"""Bringing in a document: asked for, read by the worker, saved as the next version, or thrown away."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import jobs
from accounts.models import Job
from accounts.roles import Role
from consultations.errors import (
    AltTextMissing,
    ChapterTitleMissing,
    ImportChanged,
    ImportOutdated,
    NotPermitted,
    VersionInPreparation,
)
from consultations.models import Draft, DraftImage, DraftImport, DraftVersion, Passage
from consultations.services import imports
from consultations.services.drafts import publish_version, start_next_version
from consultations.services.imports import (
    choose_chapter_level,
    discard_import,
    picture_path,
    read_import,
    rename_chapter,
    save_import,
    set_alt_texts,
    start_import,
)
from lublin2030.lib.storage import private_storage
from tests.consultations.importing.documents import nasty_docx
from tests.factories import ConsultationFactory, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
Format, State = DraftImport.Format, DraftImport.State

TEXT = """Rozdział 1. Miasto

Fragment 1.1: miasto sadzi drzewa.

Fragment 1.2: miasto sadzi drzewa.

Fragment zupełnie nowy.

Rozdział 2. Ludzie

Fragment 2.2: miasto sadzi drzewa.
"""


@pytest.fixture
def coordinator():
    return person(Role.COORDINATOR)


@pytest.fixture
def draft(consultation):
    return Draft.objects.get(consultation=consultation)


def pasted(draft, by, text=TEXT) -> DraftImport:
    """A pasted text that the worker has read."""
    started = start_import(draft, format=Format.TEXT, source=text, by=by)
    jobs.run_due(now=timezone.now())
    return DraftImport.objects.get(pk=started.pk)


@pytest.fixture(scope="module")
def nasty_bytes():
    return nasty_docx()


@pytest.fixture
def nasty(draft, coordinator, nasty_bytes):
    """The nasty DOCX, read."""
    started = start_import(draft, format=Format.DOCX, data=nasty_bytes, file_name="Plan Anny.docx", by=coordinator)
    jobs.run_due(now=timezone.now())
    return DraftImport.objects.get(pk=started.pk)


def describe(found: DraftImport, by) -> DraftImport:
    texts = {sha256: (f"Obraz {number}", False) for number, sha256 in enumerate(found.document["pictures"], 1)}
    set_alt_texts(found, texts=texts, revision=found.revision, by=by)
    return found


# -- Reading --------------------------------------------------------------------------------------------------------


def test_what_was_brought_in_waits_for_the_worker(draft, coordinator):
    started = start_import(draft, format=Format.TEXT, source=TEXT, by=coordinator)
    assert started.state == State.WAITING
    assert Job.objects.get().subject == {"draft_import": started.pk, "revision": 1}


def test_the_worker_reads_it(draft, coordinator):
    found = pasted(draft, coordinator)
    assert found.state == State.READY
    assert [one["title"] for one in found.document["chapters"]] == ["Rozdział 1. Miasto", "Rozdział 2. Ludzie"]
    assert Job.objects.get().state == Job.State.DONE


def test_the_file_lies_in_private_under_a_random_name(nasty):
    assert nasty.file.name.startswith("importy/")
    assert "Anny" not in nasty.file.name
    assert nasty.file.storage is private_storage()
    assert nasty.file_name == "Plan Anny.docx"


def test_the_progress_can_be_seen_while_it_is_read(nasty):
    job = Job.objects.get()
    assert 0 < job.done <= job.total


def test_an_unreadable_file_says_why_and_its_job_is_done(draft, coordinator):
    started = start_import(draft, format=Format.DOCX, data=b"to nie jest dokument", file_name="a.docx", by=coordinator)
    jobs.run_due(now=timezone.now())
    started.refresh_from_db()
    assert (started.state, started.failure) == (State.FAILED, "wrong_type")
    assert Job.objects.get().state == Job.State.DONE


def test_a_file_that_is_gone_from_the_store_says_so(draft, coordinator, nasty_bytes):
    started = start_import(draft, format=Format.DOCX, data=nasty_bytes, file_name="a.docx", by=coordinator)
    private_storage().delete(started.file.name)
    jobs.run_due(now=timezone.now())
    started.refresh_from_db()
    assert (started.state, started.failure) == (State.FAILED, "gone")


def test_a_killed_worker_leaves_no_trace_and_the_next_one_does_the_work_once(draft, coordinator, monkeypatch, during):
    started = start_import(draft, format=Format.TEXT, source=TEXT, by=coordinator)

    class Killed(BaseException):
        """Not an Exception: nothing can write down that it happened, as when a process dies."""

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(imports, "read_document", die)
        with pytest.raises(Killed):
            jobs.run_due(now=timezone.now())
    started.refresh_from_db()
    assert started.state == State.WAITING
    assert jobs.run_due(now=timezone.now()) == 0  # its lease still runs
    during.shift(jobs.LEASE + dt.timedelta(seconds=1))
    assert jobs.run_due(now=timezone.now()) == 1
    started.refresh_from_db()
    assert started.state == State.READY


def test_the_same_work_twice_gives_one_result(nasty):
    files = sorted(private_storage().listdir(nasty.file.name.rpartition(".")[0])[1])
    before = DraftImport.objects.filter(pk=nasty.pk).values().get()
    read_import({"draft_import": nasty.pk, "revision": 1}, lambda done, total: None)
    assert DraftImport.objects.filter(pk=nasty.pk).values().get() == before
    assert sorted(private_storage().listdir(nasty.file.name.rpartition(".")[0])[1]) == files


def test_a_reading_that_was_overtaken_changes_nothing(draft, coordinator):
    found = pasted(draft, coordinator)
    choose_chapter_level(found, level=1, revision=1, by=coordinator)
    read_import({"draft_import": found.pk, "revision": 1}, lambda done, total: None)
    found.refresh_from_db()
    assert found.state == State.WAITING


def test_the_words_of_the_portal_in_a_document_are_polish_whoever_reads_it(draft, coordinator):
    from django.utils import translation

    with translation.override("en"):
        found = pasted(draft, coordinator, "Słowo wstępne.")
    with translation.override("pl"):
        from django.utils.translation import gettext

        assert found.document["chapters"][0]["title"] == gettext("Before the first chapter")


# -- Checking -------------------------------------------------------------------------------------------------------


def test_another_chapter_level_reads_the_document_again(draft, coordinator):
    found = pasted(draft, coordinator, "# Strategia\n\n## Dom\n\nA.\n\n## Ogród\n\nB.")
    assert [one["title"] for one in found.document["chapters"]] == ["Dom", "Ogród"]
    choose_chapter_level(found, level=1, revision=found.revision, by=coordinator)
    jobs.run_due(now=timezone.now())
    found.refresh_from_db()
    assert [one["title"] for one in found.document["chapters"]] == ["Strategia"]
    assert [one["kind"] for one in found.document["chapters"][0]["passages"]] == [
        "heading", "paragraph", "heading", "paragraph",
    ]  # fmt: skip


def test_what_was_written_stays_when_the_document_is_read_again(nasty, coordinator):
    describe(nasty, coordinator)
    rename_chapter(nasty, chapter=0, title="Gdzie jesteśmy", revision=nasty.revision, by=coordinator)
    choose_chapter_level(nasty, level=0, revision=nasty.revision, by=coordinator)
    jobs.run_due(now=timezone.now())
    nasty.refresh_from_db()
    assert nasty.state == State.READY
    assert [one["title"] for one in nasty.document["chapters"]] == ["Gdzie jesteśmy", "Wskaźniki"]
    assert [one["alt"] for one in nasty.document["pictures"].values()] == ["Obraz 1", "Obraz 2"]


def test_a_description_stands_in_the_picture_and_as_its_text(nasty, coordinator):
    describe(nasty, coordinator)
    image = next(one for one in nasty.document["chapters"][1]["passages"] if one["kind"] == "image")
    assert 'alt="Obraz 1"' in image["html"]
    assert image["text"] == "Obraz 1"


@pytest.mark.parametrize("alt", ['"><script>alert(1)</script>', "a & b", "' onerror='x"])
def test_a_description_is_never_markup(nasty, coordinator, alt):
    (sha256, *_others) = nasty.document["pictures"]
    set_alt_texts(nasty, texts={sha256: (alt, False)}, revision=nasty.revision, by=coordinator)
    set_alt_texts(nasty, texts={sha256: (alt, False)}, revision=nasty.revision, by=coordinator)
    image = next(one for one in nasty.document["chapters"][1]["passages"] if one["kind"] == "image")
    from html import escape

    assert image["html"] == f'<img alt="{escape(alt)}" src="obraz:{sha256}" width="60" height="40">'


@pytest.mark.parametrize("title", ["", "   ", "x" * 301])
def test_a_chapter_needs_a_title_that_fits(draft, coordinator, title):
    found = pasted(draft, coordinator)
    with pytest.raises(ChapterTitleMissing):
        rename_chapter(found, chapter=0, title=title, revision=found.revision, by=coordinator)


CHANGES = {
    "level": lambda found, revision, by: choose_chapter_level(found, level=1, revision=revision, by=by),
    "pictures": lambda found, revision, by: set_alt_texts(found, texts={}, revision=revision, by=by),
    "title": lambda found, revision, by: rename_chapter(found, chapter=0, title="A", revision=revision, by=by),
    "save": lambda found, revision, by: save_import(found, revision=revision, by=by),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_somebody_else_has_changed_is_refused(draft, coordinator, change):
    found = pasted(draft, coordinator)
    set_alt_texts(DraftImport.objects.get(pk=found.pk), texts={}, revision=found.revision, by=coordinator)
    with pytest.raises(ImportChanged):
        CHANGES[change](found, 1, coordinator)


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED, State.SAVED, State.DISCARDED])
@pytest.mark.parametrize("change", CHANGES)
def test_only_an_import_that_was_read_can_be_changed(draft, coordinator, change, state):
    found = pasted(draft, coordinator)
    DraftImport.objects.filter(pk=found.pk).update(state=state)
    with pytest.raises(ImportChanged):
        CHANGES[change](found, found.revision, coordinator)


# -- Saving ---------------------------------------------------------------------------------------------------------


def test_saving_makes_the_next_version_which_nobody_sees_yet(draft, coordinator):
    version = save_import(pasted(draft, coordinator), revision=1, by=coordinator)
    assert (version.number, version.published_at) == (2, None)
    assert [str(one) for one in version.chapters.all()] == ["1. Rozdział 1. Miasto", "2. Rozdział 2. Ludzie"]
    found = DraftImport.objects.get()
    assert (found.state, found.version) == (State.SAVED, version)


def test_passages_with_the_same_text_keep_their_permanent_ids_and_new_ones_get_new_ids(draft, coordinator):
    version = save_import(pasted(draft, coordinator), revision=1, by=coordinator)
    codes = {one.number: one.passage.code for one in version.passages.select_related("passage", "chapter")}
    assert codes == {"1.1": "f1", "1.2": "f2", "1.3": "f7", "2.1": "f5"}
    assert [one.chapter.code for one in version.chapters.select_related("chapter")] == ["r1", "r2"]


def test_a_match_that_was_corrected_is_what_counts(draft, coordinator):
    found = pasted(draft, coordinator)
    third = Passage.objects.get(draft=draft, code="f3")
    found.matches["passages"]["0.2"] = {"passage": third.pk, "how": "chosen", "score": 0.0}
    found.save()
    version = save_import(found, revision=1, by=coordinator)
    assert version.passages.get(passage=third).wording == "Fragment zupełnie nowy."


def test_a_match_with_a_passage_of_another_draft_or_with_one_taken_twice_makes_a_new_passage(draft, coordinator):
    from tests.factories import consultation_with_draft

    other = Passage.objects.filter(draft__consultation=consultation_with_draft()).first()
    first = Passage.objects.get(draft=draft, code="f1")
    found = pasted(draft, coordinator)
    found.matches["passages"]["0.1"]["passage"] = other.pk
    found.matches["passages"]["0.2"]["passage"] = first.pk
    found.save()
    version = save_import(found, revision=1, by=coordinator)
    codes = {one.number: one.passage.code for one in version.passages.select_related("passage", "chapter")}
    assert (codes["1.1"], codes["1.2"], codes["1.3"]) == ("f1", "f7", "f8")


def test_translations_stay_where_the_text_is_the_same(draft, coordinator):
    old = draft.versions.get().passages.get(passage__code="f1")
    old.translate("wording", "en", "Passage 1.1: the city plants trees.")
    old.save()
    version = save_import(pasted(draft, coordinator), revision=1, by=coordinator)
    assert version.passages.get(passage__code="f1").text("wording", "en").value.startswith("Passage 1.1")
    assert version.passages.get(passage__code="f7").translations == {}


def test_all_that_was_read_of_a_passage_is_saved(nasty, coordinator):
    describe(nasty, coordinator)
    version = save_import(nasty, revision=nasty.revision, by=coordinator)
    read = [one for chapter in nasty.document["chapters"] for one in chapter["passages"]]
    kept = [
        {"kind": one.kind, "level": one.level, "marker": one.marker, "text": one.wording, "html": one.html,
         "footnotes": one.footnotes}
        for one in version.passages.all()
    ]  # fmt: skip
    assert kept == [{name: value for name, value in one.items() if name != "images"} for one in read]


def test_pictures_become_records_and_leave_the_import(nasty, coordinator, django_capture_on_commit_callbacks, draft):
    describe(nasty, coordinator)
    paths = [picture_path(nasty, one["name"]) for one in nasty.document["pictures"].values()]
    with django_capture_on_commit_callbacks(execute=True):
        save_import(nasty, revision=nasty.revision, by=coordinator)
    images = DraftImage.objects.filter(draft=draft).order_by("alt")
    assert [(one.alt, one.width, one.height) for one in images] == [("Obraz 1", 60, 40), ("Obraz 2", 60, 40)]
    for image in images:
        assert image.file.storage is private_storage()
        assert image.file.read()
    assert not any(private_storage().exists(path) for path in paths)


def test_a_picture_that_the_draft_has_already_is_not_kept_twice(nasty, coordinator, draft):
    (sha256, *_others) = nasty.document["pictures"]
    DraftImage.objects.create(
        draft=draft, sha256=sha256, file=ContentFile(b"x", "a.png"), content_type="image/png", width=1, height=1
    )
    describe(nasty, coordinator)
    save_import(nasty, revision=nasty.revision, by=coordinator)
    assert DraftImage.objects.get(sha256=sha256).alt == "Obraz 1"
    assert DraftImage.objects.count() == 2


def test_saving_without_a_description_is_refused_and_changes_nothing(nasty, coordinator):
    with pytest.raises(AltTextMissing):
        save_import(nasty, revision=nasty.revision, by=coordinator)
    assert DraftVersion.objects.count() == 1
    assert DraftImport.objects.get().state == State.READY


def test_mere_decoration_needs_no_description(nasty, coordinator):
    texts = dict.fromkeys(nasty.document["pictures"], ("", True))
    set_alt_texts(nasty, texts=texts, revision=nasty.revision, by=coordinator)
    version = save_import(nasty, revision=nasty.revision, by=coordinator)
    assert 'alt=""' in version.passages.get(kind="image").html


def test_saving_twice_makes_one_version(draft, coordinator):
    found = pasted(draft, coordinator)
    save_import(DraftImport.objects.get(pk=found.pk), revision=1, by=coordinator)
    with pytest.raises((ImportChanged, VersionInPreparation)):
        save_import(found, revision=1, by=coordinator)
    assert DraftVersion.objects.count() == 2


def test_an_import_matched_with_an_older_version_is_read_again_before_it_is_saved(draft, coordinator):
    found = pasted(draft, coordinator)
    publish_version(start_next_version(draft, by=coordinator), by=coordinator)
    with pytest.raises(ImportOutdated):
        save_import(found, revision=1, by=coordinator)
    found.refresh_from_db()
    choose_chapter_level(found, level=0, revision=1, by=coordinator)
    jobs.run_due(now=timezone.now())
    found.refresh_from_db()
    assert save_import(found, revision=found.revision, by=coordinator).number == 3


def test_the_first_version_of_a_draft_can_be_brought_in(coordinator, db):
    draft = Draft.objects.create(consultation=ConsultationFactory(), title="Nowy projekt")
    version = save_import(pasted(draft, coordinator), revision=1, by=coordinator)
    assert version.number == 1
    assert [one.passage.code for one in version.passages.select_related("passage")] == ["f1", "f2", "f3", "f4"]


@pytest.mark.parametrize("verb", ["start", "save"])
def test_while_a_version_is_in_preparation_nothing_is_brought_in(draft, coordinator, verb):
    found = pasted(draft, coordinator)
    start_next_version(draft, by=coordinator)
    with pytest.raises(VersionInPreparation):
        VERBS[verb](found, 1, coordinator)


def test_the_number_of_queries_does_not_grow_with_the_passages(draft, coordinator, connection_queries):
    counts = []
    for passages in (5, 60):
        text = "Rozdział 1. A\n\n" + "\n\n".join(f"Zdanie numer {number}." for number in range(passages))
        found = pasted(draft, coordinator, text)
        counts.append(connection_queries(lambda found=found: save_import(found, revision=1, by=coordinator)))
        DraftVersion.objects.filter(published_at=None).delete()
    assert counts[0] == counts[1]
    assert counts[0] <= 26


# -- Discarding -----------------------------------------------------------------------------------------------------


def test_a_discarded_import_leaves_no_file_and_no_text(nasty, coordinator, django_capture_on_commit_callbacks):
    paths = [nasty.file.name, *(picture_path(nasty, one["name"]) for one in nasty.document["pictures"].values())]
    assert all(private_storage().exists(path) for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        discard_import(nasty, by=coordinator)
    assert not any(private_storage().exists(path) for path in paths)
    found = DraftImport.objects.get()
    assert (found.state, found.document, found.problems, found.matches, found.source) == ("discarded", {}, [], {}, "")
    assert not found.file
    assert DraftVersion.objects.count() == 1


def test_a_saved_import_cannot_be_discarded(draft, coordinator):
    found = pasted(draft, coordinator)
    save_import(found, revision=1, by=coordinator)
    with pytest.raises(ImportChanged):
        discard_import(found, by=coordinator)


def test_an_import_that_was_discarded_while_it_waited_is_not_read(draft, coordinator):
    started = start_import(draft, format=Format.TEXT, source=TEXT, by=coordinator)
    discard_import(started, by=coordinator)
    jobs.run_due(now=timezone.now())
    assert DraftImport.objects.get().state == State.DISCARDED


# -- Who may --------------------------------------------------------------------------------------------------------

VERBS = {
    **CHANGES,
    "start": lambda found, revision, by: start_import(found.draft, format=Format.TEXT, source=TEXT, by=by),
    "discard": lambda found, revision, by: discard_import(found, by=by),
}


@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("verb", VERBS)
def test_coordinators_and_administrators_bring_in_documents_and_nobody_else(draft, coordinator, verb, role):
    from django.contrib.auth.models import AnonymousUser

    found = pasted(draft, coordinator)
    user = AnonymousUser() if role is None else person(role)
    if role in {Role.COORDINATOR, Role.ADMINISTRATOR}:
        VERBS[verb](found, 1, user)
    else:
        with pytest.raises(NotPermitted):
            VERBS[verb](found, 1, user)
