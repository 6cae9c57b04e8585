"""Pages of the process, its stages, news, and the pages that staff write."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone

from lublin2030.lib.paging import page_by_moment, read_key
from lublin2030.lib.panels import stage_panels
from stages.models import Document, Milestone, News, Page, Process, Stage

NEWS_PAGE_SIZE = 20
NEWS_ON_STAGE = 5


def index(request: HttpRequest) -> HttpResponse:
    """The main process; a sentence where the portal has none yet."""
    return _process_page(request, Process.objects.main())


def detail(request: HttpRequest, number: int) -> HttpResponse:
    """A stage of the main process."""
    return _stage_page(request, get_object_or_404(Process, is_main=True), number)


def process(request: HttpRequest, slug: str) -> HttpResponse:
    """Any other process; the main one has its own address."""
    found = get_object_or_404(Process.objects.select_related("parent"), slug=slug)
    return redirect(found, permanent=True) if found.is_main else _process_page(request, found)


def process_stage(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A stage of any other process."""
    found = get_object_or_404(Process, slug=slug)
    if found.is_main:
        return redirect("stages:detail", number, permanent=True)
    return _stage_page(request, found, number)


def _process_page(request: HttpRequest, process: Process | None) -> HttpResponse:
    context: dict[str, Any] = {"section": "process", "process": process}
    if process is not None:
        context |= {
            "stages": list(Stage.objects.of_process(process)),
            "milestones": Milestone.objects.of_process(process),
            "documents": Document.objects.of_whole_process(process),
            "children": process.children.all(),
        }
    return render(request, "stages/process.html", context)


def _stage_page(request: HttpRequest, process: Process, number: int) -> HttpResponse:
    stages = list(Stage.objects.of_process(process))
    place = next((place for place, stage in enumerate(stages) if stage.number == number), None)
    if place is None:
        raise Http404
    stage = stages[place]
    context = {
        "section": "process",
        "process": process,
        "stages": stages,
        "stage": stage,
        "previous": stages[place - 1] if place else None,
        "next": stages[place + 1] if place + 1 < len(stages) else None,
        "results": stage.results.all(),
        "milestones": stage.milestones.all(),
        "documents": Document.objects.of_stage(stage),
        "news": News.objects.published(timezone.now()).of_stage(stage)[:NEWS_ON_STAGE],
        "panels": [
            render_to_string(template, {"stage": stage} | panel, request)
            for template, panel in stage_panels(request, stage)
        ],
    }
    return render(request, "stages/stage.html", context)


def news(request: HttpRequest) -> HttpResponse:
    """What is new, newest first."""
    page = page_by_moment(
        News.objects.published(timezone.now()).select_related("process", "stage"),
        field="published_at",
        newest_first=True,
        size=NEWS_PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    return render(request, "stages/news.html", {"section": "news", "page": page})


def news_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One published piece of news; 404 before its time."""
    published = News.objects.published(timezone.now()).select_related("process", "stage__process")
    return render(
        request, "stages/news_detail.html", {"section": "news", "item": get_object_or_404(published, slug=slug)}
    )


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that staff write."""
    return render(request, "stages/page.html", {"page": get_object_or_404(Page, slug=slug)})
