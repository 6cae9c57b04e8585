"""What the remark's page asks for by itself: saving while one types, who else is there; and files of notes."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.models import User
from consultations.errors import AnswerDraftChanged, ConsultationError
from consultations.models import AnswerDraft, NoteFile, Remark
from consultations.permissions import may_note, may_open_note_files, may_read_remarks
from consultations.services.answer_drafts import Seen, Typed, save_answer_draft
from consultations.services.presence import be_present, leave
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key
from lublin2030.views import keeps_typed_text

log = logging.getLogger(__name__)


@keeps_typed_text
@never_cache
@require_POST
def answer_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answer as it stands. Says the new revision, or why not; of a stale window also what is saved there."""
    refusal = _not_here(request)
    if refusal is not None:
        return refusal
    one = get_object_or_404(Remark.objects.select_related("consultation"), pk=pk)
    try:
        draft = save_answer_draft(
            one,
            typed=Typed(*(request.POST.get(name, "") for name in ("outcome", "justification", "why"))),
            by=signed_in_person(request),
            seen=Seen(read_key(request.POST.get("draft_revision")) or 0, request.POST.get("window", "")[:64]),
            save=read_key(request.POST.get("save")) or 0,
            replaces=request.POST.get("replaces") == "1",
        )
    except AnswerDraftChanged as error:
        held = AnswerDraft.objects.select_related("by").filter(remark=one).first()
        return JsonResponse({"words": words_for(error), "theirs": _in_words(held)}, status=409)
    except ConsultationError as error:
        return JsonResponse({"words": words_for(error)}, status=status_for(error))
    words = _("Saved at %(time)s.") % {"time": _time(draft.updated_at)}
    return JsonResponse({"revision": draft.revision, "words": words})


def _in_words(draft: AnswerDraft | None) -> dict[str, object] | None:
    """The other words, for the page to show them beside those that were typed here."""
    if draft is None:
        return None
    head = _("Saved by %(name)s at %(time)s") % {"name": draft.by or "–", "time": _time(draft.updated_at)}
    return {
        "revision": draft.revision,
        "head": head,
        "outcome": draft.outcome,
        "outcome_words": draft.get_outcome_display() if draft.outcome else "",
        "justification": draft.justification,
        "why": draft.corrects_why,
    }


@keeps_typed_text
@never_cache
@require_POST
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Report that the page is open, or, with ``leaves``, closed; says who else has it open."""
    refusal = _not_here(request)
    if refusal is not None:
        return refusal
    one, by = get_object_or_404(Remark, pk=pk), signed_in_person(request)
    if "leaves" in request.POST:
        leave(one, by=by)
        return JsonResponse({"others": []})
    return JsonResponse({"others": [here_in_words(other.user, other.since) for other in be_present(one, by=by)]})


def here_in_words(user: User, since: object) -> str:
    return _("%(name)s has had this remark open since %(time)s.") % {"name": user, "time": _time(since)}


@desk_page(may_note)
def note_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a private note, to be saved, not shown in the portal's name."""
    one = NoteFile.objects.select_related("note").filter(pk=pk).first()
    if one is None or not may_open_note_files(request.user, one.note):
        # Whether there is such a file is told only to who may open it.
        raise PermissionDenied
    try:
        content = one.file.open("rb")
    except FileNotFoundError:
        log.error("The file %s of a note is missing.", one.pk)
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=one.name, content_type=one.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Content-Encoding"] = "identity"
    return response


def _not_here(request: HttpRequest) -> HttpResponse | None:
    """Why the page cannot go on saving: signed out, without the role, or with an old token (then with the new one)."""
    if not request.user.is_authenticated:
        words = _("You have been signed out. What you typed is still here: sign in again in another window.")
        return JsonResponse({"words": words, "signed_out": True}, status=401)
    if not may_read_remarks(request.user):
        raise PermissionDenied
    if getattr(request, "form_expired", False):
        return JsonResponse({"token": get_token(request)}, status=403)
    return None


def _time(moment: object) -> str:
    return date_format(timezone.localtime(moment), "H:i")  # type: ignore[arg-type]
