"""Write a remark on a place in the draft, change it, take it out again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache

from consultations.errors import ConsultationError, RemarkChanged, RemarkGone
from consultations.forms import WHOLE_DOCUMENT, RemarkForm
from consultations.models import BasketRemark, ChapterText, Consultation, DraftVersion, PassageText
from consultations.places import Placed, with_places
from consultations.reading import basket_lines, choose_version, passage_address, published_versions
from consultations.services import baskets
from consultations.services.limits import count_remark
from consultations.services.submissions import MOST_REMARKS
from consultations.views.shared import context_of, keep_cookie, linked_basket, public_consultation, renews_cookies
from consultations.views.submitting.common import (
    closed_page,
    current_basket,
    expired_in_words,
    is_expired,
    methods,
    posted_token,
)
from consultations.views.submitting.guards import refuse_filled_trap, tell_when
from consultations.words import status_for, words_for
from lublin2030.lib.addresses import client_address
from lublin2030.lib.paging import read_key
from lublin2030.lib.tokens import is_token, new_token
from lublin2030.lib.translations import current_language
from lublin2030.middleware import BASKET_COOKIE, LINKS_COOKIE
from lublin2030.views import keeps_typed_text

# Kept by nobody but the sender's own browser, which then still has the text when the sender goes back.
own_browser_only = cache_control(private=True, no_cache=True)


@dataclass(frozen=True)
class Where:
    """The place a form is about. ``unknown``: the address names a place that the draft does not have."""

    version: DraftVersion | None
    chapter: ChapterText | None = None
    passage: PassageText | None = None
    unknown: bool = False
    is_latest: bool = True

    @property
    def asks_place(self) -> bool:
        return self.passage is None

    @property
    def key(self) -> str:
        """A short name of the place, also the beginning of the form's element ids."""
        if self.passage is not None:
            return self.passage.passage.code
        return WHOLE_DOCUMENT if self.chapter is None else f"r{self.chapter.number}"

    @property
    def query(self) -> str:
        """The address's parameters that lead to this place, with the version that was read."""
        parts: dict[str, object] = {}
        if self.passage is not None:
            parts["fragment"] = self.passage.passage.code
        elif self.chapter is not None:
            parts["rozdzial"] = self.chapter.number
        if self.version is not None:
            parts["wersja"] = self.version.number
        return f"?{urlencode(parts)}" if parts else ""


@own_browser_only
@keeps_typed_text
@methods
def new_remark(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a remark on a passage (``?fragment=f12``), a chapter (``?rozdzial=3``) or the whole document."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    where = _where(request, consultation, now)
    initial: dict[str, Any] = {} if where.chapter is None else {"place": str(where.chapter.number)}
    form = remark_form(request, consultation, where, initial)
    page = RemarkPage(request, consultation, now, where, form, action=_new_remark_url(consultation, where))
    if request.method != "POST":
        return page.show(status=404 if where.unknown else 200)
    if is_expired(request):
        return page.show(problem=expired_in_words(), status=403)
    if not form.is_valid():
        return page.show(status=422)
    passage, chapter = _target(form, where)
    cookie = request.COOKIES.get(BASKET_COOKIE)
    cookie_key = cookie if cookie is not None and is_token(cookie) else new_token()
    shared = linked_basket(request, consultation)
    try:
        refuse_filled_trap(request)
        count_remark(address=client_address(request), now=now)
        kept = baskets.add_remark(
            consultation,
            cookie_key=cookie_key,
            remark=form.remark(
                passage=passage and passage.passage,
                chapter=chapter and chapter.chapter,
            ),
            form_token=posted_token(request) or new_token(),
            language=current_language(),
            shared=shared,
            now=now,
        )
    except ConsultationError as refusal:
        return tell_when(page.show(problem=words_for(refusal), status=status_for(refusal)), refusal, now)
    response = page.added(kept, passage, chapter)
    keep_cookie(request, response, BASKET_COOKIE, cookie_key)
    if shared is not None:
        # The answer to htmx is no redirect.
        keep_cookie(request, response, LINKS_COOKIE, request.COOKIES[LINKS_COOKIE])
    return response


@own_browser_only
@keeps_typed_text
@methods
@renews_cookies
def edit_remark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a remark that is not sent yet."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    kept = _kept_remark(request, consultation, pk)
    if kept is None:
        return _remark_is_gone(request, consultation, now)
    placed = with_places([kept])[0]
    where = Where(version=kept.version, chapter=placed.chapter, passage=placed.passage)
    place = WHOLE_DOCUMENT if placed.chapter is None else str(placed.chapter.number)
    form = remark_form(request, consultation, where, {"place": place, **RemarkForm.texts_of(kept)})
    action = reverse("consultations:edit_remark", args=[slug, pk]) + where.query
    page = RemarkPage(request, consultation, now, where, form, action=action, edited=kept)
    if request.method != "POST":
        return page.show()
    if is_expired(request):
        return page.show(problem=expired_in_words(), status=403)
    if not form.is_valid():
        return page.show(status=422)
    passage, chapter = _target(form, where)
    typed = form.remark(passage=passage and passage.passage, chapter=chapter and chapter.chapter)
    try:
        if "add_as_new" in request.POST:
            baskets.add_remark(
                consultation,
                cookie_key=kept.basket.cookie_key,
                remark=typed,
                form_token=posted_token(request) or new_token(),
                language=current_language(),
                shared=kept.basket,
                now=now,
            )
            messages.success(request, _("Your text is added as a new remark."), extra_tags=f"accepted:{page.keep_key}")
            return redirect("consultations:basket", slug)
        baskets.change_remark(kept, remark=typed, revision=page.revision, now=now)
    except RemarkGone:
        return _remark_is_gone(request, consultation, now)
    except RemarkChanged as refusal:
        current = _kept_remark(request, consultation, pk)
        if current is None:
            return _remark_is_gone(request, consultation, now)
        return page.show(problem=words_for(refusal), status=409, saved=with_places([current])[0])
    except ConsultationError as refusal:
        return page.show(problem=words_for(refusal), status=409)
    messages.success(request, _("The remark is changed."), extra_tags=f"accepted:{page.keep_key}")
    return redirect("consultations:basket", slug)


@never_cache
@keeps_typed_text
@methods
@renews_cookies
def remove_remark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a remark out of the submission, after a question."""
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    kept = _kept_remark(request, consultation, pk)
    if kept is None:
        messages.warning(request, words_for(RemarkGone()))
        return redirect("consultations:basket", slug)
    if request.method != "POST" or is_expired(request):
        problem = expired_in_words() if is_expired(request) else ""
        context = context_of(consultation, now) | {"placed": with_places([kept])[0], "problem": problem}
        return render(request, "consultations/remove_remark.html", context, status=403 if problem else 200)
    baskets.remove_remark(kept, now=now)
    messages.success(request, _("The remark is removed."))
    return redirect("consultations:basket", slug)


@never_cache
@methods
@renews_cookies
def move_remark(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put a remark before or after another one; back to the basket, to the very button that was pressed.

    Without a button, as in an opened or reloaded address, nothing moves.
    """
    now = timezone.now()
    consultation = public_consultation(slug, now)
    if not consultation.is_open(now):
        return closed_page(request, consultation, now)
    before, after = (read_key(request.POST.get(name)) for name in ("before", "after"))
    basket_url = reverse("consultations:basket", args=[slug])
    if (before is None) == (after is None):
        return redirect(basket_url)
    kept = _kept_remark(request, consultation, pk)
    try:
        if kept is None:
            raise RemarkGone
        place = baskets.move_remark(kept, before=before, after=after, now=now)
    except ConsultationError as refusal:
        messages.warning(request, words_for(refusal))
        return redirect(basket_url)
    total = kept.basket.remarks.count()
    messages.success(request, _("The remark is now number %(place)s of %(total)s.") % {"place": place, "total": total})
    # At either end one of the two buttons is missing.
    goes_up = (before is not None and place > 1) or place == total
    return redirect(f"{basket_url}#{'wyzej' if goes_up else 'nizej'}-{pk}")


def _kept_remark(request: HttpRequest, consultation: Consultation, pk: int) -> BasketRemark | None:
    found = current_basket(request, consultation)
    if found is None:
        return None
    kept = found.remarks.select_related("version", "topic", "district").filter(pk=pk).first()
    if kept is not None:
        kept.basket = found
    return kept


def _where(request: HttpRequest, consultation: Consultation, now: dt.datetime) -> Where:
    """The place the address names, in the version the reader has before the eyes."""
    versions = published_versions(consultation, now)
    version = choose_version(versions, request.GET.get("wersja"))
    is_latest = version is None or version == versions[0]
    code, number = request.GET.get("fragment"), request.GET.get("rozdzial")
    if code:
        passage = (
            PassageText.objects.filter(version=version, passage__code=code)
            .select_related("passage", "chapter__chapter")
            .first()
            if version is not None and is_token(code)
            else None
        )
        known = None if passage is None else passage.chapter
        return Where(version, known, passage, unknown=passage is None, is_latest=is_latest)
    if number:
        key = read_key(number)
        chapter = (
            None
            if version is None or key is None
            else ChapterText.objects.filter(version=version, number=key).select_related("chapter").first()
        )
        return Where(version, chapter, unknown=chapter is None, is_latest=is_latest)
    return Where(version, is_latest=is_latest)


def _new_remark_url(consultation: Consultation, where: Where) -> str:
    return reverse("consultations:new_remark", args=[consultation.slug]) + where.query


def remark_form(request: HttpRequest, consultation: Consultation, where: Where, initial: dict[str, Any]) -> RemarkForm:
    """The form of one remark at its place, with what was sent or with what it begins with."""
    form = RemarkForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        consultation=consultation,
        version=where.version,
        asks_place=where.asks_place,
        passage=where.passage,
        # Several of these forms can stand open in one chapter.
        auto_id=f"id_{where.key}_%s",
    )
    if where.asks_place:
        form.fields["place"].error_messages["required"] = (
            _("This passage is not in the draft. Choose the chapter your remark belongs to, or the whole document.")
            if where.unknown
            else _("Choose a chapter or the whole document.")
        )
    return form


def _target(form: RemarkForm, where: Where) -> tuple[PassageText | None, ChapterText | None]:
    """The passage and the chapter of a valid form."""
    return (None, form.chosen_chapter) if where.asks_place else (where.passage, where.chapter)


@dataclass(frozen=True)
class RemarkPage:
    """The form of one remark: a page of its own, or for htmx the piece that stands at the passage."""

    request: HttpRequest
    consultation: Consultation
    now: dt.datetime
    where: Where
    form: RemarkForm
    action: str
    edited: BasketRemark | None = None

    @property
    def in_place(self) -> bool:
        return self.request.headers.get("HX-Request") == "true"

    @property
    def keep_key(self) -> str:
        """Under which the browser keeps the typed text until it is accepted."""
        return f"{self.consultation.slug}/{self.where.key}" + (f"/{self.edited.pk}" if self.edited else "")

    @property
    def revision(self) -> int:
        """The revision that the edited remark's form was opened with; 0, which none has, when the form does not say."""
        if self.edited is None:
            return 0
        if self.request.method != "POST":
            return self.edited.revision
        return read_key(self.request.POST.get("revision")) or 0

    def show(self, *, problem: str = "", status: int = 200, saved: Placed[BasketRemark] | None = None) -> HttpResponse:
        """The form as it stands, with what was typed and what is wrong with it.

        ``saved``: what another window has saved meanwhile; sending the form again then replaces it deliberately.
        """
        context = context_of(self.consultation, self.now) | {
            "form": self.form,
            "where": self.where,
            "action": self.action,
            "edited": self.edited,
            "revision": self.revision if saved is None else saved.remark.revision,
            "saved": saved,
            "problem": problem,
            "form_token": posted_token(self.request) or new_token(),
            "keep_key": self.keep_key,
            "most_remarks": MOST_REMARKS,
            "cancel_url": self._back_url(self.where.passage, self.where.chapter),
        }
        if self.in_place:
            # htmx puts only a good answer into the page; the errors are in it.
            return render(self.request, "consultations/parts/remark_form.html", context)
        return render(self.request, "consultations/remark_form.html", context, status=status)

    def added(self, kept: BasketRemark, passage: PassageText | None, chapter: ChapterText | None) -> HttpResponse:
        """Back to the place in the draft; for htmx a word at the place itself, and the basket beside the draft."""
        if self.in_place:
            context = context_of(self.consultation, self.now) | {
                "keep_key": self.keep_key,
                "again_url": self.action,
                "slot": f"slot-{self.where.key}",
                "basket_lines": basket_lines(kept.basket, self.where.version),
                "out_of_band": True,
            }
            return render(self.request, "consultations/parts/remark_added.html", context)
        messages.success(
            self.request,
            _("The remark is in your submission. It is not sent yet: add more, or go to sending."),
            extra_tags=f"accepted:{self.keep_key}",
        )
        return redirect(self._back_url(passage, chapter))

    def _back_url(self, passage: PassageText | None, chapter: ChapterText | None) -> str:
        slug = self.consultation.slug
        if self.edited is not None or chapter is None:
            return reverse("consultations:basket", args=[slug])
        url = reverse("consultations:chapter", args=[slug, chapter.number])
        if not self.where.is_latest and self.where.version is not None:
            url += f"?wersja={self.where.version.number}"
        return url if passage is None else passage_address(slug, chapter.number, passage.passage.code)


def _remark_is_gone(request: HttpRequest, consultation: Consultation, now: dt.datetime) -> HttpResponse:
    """The remark was sent or removed in another window. What was typed since can become a new one."""
    if request.method != "POST":
        messages.warning(request, words_for(RemarkGone()))
        return redirect("consultations:basket", consultation.slug)
    where = _where(request, consultation, now)
    form = remark_form(request, consultation, where, {})
    page = RemarkPage(request, consultation, now, where, form, action=_new_remark_url(consultation, where))
    advice = _("Your text is still here. You can add it as a new remark.")
    return page.show(problem=f"{words_for(RemarkGone())} {advice}", status=409)
