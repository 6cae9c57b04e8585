"""The desk's pages of bulk verbs: the filter, the number, the confirmation, the result."""

from __future__ import annotations

from functools import partial

import pytest
from django.urls import reverse

from accounts import jobs
from accounts.roles import Role
from consultations.bulk_forms import verb_form
from consultations.models import BulkAction, Department, Remark, Topic
from tests.consultations.bulk import chosen, confirmed, done
from tests.consultations.residents import text_of
from tests.factories import (
    DepartmentFactory,
    consultation_with_draft,
    passage_remark,
    person,
    remark_in_state,
    submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

ANSWER = {"outcome": "accepted", "justification": "Słusznie."}


def address(consultation, **params) -> str:
    words = "&".join(f"{name}={value}" for name, value in params.items())
    return f"{reverse('desk:bulk')}?konsultacja={consultation.slug}&{words}"


def hidden(response) -> dict[str, str]:
    """What the confirmation page sends back."""
    form = response.context["confirmation"]
    return {name: form[name].value() for name in ("fingerprint", "form_token")}


@pytest.mark.parametrize("role", list(Role))
def test_the_pages_are_for_those_who_answer(consultation, client, sign_in, role):
    sign_in(role)
    expected = 200 if role in {Role.COORDINATOR, Role.EXPERT} else 403
    assert client.get(address(consultation)).status_code == expected


@pytest.mark.parametrize(
    "params",
    [
        {"stan": "zgubione"},
        {"komorka": "nie-ma"},
        {"rozdzial": "99"},
        {"temat": "nie-ma"},
        {"termin": "kiedys"},
        {"dzielnica": "atlantyda"},
        {"kanal": "golab"},
        {"q": "..."},
        {"jak": "99.9"},
        {"jak": "pierwsza"},
        {"odrzucone": "99"},
        {"konsultacja": "nie-ma"},
    ],
)
def test_a_filter_with_an_unknown_value_shows_and_does_nothing(consultation, client, sign_in, params):
    remark_in_state(consultation, "proper")
    sign_in(Role.COORDINATOR)
    words = "&".join(f"{name}={value}" for name, value in ({"konsultacja": consultation.slug} | params).items())
    there = f"{reverse('desk:bulk')}?{words}"
    assert client.get(there).status_code == 422
    assert client.post(there, {"verb": "review"}).status_code == 400
    assert not BulkAction.objects.exists()


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"stan": "proper"}, [2]),
        ({"komorka": "zielen"}, [1]),
        ({"komorka": "brak"}, [2, 3]),
        ({"rozdzial": "2"}, [3]),
        ({"temat": "zielen"}, [2]),
        ({"temat": "brak"}, [1, 3]),
        ({"termin": "po-terminie"}, []),
        ({"termin": "7"}, [1]),
        ({"termin": "brak"}, [2, 3]),
        ({"kanal": "online"}, [1, 2, 3]),
        ({"kanal": "paper"}, []),
        ({"q": "hałas"}, [3]),
        ({"jak": "1.1"}, [1, 2]),
        ({"stan": "sprostowanie-drafted"}, []),
        ({"stan": "received", "rozdzial": "2"}, [3]),
    ],
)
def test_a_filter_finds_exactly_what_it_says(consultation, params, expected):
    first = remark_in_state(consultation, "assigned", department=DepartmentFactory(slug="zielen"))
    Remark.objects.filter(pk=first.pk).update(answer_due_on="2021-12-05")
    second = remark_in_state(consultation, "proper")
    Remark.objects.filter(pk=second.pk).update(topic=Topic.objects.get(consultation=consultation))
    submission(consultation, new_remarks=[passage_remark(consultation, "f4", change="Mniej hałasu.")])
    found = chosen(consultation, person(Role.COORDINATOR), **params).remarks()
    assert [one.submission_number for one in found] == expected


def test_the_number_and_the_first_twenty_are_shown(consultation, client, sign_in):
    submission(consultation, remarks=23)
    sign_in(Role.COORDINATOR)
    page = client.get(address(consultation))
    assert (page.context["number"], len(page.context["readings"])) == (23, 20)
    whole = client.get(address(consultation) + "&wszystkie")
    assert len(whole.context["readings"]) == 23


@pytest.mark.parametrize("step", ["list", "confirmation", "action", "actions"])
def test_no_page_asks_more_for_more_remarks(consultation, client, sign_in, connection_queries, step):
    boss = sign_in(Role.COORDINATOR)
    counts = []
    for _each in range(2):
        submission(consultation, remarks=4)
        action = done(consultation, "approve", boss)
        pages = {
            "list": lambda: client.get(address(consultation)),
            "confirmation": lambda: client.post(address(consultation), {"verb": "approve"}),
            "action": partial(client.get, reverse("desk:bulk_action", args=[action.pk])),
            "actions": lambda: client.get(reverse("desk:bulk_actions")),
        }
        counts.append(connection_queries(pages[step]))
    assert counts[0] == counts[1]


def test_the_confirmation_shows_the_number_and_does_nothing(consultation, client, sign_in):
    remark_in_state(consultation, "assigned")
    sign_in(Role.COORDINATOR)
    page = client.post(address(consultation), {"verb": "decide", **ANSWER})
    assert page.status_code == 200
    assert (page.context["prepared"].number, "Słusznie." in text_of(page)) == (1, True)
    assert not BulkAction.objects.exists()


def test_confirmed_it_is_done_and_its_page_says_so(consultation, client, sign_in):
    remark_in_state(consultation, "assigned")
    sign_in(Role.COORDINATOR)
    page = client.post(address(consultation), {"verb": "decide", **ANSWER})
    client.post(address(consultation), {"verb": "decide", **ANSWER, **hidden(page)})
    jobs.run_due()
    action = BulkAction.objects.get()
    assert (action.done, action.refused) == (1, 0)
    assert client.get(reverse("desk:bulk_action", args=[action.pk])).status_code == 200


def test_a_fault_in_the_parameters_is_shown_and_nothing_is_confirmed(consultation, client, sign_in):
    remark_in_state(consultation, "assigned")
    sign_in(Role.COORDINATOR)
    page = client.post(address(consultation), {"verb": "decide", "outcome": "accepted", "justification": " "})
    assert page.status_code == 422
    assert page.context["tried"].errors.keys() == {"justification"}


def test_a_list_that_changed_is_shown_with_its_new_number(consultation, client, sign_in):
    remark_in_state(consultation, "assigned")
    sign_in(Role.COORDINATOR)
    page = client.post(address(consultation), {"verb": "decide", **ANSWER})
    remark_in_state(consultation, "assigned")
    again = client.post(address(consultation), {"verb": "decide", **ANSWER, **hidden(page)})
    assert (again.status_code, again.context["prepared"].number) == (409, 2)
    assert not BulkAction.objects.exists()
    client.post(address(consultation), {"verb": "decide", **ANSWER, **hidden(again)})
    assert BulkAction.objects.get().total == 2


@pytest.mark.parametrize(("typed", "status"), [("", 422), ("2", 422), ("jeden", 422), ("1", 302)])
def test_to_publish_the_number_is_typed(consultation, client, sign_in, typed, status):
    remark_in_state(consultation, "approved")
    sign_in(Role.COORDINATOR)
    page = client.post(address(consultation), {"verb": "publish"})
    sent = client.post(address(consultation), {"verb": "publish", **hidden(page), "typed": typed})
    assert (sent.status_code, BulkAction.objects.count()) == (status, 1 if status == 302 else 0)


@pytest.mark.parametrize("verb", ["", "delete", "approve"])
def test_a_verb_that_is_not_the_persons_is_refused(consultation, client, sign_in, verb):
    sign_in(Role.EXPERT)
    assert client.post(address(consultation), {"verb": verb}).status_code == 400


def test_refused_remarks_stand_by_their_reason_with_a_link(consultation, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    remark_in_state(consultation, "assigned")
    refused = remark_in_state(consultation, "received")
    action = done(consultation, "decide", boss, ANSWER)
    page = client.get(reverse("desk:bulk_action", args=[action.pk]))
    assert [(one["number"], one["remarks"][0]["remark"]) for one in page.context["refused"]] == [(1, refused)]
    assert reverse("desk:remark", args=[refused.pk]) in page.content.decode()


def test_the_result_is_a_file_with_every_remark(consultation, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    remark_in_state(consultation, "assigned")
    remark_in_state(consultation, "received")
    action = done(consultation, "decide", boss, ANSWER)
    lines = client.get(reverse("desk:bulk_result", args=[action.pk])).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert [line.partition(";")[0] for line in lines[1:]] == ["1.1/2021", "2.1/2021"]


def test_there_is_no_result_before_the_end(consultation, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    remark_in_state(consultation, "assigned")
    action = confirmed(consultation, "decide", boss, ANSWER)
    assert client.get(reverse("desk:bulk_result", args=[action.pk])).status_code == 404
    assert client.get(reverse("desk:bulk_action", args=[action.pk])).context["is_working"]


def test_the_refused_are_tried_again_as_an_action_of_exactly_these(consultation, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    remark_in_state(consultation, "assigned")
    refused = remark_in_state(consultation, "received")
    action = done(consultation, "decide", boss, ANSWER)
    remark_in_state(consultation, "assigned")
    page = client.get(address(consultation, odrzucone=action.pk, czynnosc="decide"))
    assert [one["remark"] for one in page.context["readings"]] == [refused]
    again = done(consultation, "decide", boss, ANSWER, odrzucone=action.pk)
    assert list(again.items.values_list("remark", flat=True)) == [refused.pk]


def test_actions_stay_on_their_list(consultation, client, sign_in):
    boss = sign_in(Role.COORDINATOR)
    submission(consultation)
    actions = [done(consultation, "approve", boss) for _each in range(21)]
    page = client.get(reverse("desk:bulk_actions"))
    assert list(page.context["actions"]) == actions[:0:-1]
    assert (
        client.get(f"{reverse('desk:bulk_actions')}?przed={page.context['before']}").context["actions"] == actions[:1]
    )


def test_an_expert_sees_only_own_actions(consultation, client, sign_in):
    submission(consultation)
    action = done(consultation, "approve", person(Role.COORDINATOR))
    sign_in(Role.EXPERT)
    assert client.get(reverse("desk:bulk_action", args=[action.pk])).status_code == 404


def test_departments_of_others_are_no_choice_for_an_expert(consultation, client, sign_in):
    expert = sign_in(Role.EXPERT)
    own, _foreign = DepartmentFactory(), DepartmentFactory()
    own.members.add(expert)
    choices = client.get(address(consultation)).context["filter"].fields["komorka"].choices
    assert [value for value, _label in choices] == ["", own.slug]
    assert Department.objects.count() >= 2


def test_only_topics_of_the_consultation_can_be_chosen(consultation):
    foreign = Topic.objects.get(consultation=consultation_with_draft())
    assert not verb_form("tag", consultation, {"topic": foreign.pk}).is_valid()
