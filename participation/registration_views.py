"""Residents' pages of registration: the form, and the page of the secret link."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from lublin2030.lib.addresses import client_address
from lublin2030.lib.limits import TRAP
from lublin2030.lib.masking import mask_email, mask_words
from lublin2030.views import expired_in_words, is_expired, keeps_typed_text
from participation.errors import ParticipationError, RegistrationRefused, TooOften, TrapFilled
from participation.event_forms import RegistrationForm
from participation.event_words import status_for, words_for
from participation.models import Event, Registration
from participation.services.registrations import (
    cancel_registration,
    confirm_registration,
    count_registering,
    find_registration,
    place_in_queue,
    refuse_when_begun,
    register,
    why_closed,
)

SENT = "wyslano"
form_page = require_http_methods(["GET", "HEAD", "POST"])


@keeps_typed_text
@never_cache
@form_page
def registering(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. Its answer is the same whether or not the address is registered already: strangers learn nothing."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.public().for_list(), slug=slug)
    if SENT in request.GET and request.method != "POST":
        return _page(request, event, now, was_sent=True)
    refusal = why_closed(event, now=now)
    if refusal is not None:
        return _page(request, event, now, refusal=refusal, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return _page(request, event, now, RegistrationForm(event=event))
    form = RegistrationForm(request.POST, event=event)
    if is_expired(request):
        return _page(request, event, now, form, problem=expired_in_words(), status=403)
    if not form.is_valid():
        return _page(request, event, now, form, status=422)
    try:
        if request.POST.get(TRAP):
            raise TrapFilled
        count_registering(address=client_address(request), now=now)
        register(event, who=form.registrant(), now=now)
    except RegistrationRefused as closed:
        return _page(request, event, now, refusal=closed, status=409)
    except ParticipationError as refused:
        page = _page(request, event, now, form, problem=words_for(refused), status=status_for(refused))
        if isinstance(refused, TooOften):
            page["Retry-After"] = str(refused.seconds_from(now))
        return page
    return redirect(f"{reverse('participation:registering', args=[slug])}?{SENT}=1")


def _page(
    request: HttpRequest,
    event: Event,
    now: dt.datetime,
    form: RegistrationForm | None = None,
    *,
    problem: str = "",
    refusal: RegistrationRefused | None = None,
    was_sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "events",
        "event": event,
        "form": form,
        "problem": problem,
        "refusal": words_for(refusal) if refusal is not None else "",
        "was_sent": was_sent,
        "kept_days": settings.REGISTRATIONS_KEPT_DAYS,
    }
    return render(request, "participation/registering.html", context, status=status)


# The secret in the address is the permission, so no cookie is needed; a mail program has none.
@csrf_exempt
@never_cache
@form_page
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """One's own registration. Opening the link shows buttons; only these confirm and cancel, since programs that check
    mail open links too.
    """
    now = timezone.now()
    found = find_registration(token)
    if found is None:
        return render(request, "participation/registration_not_found.html", {"section": "events"}, status=404)
    problem, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("co") == "potwierdz":
                confirm_registration(found, now=now)
            elif request.POST.get("co") == "zrezygnuj":
                cancel_registration(found, now=now)
            return redirect(found.link_path)
        except ParticipationError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
            found.refresh_from_db()
    return render(request, "participation/registration.html", _own_context(found, now, problem), status=status)


def _own_context(found: Registration, now: dt.datetime, problem: str) -> dict[str, object]:
    is_changeable = True
    try:
        refuse_when_begun(found.event, now=now)
    except RegistrationRefused as refusal:
        is_changeable = False
        problem = problem or words_for(refusal)
    return {
        "section": "events",
        "registration": found,
        "event": found.event,
        "name": mask_words(found.name),
        "email": mask_email(found.email),
        "queue": place_in_queue(found) if found.is_waiting else None,
        "is_changeable": is_changeable,
        "may_register_again": why_closed(found.event, now=now) is None,
        "problem": problem,
        "changes": list(found.event.changes.told_to_all()),
    }
