"""What the public sees: my remark → the decision → the exact words that changed, and back; nothing that is hidden."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.changed_words import carried_by
from consultations.models import Consultation, Remark
from consultations.services.change_links import explain_unchanged, unlink_change
from consultations.services.comparisons import make_comparison
from consultations.services.decisions import correct_answer, publish_decision
from consultations.services.submissions import Sender
from consultations.wording import Run, excerpt
from tests.consultations.changes import answered, compared, linked, opinion_of
from tests.consultations.residents import text_of
from tests.consultations.versions import as_first, next_version
from tests.factories import AFTER, DURING, WorkingGroupFactory, consultation_with_draft, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

SECRET = Sender(name="Żaneta Tajna", email="tajna@example.org")


@pytest.fixture
def version(consultation):
    return compared(consultation)


@pytest.fixture
def remark(consultation, version):
    remark = answered(consultation, change="Krzewy zamiast drzew.", sender=SECRET)
    linked(version, remark=remark)
    return remark


def remark_page(client, remark):
    return client.get(reverse("consultations:remark", args=[remark.consultation.slug, remark.address]))


def compare_page(client, consultation, **params):
    return client.get(reverse("consultations:compare", args=[consultation.slug]), {"z": 1, "na": 2} | params)


def passage_page(client, consultation, code="f2"):
    return client.get(reverse("consultations:passage", args=[consultation.slug, code]))


def tracking_page(client, remark):
    return client.get(reverse("consultations:tracking", args=[remark.submission.tracking_token]))


def everywhere(client, remark):
    """Each public page on which a source of the change can stand."""
    consultation = remark.consultation
    pages = [compare_page(client, consultation), passage_page(client, consultation), client.get("/")]
    register = reverse("consultations:remark", args=[consultation.slug, remark.address])
    return [register in page.content.decode() for page in pages]


def changes_in_api(client, remark):
    address = reverse("api-remark", args=[remark.consultation.slug, remark.address])
    return client.get(address).json().get("changes")


# -- From the remark to the words ------------------------------------------------------------------------------------


def test_the_remark_s_page_shows_the_exact_words_and_leads_to_the_passage(client, remark):
    html = remark_page(client, remark).content.decode()
    section = html.split('id="w-tekscie"')[1].split("</section>")[0]
    plain = re.sub(r"<span class=\"hidden-text\">.*?</span>", "", section)
    assert "<del>drzewa</del>" in plain
    assert "<ins>krzewy</ins>" in plain
    chapter = reverse("consultations:chapter", args=[remark.consultation.slug, 1])
    assert f'href="{chapter}?wersja=2&amp;fragment=f2#f2"' in section
    compare = reverse("consultations:compare", args=[remark.consultation.slug])
    assert f'href="{compare}?z=1&amp;na=2&amp;fragment=f2#f2"' in section


def test_the_words_are_told_to_who_hears(client, remark):
    html = remark_page(client, remark).content.decode()
    change = html.split('id="w-tekscie"')[1].split("</section>")[0]
    assert change.count("hidden-text") >= 4


def test_the_sender_s_own_page_shows_them_too(client, remark):
    html = tracking_page(client, remark).content.decode()
    assert re.search(r"<ins>.*krzewy.*</ins>", html, re.S)


def test_several_passages_stand_in_the_order_of_the_text(client, remark, version):
    linked(version, "f7", remark=remark)
    html = remark_page(client, remark).content.decode()
    assert re.findall(r"fragment=(f\d)#", html.split('id="w-tekscie"')[1])[::2] == ["f7", "f2"]


def test_a_removed_passage_is_shown_whole_and_leads_to_its_own_page(client, consultation, version):
    remark = answered(consultation, "f3")
    linked(version, "f3", remark=remark)
    section = remark_page(client, remark).content.decode().split('id="w-tekscie"')[1]
    assert f'href="{reverse("consultations:passage", args=[consultation.slug, "f3"])}"' in section
    assert "<del>" in section


def test_without_changed_words_the_page_says_why(client, consultation, version):
    remark = answered(consultation)
    assert 'id="w-tekscie"' not in remark_page(client, remark).content.decode()
    explain_unchanged(remark, text="Jest już w programie <b>zieleni</b>.", by=person(Role.COORDINATOR))
    for page in (remark_page(client, remark), tracking_page(client, remark)):
        assert "Jest już w programie &lt;b&gt;zieleni&lt;/b&gt;." in page.content.decode()


def test_an_explanation_of_an_answer_that_is_not_public_is_not_told(client, consultation, version):
    remark = answered(consultation, state="approved")
    explain_unchanged(remark, text="Jest już w programie.", by=person(Role.COORDINATOR))
    for page in (remark_page(client, remark), tracking_page(client, remark)):
        assert "Jest już w programie" not in text_of(page)


def test_an_explanation_is_not_told_once_the_answer_promises_no_change(client, consultation, version):
    by = person(Role.COORDINATOR)
    remark = answered(consultation)
    explain_unchanged(remark, text="Jest już w programie.", by=by)
    correct_answer(remark, outcome=Remark.Outcome.NOT_ACCEPTED, justification="Nie.", why="Pomyłka.", by=by)
    publish_decision(remark, by=by)
    assert "Jest już w programie" not in text_of(remark_page(client, remark))


def test_a_removed_link_is_gone_from_every_page(client, remark):
    unlink_change(remark.changes.get(), by=person(Role.COORDINATOR))
    assert 'id="w-tekscie"' not in remark_page(client, remark).content.decode()
    assert everywhere(client, remark)[:2] == [False, False]


# -- From the words back ---------------------------------------------------------------------------------------------


def test_every_kind_of_source_stands_with_its_change(client, consultation, version, remark):
    linked(version, opinion=opinion_of(consultation), note="Punkt 3 opinii.")
    linked(version, working_group=WorkingGroupFactory(process=consultation.process, name="Miasto zielone"))
    linked(version, note="Poprawiono <b>literówkę</b>.")
    for page in (compare_page(client, consultation), passage_page(client, consultation)):
        html = page.content.decode()
        change = html.split('class="sources"')[1].split("</ul>")[0]
        assert reverse("consultations:remark", args=[consultation.slug, remark.address]) in change
        for words in ("Zarząd Województwa", "Punkt 3 opinii.", "Miasto zielone", "&lt;b&gt;literówkę&lt;/b&gt;"):
            assert words in change


def test_a_comparison_over_several_versions_gathers_their_sources(client, consultation, version, remark):
    third = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2", "Fragment {}: inny.")])])
    make_comparison(version, third)
    linked(third, note="Skrócono.")
    html = compare_page(client, consultation, na=3).content.decode()
    change = re.split(r'<article class="change[^"]*" id="f2">', html)[1].split("</article>")[0]
    assert remark.public_number in change
    assert "Skrócono." in change
    between = compare_page(client, consultation, z=2, na=3).content.decode()
    assert remark.public_number not in between


def test_nobody_s_name_comes_with_a_source(client, remark):
    for page in (compare_page(client, remark.consultation), passage_page(client, remark.consultation)):
        html = page.content.decode()
        assert "Tajna" not in html
        assert "tajna@" not in html


# -- The front page and the API --------------------------------------------------------------------------------------


def test_the_front_page_shows_the_remark_the_answer_and_the_changed_words(client, remark):
    html = client.get("/").content.decode()
    pair = html.split('class="pair"')[1].split("</article>")[0]
    assert "Krzewy zamiast drzew." in pair
    assert "Słusznie." in pair
    assert re.search(r"<ins>.*krzewy.*</ins>", pair, re.S)
    assert "Tajna" not in html


def test_real_pairs_come_before_later_answers_to_proposals(client, consultation, remark):
    later = answered(consultation, "f1", wording="Fragment 1.1: miasto sadzi duże drzewa.")
    html = client.get("/").content.decode()
    order = [html.index(one.get_absolute_url()) for one in (remark, later)]
    assert order == sorted(order)


def test_one_passage_makes_one_card(client, consultation, version, remark):
    other = answered(consultation, change="Inne słowa.")
    linked(version, remark=other)
    pairs = client.get("/").content.decode().count("krzewy")
    assert pairs == 1


def test_the_api_tells_passage_and_version(client, remark):
    assert changes_in_api(client, remark) == [{"passage": "f2", "version": 2}]
    listed = client.get(reverse("api-remarks", args=[remark.consultation.slug])).json()["results"]
    assert listed[0]["changes"] == [{"passage": "f2", "version": 2}]


# -- What is hidden stays hidden -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["drafted", "reviewed", "approved"])
def test_a_remark_whose_answer_is_not_public_shows_nowhere(client, consultation, version, state):
    remark = answered(consultation, state=state)
    linked(version, remark=remark)
    assert everywhere(client, remark) == [False, False, False]
    assert changes_in_api(client, remark) == []
    for page in (remark_page(client, remark), tracking_page(client, remark)):
        assert "krzewy" not in page.content.decode()


def test_a_remark_whose_text_waits_to_be_looked_at_shows_nowhere_but_to_its_sender(client, remark):
    Remark.objects.filter(pk=remark.pk).update(text_state=Remark.TextState.WAITING)
    assert everywhere(client, remark) == [False, False, False]
    assert changes_in_api(client, remark) == []
    assert "krzewy" not in remark_page(client, remark).content.decode()
    assert "krzewy" in tracking_page(client, remark).content.decode()


def test_a_redacted_remark_shows_by_its_number(client, remark):
    Remark.objects.filter(pk=remark.pk).update(text_state=Remark.TextState.REDACTED, shown_change="[…]")
    assert everywhere(client, remark) == [True, True, True]
    assert "Krzewy zamiast drzew" not in client.get("/").content.decode()


def test_remarks_that_are_hidden_until_the_closing_show_nowhere_before(client, during):
    consultation = consultation_with_draft(remarks_shown=Consultation.RemarksShown.AFTER_CLOSING)
    version = compared(consultation)
    remark = answered(consultation)
    linked(version, remark=remark)
    assert everywhere(client, remark) == [False, False, False]
    assert changes_in_api(client, remark) is None
    during.move_to(AFTER)
    assert everywhere(client, remark) == [True, True, True]


def test_a_version_that_is_withdrawn_from_the_public_shows_no_words(client, remark, version):
    version.published_at = DURING + dt.timedelta(days=1)
    version.save()
    assert carried_by([remark.pk], DURING) == {}
    assert changes_in_api(client, remark) == []
    assert 'id="w-tekscie"' not in remark_page(client, remark).content.decode()


def test_a_consultation_that_is_not_public_shows_no_pair(client, remark):
    Consultation.objects.update(published_at=None)
    assert remark.get_absolute_url() not in client.get("/").content.decode()


# -- Numbers of queries ----------------------------------------------------------------------------------------------


def test_no_page_asks_more_for_more_links(client, consultation, version, connection_queries):
    def ask():
        remarks = Remark.objects.filter(consultation=consultation)
        return [
            connection_queries(lambda: compare_page(client, consultation)),
            connection_queries(lambda: passage_page(client, consultation)),
            connection_queries(lambda: remark_page(client, remarks.earliest("position"))),
            connection_queries(lambda: tracking_page(client, remarks.earliest("position"))),
            connection_queries(lambda: client.get("/")),
            connection_queries(lambda: client.get(reverse("api-remarks", args=[consultation.slug]))),
        ]

    def link():
        remark = answered(consultation)
        for code in ("f2", "f7", "f6"):
            linked(version, code, remark=remark)

    link()
    link()  # two of them fill the front page
    few = ask()
    for _ in range(4):
        link()
    for number in range(3):
        linked(version, opinion=opinion_of(consultation, f"Urząd {number}"))
        linked(version, working_group=WorkingGroupFactory(process=consultation.process))
    assert ask() == few


# -- The excerpt -----------------------------------------------------------------------------------------------------


def test_an_excerpt_keeps_every_change_and_the_words_around_it():
    long = "słowo " * 40
    runs = [Run("equal", long), Run("delete", "stare"), Run("insert", "nowe"), Run("equal", long)]
    short = excerpt(runs, 30)
    assert [run.text for run in short[1:3]] == ["stare", "nowe"]
    assert short[0].text.startswith("…")
    assert short[0].text.endswith("słowo ")
    assert short[3].text.endswith("…")
    assert all(len(run.text) < 40 for run in short)


def test_an_excerpt_leaves_a_short_text_as_it_is():
    runs = [Run("equal", "Miasto sadzi "), Run("insert", "duże "), Run("equal", "drzewa.")]
    assert excerpt(runs, 30) == runs


def test_between_two_changes_both_ends_are_kept():
    runs = [Run("insert", "a"), Run("equal", " pierwsze" + " x" * 100 + " ostatnie "), Run("insert", "b")]
    middle = excerpt(runs, 12)[1].text
    assert middle.startswith(" pierwsze")
    assert middle.endswith("ostatnie ")
    assert "…" in middle
