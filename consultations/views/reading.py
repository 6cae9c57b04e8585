from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def index(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def detail(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def draft(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def chapter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def register(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def remark(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
