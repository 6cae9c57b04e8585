"""The tablets' page: the same for everybody, so that a device may keep it. Nothing of a person is in it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from lublin2030.context import SHORT_NAMES
from participation.field.shell import service_worker
from participation.field.words import words_by_language

DARK_GREEN = "#0a3b28"
PAPER = "#ffffff"


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page with its words in three languages; which it speaks, it knows itself."""
    return _page(request)


def _page(request: HttpRequest) -> HttpResponse:
    words = words_by_language()
    languages = [(code, SHORT_NAMES[code], name) for code, name in settings.LANGUAGES]
    # Whatever language the address before it had: the page that a device keeps begins in Polish.
    with override("pl"):
        return render(
            request,
            "participation/field/page.html",
            {"words": words, "languages": languages, "shell": {"words": words}},
        )


@cache_control(no_cache=True)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker's script. It lies under ``/teren/``, so that this is all it can ever answer for."""
    addresses = [reverse("field:page"), reverse("field:manifest")]
    script = service_worker(_page(request).content.decode(), addresses)
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@cache_control(no_cache=True)
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """How the page is called and looks once it is installed on a tablet."""
    words = words_by_language()["pl"]
    icons = [("img/teren/icon-192.png", 192, "any"), ("img/teren/icon-512.png", 512, "any")]
    icons.append(("img/teren/icon-maskable-512.png", 512, "maskable"))
    return JsonResponse(
        {
            "id": "/teren/",
            "name": f"{words['title']} – Lublin 2030",
            "short_name": "Teren 2030",
            "description": words["lead"],
            "lang": "pl",
            "start_url": reverse("field:page"),
            "scope": reverse("field:page"),
            "display": "standalone",
            "orientation": "any",
            "theme_color": DARK_GREEN,
            "background_color": PAPER,
            "icons": [
                {"src": static(name), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
                for name, side, purpose in icons
            ],
        },
        content_type="application/manifest+json",
    )
