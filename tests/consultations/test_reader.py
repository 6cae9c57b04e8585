"""The draft: its contents, the reader of a chapter, and the browser's own unsent remarks beside it."""

from __future__ import annotations

import re

import pytest
from django.db.models import F
from django.urls import reverse

from consultations.models import ChapterText, Consultation, Draft, DraftVersion, PassageText
from consultations.services.baskets import add_remark
from consultations.services.submissions import NewRemark
from tests.factories import (
    AFTER,
    DURING,
    OPENS,
    ConsultationFactory,
    consultation_with_draft,
    passage_remark,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def contents_page(client, consultation, **params):
    return client.get(reverse("consultations:draft", args=[consultation.slug]), params)


def chapter_page(client, consultation, number=1, **params):
    return client.get(reverse("consultations:chapter", args=[consultation.slug, number]), params)


def second_version(consultation, **fields):
    """A version in which the first chapter has one passage, f1, with another wording."""
    first = consultation.draft.versions.get(number=1)
    version = DraftVersion.objects.create(draft=consultation.draft, number=2, label="Wersja 2", **fields)
    chapter = ChapterText.objects.create(
        version=version, chapter=first.chapters.get(number=1).chapter, number=1, title="Nowy rozdział"
    )
    passage = first.passages.get(passage__code="f1").passage
    PassageText.objects.create(version=version, chapter=chapter, passage=passage, position=1, wording="Nowe brzmienie.")
    return version


def keep(consultation, code="f1", key="k", **fields):
    remark = passage_remark(consultation, code, **fields)
    return add_remark(consultation, cookie_key=key, remark=remark, form_token=f"{code}{fields}", language="pl")


# -- Contents -------------------------------------------------------------------------------------------------------


def test_contents_count_passages_and_remarks_of_each_chapter(client, consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, "f1"), passage_remark(consultation, "f2")])
    lines = contents_page(client, consultation).context["contents"]
    assert [(line.chapter.number, line.passages, line.remarks) for line in lines] == [(1, 3, 2), (2, 3, 0)]


def test_a_remark_on_the_chapter_counts_for_it(client, consultation):
    version = consultation.draft.versions.get()
    remark = NewRemark(change="x", chapter=version.chapters.get(number=2).chapter, version=version)
    submission(consultation, new_remarks=[remark])
    assert contents_page(client, consultation).context["contents"][1].remarks == 1


def test_without_a_published_version_it_says_so(client):
    consultation = ConsultationFactory()
    draft = Draft.objects.create(consultation=consultation, title="Projekt")
    DraftVersion.objects.create(draft=draft, number=1)
    assert "Nie ma tu jeszcze projektu" in contents_page(client, consultation).content.decode()
    assert chapter_page(client, consultation).status_code == 404


def test_contents_queries_do_not_grow(client, connection_queries):
    few, many = consultation_with_draft(chapters=1), consultation_with_draft(chapters=12)
    assert connection_queries(lambda: contents_page(client, few)) == connection_queries(
        lambda: contents_page(client, many)
    )


# -- The reader -----------------------------------------------------------------------------------------------------


def test_passages_stand_in_order_with_number_and_permanent_address(client, consultation):
    html = chapter_page(client, consultation, 2).content.decode()
    places = [html.index(f'id="{code}"') for code in ("f4", "f5", "f6")]
    assert places == sorted(places)
    assert 'href="#f5"' in html
    assert "2.2</a>" in html
    assert "Fragment 2.2: miasto sadzi drzewa." in html


def test_the_contents_mark_the_chapter(client, consultation):
    html = chapter_page(client, consultation, 2).content.decode()
    assert html.count('aria-current="page"') == 1
    address = reverse("consultations:chapter", args=[consultation.slug, 2])
    assert f'<a href="{address}" aria-current="page">' in html


def test_each_passage_offers_its_form_and_its_place_for_it(client, consultation):
    html = chapter_page(client, consultation).content.decode()
    address = reverse("consultations:new_remark", args=[consultation.slug]) + "?fragment=f2&amp;wersja=1"
    assert f'href="{address}" hx-get="{address}" hx-target="#slot-f2"' in html
    assert 'id="slot-f2"' in html


def test_chapter_and_document_can_be_remarked_on(client, consultation):
    html = chapter_page(client, consultation, 2).content.decode()
    form = reverse("consultations:new_remark", args=[consultation.slug])
    assert f'href="{form}?rozdzial=2&amp;wersja=1"' in html
    assert f'href="{form}?wersja=1"' in html


def test_remarks_on_a_passage_are_counted_and_linked(client, consultation):
    submission(consultation, remarks=2)
    html = chapter_page(client, consultation).content.decode()
    register = reverse("consultations:register", args=[consultation.slug])
    assert f'href="{register}?fragment=f1"' in html
    assert f'href="{register}?fragment=f2"' not in html
    counts = [item.remarks for item in chapter_page(client, consultation).context["passages"]]
    assert counts == [2, 0, 0]


def test_another_consultations_remarks_do_not_count(client, consultation):
    submission(consultation_with_draft())
    assert [item.remarks for item in chapter_page(client, consultation).context["passages"]] == [0, 0, 0]


def test_neighbouring_chapters(client):
    consultation = consultation_with_draft(chapters=3)
    context = chapter_page(client, consultation, 2).context
    assert (context["previous"].number, context["next"].number) == (1, 3)
    assert chapter_page(client, consultation, 1).context["previous"] is None
    assert chapter_page(client, consultation, 3).context["next"] is None


@pytest.mark.parametrize("number", [0, 3, 99999999999999999999999])
def test_no_such_chapter(client, consultation, number):
    assert chapter_page(client, consultation, number).status_code == 404


def test_markup_in_the_draft_is_text(client, consultation):
    PassageText.objects.update(wording="<script>alert(1)</script> & <b>x</b>")
    html = chapter_page(client, consultation).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;x&lt;/b&gt;" in html


def test_htmx_is_loaded_only_where_a_form_can_open(client, consultation, during):
    assert "htmx.min.js" in chapter_page(client, consultation).content.decode()
    assert "htmx" not in contents_page(client, consultation).content.decode()
    during.move_to(AFTER)
    assert "htmx" not in chapter_page(client, consultation).content.decode()


@pytest.mark.parametrize(("language", "told"), [("pl", False), ("en", True), ("uk", True)])
def test_other_languages_are_told_which_text_binds(client, consultation, language, told):
    path = reverse("consultations:chapter", args=[consultation.slug, 1])
    html = client.get(path if language == "pl" else f"/{language}{path}").content.decode()
    assert ('class="notice"' in html) is told


def test_a_translated_passage_is_read_in_the_readers_language(client, consultation):
    text = PassageText.objects.get(passage__code="f1")
    text.translate("wording", "en", "The city plants trees.")
    text.save()
    html = client.get("/en" + reverse("consultations:chapter", args=[consultation.slug, 1])).content.decode()
    assert "The city plants trees." in html
    assert re.search(r'lang="?pl"?>Fragment 1.2: miasto sadzi drzewa.<', html)


def test_the_newest_published_version_is_read(client, consultation):
    second_version(consultation, published_at=DURING)
    html = chapter_page(client, consultation).content.decode()
    assert "Nowe brzmienie." in html
    assert chapter_page(client, consultation, 2).status_code == 404


def test_an_unpublished_version_is_not_read(client, consultation):
    second_version(consultation)
    for params in ({}, {"wersja": "2"}):
        assert "Nowe brzmienie." not in chapter_page(client, consultation, **params).content.decode()


def test_an_earlier_version_can_be_read_but_not_remarked_on(client, consultation):
    second_version(consultation, published_at=DURING)
    html = chapter_page(client, consultation, wersja="1").content.decode()
    assert "Fragment 1.1: miasto sadzi drzewa." in html
    assert "wcześniejszą wersję" in html
    assert reverse("consultations:new_remark", args=[consultation.slug]) not in html


@pytest.mark.parametrize("version", ["0", "99", "abc", "", "1\x00"])
def test_an_unknown_version_is_the_newest(client, consultation, version):
    assert chapter_page(client, consultation, wersja=version).context["version"].number == 1


# -- Unsent remarks -------------------------------------------------------------------------------------------------


def test_without_the_cookie_it_explains_and_may_be_kept(client, consultation):
    response = chapter_page(client, consultation)
    assert "Nie potrzebujesz konta" in response.content.decode()
    assert "Cache-Control" not in response.headers
    assert not response.cookies


def test_unsent_remarks_are_listed_with_their_places(client, consultation):
    keep(consultation, "f4", change="Posadźcie więcej lip przy każdej ulicy w dzielnicy")
    version = consultation.draft.versions.get()
    add_remark(
        consultation,
        cookie_key="k",
        remark=NewRemark(change="Rozdział", chapter=version.chapters.get(number=2).chapter, version=version),
        form_token="chapter",
        language="pl",
    )
    add_remark(consultation, cookie_key="k", remark=NewRemark(change="Całość"), form_token="all", language="pl")
    client.cookies["basket"] = "k"
    response = chapter_page(client, consultation)
    assert [(line.number, line.words) for line in response.context["basket_lines"]] == [
        ("2.1", "Posadźcie więcej lip przy każdej ulicy w dzielnicy"),
        ("2", "Rozdział"),
        ("", "Całość"),
    ]
    assert "Posadźcie więcej lip przy każdej ulicy …" in response.content.decode()
    assert reverse("consultations:basket", args=[consultation.slug]) in response.content.decode()


def test_a_page_with_unsent_remarks_is_kept_by_nobody(client, consultation):
    keep(consultation)
    client.cookies["basket"] = "k"
    for response in (chapter_page(client, consultation), contents_page(client, consultation)):
        assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("cookie", ["other", "", "\x01", "k" * 5000])
def test_another_browser_sees_nothing_of_it(client, consultation, cookie):
    keep(consultation, change="Tajemnica")
    client.cookies["basket"] = cookie
    assert "Tajemnica" not in chapter_page(client, consultation).content.decode()


def test_a_basket_shows_only_in_its_own_consultation(client, consultation):
    keep(consultation, change="Tajemnica")
    client.cookies["basket"] = "k"
    assert "Tajemnica" not in chapter_page(client, consultation_with_draft()).content.decode()


def test_after_the_end_unsent_remarks_are_still_shown(client, consultation, during):
    keep(consultation, change="Nie zdążyłam")
    during.move_to(AFTER)
    client.cookies["basket"] = "k"
    html = chapter_page(client, consultation).content.decode()
    assert "Nie zdążyłam" in html
    assert reverse("consultations:basket", args=[consultation.slug]) in html


@pytest.mark.parametrize(("cookie", "most"), [(None, 6), ("k", 9)])
def test_a_chapter_takes_the_same_few_queries_whatever_its_length(client, connection_queries, cookie, most):
    counts = []
    for passages, remarks in [(3, 1), (60, 20)]:
        consultation = consultation_with_draft(chapters=2, passages=passages)
        submission(consultation, new_remarks=[passage_remark(consultation, f"f{i % 3 + 1}") for i in range(remarks)])
        for i in range(remarks):
            keep(consultation, f"f{i % 3 + 1}", change=f"zmiana {i}")
        if cookie:
            client.cookies["basket"] = cookie
        counts.append(connection_queries(lambda one=consultation: chapter_page(client, one)))
    assert counts[0] == counts[1] <= most


def test_a_chapter_is_read_without_touching_the_session(client, consultation):
    response = chapter_page(client, consultation)
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "Cookie" not in response.get("Vary", "")


def test_the_term_may_end_while_reading(client, consultation):
    Consultation.objects.update(closes_at=F("opens_at") + (DURING - OPENS))
    assert chapter_page(client, consultation).context["takes_remarks"] is False
