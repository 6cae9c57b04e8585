from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def home(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def summary(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
