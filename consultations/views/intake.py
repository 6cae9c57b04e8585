"""Typing in what came on paper, by e-mail, at the counter or at a meeting: one page, by keyboard, saved as typed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from consultations.errors import ConsultationError, LetterChanged
from consultations.letter_forms import PREFIX, Letter, content_of, says_something
from consultations.models import Consultation, DraftVersion, LetterDraft, Submission
from consultations.permissions import may_type_in
from consultations.services.intake import (
    discard_letter_draft,
    enter_letter,
    is_late,
    letter_drafts_of,
    letter_like,
    save_letter_draft,
)
from consultations.views.desk_pages import desk_page, signed_in_person
from consultations.words import words_for
from consultations.written_places import find_places, version_of_letters
from lublin2030.lib.dates import warsaw_day
from lublin2030.lib.paging import read_key
from lublin2030.lib.tokens import is_token, new_token
from lublin2030.lib.typed_dates import write_moment
from lublin2030.views import keeps_typed_text

# What the next letter of the same heap has in common with this one: no personal data, so it may stand in an address.
KEPT_FOR_NEXT = ("channel", "received", "lodged")


@desk_page(may_type_in)
def intake(request: HttpRequest) -> HttpResponseBase:
    """Into which consultation? With one alone its page opens at once. And the clerk's unfinished letters."""
    consultations = list(Consultation.objects.for_typing_in(timezone.now()))
    drafts = list(letter_drafts_of(signed_in_person(request)))
    if len(consultations) == 1 and not drafts:
        return redirect("desk:letter", consultations[0].slug)
    context = {"consultations": consultations, "drafts": drafts, "now": timezone.now()}
    return render(request, "desk/intake/home.html", context)


@keeps_typed_text
@desk_page(may_type_in)
def letter(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The letter being typed in; sent, it is entered, and the next one begins with the same channel and days."""
    now = timezone.now()
    page = LetterPage(request, _consultation(slug, now), now)
    if request.method != "POST":
        return page.open()
    if getattr(request, "form_expired", False):
        return page.show(
            page.sent(), problem=_("The page stood open too long. Nothing is lost: send it once more."), status=403
        )
    match request.POST.get("action"):
        case "add":
            page.keep()
            return page.show(page.sent(more=1), focus_last=True)
        case "keep":
            return page.show(page.sent(), problem="" if page.keep() else words_for(LetterChanged()))
        case _:
            return page.enter()


class LetterPage:
    """One letter on its page: for htmx the form alone, else the whole page."""

    def __init__(self, request: HttpRequest, consultation: Consultation, now: dt.datetime) -> None:
        self.request = request
        self.consultation = consultation
        self.now = now
        self.is_piece = request.headers.get("HX-Request") == "true"
        self.versions = list(DraftVersion.objects.published(now).filter(draft__consultation=consultation))
        self.version = version_of_letters(consultation, now)
        token = request.POST.get("form_token")
        self.form_token = token if token is not None and is_token(token) else new_token()
        self.revision = read_key(request.POST.get("revision")) or 0
        self.restored: LetterDraft | None = None

    def letter(self, **arguments: Any) -> Letter:
        return Letter(
            consultation=self.consultation, versions=self.versions, version=self.version, now=self.now, **arguments
        )

    def sent(self, *, more: int = 0) -> Letter:
        return self.letter(data=self.request.POST, files=self.request.FILES, more=more)

    def open(self) -> HttpResponse:
        """The draft that the address names, else the latest one, else a new letter."""
        mine = letter_drafts_of(signed_in_person(self.request), self.consultation)
        wanted = self.request.GET.get("szkic")
        if wanted is not None:
            self.restored = get_object_or_404(mine, pk=read_key(wanted))
        elif "nowy" not in self.request.GET and not any(name in self.request.GET for name in KEPT_FOR_NEXT):
            self.restored = mine.first()
        if self.restored is None:
            return self.show(self.fresh(self.request.GET))
        self.form_token, self.revision = self.restored.form_token, self.restored.revision
        return self.show(self.letter(content=self.restored.content))

    def fresh(self, kept: Any) -> Letter:
        """A new letter, with the channel and the days of the one before."""
        fields = {name: kept.get(name, "") for name in KEPT_FOR_NEXT if kept.get(name)}
        fields.setdefault("received", write_moment(warsaw_day(self.now)))
        return self.letter(content={"fields": fields | {"signed": True}})

    def keep(self) -> bool:
        """Save what was sent as the draft; whether it was this window's to save."""
        try:
            draft = save_letter_draft(
                self.consultation,
                by=signed_in_person(self.request),
                form_token=self.form_token,
                revision=self.revision,
                content=content_of(self.request.POST),
                now=self.now,
            )
        except LetterChanged:
            return False
        self.revision = draft.revision
        return True

    def enter(self) -> HttpResponseBase:
        sent = self.sent()
        if not sent.is_valid():
            self.keep()
            return self.show(sent, status=422)
        sender, remarks = sent.form.sender(), [one.remark() for one in sent.filled]
        if "known" not in self.request.POST:
            known = letter_like(self.consultation, sender=sender, remarks=remarks)
            if known is not None and known.form_token != self.form_token:
                return self.show(sent, known=known, status=409)
        data = sent.form.cleaned_data
        try:
            receipt = enter_letter(
                self.consultation,
                by=signed_in_person(self.request),
                channel=Submission.Channel(data["channel"]),
                received_at=data["received"],
                lodged_on=data["lodged"],
                sender=sender,
                remarks=remarks,
                form_token=self.form_token,
                signed=data["signed"],
                scan=sent.scan,
                now=self.now,
            )
        except ConsultationError as refusal:
            return self.show(sent, problem=words_for(refusal), status=409)
        return self.next_letter(receipt.submission)

    def next_letter(self, entered: Submission) -> HttpResponseBase:
        kept = {name: self.request.POST.get(name, "") for name in KEPT_FOR_NEXT}
        if not self.is_piece:
            messages.success(self.request, self._entered_in_words(entered))
            return redirect(reverse("desk:letter", args=[self.consultation.slug]) + "?" + urlencode(kept))
        self.form_token, self.revision = new_token(), 0
        return self.show(self.fresh(kept), entered=entered)

    def _entered_in_words(self, entered: Submission) -> str:
        return _("Submission %(number)s is entered. Here is the next letter.") % {"number": entered.public_number}

    def show(
        self,
        shown: Letter,
        *,
        problem: str = "",
        known: Submission | None = None,
        entered: Submission | None = None,
        focus_last: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        if entered is not None:
            entered.consultation = self.consultation
        shown.show_places()
        context = {
            "consultation": self.consultation,
            "letter": shown,
            "version": self.version,
            "form_token": self.form_token,
            "revision": self.revision,
            "restored": self.restored,
            "problem": problem,
            "known": known,
            "entered": entered,
            "entered_words": "" if entered is None else self._entered_in_words(entered),
            "entered_late": entered is not None
            and is_late(self.consultation, received_at=entered.received_at, lodged_on=entered.lodged_on),
            "focus_last": focus_last,
            "prefix": PREFIX,
            "others": []
            if self.is_piece
            else [
                one
                for one in letter_drafts_of(signed_in_person(self.request), self.consultation)
                if one.form_token != self.form_token
            ],
        }
        template = "desk/intake/_letter.html" if self.is_piece else "desk/intake/letter.html"
        return render(self.request, template, context, status=status)


@keeps_typed_text
@never_cache
@require_POST
def letter_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the letter as it stands: asked for by the page itself while one types. Says the new revision, or why not."""
    if not request.user.is_authenticated:
        words = _("You have been signed out. What you typed is still here: sign in again in another window.")
        return JsonResponse({"words": words, "signed_out": True}, status=401)
    if not may_type_in(request.user):
        return JsonResponse(
            {"words": _("Your account may not do this. If you need it for your work, ask an administrator.")},
            status=403,
        )
    if getattr(request, "form_expired", False):
        # After a new sign-in the old page asks with an old token: it gets the new one and asks once more.
        return JsonResponse({"token": get_token(request)}, status=403)
    now = timezone.now()
    consultation = _consultation(slug, now)
    content = content_of(request.POST)
    revision = read_key(request.POST.get("revision")) or 0
    if revision == 0 and not says_something(content):
        return JsonResponse({"revision": 0, "words": ""})
    try:
        draft = save_letter_draft(
            consultation,
            by=signed_in_person(request),
            form_token=request.POST.get("form_token", ""),
            revision=revision,
            content=content,
            window=request.POST.get("window", "")[:64],
            save=read_key(request.POST.get("save")) or 0,
            now=now,
        )
    except ConsultationError as refusal:
        return JsonResponse({"words": words_for(refusal)}, status=409)
    words = _("Saved at %(time)s.") % {"time": date_format(timezone.localtime(draft.updated_at), "H:i:s")}
    return JsonResponse({"revision": draft.revision, "words": words})


@desk_page(may_type_in)
def discard_letter(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Throw an unfinished letter away, after a question."""
    draft = get_object_or_404(
        letter_drafts_of(signed_in_person(request)), pk=read_key(request.GET.get("szkic")), consultation__slug=slug
    )
    if request.method != "POST":
        return render(request, "desk/intake/discard.html", {"draft": draft, "consultation": draft.consultation})
    discard_letter_draft(draft, by=signed_in_person(request))
    messages.success(request, _("The unfinished letter is thrown away."))
    return redirect("desk:intake")


@desk_page(may_type_in)
def letter_place(request: HttpRequest, slug: str) -> HttpResponseBase:
    """What stands at the place that is being typed (``?numer=3.2``), as the piece shown beside the field."""
    now = timezone.now()
    consultation = _consultation(slug, now)
    version = version_of_letters(consultation, now)
    chosen = read_key(request.GET.get("wersja"))
    if chosen is not None:
        published = DraftVersion.objects.published(now).filter(draft__consultation=consultation)
        version = published.filter(pk=chosen).first() or version
    written = request.GET.get("numer", "")[:60]
    found = find_places(version, [written])[written]
    return render(request, "desk/intake/_place.html", {"found": found, "written": written})


def _consultation(slug: str, now: dt.datetime) -> Consultation:
    return get_object_or_404(Consultation.objects.for_typing_in(now), slug=slug)
