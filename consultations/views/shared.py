"""What reading a consultation and writing to it begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from consultations.models import Basket, Consultation
from consultations.reading import Clock
from consultations.services.basket_links import find_linked_basket
from consultations.services.baskets import find_basket
from lublin2030.lib.tokens import is_token
from lublin2030.middleware import BASKET_COOKIE, LINKS_COOKIE

View = Callable[..., HttpResponse]
MOST_LINKS = 8  # of baskets in different consultations that one browser remembers


def public_consultation(slug: str, now: dt.datetime) -> Consultation:
    """The consultation of that address if the city has published it; 404 otherwise."""
    return get_object_or_404(Consultation.objects.for_reading(now), slug=slug)


def context_of(consultation: Consultation, now: dt.datetime) -> dict[str, Any]:
    """What every page of one consultation shows."""
    return {"section": "consultations", "consultation": consultation, "clock": Clock.at(consultation, now)}


def linked_basket(request: HttpRequest, consultation: Consultation) -> Basket | None:
    """The basket that this browser has opened by a link, while the link works."""
    tokens = request.COOKIES.get(LINKS_COOKIE, "").split(".")[:MOST_LINKS]
    return find_linked_basket(consultation, tokens=tokens)


def own_basket(request: HttpRequest, consultation: Consultation) -> Basket | None:
    """What this browser has gathered under its own cookie."""
    return find_basket(consultation, cookie_key=request.COOKIES.get(BASKET_COOKIE))


def basket_of(request: HttpRequest, consultation: Consultation) -> Basket | None:
    """The unsent remarks of this browser: those shared by a link come before its own. At most two queries."""
    return linked_basket(request, consultation) or own_basket(request, consultation)


def keep_cookie(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    """Set one of the basket's cookies: for 30 days, read by the server only."""
    response.set_cookie(
        name,
        value,
        max_age=settings.BASKET_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure() or settings.SESSION_COOKIE_SECURE,
    )


def renews_cookies(view: View) -> View:
    """A change of the basket keeps its cookies for another 30 days, as the basket itself is kept."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 302:
            for name in (BASKET_COOKIE, LINKS_COOKIE):
                value = request.COOKIES.get(name, "")
                if name not in response.cookies and all(is_token(part) for part in value.split(".")):
                    keep_cookie(request, response, name, value)
        return response

    return wrapped
