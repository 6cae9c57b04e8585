"""The map of the districts in a browser: by keyboard, with borders of the city's own, and clean for axe."""

from __future__ import annotations

import pytest

from accounts.roles import Role
from participation.models import District
from tests.factories import DistrictFactory, EventFactory, ProcessFactory, person
from tests.participation.borders import city

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rury() -> District:
    main = ProcessFactory(is_main=True)
    DistrictFactory(slug="felin", name="Felin")
    found = DistrictFactory(slug="rury", name="Rury")
    EventFactory(process=main, district=found, slug="spotkanie", title="Spotkanie na Rurach")
    return found


def test_a_district_is_reached_by_keyboard_from_the_map_and_back_by_its_crumbs(rury, visit):
    page = visit("/wydarzenia/mapa/", javascript=False)
    tile = page.locator(".district-map a").last
    tile.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dzielnice/rury/")
    assert page.locator("h1").inner_text() == "Rury"
    page.locator(".crumbs a").last.click()
    page.wait_for_url("**/wydarzenia/mapa/")


@pytest.mark.parametrize("width", [1280, 360])
def test_borders_are_brought_in_looked_at_and_published(rury, visit, sign_in_to, axe, width):
    page = visit("/", width=width)
    sign_in_to(page, person(Role.EDITOR))
    page.goto("/biurko/mapa/")
    assert axe(page) == []
    file = {"name": "d.geojson", "mimeType": "application/geo+json", "buffer": city(["Rury", "Świdnik"])}
    page.set_input_files("#borders_file", file)
    page.fill("#borders_source", "Geoportal")
    page.locator("form[data-main] button").click()
    assert "Świdnik" in page.locator("[role=alert]").inner_text()
    assert page.locator("#borders_source").input_value() == "Geoportal"
    page.set_input_files("#borders_file", {**file, "buffer": city(["Rury", "Felin"])})
    page.locator("form[data-main] button").click()
    page.wait_for_url("**/biurko/mapa/*/")
    assert axe(page) == []
    page.locator("button[value=publish]").click()
    page.wait_for_url("**/biurko/mapa/")
    page.goto("/wydarzenia/mapa/")
    assert page.locator(".district-map path").count() == 2
    assert axe(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
