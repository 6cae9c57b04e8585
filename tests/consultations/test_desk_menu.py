"""The desk's menu: its numbers are exact, cost one query together, and change with one's own act at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from consultations.models import Remark
from lublin2030.lib.desk import count_waiting, queues_for
from tests.factories import STATES, DepartmentFactory, person, remark_in_state, submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
MOST_QUERIES = 12
# These two ask also for what there is to choose from: departments, chapters, topics, districts; and the verbs' forms.
MORE = {"remarks": 13, "bulk": 17}

# The pages of the desk that a coordinator opens from the menu.
PAGES = [
    "verification", "assignment", "answers", "review", "approval", "publication", "texts", "terms", "summaries",
    "similar", "contradictions", "topics", "drafts", "changes", "remarks", "load", "bulk", "bulk_actions", "history",
    "batches",
]  # fmt: skip


def numbers(page) -> dict[str, int]:
    """What the menu shows, by the queues' addresses."""
    return {item["url"]: item["count"] for item in page.context["items"]}


def test_all_numbers_together_cost_one_query(consultation):
    for state in STATES:
        remark_in_state(consultation, state)
    user = person(Role.COORDINATOR)
    queues = queues_for(user)
    with CaptureQueriesContext(connection) as captured:
        counts = count_waiting(queues, user)
    assert len(captured) == 1
    assert {name: counts[name] for name in ("assignment", "answers", "review", "approval", "publication")} == {
        "assignment": 1, "answers": 1, "review": 1, "approval": 1, "publication": 1,
    }  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_each_number_is_what_its_queue_holds(consultation, role):
    user = person(role)
    department = DepartmentFactory()
    department.members.add(user)
    for state in STATES:
        remark_in_state(consultation, state, department=department)
        remark_in_state(consultation, state)
    queues = queues_for(user)
    counts = count_waiting(queues, user)
    assert counts == {queue.name: sum(rows.count() for rows in queue.waits(user)) for queue in queues}
    assert all(len(queue.oldest(user, 100)) == counts[queue.name] for queue in queues)


def test_the_menu_shows_the_changed_number_right_after_ones_own_act(client, sign_in, consultation):
    sign_in(Role.COORDINATOR)
    remark = remark_in_state(consultation, "assigned")
    here, there = reverse("desk:answers"), reverse("desk:publication")
    before = numbers(client.get(here))
    fields = {
        "action": "decide",
        "outcome": "explained",
        "justification": "Tak.",
        "seen_department": remark.department_id,
    }
    client.post(reverse("desk:remark", args=[remark.pk]), fields)
    after = numbers(client.get(here))
    assert [(page[here], page[there]) for page in (before, after)] == [(1, 0), (0, 1)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_desk_costs_a_coordinator_few_queries(client, sign_in, consultation, name):
    sign_in(Role.COORDINATOR)
    for state in STATES:
        remark_in_state(consultation, state)
    submission(consultation)
    address = reverse(f"desk:{name}")
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    most = MORE.get(name, MOST_QUERIES)
    assert len(captured) <= most, "\n".join(query["sql"][:200] for query in captured)


def test_the_first_page_asks_only_of_queues_in_which_something_waits(client, sign_in, consultation):
    sign_in(Role.COORDINATOR)
    remark_in_state(consultation, "received")
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("desk:home"))
    Remark.objects.update(state="withdrawn")
    with CaptureQueriesContext(connection) as fewer:
        client.get(reverse("desk:home"))
    assert len(fewer) < len(few)
