"""A published version as documents to download: made once, kept for good. What is published does not change."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import slugify

from accounts.jobs import ask_for
from consultations.docx_writer import write_docx
from consultations.draft_document import document_of
from consultations.models import ChapterText, Consultation, DraftFile, DraftVersion, PassageText
from consultations.pdf_writer import write_pdf
from consultations.services.draft_words import has_words, write_words
from lublin2030.lib.translations import ORIGINAL, other_languages

JOB = "draft-files"
REVISION = 1  # raised when the documents come to look otherwise: they are then made anew
AT_ONCE = 250  # passages of a version whose files and words are made while the reader waits: about a second
CONTENT_TYPES = {
    DraftFile.Format.PDF: "application/pdf",
    DraftFile.Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WRITERS = {DraftFile.Format.PDF: write_pdf, DraftFile.Format.DOCX: write_docx}


def files_of(version: DraftVersion, language: str) -> list[DraftFile]:
    """The files of a version that are made, in the reader's language as far as it has one. Two queries at most."""
    made = DraftFile.objects.filter(version=version, revision=REVISION, language__in={language, ORIGINAL})
    by_format: dict[str, DraftFile] = {}
    for file in made:
        # Polish serves whoever reads a language in which nothing of the version is written.
        if file.format not in by_format or file.language == language:
            by_format[file.format] = file
    if language != ORIGINAL and any(file.language != language for file in by_format.values()):
        wanted = _language_of(version, language)
        by_format = {name: file for name, file in by_format.items() if file.language == wanted}
    return sorted(by_format.values(), key=lambda file: file.format, reverse=True)


def ready_file(
    version: DraftVersion, format: DraftFile.Format, language: str, *, now: dt.datetime | None = None
) -> DraftFile | None:
    """The file, made now if the version is short; None while the worker makes that of a long one."""
    language = _language_of(version, language)
    found = _find(version, format, language)
    if found is not None:
        return found
    if PassageText.objects.filter(version=version).count() > AT_ONCE:
        ask_for_files(version)
        return None
    return make_file(version, format, language, now=now)


def ask_for_files(version: DraftVersion) -> None:
    """Have the worker make everything of the version; asking again changes nothing."""
    with transaction.atomic():
        ask_for(JOB, key=f"{JOB}:{version.pk}:{REVISION}", by=None, version=version.pk)


def prepare_files(*, now: dt.datetime | None = None) -> int:
    """Ask for everything of each long published version that has no documents yet; how many there were. One query.

    Run by the worker every minute: however a version came to be published, its readers find the documents made.
    """
    made = Count("files", filter=Q(files__revision=REVISION, files__language=ORIGINAL), distinct=True)
    versions = (
        DraftVersion.objects.published(now or timezone.now())
        .annotate(made=made, size=Count("passages", distinct=True))
        .filter(made__lt=len(WRITERS), size__gt=AT_ONCE)
    )
    missing = list(versions)
    for version in missing:
        ask_for_files(version)
    return len(missing)


def make_everything(subject: dict[str, Any], progress: Callable[[int, int], None]) -> None:
    """The work of the job: the words for the search first, then the documents. What is made already is left alone."""
    version = DraftVersion.objects.filter(pk=subject["version"], published_at__isnull=False).first()
    if version is None:
        return
    languages = languages_of(version)
    passages = PassageText.objects.filter(version=version).count()
    total = passages + passages * len(languages) * len(WRITERS)
    if not has_words(version):
        write_words(version, lambda done, _total: progress(done, total))
    done = passages
    for language in languages:
        for format in WRITERS:
            progress(done, total)
            if _find(version, format, language) is None:
                make_file(version, format, language)
            done += passages
    progress(total, total)


def make_file(
    version: DraftVersion, format: DraftFile.Format, language: str, *, now: dt.datetime | None = None
) -> DraftFile:
    """Make one document and keep it. Of two who make the same at once, one's is kept and both get it."""
    now = now or timezone.now()
    content = WRITERS[format](document_of(version, language))
    file = DraftFile(
        version=version,
        format=format,
        language=language,
        revision=REVISION,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=now,
    )
    file.file.save(f"{language}-{REVISION}.{format}", ContentFile(content), save=False)
    DraftFile.objects.bulk_create([file], ignore_conflicts=True)
    kept = DraftFile.objects.get(version=version, format=format, language=language, revision=REVISION)
    if kept.file.name != file.file.name:
        file.file.storage.delete(file.file.name or "")
    return kept


def languages_of(version: DraftVersion) -> list[str]:
    """The original, and every language in which something of the version's text is written. Four queries at most."""
    return [ORIGINAL, *(language for language in other_languages() if _is_written_in(version, language))]


def _is_written_in(version: DraftVersion, language: str) -> bool:
    return (
        PassageText.objects.filter(version=version, **{f"translations__{language}__has_key": "wording"}).exists()
        or ChapterText.objects.filter(version=version, **{f"translations__{language}__has_key": "title"}).exists()
    )


def _language_of(version: DraftVersion, language: str) -> str:
    """The language of the document for a reader of that language."""
    return language if language == ORIGINAL or _is_written_in(version, language) else ORIGINAL


def _find(version: DraftVersion, format: DraftFile.Format, language: str) -> DraftFile | None:
    return DraftFile.objects.filter(version=version, format=format, language=language, revision=REVISION).first()


def file_name(consultation: Consultation, file: DraftFile) -> str:
    """What the reader's computer calls the file: ``projekt-konsultacje-2021-wersja-1.pdf``, in plain letters."""
    language = "" if file.language == ORIGINAL else f"-{file.language}"
    return f"projekt-{slugify(consultation.slug)[:60]}-wersja-{file.version.number}{language}.{file.format}"
