"""The page of two versions compared: what it shows, to whom, in which parts, readable without colour."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import re

import pytest
from django.urls import reverse
from django.utils.translation import gettext

from accounts import jobs
from consultations import comparing
from consultations.models import Consultation, DraftVersion, PassageText, VersionComparison
from consultations.services import comparisons
from tests.consultations.residents import text_of
from tests.consultations.versions import as_first, changed_version, next_version
from tests.factories import AFTER, DURING, ConsultationFactory, consultation_with_draft, passage_remark, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def address(consultation) -> str:
    return reverse("consultations:compare", args=[consultation.slug])


def page(client, consultation, **params):
    return client.get(address(consultation), {"z": 1, "na": 2} | params)


def codes(answer) -> list[str]:
    return [row.code for row in answer.context["rows"]]


def change_of(html: str, code: str) -> str:
    return re.split(rf'<article class="change[^"]*" id="{code}">', html)[1].split("</article>")[0]


# -- What is shown --------------------------------------------------------------------------------------------------


def test_changes_stand_in_the_order_of_the_newer_version_with_their_sums(client, consultation):
    changed_version(consultation)
    answer = page(client, consultation)
    assert answer.status_code == 200
    assert codes(answer) == ["f7", "f2", "f3", "f6"]
    assert re.findall(r'<dd class="num">(\d+)</dd>', answer.content.decode()) == ["1", "1", "1", "1", "4"]


def test_the_whole_text_can_be_shown(client, consultation):
    changed_version(consultation)
    assert codes(page(client, consultation, pokaz="wszystko")) == ["f7", "f1", "f2", "f3", "f6", "f4", "f5"]


def test_changed_words_are_marked_and_told_to_who_hears(client, consultation):
    changed_version(consultation)
    change = change_of(page(client, consultation).content.decode(), "f2")
    gone = re.search(r"<del>(.*?)</del>", change, re.S)
    came = re.search(r"<ins>(.*?)</ins>", change, re.S)
    assert re.sub(r"<span class=\"hidden-text\">.*?</span>", "", gone[1]) == "drzewa"
    assert re.sub(r"<span class=\"hidden-text\">.*?</span>", "", came[1]) == "krzewy"
    assert gone[1].count("hidden-text") == came[1].count("hidden-text") == 2


def test_the_signs_for_the_eye_and_for_paper_are_linked(client, consultation):
    changed_version(consultation)
    assert 'href="/static/css/compare.css"' in page(client, consultation).content.decode()


def test_added_and_removed_passages_are_whole_and_a_moved_one_has_both_numbers(client, consultation):
    changed_version(consultation)
    html = page(client, consultation).content.decode()
    assert "<ins>" in change_of(html, "f7")
    assert "<del>" not in change_of(html, "f7")
    assert "<del>" in change_of(html, "f3")
    rows = {row.code: row for row in page(client, consultation).context["rows"]}
    assert (rows["f6"].older_number, rows["f6"].newer_number) == ("2.3", "1.4")
    assert (rows["f3"].older_number, rows["f3"].newer_number) == ("1.3", "")
    assert "2.3" in change_of(html, "f6")
    assert "1.4" in change_of(html, "f6")


def test_each_change_leads_to_the_passage_in_both_versions_and_to_its_remarks(client, consultation):
    submission(consultation, new_remarks=[passage_remark(consultation, "f2")] * 2)
    changed_version(consultation)
    html = page(client, consultation).content.decode()
    chapter = reverse("consultations:chapter", args=[consultation.slug, 1])
    register = reverse("consultations:register", args=[consultation.slug])
    passage = reverse("consultations:passage", args=[consultation.slug, "f2"])
    change = change_of(html, "f2")
    readers = [f"{chapter}?wersja={number}&amp;fragment=f2#f2" for number in (1, 2)]
    for link in (*readers, f"{register}?fragment=f2", passage):
        assert f'href="{link}"' in change
    assert f"{chapter}?wersja=2&amp;fragment=f3#f3" not in html
    assert f"{register}?fragment=f7" not in html


def test_numbers_of_remarks_are_hidden_while_the_rules_hide_them(client, during):
    consultation = consultation_with_draft(remarks_shown=Consultation.RemarksShown.AFTER_CLOSING)
    submission(consultation, new_remarks=[passage_remark(consultation, "f2")])
    changed_version(consultation)
    assert "?fragment=f2" not in page(client, consultation).content.decode().replace("&amp;fragment", "")
    during.move_to(AFTER)
    assert "?fragment=f2" in page(client, consultation).content.decode()


def test_chapters_tell_their_changes_and_lead_to_them(client, consultation):
    changed_version(consultation)
    answer = page(client, consultation)
    lines = [(line.shown.title, line.changes) for line in answer.context["outline"].chapters]
    assert lines == [("Rozdział 1", 4), ("Rozdział drugi", 0)]
    html = answer.content.decode()
    assert 'href="?z=1&amp;na=2&amp;czesc=1#rozdzial-1"' in html
    assert html.count('id="rozdzial-1"') == 1
    assert "drugi" in html


def test_new_removed_and_moved_chapters_are_told(client, consultation):
    next_version(consultation, [("r2", "Rozdział 2", [as_first("2.1")]), ("r3", "Trzeci", [("f9", "Nowy.")])])
    lines = {line.shown.title: line for line in page(client, consultation).context["outline"].chapters}
    assert lines["Trzeci"].older is None
    assert lines["Rozdział 1"].newer is None
    assert lines["Rozdział 2"].older.number == 2
    words = text_of(page(client, consultation))
    for said in (
        gettext("new chapter"),
        gettext("removed chapter"),
        gettext("it was chapter %(number)s") % {"number": 2},
    ):
        assert said in words


def test_versions_with_the_same_texts_say_so(client, consultation):
    chapters = [(f"r{n}", f"Rozdział {n}", [as_first(f"{n}.{m}") for m in (1, 2, 3)]) for n in (1, 2)]
    next_version(consultation, chapters)
    answer = page(client, consultation)
    assert codes(answer) == []
    assert answer.context["comparison"].counts["same"] == 6


def test_markup_in_the_texts_is_text(client, consultation):
    version = changed_version(consultation)
    PassageText.objects.filter(version=version).update(wording="<script>alert(1)</script> & krzewy")
    html = page(client, consultation, pokaz="wszystko").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; krzewy" in change_of(html, "f7")


# -- Which versions -------------------------------------------------------------------------------------------------


def test_without_a_choice_the_last_two_versions_are_compared(client, consultation):
    changed_version(consultation)
    next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1")])])
    choice = client.get(address(consultation)).context["choice"]
    assert (choice.older.number, choice.newer.number) == (2, 3)


def test_the_other_way_round_is_the_same_comparison(client, consultation):
    changed_version(consultation)
    answer = page(client, consultation, z=2, na=1)
    assert (answer.context["choice"].older.number, answer.context["choice"].newer.number) == (1, 2)
    assert VersionComparison.objects.count() == 1


@pytest.mark.parametrize(
    ("older", "newer"),
    [("1", "9"), ("9", "2"), ("1", "1"), ("x", "2"), ("1", ""), ("", "2"), ("0" * 40, "-1"), ("1\x00", "2")],
)
def test_versions_that_are_not_there_get_a_sentence_and_the_form(client, consultation, older, newer):
    changed_version(consultation)
    answer = page(client, consultation, z=older, na=newer)
    assert answer.status_code == 404
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert 'name="z"' in html
    assert not VersionComparison.objects.exists()


@pytest.mark.parametrize("published_at", [None, DURING + dt.timedelta(seconds=1)])
def test_an_unpublished_version_is_neither_offered_nor_compared(client, consultation, published_at):
    changed_version(consultation)
    next_version(consultation, [("r1", "Tajny", [("f9", "Tajne brzmienie.")])], published_at=published_at)
    for params in ({}, {"na": 3}, {"z": 3, "na": 1}, {"na": 2}):
        answer = page(client, consultation, **params)
        assert 'value="3"' not in answer.content.decode()
        assert "Tajn" not in answer.content.decode()
    assert page(client, consultation, na=3).status_code == 404


def test_a_version_taken_back_is_not_compared_any_more(client, consultation):
    version = changed_version(consultation)
    assert page(client, consultation).status_code == 200
    DraftVersion.objects.filter(pk=version.pk).update(published_at=None)
    assert page(client, consultation).status_code == 404


def test_one_version_alone_says_that_there_is_nothing_to_compare(client, consultation):
    answer = client.get(address(consultation))
    assert answer.status_code == 200
    assert 'name="z"' not in answer.content.decode()


def test_without_a_published_version_or_consultation_there_is_no_page(client, consultation):
    DraftVersion.objects.update(published_at=None)
    assert client.get(address(consultation)).status_code == 404
    assert client.get(address(ConsultationFactory())).status_code == 404
    Consultation.objects.update(published_at=None)
    assert client.get(address(consultation)).status_code == 404


# -- Long ones ------------------------------------------------------------------------------------------------------


def test_a_long_comparison_is_being_prepared_and_then_there(client, consultation, monkeypatch):
    monkeypatch.setattr(comparisons, "AT_ONCE", 0)
    changed_version(consultation)
    waiting = page(client, consultation)
    assert waiting.status_code == 202
    assert "rows" not in waiting.context
    jobs.run_due()
    assert codes(page(client, consultation)) == ["f7", "f2", "f3", "f6"]


@pytest.fixture
def long(consultation):
    """Version 2 and 3 of one chapter of 150 passages, each changed."""
    texts = [(f"g{n}", f"Akapit {n}: miasto sadzi drzewa.") for n in range(150)]
    next_version(consultation, [("r1", "Rozdział 1", texts)])
    changed = [(code, text.replace("sadzi", "podlewa")) for code, text in texts]
    next_version(consultation, [("r1", "Rozdział 1", changed)])
    return consultation


def test_a_long_list_is_shown_in_parts_without_a_gap(client, long):
    seen = []
    for part in (1, 2, 3):
        answer = page(client, long, z=2, na=3, czesc=part)
        assert answer.context["part"] == part
        assert len(codes(answer)) <= comparing.MOST_ROWS
        assert answer.content.decode().count('id="rozdzial-1"') == 1
        seen += codes(answer)
    assert seen == [f"g{n}" for n in range(150)]
    assert len(answer.context["outline"].parts) == 3


def test_a_part_ends_early_where_texts_are_long(client, consultation):
    texts = [(f"g{n}", f"{n} " + "Miasto sadzi drzewa. " * 800) for n in range(4)]
    next_version(consultation, [("r1", "Rozdział 1", [(code, text + "Koniec.") for code, text in texts])])
    next_version(consultation, [("r1", "Rozdział 1", texts)])
    answer = page(client, consultation, z=2, na=3)
    assert 1 <= len(codes(answer)) < 4
    assert len(answer.content) < 100_000


@pytest.mark.parametrize("show", ["zmiany", "wszystko"])
def test_every_part_of_a_long_document_stays_light(client, consultation, show):
    """Whatever the texts: 40 kB of a page, beside fonts and styles of some 50 kB, stay below the limit of 100 kB."""
    rng = random.Random(2030)
    words = ["".join(rng.choices("abcdefghijklmnoprstuwyz", k=rng.randint(2, 12))) for _ in range(3000)]
    texts = [(f"g{n}", " ".join(rng.choices(words, k=rng.choice([5, 50, 150])))) for n in range(120)]
    next_version(consultation, [("r1", "Rozdział 1", texts)])
    changed = [
        (code, " ".join(rng.choice([word, word, word, rng.choice(words)]) for word in text.split()))
        for code, text in texts
    ]
    next_version(consultation, [("r1", "Rozdział 1", changed)])
    parts = len(page(client, consultation, z=2, na=3, pokaz=show).context["outline"].parts)
    for part in {1, parts // 2, parts}:
        answer = page(client, consultation, z=2, na=3, pokaz=show, czesc=part)
        assert len(gzip.compress(answer.content)) < 40_000


@pytest.mark.parametrize("part", ["0", "4", "x", "-1", "9" * 30])
def test_a_part_that_is_not_there_is_the_first(client, long, part):
    assert page(client, long, z=2, na=3, czesc=part).context["part"] == 1


def test_a_passage_is_found_in_its_part(client, long):
    assert "g140" in codes(page(client, long, z=2, na=3, fragment="g140"))
    assert page(client, long, z=2, na=3, fragment="nonsens").context["part"] == 1


def test_queries_do_not_grow(client, connection_queries):
    def ask(passages):
        consultation = consultation_with_draft(passages=passages, chapters=passages)
        changed_version(consultation)
        page(client, consultation, pokaz="wszystko")
        return connection_queries(lambda: page(client, consultation, pokaz="wszystko"))

    assert ask(3) == ask(9) == 8


# -- Whole pages are kept -------------------------------------------------------------------------------------------


def test_the_page_reads_no_session_and_sets_no_cookie(client, consultation):
    changed_version(consultation)
    answer = page(client, consultation)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(("language", "told"), [("pl", False), ("en", True), ("uk", True)])
def test_other_languages_are_told_that_the_polish_text_is_compared(client, consultation, language, told):
    changed_version(consultation)
    path = address(consultation)
    answer = client.get((path if language == "pl" else f"/{language}{path}"), {"z": 1, "na": 2})
    assert answer.status_code == 200
    signs = re.search(r'<p class="small soft diff signs">(.*?)</p>', answer.content.decode(), re.S)
    assert (signs[1].strip().count(".") > 1) is told
    assert 'class="diff text" lang="pl"' in answer.content.decode()
