"""What the pages of writing remarks and the pages of sending them share."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.forms import RemarkForm, SenderForm
from consultations.models import Basket, BasketRemark, Consultation
from consultations.models.remarks import is_token
from consultations.places import Placed, with_places
from consultations.views.shared import basket_of, context_of

methods = require_http_methods(["GET", "HEAD", "POST"])


def _expired(request: HttpRequest) -> bool:
    return bool(getattr(request, "form_expired", False))


def _form_expired() -> str:
    return _("The form stood open too long, so nothing was changed. What you typed is still here: send it once more.")


def _posted_token(request: HttpRequest) -> str | None:
    token = request.POST.get("form_token")
    return token if is_token(token) else None


def _basket(request: HttpRequest, consultation: Consultation) -> Basket | None:
    found = basket_of(request, consultation)
    if found is not None:
        found.consultation = consultation
    return found


def _remarks_of(found: Basket | None) -> list[Placed[BasketRemark]]:
    """The basket's remarks with their places. Three queries, however many remarks."""
    if found is None:
        return []
    return with_places(found.remarks.select_related("version", "chapter", "passage", "topic", "district"))


def _shut(request: HttpRequest, consultation: Consultation, now: dt.datetime) -> HttpResponse:
    """No remarks are taken now: which term, what can still be done, and every text that would be lost otherwise."""
    fields = RemarkForm.base_fields | SenderForm.base_fields
    typed = [
        (field.label, request.POST[name])
        for name, field in fields.items()
        if name not in {"kind", "place", "topic", "district", "sender_kind"} and request.POST.get(name)
    ]
    context = context_of(consultation, now) | {"typed": typed, "remarks": _remarks_of(_basket(request, consultation))}
    if request.headers.get("HX-Request") == "true":
        return render(request, "consultations/parts/shut.html", context)
    return render(request, "consultations/closed.html", context, status=409 if request.method == "POST" else 403)
