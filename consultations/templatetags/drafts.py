"""Tags for the texts of a draft: ``{% load drafts %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from consultations import reading
from consultations.models import DraftVersion, PassageText
from consultations.rendering import passage_html

register = template.Library()


@register.simple_tag
def passage(text: PassageText | None, slug: str, **options: Any) -> SafeString:
    """A passage with its layout: ``{% passage text consultation.slug %}``; options of ``passage_html``."""
    return SafeString("") if text is None else passage_html(text, slug, **options)


@register.simple_tag
def passage_address(slug: str, chapter_number: int, code: str, version: DraftVersion, is_latest: bool) -> str:
    """The address at which the reader opens at a passage, in the version that is read."""
    return reading.passage_address(slug, chapter_number, code, version=None if is_latest else version)
