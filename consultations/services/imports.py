"""Bring in a document as the next version of a draft: read in the worker, looked at, then saved or discarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.jobs import ask_for
from accounts.models import Job, User
from consultations.errors import (
    AltTextMissing,
    ChapterTitleMissing,
    ImportChanged,
    ImportOutdated,
    NotPermitted,
)
from consultations.importing import Picture, UnreadableDocument, read_document
from consultations.importing.reading import LONGEST_TITLE, pictures_without_text, write_alt_texts
from consultations.models import (
    Chapter,
    ChapterText,
    Draft,
    DraftImage,
    DraftImport,
    DraftVersion,
    HistoryEntry,
    Passage,
    PassageText,
)
from consultations.permissions import may_set_up_consultations
from consultations.services.drafts import hold, next_codes, refuse_version_in_preparation
from consultations.services.history import record
from consultations.services.matching import propose_matches
from lublin2030.lib.storage import private_storage
from lublin2030.lib.translations import ORIGINAL

JOB = "draft-import"
BATCH = 500  # rows in one statement, where the database takes so many
State = DraftImport.State
Identity = TypeVar("Identity", Chapter, Passage)


class Tell(Protocol):
    """Hears how much of how much is done."""

    def __call__(self, done: int, total: int) -> None: ...


@transaction.atomic
def start_import(
    draft: Draft,
    *,
    format: DraftImport.Format,
    by: User,
    data: bytes = b"",
    file_name: str = "",
    source: str = "",
    now: dt.datetime | None = None,
) -> DraftImport:
    """Keep the document (``data`` of a file, or ``source`` that was pasted) and ask the worker to read it.

    Raises VersionInPreparation while an unpublished version waits, NotPermitted. What is wrong with the document the
    worker finds out; the import then says so.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    hold(draft)
    refuse_version_in_preparation(draft)
    draft_import = DraftImport(
        draft=draft, format=format, file_name=file_name[:200], source=source, by=by, at=now or timezone.now()
    )
    if data:
        draft_import.file.save(file_name, ContentFile(data), save=False)
    try:
        draft_import.save()
        _ask(draft_import, by)
        _record(HistoryEntry.Verb.BRING_IN_DOCUMENT, draft, by=by, now=draft_import.at)
    except BaseException:
        if data:
            draft_import.file.delete(save=False)
        raise
    return draft_import


def _ask(draft_import: DraftImport, by: User) -> Job:
    return ask_for(
        JOB,
        key=_job_key(draft_import),
        by=by,
        draft_import=draft_import.pk,
        revision=draft_import.revision,
    )


def _job_key(draft_import: DraftImport) -> str:
    return f"{JOB}:{draft_import.pk}:{draft_import.revision}"


def job_of(draft_import: DraftImport) -> Job | None:
    """The job that reads the import as it is asked for now; None when it was forgotten."""
    return Job.objects.filter(key=_job_key(draft_import)).first()


def read_import(subject: dict[str, Any], progress: Tell) -> None:
    """Read the import of the subject (``draft_import``, ``revision``). Run twice, or too late, it changes nothing.

    An unreadable document makes the import FAILED with the reason's code; that is a result, not a failure of the job.
    """
    waiting = DraftImport.objects.filter(pk=subject["draft_import"], revision=subject["revision"], state=State.WAITING)
    draft_import = waiting.select_related("draft").first()
    if draft_import is None:
        return
    # The draft is written in Polish, whoever brings it in.
    with translation.override(ORIGINAL):
        words = {"front_title": _("Before the first chapter"), "picture_word": _("[picture]")}
    try:
        read = read_document(
            _bytes_of(draft_import),
            draft_import.format,
            chapter_level=draft_import.chapter_level,
            tell=progress,
            **words,
        )
    except UnreadableDocument as error:
        waiting.update(state=State.FAILED, failure=error.code)
        return
    _take_over(draft_import.document, read.document)
    _keep_pictures(draft_import, read.pictures.values())
    with transaction.atomic():
        changed = waiting.update(state=State.READY, document=read.document, problems=read.problems, failure="")
        if changed:
            draft_import.refresh_from_db()
            propose_matches(draft_import)


def _bytes_of(draft_import: DraftImport) -> bytes:
    if not draft_import.file:
        return draft_import.source.encode()
    try:
        with draft_import.file.open("rb") as file:
            data: bytes = file.read()
    except FileNotFoundError as error:
        raise UnreadableDocument("gone") from error
    return data


def _take_over(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What a person has written stays when the document is read again: the pictures' texts, the chapters' titles."""
    for sha256, picture in new["pictures"].items():
        if sha256 in old.get("pictures", {}):
            picture["alt"] = old["pictures"][sha256]["alt"]
            picture["decorative"] = old["pictures"][sha256]["decorative"]
    write_alt_texts(new)
    new["renamed"] = old.get("renamed", {})
    for chapter in new["chapters"]:
        chapter["title"] = new["renamed"].get(chapter["title"], chapter["title"])


def _picture_folder(draft_import: DraftImport) -> str:
    """Beside the import's own file, under its random name."""
    return str(draft_import.file.name).rpartition(".")[0]


def picture_path(draft_import: DraftImport, name: str) -> str:
    """Where a picture of an import lies until it is saved."""
    return f"{_picture_folder(draft_import)}/{name}"


def _keep_pictures(draft_import: DraftImport, pictures: Iterable[Picture]) -> None:
    storage = private_storage()
    for picture in pictures:
        path = picture_path(draft_import, picture.name)
        if not storage.exists(path):
            storage.save(path, ContentFile(picture.data))


def _change(draft_import: DraftImport, revision: int, *, by: User, **values: Any) -> None:
    """Change a read import in one conditional statement. Raises ImportChanged, NotPermitted."""
    if not may_set_up_consultations(by):
        raise NotPermitted
    changed = DraftImport.objects.filter(pk=draft_import.pk, state=State.READY, revision=revision).update(
        revision=F("revision") + 1, **values
    )
    if not changed:
        raise ImportChanged
    draft_import.refresh_from_db()


@transaction.atomic
def choose_chapter_level(draft_import: DraftImport, *, level: int, revision: int, by: User) -> None:
    """Read the document again with chapters at headings down to the level (0: as the document suggests).

    The same level again matches a document anew with a version published meanwhile. What was written in the preview
    stays. Raises ImportChanged, NotPermitted.
    """
    _change(draft_import, revision, by=by, state=State.WAITING, chapter_level=level)
    _ask(draft_import, by)


@transaction.atomic
def set_alt_texts(draft_import: DraftImport, *, texts: Mapping[str, tuple[str, bool]], revision: int, by: User) -> None:
    """Say what pictures show: by digest, the text and whether the picture is mere decoration.

    Digests that the document does not have are passed over. Raises ImportChanged, NotPermitted.
    """
    document = draft_import.document
    for sha256, (alt, is_decorative) in texts.items():
        if sha256 in document.get("pictures", {}):
            document["pictures"][sha256] |= {"alt": " ".join(alt.split()), "decorative": is_decorative}
    write_alt_texts(document)
    _change(draft_import, revision, by=by, document=document)


@transaction.atomic
def rename_chapter(draft_import: DraftImport, *, chapter: int, title: str, revision: int, by: User) -> None:
    """Give the chapter (counted from 0) another title. Raises ChapterTitleMissing, ImportChanged, NotPermitted."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise ChapterTitleMissing
    document = draft_import.document
    try:
        one = document["chapters"][chapter]
    except (IndexError, KeyError) as error:
        raise ImportChanged from error
    renamed = document.setdefault("renamed", {})
    read_as = next((old for old, new in renamed.items() if new == one["title"]), one["title"])
    renamed[read_as] = title
    one["title"] = title
    _change(draft_import, revision, by=by, document=document)


@transaction.atomic
def discard_import(draft_import: DraftImport, *, by: User, now: dt.datetime | None = None) -> None:
    """Throw the import away, with its file and pictures. Raises ImportChanged when it was saved, NotPermitted."""
    if not may_set_up_consultations(by):
        raise NotPermitted
    paths = [*_picture_paths(draft_import), str(draft_import.file.name)] if draft_import.file else []
    changed = DraftImport.objects.filter(
        pk=draft_import.pk, state__in=[State.WAITING, State.READY, State.FAILED]
    ).update(
        state=State.DISCARDED, revision=F("revision") + 1, document={}, problems=[], matches={}, source="", file=""
    )
    if not changed:
        raise ImportChanged
    draft_import.refresh_from_db()
    _record(HistoryEntry.Verb.DISCARD_DOCUMENT, draft_import.draft, by=by, now=now)
    transaction.on_commit(lambda: _delete_files(paths), robust=True)


def _record(verb: HistoryEntry.Verb, draft: Draft, *, by: User, now: dt.datetime | None, **after: Any) -> None:
    """Without the file's name: people name files after people."""
    record(verb, consultation=draft.consultation, by=by, at=now or timezone.now(), after=after)


def _picture_paths(draft_import: DraftImport) -> list[str]:
    """All pictures that lie beside the import's file, also those of an earlier reading."""
    storage, folder = private_storage(), _picture_folder(draft_import)
    try:
        _folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return []
    return [f"{folder}/{name}" for name in names]


def _delete_files(paths: Iterable[str]) -> None:
    storage = private_storage()
    for path in paths:
        storage.delete(path)


@transaction.atomic
def save_import(
    draft_import: DraftImport, *, revision: int, by: User, label: str = "", now: dt.datetime | None = None
) -> DraftVersion:
    """Make the import the draft's next, unpublished version.

    Passages and chapters that were matched keep their permanent ids, and their translations where the Polish text is
    the same; the others get new ids. The number of statements does not depend on the number of passages, but for the
    batches in which the database takes rows. Raises ImportChanged, ImportOutdated, AltTextMissing,
    VersionInPreparation, NotPermitted.
    """
    if not may_set_up_consultations(by):
        raise NotPermitted
    draft = draft_import.draft
    hold(draft)
    latest = refuse_version_in_preparation(draft)
    changed = DraftImport.objects.filter(pk=draft_import.pk, state=State.READY, revision=revision).update(
        state=State.SAVED, revision=F("revision") + 1
    )
    if not changed:
        raise ImportChanged
    draft_import.refresh_from_db()
    if draft_import.base_id != (latest.pk if latest else None):
        raise ImportOutdated
    if pictures_without_text(draft_import.document):
        raise AltTextMissing
    version = DraftVersion.objects.create(draft=draft, number=latest.number + 1 if latest else 1, label=label)
    _write_texts(version, latest, draft_import.document, draft_import.matches)
    _write_images(draft, draft_import)
    DraftImport.objects.filter(pk=draft_import.pk).update(version=version)
    draft_import.version = version
    _record(HistoryEntry.Verb.SAVE_DOCUMENT, draft, by=by, now=now, version=version.number)
    paths = _picture_paths(draft_import) if draft_import.file else []
    transaction.on_commit(lambda: _delete_files(paths), robust=True)
    return version


def _write_texts(
    version: DraftVersion, latest: DraftVersion | None, document: dict[str, Any], matches: dict[str, Any]
) -> None:
    draft = version.draft
    read_chapters = document["chapters"]
    chapter_keys = [str(number) for number in range(len(read_chapters))]
    passage_keys = [
        f"{number}.{position}" for number, one in enumerate(read_chapters) for position in range(len(one["passages"]))
    ]
    wanted_chapters = matches.get("chapters", {})
    wanted_passages = {key: one["passage"] for key, one in matches.get("passages", {}).items()}
    chapter_ids = _identities(Chapter, draft, "r", chapter_keys, wanted_chapters)
    passage_ids = _identities(Passage, draft, "f", passage_keys, wanted_passages)
    old_chapters = {one.chapter_id: one for one in latest.chapters.all()} if latest else {}
    old_passages = {one.passage_id: one for one in latest.passages.all()} if latest else {}
    chapters = [
        ChapterText(
            version=version,
            chapter_id=chapter_ids[key],
            number=int(key) + 1,
            title=one["title"],
            translations=_translations(old_chapters.get(chapter_ids[key]), "title", one["title"]),
        )
        for key, one in zip(chapter_keys, read_chapters, strict=True)
    ]
    ChapterText.objects.bulk_create(chapters, batch_size=BATCH)
    PassageText.objects.bulk_create(
        (
            PassageText(
                version=version,
                chapter=chapter,
                passage_id=passage_ids[key := f"{number}.{position}"],
                position=position + 1,
                kind=one["kind"],
                level=one["level"],
                marker=one["marker"][:20],
                wording=one["text"],
                html=one["html"],
                footnotes=one["footnotes"],
                translations=_translations(old_passages.get(passage_ids[key]), "wording", one["text"]),
            )
            for number, (chapter, read) in enumerate(zip(chapters, read_chapters, strict=True))
            for position, one in enumerate(read["passages"])
        ),
        batch_size=BATCH,
    )


def _identities(
    model: type[Identity], draft: Draft, letter: str, keys: list[str], wanted: Mapping[str, int | None]
) -> dict[str, int]:
    """The identity's primary key for each key: the wanted one where the draft has it and no other took it, else new."""
    known = dict(model._default_manager.filter(draft=draft).values_list("pk", "code"))
    chosen: dict[str, int] = {}
    taken: set[int] = set()
    for key in keys:
        pk = wanted.get(key)
        if pk is not None and pk in known and pk not in taken:
            chosen[key] = pk
            taken.add(pk)
    fresh = [key for key in keys if key not in chosen]
    codes = next_codes(letter, known.values(), len(fresh))
    made = model._default_manager.bulk_create([model(draft=draft, code=code) for code in codes], batch_size=BATCH)
    return chosen | {key: one.pk for key, one in zip(fresh, made, strict=True)}


def _translations(old: ChapterText | PassageText | None, field: str, text: str) -> dict[str, Any]:
    return old.translations if old is not None and getattr(old, field) == text else {}


def _write_images(draft: Draft, draft_import: DraftImport) -> None:
    """The pictures as records of the draft; one it has already only gets the new text."""
    pictures = draft_import.document["pictures"]
    if not pictures:
        return
    old = {one.sha256: one for one in draft.images.filter(sha256__in=list(pictures))}
    storage = private_storage()
    made: list[DraftImage] = []
    for sha256, facts in pictures.items():
        alt = "" if facts["decorative"] else facts["alt"]
        if sha256 in old:
            old[sha256].alt = alt
            continue
        image = DraftImage(
            draft=draft,
            sha256=sha256,
            content_type=facts["content_type"],
            width=facts["width"],
            height=facts["height"],
            alt=alt,
        )
        with storage.open(picture_path(draft_import, facts["name"])) as file:
            image.file.save(facts["name"], ContentFile(file.read()), save=False)
        made.append(image)
    DraftImage.objects.bulk_create(made, batch_size=BATCH)
    DraftImage.objects.bulk_update(old.values(), ["alt"], batch_size=BATCH)
