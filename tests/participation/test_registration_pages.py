"""What residents see of a registration: the event's page, the form, the page of the secret link; and bad input."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils.translation import gettext as _
from pytest_django.asserts import assertContains, assertNotContains

from accounts.roles import Role
from lublin2030.lib.phones import NotAPhoneNumber, normalise_phone
from notifications.models import Message
from participation import errors
from participation.event_words import status_for, words_for
from participation.models import Event, RateCount, Registration
from participation.services.events import NewOccasion, cancel_event, reschedule_event
from participation.services.registrations import register
from tests.factories import DURING, person
from tests.factories_events import COMING, DAY, open_event, registered, someone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("during")]
FORM = {"name": "Anna Przykładowa", "email": "anna@example.org", "phone": "", "language": "pl"}
HOUR = dt.timedelta(hours=1)


def form_of(event: Event, language: str = "") -> str:
    return f"{language}/wydarzenia/{event.slug}/zapisy/"


def send(client: Client, event: Event, **fields: str):
    return client.post(form_of(event), FORM | fields)


def own(one: Registration) -> str:
    return f"/zapisy/{one.token}/"


# -- The form ---------------------------------------------------------------------------------------------------------


def test_a_filled_form_registers_and_says_the_same_the_second_time(client):
    event = open_event()
    answers = [send(client, event) for _time in range(2)]
    assert [answer["Location"] for answer in answers] == [f"{form_of(event)}?wyslano=1"] * 2
    assert Registration.objects.get().name == "Anna Przykładowa"
    assert Message.objects.count() == 1
    assert client.get(answers[0]["Location"]).status_code == 200


def test_whoever_asks_for_a_strangers_registration_learns_nothing(client):
    event = open_event(capacity=1)
    registered(event, 1)
    known, unknown = send(client, event, email="osoba1@example.org"), send(client, event)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Registration.objects.get(number=1).name == "Osoba 1"


def test_a_full_event_offers_the_waiting_list_before_the_form_and_in_it(client):
    event = open_event(capacity=1)
    registered(event, 1)
    for path in (event.get_absolute_url(), form_of(event)):
        assertContains(client.get(path), _("Join the waiting list"))
    send(client, event)
    assert Registration.objects.get(email="anna@example.org").state == "waiting"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"state": "cancelled"}, errors.EventCalledOff()),
        ({"takes_registration": False}, errors.RegistrationNotTaken()),
        ({"starts_at": DURING - DAY, "ends_at": None}, errors.EventBegun()),
        ({"registration_opens_at": DURING + HOUR}, errors.RegistrationNotOpenYet(DURING + HOUR)),
        ({"registration_closes_at": DURING - HOUR}, errors.RegistrationClosed()),
    ],
)
def test_where_nobody_can_register_a_sentence_stands_instead_of_the_form(client, fields, error):
    event = open_event(**fields)
    read, sent = client.get(form_of(event)), send(client, event)
    assert (read.status_code, sent.status_code) == (200, 409)
    for answer in (read, sent):
        assertContains(answer, words_for(error), status_code=answer.status_code)
        assertNotContains(answer, 'name="email"', status_code=answer.status_code)
    assert not Registration.objects.exists()


def test_of_a_draft_there_is_no_form(client):
    assert client.get(form_of(open_event(state="draft"))).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 151),
        ("name", "Anna\x00"),
        ("email", ""),
        ("email", "anna"),
        ("email", f"{'a' * 250}@example.org"),
        ("phone", "zadzwoń"),
        ("phone", "123"),
        ("language", "de"),
        ("needs", "x" * 501),
    ],
)
def test_a_mistake_gets_a_sentence_beside_its_field_and_loses_nothing(client, field, value):
    event = open_event(asks_needs=True)
    answer = send(client, event, **{field: value})
    assertContains(answer, 'aria-invalid="true"', status_code=422)
    assertContains(answer, f'id="id_{field}_error"', status_code=422)
    kept = {name: text for name, text in FORM.items() if name not in {field, "phone", "language"}}
    for text in kept.values():
        assertContains(answer, text, status_code=422)
    assert not Registration.objects.exists()


def test_a_filled_trap_is_refused_in_words_and_the_next_click_succeeds(client):
    event = open_event()
    answer = send(client, event, zostaw_puste="http://spam.example")
    assertContains(answer, "anna@example.org", status_code=422)
    assertNotContains(answer, "spam.example", status_code=422)
    assert send(client, event).status_code == 302


def test_too_many_from_one_address_are_told_when_to_try_again(client, settings):
    settings.RATE_REGISTRATIONS_PER_HOUR = 1
    event = open_event()
    assert send(client, event).status_code == 302
    answer = send(client, event, email="b@example.org")
    assertContains(answer, "b@example.org", status_code=429)
    assert int(answer["Retry-After"]) > 0
    assert Registration.objects.count() == 1
    assert "127.0.0.1" not in RateCount.objects.get().key


def test_a_form_that_stood_open_too_long_comes_back_with_what_was_typed(settings):
    client = Client(enforce_csrf_checks=True)
    answer = send(client, open_event())
    assertContains(answer, "Anna Przykładowa", status_code=403)
    assert not Registration.objects.exists()


def test_needs_are_asked_for_only_where_the_event_asks(client):
    assertContains(client.get(form_of(open_event(asks_needs=True))), 'name="needs"')
    assertNotContains(client.get(form_of(open_event())), 'name="needs"')


def test_the_form_says_how_long_data_are_kept(client, settings):
    settings.REGISTRATIONS_KEPT_DAYS = 17
    assertContains(client.get(form_of(open_event())), " 17 ")


@pytest.mark.parametrize("language", ["/en", "/uk"])
def test_mails_come_in_the_language_of_the_page_unless_another_is_chosen(client, language):
    html = client.get(form_of(open_event(), language)).content.decode()
    assert re.search(rf'<option value="{language[1:]}" selected', html)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("815551234", "+48815551234"),
        ("81 555-12-34", "+48815551234"),
        ("(81) 555 12 34", "+48815551234"),
        ("0815551234", "+48815551234"),
        ("+48 600.700.800", "+48600700800"),
        ("48600700800", "+48600700800"),
        ("0048 600 700 800", "+48600700800"),
        ("+380 44 123 45 67", "+380441234567"),
        ("00380441234567", "+380441234567"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+1 (212) 555‑0187".replace("‑", "-"), "+12125550187"),
    ],
)
def test_telephone_numbers_of_all_countries_are_read(typed, kept):
    assert normalise_phone(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "112", "12345678", "+48 123", "+0123456789", "+1234567890123456", "abc", "+", "١٢٣٤٥٦٧٨٩"]
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(NotAPhoneNumber):
        normalise_phone(typed)


# -- The page of the link ----------------------------------------------------------------------------------------------


def test_opening_the_link_confirms_nothing_the_button_does(client):
    one = register(open_event(), who=someone(), now=DURING)
    for method in (client.get, client.head):
        assert method(own(one)).status_code == 200
    one.refresh_from_db()
    assert one.confirmed_at is None
    assert client.post(own(one), {"co": "potwierdz"}).status_code == 302
    one.refresh_from_db()
    assert one.confirmed_at == DURING


def test_the_link_needs_no_cookie_and_is_kept_by_nobody(client):
    one = register(open_event(), who=someone(), now=DURING)
    assert Client(enforce_csrf_checks=True).post(own(one), {"co": "zrezygnuj"}).status_code == 302
    answer = client.get(own(one))
    assert "no-store" in answer["Cache-Control"]
    assertContains(answer, '<meta name="robots" content="noindex">')


def test_cancelling_by_the_link_gives_the_place_to_the_next(client):
    event = open_event(capacity=1)
    first, second = registered(event, 1, 2)
    client.post(own(first), {"co": "zrezygnuj"})
    assertContains(client.get(own(first)), _("Register again"))
    second.refresh_from_db()
    assert second.has_place


def test_the_page_shows_the_place_in_the_queue_and_masks_name_and_address(client):
    event = open_event(capacity=1)
    *_others, last = registered(event, 1, 2, 3)
    html = client.get(own(last)).content.decode()
    assert re.search(r'id="kolejka">[^<]*\b2\b', html)
    assert "osoba3@example.org" not in html
    assert "Osoba 3" not in html


def test_too_late_to_confirm_is_said_in_words(client, during):
    one = register(open_event(), who=someone(), now=DURING)
    during.shift(2 * DAY + HOUR)
    assertContains(client.post(own(one), {"co": "potwierdz"}), words_for(errors.RegistrationEnded()), status_code=409)


@pytest.mark.parametrize("what", ["", "usun", "potwierdz\x00"])
def test_an_unknown_button_changes_nothing(client, what):
    one = register(open_event(), who=someone(), now=DURING)
    assert client.post(own(one), {"co": what}).status_code == 302
    one.refresh_from_db()
    assert one.awaits_confirmation


def test_a_secret_of_nobody_gets_a_page_with_a_way_out(client):
    answer = client.get("/zapisy/nie-ma-takiego/")
    assertContains(answer, 'href="/wydarzenia/"', status_code=404)


def test_after_the_event_the_page_has_no_buttons(client, during):
    (one,) = registered(open_event(), 1)
    during.move_to(COMING + HOUR)
    assertNotContains(client.get(own(one)), "<button")


# -- The event's own page ----------------------------------------------------------------------------------------------


def test_the_page_of_a_moved_event_says_from_what_to_what_and_why(client):
    event = open_event(address="Dom Kultury")
    to = NewOccasion(starts_at=COMING + DAY, ends_at=None, address="Ratusz", district=None, is_online=False)
    reschedule_event(event, to=to, why="Sala zalana", by=person(Role.EDITOR), now=DURING)
    for path in (event.get_absolute_url(), own(register(event, who=someone(), now=DURING))):
        answer = client.get(path)
        for words in ("<s>Dom Kultury", "Ratusz", "Sala zalana", "2021-12-08T", "2021-12-09T"):
            assertContains(answer, words)


def test_the_page_of_a_cancelled_event_says_why_and_takes_nobody(client):
    event = open_event()
    cancel_event(event, why="Burza nad miastem", by=person(Role.EDITOR), now=DURING)
    answer = client.get(event.get_absolute_url())
    assertContains(answer, "Burza nad miastem")
    assertNotContains(answer, form_of(event))


def test_no_name_of_anyone_registered_stands_on_the_event_page(client):
    event = open_event()
    registered(event, 1, 2)
    answer = client.get(event.get_absolute_url())
    for words in ("Osoba 1", "osoba1@", "Osoba 2"):
        assertNotContains(answer, words)


def test_the_link_to_an_online_meeting_is_for_those_who_have_a_place(client):
    event = open_event(capacity=1, is_online=True, online_url="https://example.org/sala")
    first, second = registered(event, 1, 2)
    assertNotContains(client.get(event.get_absolute_url()), "https://example.org/sala")
    assertNotContains(client.get(own(second)), "https://example.org/sala")
    assertContains(client.get(own(first)), "https://example.org/sala")


REFUSALS = [
    errors.NotPermitted(), errors.AttendanceChanged(), errors.EventNotYetHeld(), errors.TooOften(DURING),
    errors.TrapFilled(), errors.RegistrationNotTaken(), errors.RegistrationNotOpenYet(DURING),
    errors.RegistrationClosed(), errors.EventCalledOff(), errors.EventBegun(), errors.RegistrationEnded(),
    errors.EmailRegistered(), errors.EventNotPlanned(), errors.ReasonMissing(), errors.NothingMoved(),
    errors.EventChanged(), errors.MovedToThePast(), errors.EndsBeforeStart(), errors.NotTheDayYet(),
]  # fmt: skip


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_has_words_of_its_own_and_a_status(refusal):
    assert len({words_for(one) for one in REFUSALS}) == len(REFUSALS)
    assert status_for(refusal) in {403, 409, 422, 429}
