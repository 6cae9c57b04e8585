"""The API: open, read-only, the same as the pages say, and never a natural person's data."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from consultations.models import Remark, Submission
from consultations.services.submissions import NewRemark, Sender
from consultations.services.summaries import publish_summary
from participation.models import Figure
from stages.models import Milestone, Result
from summaries.counts import summarise
from tests.factories import (
    AFTER,
    DURING,
    ConsultationFactory,
    DistrictFactory,
    EventFactory,
    FigureFactory,
    ProcessFactory,
    StageFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
ROOT = "/api/v1/"
LISTS = ["processes", "stages", "events", "figures", "consultations"]


def read(client, path: str, **params):
    answer = client.get(ROOT + path, params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def results(client, path: str, **params):
    return read(client, path, **params)["results"]


def whole_list(client, path: str):
    """All the pages, by way of ``next``."""
    page = read(client, path)
    records = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        records += page["results"]
    return records


@pytest.fixture
def everything(consultation) -> list[str]:
    """A portal with one of each, and the addresses of all that the API says."""
    stage = StageFactory(process=consultation.process)
    Result.objects.create(stage=stage, title="Raport")
    Milestone.objects.create(stage=stage, date="2021-12-01", title="Kamień")
    EventFactory(process=consultation.process, stage=stage, district=DistrictFactory())
    FigureFactory(process=consultation.process, stage=stage)
    remark_in_state(
        consultation,
        "published",
        by=person(Role.COORDINATOR),
        sender=Sender(
            name="Żaneta Tajna", email="tajna@example.org", phone="600 100 200", address="ul. Skryta 7, Lublin"
        ),
    )
    submission(
        consultation,
        sender=Sender(
            kind=Submission.SenderKind.ORGANISATION,
            name="Fundacja Zielona",
            representative="Zenon Ukryty",
            email="biuro@example.org",
            phone="81 500 600",
            address="ul. Jawna 1",
        ),
    )
    publish_summary(consultation, by=person(Role.COORDINATOR), now=DURING)
    one = f"{ROOT}consultations/{consultation.slug}/"
    return [ROOT, *(f"{ROOT}{name}/" for name in LISTS), one] + [
        f"{one}{part}/" for part in ("draft", "remarks", "remarks/1.1", "remarks/2.1", "summary")
    ]


def test_no_natural_person_is_in_any_answer(client, everything):
    said = "".join(client.get(address).content.decode() for address in everything)
    for secret in (
        "Żaneta", "Tajna", "tajna@", "600 100 200", "Skryta", "Zenon", "Ukryty", "biuro@", "81 500 600", "Jawna",
        "Osoba ", "example.org",
    ):  # fmt: skip
        assert secret not in said
    assert "Fundacja Zielona" in said


def test_every_answer_may_be_read_from_any_page_and_kept(client, everything):
    for address in everything:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


def test_an_error_says_so_to_any_page_too(client):
    assert client.get(f"{ROOT}consultations/none/")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, everything, method):
    for address in everything:
        assert getattr(client, method)(address).status_code == 405


def test_every_record_says_whether_it_is_invented(client, everything):
    for address in everything[1:]:
        answer = client.get(address).json()
        for record in answer.get("results", [answer]):
            assert record["is_demonstration"] is False


def test_the_root_leads_to_every_list(client):
    for address in read(client, "").values():
        assert client.get(address).status_code == 200


def test_the_schema_is_valid_and_without_a_warning():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_an_invented_remark_is_marked(client, consultation):
    submission(consultation, is_demonstration=True)
    [record] = results(client, f"consultations/{consultation.slug}/remarks/")
    assert record["is_demonstration"] is True


# -- Lists ----------------------------------------------------------------------------------------------------------


def test_texts_come_in_polish_with_their_translations(client):
    process = ProcessFactory(name="Strategia")
    process.translate("name", "en", "Strategy")
    process.save()
    [record] = results(client, "processes/")
    assert (record["name"], record["translations"]) == ("Strategia", {"en": {"name": "Strategy"}})


def test_translations_of_what_the_api_does_not_say_stay_out(client, consultation):
    consultation.translate("contact", "en", "Ms Secret, room 5")
    consultation.save()
    assert "Secret" not in client.get(f"{ROOT}consultations/").content.decode()


def test_a_stage_comes_with_its_results_and_milestones(client):
    stage = StageFactory(number=6)
    Result.objects.create(stage=stage, title="Raport")
    Milestone.objects.create(stage=stage, date="2021-11-29", title="Rada")
    [record] = results(client, "stages/", process=stage.process.slug)
    assert (record["number"], record["roman"], record["first_quarter"]) == (6, "VI", "2021-4")
    assert [result["title"] for result in record["results"]] == ["Raport"]
    assert [milestone["date"] for milestone in record["milestones"]] == ["2021-11-29"]


def test_events_that_are_not_public_stay_out(client):
    EventFactory(state="draft")
    public = EventFactory()
    assert [record["slug"] for record in results(client, "events/")] == [public.slug]


def test_events_can_be_filtered(client):
    district = DistrictFactory()
    coming = EventFactory(starts_at=AFTER, district=district, kind="hearing", stage=StageFactory(number=6))
    past = EventFactory(starts_at=DURING.replace(year=2020))
    for params, found in [
        ({"when": "coming"}, [coming]),
        ({"when": "past"}, [past]),
        ({"district": district.slug}, [coming]),
        ({"kind": "hearing"}, [coming]),
        ({"stage": "6"}, [coming]),
        ({"process": past.process.slug}, [past]),
    ]:
        assert [record["slug"] for record in results(client, "events/", **params)] == [event.slug for event in found]


def test_a_figure_comes_with_unit_and_qualifier(client):
    figure = FigureFactory(value=1500, qualifier=Figure.Qualifier.NEARLY)
    [record] = results(client, "figures/", unit="people")
    assert (record["id"], record["value"], record["unit"], record["qualifier"]) == (figure.pk, 1500, "people", "nearly")
    assert results(client, "figures/", unit="opinions") == []


def test_consultations_that_are_not_public_stay_out(client):
    hidden = ConsultationFactory(published_at=None)
    assert results(client, "consultations/") == []
    for part in ("", "draft/", "remarks/", "remarks/1.1/", "summary/"):
        assert client.get(f"{ROOT}consultations/{hidden.slug}/{part}").status_code == 404


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("events/", {"kind": "party"}),
        ("events/", {"when": "yesterday"}),
        ("events/", {"stage": "six"}),
        ("events/", {"stage": "0"}),
        ("events/", {"district": "no-such"}),
        ("events/", {"process": "\x00"}),
        ("stages/", {"process": "no-such"}),
        ("figures/", {"unit": "miles"}),
        ("processes/", {"after": "x"}),
        ("processes/", {"after": "-1"}),
        ("processes/", {"after": "9" * 40}),
        ("processes/", {"per_page": "49"}),
        ("processes/", {"per_page": "201"}),
        ("processes/", {"per_page": ""}),
        ("remarks", {"chapter": "9"}),
        ("remarks", {"passage": "f999"}),
        ("remarks", {"passage": "\x00"}),
        ("remarks", {"topic": "no-such"}),
        ("remarks", {"district": "\x00"}),
        ("remarks", {"channel": "pigeon"}),
        ("remarks", {"standing": "approved"}),
    ],
)
def test_a_parameter_that_cannot_be_understood_is_refused_by_name(client, consultation, path, params):
    path = f"consultations/{consultation.slug}/remarks/" if path == "remarks" else path
    answer = client.get(ROOT + path, params)
    assert answer.status_code == 400
    assert set(answer.json()) == set(params)


# -- The draft ------------------------------------------------------------------------------------------------------


def test_the_draft_comes_chapter_by_chapter(client, consultation):
    draft = read(client, f"consultations/{consultation.slug}/draft/")
    assert (draft["version"], [chapter["number"] for chapter in draft["chapters"]]) == (1, [1, 2])
    assert [(passage["code"], passage["number"]) for passage in draft["chapters"][1]["passages"]] == [
        ("f4", "2.1"),
        ("f5", "2.2"),
        ("f6", "2.3"),
    ]


def test_a_draft_that_is_not_public_is_not_told(client, consultation):
    consultation.draft.versions.update(published_at=AFTER)
    assert client.get(f"{ROOT}consultations/{consultation.slug}/draft/").status_code == 404


# -- The register ---------------------------------------------------------------------------------------------------


@pytest.fixture
def register(consultation) -> str:
    return f"consultations/{consultation.slug}/remarks/"


def test_pages_follow_each_other_without_gap_or_repetition(client, consultation, register):
    for _ in range(4):
        submission(consultation, remarks=30)
    page = read(client, register)
    assert len(page["results"]) == 50
    numbers = [record["number"] for record in whole_list(client, register)]
    assert len(numbers) == len(set(numbers)) == 120
    assert numbers[0] == "1.1/2021"
    assert len(read(client, register, per_page=200)["results"]) == 120


def test_a_filter_stays_on_the_next_page(client, consultation, register):
    submission(consultation, new_remarks=[passage_remark(consultation, "f1")] * 60)
    submission(consultation, new_remarks=[passage_remark(consultation, "f5")])
    following = client.get(read(client, register, passage="f1")["next"]).json()
    assert [record["passage"]["code"] for record in following["results"]] == ["f1"] * 10


def test_the_register_can_be_filtered(client, consultation, register):
    district = DistrictFactory()
    topic = consultation.topics.get()
    submission(consultation, new_remarks=[passage_remark(consultation, "f5", district=district, topic=topic)])
    submission(consultation, new_remarks=[NewRemark(change="Całość.")], channel=Submission.Channel.PAPER)
    for params, found in [
        ({"chapter": "2"}, "1.1"),
        ({"chapter": "0"}, "2.1"),
        ({"passage": "f5"}, "1.1"),
        ({"district": district.slug}, "1.1"),
        ({"topic": topic.slug}, "1.1"),
        ({"channel": "paper"}, "2.1"),
        ({"chapter": "2", "channel": "online"}, "1.1"),
        ({"search": "calosci"}, "2.1"),
        ({"search": "drzewo", "chapter": "2"}, "1.1"),
    ]:
        assert [record["address"] for record in results(client, register, **params)] == [found]
    assert results(client, register, standing="accepted") == []


def test_a_remark_comes_with_its_published_answers(client, consultation, register):
    remark = remark_in_state(consultation, "published")
    record = read(client, f"{register}{remark.address}/")
    assert (record["chapter"], record["passage"]) == ({"code": "r1", "number": "1"}, {"code": "f1", "number": "1.1"})
    [answer] = record["answers"]
    assert (answer["outcome"], answer["justification"]) == ("accepted", "Słusznie.")
    assert record["sender"] == {"kind": "person", "name": None}


def test_a_decision_that_is_not_published_is_not_told(client, consultation, register):
    remark = remark_in_state(consultation, "approved")
    record = read(client, f"{register}{remark.address}/")
    assert (record["standing"], record["answers"]) == ("in_progress", [])


@pytest.mark.parametrize(
    "number", ["1", "1.0", "0.1", "1.2", "1.1000", "x.1", "1.x", "1.1.1", "9" * 30 + ".1", "%00.1"]
)
def test_a_number_that_is_not_in_the_register_is_not_found(client, consultation, register, number):
    submission(consultation)
    assert client.get(f"{ROOT}{register}{number}/").status_code == 404


# -- The summary ----------------------------------------------------------------------------------------------------


def test_the_summary_is_closed_until_the_city_publishes_it(client, consultation, sign_in):
    sign_in(Role.COORDINATOR)
    assert client.get(f"{ROOT}consultations/{consultation.slug}/summary/").status_code == 404


def test_the_summary_says_what_the_page_is_made_of(client, consultation):
    for state in ("published", "improper", "received", "approved"):
        remark_in_state(consultation, state)
    publish_summary(consultation, by=person(Role.COORDINATOR), now=DURING)
    consultation.refresh_from_db()
    summary = summarise(consultation, DURING)
    said = read(client, f"consultations/{consultation.slug}/summary/")
    assert (said["remarks"], said["proper"], said["senders"], said["answered"]) == (4, 2, 4, 1)
    assert said["days_to_report"] == summary.days_to_report
    assert said["standings"] == {standing.value: number for standing, number in summary.total}
    for name, lines in {
        "chapters": summary.chapters,
        "districts": summary.districts,
        "channels": summary.channels,
        "topics": summary.topics,
        "most_discussed_passages": summary.passages,
    }.items():
        assert [(line["key"], line["remarks"]) for line in said[name]] == [
            (line.key, line.counts.total) for line in lines
        ]
    assert [latest["number"] for latest in said["latest_answers"]] == ["1.1/2021"]
    assert set(said["standings"]) == set(Remark.Standing.values)


# -- Cost -----------------------------------------------------------------------------------------------------------


def fill(consultation) -> None:
    for _ in range(5):
        stage = StageFactory(process=consultation.process)
        Result.objects.create(stage=stage, title="Raport")
        Milestone.objects.create(stage=stage, date="2021-12-01", title="Kamień")
        EventFactory(process=ProcessFactory(parent=consultation.process), stage=stage, district=DistrictFactory())
        FigureFactory(process=ProcessFactory(), stage=stage, event=EventFactory())
        remark_in_state(
            consultation,
            "published",
            new_remarks=[passage_remark(consultation, "f2", district=DistrictFactory())] * 3,
        )
        consultation_with_draft(chapters=1)


@pytest.mark.parametrize(
    "path",
    [*(f"{name}/" for name in LISTS), *(f"consultations/{{}}/{part}/" for part in ("remarks", "draft", "summary"))],
)
def test_the_number_of_queries_does_not_grow(client, consultation, path):
    publish_summary(consultation, by=person(Role.COORDINATOR), now=DURING)
    path = path.format(consultation.slug)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert json.dumps(read(client, path))
        return len(captured)

    fill(consultation)
    few = queries()
    fill(consultation)
    assert queries() == few <= 13
