"""The list of consultations: what is open leads, and what is not public does not exist."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.factories import DURING, ConsultationFactory, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

DAY = dt.timedelta(days=1)


def page(client):
    return client.get(reverse("consultations:list"))


def titles(response, group):
    return [item.consultation.title for item in response.context[group]]


def test_open_ones_come_in_the_order_of_their_end(client):
    ConsultationFactory(title="Later")
    ConsultationFactory(title="Sooner", closes_at=DURING + DAY)
    assert titles(page(client), "open") == ["Sooner", "Later"]


def test_each_consultation_stands_under_its_phase(client):
    ConsultationFactory(title="Coming", opens_at=DURING + DAY, closes_at=DURING + 9 * DAY)
    ConsultationFactory(title="Over", opens_at=DURING - 9 * DAY, closes_at=DURING)
    ConsultationFactory(title="Over before", opens_at=DURING - 9 * DAY, closes_at=DURING - DAY)
    response = page(client)
    assert titles(response, "open") == []
    assert titles(response, "upcoming") == ["Coming"]
    assert titles(response, "closed") == ["Over", "Over before"]


def test_the_end_is_told_in_days_and_in_words(client):
    ConsultationFactory()
    html = page(client).content.decode()
    assert '<b class="num">19</b> <span>dni do końca' in html
    assert "do 20 grudnia 2021, godz. 23:59" in html


def test_the_last_day_is_called_so(client):
    ConsultationFactory(closes_at=DURING + dt.timedelta(hours=1))
    assert "ostatni dzień" in page(client).content.decode()


def test_counts_come_from_the_counters(client, consultation):
    submission(consultation, remarks=3)
    submission(consultation)
    html = page(client).content.decode()
    assert "<b>4</b> uwagi" in html
    assert "od <b>2</b> osób i organizacji" in html


def test_what_is_invented_is_marked(client):
    ConsultationFactory(is_demonstration=True)
    assert page(client).content.decode().count('class="demo"') == 1


@pytest.mark.parametrize("published_at", [None, DURING + DAY])
def test_unpublished_ones_are_not_listed(client, published_at):
    ConsultationFactory(title="Secret", published_at=published_at)
    assert "Secret" not in page(client).content.decode()


def test_queries_do_not_grow_with_the_consultations(client, connection_queries):
    ConsultationFactory()
    few = connection_queries(lambda: page(client))
    for _more in range(8):
        ConsultationFactory()
    assert connection_queries(lambda: page(client)) == few <= 3
