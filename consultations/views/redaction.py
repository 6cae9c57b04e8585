"""The desk's pages on which a person decides how much of a remark's text the public reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.desk import PAGE, queue_around, read
from consultations.desk_forms import ApproveTextForm, CheckedForm, DeskForm, RedactForm
from consultations.errors import ConsultationError, TextChanged
from consultations.models import HistoryEntry, Remark
from consultations.permissions import may_redact
from consultations.public_text import TEXTS, PublicText
from consultations.services.redaction import approve_text, redact_text
from consultations.views.desk_pages import desk_page, do_to_checked, go_on, signed_in_person
from consultations.wording import Run
from consultations.words import describe_history, status_for, words_for
from lublin2030.lib.paging import page_by_moment, read_key
from lublin2030.lib.redacting import Kind, Proposal, Span, find_phrase, propose, redact, redacted_spans

AROUND = 30  # characters shown on either side of a proposal


@dataclass(frozen=True)
class Place:
    """A proposal as a box to check: its value in the form, its kind, and its words among those around it."""

    value: str
    kind: str
    before: str
    words: str
    after: str
    checked: bool


@dataclass(frozen=True)
class Part:
    """One of the three texts: its name, its runs with the proposals marked, its boxes, and how it would read."""

    name: str
    label: str
    runs: list[Run]
    places: list[Place]
    result: str


def proposals_of(remark: Remark) -> dict[str, list[Proposal]]:
    """What of each text is proposed for redaction; in a redacted remark what is taken out already."""
    found: dict[str, list[Proposal]] = {}
    # An organisation's name is public; who acts for it is not.
    is_person = remark.submission.sender_kind == "person"
    name = f"{remark.submission.name if is_person else ''} {remark.submission.representative}"
    for part in TEXTS:
        text = getattr(remark, part)
        earlier = None
        if remark.text_state == Remark.TextState.REDACTED:
            earlier = redacted_spans(text, getattr(remark, f"shown_{part}"))
        if earlier is None:
            found[part] = propose(text, sender_name=name)
        else:
            found[part] = [
                Proposal(Kind.EARLIER, span.start, span.end, text[span.start : span.end]) for span in earlier
            ]
    return found


@desk_page(may_redact)
def texts(request: HttpRequest) -> HttpResponse:
    """Texts that wait to be looked at, the oldest first; checked ones without a proposal are approved at once."""
    form = CheckedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        by = signed_in_person(request)
        do_to_checked(
            request,
            form,
            lambda remark, revision: _approve_as_listed(remark, revision, by),
            lambda n: ngettext("%(n)d text is public as written.", "%(n)d texts are public as written.", n) % {"n": n},
        )
        return redirect("desk:texts")
    page = page_by_moment(
        Remark.objects.waiting_for_approval(),
        field="received_at",
        newest_first=False,
        size=PAGE,
        after=read_key(request.GET.get("after")),
    )
    readings = [
        reading | {"proposals": sum(map(len, proposals_of(reading["remark"]).values()))} for reading in read(page.rows)
    ]
    context = {
        "readings": readings,
        "after": page.after,
        "form": form,
        "checked": request.POST.getlist("checked"),
        "now": timezone.now(),
    }
    return render(request, "desk/texts.html", context)


def _approve_as_listed(remark: Remark, revision: int | None, by: Any) -> object:
    """A text from the list: what was read there is its revision, and that nothing was found in it."""
    if any(proposals_of(remark).values()):
        raise TextChanged
    return approve_text(remark, revision=revision or 0, seen=Remark.TextState.WAITING, by=by)


@desk_page(may_redact)
def text(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One text beside what the public would read of it: check, look, approve."""
    one = _find(pk)
    if request.method != "POST":
        return _page(request, one)
    form: DeskForm
    match request.POST.get("action"):
        case "approve_text":
            form = ApproveTextForm(request.POST)
        case "redact":
            form = RedactForm(request.POST, lengths={name: len(getattr(one, name)) for name in TEXTS})
        case _:
            raise BadRequest
    if not form.is_valid() or "preview" in request.POST:
        return _page(request, one, form)
    queue = Remark.objects.waiting_for_approval()
    place = queue_around(queue, one)
    number = {"number": one.public_number}
    try:
        told = _do(one, form, by=signed_in_person(request)) % number
    except ConsultationError as error:
        return _page(request, _find(pk), form, error)
    messages.success(request, told)
    return go_on(place, queue, "text", "texts")


def _find(pk: int) -> Remark:
    related = ("consultation", "submission", "version", "topic", "district", "department")
    return get_object_or_404(Remark.objects.select_related(*related), pk=pk)


def _do(one: Remark, form: DeskForm, *, by: Any) -> str:
    values = form.cleaned_data
    if form.action == "approve_text":
        approve_text(one, revision=values["revision"], seen=values["seen"], by=by)
        return _("The text of remark %(number)s is public as written.")
    shown = PublicText(**{name: redact(getattr(one, name), spans) for name, spans in _chosen(one, form).items()})
    redact_text(one, shown=shown, grounds=values["grounds"], revision=values["revision"], seen=values["seen"], by=by)
    return _("The text of remark %(number)s is public with redactions.")


def _chosen(one: Remark, form: DeskForm) -> dict[str, list[Span]]:
    """The places the form takes out: those checked, and every place of the words that were typed."""
    spans: dict[str, list[Span]] = {name: [] for name in TEXTS}
    for name, span in form.cleaned_data.get("places", []):
        spans[name].append(span)
    for phrase in form.cleaned_data.get("phrases", []):
        for name in TEXTS:
            spans[name] += find_phrase(getattr(one, name), phrase)
    return {name: [span for span in of_one if span.end <= len(getattr(one, name))] for name, of_one in spans.items()}


def _page(
    request: HttpRequest, one: Remark, tried: DeskForm | None = None, error: ConsultationError | None = None
) -> HttpResponse:
    found = proposals_of(one)
    fresh = {"revision": one.revision, "seen": one.text_state}
    chosen = {name: [proposal.span for proposal in of_one] for name, of_one in found.items()}
    redact_form = RedactForm(initial=fresh | {"grounds": _grounds(one, found)}, lengths={})
    unfound: list[str] = []
    if isinstance(tried, RedactForm):
        values = tried.cleaned_data
        phrases = values.get("phrases", [])
        # Places in an older text mean nothing in the one that stands there now.
        if values.get("revision") == one.revision:
            chosen = _chosen(one, tried)
            unfound = [
                phrase for phrase in phrases if not any(find_phrase(getattr(one, name), phrase) for name in TEXTS)
            ]
        if error is None:
            redact_form = tried
        else:
            typed = {"grounds": values["grounds"], "phrases": "\n".join(phrases)}
            redact_form.initial = {**redact_form.initial, **typed}
    entries = HistoryEntry.objects.filter(remark=one).select_related("by")
    context = {
        "one": one,
        "reading": read([one])[0],
        "parts": list(_parts(one, found, chosen)),
        "takes_out": any(chosen.values()),
        "has_proposals": any(found.values()),
        "form": redact_form,
        "approve": ApproveTextForm(initial=fresh),
        "unfound": unfound,
        "error": words_for(error) if error else "",
        "state": one.get_text_state_display(),
        "has_errors": bool(tried and tried.errors),
        "is_preview": "preview" in request.POST,
        "place": queue_around(Remark.objects.waiting_for_approval(), one),
        "history": describe_history(entries),
        "queue_name": "texts",
        "now": timezone.now(),
    }
    return render(request, "desk/text.html", context, status=status_for(error) if error else 200)


def _parts(one: Remark, found: dict[str, list[Proposal]], chosen: dict[str, list[Span]]) -> Iterable[Part]:
    labels = {"change": _("What to change"), "wording": _("Proposed wording"), "reason": _("Why")}
    for name in TEXTS:
        text = getattr(one, name)
        if not text:
            continue
        runs, at = [], 0
        for proposal in found[name]:
            runs += [Run("equal", text[at : proposal.start]), Run("hit", proposal.text)]
            at = proposal.end
        runs.append(Run("equal", text[at:]))
        places = [
            Place(
                value=f"{name}:{proposal.start}-{proposal.end}",
                kind=str(proposal.kind.label),
                before=_words_before(text, proposal.start),
                words=proposal.text,
                after=_words_after(text, proposal.end),
                checked=proposal.span in chosen[name],
            )
            for proposal in found[name]
        ]
        yield Part(name, labels[name], runs, places, redact(text, chosen[name]))


def _words_before(text: str, start: int) -> str:
    """About ``AROUND`` characters before the place, beginning with a whole word."""
    if start <= AROUND:
        return text[:start]
    return "…" + re.sub(r"^\S*\s+", "", text[start - AROUND - 1 : start])


def _words_after(text: str, end: int) -> str:
    """About ``AROUND`` characters after the place, ending with a whole word."""
    if end + AROUND >= len(text):
        return text[end:]
    return re.sub(r"\s+\S*$", "", text[end : end + AROUND + 1]) + "…"


def _grounds(one: Remark, found: dict[str, list[Proposal]]) -> str:
    """The reason, as it is proposed: that given before, else the kinds of what was found, in the city's language."""
    if one.text_state == Remark.TextState.REDACTED:
        latest = one.redactions.order_by("-at", "-pk").first()
        return latest.grounds if latest else ""
    kinds = list(dict.fromkeys(proposal.kind for of_one in found.values() for proposal in of_one))
    with translation.override(settings.LANGUAGE_CODE):
        words = ", ".join(str(kind.label) for kind in kinds)
        return _("personal data: %(kinds)s") % {"kinds": words} if words else _("personal data")
