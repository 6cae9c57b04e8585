"""Record pages of events, figures, working groups, directions, themes and districts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_base import CONTENT_EDITORS, ContentAdmin, RoleTabularInline, TranslationsForm
from lublin2030.lib.translations import other_languages
from participation.models import (
    Direction,
    DiscussionTopic,
    District,
    Event,
    EventPhoto,
    Figure,
    Seats,
    Theme,
    WorkingGroup,
)
from participation.permissions import may_correct_figures
from participation.photos import PhotoField

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


@admin.register(Event)
class EventAdmin(ContentAdmin):
    list_display = ["title", "kind", "state", "starts_at", "process", "stage", "district", "is_demonstration"]
    list_filter = ["state", "kind", "process", "district"]
    list_select_related = ["process", "stage", "district"]
    date_hierarchy = "starts_at"
    search_fields = ["title", "address"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [EventPhotoInline]


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
