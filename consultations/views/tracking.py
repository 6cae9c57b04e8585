from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def case(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def receipt(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
