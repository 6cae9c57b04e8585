"""Record pages that open by role, and in which texts are written in every language of the portal."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import has_role
from accounts.roles import Role
from lublin2030.lib.translations import TranslatedModel, other_languages

CONTENT_EDITORS = frozenset({Role.EDITOR, Role.COORDINATOR, Role.ADMINISTRATOR})
CONTENT_DELETERS = frozenset({Role.EDITOR, Role.ADMINISTRATOR})


class TranslationsForm(forms.ModelForm[Any]):
    """A record's form with a field more for each translated field and language, named ``title_en``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field, language in translation_fields(type(self.instance)):
            if name in self.fields:
                self.initial.setdefault(name, self.instance.translations.get(language, {}).get(field, ""))

    def _post_clean(self) -> None:
        # Before the instance is validated and saved, so that one save stores all languages.
        for name, field, language in translation_fields(type(self.instance)):
            if name in self.cleaned_data:
                self.instance.translate(field, language, self.cleaned_data[name])
        super()._post_clean()  # type: ignore[misc]


def translation_fields(model: type[models.Model]) -> list[tuple[str, str, str]]:
    """(form field, model field, language) of every translation a record of the model can have."""
    if not issubclass(model, TranslatedModel):
        return []
    return [(f"{field}_{code}", field, code) for field in model.translated_fields for code in other_languages()]


def form_with_translations(model: type[models.Model], base: type[forms.ModelForm[Any]]) -> type[forms.ModelForm[Any]]:
    """The form with the fields of the translations, each as long as the Polish text may be."""
    declared: dict[str, Any] = {}
    for name, field_name, language in translation_fields(model):
        field = model._meta.get_field(field_name)
        assert isinstance(field, models.Field)  # noqa: S101  translated fields are columns of text
        widget = forms.Textarea(attrs={"rows": 4, "lang": language}) if isinstance(field, models.TextField) else None
        declared[name] = forms.CharField(
            label=format_lazy("{} – {}", field.verbose_name, settings.PORTAL_LANGUAGE_NAMES[language]),
            required=False,
            max_length=field.max_length,
            widget=widget or forms.TextInput(attrs={"class": "vTextField", "lang": language}),
        )
    if not declared:
        return base
    bases = (base,) if issubclass(base, TranslationsForm) else (TranslationsForm, base)
    return type(f"{model.__name__}TranslationsForm", bases, declared)


def name_relations(model: type[models.Model]) -> None:
    """Call a relation that has no name of its own like the record it leads to, in the reader's language."""
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and getattr(field, "_verbose_name", None) is None:
            field.verbose_name = field.related_model._meta.verbose_name or field.verbose_name


class _Labelled:
    """Date and time stand in two boxes under one label: each box says which it is."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for widget, words in zip(field.widget.widgets, (_("day"), _("hour")), strict=True):
                widget.attrs["aria-label"] = format_lazy("{}: {}", field.label, words)
        return field


class _ByRole(_Labelled):
    """Who may read, edit and delete, by role; Django's own permissions are not asked.

    Whoever edits reads too; whoever edits deletes, unless ``deleters`` names fewer or others.
    """

    editors: ClassVar[frozenset[Role]] = frozenset()
    readers: ClassVar[frozenset[Role]] = frozenset()
    deleters: ClassVar[frozenset[Role] | None] = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, *self.editors, *self.readers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, *self.editors)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, *self.editors)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, *(self.editors if self.deleters is None else self.deleters))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class RoleAdmin(_ByRole, admin.ModelAdmin[Any]):
    """A model's record pages: ``editors`` change, ``readers`` look. Translated fields are offered in each language."""

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        self.form = form_with_translations(model, self.form)
        name_relations(model)
        super().__init__(model, admin_site)

    # Django's headings put the record's name into a sentence (“Select %s to view”) in a case that Polish has not.
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        title = capfirst(self.opts.verbose_name)
        if object_id is None:
            title = gettext("New record: %(name)s") % {"name": self.opts.verbose_name}
        return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The record's own fields, and below them, for those who may edit, the translations."""
        inputs = [name for name, _field, _language in translation_fields(self.model)]
        fieldsets = super().get_fieldsets(request, obj)
        if not inputs:
            return fieldsets
        own = [
            (title, {**options, "fields": [name for name in options["fields"] if name not in inputs]})
            for title, options in fieldsets
        ]
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*own, (_("Translations"), {"fields": inputs})] if may_edit else own


class ContentAdmin(RoleAdmin):
    """Record pages of what residents read: stages, news, events, figures."""

    editors = CONTENT_EDITORS
    deleters = CONTENT_DELETERS
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


class _InlineByRole(_ByRole):
    """Where a record is only shown, its translations, being fields of the form alone, are left out."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = list(super().get_fields(request, obj))  # type: ignore[misc]
        if self.has_change_permission(request, obj):
            return names
        inputs = {name for name, _field, _language in translation_fields(self.model)}  # type: ignore[attr-defined]
        return [name for name in names if name not in inputs]


class RoleStackedInline(_InlineByRole, admin.StackedInline[Any, Any]):
    """The same for records that hang on another."""

    extra = 0

    def __init__(self, parent_model: type[models.Model], admin_site: admin.AdminSite) -> None:
        self.form = form_with_translations(self.model, self.form)
        name_relations(self.model)
        super().__init__(parent_model, admin_site)


class RoleTabularInline(_InlineByRole, admin.TabularInline[Any, Any]):
    """The same, a row each."""

    extra = 0

    def __init__(self, parent_model: type[models.Model], admin_site: admin.AdminSite) -> None:
        self.form = form_with_translations(self.model, self.form)
        name_relations(self.model)
        super().__init__(parent_model, admin_site)
