from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def basket(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def new_remark(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def edit_remark(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def remove_remark(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def review(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
