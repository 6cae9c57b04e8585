"""The desk's pages of events: the list, its queue, registering by telephone, the door, changes; and the record."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.roles import Role
from participation.errors import AttendanceChanged, EventChanged, MovedToThePast
from participation.event_words import words_for
from participation.models import Attendance, Event, EventChange, Registration
from participation.services.events import cancel_event
from participation.services.registrations import cancel_registration, check_in
from tests.factories import DURING, DistrictFactory
from tests.factories_events import COMING, open_event, registered
from tests.factories_participation import held_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
HOUR = dt.timedelta(hours=1)
ALLOWED = {Role.EDITOR, Role.COORDINATOR}


@pytest.fixture
def clerk(sign_in):
    return sign_in(Role.EDITOR)


def desk(event: Event, page: str = "event") -> str:
    return reverse(f"desk:{page}", args=[event.pk])


def press(client: Client, event: Event, what: str, one: Registration | None = None, query: str = "", **fields):
    return client.post(f"{desk(event)}{query}", {"co": what, "kto": one.pk if one else ""} | fields)


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# -- Who may ----------------------------------------------------------------------------------------------------------

PAGES = ["event", "event_move", "event_cancel", "event_list", "event_sheet", "event_counter"]


@pytest.mark.parametrize("role", Role)
def test_events_are_run_by_editors_and_coordinators_only(client, sign_in, role):
    event = open_event()
    registered(event, 1)
    sign_in(role)
    paths = [reverse("desk:events"), *(desk(event, page) for page in PAGES)]
    assert {client.get(path).status_code for path in paths} == {200 if role in ALLOWED else 403}
    assert {client.post(path, {"co": "dopisz"}).status_code == 403 for path in paths} == {role not in ALLOWED}


def test_without_signing_in_no_name_is_shown(client):
    event = open_event()
    registered(event, 1)
    for page in PAGES:
        assert reverse("account_login") in client.get(desk(event, page))["Location"]


# -- The list and the queue -------------------------------------------------------------------------------------------


def titles(client: Client, query: str = "") -> list[str]:
    html = client.get(f"{reverse('desk:events')}{query}").content.decode()
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', html)


def test_the_list_shows_what_comes_what_is_missing_what_was_and_drafts(client, clerk):
    open_event(title="za tydzień")
    held_event(title="bez liczby i opisu")
    open_event(title="szkic", state="draft")
    done = held_event(title="zamknięte", after_summary="Było miło.")
    Attendance.objects.create(event=done, count=4, method="headcount", recorded_at=DURING)
    assert titles(client) == ["za tydzień"]
    assert titles(client, "?pokaz=do-uzupelnienia") == ["bez liczby i opisu"]
    assert sorted(titles(client, "?pokaz=minione")) == ["bez liczby i opisu", "zamknięte"]
    assert titles(client, "?pokaz=szkice") == ["szkic"]
    assert titles(client, "?pokaz=minione&rodzaj=debate") == []
    assert titles(client, "?pokaz=x&rodzaj=y&after=z") == ["za tydzień"]


def test_the_queue_tells_what_each_past_event_lacks(client, clerk):
    held_event(title="bez wszystkiego")
    counted = held_event(title="bez opisu")
    Attendance.objects.create(event=counted, count=4, method="headcount", recorded_at=DURING)
    held_event(title="z dawnych lat", seed_key="dawne", after_summary="Zapisane w źródle.")
    held_event(title="odwołane", state="cancelled")
    boxes = {box["queue"].name: box for box in client.get(reverse("desk:home")).context["boxes"]}
    waiting = boxes["events"]["oldest"]
    assert (boxes["events"]["count"], [one.label for one in waiting]) == (2, ["bez wszystkiego", "bez opisu"])
    assert len(waiting[0].detail) > len(waiting[1].detail)


def test_pages_cost_the_same_queries_however_many_there_are(client, clerk):
    event = open_event(capacity=None)
    registered(event, 1)
    paths = [reverse("desk:events"), desk(event), desk(event, "event_list")]

    def cost() -> list[int]:
        costs = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            costs.append(len(queries))
        return costs

    cost()
    few = cost()
    registered(event, *range(2, 12))
    for _ in range(4):
        open_event(district=DistrictFactory())
    assert cost() == few


def test_long_lists_are_read_page_by_page_and_searched(client, clerk, monkeypatch):
    monkeypatch.setattr("participation.event_desk_views.PAGE_SIZE", 2)
    event = open_event(capacity=None)
    registered(event, *range(1, 6))
    first = client.get(desk(event)).content.decode()
    assert re.findall(r'id="z(\d+)"', first) == ["1", "2"]
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert re.findall(r'id="z(\d+)"', client.get(desk(event) + link[1].replace("&amp;", "&")).content.decode()) == [
        "3",
        "4",
    ]
    for words in ("Osoba 4", "OSOBA4@", "4"):
        found = client.get(desk(event), {"szukaj": words}).content.decode()
        assert re.findall(r'id="z(\d+)"', found) == ["4"]


# -- One event --------------------------------------------------------------------------------------------------------


def test_who_rings_up_is_registered_without_an_address_and_needs_no_confirmation(client, clerk):
    event = open_event(asks_needs=True)
    press(client, event, "dopisz", name="Maria Przykładowa", email="", phone="81 555 12 34", needs="podjazd")
    one = event.registrations.get()
    assert (one.phone, one.needs, one.registered_by) == ("+48815551234", "podjazd", clerk)
    assert one.confirmed_at == DURING


def test_who_rings_up_for_a_full_event_waits_and_the_clerk_reads_it(client, clerk):
    event = open_event(capacity=0)
    answer = press(client, event, "dopisz", name="Maria Przykładowa")
    assert event.registrations.get().is_waiting
    assert "1" in said(answer)


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "Maria", "phone": "1"}, {"name": "Maria", "email": "osoba1@example.org"}]
)
def test_a_mistake_is_told_and_what_was_typed_stays(client, clerk, fields):
    event = open_event()
    registered(event, 1)
    answer = press(client, event, "dopisz", **fields)
    assert answer.status_code in {409, 422}
    for value in filter(None, fields.values()):
        assertContains(answer, f'value="{value}"', status_code=answer.status_code)
    assert event.registrations.count() == 1


def test_one_tap_checks_in_and_another_undoes_it_on_the_same_line(client, clerk, during):
    event = open_event()
    one, _other = registered(event, 1, 2)
    during.move_to(COMING - HOUR)
    client.force_login(clerk)  # a session lasts twelve hours
    answer = press(client, event, "jest", one, query="?pokaz=miejsca&szukaj=Osoba")
    assert answer["Location"] == f"{desk(event)}?pokaz=miejsca&szukaj=Osoba#z1"
    assertContains(client.get(desk(event, "event_counter")), '<b class="num">1</b>')
    assertContains(client.get(desk(event)), 'value="nie-ma"')
    press(client, event, "nie-ma", one)
    one.refresh_from_db()
    assert one.came_at is None


def test_before_the_day_there_is_nothing_to_tap(client, clerk):
    event = open_event()
    registered(event, 1)
    assertNotContains(client.get(desk(event)), 'value="jest"')


def test_striking_off_lets_the_next_move_up_and_says_so(client, clerk):
    event = open_event(capacity=1)
    one, other = registered(event, 1, 2)
    assert "1" in said(press(client, event, "skresl", one))
    other.refresh_from_db()
    assert other.has_place


def test_a_person_of_another_event_is_not_touched(client, clerk):
    event, other = open_event(), open_event()
    (stranger,) = registered(other, 1)
    assert press(client, event, "skresl", stranger).status_code == 404
    stranger.refresh_from_db()
    assert stranger.lives


@pytest.mark.parametrize("who", ["", "x", "-1", "9" * 30])
def test_nobody_is_found_by_nonsense(client, clerk, who):
    assert client.post(desk(open_event()), {"co": "jest", "kto": who}).status_code == 404


def test_the_number_of_places_is_changed_and_those_who_lose_nothing_are_named(client, clerk):
    event = open_event(capacity=2)
    registered(event, 1, 2, 3)
    press(client, event, "miejsca", capacity="3")
    assert event.registrations.with_place().count() == 3
    assert "2" in said(press(client, event, "miejsca", capacity="1"))
    assert event.registrations.with_place().count() == 3


@pytest.mark.parametrize("capacity", ["-1", "x", "1000000"])
def test_a_number_of_places_that_is_none_is_refused_in_words(client, clerk, capacity):
    assertContains(press(client, open_event(), "miejsca", capacity=capacity), "places_capacity_error", status_code=422)


def test_how_many_came_begins_with_the_list_and_is_corrected_with_its_history(client, clerk, during):
    event = open_event(capacity=None)
    made = registered(event, *range(1, 4))
    during.move_to(COMING + HOUR)
    client.force_login(clerk)
    for one in made[:2]:
        check_in(one, by=clerk, now=COMING)
    assertContains(client.get(desk(event)), 'name="count" value="2"')
    press(client, event, "obecnosc", count="2", method="list")
    holds = Attendance.objects.get()
    press(client, event, "obecnosc", count="5", method="headcount", corrects=str(holds.pk))
    assertContains(client.get(desk(event)), "<s>", 1)
    assert Attendance.objects.that_hold().get().count == 5
    assertContains(
        press(client, event, "obecnosc", count="7", method="headcount", corrects=str(holds.pk)),
        words_for(AttendanceChanged()),
        status_code=409,
    )


def test_a_past_event_asks_for_a_summary_and_photographs(client, clerk):
    event = held_event()
    assertContains(client.get(desk(event)), reverse("admin:participation_event_change", args=[event.pk]), 2)


def test_the_table_holds_everyone_as_text_and_nothing_that_runs(client, clerk):
    event = open_event(asks_needs=True)
    registered(event, 1, 2)
    Registration.objects.filter(number=1).update(name="=1+1", phone="+48815551234", needs="@SUM(A1)")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(desk(event, "event_sheet")).streaming_content)))
    rows = list(book.active.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == [1, 2]
    assert [rows[0][column].value for column in (2, 4, 5)] == ["=1+1", "+48815551234", "@SUM(A1)"]
    assert {rows[0][column].data_type for column in (2, 4, 5)} == {"s"}


def test_the_printed_list_has_those_who_live_in_order_of_names(client, clerk):
    event = open_event(capacity=2)
    one, *_others = registered(event, 1, 2, 3)
    cancel_registration(one, now=DURING)
    html = client.get(desk(event, "event_list")).content.decode()
    assert re.findall(r'<th scope="row">([^<]+)</th>', html) == ["Osoba 2", "Osoba 3"]


# -- Moving and cancelling --------------------------------------------------------------------------------------------


def move_form(client: Client, event: Event, **fields: str) -> dict[str, str]:
    html = client.get(desk(event, "event_move")).content.decode()
    read = re.search(r'name="read" value="([^"]*)"', html)
    begun = {"day": "2021-12-08", "starts": "12:00", "ends": "14:00", "why": "Sala zalana"}
    return begun | {"read": read[1] if read else ""} | fields


def test_an_event_is_moved_by_its_own_page(client, clerk):
    event = open_event()
    registered(event, 1)
    form = move_form(client, event, day="2021-12-10", starts="17:30", ends="19:00", address="Ratusz")
    assert client.post(desk(event, "event_move"), form)["Location"] == desk(event)
    event.refresh_from_db()
    assert (event.starts_at.isoformat(), event.address) == ("2021-12-10T16:30:00+00:00", "Ratusz")
    assertContains(client.get(desk(event)), "Sala zalana")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day": "2022-03-27", "starts": "02:30", "ends": "05:00"}, "starts"),
        ({"day": "2022-10-30", "starts": "02:30", "ends": "05:00"}, "starts"),
        ({"day": "2022-10-29", "last_day": "2022-10-30", "ends": "02:30"}, "ends"),
        ({"day": "2021-02-30"}, "day"),
        ({"starts": "25:00"}, "starts"),
        ({"last_day": "2021-12-09", "ends": ""}, "ends"),
        ({"online_url": "https://example.org/sala"}, "online_url"),
        ({"why": ""}, "why"),
    ],
)
def test_a_time_that_does_not_exist_or_comes_twice_gets_a_sentence_beside_its_field(client, clerk, fields, field):
    event = open_event()
    answer = client.post(desk(event, "event_move"), move_form(client, event, **fields))
    assertContains(answer, f'id="id_{field}_error"', status_code=422)
    assert not EventChange.objects.exists()


def test_a_time_that_has_passed_is_refused_and_what_was_typed_stays(client, clerk):
    event = open_event()
    answer = client.post(desk(event, "event_move"), move_form(client, event, day="2021-11-30"))
    assertContains(answer, words_for(MovedToThePast()), status_code=422)
    assertContains(answer, 'value="2021-11-30"', status_code=422)


def test_of_two_colleagues_the_second_sees_what_the_first_has_changed(client, clerk):
    event = open_event()
    mine = move_form(client, event, address="Dom Kultury")
    client.post(desk(event, "event_move"), move_form(client, event, address="Ratusz"))
    answer = client.post(desk(event, "event_move"), mine)
    assertContains(answer, words_for(EventChanged()), status_code=409)
    assertContains(answer, "Ratusz", status_code=409)


def test_an_event_is_cancelled_by_its_own_page_once(client, clerk):
    event = open_event()
    registered(event, 1)
    assert client.post(desk(event, "event_cancel"), {"why": ""}).status_code == 422
    assert client.post(desk(event, "event_cancel"), {"why": "Burza"}).status_code == 302
    assert client.post(desk(event, "event_cancel"), {"why": "Burza"}).status_code == 409
    event.refresh_from_db()
    assert event.state == "cancelled"


# -- The record -------------------------------------------------------------------------------------------------------


def record(event: Event) -> str:
    return reverse("admin:participation_event_change", args=[event.pk])


def input_names(client: Client, event: Event) -> set[str]:
    return set(re.findall(r'name="([\w-]+)"', client.get(record(event)).content.decode()))


VERBS_ONLY = {"starts_at_0", "ends_at_0", "address", "district", "capacity", "online_url"}


def test_what_people_count_on_cannot_be_changed_in_the_record(client, clerk):
    event, free, draft = open_event(), open_event(takes_registration=False), open_event(state="draft")
    assert not VERBS_ONLY & input_names(client, event)
    assert input_names(client, free) >= VERBS_ONLY
    assert input_names(client, draft) >= VERBS_ONLY
    assertContains(client.get(record(event)), desk(event, "event_move"))


def states_offered(client: Client, event: Event) -> list[str]:
    html = client.get(record(event)).content.decode()
    return re.findall(r'<option value="(\w+)"', re.search(r'<select name="state".*?</select>', html, re.S)[0])


def test_nothing_is_cancelled_or_hidden_in_the_record_behind_peoples_backs(client, clerk):
    event, cancelled = open_event(), open_event()
    cancel_event(cancelled, why="Burza", by=clerk, now=DURING)
    assert states_offered(client, event) == ["planned", "held"]
    assert states_offered(client, cancelled) == ["cancelled"]


def test_an_event_for_which_people_registered_cannot_be_deleted(client, sign_in):
    sign_in(Role.ADMINISTRATOR)
    event = open_event()
    registered(event, 1)
    address = reverse("admin:participation_event_delete", args=[event.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert (
        client.post(reverse("admin:participation_event_delete", args=[open_event().pk]), {"post": "yes"}).status_code
        == 302
    )


def filled(client: Client, event: Event) -> dict[str, str]:
    """The record's form as the browser would send it unchanged."""
    form = client.get(record(event)).context["adminform"].form
    sent: dict[str, str] = {}
    for bound in form:
        value = bound.value()
        if hasattr(bound.field.widget, "widgets"):
            for number, part in enumerate(bound.field.widget.decompress(value)):
                sent[f"{bound.html_name}_{number}"] = "" if part is None else str(part)
        elif value is True:
            sent[bound.html_name] = "on"
        elif value not in (None, False):
            sent[bound.html_name] = str(value)
    for inline in client.get(record(event)).context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return sent


def test_who_registers_while_the_record_is_open_is_still_counted_when_it_is_saved(client, clerk, monkeypatch):
    event = open_event()
    sent = filled(client, event) | {"title": "Nowy tytuł"}
    clean = Event.clean

    def somebody_registers(self: Event) -> None:
        clean(self)
        registered(Event.objects.get(pk=event.pk), 1)

    monkeypatch.setattr(Event, "clean", somebody_registers)
    assert client.post(record(event), sent).status_code == 302
    event.refresh_from_db()
    assert (event.title, event.places_taken, event.registration_seq) == ("Nowy tytuł", 1, 1)


def times(day: str, hour: str, last_day: str = "", last_hour: str = "") -> dict[str, str]:
    return {"starts_at_0": day, "starts_at_1": hour, "ends_at_0": last_day, "ends_at_1": last_hour}


@pytest.mark.parametrize(("day", "hour"), [("2022-03-27", "02:30"), ("2022-10-30", "02:30")])
def test_the_record_too_refuses_hours_that_do_not_exist_or_come_twice(client, clerk, day, hour):
    event = open_event(state="draft")
    answer = client.post(
        record(event),
        filled(client, event) | {"starts_at_0": day, "starts_at_1": hour, "ends_at_0": "", "ends_at_1": ""},
    )
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"starts_at"}


def test_the_hours_around_the_change_are_taken(client, clerk):
    event = open_event(state="draft")
    sent = filled(client, event) | {
        "starts_at_0": "2022-03-27",
        "starts_at_1": "01:30",
        "ends_at_0": "2022-03-27",
        "ends_at_1": "03:30",
    }
    assert client.post(record(event), sent).status_code == 302
    event.refresh_from_db()
    assert event.length == HOUR


def test_registration_is_not_offered_where_nobody_is_named(client, clerk):
    for kind in ("interview", "focus_group"):
        assert "takes_registration" not in input_names(client, open_event(kind=kind, takes_registration=False))


def test_a_filled_but_forbidden_registration_is_refused_in_words(client, clerk):
    event = open_event(kind="debate", state="draft")
    answer = client.post(record(event), filled(client, event) | {"kind": "interview"})
    assert answer.context["adminform"].form.errors.keys() == {"takes_registration"}


EACH_KIND = {
    "participatory_cafe": {"round_minutes"},
    "interview": {"interviews"},
    "focus_group": {"groups"},
    "hearing": {"speaker_minutes"},
    "mobile_point": {"spot", "staff"},
    "competition": {"entries_until", "entries"},
    "campaign": {"first_day", "last_day", "reach"},
    "business_meeting": {"partner"},
    "community_meeting": {"partner"},
    "conference": set(),
    "debate": set(),
}


@pytest.mark.parametrize("kind", EACH_KIND)
def test_a_record_asks_for_the_details_of_its_own_kind_only(client, clerk, kind):
    names = input_names(client, open_event(kind=kind, takes_registration=False))
    details = {name.removeprefix("details-0-") for name in names if name.startswith("details-0-")}
    own = {name for name in details if name not in {"id", "event"} and not name.endswith(("_en", "_uk"))}
    assert own == EACH_KIND[kind]
    assert any(name.startswith("tables-") for name in names) == (kind == "participatory_cafe")


def test_a_file_that_a_browser_could_run_is_no_document_of_an_event(client, clerk):
    from tests.files_made import upload

    event = open_event(state="draft")
    sent = filled(client, event) | {
        "documents-TOTAL_FORMS": "1",
        "documents-0-title": "Plik",
        "documents-0-language": "pl",
        "documents-0-position": "0",
    }
    for content, name, saved in ((b"<script>", "strona.html", False), (b"%PDF-1.4", "plik.pdf", True)):
        client.post(record(event), sent | {"documents-0-file": upload(content, name)})
        assert event.documents.exists() is saved


def test_a_double_click_on_moving_makes_one_change(client, clerk):
    event = open_event()
    form = move_form(client, event, address="Ratusz")
    answers = [client.post(desk(event, "event_move"), form).status_code for _click in range(2)]
    assert answers == [302, 409]
    assert EventChange.objects.count() == 1
