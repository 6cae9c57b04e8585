"""Markdown of staff becomes HTML that cannot do harm."""

from __future__ import annotations

import pytest

from lublin2030.lib.markdown import clean_html, render_markdown


def test_lists_links_and_emphasis_survive():
    html = render_markdown("**ważne**\n\n- jeden\n- [dwa](https://example.org/)\n")
    assert "<strong>ważne</strong>" in html
    assert '<a href="https://example.org/"' in html
    assert html.count("<li>") == 2


def test_html_in_markdown_is_shown_as_text():
    assert "&lt;script&gt;" in render_markdown("<script>alert(1)</script>")


@pytest.mark.parametrize(
    "html",
    [
        "<script>x</script>",
        "<img src=x onerror=x>",
        '<a href="javascript:x">a</a>',
        '<p style="x" onclick="x">a</p>',
        "<iframe></iframe>",
    ],
)
def test_what_could_run_or_restyle_is_taken_away(html):
    cleaned = clean_html(html)
    for bad in ("script", "onerror", "javascript", "style", "onclick", "iframe"):
        assert bad not in cleaned


def test_ids_and_times_of_the_accessibility_statement_survive():
    html = '<p id="a11y-wstep">x <time datetime="2026-11-23">23</time></p>'
    assert clean_html(html) == html
