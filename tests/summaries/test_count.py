"""The summary's numbers are the register's, whatever has happened to the remarks, at a constant cost."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.errors import ConsultationError
from consultations.models import ChapterText, DraftVersion, PassageText, Remark, Submission, Topic
from consultations.services.decisions import assign_remark, decide_remark, publish_decision, return_decision
from consultations.services.submissions import NewRemark, Sender
from consultations.services.verification import mark_improper, mark_proper, reopen_verification
from summaries.counts import MOST_DISCUSSED, STANDINGS, summarise
from tests.factories import (
    AFTER,
    DURING,
    DepartmentFactory,
    DistrictFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = pytest.mark.django_db


def live_a_little(consultation, seed: int) -> None:
    """Random submissions and random verbs, also those that are refused."""
    dice = random.Random(seed)
    coordinator, department = person(Role.COORDINATOR), DepartmentFactory()
    districts = [None, *DistrictFactory.create_batch(3)]
    topics = [None, Topic.objects.get(consultation=consultation)]
    for _ in range(dice.randint(4, 12)):
        remarks = [
            dice.choice(
                [
                    passage_remark(
                        consultation,
                        dice.choice(["f1", "f2", "f5"]),
                        topic=dice.choice(topics),
                        district=dice.choice(districts),
                    ),
                    NewRemark(change="Cały dokument.", topic=dice.choice(topics)),
                ]
            )
            for _ in range(dice.randint(1, 4))
        ]
        submission(consultation, new_remarks=remarks, channel=dice.choice(list(Submission.Channel)))
    verbs = [
        lambda sent, _one: mark_proper(sent, by=coordinator, now=DURING),
        lambda sent, _one: mark_improper(
            sent, reason=consultation.improper_reasons.first(), by=coordinator, now=DURING
        ),
        lambda sent, _one: reopen_verification(sent, reason="x", by=coordinator, now=DURING),
        lambda _sent, one: assign_remark(one, department=department, by=coordinator, now=DURING),
        lambda _sent, one: decide_remark(
            one, outcome=dice.choice(list(Remark.Outcome)), justification="Bo tak.", by=coordinator, now=DURING
        ),
        lambda _sent, one: return_decision(one, reason="x", by=coordinator, now=DURING),
        lambda _sent, one: publish_decision(one, by=coordinator, now=DURING),
    ]
    for _ in range(120):
        sent = dice.choice(list(consultation.submissions.all()))
        try:
            dice.choices(verbs, [3, 1, 1, 4, 4, 1, 4])[0](sent, dice.choice(list(sent.remarks.all())))
        except ConsultationError:
            continue
    consultation.refresh_from_db()


def brute_force(consultation, key) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for remark in Remark.objects.filter(consultation=consultation).select_related(
        "chapter", "passage", "topic", "district"
    ):
        found[key(remark)][remark.standing] += 1
    return dict(found)


def as_dict(lines) -> dict[str, Counter[str]]:
    return {line.key: Counter(dict(line.counts.numbers)) for line in lines if line.counts.total}


@pytest.mark.parametrize("seed", range(6))
def test_every_number_agrees_with_a_count_of_the_remarks(seed):
    consultation = consultation_with_draft()
    live_a_little(consultation, seed)
    summary = summarise(consultation, DURING)
    remarks = list(Remark.objects.filter(consultation=consultation))
    not_proper = {Remark.State.RECEIVED, Remark.State.IMPROPER}
    assert (summary.remarks, summary.senders) == (len(remarks), consultation.submissions.count())
    assert summary.proper == summary.total.proper == sum(one.state not in not_proper for one in remarks)
    assert summary.total.answered == sum(one.state == Remark.State.PUBLISHED for one in remarks)
    assert Counter(dict(summary.total.numbers)) == Counter(one.standing for one in remarks)
    assert as_dict(summary.chapters) == brute_force(consultation, lambda one: one.chapter.code if one.chapter else "")
    assert as_dict(summary.topics) == brute_force(consultation, lambda one: one.topic.slug if one.topic else "")
    assert as_dict(summary.districts) == brute_force(
        consultation, lambda one: one.district.slug if one.district else ""
    )
    assert as_dict(summary.channels) == brute_force(consultation, lambda one: one.channel)
    passages = brute_force(consultation, lambda one: one.passage.code if one.passage else "")
    passages.pop("", None)
    assert as_dict(summary.passages) == passages
    assert [line.counts.total for line in summary.passages] == sorted(
        (sum(counts.values()) for counts in passages.values()), reverse=True
    )
    spoken = {one.district_id for one in remarks}
    assert all(district.pk not in spoken for district in summary.silent_districts)


def test_an_unpublished_decision_counts_as_in_progress(consultation):
    remark_in_state(consultation, "approved")
    summary = summarise(consultation, DURING)
    assert dict(summary.total)[Remark.Standing.IN_PROGRESS] == 1
    assert summary.total.answered == 0
    assert summary.latest == ()


def test_only_the_ten_most_discussed_passages_are_named():
    consultation = consultation_with_draft(chapters=1, passages=MOST_DISCUSSED + 2)
    for position in range(1, MOST_DISCUSSED + 3):
        submission(consultation, new_remarks=[passage_remark(consultation, f"f{position}")] * position)
    passages = summarise(consultation, DURING).passages
    assert [line.counts.total for line in passages] == list(range(MOST_DISCUSSED + 2, 2, -1))


def test_a_chapter_without_remarks_is_named_too(consultation):
    submission(consultation)
    lines = summarise(consultation, DURING).chapters
    assert [(line.number, line.counts.total) for line in lines] == [("1", 1), ("2", 0)]


def test_a_passage_that_a_later_version_dropped_stays_with_its_text_and_without_a_link(consultation):
    submission(consultation)
    draft = consultation.draft
    newer = DraftVersion.objects.create(draft=draft, number=2, published_at=DURING)
    ChapterText.objects.create(version=newer, chapter=draft.chapters.get(code="r2"), number=1, title="Jedyny")
    summary = summarise(consultation, AFTER)
    [line] = summary.passages
    assert (line.number, line.chapter_number) == ("1.1", None)
    assert line.record is not None
    assert "miasto sadzi drzewa" in line.record.text("wording").value
    assert [chapter.key for chapter in summary.chapters] == ["r1", "r2"]


def test_a_version_that_is_not_public_yet_is_not_told(consultation):
    submission(consultation)
    draft = consultation.draft
    future = DraftVersion.objects.create(draft=draft, number=2, published_at=AFTER + dt.timedelta(days=9))
    chapter = ChapterText.objects.create(version=future, chapter=draft.chapters.get(code="r1"), number=7, title="Tajne")
    PassageText.objects.create(
        version=future, chapter=chapter, passage=draft.passages.get(code="f1"), position=1, wording="Tajne."
    )
    summary = summarise(consultation, AFTER)
    assert [line.number for line in summary.chapters] == ["1", "2"]
    assert summary.passages[0].number == "1.1"


@pytest.mark.parametrize(
    ("now", "days", "late"),
    [(DURING, 49, 0), (AFTER, 29, 0), (AFTER + dt.timedelta(days=29), 0, 0), (AFTER + dt.timedelta(days=31), -2, 2)],
)
def test_days_to_the_report_are_calendar_days(consultation, now, days, late):
    summary = summarise(consultation, now)
    assert (summary.days_to_report, summary.days_late) == (days, late)


def test_the_latest_answers_come_first(consultation):
    by = person(Role.COORDINATOR)
    first, second = (remark_in_state(consultation, "approved", by=by) for _ in range(2))
    publish_decision(second, by=by, now=DURING)
    publish_decision(first, by=by, now=DURING + dt.timedelta(hours=1))
    assert summarise(consultation, AFTER).latest == (first, second)


def test_standings_come_in_one_fixed_order(consultation):
    assert [standing for standing, _number in summarise(consultation, DURING).total] == list(STANDINGS)
    assert set(STANDINGS) == set(Remark.Standing)


def test_the_number_of_queries_does_not_grow_and_no_query_reads_the_whole_register():
    def queries(remarks: int) -> int:
        consultation = consultation_with_draft(chapters=3, passages=remarks)
        for position in range(1, remarks + 1):
            remark_in_state(
                consultation,
                "published",
                new_remarks=[
                    passage_remark(
                        consultation,
                        f"f{position}",
                        district=DistrictFactory(),
                        topic=Topic.objects.create(consultation=consultation, slug=f"t{position}", name="T"),
                    )
                ],
                sender=Sender(name="A", email="a@example.org"),
            )
        consultation.refresh_from_db()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            summarise(consultation, AFTER)
        of_remarks = [query["sql"] for query in captured if 'FROM "consultations_remark"' in query["sql"]]
        assert all("LIMIT" in sql for sql in of_remarks)
        return len(captured)

    assert queries(2) == queries(9) <= 12
