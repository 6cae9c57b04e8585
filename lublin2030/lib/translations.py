"""Texts that staff write in Polish and, where they have it, in other languages.

A model names its ``translated_fields``. The Polish text stands in the field itself; the other languages stand
together in one JSON column: ``{"en": {"title": "…"}, "uk": {…}}``. A missing translation falls back to Polish,
and the reader is told so by ``lang`` (WCAG 3.1.2): see the template tag ``say``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ORIGINAL = "pl"


@dataclass(frozen=True)
class Text:
    """A text and the language it is really in."""

    value: str
    language: str

    def __str__(self) -> str:
        return self.value

    def __bool__(self) -> bool:
        return bool(self.value)


def current_language() -> str:
    """The reader's language as one of the portal's: ``pl``, ``en`` or ``uk``."""
    return (get_language() or ORIGINAL).split("-")[0]


def other_languages() -> list[str]:
    """The portal's languages besides the original."""
    return [code for code, _name in settings.LANGUAGES if code != ORIGINAL]


def _validate_translations(value: object) -> None:
    if not isinstance(value, dict) or not set(value) <= set(other_languages()):
        raise ValidationError(_("Translations are kept per language."))
    for texts in value.values():
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValidationError(_("A translation is a text per field."))


class TranslatedModel(models.Model):
    """A model whose ``translated_fields`` can be read in the reader's language."""

    translated_fields: ClassVar[tuple[str, ...]] = ()

    translations = models.JSONField(
        _("translations"), default=dict, blank=True, editable=False, validators=[_validate_translations]
    )

    class Meta:
        abstract = True

    def text(self, field: str, language: str | None = None) -> Text:
        """The field's text in the language (the reader's, if none is given), else the Polish one."""
        wanted = language or current_language()
        if wanted != ORIGINAL:
            translated = self.translations.get(wanted, {}).get(field, "")
            if translated:
                return Text(translated, wanted)
        return Text(getattr(self, field), ORIGINAL)

    def translate(self, field: str, language: str, value: str) -> None:
        """Set one translation on the instance (not saved); an empty text removes it."""
        if field not in self.translated_fields:
            raise ValueError(f"{type(self).__name__}.{field} is not translated.")
        texts = self.translations.setdefault(language, {})
        if value:
            texts[field] = value
        else:
            texts.pop(field, None)


def split_texts(texts: dict[str, dict[str, str] | str]) -> dict[str, Any]:
    """Model arguments of ``{"title": {"pl": …, "en": …}}``: the Polish texts and the ``translations`` column."""
    fields: dict[str, Any] = {"translations": {}}
    for name, value in texts.items():
        by_language = {ORIGINAL: value} if isinstance(value, str) else value
        fields[name] = by_language.get(ORIGINAL, "")
        for language, text in by_language.items():
            if language != ORIGINAL and text:
                fields["translations"].setdefault(language, {})[name] = text
    return fields
