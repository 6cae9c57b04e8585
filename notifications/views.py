"""Pages of following, and the desk's pages of messages in trouble and of followers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from consultations.errors import TooOften
from consultations.models import Consultation
from consultations.permissions import may_read_contact, may_read_remarks
from consultations.services.limits import count_following
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.lib.masking import mask_email
from lublin2030.lib.paging import page_by_key, read_key
from lublin2030.lib.translations import current_language
from lublin2030.views import keeps_typed_text
from notifications import targets
from notifications.errors import FollowedIsOver, LinkNotValid, NotInTrouble
from notifications.followers import count_by_kind, count_things
from notifications.forms import FollowForm, FrequencyForm
from notifications.links import FREQUENCY_OF
from notifications.models import Frequency, Message
from notifications.permissions import may_count_followers, may_resend
from notifications.services import following, outbox

PAGE_SIZE = 50
SOON_SHOWN = 20
form_page = require_http_methods(["GET", "HEAD", "POST"])


@keeps_typed_text
@never_cache
@form_page
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of following a consultation."""
    return _follow(request, get_object_or_404(Consultation.objects.public(timezone.now()), slug=slug))


@keeps_typed_text
@never_cache
@form_page
def follow_target(request: HttpRequest, word: str, key: str) -> HttpResponse:
    """The form of following anything else; 404 for what residents do not see."""
    target, pk = targets.BY_WORD.get(word), read_key(key)
    if target is None or pk is None:
        raise Http404
    record = get_object_or_404(target.public(timezone.now()), pk=pk)
    address = targets.follow_url(record)
    return _follow(request, record) if request.path == address else redirect(address)


def _follow(request: HttpRequest, record: Any) -> HttpResponse:
    """The form of following. Its answer is the same whether or not the address follows already."""
    now = timezone.now()
    target = targets.target_of(record)
    context = _of_target(record) | {"was_sent": "wyslano" in request.GET}
    if targets.is_over(record, now):
        return render(request, "notifications/follow_closed.html", context, status=409 if request.POST else 200)
    is_expired = bool(getattr(request, "form_expired", False))
    form = FollowForm(request.POST if request.method == "POST" else None, initial={"frequency": target.frequency.value})
    if request.method == "POST" and form.is_valid() and not is_expired:
        try:
            count_following(address=client_address(request), now=now)
            if not form.is_from_a_machine:
                following.follow(
                    record,
                    email=form.cleaned_data["email"],
                    frequency=form.cleaned_data["frequency"],
                    language=current_language(),
                    now=now,
                )
        except FollowedIsOver:
            return render(request, "notifications/follow_closed.html", context, status=409)
        except TooOften as refusal:
            form.add_error("email", words_for(refusal))
            page = render(request, "notifications/follow.html", context | {"form": form}, status=status_for(refusal))
            page["Retry-After"] = str(refusal.seconds_from(now))
            return page
        return redirect(f"{targets.follow_url(record)}?wyslano=1")
    context |= {"form": form, "is_expired": is_expired}
    return render(request, "notifications/follow.html", context, status=422 if form.errors else 200)


def _of_target(record: Any) -> dict[str, Any]:
    """What every page says of the thing that is followed."""
    target = targets.target_of(record)
    return {
        "target": target,
        "followed": record,
        "followed_name": targets.name_of(record),
        "followed_url": targets.url_of(record),
        "follow_url": targets.follow_url(record),
        "section": "consultations" if target.field == "consultation" else "",
    }


def _no_such_link(request: HttpRequest) -> HttpResponse:
    return render(request, "notifications/link_not_valid.html", status=404)


# The secret in the address is the permission, so no cookie is needed; a mail program has none.
@csrf_exempt
@never_cache
@form_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link shows a button; only the button confirms, since programs that check mail open links too."""
    try:
        subscription = following.confirm(token) if request.method == "POST" else following.find(token)
    except LinkNotValid:
        return _no_such_link(request)
    return render(
        request, "notifications/confirm.html", _of_target(subscription.target) | {"subscription": subscription}
    )


@csrf_exempt
@never_cache
@form_page
def following_page(request: HttpRequest, token: str) -> HttpResponse:
    """One following: how often it is told, and its end. Of the address's others nothing: a link can be passed on."""
    try:
        subscription = following.find(token)
        form = FrequencyForm(request.POST or None, initial={"frequency": subscription.frequency})
        if subscription.confirmed_at is None:
            return redirect("notifications:confirm", token)
        if request.method == "POST" and form.is_valid():
            following.change_frequency(token, frequency=Frequency(form.cleaned_data["frequency"]))
            return redirect(f"{reverse('notifications:following', args=[token])}?zapisano=1")
    except LinkNotValid:
        return _no_such_link(request)
    context = _of_target(subscription.target) | {
        "subscription": subscription,
        "form": form,
        "was_saved": "zapisano" in request.GET,
        "was_sent": "wyslano" in request.GET,
    }
    return render(request, "notifications/following.html", context, status=422 if form.errors else 200)


@csrf_exempt
@never_cache
@require_POST
def send_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send the link to everything that the address follows to that address, never to the page."""
    try:
        following.send_link_to_everything(token)
    except LinkNotValid:
        return _no_such_link(request)
    return redirect(f"{reverse('notifications:following', args=[token])}?wyslano=1")


@csrf_exempt
@never_cache
@form_page
def followings(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that an address follows, behind a link of one day that came to it by mail; a button ends it all."""
    try:
        if request.method == "POST":
            following.end_everything(token)
        everything = following.of_link(token).with_targets()
    except LinkNotValid:
        return _no_such_link(request)
    page = page_by_key(
        everything,
        key="pk",
        size=PAGE_SIZE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    rows = [_of_target(one.target) | {"subscription": one} for one in page.rows]
    return render(request, "notifications/followings.html", {"page": page, "rows": rows})


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
        context = _of_target(following.find(token).target)
    except LinkNotValid:
        context = {}
    return render(request, "notifications/unsubscribe.html", context)


@csrf_exempt
@never_cache
@form_page
def end_digests(request: HttpRequest, token: str, word: str) -> HttpResponse:
    """Like ``unsubscribe``, of all that comes to the address in digests of one frequency."""
    frequency = FREQUENCY_OF.get(word)
    if frequency is None:
        raise Http404
    if request.method == "POST":
        following.end_digests(token, frequency=frequency)
    is_weekly = frequency == Frequency.WEEKLY
    context = {"is_followed": following.has_digests(token, frequency=frequency), "is_weekly": is_weekly}
    return render(request, "notifications/end_digests.html", context)


@never_cache
def followers(request: HttpRequest) -> HttpResponseBase:
    """How many follow what, for staff: numbers only, nobody's address."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not may_count_followers(request.user):
        raise PermissionDenied
    context: dict[str, Any] = {"kinds": count_by_kind(), "queue_name": ""}
    target = targets.BY_WORD.get(request.GET.get("co", ""))
    if target is not None:
        page, things = count_things(
            target,
            now=timezone.now(),
            size=PAGE_SIZE,
            after=read_key(request.GET.get("after")),
            before=read_key(request.GET.get("before")),
        )
        context |= {"target": target, "page": page, "things": things}
    return render(request, "notifications/followers.html", context)


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
