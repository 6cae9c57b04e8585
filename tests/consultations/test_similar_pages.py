"""The desk's pages of groups, contradictions and topics, and the pieces for the page of one remark."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.jobs import run_due
from accounts.models import Job
from accounts.roles import Role
from consultations.desk_groups import PAGE_OF_GROUPS, similar_of_remark
from consultations.models import Contradiction, GroupMember, Remark, RemarkGroup, Topic, TopicSuggestion
from consultations.services.contradictions import flag_contradiction
from consultations.services.corrections import withdraw_remark
from consultations.services.topics import suggest_topics
from consultations.views import similar as pages
from tests.consultations.similar import LETTER, OTHER, campaign, confirmed_group, look, proposed_group, sent, states
from tests.factories import DURING, DepartmentFactory, remark_in_state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
LIST = "/biurko/podobne/"


@pytest.fixture
def coordinator(sign_in):
    return sign_in(Role.COORDINATOR)


def page_of(group) -> str:
    return reverse("desk:group", args=[group.pk])


def text_of(answer) -> str:
    return str(answer.content.decode())


def confirmation(client, group, *, without=(), **more):
    """What the browser sends when these remarks are unchecked."""
    page = client.get(page_of(group))
    shown = [row.remark.pk for row in page.context["rows"]]
    return {
        "action": "confirm",
        "last": page.context["forms"]["confirm"].initial["last"],
        "shown": shown,
        "checked": [key for key in shown if key not in without],
        "label": "Lipy",
        **more,
    }


# -- The list ---------------------------------------------------------------------------------------------------------


def test_the_button_asks_the_worker_and_the_page_tells_how_far_it_is(consultation, client, coordinator):
    campaign(consultation)
    answer = client.post(LIST, {"konsultacja": consultation.slug}, follow=True)
    assert Job.objects.get(kind="find-similar").asked_by == coordinator
    assert f'id="job-{Job.objects.get().pk}"' in text_of(answer)
    run_due()
    rows = client.get(LIST).context["rows"]
    assert [row["group"].waiting for row in rows] == [3]


def test_proposed_confirmed_and_dismissed_groups_stand_apart(consultation, client, coordinator):
    group = confirmed_group(consultation)
    for _time in range(2):
        sent(consultation, OTHER)
    look(consultation)
    proposed = RemarkGroup.objects.latest("pk")
    assert [row["group"] for row in client.get(LIST).context["rows"]] == [proposed]
    assert [row["group"] for row in client.get(LIST, {"pokaz": "potwierdzone"}).context["rows"]] == [group]
    assert list(client.get(LIST, {"pokaz": "odrzucone"}).context["rows"]) == []


def test_a_long_list_is_paged_by_key_and_costs_the_same_queries(consultation, client, coordinator, connection_queries):
    typical = sent(consultation, LETTER)

    def make(how_many):
        RemarkGroup.objects.bulk_create(
            RemarkGroup(
                consultation=consultation, kind="near_copy", state="confirmed", typical=typical, found_at=DURING,
                decided_at=DURING,
            )
            for _time in range(how_many)
        )  # fmt: skip

    make(1)
    few = connection_queries(lambda: client.get(LIST, {"pokaz": "potwierdzone"}))
    make(PAGE_OF_GROUPS)
    assert connection_queries(lambda: client.get(LIST, {"pokaz": "potwierdzone"})) == few
    first = client.get(LIST, {"pokaz": "potwierdzone"}).context["page"]
    second = client.get(LIST, {"pokaz": "potwierdzone", "after": first.after}).context["page"]
    assert (len(first.rows), len(second.rows), second.after) == (PAGE_OF_GROUPS, 1, None)


def test_without_remarks_there_is_nothing_to_look_for(client, coordinator):
    assert client.get(LIST).context["chosen"] is None
    assert client.post(LIST).status_code == 400


# -- One group --------------------------------------------------------------------------------------------------------


def test_the_texts_stand_beside_each_other_with_the_words_that_differ(consultation, client, coordinator):
    group = proposed_group(consultation)
    text = text_of(client.get(page_of(group)))
    assert LETTER in text
    assert "<ins>" in text
    assert "Mieszkam obok od czterdziestu lat." in text
    assert text.count('name="checked"') == 3


def test_confirming_takes_in_who_is_checked_and_refuses_the_others(consultation, client, coordinator):
    group = proposed_group(consultation)
    first, second, third = states(group)
    answer = client.post(page_of(group), confirmation(client, group, without=[third]))
    assert answer.status_code == 302
    assert states(group) == {first: "active", second: "active", third: "refused"}
    assert RemarkGroup.objects.get().label == "Lipy"


def test_who_stands_on_the_other_pages_of_a_long_list_joins_too(consultation, client, coordinator, monkeypatch):
    monkeypatch.setattr(pages, "PAGE", 2)
    group = proposed_group(consultation, 4)
    sent_values = confirmation(client, group)
    assert len(sent_values["shown"]) == 2
    client.post(page_of(group), sent_values)
    assert set(states(group).values()) == {"active"}


def test_who_was_proposed_after_the_page_was_shown_waits(consultation, client, coordinator):
    group = proposed_group(consultation)
    values = confirmation(client, group)
    late = sent(consultation, LETTER)
    look(consultation)
    client.post(page_of(group), values)
    assert states(group)[late.pk] == "proposed"


def test_a_refusal_keeps_what_was_unchecked_and_typed(consultation, client, coordinator):
    group = proposed_group(consultation)
    first, second, _third = states(group)
    answer = client.post(page_of(group), confirmation(client, group, without=[first, second]))
    assert answer.status_code == 409
    assert set(states(group).values()) == {"proposed"}
    assert answer.context["unchecked"] == {first, second}


def test_dismissing_leads_to_the_next_proposal(consultation, client, coordinator):
    group = proposed_group(consultation)
    for _time in range(2):
        sent(consultation, OTHER)
    look(consultation)
    answer = client.post(page_of(group), {"action": "dismiss", "why": "różne"})
    assert answer["Location"] == page_of(RemarkGroup.objects.latest("pk"))
    assert RemarkGroup.objects.get(pk=group.pk).why == "różne"


def test_leaving_on_the_page_needs_a_reason_and_the_page_says_that_the_answer_stays(consultation, client, coordinator):
    group = confirmed_group(consultation)
    remark = group.typical
    assert client.post(page_of(group), {"action": "leave", "remark": remark.pk, "why": ""}).status_code == 200
    assert states(group)[remark.pk] == "active"
    client.post(page_of(group), {"action": "leave", "remark": remark.pk, "why": "inna ulica"})
    assert states(group)[remark.pk] == "left"
    assert "inna ulica" in text_of(client.get(page_of(group), {"pokaz": "poza"}))


def test_a_remark_is_taken_in_by_its_number(consultation, client, coordinator):
    group = confirmed_group(consultation)
    stranger = sent(consultation, OTHER)
    client.post(page_of(group), {"action": "add", "number": stranger.public_number})
    assert states(group)[stranger.pk] == "active"


@pytest.mark.parametrize("number", ["", "99.1", "x", "1", "1.1.1", "9" * 30 + ".1"])
def test_an_unknown_number_is_told_at_its_field(consultation, client, coordinator, number):
    group = confirmed_group(consultation)
    answer = client.post(page_of(group), {"action": "add", "number": number})
    assert answer.status_code == 200
    assert answer.context["forms"]["add"].errors["number"]


def test_a_corrected_member_stands_out_and_can_be_kept(consultation, client, coordinator):
    group = confirmed_group(consultation)
    Remark.objects.filter(pk=group.typical_id).update(revision=2)
    assert 'value="keep"' in text_of(client.get(page_of(group)))
    client.post(page_of(group), {"action": "keep", "remark": group.typical_id, "revision": 2})
    assert GroupMember.objects.get(remark=group.typical_id).revision == 2


@pytest.mark.parametrize("values", [{}, {"action": "delete"}, {"action": ""}])
def test_an_unknown_verb_is_a_bad_request(consultation, client, coordinator, values):
    assert client.post(page_of(proposed_group(consultation)), values).status_code == 400


@pytest.mark.parametrize("action", ["leave", "keep"])
def test_a_remark_of_nowhere_is_not_found(consultation, client, coordinator, action):
    group = confirmed_group(consultation)
    values = {"action": action, "remark": 10**9, "why": "x", "revision": 2}
    assert client.post(page_of(group), values).status_code == 404


def test_an_expert_reads_the_group_and_is_refused_its_verbs(consultation, client, sign_in):
    group = proposed_group(consultation)
    sign_in(Role.EXPERT)
    text = text_of(client.get(page_of(group)))
    assert LETTER in text
    assert 'name="checked"' not in text
    assert client.post(page_of(group), {"action": "dismiss"}).status_code == 403
    assert RemarkGroup.objects.get().state == "proposed"


@pytest.mark.parametrize("view", ["nowe", "w-grupie", "poza"])
def test_a_groups_page_costs_the_same_queries_however_many_belong(
    consultation, client, coordinator, connection_queries, view
):
    group = proposed_group(consultation, 2)
    state: dict[str, dict[str, Any]] = {
        "nowe": {"state": "proposed"},
        "w-grupie": {"state": "active", "joined_at": DURING},
        "poza": {"state": "refused"},
    }
    group.members.update(**state[view])
    few = connection_queries(lambda: client.get(page_of(group), {"pokaz": view}))
    campaign(consultation, 5)
    GroupMember.objects.bulk_create(
        GroupMember(group=group, remark=remark, revision=1, proposed_at=DURING, **state[view])
        for remark in Remark.objects.filter(memberships=None)
    )
    assert connection_queries(lambda: client.get(page_of(group), {"pokaz": view})) == few


def test_no_senders_name_stands_on_the_pages(consultation, client, coordinator):
    group = confirmed_group(consultation)
    for address in (LIST, page_of(group), reverse("desk:contradictions"), reverse("desk:topics")):
        text = text_of(client.get(address))
        assert "Jan Przykładowy" not in text
        assert "sender@example.org" not in text


# -- Contradictions ---------------------------------------------------------------------------------------------------


def opposed(consultation, how_many=1) -> None:
    for _time in range(how_many):
        sent(consultation, "", chosen_kind=Remark.Kind.REMOVE)
        sent(consultation, "", chosen_kind=Remark.Kind.ADD, wording="Nowe zdanie.")


def test_a_contradiction_is_dismissed_on_its_page_with_a_reason(consultation, client, coordinator):
    opposed(consultation)
    look(consultation)
    address, key = reverse("desk:contradictions"), Contradiction.objects.get().pk
    assert client.post(address, {"action": "dismiss", "contradiction": key, "why": ""}).status_code == 200
    assert Contradiction.objects.get().state == "open"
    client.post(address, {"action": "dismiss", "contradiction": key, "why": "już rozstrzygnięte"})
    assert "już rozstrzygnięte" in text_of(client.get(address, {"pokaz": "odrzucone"}))
    assert "już rozstrzygnięte" not in text_of(client.get(address))


def test_the_list_of_contradictions_costs_the_same_queries(consultation, client, coordinator, connection_queries):
    opposed(consultation)
    first, second = Remark.objects.order_by("pk")
    flag_contradiction(first, second, by=coordinator)
    look(consultation)
    few = connection_queries(lambda: client.get(reverse("desk:contradictions")))
    opposed(consultation, 4)
    for other in Remark.objects.order_by("pk")[2:]:
        flag_contradiction(first, other, by=coordinator)
    assert connection_queries(lambda: client.get(reverse("desk:contradictions"))) == few


def test_a_contradiction_is_flagged_on_the_page_of_a_remark(consultation, client, sign_in):
    own = DepartmentFactory()
    own.members.add(sign_in(Role.EXPERT))
    first, second = (remark_in_state(consultation, "assigned", department=own) for _time in range(2))
    address = reverse("desk:flag_contradiction", args=[first.pk])
    assert second.address in text_of(client.get(address))
    client.post(address, {"number": second.address, "note": "sprzeczne"})
    assert Contradiction.objects.get().note == "sprzeczne"


def test_a_number_from_another_passage_is_refused_and_what_was_typed_is_kept(consultation, client, coordinator):
    first, _same, other = sent(consultation, "Tak."), sent(consultation, "Nie."), sent(consultation, "Nie.", code="f2")
    address = reverse("desk:flag_contradiction", args=[first.pk])
    answer = client.post(address, {"number": other.address, "note": "moja notatka"})
    assert answer.status_code == 409
    assert "moja notatka" in text_of(answer)


# -- Topics -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def roads(consultation) -> Topic:
    return Topic.objects.create(consultation=consultation, slug="drogi", name="Drogi i autobusy", position=1)


def suggested(consultation, how_many=1) -> list[TopicSuggestion]:
    for _time in range(how_many):
        sent(consultation, OTHER)
    suggest_topics(consultation)
    return list(TopicSuggestion.objects.order_by("pk"))


def test_several_suggestions_are_accepted_at_once(consultation, client, coordinator, roads):
    first, second, third = suggested(consultation, 3)
    values = [f"{one.pk}-{one.topic_id}" for one in (first, third)]
    client.post(reverse("desk:topics"), {"action": "accept", "checked": values})
    assert list(Remark.objects.order_by("pk").values_list("topic", flat=True)) == [roads.pk, None, roads.pk]
    assert [row["remark"].pk for row in client.get(reverse("desk:topics")).context["rows"]] == [second.pk]


def test_refused_suggestions_leave_the_list_and_set_nothing(consultation, client, coordinator, roads):
    (one,) = suggested(consultation)
    client.post(reverse("desk:topics"), {"action": "refuse", "checked": [f"{one.pk}-{one.topic_id}"]})
    assert Remark.objects.get().topic is None
    assert list(client.get(reverse("desk:topics")).context["rows"]) == []


def test_a_suggestion_that_changed_meanwhile_sets_nothing_and_is_told(consultation, client, coordinator, roads):
    (one,) = suggested(consultation)
    value = f"{one.pk}-{one.topic_id}"
    TopicSuggestion.objects.update(topic=consultation.topics.exclude(pk=roads.pk).get())
    answer = client.post(reverse("desk:topics"), {"action": "accept", "checked": [value]}, follow=True)
    assert Remark.objects.get().topic is None
    assert len(list(answer.context["messages"])) == 1


@pytest.mark.parametrize("values", [{}, {"action": "accept"}, {"action": "x", "checked": "1-1"}])
def test_nothing_checked_or_an_unknown_verb_changes_nothing(consultation, client, coordinator, roads, values):
    suggested(consultation)
    answer = client.post(reverse("desk:topics"), values)
    assert answer.context["form"].errors
    assert Remark.objects.get().topic is None


def test_the_list_of_topics_costs_the_same_queries(consultation, client, coordinator, roads, connection_queries):
    suggested(consultation)
    few = connection_queries(lambda: client.get(reverse("desk:topics")))
    suggested(consultation, 4)
    assert connection_queries(lambda: client.get(reverse("desk:topics"))) == few


def test_a_withdrawn_remark_leaves_the_list_at_once(consultation, client, coordinator, roads):
    suggested(consultation)
    withdraw_remark(Remark.objects.get(), now=DURING)
    assert list(client.get(reverse("desk:topics")).context["rows"]) == []


def test_a_topic_is_set_on_the_page_of_a_remark(consultation, client, coordinator, roads):
    remark = sent(consultation, OTHER)
    address = reverse("desk:set_topic", args=[remark.pk])
    client.post(address, {"action": "set_topic", "topic": roads.pk, "seen": ""})
    assert Remark.objects.get().topic == roads
    client.post(address, {"action": "set_topic", "topic": "", "seen": ""})
    assert Remark.objects.get().topic == roads  # somebody had set it since the page was shown
    client.post(address, {"action": "set_topic", "topic": "", "seen": roads.pk})
    assert Remark.objects.get().topic is None


# -- Queues -----------------------------------------------------------------------------------------------------------


def test_the_desk_counts_what_waits_and_leads_to_it(consultation, client, coordinator, roads):
    group = proposed_group(consultation)
    opposed(consultation)
    suggested(consultation)
    look(consultation)
    boxes = {box["queue"].name: box for box in client.get(reverse("desk:home")).context["boxes"]}
    assert boxes["similar"]["count"] == RemarkGroup.objects.to_decide().count()
    assert boxes["similar"]["oldest"][0].url == page_of(group)
    assert boxes["contradictions"]["count"] == 1
    assert boxes["topics"]["count"] == TopicSuggestion.objects.filter(state="open").count() > 0


# -- Pieces for the page of one remark ---------------------------------------------------------------------------------

PIECES = ["_group_of_remark", "_contradictions_of_remark", "_topic_of_remark"]


def pieces(remark: Remark, user) -> str:
    context = {"similar": similar_of_remark(Remark.objects.select_related("consultation").get(pk=remark.pk), user)}
    return "".join(render_to_string(f"desk/{piece}.html", context) for piece in PIECES)


def test_the_pieces_tell_the_group_the_contradictions_and_the_topic(consultation, coordinator, roads):
    group = confirmed_group(consultation)
    other = sent(consultation, OTHER)
    flag_contradiction(group.typical, other, note="sprzeczne", by=coordinator)
    suggest_topics(consultation)
    text = pieces(group.typical, coordinator)
    assert page_of(group) in text
    assert "sprzeczne" in text
    assert other.address in text
    assert "autobusów" in pieces(other, coordinator)


def test_a_proposal_is_told_as_one(consultation, coordinator):
    group = proposed_group(consultation)
    found = similar_of_remark(group.typical, coordinator)
    assert (found.member.state, found.is_grouped, found.group_size) == ("proposed", False, 3)


def test_a_remark_alone_has_empty_pieces_for_who_may_do_nothing(consultation, sign_in):
    assert pieces(sent(consultation, OTHER), sign_in(Role.EXPERT)).strip() == ""


def test_the_pieces_cost_at_most_nine_queries_however_many_remarks(
    consultation, coordinator, roads, connection_queries
):
    group = confirmed_group(consultation, 2)
    opposed(consultation)
    look(consultation)
    remark = Remark.objects.select_related("consultation").filter(kind="remove").get()
    flag_contradiction(remark, group.typical, by=coordinator)
    few = connection_queries(lambda: pieces(remark, coordinator))
    opposed(consultation, 3)
    for one in Remark.objects.exclude(pk__in=[remark.pk, group.typical_id]):
        flag_contradiction(remark, one, by=coordinator)
    assert connection_queries(lambda: pieces(remark, coordinator)) == few <= 10
