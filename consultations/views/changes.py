"""The desk's pages where staff say which words carry which decision, and why an accepted remark changed nothing."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from consultations.desk_changes import (
    drafts_with_checks,
    own_remarks,
    page_of_changes,
    page_of_suggestions,
    page_of_unchanged,
)
from consultations.errors import AlreadyLinked, ConsultationError, LinkGone
from consultations.models import (
    ChangeSource,
    DraftVersion,
    Opinion,
    Passage,
    PassageChange,
    Remark,
    VersionComparison,
)
from consultations.models.remarks import POSITION_STEP
from consultations.permissions import may_link_change, may_link_changes
from consultations.services.change_links import (
    accepted_but_unchanged,
    changed_without_source,
    comparison_with_previous,
    explain_unchanged,
    groups_of,
    link_change,
    suggested_links,
    unlink_change,
    withdraw_explanation,
)
from consultations.services.comparisons import comparison_of
from consultations.services.drafts import is_published
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import status_for, words_for
from lublin2030.lib.paging import read_key

CHANGES, SUGGESTIONS, WITHOUT_SOURCE, UNCHANGED, EXPLAINED = VIEWS = (
    "zmiany", "propozycje", "bez-zrodla", "przyjete", "wyjasnione",
)  # fmt: skip
MOST_AT_ONCE = 500  # suggestions that one click accepts
LONGEST_NOTE = 2000
REMARK_NUMBER = re.compile(r"([1-9][0-9]{0,8})\.([1-9][0-9]{0,2})(?:/[0-9]{4})?")


@dataclass
class Mistake(Exception):
    """What was typed cannot be understood, or is refused: its place on the page, the sentence, and what was typed."""

    place: str
    sentence: str
    status: int = 422
    typed: dict[str, str] = field(default_factory=dict)


@desk_page(may_link_changes)
def versions(request: HttpRequest) -> HttpResponse:
    """Every public version with its two checks."""
    now = timezone.now()
    return render(request, "desk/changes.html", {"drafts": drafts_with_checks(signed_in_person(request), now)})


@desk_page(may_link_changes)
def version_changes(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one version changed, where each change comes from, and the two checks (``pokaz``)."""
    version = get_object_or_404(DraftVersion.objects.select_related("draft__consultation__process"), pk=pk)
    if not is_published(version):
        return render(request, "desk/version_changes.html", {"version": version, "is_public": False}, status=409)
    if request.method != "POST":
        return _page(request, version)
    try:
        told, place = _do(request, version, by=signed_in_person(request))
    except Mistake as mistake:
        return _page(request, version, mistake)
    except ConsultationError as error:
        return _page(request, version, _as_mistake(request, error))
    messages.success(request, told)
    view, after, before = _wanted(request)
    query = urlencode({k: v for k, v in {"pokaz": view, "after": after, "before": before}.items() if v})
    return redirect(f"{reverse('desk:version_changes', args=[pk])}?{query}#{place}")


def _wanted(request: HttpRequest) -> tuple[str, int | None, int | None]:
    view = request.GET.get("pokaz", "")
    return (
        view if view in VIEWS else "",
        read_key(request.GET.get("after")),
        read_key(request.GET.get("before")),
    )


# -- What is done ----------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, version: DraftVersion, *, by: User) -> tuple[str, str]:
    """Do what was asked for: what to tell the person, and where on the page to go on. Raises what the verbs raise."""
    posted = request.POST
    if posted.get("link"):
        return _link(request, version, posted["link"], by=by)
    match posted.get("action"):
        case "unlink":
            key = read_key(posted.get("source"))
            sources = ChangeSource.objects.select_related("version", "passage", "remark")
            source = sources.filter(pk=key or 0, version=version).first()
            if source is None:
                raise LinkGone
            unlink_change(source, by=by)
            return _("The source was removed."), source.passage.code
        case "accept":
            return _accept(request, version, _checked_pairs(request, version, by), by=by), "lista"
        case "accept_all":
            suggested = own_remarks(by, suggested_links(version)).select_related("passage").order_by("position")
            pairs = [(one, one.passage) for one in suggested[:MOST_AT_ONCE] if one.passage is not None]
            return _accept(request, version, pairs, by=by), "lista"
        case "editorial":
            return _editorial(request, version, by=by), "lista"
        case "carry":
            remark = _remark(request, version)
            passage = _passage(request, version, posted.get("place", ""), remark)
            link_change(version, passage, remark=remark, by=by)
            return _linked(remark.public_number, passage), "lista"
        case "explain":
            remark = _remark(request, version)
            explain_unchanged(remark, text=_short(request, "text"), by=by)
            return _("The explanation of remark %(number)s is saved.") % {"number": remark.public_number}, "lista"
        case "withdraw":
            remark = _remark(request, version)
            withdraw_explanation(remark, by=by)
            return _("The explanation of remark %(number)s is withdrawn.") % {"number": remark.public_number}, "lista"
    raise BadRequest


def _link(request: HttpRequest, version: DraftVersion, kind: str, *, by: User) -> tuple[str, str]:
    """Add a source to a changed passage, of the kind whose button was pressed."""
    passage = get_object_or_404(Passage, pk=read_key(request.POST.get("passage")), draft=version.draft_id)
    place, note = passage.code, _short(request, "note")
    consultation = version.draft.consultation
    match kind:
        case ChangeSource.Kind.REMARK:
            found = REMARK_NUMBER.fullmatch(request.POST.get("number", "").strip())
            remark = None
            if found is not None:
                position = int(found[1]) * POSITION_STEP + int(found[2])
                remark = Remark.objects.filter(consultation=consultation, position=position).first()
            if remark is None:
                raise _mistake(request, place, _("There is no remark of this number. Write it like 12.3."))
            remark.consultation = consultation
            link_change(version, passage, remark=remark, note=note, by=by)
            return _linked(remark.public_number, passage), place
        case ChangeSource.Kind.OPINION:
            key = read_key(request.POST.get("opinion"))
            opinion = (
                Opinion.objects.filter(consultation=consultation, pk=key or 0).select_related("institution").first()
            )
            if opinion is None:
                raise _mistake(request, place, _("Choose the institution whose opinion changed the text."))
            link_change(version, passage, opinion=opinion, note=note, by=by)
            return _linked(opinion.institution.name, passage), place
        case ChangeSource.Kind.DIRECTION:
            group = groups_of(consultation).filter(pk=read_key(request.POST.get("group"))).first()
            if group is None:
                raise _mistake(request, place, _("Choose the working group whose direction changed the text."))
            link_change(version, passage, working_group=group, note=note, by=by)
            return _linked(group.text("name").value, passage), place
        case ChangeSource.Kind.EDITORIAL:
            link_change(version, passage, note=note, by=by)
            return _linked(_("editorial change"), passage), place
    raise BadRequest


def _linked(source: str, passage: Passage) -> str:
    return _("Linked: %(source)s → passage %(code)s.") % {"source": source, "code": passage.code}


def _accept(request: HttpRequest, version: DraftVersion, pairs: list[tuple[Remark, Passage]], *, by: User) -> str:
    """Link each pair by itself, so that each has its row in the history; what is refused is told."""
    done = 0
    refused: dict[str, list[str]] = {}
    for remark, passage in pairs:
        remark.consultation = version.draft.consultation
        try:
            link_change(version, passage, remark=remark, by=by)
        except ConsultationError as error:
            refused.setdefault(words_for(error), []).append(remark.public_number)
        else:
            done += 1
    for words, numbers in refused.items():
        told = _("Not done: %(numbers)s. %(words)s") % {"numbers": ", ".join(numbers), "words": words}
        messages.warning(request, told)
    if not pairs:
        raise _mistake(request, "lista", _("Check at least one suggestion."))
    return ngettext("%(n)d remark is linked.", "%(n)d remarks are linked.", done) % {"n": done}


def _checked_pairs(request: HttpRequest, version: DraftVersion, by: User) -> list[tuple[Remark, Passage]]:
    """The checked suggestions that still are some."""
    checked = {key for key in map(read_key, request.POST.getlist("checked")) if key is not None}
    suggested = own_remarks(by, suggested_links(version)).filter(pk__in=list(checked)[:MOST_AT_ONCE])
    rows = suggested.select_related("passage").order_by("position")
    return [(one, one.passage) for one in rows if one.passage is not None]


def _editorial(request: HttpRequest, version: DraftVersion, *, by: User) -> str:
    """One note for every checked passage of the list of changes without a source."""
    keys = [key for key in map(read_key, request.POST.getlist("passages")) if key is not None]
    passages = list(Passage.objects.filter(draft=version.draft_id, pk__in=keys[:MOST_AT_ONCE]))
    if not passages:
        raise _mistake(request, "lista", _("Check at least one passage."))
    note = _short(request, "note")
    if not note:
        raise _mistake(request, "lista", _("Write what was done and why. The public reads it."))
    for passage in passages:
        with suppress(AlreadyLinked):  # by a colleague, in the meantime
            link_change(version, passage, note=note, by=by)
    return ngettext("%(n)d passage has its note.", "%(n)d passages have their note.", len(passages)) % {
        "n": len(passages)
    }


def _remark(request: HttpRequest, version: DraftVersion) -> Remark:
    """The remark that the form is about."""
    remarks = Remark.objects.filter(consultation__draft=version.draft_id).select_related("consultation")
    return get_object_or_404(remarks, pk=read_key(request.POST.get("remark")))


def _passage(request: HttpRequest, version: DraftVersion, typed: str, remark: Remark) -> Passage:
    """The changed passage of a number in the version (3.2), or of a permanent id (f12), which a removed one has too."""
    typed = typed.strip().lower()
    changes = PassageChange.objects.since_previous(timezone.now()).filter(comparison__newer=version)
    chapter, _dot, position = typed.partition(".")
    number, place = read_key(chapter), read_key(position)
    if number and place and max(number, place) < 2**15:
        changes = changes.filter(newer__chapter__number=number, newer__position=place)
    else:
        changes = changes.filter(passage__code=typed[:20])
    found = changes.select_related("passage").first() if "\x00" not in typed else None
    if found is None:
        sentence = _("No changed passage has this number. Write it like 3.2 or f12.")
        raise _mistake(request, f"u-{remark.pk}", sentence)
    return found.passage


def _short(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", " ").strip()[:LONGEST_NOTE]


def _mistake(request: HttpRequest, place: str, sentence: str, status: int = 422) -> Mistake:
    names = ("number", "note", "text", "place", "opinion", "group")
    return Mistake(place, sentence, status, {name: request.POST.get(name, "") for name in names})


def _as_mistake(request: HttpRequest, error: ConsultationError) -> Mistake:
    """A refusal, told beside the form that was sent."""
    place = "lista"
    remark, passage = read_key(request.POST.get("remark")), read_key(request.POST.get("passage"))
    if remark is not None:
        place = f"u-{remark}"
    elif passage is not None:
        place = Passage.objects.filter(pk=passage).values_list("code", flat=True).first() or place
    return _mistake(request, place, words_for(error), status_for(error))


# -- What is shown ---------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, version: DraftVersion, mistake: Mistake | None = None) -> HttpResponse:
    now, user = timezone.now(), signed_in_person(request)
    consultation = version.draft.consultation
    comparison, is_prepared = _comparison(version)
    view, after, before = _wanted(request)
    view = view or (CHANGES if comparison else UNCHANGED)
    unchanged = own_remarks(user, accepted_but_unchanged(consultation))
    lists: dict[str, Any] = {
        CHANGES: lambda: page_of_changes(version, user, now, only_without_source=False, after=after, before=before),
        SUGGESTIONS: lambda: page_of_suggestions(version, user, now, after=after, before=before),
        WITHOUT_SOURCE: lambda: page_of_changes(
            version, user, now, only_without_source=True, after=after, before=before
        ),
        UNCHANGED: lambda: page_of_unchanged(unchanged.unexplained(), after=after, before=before),
        EXPLAINED: lambda: page_of_unchanged(
            unchanged.filter(unchanged_explanation__isnull=False), after=after, before=before
        ),
    }
    context = {
        "version": version,
        "is_public": True,
        "draft": version.draft,
        "consultation": consultation,
        "comparison": comparison,
        "is_prepared": is_prepared,
        "view": view,
        "page": lists[view](),
        "counts": {
            "changes": _changed(comparison) if comparison else 0,
            "suggestions": own_remarks(user, suggested_links(version, now)).count() if comparison else 0,
            "without_source": changed_without_source(version, now).count() if comparison else 0,
            "unchanged": unchanged.unexplained().count(),
            "explained": unchanged.filter(unchanged_explanation__isnull=False).count(),
        },
        "query": f"{urlencode({'pokaz': view})}&",
        "is_coordinator": may_link_change(user),
        "opinions": consultation.opinions.exclude(received_on=None).select_related("institution"),
        "groups": groups_of(consultation),
        "mistake": mistake,
        "queue_name": "changes",
    }
    return render(request, "desk/version_changes.html", context, status=mistake.status if mistake else 200)


def _changed(comparison: VersionComparison) -> int:
    return comparison.changes.changed().count()


def _comparison(version: DraftVersion) -> tuple[VersionComparison | None, bool]:
    """The version compared with the one before it, made now if it is short; and whether a worker is making it."""
    found = comparison_with_previous(version)
    if found is not None:
        return found, False
    earlier = DraftVersion.objects.published(timezone.now()).filter(draft=version.draft_id, number__lt=version.number)
    previous = earlier.first()
    if previous is None:
        return None, False
    made = comparison_of(previous, version)
    return made, made is None
