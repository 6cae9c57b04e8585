"""What a tablet asks of the server: who is signed in, the lists, the key, and to take in what was noted.

Answers are JSON. 401: nobody is signed in; 403: the account may not; 409: somebody else is signed in than the one
whose cards these are; 400: nothing of the request can be read. In all of these nothing was kept.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.permissions import is_person
from participation.field.bundle import field_bundle
from participation.field.reading import SentCard, Unreadable, read_card, read_id, read_number, storable
from participation.models import FieldDevice, FieldItem
from participation.permissions import may_note_voices
from participation.services.field import (
    field_keys,
    meet_device,
    receive_cards,
    receive_count,
    receive_photo,
)

MOST_CARDS = 50
MOST_COUNTS = 200
MOST_COUNTED = 1_000_000


def _now() -> int:
    """The server's clock as JavaScript counts: a tablet measures its own by it."""
    return round(timezone.now().timestamp() * 1000)


def _refused(status: int, code: str) -> JsonResponse:
    return JsonResponse({"code": code, "now": _now()}, status=status)


View = Callable[[HttpRequest, User], JsonResponse]


def for_workers(view: View) -> Callable[[HttpRequest], JsonResponse]:
    """The view gets the signed-in person who may note voices; nobody keeps its answer."""

    @wraps(view)
    def checked(request: HttpRequest) -> JsonResponse:
        if not is_person(request.user):
            return _refused(401, "signed_out")
        if not may_note_voices(request.user):
            return _refused(403, "not_permitted")
        return view(request, request.user)

    guarded: Callable[[HttpRequest], JsonResponse] = never_cache(checked)
    return guarded


@never_cache
@require_GET
def session(request: HttpRequest) -> JsonResponse:
    """Who is signed in, whether he may note voices, and a token for what is sent next."""
    user = request.user if is_person(request.user) else None
    return JsonResponse(
        {
            "worker": {"id": user.pk, "name": str(user)} if user else None,
            "may": may_note_voices(user),
            "csrf": get_token(request) if user else "",
            "now": _now(),
        }
    )


@require_GET
@for_workers
def bundle(request: HttpRequest, by: User) -> JsonResponse:
    """What the tablet takes along."""
    return JsonResponse(field_bundle(timezone.now()) | {"now": _now()})


@require_GET
@for_workers
def key(request: HttpRequest, by: User) -> JsonResponse:
    """The worker's own keys, the one for new cards first."""
    keys = [{"id": one.pk, "key": base64.b64encode(one.key).decode("ascii")} for one in field_keys(by)]
    return JsonResponse({"worker": {"id": by.pk, "name": str(by)}, "keys": keys, "now": _now()})


def _device(sent: Any, by: User) -> FieldDevice:
    """The device that sends; Unreadable when it does not say which."""
    claim = sent.get("device_now")
    if isinstance(claim, str):  # a form has texts only
        claim = int(claim) if claim.isascii() and claim.isdigit() and len(claim) < 17 else None
    return meet_device(read_id(sent.get("device")), by=by, device_now=claim, now=timezone.now())


def _language(sent: Any) -> str:
    asked = sent.get("language")
    return asked if asked in dict(settings.LANGUAGES) else "pl"


@require_POST
@for_workers
def sync(request: HttpRequest, by: User) -> JsonResponse:
    """Take in a batch of cards and headcounts. What is answered as kept, known or quarantined is in the database."""
    try:
        sent = json.loads(request.body)
        cards, counts = list(sent["cards"]), list(sent["counts"])
        if len(cards) > MOST_CARDS or len(counts) > MOST_COUNTS:
            return _refused(400, "too_many")
        if sent["worker"] != by.pk:
            return _refused(409, "other_worker")
        device = _device(sent, by)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, Unreadable):
        return _refused(400, "unreadable")
    with override(_language(sent)):
        return JsonResponse(
            {
                "items": _take_cards(cards, device, by),
                "counts": _take_counts(counts, device, by),
                "now": _now(),
            }
        )


def _take_cards(raw: list[Any], device: FieldDevice, by: User) -> list[dict[str, Any]]:
    answers, cards = [], list[SentCard]()
    for one in raw:
        try:
            cards.append(read_card(one))
        except Unreadable:
            name = one.get("id") if isinstance(one, dict) else None
            answers.append(_answer(name, "refused", "unreadable", _("The card has no number of its own.")))
    for receipt in receive_cards(cards, device=device, by=by):
        why = FieldItem.Why(receipt.why).label if receipt.why else ""
        answers.append(_answer(str(receipt.capture_id), receipt.result, receipt.why or "", str(why)))
    return answers


def _answer(name: Any, result: str, code: str = "", sentence: str = "") -> dict[str, Any]:
    return {"id": name, "result": result, "code": code, "sentence": sentence}


def _take_counts(raw: list[Any], device: FieldDevice, by: User) -> list[dict[str, Any]]:
    answers = []
    for one in raw:
        if not isinstance(one, dict):
            continue
        event, plus, minus = (read_number(one.get(name)) for name in ("event", "plus", "minus"))
        if not event or not plus or not minus <= plus <= MOST_COUNTED:
            continue
        title = storable(one.get("event_title"), 200)
        kept = receive_count(device=device, by=by, event=event, title=title, plus=plus, minus=minus)
        answers.append({"event": event, "plus": plus, "minus": minus, "total": kept.people_of_event})
    return answers


@require_POST
@for_workers
def photos(request: HttpRequest, by: User) -> JsonResponse:
    """Take in one photograph, as a form."""
    try:
        if request.POST.get("worker") != str(by.pk):
            return _refused(409, "other_worker")
        capture_id = read_id(request.POST.get("id"))
        upload = request.FILES["image"]
        device = _device(request.POST, by)
    except (KeyError, Unreadable):
        return _refused(400, "unreadable")
    event = request.POST.get("event", "")
    with override(_language(request.POST)):
        try:
            new = receive_photo(
                upload,
                capture_id=capture_id,
                device=device,
                by=by,
                event=read_number(int(event)) if event.isascii() and event.isdigit() and len(event) < 11 else 0,
                title=storable(request.POST.get("event_title"), 200),
                alt=storable(request.POST.get("alt"), 300),
            )
        except ValidationError as refusal:
            answer = _answer(str(capture_id), "refused", "photo", " ".join(refusal.messages))
        else:
            answer = _answer(str(capture_id), "kept" if new else "known")
    return JsonResponse({"items": [answer], "now": _now()})
