"""The desk's pages on which voices are read and decided about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.desk_pages import desk_page, signed_in_person
from accounts.models import User
from lublin2030.lib.paging import page_by_key, read_key
from lublin2030.lib.panels import rendered_panels
from lublin2030.lib.plaintext import FORBIDDEN
from lublin2030.lib.redacting import propose, runs_of
from participation.errors import ParticipationError, VoiceChanged, WhyMissing
from participation.models import Voice
from participation.permissions import may_moderate_voices, may_note_voices
from participation.services.moderation import (
    hide_voices,
    publish_voice_as,
    publish_voices,
    return_voices,
    set_directions,
)
from participation.voice_filters import VoiceFilters
from participation.voice_forms import WHY_LIMIT, DirectionsForm, HideForm, PublishAsForm
from participation.voice_words import kinds_in_words, status_for, words_for

PAGE = 30
State = Voice.State


@dataclass(frozen=True)
class Reading:
    """A voice as the desk reads it: its text in pieces, each with whether it may be a person's data, and what kinds."""

    voice: Voice
    runs: list[tuple[str, bool]]
    found: str

    @classmethod
    def of(cls, voice: Voice) -> Reading:
        proposals = propose(voice.text)
        kinds = list(dict.fromkeys(one.kind.value for one in proposals))
        return cls(voice, runs_of(voice.text, proposals), kinds_in_words(kinds))


# -- The queue -------------------------------------------------------------------------------------------------------


@desk_page(may_note_voices)
def voices(request: HttpRequest) -> HttpResponseBase:
    """The voices that wait to be read, the oldest first; who only notes voices down finds the ways to do that."""
    if not may_moderate_voices(request.user):
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "desk/voices/home.html")
    filters = VoiceFilters.read(request.GET, of_desk=True)
    problem, status = "", 200
    if request.method == "POST":
        try:
            _do_to_checked(request, filters)
        except ParticipationError as refusal:
            problem, status = words_for(refusal), status_for(refusal)
        else:
            return redirect(f"{reverse('desk:voices')}?{filters.query().rstrip('&')}")
    chosen = filters.narrow(Voice.objects.for_list()).select_related("entered_by")
    page = page_by_key(
        chosen,
        key="id",
        size=PAGE,
        after=read_key(request.GET.get("after")),
        before=read_key(request.GET.get("before")),
    )
    context = {
        "filters": filters,
        "query": filters.query(),
        "page": page,
        "readings": [Reading.of(voice) for voice in page.rows],
        "checked": set(request.POST.getlist("checked")),
        "why": request.POST.get("why", ""),
        "why_limit": WHY_LIMIT,
        "problem": problem,
    }
    return render(request, "desk/voices/queue.html", context, status=status)


def _do_to_checked(request: HttpRequest, filters: VoiceFilters) -> None:
    """The verb of the pressed button for every checked voice; says how many were done, and how many were left."""
    seen = _checked(request.POST.getlist("checked"))
    by = signed_in_person(request)
    if not seen:
        messages.warning(request, _("Check at least one voice on the list."))
        return
    match request.POST.get("action"):
        case "publish":
            done = publish_voices(seen, by=by)
            words = ngettext("%(n)d voice is public now.", "%(n)d voices are public now.", done)
        case "hide":
            done = hide_voices(seen, why=_why(request.POST), by=by)
            words = ngettext("%(n)d voice is not published.", "%(n)d voices are not published.", done)
        case "return":
            done = return_voices(seen, by=by)
            words = ngettext("%(n)d voice waits to be read again.", "%(n)d voices wait to be read again.", done)
        case _:
            raise BadRequest
    if done:
        messages.success(request, words % {"n": done})
    if left := len(seen) - done:
        words = ngettext(
            "%(n)d voice is left as it is: a colleague has decided about it meanwhile, or it was so already.",
            "%(n)d voices are left as they are: a colleague has decided about them meanwhile, or they were so already.",
            left,
        )
        messages.warning(request, words % {"n": left})


def _checked(values: list[str]) -> dict[int, int]:
    """Of each checked voice (``key-revision``) the revision that the person read."""
    seen: dict[int, int] = {}
    for value in values[: PAGE * 2]:
        key, revision = (read_key(part) for part in (value.partition("-")[0], value.partition("-")[2]))
        if key is not None and revision is not None and revision < 2**31:
            seen[key] = revision
    return seen


def _why(posted: Mapping[str, str]) -> str:
    why = posted.get("why", "").strip()
    if FORBIDDEN.search(why) or len(why) > WHY_LIMIT:
        raise WhyMissing
    return why


# -- One voice -------------------------------------------------------------------------------------------------------


@desk_page(may_moderate_voices)
def voice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One voice with everything known of it, and what can be decided."""
    one = get_object_or_404(Voice.objects.for_list().select_related("entered_by", "state_by"), pk=pk)
    if request.method != "POST":
        return _page(request, one)
    by, action = signed_in_person(request), request.POST.get("action")
    form: Any = None
    match action:
        case "publish_as":
            form = PublishAsForm(request.POST)
        case "hide":
            form = HideForm(request.POST)
        case "directions":
            form = DirectionsForm(request.POST, voice=one)
        case "publish" | "return":
            pass
        case _:
            raise BadRequest
    if form is not None and not form.is_valid():
        return _page(request, one, tried=form, status=422)
    try:
        _decide(request, one, form, by=by)
    except ParticipationError as refusal:
        one = get_object_or_404(Voice.objects.for_list().select_related("entered_by", "state_by"), pk=pk)
        return _page(request, one, tried=form, problem=words_for(refusal), status=status_for(refusal))
    following = (
        Voice.objects.waiting().filter(pk__gt=pk).first() if action in {"publish", "publish_as", "hide"} else one
    )
    return redirect("desk:voice", following.pk) if following else redirect("desk:voices")


def _decide(request: HttpRequest, one: Voice, form: Any, *, by: User) -> None:
    data = form.cleaned_data if form is not None else {}
    seen = {one.pk: read_key(request.POST.get("seen")) or 0}
    match request.POST.get("action"):
        case "publish":
            if not publish_voices(seen, by=by):
                raise VoiceChanged
            messages.success(request, _("The voice is public now."))
        case "return":
            if not return_voices(seen, by=by):
                raise VoiceChanged
            messages.success(request, _("The voice waits to be read again."))
        case "hide":
            if not hide_voices({one.pk: data["seen"]}, why=data["hide_why"], by=by):
                raise VoiceChanged
            messages.success(request, _("The voice is not published."))
        case "publish_as":
            publish_voice_as(one, text=data["text"], why=data["why"], seen=data["seen"], by=by)
            messages.success(request, _("The voice is public now."))
        case "directions":
            set_directions(one, directions=data["directions"], by=by)
            messages.success(request, _("The directions are saved."))


def _page(request: HttpRequest, one: Voice, *, tried: Any = None, problem: str = "", status: int = 200) -> HttpResponse:
    initial = {"seen": one.revision}
    forms: dict[str, Any] = {
        "publish_as": PublishAsForm(initial={**initial, "text": one.shown_text, "why": one.public_why}),
        "hide": HideForm(initial={**initial, "hide_why": one.hidden_why}),
        "directions": DirectionsForm(voice=one),
    }
    if tried is not None and not problem:
        forms[tried.action] = tried
    elif tried is not None:
        # The hidden field must be that of the voice as it is now, the texts those that were typed.
        fresh = forms[tried.action]
        fresh.initial = {
            **fresh.initial,
            **{name: value for name, value in tried.cleaned_data.items() if name != "seen"},
        }
    context = {
        "one": one,
        "reading": Reading.of(one),
        "forms": forms,
        "problem": problem,
        "has_errors": bool(tried is not None and tried.errors),
        "next": Voice.objects.waiting().filter(pk__gt=one.pk).first(),
        "previous": Voice.objects.waiting().filter(pk__lt=one.pk).order_by("-pk").first(),
        "panels": rendered_panels("desk-voice", request, one),
        "queue_name": "voices",
    }
    return render(request, "desk/voices/voice.html", context, status=status)
