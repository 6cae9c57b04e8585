from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def follow(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def confirm(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def unsubscribe(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def messages(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
