"""The desk's page where staff look at the matches of an imported document, correct them and confirm them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import is_person
from consultations.desk_matching import PASSAGE_VIEWS, VIEWS, MatchTable
from consultations.errors import ConsultationError
from consultations.models import Chapter, DraftImport, Passage
from consultations.permissions import may_set_up_consultations
from consultations.services.matching import accept_matches, choose_chapters, choose_match, confirm_matches
from consultations.views.desk_pages import desk_page
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key

NEW = "new"  # as a choice: it continues no old passage


class Mistake(Exception):
    """What was typed cannot be understood. Holds the place on the page and the sentence for it."""

    def __init__(self, place: str, sentence: str, typed: str = "") -> None:
        super().__init__(sentence)
        self.place, self.sentence, self.typed = place, sentence, typed


@desk_page(may_set_up_consultations)
def import_matches(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The matches of an import: the doubtful ones first, then all, what is gone, and the chapters."""
    draft_import = _find(pk)
    table = MatchTable.read(draft_import)
    if request.method != "POST":
        return _page(request, draft_import, table)
    try:
        told, place = _do(request, draft_import, table)
    except Mistake as mistake:
        return _page(request, draft_import, table, mistake=mistake)
    except ConsultationError as error:
        fresh = _find(pk)
        return _page(request, fresh, MatchTable.read(fresh), error=error)
    messages.success(request, told)
    view, after, before = _wanted(request)
    wanted = {"pokaz": view, "after": after, "before": before}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return redirect(f"{reverse('desk:import_matches', args=[pk])}?{query}#{place}")


def _find(pk: int) -> DraftImport:
    imports = DraftImport.objects.select_related("draft__consultation", "base", "version")
    return get_object_or_404(imports, pk=pk)


def _wanted(request: HttpRequest) -> tuple[str, int | None, int | None]:
    view = request.GET.get("pokaz", "")
    return (
        view if view in VIEWS else VIEWS[0],
        read_key(request.GET.get("after")),
        read_key(request.GET.get("before")),
    )


def _do(request: HttpRequest, draft_import: DraftImport, table: MatchTable) -> tuple[str, str]:
    """Do what was asked for: what to tell the person, and where on the page to go on. Raises what the verbs raise."""
    revision = read_key(request.POST.get("revision"))
    if revision is None or not is_person(request.user):
        raise BadRequest
    match request.POST.get("action"):
        case "choose":
            return _choose(request, draft_import, table, revision, by=request.user)
        case "accept":
            places = request.POST.getlist("place")
            count = accept_matches(draft_import, places=places, revision=revision, by=request.user)
            told = ngettext("%(n)d match is marked as right.", "%(n)d matches are marked as right.", count)
            return told % {"n": count}, "lista"
        case "chapters":
            return _choose_chapters(request, draft_import, table, revision, by=request.user)
        case "confirm":
            confirm_matches(draft_import, revision=revision, by=request.user)
            return _("You have confirmed the matches. You can still change them until the version is saved."), "lista"
    raise BadRequest


def _choose(
    request: HttpRequest, draft_import: DraftImport, table: MatchTable, revision: int, *, by: User
) -> tuple[str, str]:
    place = request.POST.get("place", "")
    typed, choice = request.POST.get("number", ""), request.POST.get("choice", "")
    if typed.strip():
        found = table.find(typed)
        if found is None:
            sentence = _("There is no passage of this number in the earlier version. Write it like 3.2 or f12.")
            raise Mistake(place, sentence, typed)
        key: int | None = found.key
    elif choice == NEW:
        key = None
    else:
        key = read_key(choice)
        if key is None:
            raise Mistake(place, _("Choose the passage that this one continues, or “a new passage”."))
    passage = None if key is None else get_object_or_404(Passage, pk=key, draft=draft_import.draft_id)
    freed = choose_match(draft_import, place=place, passage=passage, revision=revision, by=by)
    line = next(line for line in table.lines if line.new.place == place)
    if key is None:
        told = _("Passage %(number)s is a new one.") % {"number": line.new.number}
    else:
        told = _("Passage %(number)s continues %(old)s.") % {"number": line.new.number, "old": table.olds[key].number}
    if freed is not None:
        other = next(line.new.number for line in table.lines if line.new.place == freed)
        told += " " + _("It was matched to %(other)s, which counts as new now. Check it.") % {"other": other}
    return told, _following(request, table, line.index)


def _following(request: HttpRequest, table: MatchTable, index: int) -> str:
    """The place on the page where work goes on: the passage after this one, or the list's beginning after the last."""
    view, after, before = _wanted(request)
    rows = table.page(view, after=after, before=before).rows if view in PASSAGE_VIEWS else []
    return next((f"m-{line.index}" for line in rows if line.index > index), "lista")


def _choose_chapters(
    request: HttpRequest, draft_import: DraftImport, table: MatchTable, revision: int, *, by: User
) -> tuple[str, str]:
    known = {old.chapter_id: old.chapter for old in table.old_chapters}
    chosen: dict[str, Chapter | None] = {}
    for chapter in table.chapters:
        choice = request.POST.get(f"chapter-{chapter.place}", "")
        key = read_key(choice)
        if choice != NEW and (key is None or key not in known):
            raise Mistake("rozdzialy", _("Choose for every chapter the one that it continues, or “a new chapter”."))
        chosen[chapter.place] = known[key] if key is not None else None
    choose_chapters(draft_import, chosen=chosen, revision=revision, by=by)
    return _("The chapters are saved."), "lista"


def _page(
    request: HttpRequest,
    draft_import: DraftImport,
    table: MatchTable,
    *,
    mistake: Mistake | None = None,
    error: ConsultationError | None = None,
) -> HttpResponse:
    view, after, before = _wanted(request)
    page = table.page(view, after=after, before=before) if view in PASSAGE_VIEWS else None
    gone = table.gone_page(after=after, before=before) if view == "usuniete" else None
    is_open = draft_import.state == DraftImport.State.READY
    rows: list[dict[str, Any]] = [
        {
            "line": line,
            "candidates": table.candidates(line) if is_open and draft_import.base_id else [],
            "mistake": mistake if mistake and mistake.place == line.new.place else None,
        }
        for line in (page.rows if page else [])
    ]
    status = status_for(error) if error else 422 if mistake else 200
    return render(
        request,
        "desk/import_matches.html",
        {
            "import": draft_import,
            "table": table,
            "view": view,
            "page": page or gone,
            "gone": gone.rows if gone else [],
            "rows": rows,
            "query": urlencode({"pokaz": view}) + "&",
            "is_open": is_open,
            "mistake": mistake,
            "error": words_for(error) if error else "",
            "queue_name": "drafts",
        },
        status=status,
    )
