"""Markdown written by staff, as HTML that cannot do harm."""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "h4", "blockquote", "code", "pre", "hr",
    "table", "thead", "tbody", "tr", "th", "td", "time", "section", "dl", "dt", "dd", "abbr", "span",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"id", "lang"},
    "a": {"href", "title", "hreflang"},
    "time": {"datetime"},
    "th": {"scope"},
    "abbr": {"title"},
}
_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def clean_html(html: str) -> SafeString:
    """The HTML without anything that runs, loads from elsewhere or restyles the page."""
    cleaned = nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "http", "mailto", "tel"}, link_rel="noopener"
    )
    return mark_safe(cleaned)  # noqa: S308  nh3 has just cleaned it


def render_markdown(text: str) -> SafeString:
    """CommonMark with tables as clean HTML. HTML inside the Markdown is shown as text."""
    return clean_html(_parser.render(text))
