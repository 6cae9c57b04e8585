"""The portal's addresses and three bare views, behind the same middleware. None of the three is ever kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from lublin2030.urls import handler403, handler404, handler500
from lublin2030.urls import urlpatterns as portal_urls
from script.benchmark.models import Row


@never_cache
def template(request: HttpRequest) -> HttpResponse:
    """A static template."""
    return render(request, "benchmark/bare.html")


@never_cache
def select(request: HttpRequest) -> HttpResponse:
    """One SELECT of 20 rows."""
    return render(request, "benchmark/bare.html", {"rows": list(Row.objects.order_by("pk")[:20])})


@csrf_exempt
def insert(request: HttpRequest) -> HttpResponse:
    """One INSERT."""
    Row.objects.create(text=request.POST.get("text", ""), number=1)
    return HttpResponse(status=204)


urlpatterns = [
    path("bare/template/", template),
    path("bare/select/", select),
    path("bare/insert/", insert),
    *portal_urls,
]
__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]
