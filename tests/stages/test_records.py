"""Who may open the record pages of what residents read, and how translations are written there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts.roles import Role
from participation.models import DiscussionTopic, District, Event, Figure, WorkingGroup
from stages.models import Document, Milestone, News, Page, Process, Result, Stage
from tests.factories import NewsFactory, ProcessFactory, StageFactory, person

pytestmark = pytest.mark.django_db
MODELS = [
    Process, Stage, Result, Milestone, Document, News, Page, District, Event, Figure, WorkingGroup, DiscussionTopic,
]  # fmt: skip
MAY = {
    Role.EDITOR: {"view", "add", "change", "delete"},
    Role.COORDINATOR: {"view", "add", "change"},
    Role.ADMINISTRATOR: {"view", "add", "change", "delete"},
    Role.EXPERT: set(),
    Role.COUNCILLOR: set(),
    Role.AUDITOR: set(),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_with_each_record_what_the_table_says(rf, role: Role) -> None:
    request = rf.get("/")
    request.user = person(role)
    for model in MODELS:
        records = admin.site.get_model_admin(model)
        may = {
            verb for verb in ("view", "add", "change", "delete") if getattr(records, f"has_{verb}_permission")(request)
        }
        assert (model, may) == (model, MAY[role])
        assert records.has_module_permission(request) is bool(MAY[role])


@pytest.mark.parametrize("model", MODELS)
def test_an_editor_opens_the_list_and_an_empty_form(client: Client, sign_in, model: type[models.Model]) -> None:
    sign_in(Role.EDITOR)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist")).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 200


@pytest.mark.parametrize("role", [Role.EXPERT, Role.COUNCILLOR, Role.AUDITOR])
def test_others_are_turned_away(client: Client, sign_in, role: Role) -> None:
    sign_in(role)
    news = NewsFactory()
    assert client.get(f"/zaplecze/stages/news/{news.pk}/change/").status_code in {302, 403}


def test_translations_are_written_beside_the_polish_text_and_read_in_their_language(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    news = NewsFactory(slug="rada", title="Rada powołana", lead="Działa od dziś.")
    url = f"/zaplecze/stages/news/{news.pk}/change/"
    assertContains(client.get(url), 'name="title_uk"')
    data = {
        "slug": "rada", "process": news.process_id, "title": "Rada powołana", "lead": "Działa od dziś.",
        "published_at_0": "2021-11-15", "published_at_1": "10:00", "title_en": "Council appointed",
        "title_uk": "Раду створено", "lead_en": "", "lead_uk": "", "body_en": "", "body_uk": "",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    news.refresh_from_db()
    assert news.translations["en"] == {"title": "Council appointed"}
    assert news.translations["uk"] == {"title": "Раду створено"}
    assertContains(client.get("/en/aktualnosci/rada/"), "<h1>Council appointed</h1>", html=True)
    assertContains(client.get("/en/aktualnosci/rada/"), '<span lang="pl">Działa od dziś.</span>', html=True)
    assertContains(client.get(url), 'value="Council appointed"')
    assert client.post(url, data | {"title_en": ""}).status_code == 302
    assertContains(client.get("/en/aktualnosci/rada/"), '<span lang="pl">Rada powołana</span>', html=True)


def stage_data(process: Process, **fields: str) -> dict[str, object]:
    return {
        "process": process.pk, "number": "1", "title": "Koncepcja", "short_title": "Koncepcja",
        "first_quarter": "2021-3", "last_quarter": "2021-4",
    } | fields  # fmt: skip


def test_a_stage_is_added_with_its_quarters(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    process = ProcessFactory()
    assert client.post("/zaplecze/stages/stage/add/", stage_data(process)).status_code == 302
    assert str(process.stages.get().last_quarter) == "2021-4"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"last_quarter": "2021-2"}, "last_quarter"),
        ({"first_quarter": "wiosna"}, "first_quarter"),
        ({"first_quarter": "2021-5"}, "first_quarter"),
        ({"number": "40"}, "number"),
        ({"number": "0"}, "number"),
    ],
)
def test_a_wrong_stage_gets_a_sentence_beside_the_field(
    client: Client, sign_in, fields: dict[str, str], wrong: str
) -> None:
    sign_in(Role.EDITOR)
    answer = client.post("/zaplecze/stages/stage/add/", stage_data(ProcessFactory(), **fields))
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {wrong}
    assert not Stage.objects.exists()


@pytest.mark.parametrize("number", ["0", "40", "", "x", "99999999999999999999"])
def test_a_stage_keeps_its_number_when_the_new_one_has_no_numeral(client: Client, sign_in, number: str) -> None:
    sign_in(Role.EDITOR)
    stage = StageFactory(number=3)
    sent = {"process": stage.process_id, "number": number, "title": "x", "short_title": "x"}
    answer = client.post(reverse("admin:stages_stage_change", args=[stage.pk]), sent)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["number"]
    stage.refresh_from_db()
    assert stage.number == 3


def test_a_second_main_process_is_refused(client: Client, sign_in) -> None:
    sign_in(Role.ADMINISTRATOR)
    ProcessFactory(is_main=True)
    data = {"slug": "b", "name": "B", "first_quarter": "2021-1", "last_quarter": "2021-1", "is_main": "on"}
    answer = client.post("/zaplecze/stages/process/add/", data)
    assert "is_main" in answer.context["adminform"].form.errors


def test_news_cannot_stand_under_another_processs_stage(client: Client, sign_in) -> None:
    sign_in(Role.EDITOR)
    data = {"slug": "x", "title": "X", "process": ProcessFactory().pk, "stage": StageFactory().pk}
    answer = client.post("/zaplecze/stages/news/add/", data)
    assert "stage" in answer.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "url"),
        ({"url": "https://example.org/", "file": SimpleUploadedFile("a.pdf", b"x")}, "url"),
        ({"file": SimpleUploadedFile("strona.html", b"<script>")}, "file"),
        ({"file": SimpleUploadedFile("rysunek.svg", b"<svg/>")}, "file"),
    ],
)
def test_a_document_is_a_fit_file_or_a_link(client: Client, sign_in, fields: dict[str, object], wrong: str) -> None:
    sign_in(Role.EDITOR)
    data = {"process": ProcessFactory().pk, "title": "Raport", "format": "PDF", "language": "pl"} | fields
    answer = client.post("/zaplecze/stages/document/add/", data)
    assert wrong in answer.context["adminform"].form.errors
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"value": "5"}, "unit"),
        ({"unit": "people", "qualifier": "exact"}, "value"),
        ({"events_count": "3"}, "events_qualifier"),
        ({"value": "-1", "unit": "people", "qualifier": "exact"}, "value"),
    ],
)
def test_a_figure_says_what_it_counts(client: Client, sign_in, fields: dict[str, str], wrong: str) -> None:
    sign_in(Role.EDITOR)
    data = {"process": ProcessFactory().pk, "activity": "Punkty", "source": "Prezentacja", "position": "0"} | fields
    answer = client.post("/zaplecze/participation/figure/add/", data)
    assert wrong in answer.context["adminform"].form.errors
    assert not Figure.objects.exists()
