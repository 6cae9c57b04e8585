"""The list of all remarks: its filters, “pending mine”, its pages, and what is opened from it. And the load."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse

from accounts.roles import Role
from consultations.desk import pending_of
from consultations.desk_filters import DeskFilterForm
from consultations.desk_load import load_of_departments
from consultations.models import Consultation, Remark, Topic
from consultations.services.decisions import approve_answer, correct_answer, decide_remark, review_answer
from lublin2030.lib.dates import warsaw_day
from tests.factories import (
    DURING,
    STATES,
    DepartmentFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
LIST = "/biurko/uwagi/"


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def found(query: str, user=None) -> list[Remark] | None:
    """What the list shows; None where the address says something that nobody knows."""
    form = DeskFilterForm(QueryDict(query).dict(), user=user or person(Role.COORDINATOR), reads_all=True)
    asked = form.chosen(today=warsaw_day(DURING))
    return None if asked is None else list(asked.in_order())


def due(remark: Remark, days: int | None) -> Remark:
    day = None if days is None else warsaw_day(DURING) + timedelta(days=days)
    Remark.objects.filter(pk=remark.pk).update(answer_due_on=day)
    return remark


# -- Filters --------------------------------------------------------------------------------------------------------


def test_each_state_and_the_corrections_can_be_asked_for(consultation):
    remarks = {state: remark_in_state(consultation, state) for state in STATES}
    by = person(Role.COORDINATOR)
    correct_answer(remarks["published"], outcome=Remark.Outcome.EXPLAINED, justification="x", why="y", by=by)
    assert {state: found(f"stan={state}") for state in STATES} == {state: [one] for state, one in remarks.items()}
    assert found("stan=sprostowania") == found("stan=sprostowanie-approved") == [remarks["published"]]
    assert found("stan=sprostowanie-drafted") == []


def test_by_consultation_department_chapter_and_topic(consultation):
    department = DepartmentFactory()
    topic = Topic.objects.get(consultation=consultation)
    of_topic = passage_remark(consultation, "f4", topic=topic)
    mine = remark_in_state(consultation, "assigned", department=department, new_remarks=[of_topic])
    remark_in_state(consultation, "assigned")
    other = remark_in_state(consultation_with_draft(), "received")
    slug = f"konsultacja={consultation.slug}&"
    assert found(f"komorka={department.slug}") == [mine]
    assert found(f"{slug}rozdzial=2") == [mine]
    assert found(f"{slug}temat={topic.slug}") == [mine]
    assert found(f"konsultacja={other.consultation.slug}") == [other]
    assert found("komorka=brak") == [other]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("po-terminie", [-1]), ("7", [0, 7]), ("14", [0, 7, 8]), ("brak", [None]), ("", [-1, 0, 7, 8, None])],
)
def test_by_deadline(consultation, query, expected):
    remarks = {days: due(remark_in_state(consultation, "assigned"), days) for days in (-1, 0, 7, 8, None)}
    assert found(f"termin={query}") == [remarks[days] for days in expected]


def test_an_answer_that_is_drafted_is_not_overdue(consultation):
    due(remark_in_state(consultation, "drafted"), -1)
    assert found("termin=po-terminie") == []


def test_by_deadline_the_nearest_comes_first_and_without_one_the_last(consultation):
    none, late, soon = (due(remark_in_state(consultation, "assigned"), days) for days in (None, 9, 1))
    assert found("sort=termin") == [soon, late, none]


@pytest.mark.parametrize(
    "word",
    [
        "stan=x", "komorka=x", "konsultacja=x", "termin=-1", "termin=²", "moje=2", "sort=x", "rozdzial=9", "temat=x",
        "dzielnica=x", "kanal=x", "q=...", "jak=9.9", "odrzucone=9",
    ],
)  # fmt: skip
def test_nonsense_finds_nothing_and_says_so(client, coordinator, consultation, word):
    remark_in_state(consultation, "received")
    assert found(word) is None
    page = client.get(f"{LIST}?{word}")
    assert (page.status_code, page.context["readings"]) == (422, [])
    assert list(page.context["filter"].errors) == [word.partition("=")[0]]


@pytest.mark.parametrize("word", ["q=drzewa", "jak=1.1", "rozdzial=1"])
def test_what_means_something_in_one_consultation_only_asks_for_it(consultation, word):
    remark_in_state(consultation, "received")
    remark_in_state(consultation_with_draft(), "received")
    assert found(word) is None
    assert found(f"{word}&konsultacja={consultation.slug}") is not None


@pytest.mark.parametrize(
    ("earlier", "now"),
    [
        ("komorka=-", "komorka=brak"),
        ("temat=-", "temat=brak"),
        ("termin=tydzien", "termin=7"),
        ("stan=korekty", "stan=sprostowania"),
        ("stan=korekta-approved", "stan=sprostowanie-approved"),
        ("stan=poprawka-approved", "stan=sprostowanie-approved"),
    ],
)
def test_earlier_addresses_still_work(consultation, earlier, now):
    due(remark_in_state(consultation, "assigned"), 3)
    remark_in_state(consultation, "received")
    remark = remark_in_state(consultation, "published")
    by = person(Role.COORDINATOR)
    correct_answer(remark, outcome=Remark.Outcome.EXPLAINED, justification="x", why="y", by=by)
    assert found(earlier) == found(now) != []


# -- One filter for the list and for bulk work ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "", "stan=assigned", "stan=sprostowania", "komorka=brak", "termin=po-terminie", "termin=7", "termin=brak",
        "rozdzial=1", "rozdzial=0", "temat=brak", "kanal=online", "q=drzewa", "jak=1.1", "moje=1",
        "moje=1&termin=po-terminie&sort=termin",
    ],
)  # fmt: skip
def test_bulk_on_the_list_is_exactly_the_list_with_the_same_number(client, coordinator, consultation, query):
    by = person(Role.COORDINATOR)
    for state, days in (("assigned", -1), ("assigned", 3), ("drafted", -1), ("received", None), ("published", None)):
        last = due(remark_in_state(consultation, state), days)
    correct_answer(last, outcome=Remark.Outcome.EXPLAINED, justification="x", why="y", by=by)
    shown = client.get(f"{LIST}?{query}").context
    work = client.get(f"{reverse('desk:bulk')}?{shown['chosen'].address_of_work}").context
    of_list, of_work = ({row["remark"] for row in page["readings"]} for page in (shown, work))
    assert of_list == of_work
    assert shown["chosen"].total == work["number"] == len(of_list)


def test_a_list_of_several_consultations_has_no_bulk_work(client, coordinator, consultation):
    remark_in_state(consultation, "assigned")
    remark_in_state(consultation_with_draft(), "assigned")
    bulk = reverse("desk:bulk")
    assert f"{bulk}?konsultacja" not in client.get(LIST).content.decode()
    assert f"{bulk}?konsultacja" in client.get(f"{LIST}?konsultacja={consultation.slug}").content.decode()


# -- Pending mine ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", ["coordinator", "expert", "expert of another department"])
def test_what_this_person_can_take_a_step_further(consultation, who, state):
    department = DepartmentFactory()
    user = person(Role.COORDINATOR if who == "coordinator" else Role.EXPERT)
    if who == "expert":
        department.members.add(user)
    remark = remark_in_state(consultation, state, department=department)
    steps = {
        "coordinator": {"proper", "assigned", "drafted", "reviewed", "approved"},
        "expert": {"assigned", "drafted"},
        "expert of another department": set(),
    }
    assert list(pending_of(user)) == ([remark] if state in steps[who] else [])


def test_four_eyes_leave_out_what_the_person_has_had_in_hand(consultation):
    consultation.answer_path = Consultation.AnswerPath.FOUR_EYES
    consultation.save()
    first, second, third = (person(Role.COORDINATOR) for _time in range(3))
    remark = remark_in_state(consultation, "assigned")
    pending = lambda: [list(pending_of(user)) == [remark] for user in (first, second, third)]  # noqa: E731
    decide_remark(remark, outcome=Remark.Outcome.EXPLAINED, justification="x", by=first)
    assert pending() == [False, True, True]
    review_answer(remark, by=second)
    assert pending() == [False, False, True]
    approve_answer(remark, by=third)
    assert pending() == [True, True, True]


def test_a_correction_under_way_is_pending_too(consultation):
    remark = remark_in_state(consultation, "published")
    assert not pending_of(person(Role.COORDINATOR)).exists()
    by = person(Role.COORDINATOR)
    correct_answer(remark, outcome=Remark.Outcome.EXPLAINED, justification="x", why="y", by=by)
    assert list(pending_of(person(Role.COORDINATOR))) == [remark]


# -- The page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["", "termin"])
def test_the_pages_have_no_gap_and_keep_the_filter(client, coordinator, consultation, monkeypatch, sort):
    monkeypatch.setattr("consultations.views.desk_queues.PAGE", 2)
    remarks = [due(remark_in_state(consultation, "assigned"), days) for days in (3, None, 1, 1, None)]
    seen, after = [], ""
    while after is not None:
        page = client.get(LIST, {"stan": "assigned", "sort": sort, "after": after})
        seen += [row["remark"] for row in page.context["readings"]]
        after = page.context["after"]
        assert (
            after is None
            or f"stan=assigned&amp;{'sort=termin&amp;' if sort else ''}after={after}" in page.content.decode()
        )
    order = [2, 3, 0, 1, 4] if sort else range(5)
    assert seen == [remarks[at] for at in order]


def test_it_counts_what_was_asked_for(client, coordinator, consultation):
    for state in ("received", "assigned", "assigned"):
        remark_in_state(consultation, state)
    page = client.get(LIST, {"stan": "assigned"}).context
    labels = dict(page["filter"].fields["stan"].choices)
    assert (page["chosen"].total, set(labels), labels["received"][-3:]) == (2, {"", "received", "assigned"}, "(1)")


def test_what_is_opened_from_the_list_keeps_previous_and_next_within_it(client, coordinator, consultation):
    first, other, second = (remark_in_state(consultation, state) for state in ("assigned", "received", "assigned"))
    page = client.get(f"{LIST}{first.pk}/?stan=assigned&lista=1")
    assert (page.context["place"].next, other in page.context["place"].rows) == (second, False)
    assert f"{LIST}{second.pk}/?stan=assigned&amp;lista=1" in page.content.decode()


def test_after_a_step_the_next_of_the_list_opens_and_after_the_last_the_list(client, coordinator, consultation):
    first, second = (remark_in_state(consultation, "assigned") for _time in range(2))
    query = "?stan=assigned&lista=1"
    places = []
    for one in (first, second):
        fields = {
            "action": "decide",
            "outcome": "explained",
            "justification": "Tak.",
            "seen_department": one.department_id,
        }
        places.append(client.post(f"{LIST}{one.pk}/{query}", fields)["Location"])
    assert places == [f"{LIST}{second.pk}/{query}", f"{LIST}?stan=assigned"]


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("name", ["remarks", "load"])
def test_who_reads_the_list_and_the_load(client, sign_in, role, name):
    if role:
        sign_in(role)
    status = 200 if role in {Role.COORDINATOR, Role.EXPERT} else 403 if role else 302
    assert client.get(reverse(f"desk:{name}")).status_code == status


@pytest.mark.parametrize("query", ["", "?moje=1&sort=termin", "?stan=assigned&termin=7"])
def test_the_list_costs_the_same_queries_however_long_it_is(
    client, coordinator, consultation, connection_queries, query
):
    remark_in_state(consultation, "assigned")
    client.get(LIST + query)
    few = connection_queries(lambda: client.get(LIST + query))
    for _time in range(4):
        remark_in_state(consultation, "assigned")
    assert connection_queries(lambda: client.get(LIST + query)) == few


# -- The load -------------------------------------------------------------------------------------------------------


def test_the_load_of_a_department(consultation):
    department = DepartmentFactory()
    for days in (-1, 0, 7, 8, None):
        due(remark_in_state(consultation, "assigned", department=department), days)
    remark_in_state(consultation, "drafted", department=department)
    (load,) = load_of_departments(now=DURING)
    assert (load.department, load.assigned, load.overdue, load.soon, load.drafted) == (department, 5, 1, 2, 1)
    assert [(part["name"], part["width"]) for part in load.parts] == [
        ("overdue", 16.67), ("soon", 33.33), ("later", 33.33), ("drafted", 16.67),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "median"), [([], None), ([3], 3), ([1, 9], 5), ([2, 2, 8], 2), ([0, 1, 4, 30], 2.5)])
def test_the_median_of_days_to_an_answer(consultation, days, median):
    department = DepartmentFactory()
    remark_in_state(consultation, "assigned", department=department)
    for number in days:
        remark = remark_in_state(consultation, "drafted", department=department)
        remark.decisions.update(decided_at=DURING + timedelta(days=number))
    (load,) = load_of_departments(now=DURING)
    assert load.median_days == median


def test_the_load_of_one_consultation(consultation):
    remark_in_state(consultation, "assigned")
    other = remark_in_state(consultation_with_draft(), "assigned")
    (load,) = load_of_departments(now=DURING, consultation=other.consultation)
    assert load.department == other.department


def test_many_departments_cost_no_query_more(client, coordinator, consultation, connection_queries):
    remark_in_state(consultation, "drafted")
    address = reverse("desk:load")
    client.get(address)
    few = connection_queries(lambda: client.get(address))
    for _time in range(4):
        remark_in_state(consultation, "drafted")
    assert connection_queries(lambda: client.get(address)) == few
