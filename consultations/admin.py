"""Records of consultations. What is worked on by verbs is only shown here; the button leads to the desk."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.admin_base import RoleAdmin, RoleStackedInline, RoleTabularInline
from accounts.permissions import is_person
from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import (
    ChapterText,
    Consultation,
    Decision,
    Department,
    Draft,
    DraftVersion,
    HistoryEntry,
    ImproperReason,
    Institution,
    OfferedOutcome,
    Opinion,
    PassageText,
    Remark,
    Submission,
    Topic,
)
from consultations.models.consultations import IdentityField
from consultations.services.drafts import is_published, new_chapter, new_passage, publish_version, start_next_version
from consultations.services.rules import change_rules
from consultations.words import words_for

SET_UP = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})


# -- What staff write -----------------------------------------------------------------------------------------------


class ConsultationForm(forms.ModelForm[Consultation]):
    """The consultation's own terms and rules; the required fields as boxes to check."""

    required_fields = forms.MultipleChoiceField(
        label=_("Required fields"),
        choices=IdentityField.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("What a sender must give. All the rest is asked for, but may be left empty."),
    )

    class Meta:
        model = Consultation
        fields = "__all__"  # noqa: DJ007  the admin names the fields
        help_texts = {
            "opens_at": _("Warsaw time. From this moment remarks are taken."),
            "published_at": _("Warsaw time. Until then nobody but staff sees the consultation."),
            "remarks_shown": _("From then on the register, search and numbers of remarks are public."),
            "texts_need_approval": _(
                "No text of a remark is public before a person at the desk has looked for personal data in it. "
                "Holds for remarks that come in from now on."
            ),
            "takes_attachments": _(
                "Up to 5 files of 10 MB each. The public sees one only after a decision at the desk."
            ),
        }


class ImproperReasonInline(RoleStackedInline):
    model = ImproperReason
    editors = SET_UP


class OfferedOutcomeInline(RoleTabularInline):
    """Which outcomes the answers may have. Without a row all of the portal's own list are on offer."""

    model = OfferedOutcome
    editors = SET_UP


class TopicInline(RoleStackedInline):
    model = Topic
    editors = SET_UP

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not once remarks came in: those sorted under the topic would be counted nowhere."""
        return super().has_delete_permission(request, obj) and (obj is None or not obj.last_number)


def _too_short(consultation: Consultation) -> str:
    words = ngettext(
        "Open for %(days)d day, the law asks for %(least)d.",
        "Open for %(days)d days, the law asks for %(least)d.",
        consultation.days_open,
    )
    return words % {"days": consultation.days_open, "least": consultation.least_days_open}


@admin.register(Consultation)
class ConsultationAdmin(RoleAdmin):
    """One with submissions is never deleted: the register must stay."""

    editors = SET_UP
    form = ConsultationForm
    inlines = [ImproperReasonInline, OfferedOutcomeInline, TopicInline]
    list_display = ("title", "process", "opens_at", "closes_at", "open_for", "published_at", "remark_count")
    list_select_related = ("process",)
    list_filter = ("process", "kind")
    search_fields = ("title",)
    readonly_fields = ("open_for", "last_number", "remark_count", "proper_count", "summary_published_at")

    @admin.display(description=_("days open"))
    def open_for(self, consultation: Consultation) -> SafeString | str:
        """How many days, with a warning where they are too few."""
        if consultation._state.adding:
            return "–"
        if consultation.is_open_too_short:
            return format_html('<strong class="too-short">{}</strong>', _too_short(consultation))
        return str(consultation.days_open)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.submissions.exists())

    def save_model(self, request: HttpRequest, obj: Consultation, form: Any, change: bool) -> None:
        """Only what the form holds: the counters may have grown since the record was read.

        A term that is too short is saved with a warning: the law may ask for less than it usually does.
        """
        if obj.is_open_too_short:
            messages.warning(request, _too_short(obj))
        if change:
            held = [field.name for field in obj._meta.concrete_fields if field.name in form.cleaned_data]
            if not is_person(request.user):
                raise PermissionDenied
            change_rules(obj, fields=held, by=request.user)
        else:
            super().save_model(request, obj, form, change)


@admin.register(Department)
class DepartmentAdmin(RoleAdmin):
    editors = SET_UP
    list_display = ("name", "short_name", "email")
    search_fields = ("name", "short_name")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}


@admin.register(Institution)
class InstitutionAdmin(RoleAdmin):
    """A body that is asked for opinions; one that was asked stays."""

    editors = SET_UP
    list_display = ("name",)
    search_fields = ("name",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.opinions.exists())


@admin.register(Opinion)
class OpinionAdmin(RoleAdmin):
    """Who was asked, when, and what came of it; all of it stands on the consultation's page.

    One from which a change of the text came stays.
    """

    editors = SET_UP
    list_display = ("institution", "consultation", "asked_on", "due", "received_on", "stance")
    list_select_related = ("institution", "consultation")
    list_filter = ("consultation", "stance")
    search_fields = ("institution__name",)

    @admin.display(description=_("term"), ordering="asked_on")
    def due(self, opinion: Opinion) -> dt.date:
        return opinion.due_on

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.changes.exists())


class UnlessPublished(RoleAdmin):
    """Texts of a draft: once readers have seen the version, they are only shown."""

    editors = SET_UP

    def version_of(self, obj: Any) -> DraftVersion:
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not is_published(self.version_of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not is_published(self.version_of(obj)))


class VersionInline(RoleTabularInline):
    model = DraftVersion
    readers = SET_UP
    fields = readonly_fields = ("number", "label", "published_at", "texts")

    @admin.display(description=_("texts"))
    def texts(self, version: DraftVersion) -> SafeString:
        return _link("admin:consultations_draftversion_change", version, gettext("Chapters"))


@admin.register(Draft)
class DraftAdmin(RoleAdmin):
    editors = SET_UP
    list_display = ("title", "consultation")
    list_select_related = ("consultation",)
    inlines = [VersionInline]
    change_form_template = "admin/consultations/draft/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["consultation"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_used = obj is not None and obj.versions.filter(published_at__isnull=False).exists()
        return super().has_delete_permission(request, obj) and not is_used

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.next_version))
        return [path("<int:pk>/nastepna-wersja/", view, name="consultations_draft_next"), *super().get_urls()]

    def next_version(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Start the next version with the texts of the latest one."""
        draft = get_object_or_404(Draft, pk=pk)
        if not is_person(request.user):
            return redirect("admin:login")
        try:
            version = start_next_version(draft, by=request.user)
        except ConsultationError as error:
            messages.error(request, words_for(error))
            return redirect("admin:consultations_draft_change", pk)
        messages.success(request, gettext("Version %(number)s is in preparation.") % {"number": version.number})
        return redirect("admin:consultations_draftversion_change", version.pk)


class ChapterInline(RoleTabularInline):
    model = ChapterText
    editors = SET_UP
    fields = ("number", "title", "title_en", "title_uk", "texts")
    readonly_fields = ("texts",)

    @admin.display(description=_("texts"))
    def texts(self, chapter: ChapterText) -> SafeString | str:
        return _link("admin:consultations_chaptertext_change", chapter, gettext("Passages")) if chapter.pk else ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or not is_published(obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not is_published(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not is_published(obj))


@admin.register(DraftVersion)
class DraftVersionAdmin(UnlessPublished):
    """Published by its date; from then on its texts stay as they are."""

    inlines = [ChapterInline]
    list_display = ("__str__", "draft", "number", "published_at")
    list_select_related = ("draft",)
    readonly_fields = ("draft", "number")
    fields = ("draft", "number", "label", "label_en", "label_uk", "published_at")

    def version_of(self, obj: DraftVersion) -> DraftVersion:
        return obj

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by the draft's own button, so that the texts come along

    def save_model(self, request: HttpRequest, obj: DraftVersion, form: Any, change: bool) -> None:
        """A date that was set or moved publishes by the verb, as the desk's button does: checked, with its history."""
        at = obj.published_at
        if at is None or "published_at" not in form.changed_data or not is_person(request.user):
            super().save_model(request, obj, form, change)
            return
        obj.published_at = form.initial["published_at"]
        super().save_model(request, obj, form, change)
        try:
            publish_version(obj, by=request.user, at=at)
        except ConsultationError as error:
            messages.error(request, words_for(error))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for chapter in formset.save(commit=False):
            if chapter.chapter_id is None:
                chapter.chapter = new_chapter(chapter.version.draft)
            chapter.save()
        _delete_marked(formset)


class PassageInline(RoleStackedInline):
    model = PassageText
    editors = SET_UP
    fk_name = "chapter"
    fields = ("position", "kind", "wording", "wording_en", "wording_uk")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or not is_published(obj.version))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not is_published(obj.version))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not is_published(obj.version))


@admin.register(ChapterText)
class ChapterTextAdmin(UnlessPublished):
    """A chapter with its passages; reached from its version."""

    inlines = [PassageInline]
    list_display = ("__str__", "version")
    list_select_related = ("version__draft",)
    readonly_fields = ("version",)
    fields = ("version", "number", "title", "title_en", "title_uk")

    def version_of(self, obj: ChapterText) -> DraftVersion:
        return obj.version

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """A text that was typed anew has no layout: the old one says what the text said before."""
        passages = formset.save(commit=False)
        typed_anew = {passage.pk for passage, fields in formset.changed_objects if "wording" in fields}
        for passage in passages:
            passage.version = form.instance.version
            if passage.passage_id is None:
                passage.passage = new_passage(passage.version.draft)
            if passage.pk in typed_anew and (passage.html or passage.footnotes):
                passage.html, passage.footnotes = "", []
                if passage.kind in {PassageText.Kind.TABLE, PassageText.Kind.IMAGE}:
                    passage.kind = PassageText.Kind.PARAGRAPH
                messages.warning(
                    request,
                    gettext("Passage %(number)s is plain text now: its bold, links, table or picture are gone.")
                    % {"number": passage.number},
                )
            passage.save()
        _delete_marked(formset)


def _delete_marked(formset: Any) -> None:
    for record in formset.deleted_objects:
        record.delete()


def _link(url_name: str, record: Model, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(url_name, args=[record.pk]), words)


# -- What verbs write -----------------------------------------------------------------------------------------------


class ShownOnly(RoleAdmin):
    """Shown, never changed here: the desk's verbs do that, and leave a history."""

    show_full_result_count = False
    list_per_page = 50
    change_form_template = "admin/consultations/shown_only.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("number"))
    def quoted_number(self, obj: Submission | Remark) -> str:
        return obj.public_number

    def desk_address(self, obj: Any) -> str:
        """Where the record is worked on."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        obj = self.get_object(request, object_id)
        context = {"desk_address": self.desk_address(obj) if obj else "", **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


@admin.register(Submission)
class SubmissionAdmin(ShownOnly):
    """With the sender's contact, so for coordinators only. The secret tokens are shown to nobody."""

    readers = frozenset({Role.COORDINATOR})
    list_display = ("quoted_number", "consultation", "channel", "sender_kind", "verification", "received_at")
    list_select_related = ("consultation",)
    list_filter = ("consultation", "verification", "channel")
    search_fields = ("=number", "name", "email")
    fields = (
        "consultation", "number", "channel", "received_at", "sender_kind", "name", "representative", "email", "phone",
        "address", "district", "language", "verification", "improper_reason", "improper_note",
    )  # fmt: skip

    def desk_address(self, obj: Submission) -> str:
        return reverse("desk:submission", args=[obj.pk])


@admin.register(Remark)
class RemarkAdmin(ShownOnly):
    readers = frozenset({Role.COORDINATOR, Role.EXPERT})
    list_display = ("quoted_number", "consultation", "state", "outcome", "department", "received_at")
    list_select_related = ("consultation", "department")
    list_filter = ("consultation", "state", "outcome", "department")
    search_fields = ("=position",)
    fields = (
        "consultation", "ordinal", "version", "target", "chapter", "passage", "kind", "change", "wording", "reason",
        "topic",        "district", "channel", "received_at", "state", "department", "outcome", "changed_at",
    )  # fmt: skip

    def desk_address(self, obj: Remark) -> str:
        return reverse("desk:remark", args=[obj.pk])


@admin.register(Decision)
class DecisionAdmin(ShownOnly):
    readers = frozenset({Role.COORDINATOR, Role.EXPERT})
    list_display = ("remark", "revision", "outcome", "department", "decided_by", "decided_at", "published_at")
    list_select_related = ("remark__consultation", "department", "decided_by")
    list_filter = ("outcome", "department")
    fields = (
        "remark", "revision", "outcome", "justification", "department", "decided_by", "decided_at", "published_at",
        "returned_at",
    )  # fmt: skip

    def desk_address(self, obj: Decision) -> str:
        return reverse("desk:remark", args=[obj.remark_id])


@admin.register(HistoryEntry)
class HistoryEntryAdmin(ShownOnly):
    """Who did what, when. Rows are only ever added, by the verbs."""

    readers = frozenset({Role.COORDINATOR, Role.EXPERT, Role.ADMINISTRATOR})
    list_display = ("at", "verb", "by", "submission", "remark", "consultation")
    list_select_related = ("by", "submission__consultation", "remark__consultation", "consultation")
    list_filter = ("consultation", "verb")
    ordering = ("-at", "-pk")
    fields = ("at", "verb", "by", "consultation", "submission", "remark", "before", "after")

    def desk_address(self, obj: HistoryEntry) -> str:
        if obj.remark_id:
            return reverse("desk:remark", args=[obj.remark_id])
        return reverse("desk:submission", args=[obj.submission_id]) if obj.submission_id else ""
