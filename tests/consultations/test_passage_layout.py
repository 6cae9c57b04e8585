"""A passage's layout on a page: what each kind becomes, and that nothing else ever gets through."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consultations.markup import Paragraph, Run, Table, read_html, read_rows, safe_address, text_of
from consultations.models import Passage, PassageText
from consultations.rendering import ATTRIBUTES, TAGS, passage_html
from tests.consultations.drafts import add_passage, rich_consultation, version_of

Kind = PassageText.Kind
DIGEST = "ab" * 32


def text(wording="Słowa.", *, kind=Kind.PARAGRAPH, **fields):
    return PassageText(wording=wording, kind=kind, passage=Passage(code="f7"), **fields)


def html_of(*args, number="3.2", heading=None, anchors=False, **fields):
    return str(passage_html(text(*args, **fields), "konsultacje", number=number, heading=heading, anchors=anchors))


class _Seen(HTMLParser):
    """The names of elements and attributes, and the addresses, of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.addresses = set(), set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _value in attrs}
        self.addresses += [value for name, value in attrs if name in {"href", "src"}]


def test_a_plain_text_is_one_paragraph_and_its_markup_is_text():
    assert html_of("a < b & <b>c</b>") == '<p class="says">a &lt; b &amp; &lt;b&gt;c&lt;/b&gt;</p>'


def test_line_ends_of_a_plain_text_are_kept():
    assert html_of("raz\ndwa") == '<p class="says">raz<br>dwa</p>'


def test_bold_links_and_paragraphs_are_kept():
    html = html_of(html='<p>Ala <strong>ma</strong> <a href="https://lublin.eu/?a=1&amp;b=2">kota</a></p><p>Drugi</p>')
    assert "<strong>ma</strong>" in html
    assert 'href="https://lublin.eu/?a=1&amp;b=2"' in html
    assert html.startswith('<div class="says"><p>Ala')
    assert html.endswith("<p>Drugi</p></div>")


@pytest.mark.parametrize(("level", "tag"), [(2, "h2"), (3, "h3"), (6, "h6"), (9, "h6"), (1, "h2")])
def test_a_heading_stands_at_the_level_that_the_page_gives_it(level, tag):
    assert html_of("Cele", kind=Kind.HEADING, heading=level) == f'<{tag} class="says as-heading">Cele</{tag}>'


def test_a_quoted_heading_is_none_in_the_outline_of_the_page():
    assert "<h" not in html_of("Cele", kind=Kind.HEADING)


def test_a_list_item_keeps_the_sign_of_the_document():
    html = html_of("lipy", kind=Kind.ITEM, level=2, marker="b)")
    assert '<span class="marker">b)</span>' in html
    assert 'class="says item-2"' in html


def test_a_bullet_is_not_read_aloud():
    assert '<span class="marker"><span aria-hidden="true">•</span></span>' in html_of("lipy", kind=Kind.ITEM)


def test_a_table_is_a_named_region_that_the_keyboard_can_scroll():
    html = html_of(kind=Kind.TABLE, html="<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>")
    assert 'role="region"' in html
    assert 'tabindex="0"' in html
    assert "3.2" in re.search(r'aria-label="([^"]+)"', html)[1]
    assert '<thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>' in html


def test_the_head_of_a_row_says_so():
    html = html_of(kind=Kind.TABLE, html="<table><tr><th>A</th><td>1</td></tr></table>")
    assert '<th scope="row">A</th>' in html
    assert "<thead>" not in html


def test_a_picture_leads_to_its_own_address_on_the_portal():
    html = html_of("Plan", kind=Kind.IMAGE, html=f'<img src="obraz:{DIGEST}" alt="Plan „A”" width="40" height="20">')
    address = reverse("consultations:draft_image", args=["konsultacje", DIGEST])
    assert f'src="{address}"' in html
    assert 'alt="Plan „A”"' in html
    assert html.startswith('<figure class="says">')


@pytest.mark.parametrize(
    "source", ["https://evil.example/a.png", "obraz:short", f"obraz:{DIGEST}x", "data:image/png;base64,AA", ""]
)
def test_a_picture_from_anywhere_else_is_left_out(source):
    assert "<img" not in html_of("Plan", kind=Kind.IMAGE, html=f'<img src="{source}" alt="x">Plan')


def test_signs_and_footnotes_lead_to_each_other():
    notes = [{"number": "3", "html": "Zob. <em>plan</em>."}]
    html = html_of(html='Drzewa<sup class="note">3</sup> i m<sup>2</sup>', footnotes=notes, anchors=True)
    assert 'id="znak-f7-3" href="#przypis-f7-3"' in html
    assert '<li id="przypis-f7-3">' in html
    assert 'href="#znak-f7-3"' in html
    assert "Zob. <em>plan</em>." in html
    assert "m<sup>2</sup>" in html


def test_a_sign_that_stands_twice_gives_no_id_twice():
    sign = '<sup class="note">1</sup>'
    html = html_of(html=f"a{sign} b{sign}", footnotes=[{"number": "1", "html": "x"}], anchors=True)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids)) == 2
    assert html.count('href="#przypis-f7-1"') == 2


def test_without_anchors_there_are_no_ids():
    html = html_of(html='a<sup class="note">1</sup>', footnotes=[{"number": "1", "html": "x"}])
    assert " id=" not in html
    assert "<sup>1</sup> x" in html


def test_the_original_says_its_language_to_readers_of_another():
    with translation.override("en"):
        assert html_of("Słowa.") == '<p class="says" lang="pl">Słowa.</p>'


def test_a_translation_is_read_in_place_of_the_original():
    one = text("Słowa.", html="<strong>Słowa.</strong>", translations={"en": {"wording": "Words."}})
    with translation.override("en"):
        assert str(passage_html(one, "k")) == '<p class="says">Words.</p>'


def test_a_translated_table_is_a_table():
    table = "<table><tr><th>Cel</th><th>Rok</th></tr><tr><td>a</td><td>b</td></tr></table>"
    one = text("Cel | Rok\na | b", kind=Kind.TABLE, html=table, translations={"en": {"wording": "Aim | Year\nc | d"}})
    with translation.override("en"):
        html = str(passage_html(one, "k"))
    assert '<th scope="col">Aim</th>' in html
    assert "<td>d</td>" in html


def test_a_translated_picture_is_described_in_the_language():
    html = f'<img src="obraz:{DIGEST}" alt="Plan">'
    one = text("Plan", kind=Kind.IMAGE, html=html, translations={"en": {"wording": "A map"}})
    with translation.override("en"):
        assert 'alt="A map"' in str(passage_html(one, "k"))


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://lublin.eu", True),
        ("mailto:a@lublin.eu", True),
        ("tel:+48814661000", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("/biurko/", False),
        ("#f1", False),
        ("https://[", False),
    ],
)
def test_a_link_leads_to_a_page_a_mailbox_or_a_telephone(address, kept):
    assert bool(safe_address(address)) is kept
    assert ("<a " in html_of(html=f'<a href="{address}">x</a>')) is kept


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>x",
        "<p onclick=alert(1)>x</p>",
        '<p style="position:fixed">x</p>',
        "<iframe src=https://evil.example></iframe>x",
        "<svg><script>alert(1)</script></svg>x",
        '<a href="https://a" onmouseover="b">x</a>',
        "<math><mi xlink:href=data:x></mi></math>x",
        "<<script>script>alert(1)<</script>/script>x",
        '<img src="obraz:x" onerror=alert(1)>x',
        '<form action="/"><input name=a></form>x',
    ],
)
def test_what_runs_restyles_or_sends_never_gets_through(html):
    seen = _Seen(html_of(html=html))
    assert seen.tags <= {"p", "div", "a"}
    assert {name for _tag, name in seen.attributes} <= {"class", "href", "rel"}


PIECES = st.sampled_from([
    "<script>", "</script>", "<p>", "</p>", "<table>", "<tr>", "<td colspan=999>", "<th>", "</table>", "<ul>", "<li>",
    "<img src=obraz:" + DIGEST + " onerror=x>", "<a href='javascript:x' onclick=y>", "</a>", "<sup class=note>1</sup>",
    "<svg onload=x>", "<style>*{}</style>", "<!--", "-->", "&lt;b&gt;", "&#x3c;script&#x3e;", "<b style=x>", "słowo",
    "<iframe srcdoc='<script>'>", '"><script>', "<h1>", "<details ontoggle=x open>", "<![CDATA[", "\x00",
])  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=25).map("".join), st.sampled_from(Kind.values))
def test_whatever_the_html_only_known_elements_and_attributes_come_out(html, kind):
    one = text(kind=kind, html=html, footnotes=[{"number": "1", "html": html}], marker=html[:20])
    out = str(passage_html(one, "k", heading=2, anchors=True))
    seen = _Seen(out)
    assert seen.tags <= TAGS
    for tag, name in seen.attributes - {("a", "rel")}:
        assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
    for address in seen.addresses:
        assert address.startswith(("#przypis-f7-1", "#znak-f7-1", "/konsultacje/k/projekt/obrazy/"))
    ids = re.findall(r' id="([^"]*)"', out)
    assert len(ids) == len(set(ids))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60))
def test_no_word_of_a_text_is_lost(words):
    from html import escape

    blocks = read_html(f"<p>{escape(words)}</p>")
    assert text_of(blocks).split() == words.split()


def test_cells_that_span_fill_the_grid():
    html = "<table><tr><td rowspan=2>a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    [table] = read_html(html)
    assert isinstance(table, Table)
    assert table.width == 3
    assert [[cell is not None for cell in row] for row in table.grid()] == [[True, True, False], [False, True, True]]


def test_rows_of_text_become_a_table():
    assert [len(row) for row in read_rows("a | b\nc | d").rows] == [2, 2]


def test_runs_of_one_dress_are_one():
    assert read_html("a<span>b</span> c") == (Paragraph((Run("ab c"),)),)


@pytest.mark.django_db
def test_headings_leave_no_level_out_and_items_are_one_list(client, during):
    consultation = rich_consultation()
    chapter = version_of(consultation).chapters.get()
    add_passage(chapter, "Głębiej", kind=Kind.HEADING, level=5)
    html = client.get(reverse("consultations:chapter", args=[consultation.slug, 1])).content.decode()
    assert re.search(r"<h2[^>]*>Kierunki</h2>", html)
    assert re.search(r"<h3[^>]*>Głębiej</h3>", html)
    assert html.count('<div role="list" class="items">') == 1
    assert html.count('role="listitem"') == 5


@pytest.mark.django_db
def test_ids_on_the_readers_page_are_unique(client, during):
    consultation = rich_consultation()
    html = client.get(reverse("consultations:chapter", args=[consultation.slug, 1])).content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.django_db
def test_the_layout_is_shown_wherever_the_passage_is(client, during):
    from tests.consultations.residents import url
    from tests.factories import passage_remark, submission

    consultation = rich_consultation()
    submission(consultation, new_remarks=[passage_remark(consultation, "f1")])
    for address in (
        url("chapter", consultation, 1),
        url("passage", consultation, "f1"),
        url("remark", consultation, "1.1"),
        url("new_remark", consultation, query="?fragment=f1"),
    ):
        html = client.get(address).content.decode()
        assert "<strong>sadzi drzewa</strong>" in html, address
