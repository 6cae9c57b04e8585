"""Twenty voices by keyboard alone, with the network lost in the middle; then they are read, published and linked."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from participation.models import Voice
from tests import factories
from tests.factories_participation import DirectionFactory, ThemeFactory, VoiceFactory, held_event
from tests.participation.voices import as_csv, checked, table_row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(visit, sign_in_to) -> Page:
    page: Page = visit("/konto/login/")
    sign_in_to(page, factories.person(Role.EDITOR))
    return page


def row(page: Page, number: int):
    return page.locator("[data-row]").nth(number)


def to(page: Page, name: str) -> None:
    """With Tab alone to the field of that name."""
    field = page.locator(f"[data-grid] [name='{name}']")
    for _ in range(60):
        if field.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def test_twenty_rows_by_keyboard_lose_nothing_without_a_network(clerk, axe):
    event = held_event()
    theme = ThemeFactory(process=event.process, name="Zieleń")
    page = clerk
    page.goto("/biurko/glosy/siatka/")
    page.locator("[name=event]").select_option(str(event.pk))
    to(page, "r-0-text")
    for number in range(20):
        expect(row(page, number).locator("textarea")).to_be_focused()
        if number == 7:
            page.context.set_offline(True)
        if number == 12:
            expect(row(page, 7).locator("[data-says]")).to_have_class("says urgent")
            page.context.set_offline(False)
        page.keyboard.type(f"Głos {number}")
        if number == 3:
            page.keyboard.press("Tab")
            page.keyboard.type("Z")  # the first letter chooses the theme
        page.keyboard.press("Enter")
    expect(page.locator("[data-kept]")).to_have_count(20, timeout=30_000)
    assert sorted(Voice.objects.values_list("text", flat=True)) == sorted(f"Głos {number}" for number in range(20))
    assert Voice.objects.get(text="Głos 3").theme == theme
    assert set(Voice.objects.values_list("event", "channel")) == {(event.pk, "mobile_point")}
    expect(row(page, 0).locator("textarea")).not_to_be_editable()
    assert axe(page) == []


def test_an_answer_that_was_lost_makes_no_second_voice(clerk):
    event, page = held_event(), clerk
    page.goto("/biurko/glosy/siatka/")
    page.locator("[name=event]").select_option(str(event.pk))
    lost: list[str] = []

    def lose_the_first_answer(route):
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.text())
            route.abort()

    page.route("**/wiersz/", lose_the_first_answer)
    row(page, 0).locator("textarea").fill("Raz.")
    row(page, 0).locator("textarea").press("Enter")
    expect(row(page, 0).locator("[data-says]")).to_have_class("says urgent")
    assert Voice.objects.count() == 1
    row(page, 0).locator("textarea").fill("Poprawione po drodze.")
    expect(page.locator("[data-kept]")).to_have_count(1, timeout=15_000)
    assert row(page, 0).locator("textarea").input_value() == "Raz."
    assert Voice.objects.get().text == "Raz."


def test_from_a_voice_typed_in_to_the_passage_that_everybody_reads(clerk, axe):
    consultation = factories.consultation_with_draft(slug="zielen")
    event = held_event(process=consultation.process)
    direction = DirectionFactory(process=consultation.process)
    page = clerk
    page.goto("/biurko/glosy/nowy/")
    page.locator("[name=event]").select_option(str(event.pk))
    page.locator("[name=text]").fill("Anna Nowak prosi o drzewa, tel. 600 700 800.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[name=confirmed]")).to_be_visible()
    assert axe(page) == []
    page.locator("[name=confirmed]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[name=confirmed]")).to_have_count(0)
    voice = Voice.objects.get()

    page.goto(f"/biurko/glosy/{voice.pk}/")
    assert axe(page) == []
    page.locator("[name=directions]").check()
    page.locator("form:has([name=directions]) button").click()
    expect(page.locator("main > [role=status]")).to_be_visible()
    assert list(voice.directions.all()) == [direction]
    page.goto(f"/biurko/glosy/{voice.pk}/fragmenty/")
    page.locator("[name=numer]").press_sequentially("1.2")
    expect(page.locator("#says")).to_contain_text("Fragment 1.2")
    assert axe(page) == []
    page.locator("form:has([name=numer]) button").click()
    expect(page.locator("main > [role=status]")).to_be_visible()
    page.goto(f"/biurko/glosy/{voice.pk}/")
    page.locator("[name=text]").fill("[…] prosi o drzewa.")
    page.locator("[name=why]").fill("dane osobowe")
    page.locator("form:has([name=why]) button").click()
    page.wait_for_url("**/biurko/glosy/")

    page.goto("/konsultacje/zielen/projekt/fragment/f2/")
    expect(page.locator("main")).to_contain_text("[…] prosi o drzewa.")
    for address in (voice.get_absolute_url(), direction.get_absolute_url(), "/glosy/", "/kierunki/"):
        page.goto(address)
        expect(page.locator("main")).not_to_contain_text("Nowak")
        assert axe(page) == []


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_is_wider_than_the_screen(visit, sign_in_to, axe, width):
    page: Page = visit("/konto/login/", width=width)
    sign_in_to(page, factories.person(Role.EDITOR))
    consultation = factories.consultation_with_draft(process=factories.ProcessFactory(is_main=True))
    event = held_event(process=consultation.process)
    rows = [table_row(event), table_row(event, theme="Smoki"), table_row(event, text="Dzwonić: 600 700 800")]
    table = checked(consultation.process, as_csv(rows))
    VoiceFactory(process=consultation.process, text="Anna Nowak: " + "a" * 400)
    passage = consultation.draft.passages.earliest("pk")
    for address in (
        "/biurko/glosy/", "/biurko/glosy/nowy/", "/biurko/glosy/siatka/", "/biurko/glosy/tabela/",
        f"/biurko/glosy/tabela/{table.pk}/", f"/biurko/fragmenty/{passage.pk}/glosy/", "/glosy/",
    ):  # fmt: skip
        page.goto(address)
        assert axe(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
