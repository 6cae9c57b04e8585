"""A figure is corrected by its verb: what it said, who changed it, when and why stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from participation.errors import FigureChanged, FigureInItself, NotPermitted, ReasonMissing
from participation.models import Attendance, Figure, FigureRevision
from participation.services.attendance import record_attendance
from participation.services.figures import Counted, correct_figure
from tests.factories import DURING, FigureFactory, ProcessFactory, StageFactory, person
from tests.factories_participation import held_event

pytestmark = pytest.mark.django_db
CORRECTORS = {Role.EDITOR, Role.COORDINATOR, Role.ADMINISTRATOR}


@pytest.fixture
def figure() -> Figure:
    main = ProcessFactory(is_main=True)
    return FigureFactory(process=main, stage=StageFactory(process=main, number=2), value=540, source="Notatka")


@pytest.fixture
def editor() -> User:
    return person(Role.EDITOR)


def correct(figure: Figure, by: User, why: str = "Pomyłka w druku.", **changed: Any) -> FigureRevision | None:
    return correct_figure(figure, counted=replace(Counted.of(figure), **changed), why=why, by=by, now=DURING)


def test_a_correction_keeps_what_stood_there_with_who_when_and_why(figure: Figure, editor: User) -> None:
    figure.translate("source", "en", "Note")
    figure.save()
    correct(figure, editor, value=548, qualifier="about", source="Prezentacja", sources={"en": "Presentation"})
    kept = figure.corrections.get()
    assert (kept.value, kept.qualifier, kept.source, kept.text("source", "en").value) == (
        540,
        "exact",
        "Notatka",
        "Note",
    )
    assert (kept.corrected_by, kept.corrected_at, kept.why, kept.number) == (editor, DURING, "Pomyłka w druku.", 0)
    now = Figure.objects.get(pk=figure.pk)
    assert (now.value, now.qualifier, now.source, now.text("source", "en").value) == (
        548, "about", "Prezentacja", "Presentation",
    )  # fmt: skip


def test_the_same_again_is_no_correction(figure: Figure, editor: User) -> None:
    assert correct(figure, editor, why="") is None
    assert not FigureRevision.objects.exists()


def test_of_two_corrections_of_the_same_the_second_is_refused(figure: Figure, editor: User) -> None:
    opened = Figure.objects.get(pk=figure.pk)
    correct(figure, editor, value=548)
    with pytest.raises(FigureChanged):
        correct(opened, editor, value=600)
    assert Figure.objects.get(pk=figure.pk).value == 548
    assert FigureRevision.objects.count() == 1


def test_a_correction_needs_a_reason(figure: Figure, editor: User) -> None:
    with pytest.raises(ReasonMissing):
        correct(figure, editor, why=" \n", value=548)


def test_a_figure_becomes_no_part_of_itself(figure: Figure, editor: User) -> None:
    part = FigureFactory(process=figure.process, part_of=figure)
    with pytest.raises(FigureInItself):
        correct(figure, editor, part_of=part)


@pytest.mark.parametrize("role", Role)
def test_only_some_roles_correct(figure: Figure, role: Role) -> None:
    if role in CORRECTORS:
        assert correct(figure, person(role), value=548)
    else:
        with pytest.raises(NotPermitted):
            correct(figure, person(role), value=548)


@pytest.mark.parametrize("statement", ["UPDATE {} SET value = 1", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was(figure: Figure, editor: User, statement: str) -> None:
    correct(figure, editor, value=548)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("participation_figurerevision"))
    assert FigureRevision.objects.get().value == 540


# -- What people see -------------------------------------------------------------------------------------------------


def test_residents_read_when_it_was_corrected_and_what_it_was_but_not_why(
    client: Client, figure: Figure, editor: User
) -> None:
    correct(figure, editor, why="Zadzwoniła Anna Nowak.", value=548)
    for path in ("/liczby/", "/etapy/2/", "/liczby/osoby/"):
        page = client.get(path).content.decode()
        assert "1 grudnia 2021" in page
        assert "540 osób" in page
        assert "Anna Nowak" not in page


def test_an_events_page_says_what_its_attendance_was_before(client: Client, editor: User) -> None:
    event = held_event(slug="punkt")
    first = record_attendance(event, count=40, method=Attendance.Method.HEADCOUNT, by=editor, now=DURING)
    record_attendance(event, count=45, method=Attendance.Method.HEADCOUNT, by=editor, corrects=first, now=DURING)
    page = client.get("/wydarzenia/punkt/").content.decode()
    assert page.index("45 osób") < page.index("40 osób")


# -- The desk ---------------------------------------------------------------------------------------------------------


def form(figure: Figure, **fields: Any) -> dict[str, Any]:
    data = {
        "revision": figure.revision, "value": figure.value, "unit": figure.unit, "qualifier": figure.qualifier,
        "events_count": "", "events_qualifier": "", "source": figure.source, "source_en": "", "source_uk": "",
        "part_of": "", "event": "", "event_kind": figure.event_kind, "why": "Pomyłka w druku.",
    }  # fmt: skip
    return data | fields


@pytest.mark.parametrize("role", [None, *Role])
def test_the_page_opens_by_role(client: Client, sign_in, figure: Figure, role: Role | None) -> None:
    if role:
        sign_in(role)
    expected = 302 if role is None else 200 if role in CORRECTORS else 403
    assert client.get(f"/biurko/liczby/{figure.pk}/popraw/").status_code == expected


def test_the_desk_corrects_a_figure(client: Client, sign_in, figure: Figure) -> None:
    sign_in(Role.EDITOR)
    page = f"/biurko/liczby/{figure.pk}/popraw/"
    assert client.post(page, form(figure, value="548", event_kind="mobile_point")).status_code == 302
    figure.refresh_from_db()
    assert (figure.value, figure.event_kind, figure.revision) == (548, "mobile_point", 1)
    assert "540" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"why": ""}, "why"),
        ({"unit": ""}, "unit"),
        ({"value": ""}, "value"),
        ({"value": "-5"}, "value"),
        ({"source": ""}, "source"),
        ({"part_of": "999999"}, "part_of"),
        ({"event_kind": "balet"}, "event_kind"),
    ],
)
def test_a_wrong_correction_gets_a_sentence_beside_the_field(
    client: Client, sign_in, figure: Figure, fields: dict[str, str], wrong: str
) -> None:
    sign_in(Role.EDITOR)
    answer = client.post(f"/biurko/liczby/{figure.pk}/popraw/", form(figure, **fields))
    assert set(answer.context["form"].errors) == {wrong}
    assert not FigureRevision.objects.exists()


def test_whoever_comes_second_is_told_and_loses_nothing(client: Client, sign_in, figure: Figure) -> None:
    sign_in(Role.EDITOR)
    page = f"/biurko/liczby/{figure.pk}/popraw/"
    stale = form(figure, value="600", why="Mój powód.")
    client.post(page, form(figure, value="548"))
    answer = client.post(page, stale)
    assert answer.status_code == 409
    assert "Mój powód." in answer.content.decode()
    assert Figure.objects.get(pk=figure.pk).value == 548


def test_the_record_page_leads_there_and_changes_nothing_that_was_counted(
    client: Client, sign_in, figure: Figure
) -> None:
    sign_in(Role.EDITOR)
    page = reverse("admin:participation_figure_change", args=[figure.pk])
    assert f"/biurko/liczby/{figure.pk}/popraw/" in client.get(page).content.decode()
    data = {
        "process": figure.process_id, "stage": figure.stage_id, "activity": "Punkty", "position": "3", "value": "9",
        "source": "Skądinąd", "note": "", "activity_en": "Points", "activity_uk": "", "note_en": "", "note_uk": "",
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    figure.refresh_from_db()
    assert (figure.activity, figure.position, figure.value, figure.source) == ("Punkty", 3, 540, "Notatka")
    assert figure.text("activity", "en").value == "Points"
