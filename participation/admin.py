"""Record pages of events, figures, working groups, directions, themes and districts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import CONTENT_EDITORS, ContentAdmin, RoleStackedInline, RoleTabularInline, TranslationsForm
from lublin2030.lib.moments import WarsawDateTimeField
from lublin2030.lib.translations import other_languages
from participation.models import (
    AgendaItem,
    CafeTable,
    Direction,
    DiscussionTopic,
    District,
    Event,
    EventDetails,
    EventDocument,
    EventPhoto,
    Figure,
    Seats,
    Speaker,
    Theme,
    WorkingGroup,
)
from participation.permissions import may_correct_figures
from participation.photos import PhotoField
from stages.uploads import refuse_unfit_document

# What only the verb ``correct_figure`` changes.
COUNTED = (
    "events_count", "events_qualifier", "value", "unit", "qualifier", "source", "part_of", "event", "event_kind",
)  # fmt: skip


@admin.register(District)
class DistrictAdmin(ContentAdmin):
    list_display = ["name", "population", "population_on", "latitude", "longitude"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class EventPhotoInline(RoleTabularInline):
    """Photographs; what is stored is never the file that was sent, but its bare picture."""

    model = EventPhoto
    editors = CONTENT_EDITORS
    formfield_overrides = {models.ImageField: {"form_class": PhotoField}}


class SpeakerInline(RoleTabularInline):
    """Who speaks: only people whom the city itself announces."""

    model = Speaker
    editors = CONTENT_EDITORS


class AgendaInline(RoleTabularInline):
    """The agenda; a speaker can be chosen once saved above."""

    model = AgendaItem
    editors = CONTENT_EDITORS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.event = obj
        return super().get_formset(request, obj, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "speaker":
            kwargs["queryset"] = Speaker.objects.filter(event=self.event)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class EventDocumentForm(TranslationsForm):
    """Refuses a new file that is unfit; a file that lies there already is left alone."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            refuse_unfit_document(file)
        return file


class EventDocumentInline(RoleTabularInline):
    model = EventDocument
    form = EventDocumentForm
    editors = CONTENT_EDITORS


class CafeTableInline(RoleTabularInline):
    model = CafeTable
    editors = CONTENT_EDITORS


class EventDetailsInline(RoleStackedInline):
    """The fields of the event's kind; of a kind without any, nothing."""

    model = EventDetails
    editors = CONTENT_EDITORS
    can_delete = False
    extra = 1

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        own = EventDetails.FIELDS.get(obj.kind, ()) if obj is not None else ()
        every = super().get_fields(request, obj)
        return [name for name in every if name in own or (name.rpartition("_")[0] in own and name not in ALL_DETAILS)]


ALL_DETAILS = {name for names in EventDetails.FIELDS.values() for name in names}
# What people who registered count on, and are told of when it changes: the desk has a verb for it.
OF_VERBS = ("starts_at", "ends_at", "all_day", "address", "district", "is_online", "online_url", "capacity")
REGISTRATION = (
    "takes_registration",
    "registration_opens_at",
    "registration_closes_at",
    "confirmation_hours",
    "asks_needs",
)


class EventForm(TranslationsForm):
    """An announced event with registration is neither cancelled nor hidden here: the desk does it and tells people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event: Event = self.instance
        states = set(Event.State.values)
        if event.pk is None or event.state == Event.State.DRAFT:
            states -= {Event.State.CANCELLED}
        elif event.state == Event.State.CANCELLED:
            states = {Event.State.CANCELLED}
        elif event.is_changed_by_verbs_only:
            states -= {Event.State.CANCELLED, Event.State.DRAFT}
        if "state" in self.fields:
            field = self.fields["state"]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  the model gives it choices
            field.choices = [choice for choice in Event.State.choices if choice[0] in states]


@admin.register(Event)
class EventAdmin(ContentAdmin):
    form = EventForm
    list_display = ["title", "kind", "state", "starts_at", "process", "stage", "district", "is_demonstration"]
    list_filter = ["state", "kind", "process", "district"]
    list_select_related = ["process", "stage", "district"]
    date_hierarchy = "starts_at"
    search_fields = ["title", "address"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [
        EventDetailsInline,
        CafeTableInline,
        SpeakerInline,
        AgendaInline,
        EventDocumentInline,
        EventPhotoInline,
    ]
    formfield_overrides = {
        **ContentAdmin.formfield_overrides,
        models.DateTimeField: {"form_class": WarsawDateTimeField},
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return OF_VERBS if obj is not None and obj.is_changed_by_verbs_only else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return {} if obj is not None and not self.has_change_permission(request, obj) else self.prepopulated_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Registration stands apart; of interviews and focus groups there is none."""
        hidden = obj is not None and obj.kind in Event.NAMELESS
        apart = [] if hidden else [(_("Registration"), {"fields": REGISTRATION})]
        own, *rest = super().get_fieldsets(request, obj)
        fields = [name for name in own[1]["fields"] if name not in REGISTRATION]
        return [(own[0], {**own[1], "fields": fields}), *apart, *rest]

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only what an event of this kind has; a new one is saved first."""
        unwanted: set[type] = set()
        if obj is None:
            unwanted = {EventDetailsInline, CafeTableInline, SpeakerInline, AgendaInline, EventDocumentInline}
        else:
            if obj.kind not in EventDetails.FIELDS:
                unwanted.add(EventDetailsInline)
            if obj.kind != Event.Kind.PARTICIPATORY_CAFE:
                unwanted.add(CafeTableInline)
            if obj.kind in Event.NAMELESS:
                unwanted.add(SpeakerInline)
        return [one for one in super().get_inline_instances(request, obj) if type(one) not in unwanted]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what the form holds and nothing else: while it was open, people have registered and are counted."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        names = {field.name for field in Event._meta.concrete_fields}
        obj.save(update_fields=[*(names & set(form.cleaned_data)), "translations", "changed_at"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An event for which people have registered is cancelled, not deleted: they would hear of nothing."""
        if obj is not None and obj.registration_seq:
            return False
        return super().has_delete_permission(request, obj)


class FigureForm(TranslationsForm):
    """A figure; once it exists, what it counts, and its source in every language, are corrected by the verb alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for code in other_languages():
                self.fields.pop(f"source_{code}", None)


@admin.register(Figure)
class FigureAdmin(ContentAdmin):
    """What a figure counts is typed in once; from then on the button leads to the page that corrects it."""

    form = FigureForm
    list_display = ["activity", "stage", "events_count", "value", "unit", "qualifier", "part_of", "is_city_estimate"]
    list_filter = ["process", "unit", "is_city_estimate"]
    list_select_related = ["process", "stage", "part_of"]
    search_fields = ["activity"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*COUNTED] if obj else []

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        gone = {f"source_{code}" for code in other_languages()} if obj else set()
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name not in gone]})
            for title, options in fieldsets
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"may_correct": may_correct_figures(request.user), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def save_model(self, request: HttpRequest, obj: Figure, form: Any, change: bool) -> None:
        """Only what the form holds: a colleague may have corrected the figure since it was read."""
        if change:
            own = {field.name for field in obj._meta.concrete_fields} & set(form.cleaned_data)
            obj.save(update_fields=[*own, "translations"])
        else:
            super().save_model(request, obj, form, change)


class SeatsInline(RoleTabularInline):
    model = Seats
    editors = CONTENT_EDITORS


@admin.register(WorkingGroup)
class WorkingGroupAdmin(ContentAdmin):
    list_display = ["name", "process", "stage"]
    list_select_related = ["process", "stage"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [SeatsInline]


@admin.register(DiscussionTopic)
class DiscussionTopicAdmin(ContentAdmin):
    list_display = ["title", "stage", "position"]
    list_select_related = ["stage"]
    search_fields = ["title"]


@admin.register(Direction)
class DirectionAdmin(ContentAdmin):
    list_display = ["title", "process", "group", "position"]
    list_select_related = ["process", "group"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Theme)
class ThemeAdmin(ContentAdmin):
    list_display = ["name", "process", "position"]
    list_select_related = ["process"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
