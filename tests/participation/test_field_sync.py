"""What tablets send is kept once each, whatever arrives twice, late, broken or for an event that is gone."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from participation.models import Event, FieldCount, FieldDevice, FieldItem, Voice
from tests.factories import DURING, DistrictFactory, ProcessFactory, person
from tests.factories_field import AT, milliseconds, sent_card
from tests.factories_participation import ThemeFactory, held_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

NOW = round(DURING.timestamp() * 1000)
DAY = dt.date(2021, 11, 30)


@pytest.fixture
def worker(sign_in):
    return sign_in(Role.EXPERT)


def send(client: Client, worker, *cards: Any, counts: Any = (), **more: Any) -> Any:
    body = {
        "device": str(uuid.UUID(int=7)), "worker": worker.pk, "device_now": NOW, "language": "en",
        "cards": list(cards), "counts": list(counts), **more,
    }  # fmt: skip
    return client.post("/api/field/sync/", json.dumps(body), content_type="application/json")


def results(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["result"] for item in answer.json()["items"]]


def test_a_card_becomes_a_voice_that_waits_to_be_read(client, worker):
    event = held_event(district=DistrictFactory())
    theme, district = ThemeFactory(process=event.process), DistrictFactory()
    card = sent_card(
        event, theme=theme.slug, district=district.slug, age_band="60_74", language="uk", wording="paraphrase"
    )
    assert results(send(client, worker, card)) == ["kept"]
    voice = Voice.objects.get()
    assert (str(voice.capture_id), voice.text, voice.question) == (card["id"], card["text"], card["question"])
    assert (voice.event, voice.theme, voice.district) == (event, theme, district)
    assert (voice.age_band, voice.language, voice.wording) == ("60_74", "uk", "paraphrase")
    assert (voice.channel, voice.state, voice.spoken_on, voice.entered_by) == ("mobile_point", "new", DAY, worker)
    assert FieldItem.objects.get().payload == {}


def test_what_is_sent_again_is_known(client, worker):
    card = sent_card(held_event())
    answers = [results(send(client, worker, card)), results(send(client, worker, card, sent_card(card["event"])))]
    assert answers == [["kept"], ["known", "kept"]]
    assert Voice.objects.count() == 2


def test_a_card_from_two_devices_is_kept_once(client, worker):
    card = sent_card(held_event())
    for device in (1, 2):
        send(client, worker, card, device=str(uuid.UUID(int=device)))
    assert (Voice.objects.count(), FieldItem.objects.count(), FieldDevice.objects.count()) == (1, 1, 2)


def test_the_same_twice_in_one_batch_is_kept_once(client, worker):
    card = sent_card(held_event())
    assert results(send(client, worker, card, card)) == ["kept"]


CHANNELS = {
    "mobile_point": "mobile_point", "participatory_cafe": "cafe", "open_meeting": "meeting", "workshop": "meeting",
    "interview": "interview", "focus_group": "focus_group", "campaign": "other",
}  # fmt: skip


@pytest.mark.parametrize("kind", CHANNELS)
def test_the_channel_is_the_events(client, worker, kind):
    send(client, worker, sent_card(held_event(kind=kind)))
    assert Voice.objects.get().channel == CHANNELS[kind]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a theme nobody knows": ({"theme": "nie-ma"}, "theme_unknown"),
    "a district nobody knows": ({"district": "nie-ma"}, "district_unknown"),
    "no text": ({"text": " \n"}, "text_empty"),
    "no text at all": ({"text": None}, "text_empty"),
    "a text too long": ({"text": "a" * 5001}, "too_long"),
    "a question too long": ({"question": "a" * 301}, "too_long"),
    "characters nobody sees": ({"text": "Więcej\x07 drzew"}, "characters"),
    "an age nobody knows": ({"age_band": "old"}, "value_unknown"),
    "a language nobody knows": ({"language": "xx"}, "value_unknown"),
    "words of nobody": ({"wording": "poem"}, "value_unknown"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_card_that_cannot_be_kept_waits_whole_for_a_person(client, worker, fault):
    fields, code = FAULTS[fault]
    card = sent_card(held_event(), **fields)
    item = send(client, worker, card).json()["items"][0]
    assert (item["result"], item["code"], bool(item["sentence"])) == ("quarantined", code, True)
    assert FieldItem.objects.waiting().get().payload["text"] == (card["text"] or "")
    assert not Voice.objects.exists()


def test_a_theme_of_another_process_waits(client, worker):
    card = sent_card(held_event(), theme=ThemeFactory(process=ProcessFactory()).slug)
    assert send(client, worker, card).json()["items"][0]["code"] == "theme_unknown"


@pytest.mark.parametrize("state", [Event.State.DRAFT, Event.State.CANCELLED])
def test_a_card_of_an_event_that_is_not_held_waits(client, worker, state):
    assert send(client, worker, sent_card(held_event(state=state))).json()["items"][0]["code"] == "event_closed"


def test_a_card_of_a_deleted_event_waits_and_is_known_after(client, worker):
    event = held_event()
    card = sent_card(event)
    event.delete()
    assert results(send(client, worker, card)) == ["quarantined"]
    assert results(send(client, worker, card)) == ["known"]
    assert FieldItem.objects.waiting().get().payload["event_title"] == "Punkt przy fontannie"


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "💧\u202e"])
def test_what_databases_refuse_is_no_fault_of_the_server(client, worker, text):
    assert send(client, worker, sent_card(held_event(), text=text), sent_card(2, event_title=text)).status_code == 200


@pytest.mark.parametrize("raw", [None, 7, "x", [], {}, {"id": "x"}, {"id": None}])
def test_what_has_no_name_is_refused_and_the_rest_is_kept(client, worker, raw):
    assert sorted(results(send(client, worker, raw, sent_card(held_event())))) == ["kept", "refused"]


STRANGE = [None, "2021", -1, 2**63, 10**30, 1e300, True, [], {}, "99999"]


@pytest.mark.parametrize("field", ["at", "offset", "event", "text", "theme", "noted_by"])
def test_no_value_of_a_card_breaks_the_batch(client, worker, field):
    event = held_event()
    strange = [{**sent_card(event), field: value} for value in STRANGE]
    assert results(send(client, worker, *strange, sent_card(event)))[-1] == "kept"


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"cards": 1}', "\ud800", '{"cards": [], "counts": []}'])
def test_what_is_no_batch_is_refused_whole(client, worker, body):
    data = body.encode("utf-8", "surrogatepass")
    assert client.post("/api/field/sync/", data, content_type="application/json").status_code == 400


def test_more_than_fifty_cards_are_refused(client, worker):
    assert send(client, worker, *[sent_card(1) for _ in range(51)]).status_code == 400


def test_the_queries_do_not_depend_on_the_number_of_cards(client, worker):
    event = held_event()

    def queries(number: int) -> int:
        with CaptureQueriesContext(connection) as made:
            send(client, worker, *[sent_card(event) for _ in range(number)])
        return len(made)

    send(client, worker, sent_card(event))
    assert queries(2) == queries(25)  # SQLite takes 999 values a statement, so that fifty need one more


# -- Who sends -------------------------------------------------------------------------------------------------------


def test_nobody_sends_signed_out(client, worker):
    card = sent_card(held_event())
    client.logout()
    answer = send(client, worker, card)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    assert not FieldItem.objects.exists()


def test_cards_are_not_sent_under_another_name(client, worker, sign_in):
    sign_in(Role.EDITOR)
    assert send(client, worker, sent_card(held_event())).status_code == 409
    assert not FieldItem.objects.exists()


def test_sending_needs_a_token(worker):
    client = Client(enforce_csrf_checks=True)
    client.force_login(worker)
    assert send(client, worker, sent_card(held_event())).status_code == 403
    token = client.get("/api/field/session/").json()["csrf"]
    body = {"device": str(uuid.uuid4()), "worker": worker.pk, "device_now": NOW, "cards": [], "counts": []}
    answer = client.post(
        "/api/field/sync/", json.dumps(body), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 200


def test_who_noted_a_card_that_was_handed_over_stays_with_it(client, worker):
    noter = person(Role.EXPERT)
    send(client, worker, sent_card(held_event(), noted_by=noter.pk), sent_card(held_event(), noted_by=10**6))
    who = {(item.noted_by, item.sent_by) for item in FieldItem.objects.all()}
    assert who == {(noter, worker), (worker, worker)}


# -- Clocks ----------------------------------------------------------------------------------------------------------

YEAR = 365 * 24 * 3600 * 1000


def test_a_clock_a_year_off_gives_the_right_day_and_a_flag(client, worker):
    send(client, worker, sent_card(held_event(), at=AT - YEAR, offset=YEAR), device_now=NOW - YEAR)
    item = FieldItem.objects.get()
    assert (Voice.objects.get().spoken_on, item.clock_is_wrong) == (DAY, True)
    assert item.device_at == DURING - dt.timedelta(days=366)  # the device's claim is kept


def test_a_right_clock_is_not_flagged(client, worker):
    send(client, worker, sent_card(held_event()))
    assert (Voice.objects.get().spoken_on, FieldItem.objects.get().clock_is_wrong) == (DAY, False)


SET_IN_BETWEEN = {
    "set back after the card": {"at": AT, "offset": 0, "device_now": NOW - 50 * YEAR},
    "set back before the card": {"at": AT - 50 * YEAR, "offset": 0, "device_now": NOW - 50 * YEAR},
    "never measured": {"at": AT - YEAR, "offset": None, "device_now": NOW - YEAR},
}


@pytest.mark.parametrize("case", SET_IN_BETWEEN)
def test_a_clock_that_was_set_in_between_gives_the_right_day_and_a_flag(client, worker, case):
    fields = dict(SET_IN_BETWEEN[case])
    send(
        client,
        worker,
        sent_card(held_event(), at=fields["at"], offset=fields["offset"]),
        device_now=fields["device_now"],
    )
    assert (Voice.objects.get().spoken_on, FieldItem.objects.get().clock_is_wrong) == (DAY, True)


def test_of_several_days_of_an_event_the_day_is_the_cards(client, worker):
    event = held_event(starts_at=DURING - dt.timedelta(days=3), ends_at=DURING)
    send(client, worker, sent_card(event, at=milliseconds(2021, 11, 29)))
    assert Voice.objects.get().spoken_on == dt.date(2021, 11, 29)


def test_a_card_typed_up_later_has_the_events_day(client, worker):
    send(client, worker, sent_card(held_event(starts_at=DURING - dt.timedelta(days=5)), at=NOW))
    assert (Voice.objects.get().spoken_on, FieldItem.objects.get().clock_is_wrong) == (dt.date(2021, 11, 26), False)


# -- Headcounts ------------------------------------------------------------------------------------------------------


def count(event: Event | int, plus: int, minus: int) -> dict[str, Any]:
    pk = event if isinstance(event, int) else event.pk
    return {"event": pk, "event_title": "Punkt", "plus": plus, "minus": minus}


def test_counts_of_two_devices_add_up_and_repeated_ones_do_not(client, worker):
    event = held_event()
    for device, plus, minus in ((1, 5, 1), (1, 5, 1), (2, 7, 0), (1, 3, 0)):
        answer = send(client, worker, counts=[count(event, plus, minus)], device=str(uuid.UUID(int=device)))
    assert answer.json()["counts"][0]["total"] == 4 + 7
    assert sorted(FieldCount.objects.values_list("plus", "minus")) == [(5, 1), (7, 0)]


def test_two_workers_on_one_device_count_for_themselves(client, worker, sign_in):
    event = held_event()
    send(client, worker, counts=[count(event, 5, 0)])
    other = sign_in(Role.EDITOR)
    send(client, other, counts=[count(event, 2, 0)])
    assert FieldCount.objects.people_by_event([event.pk]) == {event.pk: 7}


def test_a_count_of_a_deleted_event_waits_and_grows(client, worker):
    for plus in (5, 9):
        answer = send(client, worker, counts=[count(10**6, plus, 0)])
    assert answer.json()["counts"][0]["plus"] == 9
    assert FieldCount.objects.waiting().get().people == 9


@pytest.mark.parametrize("raw", [None, {}, {"event": 1}, count(1, 2, 3), count(1, 10**8, 0), count(-1, 1, 0)])
def test_a_count_that_is_none_is_left_out(client, worker, raw):
    assert send(client, worker, counts=[raw]).json()["counts"] == []
