"""Record pages of processes, stages and what belongs to them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from accounts.admin_base import ContentAdmin, TranslationsForm
from stages.models import Document, Milestone, News, Page, Process, Result, Stage
from stages.uploads import refuse_unfit_document


@admin.register(Process)
class ProcessAdmin(ContentAdmin):
    list_display = ["name", "first_quarter", "last_quarter", "parent", "is_main", "is_demonstration"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Stage)
class StageAdmin(ContentAdmin):
    list_display = ["__str__", "process", "first_quarter", "last_quarter", "state_override"]
    list_filter = ["process"]
    list_select_related = ["process"]
    search_fields = ["title"]


@admin.register(Result)
class ResultAdmin(ContentAdmin):
    list_display = ["title", "stage", "position"]
    list_filter = ["stage"]
    list_select_related = ["stage"]
    search_fields = ["title"]


@admin.register(Milestone)
class MilestoneAdmin(ContentAdmin):
    list_display = ["title", "date", "stage"]
    list_filter = ["stage"]
    list_select_related = ["stage"]
    date_hierarchy = "date"
    search_fields = ["title"]


class DocumentForm(TranslationsForm):
    """Refuses a new file that is unfit; a file that lies there already is left alone."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data:
            refuse_unfit_document(file)
        return file


@admin.register(Document)
class DocumentAdmin(ContentAdmin):
    form = DocumentForm
    list_display = ["title", "format", "language", "process", "stage", "published_on"]
    list_filter = ["process", "format"]
    list_select_related = ["process", "stage"]
    search_fields = ["title"]


@admin.register(News)
class NewsAdmin(ContentAdmin):
    list_display = ["title", "published_at", "process", "stage", "is_demonstration"]
    list_filter = ["process"]
    list_select_related = ["process", "stage"]
    search_fields = ["title", "lead"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Page)
class PageAdmin(ContentAdmin):
    list_display = ["title", "slug", "updated_at"]
    search_fields = ["title"]
