"""The tablets' page: whose cards open, what is sent when and under whose name, and how cards change hands."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from participation.models import Event, FieldCount, FieldItem, FieldPhoto, Voice
from tests.browser import field
from tests.factories import EventFactory, person
from tests.ops.conftest import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_PIN = "835162"


@pytest.fixture
def event() -> Event:
    return EventFactory(kind=Event.Kind.MOBILE_POINT, starts_at=timezone.now(), title="Punkt przy fontannie")


@pytest.fixture
def worker(event: Event) -> User:
    return person(Role.EXPERT)


@pytest.fixture
def tablet(visit: Callable[..., Page], sign_in_to: Callable[[Page, Any], None]) -> Callable[..., Page]:
    """A tablet that was prepared by the worker."""

    def prepared(user: User, **options: Any) -> Page:
        page = visit("/teren/", width=800, **options)
        sign_in_to(page, user)
        field.prepare(page)
        return page

    return prepared


def sends(page: Page, name: str = "idle") -> None:
    """Press “send” and wait until it has ended so."""
    field.go_to(page, "queue")
    page.locator("#send").click()
    if name == "idle":
        expect(page.locator("#waiting_number")).to_have_text("0", timeout=15_000)


def is_on_the_server(number: int) -> None:
    wait_until(lambda: Voice.objects.count() == number, f"{number} voices", seconds=15)


def test_two_devices_add_up_and_an_expired_sign_in_loses_nothing(tablet, worker, event):
    first, second = tablet(worker), tablet(worker)
    for page, presses in ((first, 3), (second, 2)):
        for _press in range(presses):
            page.locator("#plus").click()
        expect(page.locator("#people")).to_have_text(str(presses))
        sends(page)
    wait_until(lambda: FieldCount.objects.people_by_event([event.pk]) == {event.pk: 5}, "five people", seconds=10)

    Session.objects.all().delete()
    field.go_to(first, "card")
    field.write_card(first, "Sesja wygasła.")
    expect(first.locator("#sign_in_to_send")).to_be_visible()
    link = first.locator("#sign_in_to_send a").get_attribute("href")
    assert link == "/konto/login/?next=/teren/"
    expect(first.locator("#queue_badge")).to_have_text("1")
    assert not Voice.objects.exists()


def test_another_workers_cards_stay_closed_and_are_not_sent_under_another_name(tablet, worker, sign_in_to):
    page = tablet(worker)
    page.context.set_offline(True)
    field.go_to(page, "card")
    field.write_card(page, "Karta pierwszego.")
    other = person(Role.EXPERT)
    page.locator("#lock").click()
    page.context.set_offline(False)
    sign_in_to(page, other)
    field.prepare(page, OTHER_PIN)
    expect(page.locator("#queue_badge")).to_have_text("0")
    app = page.locator("script[type=module]").get_attribute("src")
    # Not even with the other's own code: the key that is open does not open the first one's cards.
    opened = page.evaluate(
        """async ([app, owner]) => {
            const { queue } = await import(app);
            const records = await new Promise((resolve) => {
                const opening = indexedDB.open("teren");
                opening.onsuccess = () => {
                    const all = opening.result.transaction("items").objectStore("items").getAll();
                    all.onsuccess = () => { opening.result.close(); resolve(all.result); };
                };
            });
            const outcomes = [];
            for (const record of records) outcomes.push(await queue.opened(record).then(() => "open", () => "closed"));
            return [records.map((one) => one.owner === owner), outcomes, JSON.stringify(records).includes("Karta")];
        }""",
        [app, worker.pk],
    )
    assert opened == [[True], ["closed"], False]
    sends(page)
    assert not FieldItem.objects.exists()

    page.locator("#lock").click()
    page.locator("#who").select_option(str(worker.pk))
    page.locator("#pin").fill(field.PIN)
    page.locator("#unlock button").click()
    expect(page.locator("#other_worker")).to_be_visible()  # the other one is still signed in
    assert not FieldItem.objects.exists()
    sign_in_to(page, worker)
    sends(page)
    assert FieldItem.objects.get().sent_by == worker


def test_ten_wrong_pins_take_the_key_and_signing_in_brings_the_cards_back(tablet, worker):
    page = tablet(worker)
    page.context.set_offline(True)
    field.go_to(page, "card")
    field.write_card(page, "Zostaje.")
    page.locator("#text").fill("Niedokończona")
    page.locator("#lock").click()
    for _try in range(10):
        page.locator("#pin").fill("000001")
        page.locator("#unlock button").click()
        expect(page.locator("#fault")).to_be_visible()
        expect(page.locator("#said")).to_have_text("")
    expect(page.locator("#unlock")).to_be_hidden()
    page.context.set_offline(False)
    field.prepare(page, OTHER_PIN)
    expect(page.locator("#text")).to_have_value("Niedokończona")
    is_on_the_server(1)


def test_cards_handed_over_are_kept_once_whoever_sends_them(tablet, worker, tmp_path: Path):
    first, colleague = tablet(worker), person(Role.EXPERT)
    second = tablet(colleague)
    first.context.set_offline(True)
    field.go_to(first, "card")
    for text in ("Pierwsza.", "Druga."):
        field.write_card(first, text)
    field.go_to(first, "queue")
    first.locator("#handover summary").click()
    first.locator("#give").click()
    with first.expect_download() as download:
        first.locator("#give_file").click()
    path = tmp_path / "karty.teren"
    download.value.save_as(path)
    code = first.locator("#give_code b").text_content()
    assert "Pierwsza" not in path.read_text()

    field.go_to(second, "queue")
    second.locator("#handover summary").click()
    second.locator("#take_file").set_input_files(path)
    second.locator("#take_code").fill("AAAA-BBBB-CCCC")
    second.locator("#take button").click()
    expect(second.locator("#take_code_error")).to_be_visible()
    second.locator("#take_code").fill(code.lower())
    second.locator("#take button").click()
    is_on_the_server(2)
    assert {(item.noted_by, item.sent_by) for item in FieldItem.objects.all()} == {(worker, colleague)}

    expect(first.locator("#queue_badge")).to_have_text("2")  # until the server says that it has them
    first.context.set_offline(False)
    sends(first)
    assert Voice.objects.count() == 2


def test_a_wrong_clock_and_a_deleted_event_lose_nothing(tablet, worker, event):
    page = tablet(worker)
    page.context.set_offline(True)
    page.clock.set_fixed_time(timezone.now() - dt.timedelta(days=365))
    field.go_to(page, "card")
    field.write_card(page, "Zły zegar.")
    page.context.set_offline(False)
    sends(page)
    item = FieldItem.objects.get()
    assert (Voice.objects.get().spoken_on, item.clock_is_wrong) == (timezone.localdate(event.starts_at), True)
    assert (item.received_at - item.device_at).days >= 364
    expect(page.locator("#wrong_clock")).to_be_visible()

    Voice.objects.all().delete()
    event.delete()
    field.go_to(page, "card")
    field.write_card(page, "Bez wydarzenia.")
    field.go_to(page, "queue")
    expect(page.locator("#aside_number")).to_have_text("1", timeout=10_000)
    assert FieldItem.objects.waiting().get().payload["text"] == "Bez wydarzenia."


def test_a_card_is_changed_and_deleted_before_it_is_sent_and_a_photo_goes_bare(tablet, worker, tmp_path: Path):
    page = tablet(worker)
    page.context.set_offline(True)
    field.go_to(page, "card")
    for text in ("Do zmiany.", "Do skreślenia."):
        field.write_card(page, text)
    page.on("dialog", lambda dialog: dialog.accept())
    field.go_to(page, "queue")
    page.locator("#items li").first.locator("button").last.click()
    expect(page.locator("#items li")).to_have_count(1)
    page.locator("#items li button").first.click()
    page.locator("#text").fill("Zmieniona.")
    page.locator("#keep").click()

    image = Image.new("RGB", (3000, 1000), "green")
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Jan Kowalski"
    image.save(tmp_path / "photo.jpg", exif=exif)
    field.go_to(page, "photo")
    page.locator("#file").set_input_files(tmp_path / "photo.jpg")
    page.locator("#alt").fill("Namiot przy fontannie")
    page.locator("#part_photo button").click()
    expect(page.locator("#queue_badge")).to_have_text("2")
    page.context.set_offline(False)
    sends(page)
    assert Voice.objects.get().text == "Zmieniona."
    photo = FieldPhoto.objects.get()
    with Image.open(photo.image) as stored:
        assert stored.width == 1600
        assert not stored.getexif()
    assert photo.alt == "Namiot przy fontannie"


def test_signing_out_clears_the_page_and_the_key_but_not_the_cards(tablet, worker):
    page = tablet(worker)
    page.context.set_offline(True)
    field.go_to(page, "card")
    field.write_card(page, "Czeka.")
    page.context.set_offline(False)
    Session.objects.all().delete()  # so that it is not sent
    page.locator("#leave").click()
    expect(page.locator("#signed_out")).to_be_visible()
    kept = page.evaluate(
        """async () => {
            const database = await new Promise((resolve) => {
                const opening = indexedDB.open("teren");
                opening.onsuccess = () => resolve(opening.result);
            });
            const number = (store) => new Promise((resolve) => {
                const counting = database.transaction(store).objectStore(store).count();
                counting.onsuccess = () => resolve(counting.result);
            });
            const counts = [await number("keys"), await number("items"), (await caches.keys()).length];
            database.close();
            return counts;
        }"""
    )
    assert kept == [0, 1, 0]


@pytest.mark.parametrize("width", [360, 800])
def test_every_part_of_the_page_is_accessible_in_every_language(tablet, worker, visit, axe, width):
    page = tablet(worker)
    page.set_viewport_size({"width": width, "height": 1280})
    found = {}
    for language in ("uk", "en", "pl"):
        page.locator(f"[data-language={language}]").click()
        for part in ("count", "card", "photo", "queue") if language == "pl" else ("card",):
            field.go_to(page, part)
            found[f"{language} {part}"] = axe(page)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found[f"{language} {part}"].append("the page is wider than the screen")
        assert page.locator("html").get_attribute("lang") == language
    page.locator("#lock").click()
    page.locator("#unlock").wait_for()
    found["locked"] = axe(page)
    assert {place: problems for place, problems in found.items() if problems} == {}
    assert re.fullmatch(r"\d", page.locator("#who").input_value()[:1])


def test_the_desks_pages_are_accessible(visit, sign_in_to, axe, worker, event):
    from tests.factories_field import quarantined
    from tests.participation.test_field_desk import counted, photo_of

    editor = person(Role.EDITOR)
    quarantined(worker)
    counted(worker, event)
    counted(worker, None)
    photo_of(worker, event)
    page = visit("/", width=360)
    sign_in_to(page, editor)
    found = {}
    for path in ("", f"karty/{FieldItem.objects.get().pk}/", "liczenie/", "zdjecia/", "urzadzenia/"):
        page.goto(f"/biurko/teren/{path}")
        found[path] = axe(page)
    assert {place: problems for place, problems in found.items() if problems} == {}
