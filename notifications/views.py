"""Pages of following a consultation, and the desk's page of messages in trouble."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consultations.errors import ConsultationClosed, TooOften
from consultations.models import Consultation
from consultations.permissions import may_read_contact, may_read_remarks
from consultations.services.limits import count_following
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.lib.masking import mask_email
from lublin2030.lib.paging import page_by_key, read_key
from lublin2030.lib.translations import current_language
from lublin2030.views import keeps_typed_text
from notifications.errors import LinkNotValid, NotInTrouble
from notifications.forms import FollowForm
from notifications.models import Message
from notifications.permissions import may_resend
from notifications.services import following, outbox

PAGE_SIZE = 50
SOON_SHOWN = 20
form_page = require_http_methods(["GET", "HEAD", "POST"])


@keeps_typed_text
@never_cache
@form_page
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of following. Its answer is the same whether or not the address follows already."""
    now = timezone.now()
    consultation = get_object_or_404(Consultation.objects.public(now), slug=slug)
    context = {"consultation": consultation, "section": "consultations", "was_sent": "wyslano" in request.GET}
    if consultation.phase(now) == Consultation.Phase.CLOSED:
        return render(request, "notifications/follow_closed.html", context, status=409 if request.POST else 200)
    is_expired = bool(getattr(request, "form_expired", False))
    form = FollowForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and not is_expired:
        try:
            count_following(address=client_address(request), now=now)
            if not form.is_from_a_machine:
                following.follow(consultation, email=form.cleaned_data["email"], language=current_language(), now=now)
        except ConsultationClosed:
            return render(request, "notifications/follow_closed.html", context, status=409)
        except TooOften as refusal:
            form.add_error("email", words_for(refusal))
            page = render(request, "notifications/follow.html", context | {"form": form}, status=status_for(refusal))
            page["Retry-After"] = str(refusal.seconds_from(now))
            return page
        return redirect(f"{reverse('notifications:follow', args=[slug])}?wyslano=1")
    context |= {"form": form, "is_expired": is_expired}
    return render(request, "notifications/follow.html", context, status=422 if form.errors else 200)


# The secret in the address is the permission, so no cookie is needed; a mail program has none.
@csrf_exempt
@never_cache
@form_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button; only the button confirms, since programs that check mail open links too."""
    try:
        subscription = following.confirm(token) if request.method == "POST" else following.find(token)
    except LinkNotValid:
        return render(request, "notifications/link_not_valid.html", {"section": "consultations"}, status=404)
    context = {"consultation": subscription.consultation, "subscription": subscription, "section": "consultations"}
    return render(request, "notifications/confirm.html", context)


@csrf_exempt
@never_cache
@form_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button that ends the following; a mail program's one-click POST does the same (RFC 8058).

    Who does not follow, or not any more, reads the same as after unsubscribing.
    """
    if request.method == "POST":
        following.unsubscribe(token)
    try:
        consultation = following.find(token).consultation
    except LinkNotValid:
        consultation = None
    context = {"consultation": consultation, "section": "consultations"}
    return render(request, "notifications/unsubscribe.html", context)


@never_cache
@form_page
def messages(request: HttpRequest) -> HttpResponseBase:
    """What could not be sent: given up first, then what will be tried again; each can be sent again at once."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may_resend(request.user):
        raise PermissionDenied
    if request.method == "POST":
        _send_again(request)
        return redirect(request.get_full_path())
    given_up = page_by_key(
        Message.objects.given_up().for_desk(),
        key="pk",
        size=PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    waiting = list(Message.objects.to_be_tried_again().for_desk()[: SOON_SHOWN + 1])
    reads_contact = may_read_contact(request.user)
    context = {
        "page": given_up,
        "given_up": [_row(message, reads_contact) for message in given_up.rows],
        "waiting": [_row(message, reads_contact) for message in waiting[:SOON_SHOWN]],
        "waiting_more": len(waiting) > SOON_SHOWN,
        "may_open": may_read_remarks(request.user),
    }
    return render(request, "notifications/messages.html", context)


def _row(message: Message, reads_contact: bool) -> dict[str, Any]:
    recipient = message.recipient if reads_contact else mask_email(message.recipient)
    return {"message": message, "recipient": recipient}


def _send_again(request: HttpRequest) -> None:
    """The one message whose button was pressed, or else all that are checked."""
    chosen = request.POST.getlist("one") or request.POST.getlist("checked")
    ids = [key for key in map(read_key, chosen[:PAGE_SIZE]) if key is not None]
    again = 0
    for message in Message.objects.filter(pk__in=ids):
        try:
            outbox.resend(message, by=request.user)  # type: ignore[arg-type]  # the permission was checked
            again += 1
        except NotInTrouble:
            continue
    if again:
        said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", again)
        flash.success(request, said % {"count": again})
    if again < len(ids):
        left = len(ids) - again
        said = ngettext(
            "%(count)s message was sent in the meantime, or is being sent.",
            "%(count)s messages were sent in the meantime, or are being sent.",
            left,
        )
        flash.warning(request, said % {"count": left})
    if not ids:
        flash.warning(request, _("Choose at least one message."))
