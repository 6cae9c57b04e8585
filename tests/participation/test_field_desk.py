"""The desk puts right what could not be kept, records headcounts and accepts photographs; each once, with a reason."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from accounts.roles import Role
from participation.errors import FieldItemSettled, FieldReasonMissing, NotPermitted
from participation.field.reading import read_card
from participation.models import Attendance, Event, EventPhoto, FieldCount, FieldItem, FieldPhoto, Voice
from participation.services import field_desk
from participation.services.field import receive_cards, receive_count, receive_photo
from tests.factories import DURING, person
from tests.factories_field import device, quarantined, sent_card
from tests.factories_participation import ThemeFactory, held_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]

DESK = "/biurko/teren/"


@pytest.fixture
def editor(sign_in):
    return sign_in(Role.EDITOR)


@pytest.fixture
def noter():
    return person(Role.EXPERT)


def picture() -> SimpleUploadedFile:
    data = io.BytesIO()
    image = Image.new("RGB", (40, 20), "red")
    exif = image.getexif()
    exif[0x013B] = "Jan Kowalski"
    image.save(data, "JPEG", exif=exif)
    return SimpleUploadedFile("photo.jpg", data.getvalue(), content_type="image/jpeg")


def photo_of(noter: Any, event: Event | None, alt: str = "Namiot") -> FieldPhoto:
    capture_id = uuid.uuid4()
    receive_photo(
        picture(), capture_id=capture_id, device=device(noter), by=noter, event=event.pk if event else 10**6,
        title="Punkt", alt=alt,
    )  # fmt: skip
    return FieldPhoto.objects.get(capture_id=capture_id)


def counted(noter: Any, event: Event | None, plus: int = 5, minus: int = 0) -> FieldCount:
    return receive_count(
        device=device(noter), by=noter, event=event.pk if event else 10**6, title="Punkt", plus=plus, minus=minus
    )


def put_right(item: FieldItem, event: Event, **fields: Any) -> dict[str, Any]:
    payload = {
        key: item.payload[key] for key in ("question", "text", "theme", "district", "age_band", "language", "wording")
    }
    return {**payload, "event": event.pk, "action": "keep", **fields}


# -- Cards -----------------------------------------------------------------------------------------------------------


def test_a_card_is_put_right_into_a_voice_of_who_noted_it(client, editor, noter):
    event, item = held_event(), quarantined(noter)
    assert client.post(f"{DESK}karty/{item.pk}/", put_right(item, event)).status_code == 302
    voice = Voice.objects.get()
    assert (voice.capture_id, voice.event, voice.entered_by, str(voice.spoken_on)) == (
        item.capture_id, event, noter, "2021-11-30",
    )  # fmt: skip
    item.refresh_from_db()
    assert (item.state, item.payload, item.settled_by) == ("kept", {}, editor)


def test_a_card_is_kept_once_by_two_colleagues(editor, noter):
    item, event = quarantined(noter), held_event()
    words = {"text": "Drzewa.", "wording": Voice.Wording.TRANSCRIPT, "channel": Voice.Channel.OTHER}
    field_desk.keep_card(item, event=event, words=words, by=editor)
    with pytest.raises(FieldItemSettled):
        field_desk.keep_card(item, event=event, words=words, by=editor)
    with pytest.raises(FieldItemSettled):
        field_desk.throw_card(item, why="Puste.", by=editor)
    assert Voice.objects.count() == 1


def test_a_theme_of_another_process_is_told_beside_the_field(client, editor, noter):
    item, theme = quarantined(noter), ThemeFactory()
    answer = client.post(f"{DESK}karty/{item.pk}/", put_right(item, held_event(), theme=theme.slug))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["theme"])


def test_a_card_is_thrown_away_with_a_reason_and_its_text_goes(client, editor, noter):
    item = quarantined(noter)
    client.post(f"{DESK}karty/{item.pk}/", {"action": "throw", "why": "Pusta karta próbna."})
    item.refresh_from_db()
    assert (item.state, item.thrown_why, item.payload) == ("thrown", "Pusta karta próbna.", {})


def test_without_a_reason_nothing_is_thrown_away(client, editor, noter):
    item = quarantined(noter)
    assert client.post(f"{DESK}karty/{item.pk}/", {"action": "throw", "why": " "}).status_code == 422
    with pytest.raises(FieldReasonMissing):
        field_desk.throw_card(item, why=" ", by=editor)
    assert FieldItem.objects.waiting().count() == 1


def test_what_was_thrown_away_is_known_when_it_comes_again(editor, noter):
    item = quarantined(noter)
    field_desk.throw_card(item, why="Próba.", by=editor)
    card = read_card({**sent_card(held_event()), "id": str(item.capture_id)})
    assert [one.result for one in receive_cards([card], device=device(noter), by=noter)] == ["known"]
    assert not Voice.objects.exists()


# -- Headcounts ------------------------------------------------------------------------------------------------------


def test_the_sum_of_the_devices_becomes_the_attendance(client, editor, noter):
    event = held_event()
    counted(noter, event, 5, 1)
    counted(noter, event, 7)
    client.post(f"{DESK}liczenie/", {"action": "record", "event": event.pk, "people": "11"})
    attendance = Attendance.objects.get()
    assert (attendance.count, attendance.method, attendance.recorded_by) == (11, "headcount", editor)


def test_recording_again_after_more_came_corrects_it(editor, noter):
    event = held_event()
    counted(noter, event, 5)
    field_desk.record_headcount(event, people=5, by=editor)
    counted(noter, event, 3)
    with pytest.raises(FieldItemSettled):
        field_desk.record_headcount(event, people=5, by=editor)
    field_desk.record_headcount(event, people=8, by=editor)
    assert list(Attendance.objects.that_hold().values_list("count", flat=True)) == [8]


def test_a_count_whose_event_is_gone_is_given_to_another(client, editor, noter):
    count, event = counted(noter, None), held_event()
    client.post(f"{DESK}liczenie/", {"action": "assign", "count": count.pk, "event": event.pk})
    assert FieldCount.objects.people_by_event([event.pk]) == {event.pk: 5}
    receive_count(
        device=count.device, by=noter, event=count.claimed_event, title="", plus=9, minus=0
    )  # the tablet goes on counting
    assert FieldCount.objects.people_by_event([event.pk]) == {event.pk: 9}


def test_a_count_of_an_event_that_is_deleted_later_waits(noter):
    event = held_event()
    counted(noter, event)
    event.delete()
    assert FieldCount.objects.waiting().get().people == 5


def test_a_count_is_thrown_away_with_a_reason(client, editor, noter):
    count = counted(noter, None)
    client.post(f"{DESK}liczenie/", {"action": "throw", "count": count.pk, "why": "Próba."})
    assert not FieldCount.objects.waiting().exists()


# -- Photographs -----------------------------------------------------------------------------------------------------


def test_a_photograph_is_bare_and_nobody_but_staff_sees_it(client, editor, noter):
    photo = photo_of(noter, held_event())
    address = f"{DESK}zdjecia/{photo.pk}/plik/"
    content = b"".join(client.get(address).streaming_content)
    assert content.startswith(b"\xff\xd8")
    assert b"Kowalski" not in content
    assert not EventPhoto.objects.exists()
    assert Client().get(address).status_code == 302


def test_an_accepted_photograph_is_the_events_and_leaves_the_private_place(
    client, editor, noter, django_capture_on_commit_callbacks
):
    event = held_event()
    photo = photo_of(noter, event)
    name, storage = photo.image.name, photo.image.storage
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            f"{DESK}zdjecia/", {"action": "accept", "photo": photo.pk, "event": event.pk, "alt": "Namiot i stolik"}
        )
    accepted = event.photos.get()
    assert (accepted.alt, accepted.width) == ("Namiot i stolik", 40)
    assert not storage.exists(name)


def test_a_photograph_without_a_description_is_not_accepted(client, editor, noter):
    event = held_event()
    photo = photo_of(noter, event, alt="")
    answer = client.post(f"{DESK}zdjecia/", {"action": "accept", "photo": photo.pk, "event": event.pk, "alt": " "})
    assert answer.status_code == 422
    assert not EventPhoto.objects.exists()


def test_a_photograph_is_accepted_once(editor, noter):
    event = held_event()
    photo = photo_of(noter, event)
    field_desk.accept_photo(photo, event=event, alt="Namiot", by=editor)
    with pytest.raises((FieldItemSettled, FileNotFoundError)):
        field_desk.accept_photo(photo, event=event, alt="Namiot", by=editor)
    assert EventPhoto.objects.count() == 1


def test_a_photograph_is_thrown_away_with_its_file(client, editor, noter, django_capture_on_commit_callbacks):
    photo = photo_of(noter, None)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{DESK}zdjecia/", {"action": "throw", "photo": photo.pk, "why": "Twarz dziecka."})
    assert not photo.image.storage.exists(photo.image.name)
    assert FieldPhoto.objects.get().thrown_why == "Twarz dziecka."


def test_a_photograph_sent_again_is_known(noter):
    photo = photo_of(noter, held_event())
    again = receive_photo(
        picture(), capture_id=photo.capture_id, device=photo.device, by=noter, event=1, title="", alt=""
    )
    assert (again, FieldPhoto.objects.count()) == (False, 1)


def test_a_photograph_whose_file_was_lost_on_the_way_comes_again(noter):
    photo = photo_of(noter, held_event())
    FieldPhoto.objects.update(image="")  # the server died between the row and the file
    receive_photo(picture(), capture_id=photo.capture_id, device=photo.device, by=noter, event=1, title="", alt="")
    assert FieldPhoto.objects.waiting().get().image


def test_what_is_no_photograph_is_refused_with_a_sentence(client, sign_in):
    worker = sign_in(Role.EXPERT)
    body = {
        "id": str(uuid.uuid4()), "worker": worker.pk, "device": str(uuid.uuid4()), "device_now": "x", "event": "1",
        "image": SimpleUploadedFile("photo.jpg", b"<html>"),
    }  # fmt: skip
    item = client.post("/api/field/photos/", body).json()["items"][0]
    assert (item["result"], bool(item["sentence"])) == ("refused", True)


# -- Who, and how much -----------------------------------------------------------------------------------------------

PAGES = ["", "liczenie/", "zdjecia/", "urzadzenia/"]
MAY_SETTLE = {Role.EDITOR, Role.COORDINATOR}
MAY_NOTE = {Role.EDITOR, Role.COORDINATOR, Role.EXPERT}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("part", PAGES)
def test_the_pages_open_for_their_roles(client, sign_in, role, part):
    sign_in(role)
    assert client.get(f"{DESK}{part}").status_code == (200 if role in MAY_SETTLE else 403)


@pytest.mark.parametrize("role", Role)
def test_the_verbs_are_for_their_roles(role, noter):
    by, item, count, photo = person(role), quarantined(noter), counted(noter, None), photo_of(noter, None)
    verbs = [
        lambda: field_desk.throw_card(item, why="Próba.", by=by),
        lambda: field_desk.throw_count(count, why="Próba.", by=by),
        lambda: field_desk.throw_photo(photo, why="Próba.", by=by),
    ]
    allowed = []
    for verb in verbs:
        try:
            verb()
            allowed.append(True)
        except NotPermitted:
            allowed.append(False)
    assert allowed == [role in MAY_SETTLE] * len(verbs)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["bundle", "key"])
def test_what_tablets_ask_is_for_those_who_may_note_voices(client, sign_in, role, path):
    sign_in(role)
    answer = client.get(f"/api/field/{path}/")
    assert answer.status_code == (200 if role in MAY_NOTE else 403)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("part", PAGES)
def test_the_queries_of_a_page_do_not_depend_on_its_rows(client, editor, noter, part):
    def more() -> None:
        event = held_event()
        quarantined(noter)
        counted(noter, event)
        counted(noter, None)
        photo_of(noter, event)

    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert client.get(f"{DESK}{part}").status_code == 200
        return len(made)

    more()
    one = queries()
    for _ in range(3):
        more()
    assert queries() == one


def test_the_desk_counts_what_waits(client, editor, noter):
    event = held_event()
    quarantined(noter)
    counted(noter, None)
    photo_of(noter, event)
    boxes = {box["queue"].name: box for box in client.get("/biurko/").context["boxes"]}
    assert boxes["field"]["count"] == 3
    assert len(boxes["field"]["oldest"]) == 3


def test_more_cards_than_a_page_holds_stand_on_the_next(client, editor, noter):
    for _ in range(21):
        quarantined(noter)
    first = client.get(DESK)
    assert len(first.context["items"]) == 20
    assert len(client.get(f"{DESK}?after={first.context['after']}").context["items"]) == 1


def test_devices_tell_whose_clock_is_wrong(client, editor, noter):
    device(noter, device_now=(DURING.timestamp() - 365 * 86400) * 1000)
    assert client.get(f"{DESK}urzadzenia/").context["rows"][0][0].clock_is_wrong
