"""Show a remark's public text: where something was taken out, the eye and the ear both learn it."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from consultations.public_text import REDACTED

register = template.Library()


@register.filter
def redactions(text: str, text_state: str) -> SafeString:
    """The text, escaped; in a redacted one each “[…]” is marked and read out as “redacted”."""
    if text_state != "redacted":
        return conditional_escape(text)
    mark = format_html(
        '<span class="redacted"><span aria-hidden="true">{}</span><span class="hidden-text">[{}]</span></span>',
        REDACTED,
        gettext("redacted"),
    )
    return SafeString(mark.join(conditional_escape(part) for part in text.split(REDACTED)))
