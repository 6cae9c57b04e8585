"""The desk's pages of drafts: their versions, bringing in a document, checking it, saving and publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.errors import ConsultationError, ImportOutdated, VersionInPreparation
from consultations.import_forms import AltTextsForm, BringInForm, ChapterLevelForm, ChapterTitleForm, RevisionForm
from consultations.import_preview import contents, match_counts, read_chapter
from consultations.import_words import failure_in_words, losses, size_in_words
from consultations.importing.reading import pictures_without_text
from consultations.models import Draft, DraftImport, DraftVersion
from consultations.permissions import may_set_up_consultations
from consultations.services.drafts import is_published, publish_version
from consultations.services.imports import (
    choose_chapter_level,
    discard_import,
    job_of,
    picture_path,
    rename_chapter,
    save_import,
    set_alt_texts,
    start_import,
)
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key
from lublin2030.lib.storage import private_storage

PASSAGES_SHOWN = 150  # of a chapter on one page of the preview
State = DraftImport.State


@desk_page(may_set_up_consultations)
def drafts(request: HttpRequest) -> HttpResponse:
    """Every draft with its versions and the documents that wait to be checked."""
    return _drafts_page(request)


def _drafts_page(request: HttpRequest, error: ConsultationError | None = None) -> HttpResponse:
    rows = [
        {
            "draft": draft,
            "versions": [
                {"version": version, "is_published": is_published(version)}
                for version in draft.all_versions  # type: ignore[attr-defined]
            ],
        }
        for draft in Draft.objects.for_desk()
    ]
    for row in rows:
        row["in_preparation"] = any(not one["is_published"] for one in row["versions"])  # type: ignore[attr-defined]
    context = {"rows": rows, "error": words_for(error) if error else ""}
    return render(request, "desk/drafts.html", context, status=status_for(error) if error else 200)


@desk_page(may_set_up_consultations)
def publish(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask once more, then publish the version in preparation."""
    version = get_object_or_404(DraftVersion.objects.select_related("draft__consultation"), pk=pk)
    if request.method == "POST":
        try:
            publish_version(version, by=signed_in_person(request))
        except ConsultationError as error:
            return _publish_page(request, version, error)
        messages.success(
            request,
            _("Version %(number)s of “%(title)s” is public.")
            % {"number": version.number, "title": version.draft.text("title").value},
        )
        return redirect("desk:drafts")
    return _publish_page(request, version)


def _publish_page(request: HttpRequest, version: DraftVersion, error: ConsultationError | None = None) -> HttpResponse:
    context = {
        "version": version,
        "draft": version.draft,
        "is_published": is_published(version),
        "chapters": version.chapters.count(),
        "passages": version.passages.count(),
        "error": words_for(error) if error else "",
        "queue_name": "drafts",
    }
    return render(request, "desk/publish_version.html", context, status=status_for(error) if error else 200)


@desk_page(may_set_up_consultations)
def bring_in(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Choose a file or paste a text, as the draft's next version."""
    draft = get_object_or_404(Draft.objects.select_related("consultation"), pk=pk)
    form = BringInForm(request.POST, request.FILES) if request.method == "POST" else BringInForm()
    error: ConsultationError | None = None
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            started = start_import(
                draft,
                format=form.format,
                by=signed_in_person(request),
                data=file.read() if file else b"",
                file_name=file.name if file else "",
                source=form.cleaned_data["source"],
            )
        except ConsultationError as refusal:
            error = refusal
        else:
            return redirect("desk:import", started.pk)
    context = {
        "draft": draft,
        "form": form,
        "in_hand": draft.imports.in_hand(),
        "error": words_for(error) if error else "",
        "has_errors": form.is_bound and bool(form.errors),
        "queue_name": "drafts",
    }
    return render(request, "desk/import_new.html", context, status=status_for(error) if error else 200)


@desk_page(may_set_up_consultations)
def one_import(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An import: how far the reading is, then the preview with what has to be said before it can be saved."""
    found = _find(pk)
    if request.method != "POST":
        return _import_page(request, found)
    form = _form(request, found)
    if not form.is_valid():
        return _import_page(request, found, form)
    try:
        return _do(request, found, form, by=signed_in_person(request))
    except ConsultationError as error:
        return _import_page(request, _find(pk), form, error)


def _find(pk: int) -> DraftImport:
    return get_object_or_404(DraftImport.objects.select_related("draft__consultation", "version", "by"), pk=pk)


def _form(request: HttpRequest, found: DraftImport) -> RevisionForm:
    match request.POST.get("action"):
        case "save" | "discard" | "again":
            return RevisionForm(request.POST)
        case "level":
            return ChapterLevelForm(request.POST)
        case "title":
            return ChapterTitleForm(request.POST)
        case "pictures":
            return AltTextsForm(request.POST, pictures=found.document.get("pictures", {}))
    raise BadRequest


def _do(request: HttpRequest, found: DraftImport, form: RevisionForm, *, by: User) -> HttpResponseBase:
    """Do what the button asks for, and go on to where its result is seen. Raises what the verb raises."""
    values = form.cleaned_data
    revision = values["revision"]
    match request.POST["action"]:
        case "save":
            version = save_import(found, revision=revision, by=by)
            messages.success(
                request,
                _("Version %(number)s is saved. Readers see it when you publish it.") % {"number": version.number},
            )
            return redirect("desk:publish_version", version.pk)
        case "discard":
            discard_import(found, by=by)
            messages.success(request, _("The import was discarded. The draft has not changed."))
            return redirect("desk:drafts")
        case "level":
            choose_chapter_level(found, level=values["level"], revision=revision, by=by)
        case "again":
            choose_chapter_level(found, level=found.chapter_level, revision=revision, by=by)
        case "title":
            rename_chapter(found, chapter=values["chapter"], title=values["title"], revision=revision, by=by)
            messages.success(request, _("The chapter has its new title."))
            return _back_to(found, values["chapter"] + 1)
        case _:
            assert isinstance(form, AltTextsForm)  # noqa: S101  the action chose the form
            set_alt_texts(found, texts=form.texts, revision=revision, by=by)
            messages.success(request, _("What the pictures show is saved."))
    return redirect("desk:import", found.pk)


def _back_to(found: DraftImport, chapter: int) -> HttpResponseBase:
    response = redirect("desk:import", found.pk)
    response["Location"] += f"?rozdzial={chapter}#rozdzial"
    return response


def _import_page(
    request: HttpRequest, found: DraftImport, tried: RevisionForm | None = None, error: ConsultationError | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "one": found,
        "draft": found.draft,
        "error": words_for(error) if error else "",
        "has_errors": bool(tried and tried.errors),
        "queue_name": "drafts",
    }
    if found.state == State.WAITING:
        context["job"] = job_of(found)
    elif found.state == State.FAILED:
        context["failure"] = failure_in_words(found.failure)
    elif found.state == State.READY:
        context |= _preview(request, found, tried)
    return render(request, "desk/import.html", context, status=status_for(error) if error else 200)


def _preview(request: HttpRequest, found: DraftImport, tried: RevisionForm | None) -> dict[str, Any]:
    chapters = contents(found)
    asked = read_key(request.GET.get("rozdzial")) or 1
    if not 1 <= asked <= len(chapters):
        raise Http404
    pages = Paginator(read_chapter(found, asked - 1), PASSAGES_SHOWN)
    page = pages.get_page(request.GET.get("strona"))
    revision = {"revision": found.revision}
    pictures = found.document.get("pictures", {})

    def form(kind: type[RevisionForm], **options: Any) -> RevisionForm:
        if type(tried) is kind and tried.errors:
            return tried
        return kind(**options)

    latest = found.draft.versions.order_by("-number").first()
    hindrance: ConsultationError | None = None
    if latest is not None and not is_published(latest):
        hindrance = VersionInPreparation()
    elif found.base_id != (latest.pk if latest else None):
        hindrance = ImportOutdated()
    return {
        # Said before the button is pressed, not only after it.
        "hindrance": words_for(hindrance) if hindrance else "",
        "is_outdated": isinstance(hindrance, ImportOutdated),
        "in_preparation": latest if isinstance(hindrance, VersionInPreparation) else None,
        "chapters": chapters,
        "chapter": chapters[asked - 1],
        "page": page,
        "size": size_in_words(found.document),
        "losses": losses(found.problems),
        "matches": match_counts(found),
        "number": latest.number + 1 if latest else 1,
        "pictures_form": form(AltTextsForm, initial=revision, pictures=pictures) if pictures else None,
        "picture_total": len(pictures),
        "pictures_open": len(pictures_without_text(found.document)),
        "level_form": form(ChapterLevelForm, initial=revision | {"level": found.chapter_level}),
        "title_form": form(
            ChapterTitleForm,
            initial=revision | {"chapter": asked - 1, "title": chapters[asked - 1]["title"]},
        ),
        "levels": found.document["headings"],
    }


@desk_page(may_set_up_consultations)
def picture(request: HttpRequest, pk: int, sha256: str) -> HttpResponseBase:
    """A picture of an import that is being checked."""
    found = get_object_or_404(DraftImport, pk=pk, state=State.READY)
    facts = found.document.get("pictures", {}).get(sha256)
    if facts is None:
        raise Http404
    path = picture_path(found, facts["name"])
    try:
        file = private_storage().open(path)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=facts["content_type"])
    response["X-Content-Type-Options"] = "nosniff"
    return response
