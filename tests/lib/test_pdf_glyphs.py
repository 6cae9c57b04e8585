"""Text of whatever characters makes a document: what the fonts lack is shown as a box."""

from __future__ import annotations

import pytest

from lublin2030.lib import pdf


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Zażółć gęślą jaźń – „ґ” ї…", "Zażółć gęślą jaźń – „ґ” ї…"),
        ("Super 😀!", "Super □!"),
        ("漢字", "□□"),
        ("a\x00b\x07c\r\nd", "abc\nd"),
        ("→ ≥ ✓", "→ ≥ ✓"),
        ("\ud83d", ""),
    ],
)
def test_characters_without_glyphs_are_boxes(typed, shown):
    assert pdf._showable({"a": [typed], "b": 1}) == {"a": [shown], "b": 1}


def test_the_box_itself_can_be_shown():
    assert pdf._has_glyphs(pdf.NO_GLYPH)


def test_an_emoji_does_not_refuse_the_document():
    data = {
        "title": "😀", "title_language": "pl", "lines": ["😀"], "contents_title": "漢", "chapters": [],
    }  # fmt: skip
    assert pdf.render_pdf("draft", data).startswith(b"%PDF")
