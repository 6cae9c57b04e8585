"""Record pages of events, figures, working groups, directions, themes and districts."""

from __future__ import annotations

from django.contrib import admin
from django.db import models

from accounts.admin_base import CONTENT_EDITORS, ContentAdmin, RoleTabularInline
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
from participation.photos import PhotoField


@admin.register(District)
class DistrictAdmin(ContentAdmin):
    list_display = ["name", "latitude", "longitude"]
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


@admin.register(Figure)
class FigureAdmin(ContentAdmin):
    list_display = ["activity", "stage", "events_count", "value", "unit", "qualifier", "part_of", "is_city_estimate"]
    list_filter = ["process", "unit", "is_city_estimate"]
    list_select_related = ["process", "stage", "part_of"]
    search_fields = ["activity"]


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
