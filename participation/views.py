from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def events(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def event(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def ledger(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def groups(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
