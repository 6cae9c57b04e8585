"""What the pages of writing remarks and the pages of sending them share."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from consultations.forms import RemarkForm, SenderForm
from consultations.models import Basket, BasketRemark, Consultation
from consultations.places import Placed, with_places
from consultations.views.shared import basket_of, context_of
from lublin2030.lib.tokens import is_token
from lublin2030.views import expired_in_words, is_expired

__all__ = [
    "closed_page",
    "current_basket",
    "expired_in_words",
    "is_expired",
    "methods",
    "placed_remarks",
    "posted_token",
]

methods = require_http_methods(["GET", "HEAD", "POST"])


def posted_token(request: HttpRequest) -> str | None:
    """The form's own secret as it was sent; none when it can be no secret."""
    token = request.POST.get("form_token")
    return token if is_token(token) else None


def current_basket(request: HttpRequest, consultation: Consultation) -> Basket | None:
    """The unsent remarks of this browser, knowing the consultation as it was read. At most two queries."""
    found = basket_of(request, consultation)
    if found is not None:
        found.consultation = consultation
    return found


def placed_remarks(found: Basket | None) -> list[Placed[BasketRemark]]:
    """The basket's remarks with their places. Three queries, however many remarks."""
    if found is None:
        return []
    return with_places(found.remarks.select_related("version", "chapter", "passage", "topic", "district"))


def closed_page(request: HttpRequest, consultation: Consultation, now: dt.datetime) -> HttpResponse:
    """No remarks are taken now: which term, what can still be done, and every text that would be lost otherwise."""
    fields = RemarkForm.base_fields | SenderForm.base_fields
    typed = [
        (field.label, request.POST[name])
        for name, field in fields.items()
        if name not in {"kind", "place", "topic", "district", "sender_kind"} and request.POST.get(name)
    ]
    unsent = placed_remarks(current_basket(request, consultation))
    context = context_of(consultation, now) | {"typed": typed, "remarks": unsent}
    if request.headers.get("HX-Request") == "true":
        return render(request, "consultations/parts/shut.html", context)
    return render(request, "consultations/closed.html", context, status=409 if request.method == "POST" else 403)
