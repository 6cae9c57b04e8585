"""A survey is built, published, typed in from paper and invited to at the desk, also without JavaScript."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from participation.models import InvitationBatch, Kiosk, Question, Survey, SurveyResponse, Voice
from participation.services.surveys.building import close_survey, version_to_edit
from participation.services.surveys.tallies import recount
from participation.surveys.structure import Questionnaire
from stages.models import Process
from tests.factories import DURING, ProcessFactory, person
from tests.factories_participation import ThemeFactory
from tests.factories_surveys import open_survey, sent, survey_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
SignIn = Callable[..., User]
TOKEN = "a" * 43
SHEET = {
    "sheet_on": "2021-12-01", "form_token": TOKEN, "o.bus": "1", "o.why": "Bo szybko.", "o.like": "1, 3",
    "o.safe": "7", "o.areas.1": "1", "o.areas.2": "2", "o.order": "2 1 3", "o.idea": "Więcej ławek.",
}  # fmt: skip


def survey_form(process: Process, **changes: Any) -> dict[str, Any]:
    return {
        "title_pl": "Zieleń", "title_en": "Greenery", "intro_pl": "Kilka pytań.", "slug": "zielen",
        "process": process.pk, "opens_at": "2021-11-20T08:00", "closes_at": "2021-12-20T20:00", **changes,
    }  # fmt: skip


def question_form(**changes: Any) -> dict[str, Any]:
    return {
        "code": "q1", "wording_pl": "Ile drzew?", "wording_en": "How many trees?", "options_pl": "mało\ndużo",
        "options_en": "few\nmany", "required": "on", **changes,
    }  # fmt: skip


def test_a_survey_is_built_and_published_by_forms_alone(client: Any, sign_in: SignIn) -> None:
    sign_in(Role.EDITOR)
    made = client.post("/biurko/ankiety/nowa/", survey_form(ProcessFactory()))
    assert made.url == "/biurko/ankiety/zielen/"
    new = "/biurko/ankiety/zielen/pytania/nowe/"
    assert client.post(f"{new}?rodzaj=single", question_form()).status_code == 302
    asked_next = client.post(
        f"{new}?rodzaj=open", {"code": "q2", "wording_pl": "Czemu?", "show_if": ["q1:1"], "another": "1"}
    )
    assert asked_next.url == f"{new}?rodzaj=open"
    assert "mało" in client.get(f"{new}?rodzaj=open").content.decode()
    assert client.post("/biurko/ankiety/zielen/publikacja/").url == "/biurko/ankiety/zielen/"
    survey = Survey.objects.get(slug="zielen")
    question = Question.objects.get(code="q2")
    assert (survey.state, question.show_if_values, question.show_if_question.code) == ("published", [1], "q1")
    assert survey.translations == {"en": {"title": "Greenery"}}
    assert client.get("/ankiety/zielen/").status_code == 200


@pytest.mark.parametrize("kind", list(Question.Kind))
def test_every_kind_can_be_changed_and_stays_what_it_is(client: Any, sign_in: SignIn, kind: str) -> None:
    sign_in(Role.EDITOR)
    survey = survey_draft()
    item = next(one for one in Questionnaire(version_to_edit(survey)).items if one.kind == kind)
    address = f"/biurko/ankiety/{survey.slug}/pytania/{item.code}/"
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in values.items() if value is not None and value is not False}
    assert client.post(address, data).status_code == 302
    after = next(one for one in Questionnaire(version_to_edit(survey)).items if one.code == item.code)
    assert (after.kind, after.numbers, after.row_numbers, after.question.required, after.question.show_if_values) == (
        kind, item.numbers, item.row_numbers, item.question.required, item.question.show_if_values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("single", {"code": "bus"}, "code"),
        ("single", {"code": "Q 1"}, "code"),
        ("single", {"code": "and"}, "code"),
        ("single", {"wording_pl": ""}, "wording_pl"),
        ("single", {"options_pl": "a\na"}, "options_pl"),
        ("single", {"options_pl": "\n".join(map(str, range(61)))}, "options_pl"),
        ("single", {"options_pl": "x" * 201 + "\nb"}, "options_pl"),
        ("single", {"options_en": "a\nb\nc"}, "options_en"),
        ("single", {"wording_pl": "a\x00b"}, "wording_pl"),
        ("single", {"show_if": ["bus:1", "safe:3"]}, "show_if"),
        ("single", {"show_if": ["idea:1"]}, "show_if"),
        ("multiple", {"min_choices": "3", "max_choices": "2"}, "max_choices"),
        ("scale", {"scale_from": "5", "scale_to": "5"}, "scale_to"),
        ("scale", {"scale_from": "", "scale_to": "5"}, "scale_from"),
    ],
)
def test_what_is_wrong_with_a_question_is_told_at_its_field(
    client: Any, sign_in: SignIn, kind: str, changes: dict[str, Any], field: str
) -> None:
    sign_in(Role.EDITOR)
    survey = survey_draft()
    answer = client.post(f"/biurko/ankiety/{survey.slug}/pytania/nowe/?rodzaj={kind}", question_form(**changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"closes_at": "2021-11-01T08:00"}, "closes_at"),
        ({"slug": "odpowiedz"}, "slug"),
        ({"slug": "zajety"}, "slug"),
        ({"title_pl": ""}, "title_pl"),
        ({"opens_at": "2022-03-27T02:30"}, "opens_at"),
    ],
)
def test_what_is_wrong_with_a_survey_is_told_at_its_field(
    client: Any, sign_in: SignIn, changes: dict[str, Any], field: str
) -> None:
    sign_in(Role.EDITOR)
    survey_draft(slug="zajety")
    answer = client.post("/biurko/ankiety/nowa/", survey_form(ProcessFactory(), **changes))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_settings_are_saved(client: Any, sign_in: SignIn) -> None:
    sign_in(Role.COORDINATOR)
    survey = survey_draft()
    address = f"/biurko/ankiety/{survey.slug}/ustawienia/"
    assert client.get(address).status_code == 200
    answer = client.post(address, survey_form(survey.process, slug="nowy-adres", asks_age="on"))
    assert answer.url == "/biurko/ankiety/nowy-adres/"
    survey.refresh_from_db()
    assert survey.asks_age


def test_buttons_move_copy_and_remove(client: Any, sign_in: SignIn) -> None:
    sign_in(Role.EDITOR)
    survey = survey_draft()
    for action in ("copy", "up", "down", "remove"):
        client.post(f"/biurko/ankiety/{survey.slug}/pytania/idea/", {"action": action})
    codes = [one.code for one in Questionnaire(version_to_edit(survey)).items]
    assert (codes[-1], "idea" in codes) == ("idea_2", False)
    refused = client.post(f"/biurko/ankiety/{survey.slug}/pytania/bus/", {"action": "remove"})
    assert refused.status_code == 409


@pytest.mark.parametrize("language", ["", "/en", "/uk"])
def test_the_preview_shows_every_question_and_keeps_nothing(client: Any, sign_in: SignIn, language: str) -> None:
    sign_in(Role.EDITOR)
    survey = survey_draft()
    text = client.get(f"{language}/biurko/ankiety/{survey.slug}/podglad/?szerokosc=telefon").content.decode()
    assert all(f'"o.{code}"' in text for code in ("bus", "why", "like", "safe", "idea"))
    assert not SurveyResponse.objects.exists()


@pytest.mark.parametrize("action", ["close", "next_version", "show_results", "nonsense"])
def test_verbs_of_a_survey(client: Any, sign_in: SignIn, action: str) -> None:
    sign_in(Role.EDITOR)
    survey = open_survey()
    sent(survey)
    address = f"/biurko/ankiety/{survey.slug}/"
    assert client.post(address, {"action": action}).url == address
    survey.refresh_from_db()
    assert (survey.closes_at <= DURING, survey.versions.count() == 2, survey.results_public_at is not None) == (
        action == "close", action == "next_version", action == "show_results",
    )  # fmt: skip
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_what(client: Any, sign_in: SignIn, role: Role) -> None:
    survey = open_survey()
    sign_in(role)
    base = f"/biurko/ankiety/{survey.slug}/"
    builds = role in {Role.EDITOR, Role.COORDINATOR}
    pages = ["", "ustawienia/", "podglad/", "publikacja/", "zaproszenia/", "kioski/", "slowa/", "eksport/csv"]
    assert {client.get(base + page).status_code for page in pages} == {200 if builds else 403}
    types_in = builds or role == Role.EXPERT
    for address in (f"{base}papier/", "/biurko/ankiety/papier/"):
        assert client.get(address).status_code == (200 if types_in else 403)


class TestPaper:
    def type_in(self, client: Any, survey: Survey, **changes: Any) -> Any:
        return client.post(f"/biurko/ankiety/{survey.slug}/papier/", {**SHEET, **changes})

    def test_digits_become_answers_and_the_day_stays_for_the_next_sheet(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EXPERT)
        survey = open_survey()
        answer = self.type_in(client, survey)
        assert answer.url.endswith("/papier/?dzien=2021-12-01")
        kept = SurveyResponse.objects.get()
        assert (kept.channel, kept.sheet_on, kept.answers) == (
            "paper", dt.date(2021, 12, 1),
            {"bus": 1, "like": [1, 3], "safe": 7, "areas": {"1": 1, "2": 2}, "order": [2, 1, 3]},
        )  # fmt: skip
        assert 'value="2021-12-01"' in client.get(answer.url).content.decode()

    def test_the_same_sheet_twice_is_one_answer(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EXPERT)
        survey = open_survey()
        for _click in range(2):
            self.type_in(client, survey)
        assert SurveyResponse.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [("o.safe", "12", "safe"), ("o.bus", "1 2", "bus"), ("o.order", "1 1 2", "order"), ("o.like", "x", "like")],
    )
    def test_a_wrong_digit_stays_on_the_page_with_its_sentence(
        self, client: Any, sign_in: SignIn, field: str, value: str, code: str
    ) -> None:
        sign_in(Role.EXPERT)
        answer = self.type_in(client, open_survey(), **{field: value})
        assert answer.status_code == 422
        assert [one.asked.code for one in answer.context["wrong"]] == [code]
        assert f'value="{value}"' in answer.content.decode()

    def test_a_half_empty_sheet_is_entered_at_the_second_time(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EXPERT)
        survey = open_survey()
        asked = self.type_in(client, survey, **{"o.bus": ""})
        assert asked.status_code == 409
        assert not SurveyResponse.objects.exists()
        assert self.type_in(client, survey, **{"o.bus": "", "braki": "bus"}).status_code == 302

    @pytest.mark.parametrize("day", ["", "2031-01-01", "2021-02-31"])
    def test_a_day_that_cannot_be_is_told(self, client: Any, sign_in: SignIn, day: str) -> None:
        sign_in(Role.EXPERT)
        assert self.type_in(client, open_survey(), sheet_on=day).status_code in {409, 422}
        assert not SurveyResponse.objects.exists()

    def test_what_was_not_asked_is_not_counted(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EXPERT)
        survey = open_survey()
        self.type_in(client, survey, **{"o.bus": "2"})
        assert set(SurveyResponse.objects.get().open_answers.values_list("code", flat=True)) == {"idea"}
        assert recount(survey) == []


class TestCodesAndKiosks:
    @pytest.mark.parametrize("form", ["csv", "print"])
    def test_codes_are_shown_once(self, client: Any, sign_in: SignIn, form: str) -> None:
        sign_in(Role.EDITOR)
        survey = open_survey(by_invitation=True)
        base = f"/biurko/ankiety/{survey.slug}/zaproszenia/"
        made = client.post(base, {"label": "Fala 1", "count": "3", "form_token": TOKEN})
        given = client.post(made.url, {"action": form})
        text = (b"".join(given.streaming_content) if given.streaming else given.content).decode()
        assert text.count("-") > 5
        assert client.post(made.url, {"action": form}).status_code == 409
        assert client.get(made.url).status_code == client.get(base).status_code == 200
        client.post(made.url, {"action": "void"})
        assert InvitationBatch.objects.get().voided_at is not None

    @pytest.mark.parametrize("count", ["0", "10001", "x"])
    def test_a_number_of_codes_that_cannot_be_is_told(self, client: Any, sign_in: SignIn, count: str) -> None:
        sign_in(Role.EDITOR)
        survey = open_survey(by_invitation=True)
        data = {"label": "Fala 1", "count": count, "form_token": TOKEN}
        assert client.post(f"/biurko/ankiety/{survey.slug}/zaproszenia/", data).status_code == 422

    def test_a_kiosks_link_is_shown_once_and_revoked(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EDITOR)
        survey = open_survey()
        address = f"/biurko/ankiety/{survey.slug}/kioski/"
        link = client.post(address, {"office": "BOM"}).context["link"]
        assert link not in client.get(address).content.decode()
        assert Client().get(link).status_code == 302
        client.post(address, {"odwolaj": Kiosk.objects.get().pk})
        assert Client().get(link).status_code == 403


class TestOwnWords:
    def test_checked_ones_become_voices_once(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EDITOR)
        survey = open_survey()
        theme = ThemeFactory(process=survey.process)
        answer = sent(survey).open_answers.get(code="idea")
        address = f"/biurko/ankiety/{survey.slug}/slowa/?pytanie=idea"
        for _click in range(2):
            client.post(address, {"checked": [answer.pk, 999, "x"], "theme": theme.pk})
        voice = Voice.objects.get()
        assert (voice.text, voice.channel, voice.state, voice.theme) == ("Więcej ławek.", "survey", "new", theme)
        assert f'value="{answer.pk}"' not in client.get(address).content.decode()

    def test_another_surveys_words_are_not_taken(self, client: Any, sign_in: SignIn) -> None:
        sign_in(Role.EDITOR)
        foreign = sent(open_survey()).open_answers.get(code="idea")
        survey = open_survey()
        client.post(f"/biurko/ankiety/{survey.slug}/slowa/?pytanie=idea", {"checked": [foreign.pk]})
        assert not Voice.objects.exists()

    def test_as_many_queries_for_many(self, client: Any, sign_in: SignIn, django_assert_max_num_queries: Any) -> None:
        sign_in(Role.EDITOR)
        survey = open_survey()
        address = f"/biurko/ankiety/{survey.slug}/slowa/?pytanie=idea"
        counts = []
        for answers in (1, 4):
            for _n in range(answers):
                sent(survey)
            with django_assert_max_num_queries(40) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1]


def test_the_list_costs_the_same_for_many(client: Any, sign_in: SignIn, django_assert_max_num_queries: Any) -> None:
    sign_in(Role.EDITOR)
    counts = []
    for surveys in (1, 4):
        for _n in range(surveys):
            open_survey()
        with django_assert_max_num_queries(40) as queries:
            client.get("/biurko/ankiety/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_closed_surveys_without_results_wait_at_the_desk(client: Any, sign_in: SignIn) -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    close_survey(survey, by=editor, now=DURING)
    sign_in(Role.EDITOR)
    assert f"/biurko/ankiety/{survey.slug}/" in client.get("/biurko/").content.decode()
