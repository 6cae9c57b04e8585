"""Continue on another device: ask for the link to the unsent remarks, and open it there."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from consultations.errors import ConsultationError, LinkAskedTooOften, LinkNotFound, NothingToSend
from consultations.forms import BasketLinkForm, SenderForm
from consultations.services import basket_links
from consultations.services.basket_links import Joined
from consultations.services.limits import count_link_mail
from consultations.views.shared import (
    MOST_LINKS,
    context_of,
    keep_cookie,
    own_basket,
    public_consultation,
    renews_cookies,
)
from consultations.views.submitting.common import closed_page, current_basket, expired_in_words, is_expired, methods
from consultations.views.submitting.guards import tell_when
from consultations.views.submitting.sending import show_basket
from consultations.views.tracking import private
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.lib.masking import mask_email
from lublin2030.lib.translations import current_language
from lublin2030.middleware import LINKS_COOKIE
from lublin2030.views import keeps_typed_text


@never_cache
@keeps_typed_text
@methods
@renews_cookies
def basket_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the link to the basket to an address."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    if request.method != "POST":
        return redirect("consultations:basket", slug)
    found = current_basket(request, consultation)
    form = BasketLinkForm(request.POST)
    sender_form = SenderForm(initial=SenderForm.values_of(found) if found else None, consultation=consultation)

    def again(problem: str, status: int) -> HttpResponse:
        return show_basket(
            request, consultation, now, found, sender_form, link_form=form, problem=problem, status=status
        )

    if is_expired(request):
        return again(expired_in_words(), 403)
    if not form.is_valid():
        return again("", 422)
    email = form.cleaned_data["link_email"]
    try:
        if found is None:
            raise NothingToSend
        count_link_mail(address=client_address(request), now=now)
        basket_links.send_basket_link(found, email=email, language=current_language(), now=now)
    except ConsultationError as refusal:
        status = 429 if isinstance(refusal, LinkAskedTooOften) else status_for(refusal)
        return tell_when(again(words_for(refusal), status), refusal, now)
    messages.success(
        request,
        _("We send the link to %(address)s. Open it on the other device; your remarks stay here as well.")
        % {"address": mask_email(email)},
    )
    return redirect("consultations:basket", slug)


@never_cache
@keeps_typed_text
@methods
def open_link(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Opening the link shows what it is; only the button takes it, since programs that check mail open links too."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return private(closed_page(request, consultation, now))
    own = own_basket(request, consultation)
    linked = basket_links.find_linked_basket(consultation, tokens=[token], now=now)
    context = context_of(consultation, now)
    if linked is None:
        return private(render(request, "consultations/link_not_found.html", context, status=404))
    if request.method == "POST" and not is_expired(request):
        try:
            joined = basket_links.open_basket_link(consultation, token=token, own=own, now=now)
        except LinkNotFound:
            return private(render(request, "consultations/link_not_found.html", context, status=404))
        response = redirect("consultations:basket", slug)
        keep_cookie(request, response, LINKS_COOKIE, _with_link(request, token))
        for word in _told(joined):
            messages.success(request, word)
        return private(response)
    context |= {
        "remarks": linked.remarks.count(),
        "own_remarks": own.remarks.count() if own is not None and own.pk != linked.pk else 0,
        "problem": expired_in_words() if is_expired(request) else "",
    }
    return private(render(request, "consultations/open_link.html", context, status=403 if is_expired(request) else 200))


def _with_link(request: HttpRequest, token: str) -> str:
    known = [one for one in request.COOKIES.get(LINKS_COOKIE, "").split(".") if one and one != token]
    return ".".join([token, *known][:MOST_LINKS])


def _told(joined: Joined) -> list[str]:
    said = [_("Here are your remarks. Both devices now share them.")]
    if joined.added:
        said.append(
            ngettext(
                "%(number)d remark from this device was added to them.",
                "%(number)d remarks from this device were added to them.",
                joined.added,
            )
            % {"number": joined.added}
        )
    if joined.left_behind:
        said.append(
            ngettext(
                "%(number)d remark found no room. You find it here after you have sent these.",
                "%(number)d remarks found no room. You find them here after you have sent these.",
                joined.left_behind,
            )
            % {"number": joined.left_behind}
        )
    return said
