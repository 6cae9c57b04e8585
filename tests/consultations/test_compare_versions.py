"""Two versions compared: what became of every passage, made once and kept, never of what is not public."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, transaction

from accounts import jobs
from accounts.models import Job
from consultations.errors import VersionsNotComparable
from consultations.models import DraftVersion, PassageChange, PassageText, VersionComparison
from consultations.services import comparisons
from consultations.services.comparisons import (
    ask_to_compare,
    changed_since_previous,
    comparison_of,
    make_comparison,
    prepare_comparisons,
)
from tests.consultations.versions import as_first, changed_version, next_version
from tests.factories import AFTER, DURING, consultation_with_draft
from tests.parallel import at_once, database_for_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def first(consultation) -> DraftVersion:
    return DraftVersion.objects.get(draft__consultation=consultation, number=1)


def told(comparison) -> list[tuple[str, str, bool]]:
    """What the comparison says: each passage's code, what became of it, whether it moved."""
    rows = comparison.changes.order_by("position")
    return list(rows.values_list("passage__code", "kind", "is_moved"))


# -- What became of each passage -----------------------------------------------------------------------------------


def test_every_passage_is_told_in_the_newer_order_and_removed_ones_where_they_stood(consultation):
    comparison = comparison_of(first(consultation), changed_version(consultation))
    assert told(comparison) == [
        ("f7", "added", False),
        ("f1", "same", False),
        ("f2", "changed", False),
        ("f3", "removed", False),
        ("f6", "same", True),
        ("f4", "same", False),
        ("f5", "same", False),
    ]
    assert comparison.counts == {"same": 4, "changed": 1, "added": 1, "removed": 1, "moved": 1}


def test_the_words_that_changed_spell_both_texts(consultation):
    comparison = comparison_of(first(consultation), changed_version(consultation))
    change = comparison.changes.get(passage__code="f2")
    assert change.runs == [
        ["equal", "Fragment 1.2: miasto sadzi "],
        ["delete", "drzewa"],
        ["insert", "krzewy"],
        ["equal", "."],
    ]
    assert (change.older.version, change.newer.version.number) == (first(consultation), 2)


def test_a_number_that_only_shifted_is_no_move(consultation):
    newer = next_version(
        consultation,
        [
            ("r3", "Wstęp", [("f7", "Wstęp do strategii.")]),
            ("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2"), as_first("1.3")]),
            ("r2", "Rozdział 2", [as_first("2.1"), as_first("2.2"), as_first("2.3")]),
        ],
    )
    counts = comparison_of(first(consultation), newer).counts
    assert counts == {"same": 6, "changed": 0, "added": 1, "removed": 0, "moved": 0}


def test_a_passage_under_another_chapter_is_moved_though_the_order_is_kept(consultation):
    newer = next_version(
        consultation,
        [
            ("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2")]),
            ("r2", "Rozdział 2", [as_first("1.3"), as_first("2.1"), as_first("2.2"), as_first("2.3")]),
        ],
    )
    assert [code for code, _kind, is_moved in told(comparison_of(first(consultation), newer)) if is_moved] == ["f3"]


def test_a_chapter_that_changed_places_moves_as_few_passages_as_possible(consultation):
    newer = next_version(
        consultation,
        [
            ("r2", "Rozdział 2", [as_first("2.1"), as_first("2.2")]),
            ("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2"), as_first("1.3")]),
        ],
    )
    rows = told(comparison_of(first(consultation), newer))
    assert [code for code, _kind, is_moved in rows if is_moved] == ["f4", "f5"]


def test_passages_of_a_removed_chapter_stand_behind_the_chapter_before_it(consultation):
    newer = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2"), as_first("1.3")])])
    rows = told(comparison_of(first(consultation), newer))
    assert [code for code, _kind, _moved in rows] == ["f1", "f2", "f3", "f4", "f5", "f6"]
    assert [kind for _code, kind, _moved in rows[3:]] == ["removed"] * 3


def test_a_removed_first_chapter_leads(consultation):
    newer = next_version(consultation, [("r2", "Rozdział 2", [as_first("2.1"), as_first("2.2"), as_first("2.3")])])
    rows = told(comparison_of(first(consultation), newer))
    assert [code for code, _kind, _moved in rows] == ["f1", "f2", "f3", "f4", "f5", "f6"]


def test_the_beginning_of_a_chapter_that_was_removed_stays_under_that_chapter(consultation):
    newer = next_version(
        consultation,
        [
            ("r1", "Rozdział 1", [as_first("1.1"), as_first("1.2"), as_first("1.3"), ("f8", "Dopisek.")]),
            ("r2", "Rozdział 2", [as_first("2.2"), as_first("2.3")]),
        ],
    )
    rows = told(comparison_of(first(consultation), newer))
    assert [code for code, _kind, _moved in rows] == ["f1", "f2", "f3", "f8", "f4", "f5", "f6"]


def test_a_footnote_that_changed_is_a_change_and_its_number_is_none(consultation):
    note = {"number": "1", "html": "<p>Dane z <em>2020</em> roku.</p>"}
    PassageText.objects.filter(passage__code__in=["f1", "f2"]).update(footnotes=[note])
    newer = changed_version(consultation)
    PassageText.objects.filter(version=newer, passage__code="f1").update(footnotes=[note | {"number": "7"}])
    PassageText.objects.filter(version=newer, passage__code="f2").update(
        footnotes=[note | {"html": "<p>Dane z <em>2021</em> roku.</p>"}]
    )
    comparison = comparison_of(first(consultation), newer)
    assert comparison.changes.get(passage__code="f1").kind == "same"
    runs = comparison.changes.get(passage__code="f2").runs
    assert ["delete", "2020"] in runs
    assert ["insert", "2021"] in runs


def test_any_two_versions_can_be_compared_and_the_smaller_number_is_the_older(consultation):
    changed_version(consultation)
    third = next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1")])])
    backwards = comparison_of(third, first(consultation))
    assert (backwards.older, backwards.newer) == (first(consultation), third)
    assert backwards.counts["removed"] == 5


# -- Made once ------------------------------------------------------------------------------------------------------


def test_it_is_made_once_and_then_only_read(consultation, connection_queries):
    older, newer = first(consultation), changed_version(consultation)
    made = comparison_of(older, newer)
    assert connection_queries(lambda: comparison_of(older, newer)) == 1
    assert comparison_of(older, newer) == made
    assert VersionComparison.objects.count() == 1


def test_the_database_keeps_one_comparison_of_two_versions(consultation):
    older, newer = first(consultation), changed_version(consultation)
    comparison_of(older, newer)
    with pytest.raises(IntegrityError), transaction.atomic():
        VersionComparison.objects.create(older=older, newer=newer, made_at=DURING)


def test_queries_do_not_grow_with_the_document(connection_queries):
    def compare(passages):
        consultation = consultation_with_draft(passages=passages)
        older, newer = first(consultation), changed_version(consultation)
        return connection_queries(lambda: comparison_of(older, newer))

    assert compare(3) == compare(40)


@pytest.mark.django_db(transaction=True)
def test_many_readers_at_once_make_one_comparison(tmp_path):
    consultation = consultation_with_draft()
    older, newer = first(consultation), changed_version(consultation)
    with database_for_threads(tmp_path):
        made = at_once([partial(make_comparison, older, newer, now=DURING)] * 4)
        assert len({one.pk for one in made}) == 1
        assert VersionComparison.objects.count() == 1
        assert PassageChange.objects.count() == 7


# -- Only what is public --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("published_at", [None, DURING + dt.timedelta(seconds=1)])
def test_an_unpublished_version_is_not_compared(consultation, published_at):
    newer = changed_version(consultation, published_at=published_at)
    for compare in (comparison_of, make_comparison):
        with pytest.raises(VersionsNotComparable):
            compare(first(consultation), newer)
    assert not VersionComparison.objects.exists()


def test_versions_of_two_drafts_and_one_version_twice_are_not_compared(consultation):
    other = first(consultation_with_draft())
    for pair in [(first(consultation), other), (other, other)]:
        with pytest.raises(VersionsNotComparable):
            comparison_of(*pair)


def test_a_version_taken_back_and_published_again_with_other_texts_is_compared_anew(consultation, during):
    older, newer = first(consultation), changed_version(consultation)
    stale = comparison_of(older, newer)
    PassageText.objects.filter(version=newer, passage__code="f1").update(wording="Po poprawce.")
    newer.published_at = AFTER
    newer.save()
    with pytest.raises(VersionsNotComparable):
        comparison_of(older, newer)
    during.move_to(AFTER + dt.timedelta(minutes=1))
    fresh = comparison_of(older, newer)
    assert fresh.pk != stale.pk
    assert fresh.counts["changed"] == 2
    assert VersionComparison.objects.count() == 1


# -- Long ones are made by a worker ---------------------------------------------------------------------------------


@pytest.fixture
def long(monkeypatch, consultation):
    """A consultation whose versions differ in more passages than are compared while a reader waits."""
    monkeypatch.setattr(comparisons, "AT_ONCE", 0)
    return consultation


def test_a_long_comparison_is_asked_for_once_and_made_by_the_worker(long):
    older, newer = first(long), changed_version(long)
    assert comparison_of(older, newer) is None
    assert comparison_of(older, newer) is None
    assert [job.kind for job in Job.objects.all()] == ["compare-versions"]
    assert jobs.run_due() == 1
    assert Job.objects.get().state == Job.State.DONE
    assert comparison_of(older, newer).counts["changed"] == 1


def test_the_job_tells_how_far_it_is_and_can_run_twice(long, monkeypatch):
    monkeypatch.setattr(comparisons, "STEP", 1)
    older, newer = first(long), changed_version(long)
    said = []
    for _time in range(2):
        comparisons.compare_versions({"older": older.pk, "newer": newer.pk}, lambda *done: said.append(done))
    assert said == [(1, 1)]
    assert VersionComparison.objects.count() == 1


@pytest.mark.parametrize("what", ["taken back", "deleted"])
def test_a_job_for_versions_that_are_not_public_any_more_ends_quietly(long, what):
    older, newer = first(long), changed_version(long)
    comparison_of(older, newer)
    if what == "deleted":
        DraftVersion.objects.filter(pk=newer.pk).delete()
    else:
        DraftVersion.objects.filter(pk=newer.pk).update(published_at=None)
    assert jobs.run_due() == 1
    assert Job.objects.get().state == Job.State.DONE
    assert not VersionComparison.objects.exists()


def test_a_version_published_again_is_a_new_job(long):
    older, newer = first(long), changed_version(long)
    one = ask_to_compare(older, newer)
    newer.published_at = DURING
    assert ask_to_compare(older, newer) != one


def test_the_worker_prepares_each_published_version_against_the_one_before(consultation):
    changed_version(consultation)
    next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1")])])
    next_version(consultation, [("r1", "Rozdział 1", [as_first("1.2")])], published_at=None)
    consultation_with_draft()
    assert prepare_comparisons() == 2
    assert prepare_comparisons() == 2
    assert jobs.run_due() == 2
    pairs = VersionComparison.objects.values_list("older__number", "newer__number")
    assert sorted(pairs) == [(1, 2), (2, 3)]
    assert prepare_comparisons() == 0


# -- What changed since the version before --------------------------------------------------------------------------


def test_the_reader_learns_which_passages_changed_in_one_query(consultation, connection_queries):
    newer = changed_version(consultation)
    assert changed_since_previous(newer) == set()
    comparison_of(first(consultation), newer)
    codes = {"f7", "f2", "f6"}
    expected = set(PassageText.objects.filter(version=newer, passage__code__in=codes).values_list("passage", flat=True))
    assert changed_since_previous(newer) == expected
    assert connection_queries(lambda: changed_since_previous(newer)) == 1


def test_an_unpublished_version_between_does_not_count_as_the_one_before(consultation):
    next_version(consultation, [("r1", "Rozdział 1", [as_first("1.1")])], published_at=None)
    third = changed_version(consultation)
    comparison_of(first(consultation), third)
    assert len(changed_since_previous(third)) == 3


def test_a_long_document_is_compared_whole(consultation):
    texts = [(f"g{n}", f"Akapit {n} o drzewach, drogach i szkołach w dzielnicy numer {n}.") for n in range(700)]
    older = next_version(consultation, [("r1", "Rozdział 1", texts)])
    newer = next_version(
        consultation, [("r1", "Rozdział 1", [(code, text.replace("drogach", "parkach")) for code, text in texts])]
    )
    with time_machine.travel(DURING, tick=False):
        assert comparison_of(older, newer) is None
        assert jobs.run_due() == 1
    made = comparison_of(older, newer)
    assert made.counts["changed"] == 700
    runs = made.changes.get(passage__code="g650").runs
    assert "".join(text for kind, text in runs if kind != "insert") == texts[650][1]
