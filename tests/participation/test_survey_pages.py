"""The pages of a survey: begun, left, found again, sent once, told when closed; bad input gets its sentence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.translation import gettext

from accounts.roles import Role
from participation.models import Survey, SurveyDraft, SurveyResponse
from participation.services.surveys.building import (
    change_question,
    close_survey,
    content_of,
    publish_results,
    version_to_edit,
)
from participation.services.surveys.invitations import give_out_codes, make_invitations, open_kiosk, revoke_kiosk
from participation.surveys.structure import Questionnaire
from tests.factories import DURING, DistrictFactory, person
from tests.factories_surveys import open_survey, sent, survey_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

PAGES: list[dict[str, Any]] = [
    {"o.bus": "1", "o.why": "Bo szybko."},
    {
        "o.like": ["1", "3"], "o.safe": "7", "o.areas.1": "1", "o.areas.2": "2",
        "o.order.1": "2", "o.order.2": "1", "o.order.3": "3",
    },
    {"o.idea": "Więcej ławek."},
]  # fmt: skip
SHOWN = [["bus", "why"], ["like", "safe", "areas", "order"], ["idea"]]


def begin(client: Client, survey: Survey) -> Any:
    return client.post(survey.get_absolute_url())


def fill(client: Client, survey: Survey, number: int, action: str = "next", **changes: Any) -> Any:
    data = {**PAGES[number - 1], "pokazane": SHOWN[number - 1], "action": action, **changes}
    return client.post(f"{survey.get_absolute_url()}strona/{number}/", data)


def page(client: Client, survey: Survey, number: int = 1) -> str:
    return client.get(f"{survey.get_absolute_url()}strona/{number}/").content.decode()


def test_page_by_page_to_the_thanks(client: Client) -> None:
    survey = open_survey()
    answers = [begin(client, survey), *[fill(client, survey, number) for number in (1, 2, 3)]]
    base = survey.get_absolute_url()
    assert [answer.url for answer in answers] == [
        f"{base}strona/1/", f"{base}strona/2/", f"{base}strona/3/", f"{base}dziekujemy/",
    ]  # fmt: skip
    assert SurveyResponse.objects.get().answers["order"] == [2, 1, 3]
    assert client.get(f"{base}dziekujemy/").status_code == 200


def test_a_second_click_ends_at_the_same_thanks(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    fill(client, survey, 1)
    fill(client, survey, 2)
    other = Client()
    other.cookies.update(client.cookies)
    found = SurveyDraft.objects.get()
    assert fill(client, survey, 3).url == f"{survey.get_absolute_url()}dziekujemy/"
    SurveyDraft.objects.filter(pk=found.pk).delete()
    assert fill(other, survey, 3).status_code == 302
    assert SurveyResponse.objects.count() == 1


def test_the_other_answer_leaves_out_its_question(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    text = page(client, survey)
    assert 'name="o.bus"' in text
    assert 'name="o.why"' not in text


def test_a_question_that_appears_on_the_same_page_is_shown_first(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    answer = fill(client, survey, 1, pokazane=["bus"])
    assert answer.status_code == 200
    assert 'name="o.why"' in answer.content.decode()
    assert fill(client, survey, 1).url.endswith("strona/2/")


def test_back_and_save_ask_for_nothing_and_keep_everything(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    fill(client, survey, 1)
    assert fill(client, survey, 2, action="back", **{"o.areas.2": ""}).url.endswith("strona/1/")
    assert fill(client, survey, 1, action="save").url.endswith("/zapisane/")
    assert SurveyDraft.objects.get().typed["areas"] == {"1": "1"}


def test_the_link_opens_the_answer_on_another_device(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    fill(client, survey, 1, action="save", **{"o.why": "Zapamiętane słowa"})
    saved = client.get(f"{survey.get_absolute_url()}zapisane/").content.decode()
    token = SurveyDraft.objects.get().token
    assert f"/ankiety/odpowiedz/{token}/" in saved
    other = Client()
    assert "Zapamiętane słowa" in other.get(f"/ankiety/odpowiedz/{token}/", follow=True).content.decode()


@pytest.mark.parametrize("token", ["x" * 43, "nie-ma", "a%00b"])
def test_a_tampered_link_leads_to_a_page_that_says_so(client: Client, token: str) -> None:
    begin(client, open_survey())
    answer = client.get(f"/ankiety/odpowiedz/{token}/")
    assert answer.status_code == 404
    assert "/ankiety/" in answer.content.decode()


def test_a_tampered_cookie_is_nobodys_answer(client: Client) -> None:
    survey = open_survey()
    client.cookies[f"ankieta_{survey.pk}"] = "<script>"
    assert fill(client, survey, 1).url == survey.get_absolute_url()


@pytest.mark.parametrize(
    ("number", "changes", "sentence"),
    [
        (1, {"o.bus": ""}, "Please answer this question."),
        (1, {"o.bus": "7"}, "This answer does not belong to this question. Choose one of the answers given here."),
        (1, {"o.why": "a\x00b"},
         "The text holds characters that cannot be shown. Type them again or paste the text without formatting."),
        (2, {"o.like": ["9"]}, "This answer does not belong to this question. Choose one of the answers given here."),
        (2, {"o.order.1": "1"}, "Two items have the same place. Give each place once."),
    ],
)  # fmt: skip
def test_bad_input_gets_its_sentence_and_loses_nothing(
    client: Client, number: int, changes: dict[str, Any], sentence: str
) -> None:
    survey = open_survey()
    begin(client, survey)
    if number == 2:
        fill(client, survey, 1)
    answer = fill(client, survey, number, **changes)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert gettext(sentence) in text
    assert 'role="alert"' in text


def test_too_long_a_text_is_told_by_how_much_and_stays_in_the_form(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    answer = fill(client, survey, 1, **{"o.why": "x" * 100_000})
    assert answer.status_code == 422
    assert "95000" in answer.content.decode().replace("\xa0", "").replace(" ", "")
    assert "x" * 5001 in answer.content.decode()


@pytest.mark.parametrize(("field", "value"), [("o.safe", "11"), ("o.areas.2", "")])
def test_a_scale_out_of_range_and_a_missing_row_are_refused(client: Client, field: str, value: str) -> None:
    survey = open_survey()
    begin(client, survey)
    fill(client, survey, 1)
    answer = fill(client, survey, 2, **{field: value})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_after_closing_a_sentence_and_what_was_written(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    fill(client, survey, 1, **{"o.why": "Moje długie słowa"})
    with time_machine.travel(DURING + dt.timedelta(days=30), tick=False):
        answer = fill(client, survey, 2)
        assert answer.status_code == 409
        assert "Moje długie słowa" in answer.content.decode()
        assert "Moje długie słowa" in client.get(survey.get_absolute_url()).content.decode()
    assert not SurveyResponse.objects.exists()


def test_closed_early_while_one_writes(client: Client) -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    begin(client, survey)
    close_survey(survey, by=editor, now=DURING)
    assert fill(client, survey, 1).status_code == 409


def test_questions_that_changed_meanwhile_are_told(client: Client) -> None:
    editor = person(Role.EDITOR)
    survey = open_survey(by=editor)
    begin(client, survey)
    first = Questionnaire(version_to_edit(survey)).items[0]
    change_question(first.question, content=content_of(first), by=editor)
    answer = fill(client, survey, 1)
    assert answer.status_code == 409
    assert "Bo szybko." in answer.content.decode()
    assert fill(client, survey, 1).status_code == 302


def test_a_filled_trap_is_told(client: Client) -> None:
    survey = open_survey()
    assert client.post(survey.get_absolute_url(), {"zostaw_puste": "x"}).status_code == 422
    assert not SurveyDraft.objects.exists()


def test_many_beginnings_from_one_address_are_stopped(client: Client, settings: Any) -> None:
    settings.RATE_SURVEYS_PER_HOUR = 1
    survey = open_survey()
    assert begin(client, survey).status_code == 302
    refused = begin(Client(), survey)
    assert (refused.status_code, "Retry-After" in refused) == (429, True)


def test_a_form_that_stood_open_too_long_comes_back_with_what_was_typed() -> None:
    client = Client(enforce_csrf_checks=True)
    survey = open_survey()
    client.cookies[f"ankieta_{survey.pk}"] = SurveyDraft.objects.create(
        survey=survey, version=version_to_edit(survey), revision=version_to_edit(survey).revision,
        language="pl", created_at=DURING, updated_at=DURING,
    ).token  # fmt: skip
    answer = fill(client, survey, 1)
    assert answer.status_code == 403
    assert "Bo szybko." in answer.content.decode()


def test_no_page_of_an_answer_is_kept_by_a_cache(client: Client) -> None:
    survey = open_survey()
    begin(client, survey)
    answer = client.get(f"{survey.get_absolute_url()}strona/1/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"].startswith("noindex")


class TestInvitations:
    def invited(self) -> tuple[Survey, list[str]]:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor, by_invitation=True)
        batch = make_invitations(survey, label="Próba A", count=2, form_token="t" * 20, by=editor)
        return survey, give_out_codes(batch, by=editor)

    def test_a_code_begins_one_answer_and_is_used_up(self, client: Client) -> None:
        survey, codes = self.invited()
        assert client.post(survey.get_absolute_url(), {"kod": codes[0].lower()})["Location"].endswith("strona/1/")
        for number in (1, 2, 3):
            fill(client, survey, number)
        again = Client().post(survey.get_absolute_url(), {"kod": codes[0]})
        assert again.status_code == 409
        assert (
            gettext("An answer was sent with this code already. Each code can be used once.") in again.content.decode()
        )
        assert SurveyResponse.objects.count() == 1

    def test_a_forged_code_gets_a_sentence_and_guesses_are_stopped(self, client: Client, settings: Any) -> None:
        settings.RATE_SURVEY_CODES_PER_HOUR = 2
        survey, _codes = self.invited()
        statuses = [
            client.post(survey.get_absolute_url(), {"kod": f"ABCD-EFGH-JKM{n}"}).status_code for n in (2, 3, 4, 5)
        ]
        assert statuses == [422, 422, 429, 429]
        assert not SurveyDraft.objects.exists()

    def test_the_code_of_a_link_leaves_the_address(self, client: Client) -> None:
        survey, codes = self.invited()
        answer = client.get(f"{survey.get_absolute_url()}kod/{codes[1]}/")
        assert answer["Location"] == survey.get_absolute_url()
        assert client.post(survey.get_absolute_url(), {})["Location"].endswith("strona/1/")

    def test_one_code_on_two_devices_is_one_answer(self, client: Client) -> None:
        survey, codes = self.invited()
        for device in (client, Client()):
            device.post(survey.get_absolute_url(), {"kod": codes[0]})
        assert SurveyDraft.objects.count() == 1


class TestKiosk:
    def opened(self, client: Client) -> tuple[Survey, Any]:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor)
        kiosk, token = open_kiosk(survey, office="BOM Wieniawska", by=editor)
        assert (
            client.get(f"{survey.get_absolute_url()}kiosk/{token}/")["Location"] == f"{survey.get_absolute_url()}kiosk/"
        )
        return survey, kiosk

    def test_one_person_after_another(self, client: Client) -> None:
        survey, kiosk = self.opened(client)
        start = f"{survey.get_absolute_url()}kiosk/"
        for _person in range(2):
            assert client.post(start)["Location"].endswith("strona/1/")
            ends = [fill(client, survey, number).url for number in (1, 2, 3)]
            assert ends[-1] == f"{start}?wyslane=1"
        assert list(SurveyResponse.objects.values_list("channel", "kiosk")) == [("kiosk", kiosk.pk)] * 2

    def test_beginning_anew_leaves_nothing_of_the_person_before(self, client: Client) -> None:
        survey, _kiosk = self.opened(client)
        start = f"{survey.get_absolute_url()}kiosk/"
        client.post(start)
        fill(client, survey, 1)
        client.post(start, {"od_nowa": "1"})
        assert not SurveyDraft.objects.exists()
        back = client.get(f"{survey.get_absolute_url()}strona/2/")
        assert back["Location"] == start

    def test_its_pages_lead_nowhere_else(self, client: Client) -> None:
        survey, _kiosk = self.opened(client)
        client.post(f"{survey.get_absolute_url()}kiosk/")
        text = page(client, survey)
        assert "/wydarzenia/" not in text
        assert "kiosk" in text

    def test_a_revoked_kiosk_takes_nothing(self, client: Client) -> None:
        survey, kiosk = self.opened(client)
        revoke_kiosk(kiosk, by=person(Role.EDITOR))
        assert client.post(f"{survey.get_absolute_url()}kiosk/").status_code == 403


class TestResults:
    def test_they_are_public_only_once_published(self, client: Client) -> None:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor)
        sent(survey)
        address = f"{survey.get_absolute_url()}wyniki/"
        before = client.get(address).status_code
        publish_results(survey, public=True, by=editor)
        assert (before, client.get(address).status_code) == (404, 200)

    @pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 200), (Role.EXPERT, 200), (Role.AUDITOR, 404)])
    def test_staff_see_them_before(self, client: Client, sign_in: Any, role: Role, status: int) -> None:
        survey = open_survey()
        sign_in(role)
        assert client.get(f"{survey.get_absolute_url()}wyniki/").status_code == status

    def test_groups_are_compared_only_after_closing(self, client: Client) -> None:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor)
        for _n in range(6):
            sent(survey)
        publish_results(survey, public=True, by=editor)
        address = f"{survey.get_absolute_url()}wyniki/?przekroj=kanal"
        assert 'name="przekroj"' not in client.get(address).content.decode()
        close_survey(survey, by=editor, now=DURING)
        assert 'name="przekroj"' in client.get(address).content.decode()

    def test_own_words_are_not_shown(self, client: Client) -> None:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor)
        sent(survey)
        publish_results(survey, public=True, by=editor)
        for address in ("wyniki/", "wyniki.csv"):
            answer = client.get(f"{survey.get_absolute_url()}{address}")
            text = answer.getvalue()
            assert "Więcej ławek." not in text.decode()

    def test_as_many_queries_for_many_answers(self, client: Client, django_assert_num_queries: Any) -> None:
        editor = person(Role.EDITOR)
        survey = open_survey(by=editor, asks_district=True)
        publish_results(survey, public=True, by=editor)
        close_survey(survey, by=editor, now=DURING + dt.timedelta(hours=1))
        districts = DistrictFactory.create_batch(3)
        address = f"{survey.get_absolute_url()}wyniki/?przekroj=dzielnica"
        for answers in (1, 12):
            for n in range(answers):
                sent(survey, {"bus": "1", "areas": {"1": "1", "2": "1"}, "district": districts[n % 3].slug})
            with (
                time_machine.travel(DURING + dt.timedelta(hours=2), tick=False),
                django_assert_num_queries(7),
            ):
                assert client.get(address).status_code == 200


class TestList:
    def test_open_coming_and_past_stand_apart(self, client: Client) -> None:
        day = dt.timedelta(days=1)
        open_survey(slug="otwarta")
        open_survey(slug="przyszla", opens_at=DURING + day)
        open_survey(slug="miniona", closes_at=DURING - day)
        survey_draft(slug="szkic")
        text = client.get("/ankiety/").content.decode()
        places = [text.index(f"/ankiety/{slug}/") for slug in ("otwarta", "przyszla", "miniona")]
        assert places == sorted(places)
        assert "szkic" not in text
        assert client.get("/ankiety/szkic/").status_code == 404

    def test_as_many_queries_for_many_surveys(self, client: Client, django_assert_num_queries: Any) -> None:
        for surveys in (1, 3):
            for _n in range(surveys):
                open_survey()
                open_survey(closes_at=DURING - dt.timedelta(days=1))
            with django_assert_num_queries(3):
                client.get("/ankiety/")
