"""The desk's pages on which voices are noted down: one at a time, or row after row by keyboard."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.desk_pages import desk_page, signed_in_person
from lublin2030.lib.redacting import propose
from lublin2030.views import keeps_typed_text
from participation.errors import ParticipationError
from participation.models import Voice
from participation.permissions import may_note_voices
from participation.services.voices import note_voices
from participation.voice_forms import Choices, OriginForm, RowForm, VoiceForm
from participation.voice_words import kinds_in_words, status_for, words_for

ROWS = 8  # of the grid where no script adds more
MOST_ROWS = 60  # that one form brings


def found_in(text: str) -> str:
    """Kinds of what may be a person's data in the text, by names; empty where nothing was found."""
    return kinds_in_words(list(dict.fromkeys(one.kind.value for one in propose(text))))


# -- One voice -------------------------------------------------------------------------------------------------------


@keeps_typed_text
@desk_page(may_note_voices)
def new_voice(request: HttpRequest) -> HttpResponseBase:
    """One voice. What may be a person's data is shown before it is kept: take it out, or say that it is none."""
    choices = Choices.read()
    if request.method != "POST":
        return _form_page(request, OriginForm(initial=_kept(request)), VoiceForm(choices=choices))
    head, form = OriginForm(request.POST), VoiceForm(request.POST, choices=choices)
    if getattr(request, "form_expired", False):
        problem = _("The page stood open too long. Nothing is lost: send it once more.")
        return _form_page(request, head, form, problem=problem, status=403)
    if not _are_valid(head, form):
        return _form_page(request, head, form, status=422)
    found = found_in(form.cleaned_data["text"])
    if found and "confirmed" not in request.POST:
        return _form_page(request, head, form, found=found, status=422)
    try:
        new = note_voices([form.voice(head.origin())], by=signed_in_person(request))
    except ParticipationError as refusal:
        return _form_page(request, head, form, problem=words_for(refusal), status=status_for(refusal))
    words = (
        _("The voice is kept. Here is the next one.") if new else _("This voice was kept before. Nothing was added.")
    )
    messages.success(request, words)
    kept = {name: request.POST.get(name, "") for name in ("event", "channel", "day", "question", "language")}
    request.session["voice-origin"] = kept
    return redirect("desk:new_voice")


def _are_valid(head: OriginForm, *forms: VoiceForm) -> bool:
    good = head.is_valid()
    for form in forms:
        if form.is_valid() and head.is_valid():
            form.settle(head.origin())
        good = good and not form.errors
    return good


def _kept(request: HttpRequest) -> dict[str, Any]:
    """Where the voices before came from: the next one most often comes from there too."""
    return {name: value for name, value in request.session.get("voice-origin", {}).items() if value}


def _form_page(
    request: HttpRequest, head: OriginForm, form: VoiceForm, *, found: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"head": head, "form": form, "found": found, "problem": problem, "queue_name": "voices"}
    return render(request, "desk/voices/new.html", context, status=status)


# -- The grid --------------------------------------------------------------------------------------------------------


@keeps_typed_text
@desk_page(may_note_voices)
def grid(request: HttpRequest) -> HttpResponseBase:
    """Row after row. With a script each row is kept as one goes on; without one the form brings all its rows."""
    choices = Choices.read()
    if request.method != "POST":
        rows = [RowForm(prefix=f"r-{number}", choices=choices) for number in range(ROWS)]
        return _grid_page(request, OriginForm(initial=_kept(request)), rows, choices)
    head = OriginForm(request.POST)
    rows = [
        RowForm(request.POST, prefix=f"r-{number}", choices=choices)
        for number in range(MOST_ROWS)
        if f"r-{number}-text" in request.POST
    ]
    if getattr(request, "form_expired", False):
        problem = _("The page stood open too long. Nothing is lost: send it once more.")
        return _grid_page(request, head, rows, choices, problem=problem, status=403)
    filled = [row for row in rows if not row.is_blank]
    if not _are_valid(head, *filled) or not filled:
        problem = "" if filled else _("Write at least one voice.")
        return _grid_page(request, head, rows, choices, problem=problem, status=422)
    try:
        new = note_voices([row.voice(head.origin()) for row in filled], by=signed_in_person(request))
    except ParticipationError as refusal:
        return _grid_page(request, head, rows, choices, problem=words_for(refusal), status=status_for(refusal))
    request.session["voice-origin"] = {
        name: request.POST.get(name, "") for name in ("event", "channel", "day", "question", "language")
    }
    messages.success(request, ngettext("%(n)d voice is kept.", "%(n)d voices are kept.", new) % {"n": new})
    return redirect("desk:voice_grid")


def _grid_page(
    request: HttpRequest,
    head: OriginForm,
    rows: list[RowForm],
    choices: Choices,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "head": head,
        "rows": rows,
        "blank": RowForm(prefix="r-__number__", choices=choices, initial={"capture": ""}),
        "problem": problem,
        "has_errors": head.is_bound and (bool(head.errors) or any(row.is_bound and row.errors for row in rows)),
        "queue_name": "voices",
    }
    return render(request, "desk/voices/grid.html", context, status=status)


@keeps_typed_text
@never_cache
@require_POST
def grid_row(request: HttpRequest) -> HttpResponse:
    """Keep one row: asked for by the grid itself. Says that it is kept (and where), or why not."""
    if not request.user.is_authenticated:
        words = _("You have been signed out. What you typed is still here: sign in again in another window.")
        return JsonResponse({"words": words, "signed_out": True}, status=401)
    if not may_note_voices(request.user):
        words = _("Your account may not do this. If you need it for your work, ask an administrator.")
        return JsonResponse({"words": words}, status=403)
    if getattr(request, "form_expired", False):
        # After a new sign-in the old page asks with an old token: it gets the new one and asks once more.
        return JsonResponse({"token": get_token(request)}, status=403)
    head, row = OriginForm(request.POST), RowForm(request.POST, prefix="r", choices=Choices.read())
    if not _are_valid(head, row) or row.is_blank:
        faults = [
            f"{bound.label}: {' '.join(map(str, bound.errors))}"
            for form in (head, row)
            for bound in form
            if bound.errors
        ]
        return JsonResponse({"words": " ".join(faults) or _("Write what the person said.")}, status=422)
    note_voices([row.voice(head.origin())], by=signed_in_person(request))
    kept = Voice.objects.only("pk", "text").get(capture_id=row.cleaned_data["capture"])
    found = found_in(row.cleaned_data["text"])
    words = _("kept; may be personal data: %(kinds)s") % {"kinds": found} if found else _("kept")
    return JsonResponse({"words": words, "voice": kept.pk, "text": kept.text, "has_found": bool(found)})
