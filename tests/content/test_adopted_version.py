"""The draft of 2021 in two versions: what was consulted on, and what the council adopted, changed by the remarks."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from consultations.models import Consultation, PassageText, Remark
from lublin2030.lib.dates import warsaw
from lublin2030.loading import adopted
from lublin2030.loading.seeding import read_content

pytestmark = pytest.mark.usefixtures("content")

DEMANDS_A_CHANGE = ["accepted", "partly_accepted"]
# Changed without a remark on the very passage: each follows from a remark on its whole chapter.
FROM_REMARKS_ON_CHAPTERS = {"f11": 2, "f77": 7}


@pytest.fixture
def draft():
    return Consultation.objects.get(slug="projekt-strategii-lublin-2030").draft


def wordings(draft, number: int) -> dict[str, str]:
    texts = PassageText.objects.filter(version__draft=draft, version__number=number)
    return dict(texts.values_list("passage__code", "wording"))


@pytest.fixture
def changed(draft) -> set[str]:
    before, after = wordings(draft, 1), wordings(draft, 2)
    return {code for code in before.keys() & after.keys() if before[code] != after[code]}


def test_the_second_version_is_public_since_the_day_of_the_vote(draft):
    assert list(draft.versions.values_list("number", "published_at")) == [
        (1, warsaw(2021, 11, 15)),
        (2, warsaw(2022, 1, 27, 15)),
    ]


def test_every_passage_with_an_accepted_remark_was_changed(draft, changed):
    answered = Remark.objects.filter(consultation=draft.consultation, outcome__in=DEMANDS_A_CHANGE, target="passage")
    assert set(answered.values_list("passage__code", flat=True)) <= changed


def test_every_changed_passage_has_a_remark_that_asked_for_it(draft, changed):
    answered = Remark.objects.filter(consultation=draft.consultation, outcome__in=DEMANDS_A_CHANGE)
    asked = set(answered.filter(target="passage").values_list("passage__code", flat=True))
    assert changed - asked == set(FROM_REMARKS_ON_CHAPTERS)
    chapters = set(answered.filter(target="chapter").values_list("chapter__code", flat=True))
    assert {f"r{number}" for number in FROM_REMARKS_ON_CHAPTERS.values()} <= chapters


def test_what_the_file_does_not_name_is_taken_over_word_for_word(draft, changed):
    entry = read_content("consultation_2021")["draft"]["versions"][1]
    assert changed == set(entry["changed"])
    assert wordings(draft, 1).keys() - wordings(draft, 2).keys() == set(entry["removed"])


def test_passages_were_added_and_some_moved_to_another_chapter(draft):
    before, after = wordings(draft, 1), wordings(draft, 2)
    assert after.keys() - before.keys() == {"f81", "f82", "f83", "f84", "f85"}
    moved = PassageText.objects.filter(version__draft=draft, passage__code="f18").order_by("version__number")
    assert [text.chapter.number for text in moved.select_related("chapter")] == [2, 8]


def test_remarks_still_belong_to_the_version_their_authors_read(draft):
    remarks = Remark.objects.filter(consultation=draft.consultation).exclude(version=None)
    assert set(remarks.values_list("version__number", flat=True)) == {1}


def test_a_second_load_adds_nothing(draft):
    call_command("load_lublin2030", verbosity=0)
    assert adopted.is_loaded()
    assert draft.versions.count() == 2
