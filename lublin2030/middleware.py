"""Middleware of the whole portal: pages kept for seconds, and headers every answer carries."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]
BASKET_COOKIE = "basket"
LINKS_COOKIE = "basket_links"  # the secrets of the links by which this browser has opened baskets, newest first
LARGEST_KEPT = 200_000  # bytes; whoever invents addresses can fill the cache, but not the memory
# What an answer may depend on and still be kept: the rest of ``Vary`` is not in the key.
KNOWN_VARIATIONS = frozenset({"", "cookie", "accept-encoding", "accept-language", "hx-request"})


class PageCacheMiddleware:
    """Keeps whole pages for anonymous readers, in this process, for ``PAGE_CACHE_SECONDS``.

    What holds: a page is kept only if it is a 200 answer to GET that sets no cookie and does not say
    ``no-store`` or ``private``, is not too large and depends on nothing that is not in the key; a reader with a
    session, a basket or a message in a cookie never gets a kept page.
    So a page is never older than those seconds after staff publish, and nobody's own data is in it.
    The language is part of the path, the theme is the browser's, so the address is the key.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.cache = caches["pages"]
        self.seconds: int = settings.PAGE_CACHE_SECONDS
        self.personal_cookies = frozenset({settings.SESSION_COOKIE_NAME, BASKET_COOKIE, LINKS_COOKIE, "messages"})

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.seconds <= 0 or request.method != "GET" or not self.personal_cookies.isdisjoint(request.COOKIES):
            return self.get_response(request)
        gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        htmx = request.headers.get("HX-Request", "")
        key = f"{request.get_host()}|{request.scheme}|{request.get_full_path()}|{int(gzip)}{htmx}"
        if len(key) > 240:
            return self.get_response(request)
        kept = self.cache.get(key)
        if kept is not None:
            content, headers = kept
            return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if self._may_keep(response):
            self.cache.set(key, (response.content, dict(response.items())), self.seconds)  # type: ignore[attr-defined]
        return response

    @staticmethod
    def _may_keep(response: HttpResponseBase) -> bool:
        control = response.headers.get("Cache-Control", "")
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and "no-store" not in control
            and "private" not in control
            and len(response.content) <= LARGEST_KEPT  # type: ignore[attr-defined]
            and {word.strip().lower() for word in response.headers.get("Vary", "").split(",")} <= KNOWN_VARIATIONS
        )


class ResponseHeadersMiddleware:
    """Headers that Django has no setting for, and how long the page took to make (``Server-Timing``)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start = time.perf_counter()
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Server-Timing", f"app;dur={(time.perf_counter() - start) * 1000:.0f}")
        return response
