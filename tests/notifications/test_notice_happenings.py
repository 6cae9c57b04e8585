"""What becomes public is noticed once; nothing that was public before the first look is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.models import DraftVersion, HistoryEntry, PublicationBatch
from consultations.services.history import record
from notifications.models import Happening, Sighting, Watch
from notifications.services.happenings import record_happenings
from participation.models import Event
from stages.models import Result, Stage
from tests.factories import (
    CLOSES,
    DURING,
    OPENS,
    ConsultationFactory,
    DistrictFactory,
    EventFactory,
    NewsFactory,
    ProcessFactory,
    StageFactory,
    consultation_with_draft,
    person,
)
from tests.factories_participation import ThemeFactory, public_voice

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
LATER = DURING + MINUTE
QUARTER = dt.timedelta(days=92)


def kinds() -> list[str]:
    return list(Happening.objects.order_by("pk").values_list("kind", flat=True))


def look(now: dt.datetime) -> list[str]:
    """What this look has noticed."""
    known = set(Happening.objects.values_list("pk", flat=True))
    record_happenings(now=now)
    return [one.kind for one in Happening.objects.order_by("pk") if one.pk not in known]


def targets(happening: Happening) -> dict[str, int]:
    fields = ("process", "stage", "consultation", "district", "theme", "event")
    return {field: getattr(happening, f"{field}_id") for field in fields if getattr(happening, f"{field}_id")}


def test_the_first_look_takes_the_portal_as_it_is():
    stage = StageFactory()
    EventFactory(process=stage.process, stage=stage, starts_at=DURING + DAY, after_summary="Było dobrze.")
    NewsFactory(process=stage.process, published_at=DURING - MINUTE)
    Result.objects.create(stage=stage, title="Raport")
    record_happenings(now=DURING)
    assert kinds() == []
    assert look(LATER) == []


@pytest.mark.parametrize(
    ("now", "noticed"),
    [
        (OPENS - MINUTE, []),
        (OPENS, ["consultation_opens"]),
        (OPENS + 2 * DAY - MINUTE, ["consultation_opens"]),
        (OPENS + 2 * DAY, []),
        (DURING, []),
        (CLOSES - 3 * DAY - MINUTE, []),
        (CLOSES - 3 * DAY, ["consultation_closes"]),
        (CLOSES - MINUTE, ["consultation_closes"]),
        (CLOSES, []),
    ],
)
def test_terms_are_noticed_even_at_the_first_look_as_the_portal_did_before(consultation, now, noticed):
    assert look(now) == noticed


def test_the_terms_of_a_consultation_each_once(consultation):
    seen = [
        look(moment) for moment in (OPENS - DAY, OPENS, DURING, CLOSES - DAY, CLOSES - MINUTE, CLOSES, CLOSES + DAY)
    ]
    assert seen == [[], ["consultation_opens"], [], ["consultation_closes"], [], ["consultation_closed"], []]
    assert [one.occurred_at for one in Happening.objects.all()] == [OPENS, CLOSES - 3 * DAY, CLOSES]


def test_a_consultation_that_is_not_public_is_not_noticed(consultation):
    consultation.published_at = None
    consultation.save()
    assert look(OPENS) == []


def test_a_later_end_is_told_when_it_nears(consultation):
    record_happenings(now=CLOSES - DAY)
    consultation.closes_at = CLOSES + 10 * DAY
    consultation.save()
    assert look(CLOSES) == []
    assert look(CLOSES + 8 * DAY) == ["consultation_closes"]


def test_a_worker_that_was_down_notices_everything():
    stage = StageFactory()
    record_happenings(now=DURING)
    NewsFactory(process=stage.process, stage=stage, published_at=DURING + DAY)
    ConsultationFactory(process=stage.process, opens_at=DURING + DAY, closes_at=CLOSES, published_at=DURING)
    assert sorted(look(DURING + 3 * DAY)) == ["consultation_opens", "news"]
    assert set(Happening.objects.values_list("occurred_at", flat=True)) == {DURING + DAY}


def test_news_is_noticed_at_its_hour_for_its_stage_and_process():
    stage = StageFactory()
    record_happenings(now=DURING)
    item = NewsFactory(process=stage.process, stage=stage, published_at=DURING + DAY)
    assert look(LATER) == []
    assert look(DURING + DAY) == ["news"]
    found = Happening.objects.get()
    assert (targets(found), found.context) == ({"stage": stage.pk, "process": stage.process_id}, {"news": item.pk})


def test_news_with_an_earlier_date_happened_when_it_became_public():
    process = ProcessFactory()
    record_happenings(now=DURING - 10 * DAY)
    record_happenings(now=DURING)
    NewsFactory(process=process, published_at=DURING - 5 * DAY)
    record_happenings(now=LATER)
    assert Happening.objects.get().occurred_at == LATER


def test_old_news_that_is_brought_in_is_no_news():
    record_happenings(now=DURING)
    NewsFactory(published_at=DURING - 400 * DAY)
    assert look(LATER) == []


def planned(**fields) -> Event:
    stage = StageFactory()
    return EventFactory(
        process=stage.process, stage=stage, district=DistrictFactory(), **({"starts_at": DURING + 9 * DAY} | fields)
    )


def change(event: Event, **fields) -> None:
    Event.objects.filter(pk=event.pk).update(**fields)


def test_an_event_concerns_its_stage_process_and_district():
    record_happenings(now=DURING)
    event = planned()
    assert look(LATER) == ["event_announced"]
    assert targets(Happening.objects.get()) == {
        "event": event.pk,
        "stage": event.stage_id,
        "process": event.process_id,
        "district": event.district_id,
    }


@pytest.mark.parametrize(
    ("fields", "noticed"),
    [
        ({"state": "cancelled"}, ["event_cancelled"]),
        ({"starts_at": DURING + 5 * DAY}, ["event_moved"]),
        ({"after_summary": "Było dobrze."}, ["event_summarised"]),
        ({"state": "cancelled", "starts_at": DURING + 5 * DAY}, ["event_cancelled"]),
        ({"starts_at": DURING - 5 * DAY}, []),
        ({"state": "held"}, []),
        ({"state": "draft"}, []),
        ({"title": "Inny tytuł"}, []),
    ],
)
def test_what_is_noticed_of_an_event_that_changes(fields, noticed):
    event = planned()
    record_happenings(now=DURING)
    change(event, **fields)
    assert look(LATER) == noticed
    assert look(LATER + MINUTE) == []


def test_an_event_moved_there_and_back_and_called_off_twice_is_told_each_time():
    event = planned()
    record_happenings(now=DURING)
    seen: list[Any] = []
    steps: list[dict[str, Any]] = [
        {"starts_at": DURING + 5 * DAY},
        {"starts_at": DURING + 9 * DAY},
        {"starts_at": DURING + 5 * DAY},
        {"state": "cancelled"},
        {"state": "planned"},
        {"state": "cancelled"},
    ]
    for number, fields in enumerate(steps):
        change(event, **fields)
        seen += look(LATER + number * MINUTE)
    assert seen == ["event_moved"] * 3 + ["event_cancelled", "event_restored", "event_cancelled"]


@pytest.mark.parametrize("state", ["draft", "cancelled", "held"])
def test_an_event_that_was_never_planned_is_not_announced(state):
    record_happenings(now=DURING)
    planned(state=state)
    assert look(LATER) == []


def test_an_event_of_the_past_that_is_brought_in_is_no_news():
    record_happenings(now=DURING)
    planned(starts_at=DURING - 3 * DAY, after_summary="Było dobrze.")
    assert look(LATER) == []


def test_a_draft_is_noticed_when_it_becomes_public():
    record_happenings(now=DURING)
    event = planned(state="draft")
    assert look(LATER) == []
    change(event, state="planned")
    assert look(LATER + MINUTE) == ["event_announced"]


def test_a_stage_begins_and_ends_by_the_calendar():
    stage = StageFactory()  # the fourth quarter of 2021
    seen = [look(OPENS - QUARTER), look(DURING), look(DURING + QUARTER)]
    assert seen == [[], ["stage_begun"], ["stage_ended"]]
    assert targets(Happening.objects.first()) == {"stage": stage.pk, "process": stage.process_id}


def test_a_stage_begins_when_staff_say_so():
    stage = StageFactory(state_override="upcoming")
    record_happenings(now=DURING)
    Stage.objects.filter(pk=stage.pk).update(state_override="current")
    assert look(LATER) == ["stage_begun"]


def test_a_stage_that_is_brought_in_with_its_results_is_no_news():
    record_happenings(now=DURING)
    Result.objects.create(stage=StageFactory(), title="Raport")
    assert look(LATER) == []


def test_a_result_added_to_a_stage_is_noticed():
    stage = StageFactory()
    record_happenings(now=DURING)
    Result.objects.create(stage=stage, title="Raport")
    assert look(LATER) == ["stage_result"]


def test_a_new_version_of_the_draft_and_not_the_first():
    record_happenings(now=OPENS - DAY)
    consultation = consultation_with_draft()
    assert look(OPENS) == ["consultation_opens"]
    DraftVersion.objects.create(draft=consultation.draft, number=2, published_at=DURING)
    assert look(DURING) == ["draft_version"]


@pytest.mark.parametrize(
    ("shown", "noticed_at"), [("at_once", DURING + MINUTE), ("after_closing", CLOSES)], ids=["at_once", "after_closing"]
)
def test_answers_are_noticed_when_the_public_may_read_them(shown, noticed_at):
    consultation = ConsultationFactory(remarks_shown=shown)
    record_happenings(now=DURING)
    PublicationBatch.objects.create(
        consultation=consultation, number=1, made_at=LATER, published_at=LATER, asked=3, answers=3, senders=2
    )
    assert ("answers" in look(LATER)) is (noticed_at == LATER)
    record_happenings(now=CLOSES)
    assert Happening.objects.get(kind="answers").occurred_at == noticed_at


def test_a_publication_without_answers_is_no_news():
    consultation = ConsultationFactory()
    record_happenings(now=DURING)
    PublicationBatch.objects.create(consultation=consultation, number=1, made_at=LATER, published_at=LATER)
    assert look(LATER) == []


def test_a_report_and_its_correction():
    consultation = ConsultationFactory()
    record_happenings(now=CLOSES)
    verb = HistoryEntry.Verb.FREEZE_REPORT
    by = person(Role.COORDINATOR)
    record(verb, consultation=consultation, by=by, at=CLOSES + DAY, after={"number": "1/2022"})
    assert look(CLOSES + DAY) == ["report"]
    record(verb, consultation=consultation, by=by, at=CLOSES + 2 * DAY, after={"number": "2/2022"})
    assert look(CLOSES + 3 * DAY) == ["report_corrected"]
    assert list(Happening.objects.values_list("context__number", flat=True)) == ["1/2022", "2/2022"]


def test_voices_on_a_theme_are_counted_when_their_day_is_over():
    theme = ThemeFactory()
    record_happenings(now=DURING)
    for _ in range(3):
        public_voice(theme=theme, process=theme.process)
    public_voice(process=theme.process)
    assert look(LATER) == []
    assert look(DURING + 14 * dt.timedelta(hours=1)) == ["voices"]
    found = Happening.objects.get()
    assert (targets(found), found.context) == ({"theme": theme.pk}, {"count": 3, "day": "2021-12-01"})
    assert look(DURING + 2 * DAY) == []


@pytest.mark.parametrize(
    ("portal", "process", "concerned"),
    [(False, False, {"event"}), (False, True, {"event", "process"}), (True, False, {"event", "process"})],
)
def test_the_followers_of_real_things_hear_nothing_of_what_is_invented(settings, portal, process, concerned):
    settings.DEMONSTRATION = portal
    parent = ProcessFactory(is_demonstration=process)
    record_happenings(now=DURING)
    EventFactory(process=parent, starts_at=DURING + DAY, is_demonstration=True)
    record_happenings(now=LATER)
    found = Happening.objects.get()
    assert found.is_demonstration
    assert set(targets(found)) == concerned


def test_a_look_that_fails_has_noticed_nothing(monkeypatch):
    record_happenings(now=DURING)
    planned()
    monkeypatch.setattr(Watch, "save", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        record_happenings(now=LATER)
    monkeypatch.undo()
    assert (Happening.objects.count(), Sighting.objects.filter(record__startswith="event").count()) == (0, 0)
    assert look(LATER) == ["event_announced"]


def test_a_worker_whose_clock_is_behind_looks_no_further(consultation):
    record_happenings(now=DURING)
    planned()
    assert record_happenings(now=DURING - MINUTE) == 0


def test_queries_do_not_grow_with_what_there_is():
    def queries(now) -> int:
        with CaptureQueriesContext(connection) as captured:
            record_happenings(now=now)
        return len(captured)

    def more(now) -> None:
        stage = StageFactory()
        NewsFactory(process=stage.process, published_at=now - DAY * 40)
        EventFactory(process=stage.process, starts_at=now + DAY)
        consultation = consultation_with_draft(chapters=1, passages=1)
        DraftVersion.objects.create(draft=consultation.draft, number=2, published_at=now - 40 * DAY)

    record_happenings(now=DURING - 2 * MINUTE)
    more(DURING)
    few = queries(DURING)
    Happening.objects.all().delete()
    Sighting.objects.all().delete()
    for _ in range(5):
        more(DURING)
    # What is new is written row by row; the rest of the queries are the same.
    before = Happening.objects.count()
    many = queries(LATER)
    assert many - few <= Happening.objects.count() - before
