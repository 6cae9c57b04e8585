from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def verification(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def submission(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def assignment(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def answers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def publication(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404


def remark(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    raise Http404
