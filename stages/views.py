from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def index(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def detail(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def process(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def process_stage(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def news(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def news_detail(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
