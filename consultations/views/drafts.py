"""The draft as residents read it: contents, chapters, search, documents to download, pictures."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.http import require_safe

from consultations import reading
from consultations.draft_search import SearchResults, search_draft
from consultations.markup import SHA256
from consultations.models import ChapterText, Consultation, DraftFile, DraftImage, DraftVersion
from consultations.permissions import may_set_up_consultations
from consultations.services import draft_files
from consultations.services.comparisons import changed_since_previous
from consultations.views.shared import basket_of, context_of, public_consultation
from lublin2030.lib.paging import read_key
from lublin2030.lib.translations import current_language

IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
IMAGE_SECONDS = 30 * 24 * 3600  # the address holds the picture's digest: what it leads to never changes


def _read_draft(request: HttpRequest, slug: str) -> tuple[Consultation, list[DraftVersion], DraftVersion | None]:
    """The public consultation of the address, the published versions, and the one that is asked for (``?wersja=``)."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    versions = reading.published_versions(consultation, now)
    return consultation, versions, reading.choose_version(versions, request.GET.get("wersja"))


def _context(consultation: Consultation, versions: list[DraftVersion], version: DraftVersion | None) -> dict[str, Any]:
    """What every page of the draft shows."""
    is_latest = version is None or version == versions[0]
    return context_of(consultation, timezone.now()) | {
        "draft": reading.draft_of(consultation),
        "versions": versions,
        "version": version,
        "is_latest": is_latest,
        # What an address needs behind it to stay in the version that is read.
        "version_query": "" if is_latest or version is None else f"?wersja={version.number}",
    }


@require_safe
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The contents of the draft: the newest published version, or an earlier one (``?wersja=``)."""
    consultation, versions, version = _read_draft(request, slug)
    context = _context(consultation, versions, version) | {
        "contents": reading.contents(consultation, version, timezone.now()) if version else [],
        "files": draft_files.files_of(version, current_language()) if version else [],
    }
    return _with_basket(request, "consultations/draft.html", consultation, version, context)


@require_safe
def chapter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The reader: a chapter with its passages, the contents beside it, and the browser's own unsent remarks.

    A long chapter comes in parts (``?czesc=2``); ``?fragment=f12`` opens the part on which that passage stands.
    """
    now = timezone.now()
    consultation, versions, version = _read_draft(request, slug)
    chapters = list(ChapterText.objects.filter(version=version).order_by("number")) if version else []
    place = next((place for place, one in enumerate(chapters) if one.number == number), None)
    if version is None or place is None:
        raise Http404
    shown = reading.read_chapter(
        consultation,
        chapters[place],
        now,
        part=request.GET.get("czesc", ""),
        code=request.GET.get("fragment", ""),
    )
    if shown is None:
        raise Http404
    context = _context(consultation, versions, version)
    context |= {
        "chapters": chapters,
        "chapter": chapters[place],
        "shown": shown,
        "passages": shown.passages,
        "chapter_remarks": shown.remarks,
        "previous": chapters[place - 1] if place else None,
        "next": chapters[place + 1] if place + 1 < len(chapters) else None,
        "changed": changed_since_previous(version) if len(versions) > 1 else frozenset(),
        "takes_remarks": consultation.is_open(now) and context["is_latest"],
    }
    return _with_basket(request, "consultations/chapter.html", consultation, version, context)


@require_safe
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """The passages in which the words of ``?q=`` stand, by chapters; in any of their forms, with or without marks."""
    consultation, versions, version = _read_draft(request, slug)
    if version is None:
        raise Http404
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[: settings.LONGEST_DRAFT_QUERY]
    results: SearchResults | None = None
    if query:
        results = search_draft(
            version,
            query,
            after=read_key(request.GET.get("after")),
            before=read_key(request.GET.get("before")),
        )
    context = _context(consultation, versions, version) | {"query": query, "results": results}
    pager = {"q": query} | ({} if context["is_latest"] or version is None else {"wersja": version.number})
    context["pager_query"] = f"{urlencode(pager)}&"
    return render(request, "consultations/search_draft.html", context)


@require_safe
def download(request: HttpRequest, slug: str, format: str) -> HttpResponseBase:
    """The whole version as a document, in the reader's language; while it is being made, a page that says so."""
    consultation, versions, version = _read_draft(request, slug)
    asked = request.GET.get("wersja")
    # A document that somebody keeps must be the one that was asked for, or none.
    if version is None or (asked is not None and str(version.number) != asked):
        raise Http404
    file = draft_files.ready_file(version, DraftFile.Format(format), current_language())
    if file is None:
        context = _context(consultation, versions, version) | {"format": DraftFile.Format(format)}
        response: HttpResponseBase = render(request, "consultations/draft_file_waits.html", context, status=202)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = "30"
        return response
    modified = int(file.made_at.timestamp())
    etag = quote_etag(file.sha256[:32])
    unchanged = get_conditional_response(request, etag=etag, last_modified=modified)
    response = unchanged or FileResponse(
        file.file.open("rb"), as_attachment=True, filename=draft_files.file_name(consultation, file)
    )
    response.headers["Content-Type"] = draft_files.CONTENT_TYPES[DraftFile.Format(format)]
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    return response


@require_safe
def image(request: HttpRequest, slug: str, sha256: str) -> HttpResponseBase:
    """A picture of a published version; who sets up consultations sees those of versions in preparation too."""
    if not SHA256.fullmatch(sha256):
        raise Http404
    found = get_object_or_404(
        DraftImage.objects.filter(draft__consultation__slug=slug, content_type__in=IMAGE_TYPES), sha256=sha256
    )
    is_public = DraftVersion.objects.showing_image(found, timezone.now()).exists()
    # A public picture must not ask who looks at it: asking would make it personal to every cache.
    if not is_public and not may_set_up_consultations(request.user):
        raise Http404
    etag = quote_etag(found.sha256[:32])
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or FileResponse(found.file.open("rb"), content_type=found.content_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={IMAGE_SECONDS}" if is_public else "private, no-store"
    return response


def _with_basket(
    request: HttpRequest,
    template: str,
    consultation: Consultation,
    version: DraftVersion | None,
    context: dict[str, Any],
) -> HttpResponse:
    """The page with the browser's unsent remarks, if there are any; it is then kept by nobody."""
    basket = basket_of(request, consultation)
    lines = reading.basket_lines(basket, version) if basket else []
    response = render(request, template, context | {"basket_lines": lines})
    if lines:
        response["Cache-Control"] = "private, no-store"
    return response
