"""The front page shows what matters now, and stands also in an empty portal."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Remark
from consultations.places import with_places
from consultations.services.submissions import Sender
from consultations.services.summaries import publish_summary
from participation.models import Figure
from summaries.counts import answers_of
from summaries.front import Pair, front_page
from tests.factories import (
    AFTER,
    CLOSES,
    DURING,
    OPENS,
    ConsultationFactory,
    DistrictFactory,
    EventFactory,
    FigureFactory,
    NewsFactory,
    ProcessFactory,
    StageFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]


def main_process(**fields):
    return ProcessFactory(is_main=True, **fields)


def page(client, language=""):
    answer = client.get(f"{language}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_an_empty_portal_has_a_front_page(client, language):
    assert "<h1>" in page(client, language)


def test_it_is_the_same_for_everybody_and_may_be_kept(client):
    answer = client.get("/")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Jaki ma być Lublin w 2030 roku?", "w\u00a0<mark>2030</mark> roku?"),
        ("2030 czy 2040?", "<mark>2030</mark> czy 2040?"),
        ("Jaki ma być Lublin?", "<h1>Jaki ma być Lublin?</h1>"),
        ("<b>2030</b>", "&lt;b&gt;<mark>2030</mark>&lt;/b&gt;"),
        ("Numer 120301", "<h1>Numer 120301</h1>"),
    ],
)
def test_the_year_of_the_question_is_marked(client, question, shown):
    main_process(question=question)
    assert shown in page(client)


def test_a_question_that_is_not_translated_says_its_language(client):
    main_process()
    assert '<h1><span lang="pl">Jaki ma być Lublin' in page(client, "/en")


def test_of_open_consultations_the_one_that_closes_first_is_shown():
    later = ConsultationFactory(closes_at=CLOSES + dt.timedelta(days=3))
    first = ConsultationFactory()
    now = front_page(DURING).now
    assert now is not None
    assert (now.consultation, now.also_open) == (first, (later,))


def test_the_open_one_shows_its_days_and_its_numbers(client, consultation):
    submission(consultation, remarks=3)
    submission(consultation)
    shown = page(client, "/en")
    assert '<b class="num">19</b>' in shown
    assert 'value="17" max="36"' in shown
    assert '<b class="num">4</b> remarks' in shown
    assert 'from <b class="num">2</b> people' in shown
    assert f'href="/en/konsultacje/{consultation.slug}/projekt/"' in shown


def test_on_the_last_day_it_says_so(client, consultation, during):
    during.move_to(CLOSES - dt.timedelta(hours=2))
    assert "Today is the last day" in page(client, "/en")


def test_before_the_opening_the_next_one_is_announced(client, consultation, during):
    consultation.published_at = OPENS - dt.timedelta(days=9)
    consultation.save()
    during.move_to(OPENS - dt.timedelta(days=1))
    assert "It opens on 15 November 2021" in page(client, "/en")


def test_after_the_end_the_latest_one_stands_with_its_result(client, consultation, during):
    remark_in_state(consultation, "published")
    submission(consultation)
    during.move_to(AFTER)
    shown = page(client, "/en")
    assert 'has answered <b class="num">1</b> remark.' in shown
    assert f"/konsultacje/{consultation.slug}/uwagi/" in shown
    publish_summary(consultation, by=person(Role.COORDINATOR), now=AFTER)
    assert f'href="/en/podsumowanie/{consultation.slug}/"' in page(client, "/en")


def test_a_consultation_that_is_not_public_is_not_told():
    ConsultationFactory(published_at=None)
    assert front_page(DURING).now is None


def test_the_extract_takes_the_people_of_the_stage_that_counted_most(client):
    process = main_process()
    one, two = StageFactory(process=process, number=1), StageFactory(process=process, number=2)
    FigureFactory(process=process, stage=one, value=5000)
    FigureFactory(process=process, stage=two, value=773, activity="Punkty")
    whole = FigureFactory(process=process, stage=two, value=1500, qualifier="nearly", activity="Kafejka")
    FigureFactory(process=process, stage=two, value=9999, unit=Figure.Unit.OPINIONS)
    FigureFactory(process=process, stage=two, value=40, part_of=whole, activity="Część")
    extract = front_page(DURING).extract
    assert extract is not None
    assert [(row.figure.activity, row.most) for row in extract.rows] == [("Kafejka", 1500), ("Punkty", 1500)]
    shown = page(client, "/en")
    assert "nearly 1,500" in shown
    assert 'class="est"' in shown


def test_pairs_show_published_answers_only_and_name_nobody(client, consultation):
    new = [
        passage_remark(
            consultation,
            "f1",
            wording="Fragment 1.1: miasto sadzi duże drzewa.",
            district=DistrictFactory(name="Felin"),
        )
    ]
    sender = Sender(name="Żaneta Tajna", email="tajna@example.org")
    remark_in_state(consultation, "published", new_remarks=new, sender=sender)
    remark_in_state(consultation, "approved", new_remarks=[passage_remark(consultation, change="Jeszcze tajne.")])
    shown = page(client)
    assert re.search(r"<ins>\s*duże\s*</ins>", shown)
    assert "Felin" in shown
    assert "Słusznie." in shown
    assert "Jeszcze tajne" not in shown
    assert "Żaneta" not in shown
    assert "tajna@example.org" not in shown


def test_each_pair_leads_to_the_register_of_its_own_consultation(client, consultation, monkeypatch):
    both = [consultation, consultation_with_draft()]
    for one in both:
        remark_in_state(one, "published")
    placed = with_places(Remark.objects.for_public_table(DURING))
    pairs = tuple(Pair(one, answers_of(one.remark)[-1], None) for one in placed)
    monkeypatch.setattr("summaries.front._pairs", lambda now: pairs)
    shown = page(client)
    assert [f'href="{reverse("consultations:register", args=[one.slug])}"' in shown for one in both] == [True, True]


def test_markup_in_a_remark_is_text(client, consultation):
    new = [
        passage_remark(
            consultation, change="<script>alert(1)</script>", wording="Fragment 1.1: <b>miasto</b> sadzi drzewa."
        )
    ]
    remark_in_state(consultation, "published", new_remarks=new)
    shown = page(client)
    assert "<script>alert" not in shown
    assert "<b>miasto" not in shown


def test_news_and_events_are_the_three_nearest(client):
    process = main_process()
    for day in range(5):
        NewsFactory(process=process, title=f"Nowina {day}", published_at=DURING - dt.timedelta(days=day))
        EventFactory(process=process, title=f"Spotkanie {day}", starts_at=DURING + dt.timedelta(days=day, hours=1))
    EventFactory(process=process, title="Minione", starts_at=DURING - dt.timedelta(days=1))
    EventFactory(process=process, title="Szkic", starts_at=DURING + dt.timedelta(hours=1), state="draft")
    NewsFactory(process=process, title="Przyszła", published_at=AFTER)
    found = front_page(DURING)
    assert [item.title for item in found.news] == ["Nowina 0", "Nowina 1", "Nowina 2"]
    assert [item.title for item in found.events] == ["Spotkanie 0", "Spotkanie 1", "Spotkanie 2"]


def test_what_is_invented_is_marked(client, consultation):
    consultation.is_demonstration = True
    consultation.save()
    assert 'class="demo"' in page(client)


def test_at_most_twenty_queries_however_much_there_is(client, during):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    process = main_process()
    consultation = consultation_with_draft(process=process)
    remark_in_state(consultation, "published")
    during.move_to(AFTER)
    few = queries()
    for number in range(1, 9):
        stage = StageFactory(process=process, number=number)
        FigureFactory(process=process, stage=stage)
        NewsFactory(process=process, stage=stage)
        EventFactory(process=process, stage=stage, starts_at=AFTER, district=DistrictFactory())
        remark_in_state(consultation_with_draft(process=process), "published")
    assert few <= queries() <= 20
