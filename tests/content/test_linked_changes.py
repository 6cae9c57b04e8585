"""The demonstration of 2021: every decision has its words, every changed passage its sources."""

from __future__ import annotations

import pytest

from consultations.models import ChangeSource, Consultation, HistoryEntry, Opinion
from consultations.services.change_links import (
    accepted_but_unchanged,
    changed_without_source,
    comparison_with_previous,
    unexplained_unchanged,
)
from lublin2030.loading import linked
from tests.content.conftest import load

pytestmark = pytest.mark.usefixtures("content")


@pytest.fixture
def consultation():
    return Consultation.objects.get(slug="projekt-strategii-lublin-2030")


@pytest.fixture
def version(consultation):
    return consultation.draft.versions.get(number=2)


def test_no_accepted_remark_is_left_unexplained(consultation):
    assert accepted_but_unchanged(consultation).count() == unexplained_unchanged(consultation).count() == 0
    assert ChangeSource.objects.filter(kind="remark").values("remark").distinct().count() == 129


def test_no_change_is_left_without_a_source(version):
    comparison = comparison_with_previous(version)
    assert comparison.changes.changed().count() > 70
    assert not changed_without_source(version).exists()


def test_sources_of_every_kind_occur(version):
    assert set(ChangeSource.objects.filter(version=version).values_list("kind", flat=True)) == set(
        ChangeSource.Kind.values
    )


def test_each_link_left_its_row_in_the_history(consultation):
    rows = HistoryEntry.objects.filter(consultation=consultation, verb="link_change")
    assert rows.count() == ChangeSource.objects.count()


def test_the_bodies_of_stage_six_were_asked_and_one_was_silent(consultation, content):
    opinions = Opinion.objects.filter(consultation=consultation).order_by("pk")
    assert [opinion.stance for opinion in opinions] == ["with_remarks", "with_remarks", "positive", ""]
    assert [opinion.is_silent(linked.BEGINS) for opinion in opinions] == [False, False, False, True]
    assert all(opinion.content.startswith("Treść przykładowa.") for opinion in opinions if opinion.received_on)


def test_the_front_page_shows_real_pairs(client):
    html = client.get("/").content.decode()
    assert html.count('class="pair"') == 2
    assert "Wersja uchwalona" in html


def test_a_second_load_adds_nothing():
    before = ChangeSource.objects.count()
    assert "Sources" not in load()
    assert ChangeSource.objects.count() == before
