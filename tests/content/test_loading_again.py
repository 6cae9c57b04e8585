"""A second load changes nothing, keeps what staff did, and lets the open consultation follow today."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from consultations.models import Consultation
from lublin2030.lib.dates import warsaw
from participation.models import Event, Figure
from stages.models import News, Page, Process, Stage
from tests import factories
from tests.content.conftest import load

pytestmark = pytest.mark.usefixtures("content")


def everything() -> dict[str, tuple[int, str]]:
    """Of each table the number of rows and a digest of their values."""
    tables = {}
    for model in apps.get_models(include_auto_created=True):
        rows = [repr(row) for row in model._default_manager.order_by("pk").values_list()]
        tables[model._meta.label] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return tables


@pytest.fixture
def current():
    return Consultation.objects.get(slug="strategia-zieleni")


@pytest.mark.parametrize("options", [(), ("--add-missing",)])
@pytest.mark.parametrize("later", [dt.timedelta(0), dt.timedelta(hours=11), dt.timedelta(days=17)])
def test_a_second_load_changes_no_table(content, options, later):
    before = everything()
    content.shift(later)
    load(*options)
    assert everything() == before


def test_a_second_load_asks_little():
    with CaptureQueriesContext(connection) as queries:
        said = load()
    # Is each of the nine units there, and the open consultation's end, in a savepoint.
    assert len(queries) == 12
    assert said.count("already loaded") == 3


def test_what_staff_edited_stays():
    Stage.objects.filter(process__is_main=True, number=6).update(summary="Nowe streszczenie.")
    Figure.objects.filter(value=548).update(value=549)
    load()
    load("--add-missing")
    assert Stage.objects.of_main_process().get(number=6).summary == "Nowe streszczenie."
    assert not Figure.objects.filter(value=548).exists()


def test_what_staff_deleted_does_not_come_back():
    News.objects.filter(slug="powolalismy-rade-strategii").delete()
    User.objects.filter(email="editor@example.org").delete()
    load()
    assert not News.objects.filter(slug="powolalismy-rade-strategii").exists()
    assert not User.objects.filter(email="editor@example.org").exists()


def test_what_is_missing_comes_back_when_asked_for():
    News.objects.filter(slug="powolalismy-rade-strategii").delete()
    assert "1 records created" in load("--add-missing")
    assert News.objects.filter(slug="powolalismy-rade-strategii").exists()


def test_a_page_of_staff_at_the_same_address_is_left_alone():
    Page.objects.filter(slug="kontakt").delete()
    Page.objects.create(slug="kontakt", title="Kontakt", body="Pisz do nas.")
    load("--add-missing")
    assert Page.objects.get(slug="kontakt").body == "Pisz do nas."


def test_a_stage_of_staff_in_the_place_of_a_deleted_one_is_left_alone():
    main = Process.objects.get(is_main=True)
    stage = Stage.objects.get(process=main, number=5)
    stage.figures.all().delete()
    stage.delete()
    own = factories.StageFactory(process=main, number=5, title="Po swojemu")
    load("--add-missing")
    assert Stage.objects.get(process=main, number=5) == own


def test_a_portal_with_a_main_process_of_its_own_is_told_what_to_do():
    Process.objects.filter(is_main=True).update(seed_key="process:other")
    with pytest.raises(CommandError, match="another main process"):
        load("--add-missing")


@pytest.mark.parametrize("days", [19, 21, 400])
def test_a_start_near_or_after_the_end_moves_the_end(content, current, days):
    content.shift(dt.timedelta(days=days))
    opened = current.opens_at
    assert "follow today again" in load()
    current.refresh_from_db()
    assert current.is_open(timezone.now())
    assert 20 <= (current.closes_at - timezone.now()).days <= 21
    assert current.opens_at == opened


def test_the_end_moves_once_a_day(content):
    content.shift(dt.timedelta(days=30))
    load()
    before = everything()
    load()
    assert everything() == before


def test_coming_events_and_stages_go_along(content, current):
    content.shift(dt.timedelta(days=100))
    load()
    now = timezone.now()
    assert Event.objects.filter(process=current.process, state="planned").coming(now).count() == 2
    assert [stage.state for stage in current.process.stages.all()] == ["done", "current", "upcoming"]


def test_an_event_that_staff_moved_stays_where_they_put_it(content, current):
    event = Event.objects.filter(process=current.process, kind="workshop")
    event.update(starts_at=warsaw(2026, 5, 5, 18), ends_at=None)
    content.shift(dt.timedelta(days=30))
    load()
    assert event.get().starts_at == warsaw(2026, 5, 5, 18)


def test_stages_that_staff_moved_stay_where_they_put_them(content, current):
    Stage.objects.filter(process=current.process, number=1).update(state_override="", first_quarter="2024-1")
    content.shift(dt.timedelta(days=200))
    load()
    assert str(current.process.stages.get(number=1).first_quarter) == "2024-1"
    assert str(current.process.stages.get(number=2).last_quarter) == "2026-1"


def test_an_end_that_staff_set_stays_even_when_it_has_passed(content, current):
    LogEntry.objects.create(
        user=User.objects.get(email="coordinator@example.org"),
        content_type=ContentType.objects.get_for_model(Consultation),
        object_id=str(current.pk),
        object_repr=str(current),
        action_flag=CHANGE,
    )
    content.shift(dt.timedelta(days=60))
    before = everything()
    load()
    assert everything() == before
