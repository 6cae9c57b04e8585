"""Versions in a real browser: a match corrected by keyboard on a phone, a comparison read by everybody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.roles import Role
from consultations.models import DraftImport, Passage
from consultations.services.comparisons import comparison_of
from consultations.services.matching import propose_matches
from tests.browser.hands import Keyboard
from tests.consultations.versions import changed_version, imported, next_version
from tests.factories import consultation_with_draft, person

pytestmark = pytest.mark.django_db(transaction=True)

TREES = "Miasto sadzi drzewa przy głównych ulicach i pielęgnuje je przez dziesięć lat."
ROADS = "Sieć dróg rowerowych połączy do końca dekady każdą dzielnicę ze śródmieściem."


def test_a_match_is_corrected_by_keyboard_alone_on_a_phone(visit, sign_in_to, axe):
    consultation = consultation_with_draft()
    published_at = timezone.now() - dt.timedelta(days=1)
    base = next_version(consultation, [("r1", "Zieleń", [("f11", TREES), ("f12", ROADS)])], published_at=published_at)
    made = imported(
        consultation, [("Zieleń", [TREES.replace("dziesięć lat", "całe życie"), "Zupełnie nowy akapit o lotnisku."])]
    )
    propose_matches(made)
    page = visit(f"/biurko/importy/{made.pk}/dopasowanie/", width=360)
    sign_in_to(page, person(Role.COORDINATOR))
    page.goto(f"/biurko/importy/{made.pk}/dopasowanie/?pokaz=nowe")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    hands = Keyboard(page)
    match = page.locator("#m-2")
    hands.press(match.locator("summary"))
    hands.fill(match.locator("input[name=number]"), "1.2")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("main [role=status]").wait_for()
    passages = DraftImport.objects.get(pk=made.pk).matches["passages"]
    roads = Passage.objects.get(draft=base.draft, code="f12")
    assert passages["0.1"] == {"passage": roads.pk, "how": "chosen", "score": passages["0.1"]["score"]}
    # What is open now by itself is chosen with the arrow keys: it is new after all.
    page.goto(f"/biurko/importy/{made.pk}/dopasowanie/?pokaz=podobne")
    match = page.locator("#m-2")
    hands.press(match.locator("summary"))
    hands.check(match.locator("input[value=new]"))
    hands.press(match.locator("button"))
    page.locator("main [role=status]").wait_for()
    assert DraftImport.objects.get(pk=made.pk).matches["passages"]["0.1"]["passage"] is None


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_a_comparison_and_a_passage_are_readable_for_everybody(visit, axe, width, dark):
    consultation = consultation_with_draft()
    newer = changed_version(consultation, published_at=timezone.now() - dt.timedelta(days=1))
    comparison_of(newer.draft.versions.get(number=1), newer)
    address = f"/konsultacje/{consultation.slug}/projekt/"
    page = visit(f"{address}porownaj/?z=1&na=2", width=width, dark=dark)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    gone = page.locator("#f2 del")
    sign = "element => getComputedStyle(element, '::before').content.split('/')[0].trim()"
    for media in ("screen", "print"):
        page.emulate_media(media=media)
        assert gone.evaluate(sign) == '"[−"'
        assert page.locator("#f2 ins").evaluate(sign) == '"{+"'
        assert "line-through" in gone.evaluate("element => getComputedStyle(element).textDecorationLine")
    assert not page.locator("#f2 .ways").is_visible()
    page.emulate_media(media="screen")
    page.goto(f"{address}fragment/f2/")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
